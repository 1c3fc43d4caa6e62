// SPDX-License-Identifier: BSD-2-Clause
// a buffer that is too small
// kfuncs=bpf_dynptr_from_skb,bpf_dynptr_slice,bpf_dynptr_slice_rdwr,bpf_dynptr_clone,bpf_dynptr_adjust,bpf_dynptr_size type=sched_cls want=refuse
r6 = r1
r2 = 0
r3 = r10
r3 += -16
call kfunc 1
r1 = r10
r1 += -16
r2 = 0
r3 = r10
r3 += -8
r4 = 14
call kfunc 2
r0 = 0
exit
