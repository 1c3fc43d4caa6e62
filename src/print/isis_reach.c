/* SPDX-License-Identifier: BSD-2-Clause */
/* What IS-IS reaches: neighbours and prefixes, RFC 1195, 5305, 5308, 5120. */
#include "print/isis.h"

const char *isis_metric_kind(u8 metric) { return metric & ISIS_EXTERNAL ? "External" : "Internal"; }

/* Four metrics of the first kind: RFC 1195; the first always, the others if set. */
void isis_put_metrics(struct print_state *s, const u8 *p, const char *indent)
{
	static const char *const names[] = {"Delay", "Expense", "Error"};

	for (u32 i = 0; i < 3; i++)
		if (!(p[1 + i] & ISIS_ABSENT))
			put_f(s, "%s%s Metric: %u, %s", indent, names[i], p[1 + i] & ISIS_METRIC,
			      isis_metric_kind(p[1 + i]));
}

enum isis_end isis_extended(struct print_state *s, struct pdu d, u32 off)
{
	while (off < d.len) {
		if (d.len - off < 11)
			return ISIS_CUT;
		const u8 *p = pdu_need(s, d, off, 11);
		say(s, "\n\t      IS Neighbor: ");
		put_node_id(s, p);
		u32 n = p[10];
		put_f(s, ", Metric: %u, %ssub-TLVs present", (u32)p[7] << 16 | get_be16(p + 8),
		      n ? "" : "no ");
		off += 11;
		if (n) {
			put_f(s, " (%u)", n);
			enum isis_end end = isis_reach_subs(s, d, off, n);
			if (end != ISIS_OK)
				return end;
		}
		off += n;
	}
	return ISIS_OK;
}

enum isis_end isis_alias(struct print_state *s, struct pdu d)
{
	if (d.len < 8)
		return ISIS_CUT;
	say(s, "\n\t      IS Neighbor: ");
	put_node_id(s, pdu_need(s, d, 0, 7));
	u32 n = pdu_u8(s, d, 7);
	put_f(s, ", %ssub-TLVs present", n ? "" : "no ");
	if (!n)
		return ISIS_OK;
	put_f(s, " (%u)", n);
	enum isis_end end = isis_reach_subs(s, d, 8, n);
	if (8 + n > d.len) {
		put_f(s, " [remaining tlv length %u < %u]", d.len, 8 + n);
		return ISIS_BAD;
	}
	return end;
}

static const struct word topologies[] = {{0, "IPv4 unicast"},
					 {1, "In-Band Management"},
					 {2, "IPv6 unicast"},
					 {3, "Multicast"},
					 {4095, "Development, Experimental or Proprietary"}};

static const struct word topology_flags[] = {{0x4000, "ATT bit set"}, {0x8000, "Overload bit set"}};

bool isis_topology(struct print_state *s, struct pdu d, u32 off)
{
	if (d.len < off + 2)
		return false;
	u16 v = pdu_be16(s, d, off);
	put_f(s, "\n\t      ");
	put_word(s, WORDS(topologies), v & 0xfff, "Reserved for IETF Consensus");
	put_f(s, " Topology (0x%03x), Flags: [", v & 0xfff);
	put_bits(s, WORDS(topology_flags), v, ", ", "none");
	put_c(s, ']');
	return true;
}

enum isis_end isis_topologies_list(struct print_state *s, struct pdu d)
{
	for (u32 off = 0; d.len - off >= 2; off += 2)
		isis_topology(s, d, off);
	return ISIS_OK;
}

/* The length of a mask of so many bits set from the left, or -1. */
static int mask_bits(u32 mask)
{
	int bits = 0;

	while (mask & 0x80000000) {
		bits++;
		mask <<= 1;
	}
	return mask ? -1 : bits;
}

static void put_ip4_padded(struct print_state *s, const u8 *p)
{
	char text[16];

	snprintf(text, sizeof text, "%u.%u.%u.%u", p[0], p[1], p[2], p[3]);
	put_f(s, "%15s", text);
}

enum isis_end isis_old_ip(struct print_state *s, struct pdu d)
{
	for (u32 off = 0; off < d.len; off += 12) {
		if (d.len - off < 12)
			return ISIS_CUT;
		const u8 *p = pdu_need(s, d, off, 12);
		int bits = mask_bits(get_be32(p + 8));

		say(s, "\n\t      IPv4 prefix: ");
		if (bits >= 0) {
			put_ip4_padded(s, p + 4);
			put_f(s, "/%d", bits);
		} else {
			put_ip4(s, p + 4);
			say(s, " mask ");
			put_ip4(s, p + 8);
		}
		put_f(s, ", Distribution: %s, Metric: %u, %s", p[0] & ISIS_ABSENT ? "down" : "up",
		      p[0] & ISIS_METRIC, isis_metric_kind(p[0]));
		isis_put_metrics(s, p, "\n\t        ");
	}
	return ISIS_OK;
}

/* One prefix of RFC 5305 or 5308; *off moves past it. */
static enum isis_end prefix(struct print_state *s, struct pdu d, u32 *off, bool six)
{
	u8 address[16] = {0};
	u32 metric = pdu_be32(s, d, *off);
	u8 status = pdu_u8(s, d, *off + 4), bits = status & 0x3f;
	u32 at = *off + 5;

	if (six) {
		bits = pdu_u8(s, d, at++);
		if (bits > 128) {
			put_f(s, "\n\t      IPv6 prefix: bad bit length %u", bits);
			return ISIS_CUT;
		}
	} else if (bits > 32) {
		put_f(s, "\n\t      IPv4 prefix: bad bit length %u", bits);
		return ISIS_CUT;
	}
	u32 n = (bits + 7u) / 8;
	memcpy(address, pdu_need(s, d, at, n), n);
	at += n;
	if (six) {
		say(s, "\n\t      IPv6 prefix: ");
		put_ip6(s, address);
	} else {
		say(s, "\n\t      IPv4 prefix: ");
		put_ip4_padded(s, address);
	}
	put_f(s, "/%u, Distribution: %s, Metric: %u", bits, status & 0x80 ? "down" : "up", metric);
	if (six && status & 0x40)
		say(s, ", External");
	else if (six)
		say(s, ", Internal");
	*off = at;
	if (!(status & (six ? 0x20 : 0x40)))
		return ISIS_OK;
	u32 sub = pdu_u8(s, d, at);
	put_f(s, "%s sub-TLVs present", sub ? "," : ", no");
	*off = at + 1 + sub;
	if (!sub)
		return ISIS_OK;
	put_f(s, " (%u)", sub);
	return isis_prefix_subs(s, d, at + 1, sub);
}

enum isis_end isis_prefix_list(struct print_state *s, struct pdu d, u32 off, bool six)
{
	while (off < d.len) {
		enum isis_end end = prefix(s, d, &off, six);

		if (end != ISIS_OK)
			return end;
	}
	return ISIS_OK;
}
