// SPDX-License-Identifier: BSD-2-Clause
// a loop by the rules of 2014
// level=seed want=refuse
r0 = 0
r2 = 0
l:
r2 += 1
if r2 < 10 goto l
exit
