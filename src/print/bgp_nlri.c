/* SPDX-License-Identifier: BSD-2-Clause */
/* BGP routes: prefixes of the address families, RFC 4760, 8277, 4364, 4684,
 * 4761, 6514. */
#include "print/bgp.h"

/* A route at off, of which the list still holds `left` bytes. */
typedef int route_print(struct print_state *s, struct pdu d, u32 off, u32 left);

static u32 bytes_of(u32 bits) { return (bits + 7) / 8; }

static void line(struct print_state *s) { say(s, "\n\t      "); }

/* 0, or why the n bytes at off cannot be read: `left` counts from off. */
static int lacks(struct pdu d, u32 off, u32 n, u32 left)
{
	if (!pdu_has(d, off, n))
		return ROUTE_CUT;
	return left < n ? ROUTE_SHORT : 0;
}

static void put_prefix(struct print_state *s, const u8 *p, u32 bits, u32 ver)
{
	u8 addr[16] = {0};

	memcpy(addr, p, bytes_of(bits));
	if (bits % 8)
		addr[bits / 8] &= (u8)(0xff00 >> bits % 8);
	if (ver == 4)
		put_ip4(s, addr);
	else
		put_ip6(s, addr);
	put_f(s, "/%u", bits);
}

static int prefix(struct print_state *s, struct pdu d, u32 off, u32 left, u32 ver)
{
	if (!pdu_has(d, off, 1))
		return ROUTE_CUT;
	u32 bits = d.p[off], n = bytes_of(bits);
	int e;

	if (!left)
		return ROUTE_SHORT;
	if (bits > (ver == 4 ? 32 : 128))
		return ROUTE_BAD;
	if ((e = lacks(d, off + 1, n, left - 1)))
		return e;
	line(s);
	put_prefix(s, d.p + off + 1, bits, ver);
	return (int)(1 + n);
}

static int route4(struct print_state *s, struct pdu d, u32 off, u32 left)
{
	return prefix(s, d, off, left, 4);
}

static int route6(struct print_state *s, struct pdu d, u32 off, u32 left)
{
	return prefix(s, d, off, left, 6);
}

static void put_label(struct print_state *s, const u8 *p)
{
	u32 v = (u32)p[0] << 16 | get_be16(p + 1);

	put_f(s, ", label:%u %s", v >> 4, v & 1 ? "(bottom)" : "(BOGUS: Bottom of Stack NOT set!)");
}

static int labeled(struct print_state *s, struct pdu d, u32 off, u32 left, u32 ver)
{
	int e = lacks(d, off, 4, left);

	if (e)
		return e;
	u32 bits = d.p[off], n;

	if (bits < 24 || bits - 24 > (ver == 4 ? 32 : 128))
		return ROUTE_BAD;
	bits -= 24;
	n = bytes_of(bits);
	if ((e = lacks(d, off + 4, n, left - 4)))
		return e;
	line(s);
	put_prefix(s, d.p + off + 4, bits, ver);
	put_label(s, d.p + off + 1);
	return (int)(4 + n);
}

static int labeled4(struct print_state *s, struct pdu d, u32 off, u32 left)
{
	return labeled(s, d, off, left, 4);
}

static int labeled6(struct print_state *s, struct pdu d, u32 off, u32 left)
{
	return labeled(s, d, off, left, 6);
}

/* RFC 4364 4.2: the route distinguisher */
void put_bgp_rd(struct print_state *s, struct pdu d, u32 off)
{
	const u8 *p = pdu_need(s, d, off, 8);

	switch (get_be16(p)) {
	case 0:
		put_f(s, "%u:%u (= %u.%u.%u.%u)", get_be16(p + 2), get_be32(p + 4), p[4], p[5],
		      p[6], p[7]);
		break;
	case 1:
		put_f(s, "%u.%u.%u.%u:%u", p[2], p[3], p[4], p[5], get_be16(p + 6));
		break;
	case 2:
		put_f(s, "%u:%u (%u.%u.%u.%u:%u)", get_be32(p + 2), get_be16(p + 6), p[2], p[3],
		      p[4], p[5], get_be16(p + 6));
		break;
	default:
		say(s, "unknown RD format");
	}
}

static void put_nsap_prefix(struct print_state *s, const u8 *p, u32 bits)
{
	u8 addr[20] = {0};

	memcpy(addr, p, bytes_of(bits));
	if (bits % 8)
		addr[bits / 8] &= (u8)(0xff00 >> bits % 8);
	put_nsap(s, (struct pdu){addr, sizeof addr, sizeof addr}, 0, bytes_of(bits));
	put_f(s, "/%u", bits);
}

