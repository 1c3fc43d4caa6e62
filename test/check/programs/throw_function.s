// SPDX-License-Identifier: BSD-2-Clause
// an exception in a function ends the program
// kfuncs=bpf_throw,bpf_rcu_read_lock type=sched_cls want=accept
r1 = *(u32 *)(r1 + 0)
call local f
r0 = 0
exit
f:
if r1 > 3 goto fine
call kfunc 1
fine:
r0 = 1
exit
