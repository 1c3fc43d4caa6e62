// SPDX-License-Identifier: BSD-2-Clause
// nor one whose type is not known
// want=refuse
r6 = r1
call back
r0 = 0
exit
back:
r6 = r1
r0 = *(u8 *)skb[0]
r0 = 0
exit
