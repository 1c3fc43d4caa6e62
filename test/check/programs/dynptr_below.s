// SPDX-License-Identifier: BSD-2-Clause
// a dynptr of which half lies outside of the stack
// maps=27,0,0,4096 want=refuse
r1 = map_idx 0 ll
r2 = 64
r3 = 0
r4 = r10
r4 += -8
call 198
r0 = 0
exit
