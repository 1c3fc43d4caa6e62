// SPDX-License-Identifier: BSD-2-Clause
// a dynptr where none was made
// want=refuse
*(u64 *)(r10 - 16) = 0
*(u64 *)(r10 - 8) = 0
r1 = r10
r1 += -24
r2 = 8
r3 = r10
r3 += -16
r4 = 0
r5 = 0
call 201
r0 = 0
exit
