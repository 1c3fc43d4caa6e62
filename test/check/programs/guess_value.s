// SPDX-License-Identifier: BSD-2-Clause
// a masked index into a value, and what a wrong guess does
// level=unprivileged maps=2,4,64,8 want=accept
*(u32 *)(r10 - 4) = 0
r2 = r10
r2 += -4
r6 = *(u32 *)(r1 + 0)
r1 = map_idx 0 ll
call 1
if r0 == 0 goto out
r6 &= 15
r0 += r6
r3 = *(u8 *)(r0 + 0)
*(u8 *)(r0 + 4) = 5
out:
r0 = 0
exit
