// SPDX-License-Identifier: BSD-2-Clause
// an exchange at a variable offset
// type=kprobe maps=2,4,32,1 kptrs want=refuse
*(u32 *)(r10 - 4) = 0
r2 = r10
r2 += -4
r1 = map_idx 0 ll
call 1
if r0 == 0 goto out
r6 = r0
r1 = *(u64 *)(r6 + 16)
r1 &= 8
r1 += r6
r2 = 0
call 194
out:
r0 = 0
exit
