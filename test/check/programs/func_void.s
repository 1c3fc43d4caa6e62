// SPDX-License-Identifier: BSD-2-Clause
// a function without a result
// type=kprobe back=7,16 want=accept
r1 = 3
r2 = back ll
r3 = 0
r4 = 0
call 181
exit
back:
r0 = 0
exit
