// SPDX-License-Identifier: BSD-2-Clause
// what a function is of is a function
// type=kprobe back=7,1 want=refuse
r1 = 3
r2 = back ll
r3 = 0
r4 = 0
call 181
exit
back:
r0 = 0
exit
