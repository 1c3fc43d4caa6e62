// SPDX-License-Identifier: BSD-2-Clause
// a function that sleeps, in a section of RCU
// kfuncs=bpf_rcu_read_lock,bpf_copy_from_user_str type=syscall flags=16 want=refuse
call kfunc 1
r1 = 0
r2 = 0
r4 = 0
call kfunc 2
r0 = 0
exit
