// SPDX-License-Identifier: BSD-2-Clause
// on one path r3 is r8 + 2, on the other it is not: what follows for one is nothing to the other
// want=refuse flags=8
call 7
r7 = r0
call 7
r8 = r0
if r7 == 0 goto other
r3 = r8
goto both
other:
call 7
r3 = r0
both:
if r8 > 35 goto out
if r3 > 35 goto out
r3 += 2
if r3 != 17 goto out
if r8 == 15 goto out
r0 = *(u64 *)(r10 + 8)
out:
r0 = 0
exit
