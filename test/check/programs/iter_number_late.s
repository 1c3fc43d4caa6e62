// SPDX-License-Identifier: BSD-2-Clause
// a number of an iterator after its end
// kfuncs=bpf_iter_num_new,bpf_iter_num_next,bpf_iter_num_destroy type=kprobe want=refuse
r1 = r10
r1 += -8
r2 = 0
r3 = 10
call kfunc 1
next:
r1 = r10
r1 += -8
call kfunc 2
r6 = r0
r1 = r10
r1 += -8
call kfunc 3
if r6 == 0 goto out
r0 = *(u32 *)(r6 + 0)
out:
r0 = 0
exit
