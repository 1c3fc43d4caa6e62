/* SPDX-License-Identifier: BSD-2-Clause */
/* The addresses and prefixes of Babel, RFC 8966 4.1. */
#include "print/babel.h"

const u8 babel_mapped[16] = {[10] = 0xff, [11] = 0xff};

void babel_put_address(struct print_state *s, const u8 *p)
{
	if (!memcmp(p, babel_mapped, 12))
		put_ip4(s, p + 12);
	else
		put_ip6(s, p);
}

void babel_put_prefix(struct print_state *s, const u8 *p, u32 plen)
{
	if (plen == 255) {
		say(s, "any");
	} else if (plen >= 96 && !memcmp(p, babel_mapped, 12)) {
		put_ip4(s, p + 12);
		put_f(s, "/%u", plen - 96);
	} else {
		put_ip6(s, p);
		put_f(s, "/%u", plen);
	}
}

int babel_prefix(u8 ae, u32 plen, u32 omitted, const u8 *p, const u8 *before, u32 n, u8 *to)
{
	u32 bytes = plen == 255 ? 0 : (plen + 7) / 8, width = ae == IPV4 ? 4 : 16;
	u8 *at = to;

	memset(to, 0, 16);
	if (ae == ANY)
		return 0;
	if (ae > LOCAL || (ae == LOCAL && bytes > 8 && n < bytes - 8))
		return -1;
	if (ae == LOCAL) {
		if (bytes > 16)
			return -1;
		to[0] = 0xfe;
		to[1] = 0x80;
		if (bytes > 8)
			memcpy(to + 8, p, bytes - 8);
		return bytes > 8 ? (int)bytes - 8 : 0;
	}
	if (omitted > width || bytes > width || (bytes > omitted && n < bytes - omitted))
		return -1;
	if (ae == IPV4) {
		memcpy(to, babel_mapped, 12);
		at += 12;
	}
	if (omitted && !before)
		return -1;
	if (omitted)
		memcpy(at, before + (at - to), omitted);
	if (bytes > omitted)
		memcpy(at + omitted, p, bytes - omitted);
	return bytes > omitted ? (int)(bytes - omitted) : 0;
}

u32 babel_plen(u8 ae, u32 plen) { return ae == ANY ? 255 : ae == IPV4 ? plen + 96 : plen; }

int babel_address(u8 ae, const u8 *p, u32 n, u8 *to)
{
	static const u8 sizes[] = {0, 4, 16, 8};

	memset(to, 0, 16);
	if (ae > LOCAL || n < sizes[ae])
		return -1;
	if (ae == IPV4) {
		memcpy(to, babel_mapped, 12);
		memcpy(to + 12, p, 4);
	} else if (ae == IPV6) {
		memcpy(to, p, 16);
	} else if (ae == LOCAL) {
		to[0] = 0xfe;
		to[1] = 0x80;
		memcpy(to + 8, p, 8);
	}
	return sizes[ae];
}
