// SPDX-License-Identifier: BSD-2-Clause
// a function that begins elsewhere
// type=kprobe back=8 want=refuse
r1 = 3
r2 = back ll
r3 = 0
r4 = 0
call 181
exit
back:
r0 = 0
exit
