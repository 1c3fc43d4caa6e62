// SPDX-License-Identifier: BSD-2-Clause
// an owned object of another type
// type=kprobe maps=2,4,32,1 kptrs want=refuse
*(u32 *)(r10 - 4) = 0
r2 = r10
r2 += -4
r1 = map_idx 0 ll
call 1
if r0 == 0 goto out
r6 = r0
r1 = r6
r1 += 24
r2 = 0
call 194
if r0 == 0 goto out
r1 = r6
r2 = r0
call 194
out:
r0 = 0
exit
