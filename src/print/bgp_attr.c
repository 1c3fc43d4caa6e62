/* SPDX-License-Identifier: BSD-2-Clause */
/* BGP path attributes. */
#include "print/bgp.h"

/* Prints the n bytes at off: false when they are cut. */
typedef bool attr_print(struct print_state *s, struct pdu d, u32 off, u32 n);

static bool invalid(struct print_state *s)
{
	say(s, "invalid len");
	return true;
}

static bool origin(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	static const struct word kinds[] = {{0, "IGP"}, {1, "EGP"}, {2, "Incomplete"}};

	if (n != 1)
		return invalid(s);
	put_word(s, kinds, LEN(kinds), pdu_u8(s, d, off), "Unknown Origin Typecode");
	return true;
}

/* How wide the numbers of a path are, which no field tells: two bytes when its
 * segments then end where the attribute does. */
static u32 as_size(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	u32 end = off + n;

	while (off < end) {
		u8 type = pdu_u8(s, d, off);
		if (type < 1 || type > 4)
			return 4;
		u32 count = pdu_u8(s, d, off + 1);
		if (!count)
			return 4;
		off += 2 + 2 * count;
		if (off > end)
			return 4;
	}
	return 2;
}

static bool path(struct print_state *s, struct pdu d, u32 off, u32 n, u32 size)
{
	static const char *const before[] = {"?", "{ ", "", "( ", "({ "};
	static const char *const after[] = {"?", "}", "", ")", "})"};
	u32 end = off + n;

	if (n % 2)
		return invalid(s);
	if (!n) {
		say(s, "empty");
		return true;
	}
	if (!size)
		size = as_size(s, d, off, n);
	while (off < end) {
		u8 type = pdu_u8(s, d, off);

		put_s(s, before[type < LEN(before) ? type : 0]);
		u32 count = pdu_u8(s, d, off + 1);
		off += 2;
		for (; count; count--, off += size)
			put_f(s, "%u ", size == 2 ? pdu_be16(s, d, off) : pdu_be32(s, d, off));
		put_s(s, after[type < LEN(after) ? type : 0]);
	}
	return true;
}

static bool as_path(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	return path(s, d, off, n, 0);
}

static bool as4_path(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	return path(s, d, off, n, 4);
}

static bool address(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (n != 4)
		return invalid(s);
	put_ip4(s, pdu_need(s, d, off, 4));
	return true;
}

static bool number(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (n != 4)
		return invalid(s);
	put_u(s, pdu_be32(s, d, off));
	return true;
}

static bool nothing(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	(void)d, (void)off;
	return n ? invalid(s) : true;
}

static bool aggregator4(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (n != 8)
		return invalid(s);
	pdu_need(s, d, off, 8);
	put_f(s, " AS #%u, origin ", pdu_be32(s, d, off));
	put_ip4(s, d.p + off + 4);
	return true;
}

static bool aggregator(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (n != 6)
		return aggregator4(s, d, off, n);
	pdu_need(s, d, off, 6);
	put_f(s, " AS #%u, origin ", pdu_be16(s, d, off));
	put_ip4(s, d.p + off + 2);
	return true;
}

static bool community(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (n % 4)
		return invalid(s);
	for (; n; n -= 4, off += 4) {
		u32 v = pdu_be32(s, d, off);

		switch (v) {
		case 0:
			break;
		case 0xffffff01:
			say(s, " NO_EXPORT");
			continue;
		case 0xffffff02:
			say(s, " NO_ADVERTISE");
			continue;
		case 0xffffff03:
			say(s, " NO_EXPORT_SUBCONFED");
			continue;
		}
		put_f(s, "%u:%u%s", v >> 16, v & 0xffff, n > 4 ? ", " : "");
	}
	return true;
}

static bool clusters(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (n % 4)
		return invalid(s);
	for (; n; n -= 4, off += 4) {
		put_ip4(s, pdu_need(s, d, off, 4));
		if (n > 4)
			say(s, ", ");
	}
	return true;
}

static bool large_community(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (!n || n % 12)
		return invalid(s);
	say(s, "\n\t    ");
	for (; n; n -= 12, off += 12) {
		put_f(s, "%u:%u:%u", pdu_be32(s, d, off), pdu_be32(s, d, off + 4),
		      pdu_be32(s, d, off + 8));
		if (n > 12)
			say(s, ", ");
	}
	return true;
}

static bool extended(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (n % 8)
		return invalid(s);
	for (; n; n -= 8, off += 8) {
		if (!pdu_has(d, off, 8))
			return false;
		put_bgp_community(s, d.p + off);
	}
	return true;
}

static void put_family(struct print_state *s, u16 afi, u8 safi)
{
	put_f(s, "\n\t    AFI: %s (%u), %sSAFI: %s (%u)", bgp_afi(afi) ?: "Unknown AFI", afi,
	      safi > 128 ? "vendor specific " : "", bgp_safi(safi) ?: "Unknown SAFI", safi);
}

