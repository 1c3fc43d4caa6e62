// SPDX-License-Identifier: BSD-2-Clause
// arguments are not written
// kfuncs=bpf_rcu_read_lock,bpf_rcu_read_unlock type=tracing flags=0 trace=task_newtask want=refuse
r2 = 0
*(u64 *)(r1 + 0) = r2
r0 = 0
exit
