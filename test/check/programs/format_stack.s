// SPDX-License-Identifier: BSD-2-Clause
// a format on the stack
// type=kprobe want=refuse
*(u64 *)(r10 - 8) = 1
*(u64 *)(r10 - 16) = 2
r1 = r10
r1 += -64
r2 = 32
r3 = r10
r3 += -16
r4 = r10
r4 += -16
r5 = 16
call 165
r0 = 0
exit
