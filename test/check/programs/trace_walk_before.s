// SPDX-License-Identifier: BSD-2-Clause
// and a beginning
// type=tracing trace=task_newtask want=refuse
r2 = *(u64 *)(r1 + 0)
r3 = *(u64 *)(r2 - 8)
r0 = 0
exit
