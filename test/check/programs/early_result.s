// SPDX-License-Identifier: BSD-2-Clause
// a result that matters, of a function that may end early
// maps=3,4,4,1 maps=2,4,64,1 back=19 want=refuse
r6 = r1
*(u32 *)(r10 - 4) = 0
r2 = r10
r2 += -4
r1 = map_idx 1 ll
call 1
if r0 == 0 goto out
r7 = r0
r1 = r6
call back
r7 += r0
r0 = *(u8 *)(r7 + 0)
out:
r0 = 0
exit
back:
r2 = map_idx 0 ll
r3 = 0
call 12
r0 = 5
exit
