// SPDX-License-Identifier: BSD-2-Clause
// the current task is acquired in a section of RCU
// kfuncs=bpf_task_from_pid,bpf_task_release,bpf_task_acquire,bpf_task_under_cgroup type=syscall flags=16 want=accept
call 158
r1 = r0
call kfunc 3
if r0 == 0 goto out
r1 = r0
call kfunc 2
out:
r0 = 0
exit
