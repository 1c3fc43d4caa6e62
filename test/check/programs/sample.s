// SPDX-License-Identifier: BSD-2-Clause
// what a user's ring buffer has is read
// maps=31,0,0,4096 type=kprobe back=11 want=accept
r1 = map_idx 0 ll
r2 = back ll
r3 = r10
r3 += -8
r4 = 0
*(u64 *)(r10 - 8) = 0
call 209
r0 = 0
exit
back:

r7 = r2
r3 = r1
r1 = r10
r1 += -8
r2 = 8
r4 = 0
r5 = 0
call 201
r1 = *(u64 *)(r10 - 8)
*(u64 *)(r7 + 0) = r1
r0 = 0
exit