static int vpn(struct print_state *s, struct pdu d, u32 off, u32 left, u32 ver)
{
	if (!pdu_has(d, off, 1))
		return ROUTE_CUT;
	u32 bits = d.p[off], most = ver == 4 ? 32 : ver == 6 ? 128 : 152;

	(void)left;
	if (bits < 88 || bits - 88 > most)
		return ROUTE_BAD;
	bits -= 88;
	u32 n = bytes_of(bits);
	if (!pdu_has(d, off + 12, n))
		return ROUTE_CUT;
	line(s);
	say(s, "RD: ");
	put_bgp_rd(s, d, off + 4);
	say(s, ", ");
	if (ver)
		put_prefix(s, d.p + off + 12, bits, ver);
	else
		put_nsap_prefix(s, d.p + off + 12, bits);
	put_label(s, d.p + off + 1);
	return (int)(12 + n);
}

static int vpn4(struct print_state *s, struct pdu d, u32 off, u32 left)
{
	return vpn(s, d, off, left, 4);
}

static int vpn6(struct print_state *s, struct pdu d, u32 off, u32 left)
{
	return vpn(s, d, off, left, 6);
}

static int vpn_nsap(struct print_state *s, struct pdu d, u32 off, u32 left)
{
	return vpn(s, d, off, left, 0);
}

static int nsap(struct print_state *s, struct pdu d, u32 off, u32 left)
{
	(void)left;
	u32 bits = pdu_u8(s, d, off), n = bytes_of(bits);

	if (bits > 152)
		return ROUTE_BAD;
	if (!pdu_has(d, off + 4, n))
		return ROUTE_CUT;
	line(s);
	put_nsap_prefix(s, d.p + off + 4, bits);
	return (int)(1 + n);
}

/* RFC 6037: a route distinguisher, the sender, the group */
static int mdt(struct print_state *s, struct pdu d, u32 off, u32 left)
{
	(void)left;
	if (pdu_u8(s, d, off) != 16 * 8)
		return ROUTE_BAD;
	pdu_need(s, d, off + 1, 16);
	line(s);
	say(s, "RD: ");
	put_bgp_rd(s, d, off + 1);
	say(s, ", VPN IP Address: ");
	put_ip4(s, d.p + off + 9);
	say(s, ", MC Group Address: ");
	put_ip4(s, d.p + off + 13);
	return 17;
}

static void put_pairs(struct print_state *s, const u8 *p, u32 n)
{
	for (u32 i = 0; i < n; i++)
		put_f(s, i % 2 || !i ? "%02x" : " %02x", p[i]);
}

static void put_target(struct print_state *s, const u8 *p, u32 bits)
{
	u8 v[8] = {0};

	memcpy(v, p, bytes_of(bits));
	if (bits % 8)
		v[bits / 8] &= (u8)(0xff00 >> bits % 8);
	u16 type = get_be16(v);
	if (type != 0x0002 && type != 0x0102 && type != 0x0202 && bits >= 16) {
		put_f(s, "route target: unknown-type(%04x) (", type);
		put_pairs(s, v, bytes_of(bits));
		put_f(s, "/%u)", bits);
		return;
	}
	say(s, "route-target: ");
	if (bits && bits < 16) {
		say(s, "partial-type: (");
		for (u32 i = 0; i < bytes_of(bits); i++)
			put_x(s, v[i], 2);
		put_f(s, "/%u)", bits);
		return;
	}
	if (type == 0x0102)
		put_f(s, "%u.%u.%u.%u:%u", v[2], v[3], v[4], v[5], get_be16(v + 6));
	else if (type == 0x0202)
		put_f(s, "%u:%u", get_be32(v + 2), get_be16(v + 6));
	else
		put_f(s, "%u:%u", get_be16(v + 2), get_be32(v + 4));
	put_f(s, "/%u", bits);
	if (!bits)
		return;
	say(s, " (");
	put_pairs(s, v, bytes_of(bits));
	put_c(s, ')');
}

/* RFC 4684 */
static int target(struct print_state *s, struct pdu d, u32 off, u32 left)
{
	(void)left;
	u32 bits = pdu_u8(s, d, off);

	if (!bits) {
		line(s);
		say(s, "default route target");
		return 1;
	}
	if (bits < 32 || bits > 96) {
		line(s);
		say(s, "(illegal prefix length)");
		return ROUTE_BAD;
	}
	u32 n = bytes_of(bits - 32);
	if (!pdu_has(d, off + 5, n))
		return ROUTE_CUT;
	line(s);
	put_f(s, "origin AS: %u, ", pdu_be32(s, d, off + 1));
	put_target(s, d.p + off + 5, bits - 32);
	return (int)(5 + n);
}

