// SPDX-License-Identifier: BSD-2-Clause
// functions that read and write the stack of their caller
// want=accept
r6 = r1
r1 = *(u32 *)(r1 + 0)
r2 = r10
r2 += -16
*(u64 *)(r10 - 16) = 7
call f
r0 += r6
r0 = 0
exit
f:
r3 = *(u64 *)(r2 + 0)
r4 = 5
if r1 > 10 goto g
r4 = r3
g:
*(u64 *)(r2 + 0) = r4
r0 = r1
call h
exit
h:
r0 = 4
exit
