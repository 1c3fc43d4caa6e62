// SPDX-License-Identifier: BSD-2-Clause
// a section in a section
// kfuncs=bpf_rcu_read_lock,bpf_rcu_read_unlock type=tracing flags=0 trace=task_newtask want=refuse
call kfunc 1
call kfunc 1
call kfunc 2
call kfunc 2
r0 = 0
exit
