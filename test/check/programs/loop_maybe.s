// SPDX-License-Identifier: BSD-2-Clause
// a loop that one way never leaves
// want=refuse
r1 = *(u32 *)(r1 + 0)
l:
r0 = 1
if r1 == 1 goto l
exit
