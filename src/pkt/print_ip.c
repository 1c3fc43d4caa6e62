/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv4, RFC 791. */
#include "pkt/print_priv.h"

enum { TOS = 1, LENGTH = 2, ID = 4, OFF = 6, TTL = 8, PROTO = 9, SUM = 10, SRC = 12, DST = 16 };
enum { HEADER = 20, OFFSET_BITS = 0x1fff, MF = 0x2000, DF = 0x4000, RESERVED = 0x8000 };
enum { EOL = 0, NOP = 1, RR = 7, TS = 68, SECURITY = 130, LSRR = 131, SSRR = 137, RA = 148 };

static const struct word options[] = {
	{EOL, "EOL"}, {NOP, "NOP"},           {RR, "RR"},     {TS, "timestamp"},
	{RA, "RA"},   {SECURITY, "security"}, {LSRR, "LSRR"}, {SSRR, "SSRR"},
};

static const struct word flags[] = {{MF, "+"}, {DF, "DF"}, {RESERVED, "rsvd"}};

/* Each address of a route, and where its pointer stands; false when cut. */
static bool route(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (n < 3) {
		say(s, " [bad length ");
		put_u(s, n);
		put_c(s, ']');
		return true;
	}
	if ((n + 1) & 3) {
		say(s, " [bad length ");
		put_u(s, n);
		put_c(s, ']');
	}
	if (!pdu_has(d, off + 2, 1))
		return false;
	u32 ptr = d.p[off + 2];
	if (ptr < 4 || ((ptr + 1) & 3))
		put_f(s, " [bad ptr %u]", ptr);
	ptr--;
	for (u32 i = 3; i + 4 <= n; i += 4) {
		if (!pdu_has(d, off + i, 4))
			return false;
		put_c(s, ' ');
		put_ip4(s, d.p + off + i);
		if (i + 4 == n ? false : false)
			continue;
		if (ptr > i)
			put_c(s, ',');
	}
	return true;
}

static bool stamps(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	static const char *const kinds[] = {"TSONLY", "TS+ADDR"};

	if (n < 4) {
		put_f(s, "[bad length %u]", n);
		return true;
	}
	say(s, " TS{");
	if (!pdu_has(d, off + 3, 1))
		return false;
	u8 kind = d.p[off + 3] & 15, over = d.p[off + 3] >> 4, ptr = d.p[off + 2];
	u32 step = kind == 0 ? 4 : 8;

	if (kind < 2)
		put_s(s, kinds[kind]);
	else if (kind == 2 || kind == 3)
		say(s, "PRESPEC");
	else {
		put_f(s, "[bad ts type %u]", kind);
		goto out;
	}
	for (u32 i = 4; i + step <= n; i += step) {
		if (ptr == i + 1)
			say(s, " ^ ");
		if (!pdu_has(d, off + i, step))
			return false;
		put_c(s, ' ');
		if (step == 8) {
			put_ip4(s, d.p + off + i);
			put_c(s, '@');
		}
		put_u(s, get_be32(d.p + off + i + step - 4));
	}
out:
	if (over)
		put_f(s, " [%u hops not recorded]} ", over);
	else
		put_c(s, '}');
	return true;
}

static bool option(struct print_state *s, struct pdu d, u32 off, u8 kind, u32 n)
{
	switch (kind) {
	case TS:
		return stamps(s, d, off, n);
	case RR:
	case LSRR:
	case SSRR:
		return route(s, d, off, n);
	case RA:
		if (n < 4) {
			put_f(s, "[bad length %u]", n);
			return true;
		}
		if (!pdu_has(d, off + 3, 1))
			return false;
		if (get_be16(d.p + off + 2))
			put_f(s, " value %u", get_be16(d.p + off + 2));
	}
	return true;
}

/* d begins with the options, n bytes of them; false when they are cut. */
static bool option_list(struct print_state *s, struct pdu d, u32 n)
{
	for (u32 off = 0, len; off < n; off += len) {
		if (off)
			put_c(s, ',');
		if (!pdu_has(d, off, 1))
			return false;
		u8 kind = d.p[off];
		put_word(s, options, LEN(options), kind, "unknown %u");
		len = 1;
		if (kind == NOP || kind == EOL) {
			if (kind == EOL)
				break;
			continue;
		}
		if (!pdu_has(d, off + 1, 1))
			return false;
		len = d.p[off + 1];
		if (len < 2) {
			put_f(s, " [bad length %u]", len);
			return true;
		}
		if (!pdu_has(d, off, len) || len > n - off)
			return false;
		if (!option(s, d, off, kind, len))
			return false;
	}
	return true;
}

