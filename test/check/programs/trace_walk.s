// SPDX-License-Identifier: BSD-2-Clause
// what an argument leads to is read, and not written
// type=tracing trace=task_newtask want=refuse
r2 = *(u64 *)(r1 + 0)
r3 = *(u64 *)(r2 + 0)
*(u64 *)(r2 + 0) = r3
r0 = 0
exit
