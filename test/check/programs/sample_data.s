// SPDX-License-Identifier: BSD-2-Clause
// its memory
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

r2 = 0
r3 = 8
call 203
if r0 == 0 goto out
r1 = *(u64 *)(r0 + 0)
out:
r0 = 0
exit
