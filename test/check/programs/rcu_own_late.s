// SPDX-License-Identifier: BSD-2-Clause
// an object of the program's is not written behind its section
// kfuncs=bpf_rcu_read_lock,bpf_rcu_read_unlock type=syscall flags=16 maps=2,4,32,1 kptrs ask=ours want=refuse
*(u32 *)(r10 - 4) = 0
r2 = r10
r2 += -4
r1 = map_idx 0 ll
call 1
if r0 == 0 goto out
r6 = r0
call kfunc 1
r7 = *(u64 *)(r6 + 24)
if r7 == 0 goto no
*(u64 *)(r7 + 0) = 1
call kfunc 2
*(u64 *)(r7 + 0) = 1
r0 = 0
exit
no:
call kfunc 2
out:
r0 = 0
exit
