// SPDX-License-Identifier: BSD-2-Clause
// a function that programs of this type may not call
// kfuncs=bpf_task_from_pid,bpf_task_release,bpf_task_acquire,bpf_task_under_cgroup type=kprobe want=refuse
r1 = 1
call kfunc 1
r0 = 0
exit
