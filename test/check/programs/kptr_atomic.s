// SPDX-License-Identifier: BSD-2-Clause
// no atomic operation on a kptr
// type=kprobe maps=2,4,32,1 kptrs want=refuse
*(u32 *)(r10 - 4) = 0
r2 = r10
r2 += -4
r1 = map_idx 0 ll
call 1
if r0 == 0 goto out
r6 = r0
r1 = 0
r1 = xchg_64(r6 + 8, r1)
out:
r0 = 0
exit
