// SPDX-License-Identifier: BSD-2-Clause
// a tail call in a function that returns a number
// maps=3,4,4,1 back=3 want=accept
call back
r0 = 0
exit
back:
r2 = map_idx 0 ll
r3 = 0
call 12
r0 = 0
exit
