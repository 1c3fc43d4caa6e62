// SPDX-License-Identifier: BSD-2-Clause
// memory of a dynptr has the size that was asked for
// maps=27,0,0,4096 want=refuse
r1 = map_idx 0 ll
r2 = 64
r3 = 0
r4 = r10
r4 += -16
call 198
r1 = r10
r1 += -16
r2 = 0
r3 = 8
call 203
if r0 == 0 goto out
*(u64 *)(r0 + 1) = 7
out:
r1 = r10
r1 += -16
r2 = 0
call 199
r0 = 0
exit
