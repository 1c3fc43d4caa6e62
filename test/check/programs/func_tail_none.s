// SPDX-License-Identifier: BSD-2-Clause
// in one whose type is not known
// maps=3,4,4,1 want=refuse
call back
r0 = 0
exit
back:
r2 = map_idx 0 ll
r3 = 0
call 12
r0 = 0
exit