/* What -v adds, in parentheses; false when the options are cut. */
static bool details(struct print_state *s, struct pdu d, u32 hdr)
{
	static const char *const ecn[] = {"", ",ECT(1)", ",ECT(0)", ",CE"};
	u16 off = pdu_be16(s, d, OFF);
	u8 tos = pdu_u8(s, d, TOS), ttl = pdu_u8(s, d, TTL), proto = pdu_u8(s, d, PROTO);
	bool whole = true;

	put_f(s, "(tos 0x%x%s", tos, ecn[tos & 3]);
	if (ttl)
		put_f(s, ", ttl %u", ttl);
	put_f(s, ", id %u, offset %u, flags [", pdu_be16(s, d, ID), (off & OFFSET_BITS) * 8);
	put_bits(s, flags, LEN(flags), off, ", ", "none");
	put_f(s, "], proto %s (%u), length %u", ip_proto_name(proto), proto,
	      pdu_be16(s, d, LENGTH));
	if (hdr > HEADER) {
		say(s, ", options (");
		whole = option_list(s, pdu_skip(d, HEADER), hdr - HEADER);
		if (!whole)
			say(s, " [truncated-option]");
		put_c(s, ')');
	}
	if (!s->opt.unchecked && pdu_has(d, 0, hdr)) {
		u16 sum = sum_of(d.p, hdr), field = get_be16(d.p + SUM);

		if (sum)
			put_f(s, ", bad cksum %x (->%x)!", field, sum_should(field, sum));
	}
	say(s, ")\n    ");
	return whole;
}

static void put_ends(struct print_state *s)
{
	put_ip4(s, s->net.src);
	say(s, " > ");
	put_ip4(s, s->net.dst);
	put_c(s, ':');
}

static bool says_ends(u8 proto) { return proto == 6 || proto == 17 || proto == 132 || proto == 33; }

static void first(struct print_state *s, struct pdu d, u32 hdr)
{
	u8 proto = s->net.proto;

	if (!says_ends(proto)) {
		put_ends(s);
		put_c(s, ' ');
	}
	if (!pdu_has(d, 0, hdr)) {
		put_f(s, " [remaining caplen(%u) < header length(%u)]", d.cap, hdr);
		put_cut(s);
		return;
	}
	print_ip_proto(s, proto, pdu_skip(d, hdr));
}

static void packet(struct print_state *s, struct pdu d)
{
	if (!s->opt.link)
		say(s, "IP ");
	u8 b0 = pdu_u8(s, d, 0);
	if (b0 >> 4 != 4) {
		if (b0 >> 4 == 6)
			say(s, "wrong link-layer encapsulation ");
		else
			put_f(s, "bad version %u ", b0 >> 4);
		pdu_invalid(s);
	}
	pdu_need(s, d, 0, HEADER);
	if (d.len < HEADER) {
		put_f(s, "truncated-ip %u", d.len);
		return;
	}
	u32 hdr = (b0 & 15) * 4u, len = pdu_be16(s, d, LENGTH);
	if (hdr < HEADER) {
		put_f(s, "bad-hlen %u", hdr);
		return;
	}
	if (d.len < len)
		put_f(s, "truncated-ip - %u bytes missing! ", len - d.len);
	if (len < hdr) {
		put_f(s, "bad-len %u", len);
		return;
	}
	d = pdu_clip(d, len);
	d.len = len;
	u16 off = pdu_be16(s, d, OFF);
	s->net = (struct net){.src = d.p + SRC,
			      .dst = d.p + DST,
			      .ver = 4,
			      .proto = d.p[PROTO],
			      .ttl = d.p[TTL],
			      .fragment = off & MF};
	if (s->opt.verbose && !details(s, d, hdr)) {
		put_ends(s);
		put_c(s, ' ');
		put_cut(s);
		return;
	}
	if (!(off & OFFSET_BITS)) {
		first(s, d, hdr);
	} else if (s->opt.quick < 2) {
		put_ends(s);
		put_c(s, ' ');
		put_proto(s, s->net.proto);
	}
}

static void ip_print(struct print_state *s, struct pdu d)
{
	struct net outer = s->net;

	s->name = "ip";
	packet(s, d);
	s->net = outer;
}

const struct printer ip_printer = {"ip", ip_print};
