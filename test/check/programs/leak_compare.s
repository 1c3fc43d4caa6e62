// SPDX-License-Identifier: BSD-2-Clause
// a pointer that is compared
// level=unprivileged want=refuse
if r1 == 0 goto l
r0 = 1
l:
r0 = 0
exit
