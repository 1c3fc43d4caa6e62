// SPDX-License-Identifier: BSD-2-Clause
// the current task is released, which nobody acquired
// kfuncs=bpf_task_from_pid,bpf_task_release,bpf_task_acquire,bpf_task_under_cgroup type=syscall flags=16 want=refuse
call 158
r1 = r0
call kfunc 2
r0 = 0
exit
