// SPDX-License-Identifier: BSD-2-Clause
// a part of a packet is written by what may only read
// kfuncs=bpf_dynptr_from_skb,bpf_dynptr_slice,bpf_dynptr_slice_rdwr,bpf_dynptr_clone,bpf_dynptr_adjust,bpf_dynptr_size type=socket_filter want=refuse
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
call kfunc 3
if r0 == 0 goto out
*(u16 *)(r0 + 0) = 1
out:
r0 = 0
exit
