// SPDX-License-Identifier: BSD-2-Clause
// an exception while a task is held
// kfuncs=bpf_task_from_pid,bpf_throw type=syscall flags=16 want=refuse
r1 = 1
call kfunc 1
if r0 == 0 goto out
r1 = 0
call kfunc 2
out:
r0 = 0
exit