static bool no_family(struct print_state *s, struct pdu d, u32 off, u32 n, u16 afi, u8 safi)
{
	pdu_need(s, d, off, n);
	put_f(s, "\n\t    no AFI %u / SAFI %u decoder", afi, safi);
	if (s->opt.verbose <= 1)
		put_dump(s, "\n\t    ", d.p + off, n, false);
	return true;
}

/* One next hop at off, of which `left` bytes remain: how many it takes. */
static u32 next_hop(struct print_state *s, struct pdu d, u32 off, u32 left, u16 afi, u8 safi)
{
	bool rd = safi >= SAFI_VPN && safi <= SAFI_VPN_BOTH && afi != AFI_L2VPN;
	u32 addr = afi == AFI_INET6 ? 16 : afi == AFI_NSAP ? left - (rd ? 8 : 0) : 4;
	u32 n = addr + (rd ? 8 : 0);

	if (left < n || (rd && left < 9)) {
		say(s, "invalid len");
		return left;
	}
	pdu_need(s, d, off, n);
	if (rd) {
		say(s, "RD: ");
		put_bgp_rd(s, d, off);
		say(s, ", ");
		off += 8;
	}
	if (afi == AFI_INET6)
		put_ip6(s, d.p + off);
	else if (afi == AFI_NSAP)
		put_nsap(s, d, off, addr);
	else
		put_ip4(s, d.p + off);
	return n;
}

static bool reach(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	u32 end = off + n, hop;
	u16 afi = pdu_be16(s, d, off);
	u8 safi = pdu_u8(s, d, off + 2);

	put_family(s, afi, safi);
	if (!bgp_known_family(afi, safi))
		return no_family(s, d, off, n, afi, safi);
	hop = pdu_u8(s, d, off + 3);
	off += 4;
	if (!pdu_has(d, off, hop) || off + hop > end)
		return false;
	if (hop) {
		for (u32 left = hop; left;) {
			put_s(s, left == hop ? "\n\t    nexthop: " : ", ");
			u32 took = next_hop(s, d, off, left, afi, safi);
			off += took;
			left -= took;
		}
		put_f(s, ", nh-length: %u", hop);
	}
	u8 snpa = pdu_u8(s, d, off++);
	if (snpa) {
		put_f(s, "\n\t    %u SNPA", snpa);
		for (; snpa; snpa--) {
			u32 len = pdu_u8(s, d, off);
			put_f(s, "\n\t      %u bytes", len);
			if (!pdu_has(d, off + 1, len) || off + 1 + len > end)
				return false;
			off += len + 1;
		}
	} else {
		say(s, ", no SNPA");
	}
	return bgp_routes(s, d, off, end > off ? end - off : 0, afi, safi);
}

static bool unreach(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	u16 afi = pdu_be16(s, d, off);
	u8 safi = pdu_u8(s, d, off + 2);

	put_family(s, afi, safi);
	if (n == 3)
		say(s, "\n\t      End-of-Rib Marker (empty NLRI)");
	if (!bgp_known_family(afi, safi))
		return no_family(s, d, off, n, afi, safi);
	return bgp_routes(s, d, off + 3, n > 3 ? n - 3 : 0, afi, safi);
}

/* RFC 6514 5 */
static bool pmsi(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	static const struct word types[] = {
		{0, "None"},
		{1, "RSVP-TE P2MP LSP"},
		{2, "LDP P2MP LSP"},
		{3, "PIM-SSM Tree"},
		{4, "PIM-SM Tree"},
		{5, "PIM-Bidir Tree"},
		{6, "Ingress Replication"},
		{7, "LDP MP2MP LSP"},
	};
	static const char *const first[] = {
		"",        "Extended-Tunnel-ID ", "Root-Node ", "Root-Node ", "Sender ",
		"Sender ", "Tunnel-Endpoint ",    "Root-Node "};

	if (n < 5)
		return false;
	pdu_need(s, d, off, 5);
	u8 type = d.p[off + 1], flags = d.p[off];
	put_f(s, "\n\t    Tunnel-type %s (%u), Flags [%s], MPLS Label %u",
	      (type ? word_of(types, LEN(types), type) : NULL) ?: "Unknown", type,
	      flags & 1 ? "Leaf Information required" : "none",
	      ((u32)d.p[off + 2] << 16 | get_be16(d.p + off + 3)) >> 4);
	off += 5;
	if (!type || type >= LEN(first)) {
		if (s->opt.verbose <= 1) {
			n = n > 5 ? n - 5 : 0;
			put_dump(s, "\n\t      ", pdu_need(s, d, off, n), n, false);
		}
		return true;
	}
	if (n < (type == 6 ? 9 : 13))
		return false;
	pdu_need(s, d, off, type == 6 ? 4 : 8);
	put_f(s, "\n\t      %s", first[type]);
	put_ip4(s, d.p + off);
	if (type >= 3 && type <= 5) {
		say(s, ", P-Group ");
		put_ip4(s, d.p + off + 4);
	} else if (type != 6) {
		put_f(s, ", %s 0x%08x", type == 1 ? "P2MP-ID" : "LSP-ID", pdu_be32(s, d, off + 4));
	}
	return true;
}

