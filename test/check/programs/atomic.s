// SPDX-License-Identifier: BSD-2-Clause
// what atomic operations bring back
// want=accept
*(u64 *)(r10 - 8) = 5
r1 = 3
r1 = atomic_fetch_add((u64 *)(r10 - 8), r1)
r0 = r1
r2 = 4
r0 = cmpxchg_64(r10 - 8, r0, r2)
r3 = *(u64 *)(r10 - 8)
r3 = xchg_64(r10 - 8, r3)
exit
