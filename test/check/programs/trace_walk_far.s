// SPDX-License-Identifier: BSD-2-Clause
// an object has an end
// type=tracing trace=task_newtask want=refuse
r2 = *(u64 *)(r1 + 0)
r3 = *(u64 *)(r2 + 30000)
r0 = 0
exit
