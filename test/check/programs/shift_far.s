// SPDX-License-Identifier: BSD-2-Clause
// shifts by the width and more: the amount is taken modulo the width, so that each gives 1
// maps=2,4,8,1 want=accept ask=ours
*(u32 *)(r10 - 4) = 0
r2 = r10
r2 += -4
r1 = map_idx 0 ll
call 1
if r0 == 0 goto out
r2 = 64
r1 = 1
r1 >>= r2
r3 = 1
r3 s>>= r2
r2 = 31
w3 = 1
w3 <<= w2
r2 = 32
w1 = 1
w1 <<= w2
r0 += r1
r0 = *(u8 *)(r0 + 6)
out:
r0 = 0
exit
