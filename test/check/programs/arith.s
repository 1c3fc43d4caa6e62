// SPDX-License-Identifier: BSD-2-Clause
// arithmetic in 32 and 64 bits, jumps on its results
// want=accept
r0 = *(u32 *)(r1 + 0)
r2 = *(u32 *)(r1 + 4)
w3 = w0
w3 += 5
r3 <<= 3
r3 s>>= 1
r4 = r3
r4 |= 0xff
r4 ^= r2
r4 &= 0x7ff
r4 *= 3
r5 = r4
r5 += 10
if r4 s> 5 goto a
r5 -= r4
r0 = be32 r0
r0 = -r0
a:
r0 = (s8)r0
w4 = (s16)w5
if w4 == 3 goto b
r0 = r5
if r2 & 8 goto b
r0 = 1
b: 
exit
