// SPDX-License-Identifier: BSD-2-Clause
// a part of a packet behind a write through its dynptr
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
r3 += -48
r4 = 14
call kfunc 2
if r0 == 0 goto out
r7 = r0
*(u64 *)(r10 - 24) = 0
r1 = r10
r1 += -16
r2 = 0
r3 = r10
r3 += -24
r4 = 8
r5 = 0
call 202
r1 = *(u8 *)(r7 + 0)
out:
r0 = 0
exit
