/* SPDX-License-Identifier: BSD-2-Clause */
/* How many primes are below as many as there are bytes, but 500 at most. */
#include "prog.h"

INLINE u32 is_prime(u32 n)
{
	for (u32 d = 3; d * d <= n; d += 2)
		if (n % d == 0)
			return 0;
	return 1;
}

u64 prog(void *mem, u64 len)
{
	u32 most = len < 500 ? len : 500, found = 1;

	(void)mem;
	for (u32 n = 3; n < most; n += 2)
		found += is_prime(n);
	return found;
}
