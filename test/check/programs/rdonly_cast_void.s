// SPDX-License-Identifier: BSD-2-Clause
// any memory is read as it is
// kfuncs=bpf_rdonly_cast type=sched_cls want=accept
r1 = 4096
r2 = 0
call kfunc 1
r1 = *(u64 *)(r0 + 800)
r0 += 5
r1 = *(u8 *)(r0 + 1)
r0 = 0
exit
