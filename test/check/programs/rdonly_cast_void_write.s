// SPDX-License-Identifier: BSD-2-Clause
// but not written
// kfuncs=bpf_rdonly_cast type=sched_cls want=refuse
r1 = 4096
r2 = 0
call kfunc 1
*(u64 *)(r0 + 0) = 1
r0 = 0
exit
