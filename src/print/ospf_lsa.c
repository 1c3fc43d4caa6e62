/* SPDX-License-Identifier: BSD-2-Clause */
/* What is in the LSAs of OSPF version 2. */
#include "print/ospf.h"

static const struct word router_flags[] = {{0x01, "ABR"},
					   {0x02, "ASBR"},
					   {0x04, "Virtual"},
					   {0x08, "Wildcard"},
					   {0x10, "NSSA Translator"}};

static const struct word topologies[] = {{0, "default"}, {1, "multicast"}, {2, "management"}};

static void put_topology(struct print_state *s, u8 nr)
{
	say(s, "\n\t\ttopology ");
	put_word(s, WORDS(topologies), nr, "Unknown");
	put_f(s, " (%u)", nr);
}

/* What kind of link, and what its two numbers mean. */
static const struct {
	const char *id, *data;
} links[] = {
	{NULL, NULL},
	{"Neighbor Router-ID: ", ", Interface Address: "},
	{"Neighbor Network-ID: ", ", Interface Address: "},
	{"Stub Network: ", ", Mask: "},
	{"Virtual Link: Neighbor Router-ID: ", ", Interface Address: "},
};

static void router(struct print_state *s, struct pdu d)
{
	u8 flags = pdu_u8(s, d, 0);
	u32 n = pdu_be16(s, d, 2), off = 4;

	say(s, "\n\t    Router LSA Options: [");
	put_bits(s, WORDS(router_flags), flags, ", ", "none");
	put_c(s, ']');
	while (n--) {
		const u8 *p = pdu_need(s, d, off, 12);
		u8 type = p[8], more = p[9];

		if (!type || type >= LEN(links)) {
			put_f(s, "\n\t      Unknown Router Link Type (%u)", type);
			return;
		}
		say(s, "\n\t      ");
		put_s(s, links[type].id);
		put_ip4(s, p);
		put_s(s, links[type].data);
		put_ip4(s, p + 4);
		put_topology(s, 0);
		put_f(s, ", metric %u", get_be16(p + 10));
		for (off += 12; more--; off += 4) {
			p = pdu_need(s, d, off, 4);
			put_topology(s, p[0]);
			put_f(s, ", metric %u", get_be16(p + 2));
		}
	}
}

static void put_mask(struct print_state *s, struct pdu d)
{
	const u8 *p = pdu_need(s, d, 0, 4);

	say(s, "\n\t    Mask ");
	put_ip4(s, p);
}

static void network(struct print_state *s, struct pdu d)
{
	put_mask(s, d);
	say(s, "\n\t    Connected Routers:");
	for (u32 off = 4; off < d.len; off += 4) {
		const u8 *p = pdu_need(s, d, off, 4);

		say(s, "\n\t      ");
		put_ip4(s, p);
	}
}

static void summary(struct print_state *s, struct pdu d)
{
	for (u32 off = 4; off < d.len; off += 4) {
		u32 v = pdu_be32(s, d, off);

		put_topology(s, v >> 24 & 0x7f);
		put_f(s, " metric %u", v & 0xffffff);
	}
}

static void external(struct print_state *s, struct pdu d)
{
	put_mask(s, d);
	for (u32 off = 4; off < d.len; off += 12) {
		u32 v = pdu_be32(s, d, off);

		put_topology(s, v >> 24 & 0x7f);
		put_f(s, ", type %u, metric", v >> 31 ? 2 : 1);
		if ((v & 0xffffff) == 0xffffff)
			say(s, " infinite");
		else
			put_f(s, " %u", v & 0xffffff);
		const u8 *p = pdu_need(s, d, off + 4, 4);
		if (get_be32(p)) {
			say(s, ", forward ");
			put_ip4(s, p);
		}
		p = pdu_need(s, d, off + 8, 4);
		if (get_be32(p)) {
			say(s, ", tag ");
			put_ip4(s, p);
		}
	}
}

static void group(struct print_state *s, struct pdu d)
{
	for (u32 off = 0; off < d.len; off += 8) {
		const u8 *p = pdu_need(s, d, off, 8);
		u32 type = get_be32(p);

		if (type == 1) {
			say(s, "\n\t    Router Router-ID ");
		} else if (type == 2) {
			say(s, "\n\t    Network Designated Router ");
		} else {
			put_f(s, "\n\t    unknown VertexType (%u)", type);
			continue;
		}
		put_ip4(s, p + 4);
	}
}

