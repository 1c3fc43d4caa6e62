/* SPDX-License-Identifier: BSD-2-Clause */
/* SipHash-2-4 over whole words. */
typedef unsigned long long u64;

#define ROL(x, n) ((x) << (n) | (x) >> (64 - (n)))
#define ROUND()                     \
	do {                        \
		a += b;             \
		c += d;             \
		b = ROL(b, 13) ^ a; \
		d = ROL(d, 16) ^ c; \
		a = ROL(a, 32);     \
		c += b;             \
		a += d;             \
		b = ROL(b, 17) ^ c; \
		d = ROL(d, 21) ^ a; \
		c = ROL(c, 32);     \
	} while (0)

u64 prog(const unsigned char *mem, u64 len)
{
	const u64 *p = (const u64 *)mem;
	u64 k0 = 0x0706050403020100, k1 = 0x0f0e0d0c0b0a0908;
	u64 a = k0 ^ 0x736f6d6570736575, b = k1 ^ 0x646f72616e646f6d;
	u64 c = k0 ^ 0x6c7967656e657261, d = k1 ^ 0x7465646279746573;

	for (u64 i = 0; i < len / 8; i++) {
		d ^= p[i];
		ROUND();
		ROUND();
		a ^= p[i];
	}
	d ^= len << 56;
	ROUND();
	ROUND();
	a ^= len << 56;
	c ^= 0xff;
	ROUND();
	ROUND();
	ROUND();
	ROUND();
	return a ^ b ^ c ^ d;
}
