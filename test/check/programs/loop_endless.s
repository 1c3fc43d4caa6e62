// SPDX-License-Identifier: BSD-2-Clause
// a loop whose state does not change
// want=refuse
r0 = 0
l:
r0 = 1
if r0 == 1 goto l
exit