static const struct word capabilities[] = {
	{0x01, "Reserved"},
	{0x02, "Reserved"},
	{0x04, "Reserved"},
	{0x08, "Reserved"},
};

static bool information(struct print_state *s, struct pdu d)
{
	for (u32 off = 0; off < d.len;) {
		u32 type = pdu_be16(s, d, off), n = pdu_be16(s, d, off + 2);

		put_f(s, "\n\t    %s TLV (%u), length: %u, value: ",
		      type == 1 ? "Router Capabilities" : "unknown", type, n);
		off += 4;
		if (n > d.len - off)
			return false;
		pdu_need(s, d, off, n);
		if (type == 1) {
			if (n != 4) {
				put_f(s, "\n\t    Bogus length %u != 4", n);
				return false;
			}
			say(s, "Capabilities: ");
			put_bits(s, WORDS(capabilities), pdu_be32(s, d, off) >> 28 & 0, ", ",
				 "Unknown");
		} else if (s->opt.verbose <= 1) {
			put_bytes(s, "\n\t      ", d, off, n);
		}
		if (!n)
			break;
		off += (n + 3) & ~3u;
	}
	return true;
}

bool ospf_grace(struct print_state *s, struct pdu d)
{
	static const struct word reasons[] = {{0, "Unknown"},
					      {1, "Software Restart"},
					      {2, "Software Reload/Upgrade"},
					      {3, "Control Process Switch"}};
	static const struct word names[] = {
		{1, "Grace Period"}, {2, "Graceful restart Reason"}, {3, "IPv4 interface address"}};

	for (u32 off = 0; off < d.len;) {
		u32 type = pdu_be16(s, d, off), n = pdu_be16(s, d, off + 2);

		say(s, "\n\t    ");
		put_word(s, WORDS(names), type, "unknown");
		put_f(s, " TLV (%u), length %u, value: ", type, n);
		off += 4;
		if (n > d.len - off) {
			put_f(s, "\n\t    Bogus length %u > remaining LS length %u", n,
			      d.len - off);
			return false;
		}
		pdu_need(s, d, off, n);
		if (type == 1 || type == 3) {
			if (n != 4) {
				put_f(s, "\n\t    Bogus length %u != 4", n);
				return false;
			}
			if (type == 1)
				put_f(s, "%us", pdu_be32(s, d, off));
			else
				put_ip4(s, pdu_need(s, d, off, 4));
		} else if (type == 2) {
			if (n != 1) {
				put_f(s, "\n\t    Bogus length %u != 1", n);
				return false;
			}
			put_word(s, WORDS(reasons), pdu_u8(s, d, off), "Unknown");
			put_f(s, " (%u)", pdu_u8(s, d, off));
		} else if (s->opt.verbose <= 1) {
			put_bytes(s, "\n\t      ", d, off, n);
		}
		if (!n)
			break;
		off += (n + 3) & ~3u;
	}
	return true;
}

static void opaque(struct print_state *s, struct pdu d, u8 kind)
{
	bool whole = true;

	if (kind == 1)
		whole = ospf_te(s, d);
	else if (kind == 3)
		whole = ospf_grace(s, d);
	else if (kind == 4)
		whole = information(s, d);
	else if (s->opt.verbose <= 1)
		put_bytes(s, "\n\t    ", d, 0, d.len);
	if (!whole)
		pdu_invalid(s);
}

void ospf_lsa(struct print_state *s, struct pdu d, u8 type, u8 kind)
{
	switch (type) {
	case 1:
		router(s, d);
		break;
	case 2:
		network(s, d);
		break;
	case 3:
		put_mask(s, d);
		summary(s, d);
		break;
	case 4:
		summary(s, d);
		break;
	case 5:
	case 7:
		external(s, d);
		break;
	case 6:
		group(s, d);
		break;
	case 9:
	case 10:
	case 11:
		opaque(s, d, kind);
		break;
	default:
		if (s->opt.verbose <= 1)
			put_bytes(s, "\n\t    ", d, 0, d.len);
	}
}
