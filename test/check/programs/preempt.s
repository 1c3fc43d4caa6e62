// SPDX-License-Identifier: BSD-2-Clause
// a section that is not interrupted
// kfuncs=bpf_preempt_disable,bpf_preempt_enable type=kprobe want=accept
call kfunc 1
call kfunc 2
r0 = 0
exit