/* RFC 6514 4: an address with its length in bits before it; the offset behind */
static u32 put_mvpn_addr(struct print_state *s, struct pdu d, u32 off, const char *what)
{
	u32 bits = pdu_u8(s, d, off);

	put_f(s, ", %s ", what);
	if (bits == 32)
		put_ip4(s, pdu_need(s, d, off + 1, 4));
	else if (bits == 128)
		put_ip6(s, pdu_need(s, d, off + 1, 16));
	else
		put_f(s, "bogus address length %u", bits);
	return off + 1 + bits / 8;
}

static void put_bare_addr(struct print_state *s, struct pdu d, u32 off, u32 n, const char *what)
{
	put_f(s, ", %s ", what);
	if (n == 4)
		put_ip4(s, pdu_need(s, d, off, 4));
	else if (n == 16)
		put_ip6(s, pdu_need(s, d, off, 16));
	else
		put_f(s, "bogus address length %u", n * 8);
}

static int mvpn(struct print_state *s, struct pdu d, u32 off, u32 left)
{
	static const struct word types[] = {
		{1, "Intra-AS I-PMSI"},       {2, "Inter-AS I-PMSI"}, {3, "S-PMSI"},
		{4, "Intra-AS Segment-Leaf"}, {5, "Source-Active"},   {6, "Shared Tree Join"},
		{7, "Source Tree Join"},
	};
	(void)left;
	u8 type = pdu_u8(s, d, off), n = pdu_u8(s, d, off + 1);
	u32 at = off + 2;

	line(s);
	put_f(s, "Route-Type: %s (%u), length: %u", word_of(types, LEN(types), type) ?: "Unknown",
	      type, n);
	if (!pdu_has(d, at, n))
		return ROUTE_CUT;
	if (!type || type == 4 || type > 7)
		return n + 2;
	say(s, ", RD: ");
	put_bgp_rd(s, d, at);
	at += 8;
	if (type == 1)
		put_bare_addr(s, d, at, n - 8u, "Originator");
	if (type == 2 || type > 5) {
		put_f(s, ", Source-AS %u", pdu_be32(s, d, at));
		at += 4;
	}
	if (type == 3 || type > 4) {
		at = put_mvpn_addr(s, d, at, "Source");
		at = put_mvpn_addr(s, d, at, "Group");
	}
	if (type == 3)
		put_bare_addr(s, d, at, n - (at - off - 10), "Originator");
	return n + 2;
}

/* What follows the label base: TLVs whose lengths are in bits. */
static int l2vpn_tlvs(struct print_state *s, struct pdu d, u32 at, u32 rest)
{
	while (rest) {
		if (rest < 3 || !pdu_has(d, at, 3))
			return ROUTE_CUT;
		u8 type = d.p[at];
		u32 bits = get_be16(d.p + at + 1), n = type == 1 ? (bits + 7) / 8 : bits;

		at += 3;
		rest -= 3;
		if (type == 1)
			put_f(s, "\n\t\tcircuit status vector (%u) length: %u: 0x", type, bits);
		else
			put_f(s, "\n\t\tunknown TLV #%u, length: %u", type, bits);
		if (n > rest) {
			say(s, " (ran past the end)");
			n = rest;
		}
		if (!pdu_has(d, at, n))
			return ROUTE_CUT;
		if (type == 1)
			put_hex(s, d.p + at, n);
		at += n;
		rest -= n;
	}
	return 0;
}

/* RFC 4761 3.2.2: the line is taken back when it turns out to be cut. */
static int l2vpn(struct print_state *s, struct pdu d, u32 off, u32 left)
{
	size_t from = (size_t)(s->o - s->to->p);

	(void)left;
	if (!pdu_has(d, off, 2))
		return ROUTE_CUT;
	u32 n = get_be16(d.p + off), at = off + 2;
	if ((n != 12 && n < 18) || !pdu_has(d, at, n == 12 ? 12 : 15))
		return ROUTE_CUT;
	line(s);
	say(s, "RD: ");
	put_bgp_rd(s, d, at);
	if (n == 12) {
		say(s, ", BGPNH: ");
		put_ip4(s, d.p + at + 8);
		return 14;
	}
	put_f(s, ", CE-ID: %u, Label-Block Offset: %u, Label Base %u", get_be16(d.p + at + 8),
	      get_be16(d.p + at + 10), ((u32)d.p[at + 12] << 16 | get_be16(d.p + at + 13)) >> 4);
	if (l2vpn_tlvs(s, d, at + 15, n - 15)) {
		s->o = s->to->p + from;
		return ROUTE_CUT;
	}
	return (int)n + 2;
}

