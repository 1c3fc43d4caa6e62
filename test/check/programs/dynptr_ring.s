// SPDX-License-Identifier: BSD-2-Clause
// a dynptr onto a record: its memory, read, write, and it is given up on both ways
// maps=27,0,0,4096 want=accept
r1 = map_idx 0 ll
r2 = 64
r3 = 0
r4 = r10
r4 += -16
call 198
r1 = r10
r1 += -16
r2 = 0
r3 = 8
call 203
if r0 == 0 goto out
*(u64 *)(r0 + 0) = 7
*(u64 *)(r10 - 24) = 1
r1 = r10
r1 += -16
r2 = 8
r3 = r10
r3 += -24
r4 = 8
r5 = 0
call 202
r1 = r10
r1 += -32
r2 = 8
r3 = r10
r3 += -16
r4 = 0
r5 = 0
call 201
r1 = r10
r1 += -16
r2 = 0
call 199
r0 = *(u64 *)(r10 - 32)
exit
out:
r1 = r10
r1 += -16
r2 = 0
call 200
r0 = 0
exit
