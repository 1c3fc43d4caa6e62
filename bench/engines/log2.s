; SPDX-License-Identifier: BSD-2-Clause
; log2.c by Debian clang version 19.1.7. Made by script/bench-code.
	r0 = 0
	if r2 < 4 goto L20
	r2 >>= 2
	r3 = 0
	goto L21
L5:
	r9 = r0
	r9 >>= 63
	r0 <<= 1
	r0 |= r9
	w5 <<= 1
	w6 >>= w5
	w6 >>= 1
	w4 |= w6
	w4 |= w7
	w4 |= w8
	w4 |= w5
	r0 += r4
	r1 += 4
	r3 += 1
	if r3 < r2 goto L21
L20:
	exit
L21:
	r6 = *(u32 *)(r1 + 0)
	w5 = 1
	w4 = 1
	if w6 > 65535 goto L26
	w4 = 0
L26:
	w4 <<= 4
	w6 >>= w4
	w7 = 1
	if w6 > 255 goto L31
	w7 = 0
L31:
	w7 <<= 3
	w6 >>= w7
	w8 = 1
	if w6 > 15 goto L36
	w8 = 0
L36:
	w8 <<= 2
	w6 >>= w8
	if w6 > 3 goto L5
	w5 = 0
	goto L5
