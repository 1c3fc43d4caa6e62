// SPDX-License-Identifier: BSD-2-Clause
// a task that was released is read
// kfuncs=bpf_task_from_pid,bpf_task_release,bpf_task_acquire,bpf_task_under_cgroup type=syscall flags=16 want=refuse
r1 = 1
call kfunc 1
if r0 == 0 goto out
r6 = r0
r1 = r0
call kfunc 2
r1 = *(u64 *)(r6 + 0)
out:
r0 = 0
exit
