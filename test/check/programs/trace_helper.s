// SPDX-License-Identifier: BSD-2-Clause
// a helper takes an object of its type
// type=tracing trace=task_newtask want=accept
r1 = *(u64 *)(r1 + 0)
call 175
r0 = 0
exit
