// SPDX-License-Identifier: BSD-2-Clause
// a dynptr of what is no context
// kfuncs=bpf_dynptr_from_skb,bpf_dynptr_slice,bpf_dynptr_slice_rdwr,bpf_dynptr_clone,bpf_dynptr_adjust,bpf_dynptr_size type=sched_cls want=refuse
r1 = r10
r1 += -32
r2 = 0
r3 = r10
r3 += -16
call kfunc 1
r0 = 0
exit
