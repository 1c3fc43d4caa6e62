// SPDX-License-Identifier: BSD-2-Clause
// a section that was not entered
// kfuncs=bpf_rcu_read_lock,bpf_rcu_read_unlock type=tracing flags=0 trace=task_newtask want=refuse
call kfunc 2
r0 = 0
exit
