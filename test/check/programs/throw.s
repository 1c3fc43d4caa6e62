// SPDX-License-Identifier: BSD-2-Clause
// a program that ends by an exception
// kfuncs=bpf_throw type=sched_cls want=accept
r2 = *(u32 *)(r1 + 0)
if r2 == 3 goto out
r1 = 7
call kfunc 1
r0 = r10
out:
r0 = 0
exit
