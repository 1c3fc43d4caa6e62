// SPDX-License-Identifier: BSD-2-Clause
// a function that returns a number may end where the packet does
// back=4 want=accept
r6 = r1
call back
r0 = 0
exit
back:
r6 = r1
r0 = *(u8 *)skb[0]
r0 = 0
exit
