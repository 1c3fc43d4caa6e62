// SPDX-License-Identifier: BSD-2-Clause
// a task that may be null is released
// kfuncs=bpf_task_from_pid,bpf_task_release,bpf_task_acquire,bpf_task_under_cgroup type=syscall flags=16 want=refuse
r1 = 1
call kfunc 1
r1 = r0
call kfunc 2
r0 = 0
exit