static const struct family {
	u16 afi;
	u8 safi;
	route_print *print;
} families[] = {
	{AFI_INET, SAFI_UNICAST, route4},    {AFI_INET, SAFI_MULTICAST, route4},
	{AFI_INET, SAFI_BOTH, route4},       {AFI_INET, SAFI_LABELED, labeled4},
	{AFI_INET, SAFI_VPN, vpn4},          {AFI_INET, SAFI_VPN_MULTICAST, vpn4},
	{AFI_INET, SAFI_VPN_BOTH, vpn4},     {AFI_INET, SAFI_RT, target},
	{AFI_INET, SAFI_MVPN, mvpn},         {AFI_INET, SAFI_MDT, mdt},
	{AFI_INET6, SAFI_UNICAST, route6},   {AFI_INET6, SAFI_MULTICAST, route6},
	{AFI_INET6, SAFI_BOTH, route6},      {AFI_INET6, SAFI_LABELED, labeled6},
	{AFI_INET6, SAFI_VPN, vpn6},         {AFI_INET6, SAFI_VPN_MULTICAST, vpn6},
	{AFI_INET6, SAFI_VPN_BOTH, vpn6},    {AFI_NSAP, SAFI_UNICAST, nsap},
	{AFI_NSAP, SAFI_MULTICAST, nsap},    {AFI_NSAP, SAFI_BOTH, nsap},
	{AFI_NSAP, SAFI_VPN, vpn_nsap},      {AFI_NSAP, SAFI_VPN_MULTICAST, vpn_nsap},
	{AFI_NSAP, SAFI_VPN_BOTH, vpn_nsap}, {AFI_VPLS, SAFI_VPLS, l2vpn},
	{AFI_L2VPN, SAFI_VPN, l2vpn},        {AFI_L2VPN, SAFI_VPN_MULTICAST, l2vpn},
	{AFI_L2VPN, SAFI_VPN_BOTH, l2vpn},
};

static route_print *family(u16 afi, u8 safi)
{
	for (size_t i = 0; i < LEN(families); i++)
		if (families[i].afi == afi && families[i].safi == safi)
			return families[i].print;
	return NULL;
}

bool bgp_known_family(u16 afi, u8 safi) { return family(afi, safi); }

/* Whether the list reads well as prefixes with a path identifier before each
 * (RFC 7911), and does not without. */
static bool fits(struct pdu d, u32 off, u32 left, u32 most, u32 before)
{
	for (u32 at = 0; at < left;) {
		at += before;
		if (!pdu_has(d, off + at, 1))
			return false;
		u32 bits = d.p[off + at];
		if (!bits || bits > most)
			return false;
		at += bytes_of(bits) + 1;
		if (at > left)
			return false;
	}
	return true;
}

static bool add_path(struct pdu d, u32 off, u32 left, u32 most)
{
	return left && fits(d, off, left, most, 4) && !fits(d, off, left, most, 0);
}

bool bgp_routes(struct print_state *s, struct pdu d, u32 off, u32 left, u16 afi, u8 safi)
{
	route_print *print = family(afi, safi);
	bool plain = print == route4 || print == route6;
	bool path = plain && add_path(d, off, left, print == route4 ? 32 : 128);

	while (left) {
		u32 id = 0;

		if (path) {
			id = pdu_be32(s, d, off);
			off += 4;
			left = left > 4 ? left - 4 : 0;
		}
		int n = print(s, d, off, left);
		if (n == ROUTE_CUT)
			return false;
		if (n == ROUTE_BAD && print != target)
			say(s, "\n\t    (illegal prefix length)");
		if (n < 0)
			break;
		if (path)
			put_f(s, "   Path Id: %u", id);
		off += (u32)n;
		left = left > (u32)n ? left - (u32)n : 0;
	}
	return true;
}

bool bgp_ip4_routes(struct print_state *s, struct pdu d, u32 off, u32 left)
{
	bool path = add_path(d, off, left, 32);

	while (left) {
		u32 id = 0, bits, n;

		if (path) {
			id = pdu_be32(s, d, off);
			off += 4;
			left = left > 4 ? left - 4 : 0;
		}
		bits = pdu_u8(s, d, off);
		n = bytes_of(bits);
		if (bits > 32) {
			say(s, "\n\t    (illegal prefix length)");
			return true;
		}
		if (!pdu_has(d, off + 1, n))
			return false;
		if (left < n + 1)
			return true;
		say(s, "\n\t    ");
		put_prefix(s, d.p + off + 1, bits, 4);
		if (path)
			put_f(s, "   Path Id: %u", id);
		off += n + 1;
		left -= n + 1;
	}
	return true;
}
