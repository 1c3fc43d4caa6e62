// SPDX-License-Identifier: BSD-2-Clause
// a tracepoint has so many arguments
// kfuncs=bpf_rcu_read_lock,bpf_rcu_read_unlock type=tracing flags=0 trace=task_newtask want=refuse
r2 = *(u64 *)(r1 + 16)
r0 = 0
exit
