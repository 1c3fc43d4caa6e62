; SPDX-License-Identifier: BSD-2-Clause
; copy.c by Debian clang version 19.1.7. Made by script/bench-code.
	r3 = 0
	r4 = 60
	r0 = 0
	goto L7
L4:
	r4 += 1
	r3 += 1
	if r3 == 8 goto L43
L7:
	r5 = r3
	r5 += 120
	if r5 > r2 goto L4
	r6 = r4
	r5 = r6
L12:
	r7 = r1
	r7 += r6
	r8 = *(u64 *)(r7 - 60)
	*(u64 *)(r7 + 0) = r8
	r8 = *(u64 *)(r7 - 52)
	*(u64 *)(r7 + 8) = r8
	r8 = *(u64 *)(r7 - 44)
	*(u64 *)(r7 + 16) = r8
	r8 = *(u64 *)(r7 - 36)
	*(u64 *)(r7 + 24) = r8
	r8 = *(u64 *)(r7 - 28)
	*(u64 *)(r7 + 32) = r8
	r8 = *(u64 *)(r7 - 20)
	*(u64 *)(r7 + 40) = r8
	r8 = *(u64 *)(r7 - 12)
	*(u64 *)(r7 + 48) = r8
	r8 = *(u8 *)(r7 - 4)
	*(u8 *)(r7 + 56) = r8
	r8 = *(u8 *)(r7 - 3)
	*(u8 *)(r7 + 57) = r8
	r8 = *(u8 *)(r7 - 2)
	*(u8 *)(r7 + 58) = r8
	r8 = *(u8 *)(r7 - 1)
	*(u8 *)(r7 + 59) = r8
	r5 += 120
	r0 += 1
	r7 = r6
	r7 += 180
	r6 = r5
	if r7 > r2 goto L4
	goto L12
L43:
	exit
