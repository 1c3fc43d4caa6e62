// SPDX-License-Identifier: BSD-2-Clause
// a range that matters is followed into a function and through its stack
// want=accept
r6 = 3
r1 = 5
call f
if r0 > 20 goto x
r1 = r10
r1 += -32
r1 += r0
*(u8 *)(r1 + 0) = 1
x: 
r0 = 0
exit
f:
r0 = r1
r0 += 2
*(u64 *)(r10 - 8) = r0
r0 = *(u64 *)(r10 - 8)
exit
