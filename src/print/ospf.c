/* SPDX-License-Identifier: BSD-2-Clause */
/* OSPF version 2 (RFC 2328), and the header of version 3 (RFC 5340). */
#include "print/ospf.h"

enum { TYPE = 1, LENGTH = 2, ROUTER = 4, AREA = 8, AUTH_TYPE = 14, AUTH = 16, HEADER = 24 };
enum { HEADER3 = 16, INSTANCE = 14 };
enum { OPAQUE_LINK = 9, OPAQUE_DOMAIN = 11, LLS = 0x10 };

static const struct word types[] = {{OSPF_HELLO, "Hello"},
				    {OSPF_DD, "Database Description"},
				    {OSPF_REQUEST, "LS-Request"},
				    {OSPF_UPDATE, "LS-Update"},
				    {OSPF_ACK, "LS-Ack"}};

static const struct word auths[] = {{0, "none"}, {1, "simple"}, {2, "MD5"}};

static const struct word option_words[] = {
	{0x01, "MultiTopology"}, {0x02, "External"},       {0x04, "Multicast"}, {0x08, "NSSA"},
	{0x10, "LLS"},           {0x20, "Demand Circuit"}, {0x40, "Opaque"},    {0x80, "Up/Down"},
};

static const struct word dd_words[] = {
	{0x04, "Init"}, {0x02, "More"}, {0x01, "Master"}, {0x08, "OOBResync"}};

static const struct word lsas[] = {
	{1, "Router"},
	{2, "Network"},
	{3, "Summary"},
	{4, "ASBR Summary"},
	{5, "External"},
	{6, "Multicast Group"},
	{7, "NSSA"},
	{9, "Link Local Opaque"},
	{10, "Area Local Opaque"},
	{11, "Domain Wide Opaque"},
};

static const struct word opaques[] = {
	{1, "Traffic Engineering"}, {3, "Graceful restart"}, {4, "Router Information"}};

void ospf_dd_flags(struct print_state *s, u8 flags)
{
	say(s, ", DD Flags [");
	put_bits(s, WORDS(dd_words), flags, ", ", "none");
	put_c(s, ']');
}

static void put_options(struct print_state *s, u8 v)
{
	say(s, "[");
	put_bits(s, WORDS(option_words), v, ", ", "none");
	put_c(s, ']');
}

static bool is_opaque(u8 type) { return type >= OPAQUE_LINK && type <= OPAQUE_DOMAIN; }

static void put_lsa_name(struct print_state *s, u8 type)
{
	put_word(s, WORDS(lsas), type, "unknown");
	put_f(s, " LSA (%u)", type);
}

static void lsa_header(struct print_state *s, struct pdu d)
{
	const u8 *p = pdu_need(s, d, 0, LSA_HEADER);
	u8 type = p[3];

	say(s, "\n\t  Advertising Router ");
	put_ip4(s, p + 8);
	put_f(s, ", seq 0x%08x, age %us, length %llu\n\t    ", get_be32(p + 12), get_be16(p),
	      (unsigned long long)get_be16(p + 18) - LSA_HEADER);
	put_lsa_name(s, type);
	if (is_opaque(type)) {
		say(s, ", Opaque-Type ");
		put_word(s, WORDS(opaques), p[4], "unknown");
		put_f(s, " LSA (%u), Opaque-ID %u", p[4], get_be32(p + 4) & 0xffffff);
	} else {
		say(s, ", LSA-ID: ");
		put_ip4(s, p + 4);
	}
	say(s, "\n\t    Options: ");
	put_options(s, p[2]);
}

static void hello(struct print_state *s, struct pdu d)
{
	u8 options = pdu_u8(s, d, 6);

	say(s, "\n\tOptions ");
	put_options(s, options);
	u16 timer = pdu_be16(s, d, 4);
	u32 dead = pdu_be32(s, d, 8);
	put_f(s, "\n\t  Hello Timer %us, Dead Timer %us, Mask ", timer, dead);
	put_ip4(s, pdu_need(s, d, 0, 4));
	put_f(s, ", Priority %u", pdu_u8(s, d, 7));
	const u8 *p = pdu_need(s, d, 12, 4);
	say(s, "\n\t  Designated Router ");
	put_ip4(s, p);
	p = pdu_need(s, d, 16, 4);
	if (get_be32(p)) {
		say(s, ", Backup Designated Router ");
		put_ip4(s, p);
	}
	if (d.len > 20)
		say(s, "\n\t  Neighbor List:");
	for (u32 off = 20; off < d.len; off += 4) {
		p = pdu_need(s, d, off, 4);
		say(s, "\n\t    ");
		put_ip4(s, p);
	}
}

