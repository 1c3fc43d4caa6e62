// SPDX-License-Identifier: BSD-2-Clause
// a sign that is made by shifts
// want=accept
r3 = *(u8 *)(r1 + 0)
r3 <<= 56
r3 s>>= 56
r0 = r3
exit
