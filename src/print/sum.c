/* SPDX-License-Identifier: BSD-2-Clause */
/* The Internet checksum, RFC 1071. */
#include "print/priv.h"

static u64 add(u64 sum, const u8 *p, u32 n)
{
	for (; n > 1; p += 2, n -= 2)
		sum += get_be16(p);
	return n ? sum + (u64)(*p << 8) : sum;
}

static u16 fold(u64 sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (u16)~sum;
}

u16 sum_of(const u8 *p, u32 n) { return fold(add(0, p, n)); }

u16 sum_pseudo(struct print_state *s, u8 proto, const u8 *p, u32 n)
{
	u32 addr = s->net.ver == 6 ? 16 : 4;
	u64 sum = add(add(0, s->net.src, addr), s->net.final, addr);

	return fold(add(sum + proto + (n >> 16) + (n & 0xffff), p, n));
}

/* The field that would have made the sum right. */
u16 sum_should(u16 field, u16 sum)
{
	u32 v = (u32)field + sum;

	return (u16)((v & 0xffff) + (v >> 16));
}
