// SPDX-License-Identifier: BSD-2-Clause
// it was not entered
// kfuncs=bpf_preempt_disable,bpf_preempt_enable type=kprobe want=refuse
call kfunc 2
r0 = 0
exit
