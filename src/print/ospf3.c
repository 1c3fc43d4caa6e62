/* SPDX-License-Identifier: BSD-2-Clause */
/* OSPF version 3, RFC 5340. */
#include "print/ospf.h"

static const struct word option_words[] = {
	{0x01, "V6"},           {0x02, "External"}, {0x04, "Deprecated"},
	{0x08, "NSSA"},         {0x10, "Router"},   {0x20, "Demand Circuit"},
	{0x100, "AFs Support"}, {0x100, "L-bit"},   {0x200, "AT-bit"},
};

static const struct word router_flags[] = {{0x01, "ABR"},
					   {0x02, "ASBR"},
					   {0x04, "Virtual"},
					   {0x08, "Wildcard"},
					   {0x10, "NSSA Translator"}};

static const struct word lsas[] = {
	{0x2001, "Router"},
	{0x2002, "Network"},
	{0x2003, "Inter-Area Prefix"},
	{0x2004, "Inter-Area Router"},
	{0x2005, "External"},
	{0x2006, "Deprecated"},
	{0x2007, "NSSA"},
	{0x2008, "Link"},
	{0x2009, "Intra-Area Prefix"},
	{0x200a, "Intra-Area TE"},
	{0x200b, "GRACE"},
};

static const char *const scopes[] = {"Link Local", "Area Local", "Domain Wide", "Unknown"};

static const struct word prefix_words[] = {
	{0x01, "No Unicast"}, {0x02, "Local address"}, {0x04, "Deprecated"}, {0x08, "Propagate"}};

static const struct word external_flags[] = {{0x02, "Forwarding"}, {0x01, "Tag"}};

static void put_options(struct print_state *s, u32 v)
{
	say(s, "Options [");
	put_bits(s, WORDS(option_words), v, ", ", "none");
	put_c(s, ']');
}

static void put_lsa(struct print_state *s, u16 type, const u8 *id)
{
	const char *name = word_of(WORDS(lsas), (type & 0x1fff) | 0x2000);

	put_f(s, "\n\t    %s LSA (%u), %s Scope%s, LSA-ID ", name ? name : "Unknown", type & 0x1fff,
	      scopes[type >> 13 & 3], type & 0x8000 ? ", transitive" : "");
	put_ip4(s, id);
}

static void lsa_header(struct print_state *s, struct pdu d)
{
	const u8 *p = pdu_need(s, d, 0, LSA_HEADER);

	say(s, "\n\t  Advertising Router ");
	put_ip4(s, p + 8);
	put_f(s, ", seq 0x%08x, age %us, length %llu", get_be32(p + 12), get_be16(p),
	      (unsigned long long)get_be16(p + 18) - LSA_HEADER);
	put_lsa(s, get_be16(p + 2), p + 4);
}

static void put_id(struct print_state *s, const char *what, struct pdu d, u32 off)
{
	const u8 *p = pdu_need(s, d, off, 4);

	put_s(s, what);
	put_ip4(s, p);
}

static void hello(struct print_state *s, struct pdu d)
{
	u32 options = pdu_be32(s, d, 4) & 0xffffff;

	say(s, "\n\t");
	put_options(s, options);
	u16 timer = pdu_be16(s, d, 8), dead = pdu_be16(s, d, 10);
	put_f(s, "\n\t  Hello Timer %us, Dead Timer %us, Interface-ID ", timer, dead);
	put_ip4(s, pdu_need(s, d, 0, 4));
	put_f(s, ", Priority %u", pdu_u8(s, d, 4));
	const u8 *p = pdu_need(s, d, 12, 4);
	if (get_be32(p))
		put_id(s, "\n\t  Designated Router ", d, 12);
	p = pdu_need(s, d, 16, 4);
	if (get_be32(p))
		put_id(s, ", Backup Designated Router ", d, 16);
	if (s->opt.verbose <= 1)
		return;
	if (d.len > 20)
		say(s, "\n\t  Neighbor List:");
	for (u32 off = 20; off < d.len; off += 4)
		put_id(s, "\n\t    ", d, off);
}

static void description(struct print_state *s, struct pdu d)
{
	u32 options = pdu_be32(s, d, 0) & 0xffffff;

	say(s, "\n\t");
	put_options(s, options);
	ospf_dd_flags(s, pdu_u8(s, d, 7));
	u16 mtu = pdu_be16(s, d, 4);
	put_f(s, ", MTU %u, DD-Sequence 0x%08x", mtu, pdu_be32(s, d, 8));
	if (s->opt.verbose <= 1)
		return;
	for (u32 off = 12; off < d.len; off += LSA_HEADER)
		lsa_header(s, pdu_skip(d, off));
}

static void request(struct print_state *s, struct pdu d)
{
	if (s->opt.verbose <= 1)
		return;
	for (u32 off = 0; off < d.len; off += 12) {
		const u8 *p = pdu_need(s, d, off, 12);

		say(s, "\n\t  Advertising Router ");
		put_ip4(s, p + 8);
		put_lsa(s, get_be16(p + 2), p + 4);
	}
}

/* A prefix at off: its length, or 0 for a bad one. */
static u32 prefix(struct print_state *s, struct pdu d, u32 off)
{
	u8 bits = pdu_u8(s, d, off), address[16] = {0};
	u32 n = (bits + 31u) / 32 * 4;

	if (n > 16) {
		put_f(s, " bogus prefix length /%u", bits);
		return 0;
	}
	memcpy(address, pdu_need(s, d, off + 4, n), n);
	say(s, "\n\t\t");
	put_ip6(s, address);
	put_f(s, "/%u", bits);
	u8 options = pdu_u8(s, d, off + 1);
	if (options) {
		say(s, ", Options [");
		put_bits(s, WORDS(prefix_words), options, ", ", "none");
		put_c(s, ']');
	}
	put_f(s, ", metric %u", pdu_be16(s, d, off + 2));
	return 4 + n;
}

