// SPDX-License-Identifier: BSD-2-Clause
// an index that is compared in the loop
// kfuncs=bpf_iter_num_new,bpf_iter_num_next,bpf_iter_num_destroy type=kprobe maps=2,4,64,1 want=accept
*(u32 *)(r10 - 12) = 0
r2 = r10
r2 += -12
r1 = map_idx 0 ll
call 1
if r0 == 0 goto out
r7 = r0
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

r1 = *(s32 *)(r0 + 0)
if r1 > 63 goto next
r2 = r7
r2 += r1
*(u8 *)(r2 + 0) = 1
goto next
done:
r1 = r10
r1 += -8
call kfunc 3
r0 = 0
exit
out:
r0 = 0
exit
