; SPDX-License-Identifier: BSD-2-Clause
; primes.c by Debian clang version 19.1.7. Made by script/bench-code.
	r1 = r2
	if r2 < 500 goto L3
	r1 = 500
L3:
	r0 = 1
	if r2 < 4 goto L26
	w0 = 1
	w2 = 3
	goto L21
L8:
	w4 += 2
	w5 = w4
	w5 *= w5
	w0 = 1
	if w5 > w2 goto L17
L13:
	w5 = w2
	w5 %= w4
	w0 = 0
	if w5 != 0 goto L8
L17:
	w0 += w3
	w2 += 2
	if w2 < w1 goto L21
	goto L26
L21:
	w3 = w0
	w0 = 1
	if w2 < 9 goto L17
	w4 = 3
	goto L13
L26:
	exit
