// SPDX-License-Identifier: BSD-2-Clause
// a callback whose type is not known
// type=kprobe want=refuse
r1 = 3
r2 = back ll
r3 = 0
r4 = 0
call 181
exit
back:
r0 = 0
exit
