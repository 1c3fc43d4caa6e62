// SPDX-License-Identifier: BSD-2-Clause
// a format at a variable offset
// type=kprobe maps=2,4,32,1,128 holds=256420256400 want=refuse
r9 = r1
*(u64 *)(r10 - 8) = 1
*(u64 *)(r10 - 16) = 2
r1 = r10
r1 += -64
r2 = 32
r3 = map_idx_value 0, 0 ll
r6 = *(u64 *)(r9 + 0)
r6 &= 3
r3 += r6
r4 = r10
r4 += -16
r5 = 16
call 165
r0 = 0
exit
