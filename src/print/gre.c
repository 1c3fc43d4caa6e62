/* SPDX-License-Identifier: BSD-2-Clause */
/* Tunnels: GRE, RFC 2784 and 2890, and VXLAN, RFC 7348. */
#include "print/priv.h"

enum { CHECKSUM = 0x8000, ROUTING = 0x4000, KEY = 0x2000, SEQ = 0x1000, STRICT = 0x0800 };
enum { TEB = 0x6558, VNI_VALID = 0x08, VXLAN_HEADER = 8 };

static const struct word flags_words[] = {
	{CHECKSUM, "checksum present"}, {ROUTING, "routing present"},       {KEY, "key present"},
	{SEQ, "sequence# present"},     {STRICT, "source routing present"}, {0x80, "ack present"},
};

/* An Ethernet frame inside: it does not count as this packet's link header. */
static void inner_frame(struct print_state *s, struct pdu d)
{
	u32 link_len = s->link_len;

	if (!print_enter(s))
		return;
	print_ether(s, d);
	print_leave(s);
	s->link_len = link_len;
}

static void payload(struct print_state *s, u16 type, struct pdu d)
{
	if (type == TEB) {
		inner_frame(s, d);
	} else if (type == 0x0800 || type == 0x86dd || type == 0x8847 || type == 0x8848) {
		if (print_enter(s)) {
			print_ethertype(s, type, d);
			print_leave(s);
		}
	} else {
		put_f(s, "gre-proto-0x%x", type);
	}
}

/* One optional field: its value, and the cursor behind it. */
static u32 field(struct print_state *s, struct pdu *d)
{
	pdu_check(s, *d, 0, 4);
	u32 v = get_be32(d->p);
	*d = pdu_skip(*d, 4);
	return v;
}

/* Stops of n bytes, the next one marked; false where they are cut. */
static bool put_stops(struct print_state *s, struct pdu d, u32 next, u32 len, u32 n)
{
	if (next % n)
		put_f(s, ", badoffset=%u", next);
	else if (len % n)
		put_f(s, ", badlength=%u", len);
	else if (next >= len)
		put_f(s, ", badoff/len=%u/%u", next, len);
	else
		for (u32 off = 0; off < len; off += n) {
			if (!pdu_has(d, off, n))
				return false;
			const u8 *p = d.p + off;
			put_s(s, off == next ? " *" : " ");
			if (n == 4)
				put_f(s, "%u.%u.%u.%u", p[0], p[1], p[2], p[3]);
			else
				put_f(s, "%x", get_be16(p));
		}
	return true;
}

/* The source routes of RFC 1701: what follows them. */
static struct pdu routes(struct print_state *s, struct pdu d)
{
	enum { BY_IP = 0x0800, BY_AS = 0xfffe };

	for (;;) {
		pdu_check(s, d, 0, 4);
		u16 family = get_be16(d.p);
		u32 next = d.p[2], len = d.p[3];
		bool whole = true;
		d = pdu_skip(d, 4);
		if (!len)
			return d;
		if (family == BY_IP || family == BY_AS) {
			put_s(s, family == BY_IP ? ", (rtaf=ip" : ", (rtaf=asn");
			whole = put_stops(s, d, next, len, family == BY_IP ? 4 : 2);
			put_c(s, ')');
		} else {
			put_f(s, ", (rtaf=0x%x)", family);
		}
		if (!whole || d.len < len)
			pdu_cut(s);
		d = pdu_skip(d, len);
	}
}

static void gre0(struct print_state *s, struct pdu d, u16 flags)
{
	u32 whole = d.len;

	if (s->opt.verbose) {
		say(s, ", Flags [");
		put_bits(s, flags_words, LEN(flags_words), flags, ", ", "none");
		put_c(s, ']');
	}
	pdu_check(s, d, 2, 2);
	u16 type = pdu_be16(s, d, 2);
	d = pdu_skip(d, 4);
	if (flags & (CHECKSUM | ROUTING)) {
		pdu_check(s, d, 0, 2);
		if (s->opt.verbose)
			put_f(s, ", sum 0x%x", pdu_be16(s, d, 0));
		pdu_check(s, d, 2, 2);
		put_f(s, ", off 0x%x", pdu_be16(s, d, 2));
		d = pdu_skip(d, 4);
	}
	if (flags & KEY)
		put_f(s, ", key=0x%x", field(s, &d));
	if (flags & SEQ)
		put_f(s, ", seq %u", field(s, &d));
	if (flags & ROUTING)
		d = routes(s, d);
	if (s->opt.link) {
		const char *name = ethertype_name(type);

		put_f(s, ", proto %s (0x%04x)", name ? name : "unknown", type);
	}
	put_f(s, ", length %u%s", whole, s->opt.verbose ? "\n\t" : ": ");
	payload(s, type, d);
}

static void gre_print(struct print_state *s, struct pdu d)
{
	s->name = "gre";
	pdu_check(s, d, 0, 2);
	u16 flags = pdu_be16(s, d, 0), version = flags & 7;

	put_f(s, "GREv%u", version);
	if (version)
		put_f(s, ", length %u", d.len);
	else
		gre0(s, d, flags);
}

static void vxlan_print(struct print_state *s, struct pdu d)
{
	s->name = "vxlan";
	say(s, "VXLAN");
	if (d.len < VXLAN_HEADER) {
		put_invalid(s);
		return;
	}
	u8 flags = pdu_u8(s, d, 0);
	put_f(s, ", flags [%s] (0x%02x), ", flags & VNI_VALID ? "I" : "invalid", flags);
	const u8 *vni = pdu_need(s, d, 4, 3);
	put_f(s, "vni %u\n", (u32)vni[0] << 16 | get_be16(vni + 1));
	pdu_need(s, d, 0, VXLAN_HEADER);
	inner_frame(s, pdu_skip(d, VXLAN_HEADER));
}

const struct printer gre_printer = {"gre", gre_print};
const struct printer vxlan_printer = {"vxlan", vxlan_print};
