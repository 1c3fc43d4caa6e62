// SPDX-License-Identifier: BSD-2-Clause
// a callback says 0 or 1
// maps=31,0,0,4096 type=kprobe back=11 want=refuse
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

r0 = 2
exit
