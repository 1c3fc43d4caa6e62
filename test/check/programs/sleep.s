// SPDX-License-Identifier: BSD-2-Clause
// a program that may sleep
// kfuncs=bpf_rcu_read_lock,bpf_rcu_read_unlock type=syscall flags=16 maps=2,4,32,1 kptrs want=accept
r1 = r10
r1 += -8
r2 = 8
r3 = 0
call 148
r0 = 0
exit
