; SPDX-License-Identifier: BSD-2-Clause
; checksum.c by Debian clang version 19.1.7. Made by script/bench-code.
	r0 = 0
	if r2 < 500 goto L56
	r5 = 500
	r3 = r1
	r4 = 0
	goto L13
L6:
	r0 <<= 16
	r0 |= r5
	r0 += r6
	r3 += 500
	r5 = r4
	r5 += 500
	if r5 > r2 goto L56
L13:
	r7 = r4
	r4 = r5
	r6 = r1
	r6 += r7
	w7 = 0
	*(u16 *)(r6 + 18) = r7
	r5 = 0
L20:
	r8 = r3
	r8 += r5
	r8 = *(u16 *)(r8 + 0)
	w7 += w8
	r5 += 2
	if r5 != 500 goto L20
	w5 = w7
	w5 &= 65535
	w7 >>= 16
	w7 += w5
	w5 = w7
	w5 >>= 16
	w5 += w7
	w5 ^= -1
	*(u16 *)(r6 + 18) = r5
	w6 = 0
	r7 = 0
	r5 &= 65535
L38:
	r8 = r3
	r8 += r7
	r8 = *(u16 *)(r8 + 0)
	w6 += w8
	r7 += 2
	if r7 != 500 goto L38
	w7 = w6
	w7 &= 65535
	w6 >>= 16
	w6 += w7
	w7 = w6
	w7 >>= 16
	w7 += w6
	w7 &= 65535
	w6 = 1
	if w7 == 65535 goto L6
	w6 = 0
	goto L6
L56:
	exit
