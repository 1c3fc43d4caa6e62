// SPDX-License-Identifier: BSD-2-Clause
// what a function does behind a tail call, its caller may not rely on
// maps=3,4,4,1 back=9 want=refuse
r6 = r1
*(u64 *)(r10 - 8) = 5
r2 = r10
r2 += -8
call back
r3 = *(u64 *)(r10 - 8)
r0 = *(u32 *)(r3 + 0)
r0 = 0
exit
back:
r7 = r1
r8 = r2
r2 = map_idx 0 ll
r3 = 0
call 12
*(u64 *)(r8 + 0) = r7
r0 = 0
exit
