/* SPDX-License-Identifier: BSD-2-Clause */
/* Cisco's discovery protocol. */
#include "print/part.h"

enum { HEADER = 4, TLV = 4 };

static const struct word capabilities[] = {
	{0x01, "Router"},     {0x02, "TB Bridge"},     {0x04, "SR Bridge"},  {0x08, "L2 Switch"},
	{0x10, "L3 capable"}, {0x20, "IGMP snooping"}, {0x40, "L1 capable"},
};

static void text(struct print_state *s, struct pdu d)
{
	put_c(s, '\'');
	put_chars(s, d, 0, d.len);
	put_c(s, '\'');
}

static void version(struct print_state *s, struct pdu d)
{
	say(s, "\n\t  ");
	for (u32 i = 0; i < d.len; i++) {
		u8 c = pdu_u8(s, d, i);

		if (c == '\n')
			say(s, "\n\t  ");
		else
			put_unctrl(s, c);
	}
}

/* One address: the length of it, 0 when it does not fit. */
static u32 address(struct print_state *s, struct pdu d, u32 off)
{
	static const u8 ip6[8] = {0xaa, 0xaa, 3, 0, 0, 0, 0x86, 0xdd};
	u32 left = d.len - off;

	if (left < 2) {
		say(s, " (not enough space for PT+PL)");
		return 0;
	}
	u8 type = pdu_u8(s, d, off), n = pdu_u8(s, d, off + 1);
	if (left < 2u + n + 2) {
		say(s, " (not enough space for P+AL)");
		return 0;
	}
	const u8 *p = pdu_need(s, d, off + 2, n + 2u);
	u32 size = get_be16(p + n);
	if (type == 1 && n == 1 && p[0] == 0xcc && size == 4) {
		if (left < 4u + n + size)
			return 0;
		say(s, "IPv4 (");
		put_u(s, n);
		say(s, ") ");
		put_ip4(s, pdu_need(s, d, off + 4 + n, 4));
	} else if (type == 2 && n == 8 && !memcmp(p, ip6, 8) && size == 16) {
		if (left < 4u + n + size)
			return 0;
		put_f(s, "IPv6 (%u) ", n);
		put_ip6(s, pdu_need(s, d, off + 4 + n, 16));
	} else {
		if (left < 2u + n)
			return 0;
		put_f(s, "pt=0x%02x, pl=%u, pb=", type, n);
		for (u32 i = 0; i < n; i++)
			put_f(s, " %02x", p[i]);
		if (left < 4u + n + size)
			return 0;
		put_f(s, ", al=%u, a=", size);
		for (u32 i = 0; i < size; i++)
			put_f(s, " %02x", pdu_u8(s, d, off + 4 + n + i));
	}
	return 4 + n + size;
}

static bool addresses(struct print_state *s, struct pdu d)
{
	u32 off = 4;

	if (d.len < 4)
		return false;
	for (u32 n = pdu_be32(s, d, 0); n; n--) {
		u32 len = address(s, d, off);

		if (!len)
			return false;
		off += len;
		if (n > 1)
			put_c(s, ' ');
	}
	return true;
}

static bool prefixes(struct print_state *s, struct pdu d)
{
	if (d.len % 5)
		return false;
	put_f(s, " IPv4 Prefixes (%u):", d.len / 5);
	for (u32 off = 0; off < d.len; off += 5) {
		const u8 *p = pdu_need(s, d, off, 5);

		put_f(s, " %u.%u.%u.%u/%u", p[0], p[1], p[2], p[3], p[4]);
	}
	return true;
}

/* An unsigned number of any length to 4. */
static bool number(struct print_state *s, struct pdu d, u32 off, u32 n, u32 *ret)
{
	if (n < 1 || n > 4)
		return false;
	*ret = 0;
	while (n--)
		*ret = *ret << 8 | pdu_u8(s, d, off++);
	return true;
}

static bool capability(struct print_state *s, struct pdu d)
{
	u32 v = pdu_be32(s, d, 0);

	put_f(s, "(0x%08x): ", v);
	put_bits(s, WORDS(capabilities), v, ", ", "none");
	return true;
}

static bool native_vlan(struct print_state *s, struct pdu d)
{
	put_u(s, pdu_be16(s, d, 0));
	return true;
}

static bool duplex(struct print_state *s, struct pdu d)
{
	put_s(s, pdu_u8(s, d, 0) ? "full" : "half");
	return true;
}

static bool voip_answer(struct print_state *s, struct pdu d)
{
	u32 v;

	if (d.len < 3 || !number(s, d, 1, d.len - 1, &v))
		return false;
	put_f(s, "app %u, vlan %u ", pdu_u8(s, d, 0), v);
	return true;
}

static bool voip_query(struct print_state *s, struct pdu d) { return voip_answer(s, d); }

static bool power(struct print_state *s, struct pdu d)
{
	u32 v;

	if (!number(s, d, 0, d.len, &v))
		return false;
	put_f(s, "%1.2fW", v / 1000.0);
	return true;
}

static bool mtu(struct print_state *s, struct pdu d)
{
	put_f(s, "%u bytes", pdu_be32(s, d, 0));
	return true;
}

static bool hex8(struct print_state *s, struct pdu d)
{
	put_f(s, "0x%02x", pdu_u8(s, d, 0));
	return true;
}

