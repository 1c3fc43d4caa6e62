/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv6 and its extension headers, RFC 8200. */
#include "pkt/print_priv.h"

enum { PLEN = 4, NEXT = 6, HLIM = 7, SRC = 8, DST = 24, HEADER = 40 };
enum { HOPOPTS = 0, ROUTING = 43, FRAGMENT = 44, NONE = 59, DSTOPTS = 60, MOBILITY = 135 };

/* The walk over the headers: d stands at the header in hand. */
struct walk {
	struct pdu d;
	u32 plen; /* of the fixed header, or the jumbo option */
	u32 gone; /* headers so far, without the fixed one */
	bool jumbo;
	u8 next;
};

static void put_home(struct print_state *s, struct pdu d, u32 off, u32 len)
{
	say(s, "(homeaddr: ");
	put_ip6(s, pdu_need(s, d, off + 2, 16));
	(void)len;
	put_c(s, ')');
}

/* One option at off, `len` long in all; false when its length is wrong. */
static bool option(struct print_state *s, struct walk *w, u32 off, u32 len, bool verbose)
{
	struct pdu d = w->d;
	u8 kind = pdu_u8(s, d, off);
	u32 n = len > 1 ? pdu_u8(s, d, off + 1) : 0;

	switch (kind) {
	case 0:
		if (verbose)
			say(s, "(pad1)");
		return true;
	case 1:
		if (verbose)
			say(s, "(padn)");
		return true;
	case 5:
		if (n != 2) {
			put_f(s, "(rtalert: invalid len %u)", n);
			return false;
		}
		if (verbose)
			put_f(s, "(rtalert: 0x%04x)", pdu_be16(s, d, off + 2));
		return true;
	case 0xc2:
		if (n != 4) {
			put_f(s, "(jumbo: invalid len %u)", n);
			return false;
		}
		w->jumbo = true;
		w->plen = pdu_be32(s, d, off + 2);
		if (verbose)
			put_f(s, "(jumbo: %u) ", w->plen);
		return true;
	case 0xc9:
		if (n < 16) {
			put_f(s, "(homeaddr: invalid len %u)", n);
			return false;
		}
		if (verbose)
			put_home(s, d, off, len);
		return true;
	}
	if (verbose)
		put_f(s, "(opt_type 0x%02x: len=%u)", kind, n);
	return true;
}

static void options(struct print_state *s, struct walk *w, u32 hdr, bool verbose)
{
	for (u32 off = 2, len; off < hdr; off += len) {
		if (pdu_u8(s, w->d, off) == 0)
			len = 1;
		else if (off + 1 < hdr)
			len = pdu_u8(s, w->d, off + 1) + 2u;
		else
			pdu_cut(s);
		if (off + len > hdr || !option(s, w, off, len, verbose))
			pdu_cut(s);
	}
	if (verbose)
		put_c(s, ' ');
}

/* Each of these prints one header and gives its length, 0 to end the line. */
static u32 option_header(struct print_state *s, struct walk *w)
{
	u32 hdr = (pdu_u8(s, w->d, 1) + 1u) << 3;

	pdu_need(s, w->d, 0, hdr);
	if (w->next == HOPOPTS)
		say(s, "HBH ");
	else
		say(s, "DSTOPT ");
	options(s, w, hdr, s->opt.verbose);
	return hdr;
}

static u32 fragment(struct print_state *s, struct walk *w)
{
	pdu_need(s, w->d, 0, 8);
	u32 off = pdu_be16(s, w->d, 2) & 0xfff8, len = w->plen - w->gone - 8;

	if (s->opt.verbose)
		put_f(s, "frag (0x%08x:%u|%u)", pdu_be32(s, w->d, 4), off, len);
	else
		put_f(s, "frag (%u|%u)", off, len);
	s->net.fragment = true;
	if (off)
		return 0;
	put_c(s, ' ');
	return 8;
}

static void put_segments(struct print_state *s, struct pdu d, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		put_f(s, ", [%u]", i);
		put_ip6(s, pdu_need(s, d, 8 + 16 * i, 16));
	}
}

/* RFC 8754: segment routing */
static bool segment_routing(struct print_state *s, struct pdu d, u32 len)
{
	u32 last = pdu_u8(s, d, 4), flags = pdu_u8(s, d, 5);

	put_f(s, ", last-entry=%u", last);
	if (flags || s->opt.verbose > 1)
		put_f(s, ", flags=0x%0x", flags);
	put_f(s, ", tag=%x", pdu_be16(s, d, 6));
	if ((last + 1) * 2 > len)
		return false;
	put_segments(s, d, last + 1);
	return true;
}

