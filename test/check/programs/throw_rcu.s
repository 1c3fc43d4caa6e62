// SPDX-License-Identifier: BSD-2-Clause
// an exception in a section of RCU
// kfuncs=bpf_throw,bpf_rcu_read_lock type=sched_cls want=refuse
call kfunc 2
r1 = 0
call kfunc 1
r0 = 0
exit
