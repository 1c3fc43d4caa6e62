// SPDX-License-Identifier: BSD-2-Clause
// what a tracepoint gives: objects that may be trusted, and numbers
// kfuncs=bpf_rcu_read_lock,bpf_rcu_read_unlock type=tracing flags=0 trace=task_newtask want=accept
r2 = *(u64 *)(r1 + 0)
r3 = *(u64 *)(r1 + 8)
r3 += 1
r6 = r2
r0 = 0
exit