static void router(struct print_state *s, struct pdu d)
{
	u32 v = pdu_be32(s, d, 0);

	say(s, "\n\t      ");
	put_options(s, v & 0xffffff);
	say(s, ", RLA-Flags [");
	put_bits(s, WORDS(router_flags), v >> 24, ", ", "none");
	put_c(s, ']');
	for (u32 off = 4; off < d.len; off += 16) {
		const u8 *p = pdu_need(s, d, off, 16);

		switch (p[0]) {
		case 1:
			say(s, "\n\t      Neighbor Router-ID ");
			break;
		case 2:
			say(s, "\n\t      Neighbor Network-ID ");
			break;
		case 4:
			say(s, "\n\t      Virtual Link: Neighbor Router-ID ");
			break;
		default:
			put_f(s, "\n\t      Unknown Router Links Type 0x%02x", p[0]);
			return;
		}
		put_ip4(s, p + 12);
		say(s, "\n\t      Neighbor Interface-ID ");
		put_ip4(s, p + 8);
		say(s, ", Interface ");
		put_ip4(s, p + 4);
		put_f(s, ", metric %u", get_be16(p + 2));
	}
}

static void network(struct print_state *s, struct pdu d)
{
	u32 v = pdu_be32(s, d, 0);

	say(s, "\n\t      ");
	put_options(s, v & 0xffffff);
	say(s, "\n\t      Connected Routers:");
	for (u32 off = 4; off < d.len; off += 4)
		put_id(s, "\n\t\t", d, off);
}

static void inter_area(struct print_state *s, struct pdu d)
{
	put_f(s, ", metric %u", pdu_be32(s, d, 0) & 0xffffff);
	for (u32 off = 4, n; off < d.len; off += n)
		if (!(n = prefix(s, d, off)))
			pdu_cut(s);
}

static void external(struct print_state *s, struct pdu d)
{
	u32 v = pdu_be32(s, d, 0);

	say(s, "\n\t     Flags [");
	put_bits(s, WORDS(external_flags), v >> 24, ", ", "none");
	put_f(s, "] metric %u", v & 0xffffff);
	u16 type = pdu_be16(s, d, 6);
	u32 n = prefix(s, d, 4), off = 4 + n;
	if (!n)
		pdu_cut(s);
	if (v & 0x02000000) {
		say(s, " forward ");
		put_ip6(s, pdu_need(s, d, off, 16));
		off += 16;
	}
	if (v & 0x01000000) {
		put_id(s, " tag ", d, off);
		off += 4;
	}
	if (type) {
		put_f(s, "\n\t\tReferenced ");
		put_lsa(s, type, pdu_need(s, d, off, 4));
	}
}

static void link(struct print_state *s, struct pdu d)
{
	u32 v = pdu_be32(s, d, 0);

	say(s, "\n\t      ");
	put_options(s, v & 0xffffff);
	const u8 *p = pdu_need(s, d, 4, 16);
	u32 n = pdu_be32(s, d, 20), off = 24;
	put_f(s, "\n\t      Priority %u, Link-local address ", v >> 24);
	put_ip6(s, p);
	put_f(s, ", Prefixes %u:", n);
	for (u32 len; n; n--, off += len)
		if (!(len = prefix(s, d, off)))
			pdu_cut(s);
}

static void intra_area(struct print_state *s, struct pdu d)
{
	u32 n = pdu_be16(s, d, 0), off = 12;

	put_lsa(s, pdu_be16(s, d, 2), pdu_need(s, d, 4, 4));
	pdu_need(s, d, 8, 4);
	put_f(s, "\n\t      Prefixes %u:", n);
	for (u32 len; n; n--, off += len)
		if (!(len = prefix(s, d, off)))
			pdu_cut(s);
}

static void body(struct print_state *s, struct pdu d, u16 type)
{
	switch (type) {
	case 0x2001:
		router(s, d);
		break;
	case 0x2002:
		network(s, d);
		break;
	case 0x2003:
		inter_area(s, d);
		break;
	case 0x4005:
		external(s, d);
		break;
	case 0x0008:
		link(s, d);
		break;
	case 0x2009:
		intra_area(s, d);
		break;
	case 0x000b:
		if (!ospf_grace(s, d))
			pdu_cut(s);
		break;
	default:
		put_bytes(s, "\n\t      ", d, 0, d.len);
		if (s->opt.verbose > 1)
			return;
	}
}

static void update(struct print_state *s, struct pdu d)
{
	if (s->opt.verbose <= 1)
		return;
	u32 n = pdu_be32(s, d, 0), off = 4;
	while (n-- && off < d.len) {
		struct pdu lsa = pdu_skip(d, off);
		lsa_header(s, lsa);
		u32 len = pdu_be16(s, lsa, 18);
		if (len < LSA_HEADER || len > d.len - off)
			pdu_cut(s);
		body(s, pdu_part(lsa, LSA_HEADER, len - LSA_HEADER), pdu_be16(s, lsa, 2));
		off += len;
	}
}

void ospf3_body(struct print_state *s, struct pdu d, u8 type)
{
	switch (type) {
	case OSPF_HELLO:
		hello(s, d);
		break;
	case OSPF_DD:
		description(s, d);
		break;
	case OSPF_REQUEST:
		request(s, d);
		break;
	case OSPF_UPDATE:
		update(s, d);
		break;
	case OSPF_ACK:
		for (u32 off = 0; s->opt.verbose > 1 && off < d.len; off += LSA_HEADER)
			lsa_header(s, pdu_skip(d, off));
		break;
	}
}
