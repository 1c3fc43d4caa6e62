// SPDX-License-Identifier: BSD-2-Clause
// lines go up
// type=kprobe back=7 lines=0,5,4 want=refuse
r1 = 3
r2 = back ll
r3 = 0
r4 = 0
call 181
exit
back:
r0 = 0
exit
