// SPDX-License-Identifier: BSD-2-Clause
// a cgroup where a task is wanted
// kfuncs=bpf_cgroup_from_id,bpf_task_release type=syscall flags=16 want=refuse
r1 = 1
call kfunc 1
if r0 == 0 goto out
r1 = r0
call kfunc 2
out:
r0 = 0
exit
