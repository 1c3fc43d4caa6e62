// SPDX-License-Identifier: BSD-2-Clause
// may_goto: a loop without bounds is widened
// want=accept
r0 = 0
r6 = 0
l:
may_goto d
r6 += 1
r0 = r6
goto l
d:
exit
