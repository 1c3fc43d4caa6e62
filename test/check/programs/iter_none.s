// SPDX-License-Identifier: BSD-2-Clause
// an iterator that was not made
// kfuncs=bpf_iter_num_new,bpf_iter_num_next,bpf_iter_num_destroy type=kprobe want=refuse
r1 = r10
r1 += -8
call kfunc 2
r0 = 0
exit
