// SPDX-License-Identifier: BSD-2-Clause
// the context as the kernel has it
// kfuncs=bpf_cast_to_kern_ctx type=sched_cls want=accept
call kfunc 1
r1 = *(u64 *)(r0 + 0)
r0 = 0
exit
