// SPDX-License-Identifier: BSD-2-Clause
// a bounded loop is walked turn by turn
// want=accept
r0 = 0
r1 = 0
l:
r0 += r1
r1 += 1
if r1 < 100 goto l
exit
