// SPDX-License-Identifier: BSD-2-Clause
// a kptr that is loaded in a section of RCU may be believed there
// kfuncs=bpf_rcu_read_lock,bpf_rcu_read_unlock type=syscall flags=16 maps=2,4,32,1 kptrs want=accept
*(u32 *)(r10 - 4) = 0
r2 = r10
r2 += -4
r1 = map_idx 0 ll
call 1
if r0 == 0 goto out
r6 = r0
call kfunc 1
r7 = *(u64 *)(r6 + 0)
if r7 == 0 goto no
r1 = *(u64 *)(r7 + 0)
no:
call kfunc 2
out:
r0 = 0
exit
