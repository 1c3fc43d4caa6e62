/* SPDX-License-Identifier: BSD-2-Clause */
/* EDNS options, RFC 6891. */
#include "print/dns.h"

static const struct word algorithms[] = {
	/* clang-format off */
	{0, "DELETE"}, {1, "RSAMD5"}, {2, "DH"}, {3, "DS"}, {5, "RSASHA1"}, {6, "DSA-NSEC3-SHA1"},
	{7, "RSASHA1-NSEC3-SHA1"}, {8, "RSASHA256"}, {10, "RSASHA512"}, {12, "ECC-GOST"},
	{13, "ECDSAP256SHA256"}, {14, "ECDSAP384SHA384"}, {15, "ED25519"}, {16, "ED448"},
	{252, "INDIRECT"}, {253, "PRIVATEDNS"}, {254, "PRIVATEOID"},
	/* clang-format on */
};

static const struct word hashes[] = {
	{1, "SHA-1"}, {2, "SHA-256"}, {3, "GOST_R_34.11-94"}, {4, "SHA-384"}};

static const struct word nsec3_hashes[] = {{1, "SHA-1"}};

/* Each hook prints the n bytes of an option; false when they make no sense. */
static bool list(struct print_state *s, const u8 *p, u32 n, const struct word *w, u32 words)
{
	for (u32 i = 0; i < n; i++) {
		put_word(s, w, words, p[i], "Alg_%u");
		if (i + 1 < n)
			put_c(s, ' ');
	}
	return true;
}

static bool dau(struct print_state *s, const u8 *p, u32 n)
{
	return list(s, p, n, algorithms, LEN(algorithms));
}

static bool dhu(struct print_state *s, const u8 *p, u32 n)
{
	return list(s, p, n, hashes, LEN(hashes));
}

static bool n3u(struct print_state *s, const u8 *p, u32 n)
{
	return list(s, p, n, nsec3_hashes, LEN(nsec3_hashes));
}

static bool hex(struct print_state *s, const u8 *p, u32 n)
{
	put_hex(s, p, n);
	return true;
}

/* RFC 7871: family, prefix lengths, and as much of an address as is needed */
static bool subnet(struct print_state *s, const u8 *p, u32 n)
{
	u8 addr[16] = {0};

	if (n < 4)
		return false;
	u16 family = get_be16(p);
	u32 bits = p[2], size = family == 1 ? 4 : 16;
	if ((family != 1 && family != 2) || bits > size * 8 || n - 4 > size ||
	    n - 4 < (bits + 7) / 8)
		return false;
	memcpy(addr, p + 4, n - 4);
	if (family == 1)
		put_ip4(s, addr);
	else
		put_ip6(s, addr);
	put_f(s, "/%u/%u", bits, p[3]);
	return true;
}

static bool expire(struct print_state *s, const u8 *p, u32 n)
{
	if (n != 4)
		return false;
	put_f(s, "%u sec", get_be32(p));
	return true;
}

static bool cookie(struct print_state *s, const u8 *p, u32 n)
{
	if (n < 8 || (n > 8 && n < 16) || n > 40)
		return false;
	put_hex(s, p, 8);
	if (n > 8) {
		put_c(s, ' ');
		put_hex(s, p + 8, n - 8);
	}
	return true;
}

static bool keepalive(struct print_state *s, const u8 *p, u32 n)
{
	if (n != 2)
		return false;
	put_f(s, "%u.%u sec", get_be16(p) / 10, get_be16(p) % 10);
	return true;
}

static bool padding(struct print_state *s, const u8 *p, u32 n)
{
	(void)p;
	put_f(s, "(%u)", n);
	return true;
}

static bool key_tags(struct print_state *s, const u8 *p, u32 n)
{
	if (n < 2 || n % 2)
		return false;
	for (u32 i = 0; i < n; i += 2)
		put_f(s, i ? " %u" : "%u", get_be16(p + i));
	return true;
}

enum { CHAIN = 13 };

static const struct edns {
	u16 code;
	const char *name;
	bool (*print)(struct print_state *s, const u8 *p, u32 n);
} options[] = {
	{1, "LLQ", hex},           {2, "UL", hex},
	{3, "NSID", hex},          {5, "DAU", dau},
	{6, "DHU", dhu},           {7, "N3U", n3u},
	{8, "ECS", subnet},        {9, "EXPIRE", expire},
	{10, "COOKIE", cookie},    {11, "KEEPALIVE", keepalive},
	{12, "PADDING", padding},  {CHAIN, "CHAIN", NULL},
	{14, "KEY-TAG", key_tags}, {16, "CLIENT-TAG", hex},
	{17, "SERVER-TAG", hex},
};

static const struct edns *find(u16 code)
{
	for (size_t i = 0; i < LEN(options); i++)
		if (options[i].code == code)
			return &options[i];
	return NULL;
}

void put_edns(struct print_state *s, struct pdu msg, u32 off, u32 end)
{
	while (off < end) {
		pdu_check(s, msg, off, 4);
		u16 code = get_be16(msg.p + off), n = get_be16(msg.p + off + 2);
		const struct edns *o = find(code);

		if (o)
			put_s(s, o->name);
		else
			put_f(s, "Opt%u", code);
		off += 4;
		if (n) {
			const u8 *p = pdu_need(s, msg, off, n);

			put_c(s, ' ');
			if (code == CHAIN)
				put_dns_name(s, pdu_clip(pdu_skip(msg, off), n), 0);
			else if (!(o ? o->print : hex)(s, p, n))
				put_invalid(s);
		}
		off += n;
		if (off < end)
			put_c(s, ',');
	}
}
