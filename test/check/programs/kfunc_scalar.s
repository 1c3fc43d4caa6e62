// SPDX-License-Identifier: BSD-2-Clause
// a pointer where a number is wanted
// kfuncs=bpf_task_from_pid type=syscall flags=16 want=refuse
call kfunc 1
r0 = 0
exit