static void description(struct print_state *s, struct pdu d)
{
	u8 options = pdu_u8(s, d, 2);

	say(s, "\n\tOptions ");
	put_options(s, options);
	ospf_dd_flags(s, pdu_u8(s, d, 3));
	u16 mtu = pdu_be16(s, d, 0);
	if (mtu)
		put_f(s, ", MTU: %u", mtu);
	put_f(s, ", Sequence: 0x%08x", pdu_be32(s, d, 4));
	for (u32 off = 8; off < d.len; off += LSA_HEADER)
		lsa_header(s, pdu_skip(d, off));
}

static void request(struct print_state *s, struct pdu d)
{
	for (u32 off = 0; off < d.len; off += 12) {
		const u8 *p = pdu_need(s, d, off, 12);
		u32 type = get_be32(p);

		say(s, "\n\t  Advertising Router: ");
		put_ip4(s, p + 8);
		say(s, ", ");
		put_word(s, WORDS(lsas), type, "unknown");
		put_f(s, " LSA (%u)", type);
		if (type >= OPAQUE_LINK && type <= OPAQUE_DOMAIN) {
			say(s, ", Opaque-Type: ");
			put_word(s, WORDS(opaques), p[4], "unknown");
			put_f(s, " LSA (%u), Opaque-ID: %u", p[4], get_be32(p + 4) & 0xffffff);
		} else {
			say(s, ", LSA-ID: ");
			put_ip4(s, p + 4);
		}
	}
}

static void update(struct print_state *s, struct pdu d)
{
	u32 n = pdu_be32(s, d, 0), off = 4;

	put_f(s, ", %u LSA%s", n, n == 1 ? "" : "s");
	for (u32 i = 1; i <= n; i++) {
		put_f(s, "\n\t  LSA #%u", i);
		struct pdu lsa = pdu_skip(d, off);
		lsa_header(s, lsa);
		u32 len = pdu_be16(s, lsa, 18);
		if (len < LSA_HEADER) {
			put_f(s, "\n\t    Bogus length %u < header (%u)", len, LSA_HEADER);
			pdu_cut(s);
		}
		struct pdu body = pdu_part(lsa, LSA_HEADER, len - LSA_HEADER);
		ospf_lsa(s, body, pdu_u8(s, lsa, 3), pdu_u8(s, lsa, 4));
		if (s->opt.verbose > 1)
			put_bytes(s, "\n\t    ", body, 0, body.len);
		off += len;
	}
}

static const struct word lls_words[] = {{1, "LSDB resync"}, {2, "Restart"}};

/* RFC 5613: what follows the packet when an option says so. */
static void link_local(struct print_state *s, struct pdu d)
{
	if (d.cap < 4)
		return;
	u32 len = pdu_be16(s, d, 2) * 4u;

	put_f(s, "\n\t  LLS: checksum: 0x%04x, length: %u", pdu_be16(s, d, 0), pdu_be16(s, d, 2));
	if (d.cap < len)
		len = d.cap;
	for (u32 off = 4; off < len;) {
		u32 type = pdu_be16(s, d, off), n = pdu_be16(s, d, off + 2);
		put_f(s, "\n\t    %s (%u)",
		      type == 1   ? "Extended Options"
		      : type == 2 ? "MD5 Authentication"
				  : "unknown TLV",
		      type);
		put_f(s, ", length: %u", n);
		off += 4;
		if (!n)
			return;
		pdu_check(s, d, off, n);
		if (type == 1) {
			if (n != 4) {
				put_f(s, " [bogus length %u != 4]", n);
				return;
			}
			u32 v = pdu_be32(s, d, off);
			put_f(s, "\n\t      Options: 0x%08x [", v);
			put_bits(s, WORDS(lls_words), v, ", ", "?");
			put_c(s, ']');
		} else if (type == 2) {
			if (n < 4) {
				put_f(s, " [bogus length %u < 4]", n);
				return;
			}
			put_f(s, "\n\t      Sequence number: 0x%08x", pdu_be32(s, d, off));
		}
		off += (n + 3) & ~3u;
	}
}

