// SPDX-License-Identifier: BSD-2-Clause
// a dynptr of an XDP packet
// kfuncs=bpf_dynptr_from_xdp,bpf_dynptr_slice,bpf_dynptr_is_null,bpf_dynptr_is_rdonly type=xdp want=accept
r2 = 0
r3 = r10
r3 += -16
call kfunc 1
r1 = r10
r1 += -16
call kfunc 3
r1 = r10
r1 += -16
call kfunc 4
r1 = r10
r1 += -16
r2 = 0
r3 = r10
r3 += -48
r4 = 14
call kfunc 2
if r0 == 0 goto out
r1 = *(u16 *)(r0 + 12)
out:
r0 = 2
exit
