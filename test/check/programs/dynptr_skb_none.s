// SPDX-License-Identifier: BSD-2-Clause
// a part of what is no dynptr
// kfuncs=bpf_dynptr_from_skb,bpf_dynptr_slice,bpf_dynptr_slice_rdwr,bpf_dynptr_clone,bpf_dynptr_adjust,bpf_dynptr_size type=sched_cls want=refuse
r1 = r10
r1 += -16
r2 = 0
r3 = 0
r4 = 14
call kfunc 2
r0 = 0
exit
