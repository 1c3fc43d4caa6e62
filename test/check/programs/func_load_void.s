// SPDX-License-Identifier: BSD-2-Clause
// one without a result may not
// back=4,16 want=refuse
r6 = r1
call back
r0 = 0
exit
back:
r6 = r1
r0 = *(u8 *)skb[0]
r0 = 0
exit
