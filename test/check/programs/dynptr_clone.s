// SPDX-License-Identifier: BSD-2-Clause
// a dynptr is cloned, and the clone made smaller
// kfuncs=bpf_dynptr_from_skb,bpf_dynptr_slice,bpf_dynptr_slice_rdwr,bpf_dynptr_clone,bpf_dynptr_adjust,bpf_dynptr_size type=sched_cls want=accept
r6 = r1
r2 = 0
r3 = r10
r3 += -16
call kfunc 1
r1 = r10
r1 += -16
r2 = r10
r2 += -32
call kfunc 4
r1 = r10
r1 += -32
r2 = 2
r3 = 4
call kfunc 5
r1 = r10
r1 += -32
call kfunc 6
r0 = 0
exit
