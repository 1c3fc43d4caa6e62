// SPDX-License-Identifier: BSD-2-Clause
// a numeric iterator: its number is read in each turn
// kfuncs=bpf_iter_num_new,bpf_iter_num_next,bpf_iter_num_destroy type=kprobe want=accept
r6 = 0
r1 = r10
r1 += -8
r2 = 0
r3 = 10
call kfunc 1
next:
r1 = r10
r1 += -8
call kfunc 2
if r0 == 0 goto done
r1 = *(u32 *)(r0 + 0)
r6 += r1
goto next
done:
r1 = r10
r1 += -8
call kfunc 3
r0 = 0
exit
