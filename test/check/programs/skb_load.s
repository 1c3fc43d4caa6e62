// SPDX-License-Identifier: BSD-2-Clause
// loads from the packet by offset
// want=accept
r6 = r1
r0 = *(u16 *)skb[12]
if r0 == 5 goto l
r7 = 2
r0 = *(u8 *)skb[r7 + 3]
l:
exit
