// SPDX-License-Identifier: BSD-2-Clause
// a number is read as an object of the kernel
// kfuncs=bpf_rdonly_cast type=kprobe want=refuse
r1 = 0
r2 = 1
call kfunc 1
r0 = 0
exit
