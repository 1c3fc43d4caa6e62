// SPDX-License-Identifier: BSD-2-Clause
// a socket of a group is chosen out of a map
// type=sk_reuseport maps=20,4,8,1 want=accept
*(u32 *)(r10 - 4) = 0
r3 = r10
r3 += -4
r2 = map_idx 0 ll
r4 = 0
call 82
r0 = 1
exit
