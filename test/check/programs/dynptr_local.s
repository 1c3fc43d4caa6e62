// SPDX-License-Identifier: BSD-2-Clause
// a dynptr onto a map's value: made anew in the same place, and left to itself
// maps=2,4,64,8 want=accept
*(u32 *)(r10 - 4) = 0
r2 = r10
r2 += -4
r1 = map_idx 0 ll
call 1
if r0 == 0 goto out
r7 = r0
r1 = r0
r2 = 64
r3 = 0
r4 = r10
r4 += -24
call 197
r1 = r10
r1 += -24
r2 = 0
r3 = 8
call 203
if r0 == 0 goto out
r6 = *(u64 *)(r0 + 0)
r1 = r7
r2 = 32
r3 = 0
r4 = r10
r4 += -32
call 197
r1 = r10
r1 += -32
r2 = 8
r3 = 8
call 203
if r0 == 0 goto out
r6 = *(u64 *)(r0 + 0)
r0 = 0
out:
r0 = 0
exit
