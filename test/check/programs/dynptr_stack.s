// SPDX-License-Identifier: BSD-2-Clause
// a dynptr onto the stack
// want=refuse
*(u64 *)(r10 - 8) = 0
r1 = r10
r1 += -8
r2 = 8
r3 = 0
r4 = r10
r4 += -24
call 197
r0 = 0
exit
