// SPDX-License-Identifier: BSD-2-Clause
// and none of another
// type=tracing trace=kfree_skb log=ours want=refuse
r1 = *(u64 *)(r1 + 0)
call 175
r0 = 0
exit
