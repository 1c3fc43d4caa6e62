/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-256 (FIPS 180-4), of which a program's tag is the beginning. */
#include "kern/call.h"

static u32 rotr(u32 x, u32 n) { return x >> n | x << (32 - n); }

/* The first 32 bits of the fractional parts of the roots of the first primes are
 * found by whole numbers: floor(2^32 * frac(p^(1/n))). */
static u32 root_bits(u32 p, u32 n)
{
	unsigned __int128 lo = 0, hi = (unsigned __int128)1 << 37; /* the root times 2^32 */

	while (hi - lo > 1) {
		unsigned __int128 mid = (lo + hi) / 2, cut = mid * mid;
		bool above = n == 2 ? cut >> 64 >= p : cut * mid >= (unsigned __int128)p << 96;
		if (above)
			hi = mid;
		else
			lo = mid;
	}
	return (u32)lo;
}

struct sha {
	u32 h[8], k[64];
};

static void start(struct sha *s)
{
	for (u32 p = 2, n = 0; n < 64; p++) {
		u32 d = 2;
		while (d * d <= p && p % d)
			d++;
		if (d * d <= p)
			continue;
		if (n < 8)
			s->h[n] = root_bits(p, 2);
		s->k[n++] = root_bits(p, 3);
	}
}

static void block(struct sha *s, const u8 *p)
{
	u32 w[64], v[8];

	for (u32 i = 0; i < 16; i++)
		w[i] = get_be32(p + 4 * i);
	for (u32 i = 16; i < 64; i++) {
		u32 a = w[i - 15], b = w[i - 2];
		w[i] = w[i - 16] + w[i - 7] + (rotr(a, 7) ^ rotr(a, 18) ^ a >> 3) +
		       (rotr(b, 17) ^ rotr(b, 19) ^ b >> 10);
	}
	memcpy(v, s->h, sizeof(v));
	for (u32 i = 0; i < 64; i++) {
		u32 a = v[0], e = v[4];
		u32 t = v[7] + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) +
			((e & v[5]) ^ (~e & v[6])) + s->k[i] + w[i];
		u32 u = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) +
			((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
		memmove(v + 1, v, 7 * sizeof(*v));
		v[4] += t;
		v[0] = t + u;
	}
	for (u32 i = 0; i < 8; i++)
		s->h[i] += v[i];
}

void kern_sha256(const u8 *p, size_t n, u8 ret[32])
{
	struct sha s;
	u8 last[128] = {0};
	size_t all = n / 64 * 64, rest = n - all, pad = rest < 56 ? 64 : 128;

	start(&s);
	for (size_t i = 0; i < all; i += 64)
		block(&s, p + i);
	memcpy(last, p + all, rest);
	last[rest] = 0x80;
	put_be32(last + pad - 8, (u32)(n >> 29));
	put_be32(last + pad - 4, (u32)(n << 3));
	for (size_t i = 0; i < pad; i += 64)
		block(&s, last + i);
	for (u32 i = 0; i < 8; i++)
		put_be32(ret + 4 * i, s.h[i]);
}
