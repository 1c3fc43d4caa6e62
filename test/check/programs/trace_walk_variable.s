// SPDX-License-Identifier: BSD-2-Clause
// not at a variable offset
// type=tracing trace=task_newtask want=refuse
r2 = *(u64 *)(r1 + 0)
r3 = *(u64 *)(r1 + 8)
r3 &= 8
r2 += r3
r3 = *(u64 *)(r2 + 0)
r0 = 0
exit
