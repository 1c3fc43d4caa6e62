// SPDX-License-Identifier: BSD-2-Clause
// arguments of a format are of 8 bytes
// type=kprobe maps=2,4,32,1,128 holds=256400 want=refuse
*(u64 *)(r10 - 8) = 1
*(u64 *)(r10 - 16) = 2
r1 = r10
r1 += -64
r2 = 32
r3 = map_idx_value 0, 0 ll
r4 = r10
r4 += -16
r5 = 12
call 165
r0 = 0
exit
