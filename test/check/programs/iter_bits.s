// SPDX-License-Identifier: BSD-2-Clause
// the bits of a word, one after the other
// kfuncs=bpf_iter_bits_new,bpf_iter_bits_next,bpf_iter_bits_destroy type=kprobe want=accept
*(u64 *)(r10 - 24) = 5
r1 = r10
r1 += -16
r2 = r10
r2 += -24
r3 = 1
call kfunc 1
next:
r1 = r10
r1 += -16
call kfunc 2
if r0 == 0 goto done
r1 = *(u32 *)(r0 + 0)
goto next
done:
r1 = r10
r1 += -16
call kfunc 3
r0 = 0
exit
