/* SPDX-License-Identifier: BSD-2-Clause */
/* The integer logarithm of each 32-bit number, as histograms of latencies want
 * it, added up. */
#include "prog.h"

INLINE u32 log2_of(u32 v)
{
	u32 r, shift;

	r = (v > 0xffff) << 4;
	v >>= r;
	shift = (v > 0xff) << 3;
	v >>= shift;
	r |= shift;
	shift = (v > 0xf) << 2;
	v >>= shift;
	r |= shift;
	shift = (v > 0x3) << 1;
	v >>= shift;
	r |= shift;
	return r | v >> 1;
}

u64 prog(void *mem, u64 len)
{
	const u32 *p = mem;
	u64 sum = 0;

	for (u64 i = 0; i < len / 4; i++)
		sum = (sum << 1 | sum >> 63) + log2_of(p[i]);
	return sum;
}