/* RFC 7311 3 */
static bool aigp(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	while (n >= 3) {
		u8 type = pdu_u8(s, d, off);
		u32 len = pdu_be16(s, d, off + 1);

		put_f(s, "\n\t    %s TLV (%u), length %u", type == 1 ? "AIGP" : "Unknown", type,
		      len);
		if (len < 3)
			return false;
		off += 3;
		len -= 3;
		n -= 3;
		if (len > n || !pdu_has(d, off, len))
			return false;
		if (type == 1 && len >= 8)
			put_f(s, ", metric %llu", (unsigned long long)get_be64(d.p + off));
		else if (s->opt.verbose <= 1)
			put_dump(s, "\n\t      ", d.p + off, len, false);
		off += len;
		n -= len;
	}
	return true;
}

static bool attr_set(struct print_state *s, struct pdu d, u32 off, u32 n);

static const struct {
	const char *name;
	attr_print *print;
} kinds[256] = {
	[1] = {"Origin", origin},
	[2] = {"AS Path", as_path},
	[3] = {"Next Hop", address},
	[4] = {"Multi Exit Discriminator", number},
	[5] = {"Local Preference", number},
	[6] = {"Atomic Aggregate", nothing},
	[7] = {"Aggregator", aggregator},
	[8] = {"Community", community},
	[9] = {"Originator ID", address},
	[10] = {"Cluster List", clusters},
	[11] = {"DPA", NULL},
	[12] = {"Advertisers", NULL},
	[13] = {"RCID Path / Cluster ID", NULL},
	[14] = {"Multi-Protocol Reach NLRI", reach},
	[15] = {"Multi-Protocol Unreach NLRI", unreach},
	[16] = {"Extended Community", extended},
	[17] = {"AS4 Path", as4_path},
	[18] = {"Aggregator4", aggregator4},
	[22] = {"PMSI Tunnel", pmsi},
	[23] = {"Tunnel Encapsulation", NULL},
	[24] = {"Traffic Engineering", NULL},
	[25] = {"IPv6 Extended Community", NULL},
	[26] = {"Accumulated IGP Metric", aigp},
	[27] = {"PE Distinguisher Label", NULL},
	[28] = {"Entropy Label", NULL},
	[32] = {"Large Community", large_community},
	[128] = {"Attribute Set", attr_set},
	[255] = {"Reserved for development", NULL},
};

static void put_flags(struct print_state *s, u8 flags)
{
	say(s, ", Flags [");
	if (flags & 0x80)
		put_c(s, 'O');
	if (flags & 0x40)
		put_c(s, 'T');
	if (flags & 0x20)
		put_c(s, 'P');
	if (flags & 0x10)
		put_c(s, 'E');
	if (flags & 15)
		put_f(s, "+%x", flags & 15);
	say(s, "]: ");
}

static bool value(struct print_state *s, struct pdu d, u32 off, u32 n, u8 type)
{
	bool ok = true;

	if (kinds[type].print) {
		ok = kinds[type].print(s, d, off, n);
	} else {
		pdu_need(s, d, off, n);
		put_f(s, "\n\t    no Attribute %u decoder", type);
		if (s->opt.verbose <= 1)
			put_dump(s, "\n\t    ", d.p + off, n, false);
	}
	if (ok && s->opt.verbose > 1 && n && type != 32 && type != 128)
		put_dump(s, "\n\t    ", pdu_need(s, d, off, n), n, false);
	return ok;
}

bool bgp_attributes(struct print_state *s, struct pdu d, u32 off, u32 n, u32 level)
{
	u32 set = off - 4;

	while (n) {
		u8 flags = pdu_u8(s, d, off), type;
		u32 wide = flags & 0x10 ? 2 : 1, len;

		if (n < 2 || (n < 2 + wide && level))
			return false;
		if (n < 2 + wide) {
			say(s, "\n\t  [path attrs too short]");
			return true;
		}
		type = pdu_u8(s, d, off + 1);
		len = wide == 2 ? pdu_be16(s, d, off + 2) : pdu_u8(s, d, off + 2);
		off += 2 + wide;
		n -= 2 + wide;
		put_f(s, "\n\t  %s%s (%u), length: %u", level ? "    " : "",
		      kinds[type].name ?: "Unknown Attribute", type, len);
		if (flags)
			put_flags(s, flags);
		if (n < len) {
			put_s(s, level ? " [path attr too short]" : " [path attrs too short]");
			/* tcpdump: as many bytes as remain, from the set's begin */
			if (level && n && s->opt.verbose > 1)
				put_dump(s, "\n\t    ", pdu_need(s, d, set, n), n, false);
			return true;
		}
		if (!value(s, d, off, len, type))
			return false;
		off += len;
		n -= len;
	}
	return true;
}

/* RFC 6368 5 */
static bool attr_set(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (n < 4)
		return false;
	put_f(s, "\n\t    Origin AS: %u", pdu_be32(s, d, off));
	if (!print_enter(s))
		return false;
	bool ok = bgp_attributes(s, d, off + 4, n - 4, 1);
	print_leave(s);
	return ok;
}
