/* SPDX-License-Identifier: BSD-2-Clause */
/* Options of neighbour discovery: RFC 4861, 8106, 4191, 6275. */
#include "print/priv.h"

const char *nd_preference(u8 flags)
{
	static const char *const names[] = {"medium", "high", "rsv", "low"};

	return names[flags >> 3 & 3];
}

static void put_lifetime(struct print_state *s, u32 v)
{
	if (v == UINT32_MAX)
		say(s, "infinity");
	else
		put_f(s, "%us", v);
}

/* Each hook gets an option, whose length it takes from its second byte. */
static u32 option_len(struct pdu d) { return d.p[1] * 8u; }

static void address(struct print_state *s, struct pdu d)
{
	u32 n = option_len(d) - 2;
	const u8 *p = pdu_need(s, d, 2, n);

	for (u32 i = 0; i < n; i++) {
		if (i)
			put_c(s, ':');
		put_x(s, p[i], 2);
	}
}

static void prefix(struct print_state *s, struct pdu d)
{
	static const struct word flags[] = {{0x80, "onlink"}, {0x40, "auto"}, {0x20, "router"}};

	pdu_need(s, d, 0, 32);
	put_ip6(s, d.p + 16);
	put_f(s, "/%u%s, Flags [", d.p[2], d.p[1] == 4 ? "" : "badlen");
	put_bits(s, flags, LEN(flags), d.p[3], ", ", "none");
	say(s, "], valid time ");
	put_lifetime(s, get_be32(d.p + 4));
	say(s, ", pref. time ");
	put_lifetime(s, get_be32(d.p + 8));
}

static void mtu(struct print_state *s, struct pdu d)
{
	put_f(s, " %u%s", pdu_be32(s, d, 4), d.p[1] == 1 ? "" : "bad option length");
}

static void interval(struct print_state *s, struct pdu d) { put_f(s, " %ums", pdu_be32(s, d, 4)); }

static void agent(struct print_state *s, struct pdu d)
{
	put_f(s, " preference %u, lifetime %u", pdu_be16(s, d, 4), pdu_be16(s, d, 6));
}

static void route(struct print_state *s, struct pdu d)
{
	u8 addr[16] = {0};
	u32 n = option_len(d) - 8;

	if (n > 16)
		pdu_cut(s);
	memcpy(addr, pdu_need(s, d, 8, n), n);
	put_c(s, ' ');
	put_ip6(s, addr);
	put_f(s, "/%u, pref=%s, lifetime=", d.p[2], nd_preference(d.p[3]));
	put_lifetime(s, get_be32(d.p + 4));
}

static void servers(struct print_state *s, struct pdu d)
{
	put_f(s, " lifetime %us,", pdu_be32(s, d, 4));
	for (u32 i = 0; i < (d.p[1] - 1u) / 2; i++) {
		const u8 *p = pdu_need(s, d, 8 + 16 * i, 16);

		say(s, " addr: ");
		put_ip6(s, p);
	}
}

static void domains(struct print_state *s, struct pdu d)
{
	u32 end = option_len(d);

	put_f(s, " lifetime %us, domain(s):", pdu_be32(s, d, 4));
	for (u32 off = 8; off < end && pdu_u8(s, d, off);) {
		put_c(s, ' ');
		off = put_dns_name(s, d, off);
		if (!off)
			pdu_cut(s);
	}
}

static const struct nd_option {
	u8 type;
	const char *name;
	void (*print)(struct print_state *s, struct pdu d); /* NULL: as bytes */
} options[] = {
	{1, "source link-address", address},
	{2, "destination link-address", address},
	{3, "prefix info", prefix},
	{4, "redirected header", NULL},
	{5, "mtu", mtu},
	{7, "advertisement interval", interval},
	{8, "homeagent information", agent},
	{24, "route info", route},
	{25, "rdnss", servers},
	{31, "dnssl", domains},
};

static const struct nd_option *find(u8 type)
{
	for (size_t i = 0; i < LEN(options); i++)
		if (options[i].type == type)
			return &options[i];
	return NULL;
}

void print_nd_options(struct print_state *s, struct pdu d)
{
	struct pdu all = d;

	while (d.cap && d.len) {
		pdu_check(s, d, 0, 2);
		u32 n = d.p[1] * 8u;
		const struct nd_option *o = find(d.p[0]);

		if (!n || n > d.cap)
			pdu_cut(s);
		put_f(s, "\n\t  %s option (%u), length %u (%u): ", o ? o->name : "unknown", d.p[0],
		      n, d.p[1]);
		if (o && o->print)
			o->print(s, d);
		else if (o) /* as tcpdump has it: from the first option on */
			put_dump(s, "\n\t    ", all.p, n, false);
		if (s->opt.verbose > 1) {
			put_dump(s, "\n\t    ", d.p + 2, n - 2, false);
		} else if (!o) {
			put_dump(s, "\n\t  ", d.p + 2, n - 2, false);
			return;
		}
		d = pdu_skip(d, n);
	}
}
