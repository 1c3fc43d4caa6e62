// SPDX-License-Identifier: BSD-2-Clause
// a part of a size that is not known
// kfuncs=bpf_dynptr_from_skb,bpf_dynptr_slice,bpf_dynptr_slice_rdwr,bpf_dynptr_clone,bpf_dynptr_adjust,bpf_dynptr_size type=sched_cls want=refuse
r6 = r1
r2 = 0
r3 = r10
r3 += -16
call kfunc 1
r4 = *(u32 *)(r6 + 0)
r1 = r10
r1 += -16
r2 = 0
r3 = 0
call kfunc 2
r0 = 0
exit
