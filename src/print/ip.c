/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv4, RFC 791. */
#include "print/priv.h"

enum { TOS = 1, LENGTH = 2, ID = 4, OFF = 6, TTL = 8, PROTO = 9, SUM = 10, SRC = 12, DST = 16 };
enum { HEADER = 20, OFFSET_BITS = 0x1fff, MF = 0x2000, DF = 0x4000, RESERVED = 0x8000 };
enum { EOL = 0, NOP = 1, RR = 7, TS = 68, SECURITY = 130, LSRR = 131, SSRR = 137, RA = 148 };

static const struct word options[] = {
	{EOL, "EOL"}, {NOP, "NOP"},           {RR, "RR"},     {82, "traceroute"}, {TS, "timestamp"},
	{RA, "RA"},   {SECURITY, "security"}, {LSRR, "LSRR"}, {SSRR, "SSRR"},
};

static const struct word flags[] = {{MF, "+"}, {DF, "DF"}, {RESERVED, "rsvd"}};

static void bad_length(struct print_state *s, u32 n) { put_f(s, "[bad length %u]", n); }

/* Each address of a route, and a comma behind those that were filled in;
 * false when cut. */
static bool route(struct print_state *s, struct pdu d, u32 n)
{
	if (n < 3) {
		put_c(s, ' ');
		bad_length(s, n);
		return true;
	}
	if ((n + 1) & 3) {
		put_c(s, ' ');
		bad_length(s, n);
	}
	u32 ptr = d.p[2] - 1u;
	if (ptr < 3 || ((ptr + 1) & 3) || ptr > n + 1)
		put_f(s, " [bad ptr %u]", d.p[2]);
	for (u32 i = 3; i < n; i += 4) {
		if (!pdu_has(d, i, 4))
			return false;
		put_c(s, ' ');
		put_ip4(s, d.p + i);
		if (ptr > i)
			put_c(s, ',');
	}
	return true;
}

/* The kinds of the timestamp option, RFC 781: 1 and 3 come with addresses. */
static const char *const stamp_kinds[16] = {"TSONLY", "TS+ADDR", NULL, "PRESPEC"};

static bool stamps(struct print_state *s, struct pdu d, u32 n)
{
	if (n < 4) {
		bad_length(s, n);
		return true;
	}
	u32 over = d.p[3] >> 4, kind = d.p[3] & 15, step = kind ? 8 : 4, i = 0;
	u32 ptr = d.p[2] - 1u;

	say(s, " TS{");
	if ((n - 4) & (step - 1))
		bad_length(s, n);
	if (ptr < 4 || ((ptr - 4) & (step - 1)) || ptr > n + 1)
		put_f(s, "[bad ptr %u]", d.p[2]);
	if (stamp_kinds[kind])
		put_s(s, stamp_kinds[kind]);
	else
		put_f(s, "[bad ts type %u]", kind);
	for (i = 4; stamp_kinds[kind] && i < n; i += step) {
		if (!pdu_has(d, i, step))
			return false;
		put_s(s, ptr == i ? " ^ " : " ");
		put_u(s, get_be32(d.p + i + step - 4));
		put_c(s, '@');
		if (step == 8)
			put_ip4(s, d.p + i);
	}
	if (stamp_kinds[kind] && ptr == i)
		say(s, " ^ ");
	if (over)
		put_f(s, " [%u hops not recorded]} ", over);
	else
		put_c(s, '}');
	return true;
}

/* The option at the head of d, n bytes of which are there. */
static bool option(struct print_state *s, struct pdu d, u8 kind, u32 n)
{
	switch (kind) {
	case TS:
		return stamps(s, d, n);
	case RR:
	case LSRR:
	case SSRR:
		return route(s, d, n);
	case RA:
		if (n < 4) {
			put_c(s, ' ');
			bad_length(s, n);
		} else if (get_be16(d.p + 2)) {
			put_f(s, " value %u", get_be16(d.p + 2));
		}
	}
	return true;
}

/* d begins with the options, n bytes of them; false when they are cut. */
static bool option_list(struct print_state *s, struct pdu d, u32 n)
{
	for (u32 off = 0, len; off < n; off += len) {
		if (off)
			put_c(s, ',');
		u8 kind = pdu_u8(s, d, off);
		put_word(s, options, LEN(options), kind, "unknown %u");
		len = 1;
		if (kind == EOL)
			break;
		if (kind == NOP)
			continue;
		len = pdu_u8(s, d, off + 1);
		if (len < 2 || len > n - off) {
			put_c(s, ' ');
			bad_length(s, len);
			return true;
		}
		if (!pdu_has(d, off, len) || !option(s, pdu_skip(d, off), kind, len))
			return false;
	}
	return true;
}

/* A source route ends elsewhere than at the header's destination. */
static void find_final(struct print_state *s, struct pdu d)
{
	for (u32 off = HEADER, len; off < d.cap; off += len) {
		u8 kind = d.p[off];

		len = 1;
		if (kind == EOL)
			return;
		if (kind == NOP)
			continue;
		if (!pdu_has(d, off, 2) || d.p[off + 1] < 2 || !pdu_has(d, off, d.p[off + 1]))
			return;
		len = d.p[off + 1];
		if ((kind == LSRR || kind == SSRR) && len >= 7) {
			s->net.final = d.p + off + len - 4;
			return;
		}
	}
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

static void first(struct print_state *s, struct pdu d, u32 hdr)
{
	u8 proto = s->net.proto;

	if (!ip_proto_says_ends(proto)) {
		put_ends(s);
		put_c(s, ' ');
	}
	if (!pdu_has(d, 0, hdr)) {
		put_f(s, " [remaining caplen(%u) < header length(%u)]", d.cap, hdr);
		pdu_cut_hard(s);
	}
	print_ip_proto(s, proto, pdu_skip(d, hdr));
}

static void packet(struct print_state *s, struct pdu d)
{
	u8 b0 = pdu_u8(s, d, 0);
	if (b0 >> 4 != 4) {
		put_f(s, b0 >> 4 == 6 ? "IP%u, wrong link-layer encapsulation" : "IP%u", b0 >> 4);
		put_invalid(s);
		return;
	}
	if (!s->opt.link)
		say(s, "IP ");
	if (!pdu_has(d, 0, HEADER)) {
		put_cut(s);
		return;
	}
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
			      .final = d.p + DST,
			      .ver = 4,
			      .proto = d.p[PROTO],
			      .ttl = d.p[TTL],
			      .fragment = off & MF};
	if (hdr > HEADER)
		find_final(s, pdu_clip(d, hdr));
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
