// SPDX-License-Identifier: BSD-2-Clause
// a dynptr that is not aligned
// maps=27,0,0,4096 want=refuse
r1 = map_idx 0 ll
r2 = 64
r3 = 0
r4 = r10
r4 += -20
call 198
r0 = 0
exit
