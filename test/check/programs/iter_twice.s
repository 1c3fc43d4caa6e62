// SPDX-License-Identifier: BSD-2-Clause
// an iterator that is made twice
// kfuncs=bpf_iter_num_new,bpf_iter_num_next,bpf_iter_num_destroy type=kprobe want=refuse
r1 = r10
r1 += -8
r2 = 0
r3 = 10
call kfunc 1
r1 = r10
r1 += -8
r2 = 0
r3 = 10
call kfunc 1
r1 = r10
r1 += -8
call kfunc 3
r0 = 0
exit
