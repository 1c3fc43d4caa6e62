// SPDX-License-Identifier: BSD-2-Clause
// an iterator over bits is advanced as one over numbers
// kfuncs=bpf_iter_bits_new,bpf_iter_num_next type=kprobe want=refuse
*(u64 *)(r10 - 24) = 5
r1 = r10
r1 += -16
r2 = r10
r2 += -24
r3 = 1
call kfunc 1
r1 = r10
r1 += -16
call kfunc 2
r0 = 0
exit
