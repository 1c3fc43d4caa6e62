// SPDX-License-Identifier: BSD-2-Clause
// packet pointers: what a comparison with the end proves, with a variable offset
// type=xdp want=accept
r2 = *(u32 *)(r1 + 0)
r3 = *(u32 *)(r1 + 4)
r4 = r2
r4 += 14
r0 = 1
if r4 > r3 goto out
r5 = *(u8 *)(r2 + 12)
r6 = *(u16 *)(r2 + 12)
r5 &= 15
r2 += r5
r4 = r2
r4 += 4
if r4 > r3 goto out
r0 = *(u32 *)(r2 + 0)
*(u8 *)(r2 + 3) = 1
out: 
exit
