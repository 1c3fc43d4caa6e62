/* SPDX-License-Identifier: BSD-2-Clause */
/* SipHash-2-4 of each 64 bytes, with a key of its own. */
#include "prog.h"

enum { SIZE = 64 };

struct state {
	u64 a, b, c, d;
};

INLINE u64 rol(u64 x, u32 n) { return x << n | x >> (64 - n); }

INLINE void rounds(struct state *s, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		s->a += s->b;
		s->c += s->d;
		s->b = rol(s->b, 13) ^ s->a;
		s->d = rol(s->d, 16) ^ s->c;
		s->a = rol(s->a, 32);
		s->c += s->b;
		s->a += s->d;
		s->b = rol(s->b, 17) ^ s->c;
		s->d = rol(s->d, 21) ^ s->a;
		s->c = rol(s->c, 32);
	}
}

INLINE void absorb(struct state *s, u64 word)
{
	s->d ^= word;
	rounds(s, 2);
	s->a ^= word;
}

INLINE u64 siphash(u64 k0, u64 k1, const u64 *p, u32 n)
{
	struct state s = {
		k0 ^ 0x736f6d6570736575,
		k1 ^ 0x646f72616e646f6d,
		k0 ^ 0x6c7967656e657261,
		k1 ^ 0x7465646279746573,
	};

	for (u32 i = 0; i < n; i++)
		absorb(&s, p[i]);
	absorb(&s, (u64)n * 8 << 56);
	s.c ^= 0xff;
	rounds(&s, 4);
	return s.a ^ s.b ^ s.c ^ s.d;
}

u64 prog(void *mem, u64 len)
{
	u64 all = 0;

	for (u64 at = 0; at + SIZE <= len; at += SIZE)
		all ^= siphash(at, all, (const u64 *)((u8 *)mem + at), SIZE / 8);
	return all;
}
