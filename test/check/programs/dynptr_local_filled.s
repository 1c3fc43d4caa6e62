// SPDX-License-Identifier: BSD-2-Clause
// a helper that fills memory may not fill a dynptr
// maps=2,4,64,8 want=refuse
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
r1 += -20
r2 = 8
r3 = r10
r3 += -24
r4 = 0
r5 = 0
call 201
out:
r0 = 0
exit
