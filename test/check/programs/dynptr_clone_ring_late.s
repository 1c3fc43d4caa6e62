// SPDX-License-Identifier: BSD-2-Clause
// a sample behind the end of its clone
// kfuncs=bpf_dynptr_clone,bpf_dynptr_slice,bpf_dynptr_size type=sched_cls maps=27,0,0,4096 want=refuse
r1 = map_idx 0 ll
r2 = 32
r3 = 0
r4 = r10
r4 += -16
call 198
r1 = r10
r1 += -16
r2 = r10
r2 += -32
call kfunc 1
r1 = r10
r1 += -32
r2 = 0
call 199
r1 = r10
r1 += -16
call kfunc 3
r0 = 0
exit
