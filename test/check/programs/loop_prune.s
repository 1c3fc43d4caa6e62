// SPDX-License-Identifier: BSD-2-Clause
// a loop with two ways in its body, whose states cover each other
// want=accept
r6 = r1
r7 = *(u32 *)(r1 + 0)
r7 &= 31
r8 = 0
*(u64 *)(r10 - 8) = 0
l:
r1 = r10
r1 += -8
if r8 >= r7 goto done
r9 = *(u64 *)(r10 - 8)
r9 += 3
*(u64 *)(r10 - 8) = r9
r8 += 1
call 7
if r0 > 5 goto l
r8 += 1
goto l
done:
r0 = *(u64 *)(r10 - 8)
exit
