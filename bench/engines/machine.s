; SPDX-License-Identifier: BSD-2-Clause
; machine.c by Debian clang version 19.1.7. Made by script/bench-code.
	r0 = 0
	if r2 < 72 goto L92
	r3 = 0
	r4 = 64
	r7 = 0
	r5 = 0
	goto L14
L7:
	r7 = r4
	r7 += 128
	r8 = r4
	r8 += 136
	r4 = r7
	r7 = r6
	if r8 > r2 goto L89
L14:
	r6 = r1
	r6 += r4
	r6 = *(u64 *)(r6 + 0)
	r6 += r7
	r8 = 0
	goto L25
L20:
	r0 += r8
L21:
	r8 = r7
	r8 += 2
	if r7 < 62 goto L25
	goto L7
L25:
	r7 = r8
	r9 = r1
	r9 += r7
	r8 = *(u8 *)(r9 + 1)
	r9 = *(u8 *)(r9 + 0)
	w9 &= 15
	if w9 s> 7 goto L39
	if w9 s> 3 goto L44
	if w9 s> 1 goto L53
	if w9 == 0 goto L70
	r8 = r6
	r8 += r5
	r5 = r8
	goto L21
L39:
	if w9 s> 11 goto L48
	if w9 s> 9 goto L57
	if w9 == 8 goto L72
	r0 = r5
	goto L21
L44:
	if w9 s> 5 goto L60
	if w9 == 4 goto L75
	r5 |= r8
	goto L21
L48:
	if w9 s> 13 goto L64
	if w9 == 12 goto L79
	if r5 <= r0 goto L21
	r6 += 1
	goto L21
L53:
	if w9 == 2 goto L81
	w8 |= 1
	r5 *= r8
	goto L21
L57:
	if w9 == 10 goto L83
	r3 += r5
	goto L21
L60:
	if w9 == 6 goto L85
	r8 &= 7
	r5 <<= r8
	goto L21
L64:
	if w9 == 14 goto L20
	r8 = r5
	r8 &= 255
	r3 <<= 8
	r3 |= r8
	goto L21
L70:
	r5 = r8
	goto L21
L72:
	r8 &= 7
	r5 >>= r8
	goto L21
L75:
	r8 = r3
	r8 ^= r5
	r5 = r8
	goto L21
L79:
	r0 ^= -1
	goto L21
L81:
	r5 -= r0
	goto L21
L83:
	r6 ^= r5
	goto L21
L85:
	r8 = r0
	r8 &= r5
	r5 = r8
	goto L21
L89:
	r0 ^= r5
	r0 ^= r6
	r0 ^= r3
L92:
	exit
