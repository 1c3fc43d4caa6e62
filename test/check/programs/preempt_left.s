// SPDX-License-Identifier: BSD-2-Clause
// it is not left
// kfuncs=bpf_preempt_disable,bpf_preempt_enable type=kprobe want=refuse
call kfunc 1
r0 = 0
exit
