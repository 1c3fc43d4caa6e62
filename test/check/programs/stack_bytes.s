// SPDX-License-Identifier: BSD-2-Clause
// the stack by byte: variable offsets, parts of a spilled pointer
// want=refuse
r2 = r10
r1 = *(u32 *)(r1 + 0)
r1 &= 7
r2 += r1
*(u64 *)(r10 - 16) = 0
*(u8 *)(r2 - 16) = 7
r0 = *(u8 *)(r2 - 16)
*(u32 *)(r10 - 4) = 17
*(u16 *)(r10 - 8) = r0
r3 = *(u64 *)(r10 - 8)
*(u64 *)(r10 - 24) = r10
r4 = *(u64 *)(r10 - 24)
r5 = *(u32 *)(r10 - 24)
exit
