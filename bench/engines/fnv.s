; SPDX-License-Identifier: BSD-2-Clause
; fnv.c by Debian clang version 19.1.7. Made by script/bench-code.
	r0 = 0xcbf29ce484222325 ll
	if r2 == 0 goto L13
	r3 = 0
	r4 = 0x100000001b3 ll
L6:
	r5 = r1
	r5 += r3
	r5 = *(u8 *)(r5 + 0)
	r0 ^= r5
	r0 *= r4
	r3 += 1
	if r3 < r2 goto L6
L13:
	exit
