// SPDX-License-Identifier: BSD-2-Clause
// half a pointer
// kfuncs=bpf_rcu_read_lock,bpf_rcu_read_unlock type=tracing flags=0 trace=task_newtask want=refuse
r2 = *(u32 *)(r1 + 0)
r0 = 0
exit