static void auth(struct print_state *s, struct pdu d)
{
	u16 type = pdu_be16(s, d, AUTH_TYPE);

	pdu_need(s, d, AUTH, 8);
	say(s, ", Authentication Type: ");
	put_word(s, WORDS(auths), type, "unknown");
	put_f(s, " (%u)", type);
	pdu_need(s, d, AUTH, 8);
	if (type == 1) {
		say(s, "\n\tSimple text password: ");
		put_padded(s, d, AUTH, 8);
	} else if (type == 2) {
		put_f(s, "\n\tKey-ID: %u", pdu_u8(s, d, AUTH + 2));
		put_f(s, ", Auth-Length: %u", pdu_u8(s, d, AUTH + 3));
		put_f(s, ", Crypto Sequence Number: 0x%08x", pdu_be32(s, d, AUTH + 4));
	}
}

static void version2(struct print_state *s, struct pdu d, u8 type)
{
	u32 len = pdu_be16(s, d, LENGTH);

	s->name = "ospf2";
	if (len != d.len)
		put_f(s, " [len %u]", len);
	u32 n = len < d.len ? len : d.len;
	say(s, "\n\tRouter-ID ");
	put_ip4(s, pdu_need(s, d, ROUTER, 4));
	const u8 *area = pdu_need(s, d, AREA, 4);
	if (get_be32(area)) {
		say(s, ", Area ");
		put_ip4(s, area);
	} else {
		say(s, ", Backbone Area");
	}
	auth(s, d);
	if (pdu_be16(s, d, AUTH_TYPE) > 2)
		return;
	if (n < HEADER)
		return;
	struct pdu body = pdu_part(d, HEADER, n - HEADER);
	switch (type) {
	case OSPF_HELLO:
		hello(s, body);
		if (pdu_u8(s, body, 6) & LLS)
			link_local(s, pdu_skip(d, n));
		break;
	case OSPF_DD:
		description(s, body);
		if (pdu_u8(s, body, 2) & LLS)
			link_local(s, pdu_skip(d, n));
		break;
	case OSPF_REQUEST:
		request(s, body);
		break;
	case OSPF_UPDATE:
		update(s, body);
		break;
	case OSPF_ACK:
		for (u32 off = 0;; off += LSA_HEADER)
			lsa_header(s, pdu_skip(body, off));
		break;
	}
}

static void version3(struct print_state *s, struct pdu d, u8 type)
{
	u32 len = pdu_be16(s, d, LENGTH);

	s->name = "ospf3";
	if (len > d.len) {
		put_f(s, " [len %u]", len);
		return;
	}
	d = pdu_part(d, 0, len);
	say(s, "\n\tRouter-ID ");
	put_ip4(s, pdu_need(s, d, ROUTER, 4));
	const u8 *area = pdu_need(s, d, AREA, 4);
	if (get_be32(area)) {
		say(s, ", Area ");
		put_ip4(s, area);
	} else {
		say(s, ", Backbone Area");
	}
	u8 instance = pdu_u8(s, d, INSTANCE);
	if (instance)
		put_f(s, ", Instance %u", instance);
	ospf3_body(s, pdu_skip(d, HEADER3), type);
}

static void ospf_print(struct print_state *s, struct pdu d)
{
	s->name = s->net.ver == 6 ? "ospf3" : "ospf2";
	u8 version = pdu_u8(s, d, 0), type = pdu_u8(s, d, TYPE);

	if (s->net.ver != 6 && version == 2 && pdu_be16(s, d, AUTH_TYPE) == 2) {
		pdu_need(s, d, AUTH + 3, 1);
		d.len -= MIN(d.p[AUTH + 3], d.len);
		d = pdu_clip(d, d.len);
	}
	put_f(s, "OSPFv%u, ", version);
	put_word(s, WORDS(types), type,
		 s->net.ver == 6 ? "unknown packet type (%u)" : "unknown LS-type %u");
	put_f(s, ", length %u", d.len);
	if (!s->opt.verbose || !word_of(WORDS(types), type))
		return;
	if (s->net.ver == 6)
		version3(s, d, version == 3 ? type : 0);
	else
		version2(s, d, version == 2 ? type : 0);
	if (s->net.ver != 6 && version != 2)
		put_f(s, " ospf [version %u]", version);
}

const struct printer ospf_printer = {"ospf", ospf_print};