static bool location(struct print_state *s, struct pdu d)
{
	put_f(s, "%u", pdu_u8(s, d, 0));
	if (d.len > 1) {
		put_c(s, '/');
		put_chars(s, d, 1, d.len - 1);
	}
	return true;
}

static bool quoted(struct print_state *s, struct pdu d)
{
	text(s, d);
	return true;
}

static bool lines(struct print_state *s, struct pdu d)
{
	version(s, d);
	return true;
}

static bool hello(struct print_state *s, struct pdu d)
{
	(void)s;
	(void)d;
	return true;
}

static const struct tlv {
	const char *name;
	u8 least, most; /* of the value; most 0: any */
	bool (*print)(struct print_state *s, struct pdu d);
} tlvs[] = {
	[0x01] = {"Device-ID", 0, 0, quoted},
	[0x02] = {"Address", 4, 0, addresses},
	[0x03] = {"Port-ID", 0, 0, quoted},
	[0x04] = {"Capability", 4, 4, capability},
	[0x05] = {"Version String", 0, 0, lines},
	[0x06] = {"Platform", 0, 0, quoted},
	[0x07] = {"Prefixes", 0, 0, prefixes},
	[0x08] = {"Protocol-Hello option", 0, 0, hello},
	[0x09] = {"VTP Management Domain", 0, 0, quoted},
	[0x0a] = {"Native VLAN ID", 2, 2, native_vlan},
	[0x0b] = {"Duplex", 1, 1, duplex},
	[0x0e] = {"ATA-186 VoIP VLAN assignment", 0, 0, voip_answer},
	[0x0f] = {"ATA-186 VoIP VLAN request", 0, 0, voip_query},
	[0x10] = {"power consumption", 0, 0, power},
	[0x11] = {"MTU", 4, 4, mtu},
	[0x12] = {"AVVID trust bitmap", 1, 1, hex8},
	[0x13] = {"AVVID untrusted ports CoS", 1, 1, hex8},
	[0x14] = {"System Name", 0, 0, quoted},
	[0x15] = {"System Object ID", 0, 0, NULL},
	[0x16] = {"Management Addresses", 4, 0, addresses},
	[0x17] = {"Physical Location", 1, 0, location},
};

static void put_name(struct print_state *s, u16 type)
{
	const char *name = type < LEN(tlvs) ? tlvs[type].name : NULL;

	put_f(s, "\n\t%s (0x%02x)", name ? name : "unknown field type", type);
}

static void one(struct print_state *s, struct pdu d, u16 type)
{
	const struct tlv *t = type < LEN(tlvs) && tlvs[type].name ? &tlvs[type] : NULL;

	if (s->opt.verbose) {
		put_name(s, type);
		put_f(s, ", value length: %u byte%s: ", d.len, d.len == 1 ? "" : "s");
	}
	if (type == 1 && !s->opt.verbose) {
		say(s, ", Device-ID ");
		text(s, d);
	}
	if (!s->opt.verbose) {
		pdu_need(s, d, 0, d.len);
		if (type != 1)
			put_bytes(s, "\n\t  ", d, 0, d.len);
		return;
	}
	if (t && t->print && d.len >= t->least &&
	    (t->most != t->least || !t->most || d.len == t->most)) {
		if (t->print(s, d))
			return;
		if (type == 2 || type == 0x16)
			return;
		say(s, " (malformed TLV)");
	} else if (t && t->print) {
		put_s(s, type == 2 || type == 0x16 ? " (not enough space for num)"
						   : " (malformed TLV)");
		if (type == 2 || type == 0x16)
			return;
	}
	pdu_need(s, d, 0, d.len);
	put_bytes(s, "\n\t  ", d, 0, d.len);
}

static void tlv_list(struct print_state *s, struct pdu d)
{
	while (d.len) {
		if (d.len < TLV) {
			put_f(s, " (remaining packet length %u < %u)", d.len, TLV);
			pdu_invalid(s);
		}
		u16 type = pdu_be16(s, d, 0), n = pdu_be16(s, d, 2);
		if (n < TLV) {
			if (s->opt.verbose) {
				put_name(s, type);
				put_f(s, ", TLV length: %u byte%s", n, n == 1 ? "" : "s");
			} else {
				if (type == 1)
					say(s, ", Device-ID");
				put_f(s, " TLV length %u too short", n);
			}
			if (s->opt.verbose)
				say(s, " (too short)");
			pdu_invalid(s);
		}
		if (n > d.len) {
			put_f(s, " (TLV length %u > %u)", n, d.len);
			pdu_invalid(s);
		}
		one(s, pdu_part(d, TLV, n - TLV), type);
		d = pdu_skip(d, n);
	}
}

static void cdp_print(struct print_state *s, struct pdu d)
{
	u32 whole = d.len;

	s->name = "cdp";
	if (d.len < HEADER)
		pdu_cut(s);
	put_f(s, "CDPv%u, ttl: %us", pdu_u8(s, d, 0), pdu_u8(s, d, 1));
	if (s->opt.verbose)
		put_f(s, ", checksum: 0x%04x (unverified), length %u", pdu_be16(s, d, 2), whole);
	tlv_list(s, pdu_skip(d, HEADER));
	if (!s->opt.verbose)
		put_f(s, ", length %u", whole);
}

const struct printer cdp_printer = {"cdp", cdp_print};
