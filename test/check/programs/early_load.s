// SPDX-License-Identifier: BSD-2-Clause
// nor on what it does behind a load that may leave the packet
// back=9 want=refuse
r6 = r1
*(u64 *)(r10 - 8) = 5
r2 = r10
r2 += -8
call back
r3 = *(u64 *)(r10 - 8)
r0 = *(u32 *)(r3 + 0)
r0 = 0
exit
back:
r6 = r1
r8 = r2
r0 = *(u8 *)skb[0]
*(u64 *)(r8 + 0) = r6
r0 = 0
exit
