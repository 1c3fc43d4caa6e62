; SPDX-License-Identifier: BSD-2-Clause
; strings.c by Debian clang version 19.1.7. Made by script/bench-code.
	r0 = 0
	if r2 < 80 goto L121
	r3 = 4
	w0 = 0
	r5 = 5
	w4 = 0
	goto L19
L7:
	w4 += w7
	w0 += w6
L9:
	r1 += 16
	r5 = r3
	r5 += 1
	r6 = r5
	r6 <<= 4
	if r6 <= r2 goto L19
	r0 <<= 32
	w1 = w4
	r0 |= r1
	goto L121
L19:
	r6 = r3
	r3 = r5
	if r6 < 4 goto L9
	r7 = 0
	goto L34
L24:
	w5 = 0
	if w7 == 0 goto L29
	r7 = r6
	r7 += 1
	if r6 < 15 goto L34
L29:
	w7 = 1
	w6 = 1
	if w5 == 0 goto L43
	w6 = 0
	goto L43
L34:
	r6 = r7
	r7 = r1
	r7 += r6
	r5 = *(u8 *)(r7 + 0)
	r7 = *(u8 *)(r7 + 64)
	if w7 == w5 goto L24
	w7 -= w5
	w5 = w7
	goto L29
L43:
	if w5 s> 0 goto L45
	w7 = 0
L45:
	w4 += w7
	w0 += w6
	r7 = 0
	goto L59
L49:
	w5 = 0
	if w7 == 0 goto L54
	r7 = r6
	r7 += 1
	if r6 < 15 goto L59
L54:
	w7 = 1
	w6 = 1
	if w5 == 0 goto L68
	w6 = 0
	goto L68
L59:
	r6 = r7
	r7 = r1
	r7 += r6
	r5 = *(u8 *)(r7 + 16)
	r7 = *(u8 *)(r7 + 64)
	if w7 == w5 goto L49
	w7 -= w5
	w5 = w7
	goto L54
L68:
	if w5 s> 0 goto L70
	w7 = 0
L70:
	w4 += w7
	w0 += w6
	r7 = 0
	goto L84
L74:
	w5 = 0
	if w7 == 0 goto L79
	r7 = r6
	r7 += 1
	if r6 < 15 goto L84
L79:
	w7 = 1
	w6 = 1
	if w5 == 0 goto L93
	w6 = 0
	goto L93
L84:
	r6 = r7
	r7 = r1
	r7 += r6
	r5 = *(u8 *)(r7 + 32)
	r7 = *(u8 *)(r7 + 64)
	if w7 == w5 goto L74
	w7 -= w5
	w5 = w7
	goto L79
L93:
	if w5 s> 0 goto L95
	w7 = 0
L95:
	w4 += w7
	w0 += w6
	r7 = 0
	goto L109
L99:
	w5 = 0
	if w7 == 0 goto L104
	r7 = r6
	r7 += 1
	if r6 < 15 goto L109
L104:
	w7 = 1
	w6 = 1
	if w5 == 0 goto L118
	w6 = 0
	goto L118
L109:
	r6 = r7
	r7 = r1
	r7 += r6
	r5 = *(u8 *)(r7 + 48)
	r7 = *(u8 *)(r7 + 64)
	if w7 == w5 goto L99
	w7 -= w5
	w5 = w7
	goto L104
L118:
	if w5 s> 0 goto L7
	w7 = 0
	goto L7
L121:
	exit
