// SPDX-License-Identifier: BSD-2-Clause
// a task that is not released on one path
// kfuncs=bpf_task_from_pid,bpf_task_release,bpf_task_acquire,bpf_task_under_cgroup type=syscall flags=16 want=refuse
r1 = 1
call kfunc 1
if r0 == 0 goto out
r1 = *(u32 *)(r0 + 0)
if r1 == 3 goto out
r1 = r0
call kfunc 2
out:
r0 = 0
exit
