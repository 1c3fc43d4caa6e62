// SPDX-License-Identifier: BSD-2-Clause
// a value of an array: surely there, a variable index, an atomic operation
// maps=2,4,64,8 want=accept
*(u32 *)(r10 - 4) = 0
r2 = r10
r2 += -4
r1 = map_idx 0 ll
call 1
if r0 == 0 goto out
r1 = *(u32 *)(r0 + 0)
r1 &= 7
r1 <<= 2
r0 += r1
r3 = *(u32 *)(r0 + 4)
*(u32 *)(r0 + 0) = 5
lock *(u32 *)(r0 + 0) += r3
r0 = 0
out:
exit
