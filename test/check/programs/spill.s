// SPDX-License-Identifier: BSD-2-Clause
// pointers and numbers that are spilled
// want=accept
r2 = *(u32 *)(r1 + 0)
r3 = r10
r3 += -16
*(u64 *)(r10 - 16) = 0
*(u64 *)(r10 - 8) = 0
r4 = *(u64 *)(r3 + 0)
*(u64 *)(r10 - 8) = r1
r5 = *(u64 *)(r10 - 8)
r0 = r2
if r0 > 5 goto l
r0 = 2
l:
exit
