// SPDX-License-Identifier: BSD-2-Clause
// a number where a dynptr is wanted
// kfuncs=bpf_dynptr_from_skb,bpf_dynptr_slice,bpf_dynptr_slice_rdwr,bpf_dynptr_clone,bpf_dynptr_adjust,bpf_dynptr_size type=sched_cls want=refuse
r1 = 0
call kfunc 6
r0 = 0
exit
