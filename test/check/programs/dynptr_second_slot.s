// SPDX-License-Identifier: BSD-2-Clause
// a pointer to a dynptr's second slot
// maps=27,0,0,4096 want=refuse
r1 = map_idx 0 ll
r2 = 64
r3 = 0
r4 = r10
r4 += -24
call 198
r1 = r10
r1 += -16
r2 = 0
call 199
r0 = 0
exit
