// SPDX-License-Identifier: BSD-2-Clause
// an exception gives a pointer away
// kfuncs=bpf_throw type=sched_cls want=refuse
call kfunc 1
r0 = 0
exit
