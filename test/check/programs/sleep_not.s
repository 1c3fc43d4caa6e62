// SPDX-License-Identifier: BSD-2-Clause
// one that may not
// type=kprobe want=refuse
r1 = r10
r1 += -8
r2 = 8
r3 = 0
call 148
r0 = 0
exit
