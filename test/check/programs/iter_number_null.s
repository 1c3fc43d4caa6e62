// SPDX-License-Identifier: BSD-2-Clause
// the last turn has no number
// kfuncs=bpf_iter_num_new,bpf_iter_num_next,bpf_iter_num_destroy type=kprobe want=refuse
r1 = r10
r1 += -8
r2 = 0
r3 = 10
call kfunc 1
r1 = r10
r1 += -8
call kfunc 2
r1 = *(u32 *)(r0 + 0)
r1 = r10
r1 += -8
call kfunc 3
r0 = 0
exit