static u32 routing(struct print_state *s, struct walk *w)
{
	struct pdu d = w->d;
	u32 len = pdu_u8(s, d, 1), type = pdu_u8(s, d, 2);

	pdu_need(s, d, 0, 4);
	put_f(s, "RT6 (len=%u, type=%u, ", len, type);
	if (type == 0)
		say(s, "[Deprecated] ");
	put_f(s, "segleft=%u", pdu_u8(s, d, 3));
	if (type == 0 || type == 2) {
		u32 reserved = pdu_be32(s, d, 4);

		if (reserved || s->opt.verbose > 1)
			put_f(s, ", rsv=0x%0x", reserved);
		if (len & 1)
			pdu_invalid(s);
		put_segments(s, d, len / 2);
	} else if (type == 4) {
		if (!segment_routing(s, d, len))
			pdu_invalid(s);
	} else {
		say(s, " (unknown type)");
	}
	say(s, ") ");
	return (len + 1) << 3;
}

static const struct {
	u8 next;
	u32 (*print)(struct print_state *s, struct walk *w);
} extensions[] = {
	{HOPOPTS, option_header},
	{DSTOPTS, option_header},
	{FRAGMENT, fragment},
	{ROUTING, routing},
};

static bool says_ends(u8 proto) { return proto == 6 || proto == 17 || proto == 132 || proto == 33; }

static void details(struct print_state *s, struct pdu d)
{
	u32 flow = pdu_be32(s, d, 0);

	put_c(s, '(');
	if (flow & 0x0ff00000)
		put_f(s, "class 0x%02x, ", (flow & 0x0ff00000) >> 20);
	if (flow & 0xfffff)
		put_f(s, "flowlabel 0x%05x, ", flow & 0xfffff);
	put_f(s, "hlim %u, next-header %s (%u) payload length: %u) ", d.p[HLIM],
	      ip_proto_name(d.p[NEXT]), d.p[NEXT], get_be16(d.p + PLEN));
}

static void headers(struct print_state *s, struct walk *w)
{
	for (;;) {
		u32 n = 0;
		size_t i = 0;

		while (i < LEN(extensions) && extensions[i].next != w->next)
			i++;
		if (i == LEN(extensions))
			break;
		n = extensions[i].print(s, w);
		if (!n)
			return;
		if (w->next == HOPOPTS && !w->plen && !w->jumbo) {
			say(s, "[No valid Jumbo Payload Hop-by-Hop option found]");
			put_invalid(s);
			return;
		}
		w->next = pdu_u8(s, w->d, 0);
		if (w->d.len < n)
			pdu_cut(s);
		w->d = pdu_skip(w->d, n);
		w->gone += n;
		if (!w->d.cap)
			return;
	}
	print_ip_proto(s, w->next, w->d);
}

static void packet(struct print_state *s, struct pdu d)
{
	pdu_need(s, d, 0, HEADER);
	if (d.len < HEADER) {
		put_f(s, "truncated-ip6 %u", d.len);
		return;
	}
	if (!s->opt.link)
		say(s, "IP6 ");
	if (d.p[0] >> 4 != 6) {
		put_f(s, "version error: %u != 6", d.p[0] >> 4);
		return;
	}
	u32 plen = get_be16(d.p + PLEN), len = plen ? plen + HEADER : d.len;
	if (d.len < len)
		put_f(s, "truncated-ip6 - %u bytes missing!", len - d.len);
	if (s->opt.verbose)
		details(s, d);
	d = pdu_clip(d, len);
	d.len = len;
	s->net = (struct net){
		.src = d.p + SRC, .dst = d.p + DST, .ver = 6, .proto = d.p[NEXT], .ttl = d.p[HLIM]};
	struct walk w = {.d = pdu_skip(d, HEADER), .plen = plen, .next = d.p[NEXT]};
	if (!says_ends(w.next)) {
		put_ip6(s, s->net.src);
		say(s, " > ");
		put_ip6(s, s->net.dst);
		say(s, ": ");
	}
	headers(s, &w);
}

static void ip6_print(struct print_state *s, struct pdu d)
{
	struct net outer = s->net;

	s->name = "ip6";
	packet(s, d);
	s->net = outer;
}

static void none_print(struct print_state *s, struct pdu d)
{
	(void)d;
	say(s, "no next header");
}

const struct printer ip6_printer = {"ip6", ip6_print};
const struct printer none_printer = {"ip6", none_print};
