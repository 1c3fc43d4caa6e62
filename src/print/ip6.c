/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv6 and its extension headers, RFC 8200. */
#include "print/priv.h"

enum { PLEN = 4, NEXT = 6, HLIM = 7, SRC = 8, DST = 24, HEADER = 40 };
enum { HOPOPTS = 0, ROUTING = 43, FRAGMENT = 44, NONE = 59, DSTOPTS = 60, MOBILITY = 135 };

/* The walk over the headers: d stands at the header in hand. */
struct walk {
	struct pdu d;
	u32 field;  /* the payload's length in the fixed header */
	u32 len;    /* the same, or what the jumbo option says */
	u32 whole;  /* the length of what the packet is in, from the fixed header on */
	u32 gone;   /* headers so far, without the fixed one */
	u32 jumbo;  /* the option's payload length; 0: none yet */
	u32 jumbos; /* jumbo options in the header in hand */
	bool routed, hopped;
	u8 next;
};

enum { PAD1 = 0, PADN = 1, ALERT = 5, JUMBO = 0xc2, HOME = 0xc9 };

/* Options whose length is fixed, or has a minimum; name is what is printed. */
static const struct fixed {
	u8 kind;
	const char *name;
	u8 min, max; /* of the whole option */
} fixed[] = {
	{ALERT, "rtalert", 4, 4},
	{JUMBO, "jumbo", 6, 6},
	{HOME, "homeaddr", 18, 255},
};

/* False when the option at off has a wrong length, which was printed. */
static bool fits(struct print_state *s, struct pdu d, u32 off, u32 hdr)
{
	for (size_t i = 0; i < LEN(fixed); i++) {
		const struct fixed *f = &fixed[i];

		if (f->kind != d.p[off])
			continue;
		u32 len = hdr - off < f->min ? 0 : d.p[off + 1] + 2u;
		if (!len)
			put_f(s, "(%s: trunc)", f->name);
		else if (len < f->min || len > f->max)
			put_f(s, "(%s: invalid len %u)", f->name, len - 2);
		return len >= f->min && len <= f->max;
	}
	return true;
}

/* The length of the option at off, 0 when it does not end before `end`. */
static u32 option_len(struct pdu d, u32 off, u32 end)
{
	u32 len = 1;

	if (d.p[off] != PAD1)
		len = off + 1 < end ? d.p[off + 1] + 2u : 0;
	return len <= end - off ? len : 0;
}

/* Options inside the home address option, from off to end; false when they are
 * cut. */
static bool home_options(struct print_state *s, struct pdu d, u32 off, u32 end)
{
	for (u32 len; off < end; off += len) {
		len = option_len(d, off, end);
		if (!len)
			return false;
		if (d.p[off] == PAD1)
			say(s, ", pad1");
		else if (d.p[off] == PADN)
			say(s, ", padn");
		else
			put_f(s, ", sopt_type 0x%02x: len=%u", d.p[off], d.p[off + 1]);
	}
	return true;
}

static void jumbo(struct print_state *s, struct walk *w, u32 len, bool verbose)
{
	const char *why = "";

	if (w->jumbos++)
		why = " - already seen";
	else if (w->next != HOPOPTS)
		why = " - not a hop-by-hop option";
	else if (w->field)
		why = " - payload len != 0";
	else if (len < 65536)
		why = " - < 65536";
	else
		w->jumbo = len;
	if (verbose)
		put_f(s, "(jumbo: %u%s) ", len, why);
}

static bool option(struct print_state *s, struct walk *w, u32 off, u32 len, bool verbose)
{
	const u8 *p = w->d.p + off;

	if (*p == JUMBO)
		jumbo(s, w, get_be32(p + 2), verbose);
	if (!verbose)
		return true;
	switch (*p) {
	case PAD1:
		say(s, "(pad1)");
		break;
	case PADN:
		say(s, "(padn)");
		break;
	case ALERT:
		put_f(s, "(rtalert: 0x%04x) ", get_be16(p + 2));
		break;
	case JUMBO:
		break;
	case HOME:
		say(s, "(homeaddr: ");
		put_ip6(s, p + 2);
		if (!home_options(s, w->d, off + 18, off + len))
			return false;
		put_c(s, ')');
		break;
	default:
		put_f(s, "(opt_type 0x%02x: len=%u)", *p, p[1]);
	}
	return true;
}

/* The first hdr bytes of a header, if they are all there. */
static bool options(struct print_state *s, struct walk *w, u32 hdr, bool verbose)
{
	for (u32 off = 2, len; off < hdr; off += len) {
		len = option_len(w->d, off, hdr);
		if (!len || !fits(s, w->d, off, hdr) || !option(s, w, off, len, verbose))
			return false;
	}
	if (verbose)
		put_c(s, ' ');
	return true;
}

/* Each of these prints one header and gives its length, 0 to end the line. */
static u32 option_header(struct print_state *s, struct walk *w)
{
	u32 hdr = (pdu_u8(s, w->d, 1) + 1u) << 3;

	bool whole = pdu_has(w->d, 0, hdr);

	w->jumbos = 0;
	if (whole)
		put_s(s, w->next == HOPOPTS ? "HBH " : "DSTOPT ");
	if (whole && (w->next == HOPOPTS || s->opt.verbose))
		whole = options(s, w, hdr, s->opt.verbose);
	if (!whole)
		put_cut(s);
	return whole ? hdr : 0;
}

static u32 fragment(struct print_state *s, struct walk *w)
{
	u32 off = pdu_be16(s, w->d, 2) & 0xfff8;
	/* what tcpdump computes in 64 bits may be below zero */
	unsigned long long len = (u64)w->field - w->gone - 8;

	if (s->opt.verbose)
		put_f(s, "frag (0x%08x:%u|%llu)", pdu_be32(s, w->d, 4), off, len);
	else
		put_f(s, "frag (%u|%llu)", off, len);
	s->net.fragment = true;
	if (off)
		return 0;
	put_c(s, ' ');
	return w->d.cap > 8 ? 8 : 0;
}

static void put_segments(struct print_state *s, struct pdu d, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		const u8 *p = pdu_need(s, d, 8 + 16 * i, 16);

		put_f(s, ", [%u]", i);
		put_ip6(s, p);
	}
}

/* RFC 8754: segment routing */
static void put_srh(struct print_state *s, struct pdu d)
{
	put_f(s, ", last-entry=%u", pdu_u8(s, d, 4));
	u32 flags = pdu_u8(s, d, 5);
	if (flags || s->opt.verbose)
		put_f(s, ", flags=0x%0x", flags);
	put_f(s, ", tag=%x", pdu_be16(s, d, 6));
}

static void put_reserved(struct print_state *s, struct pdu d)
{
	u32 reserved = pdu_be32(s, d, 4);

	if (reserved || s->opt.verbose)
		put_f(s, ", rsv=0x%0x", reserved);
}

static u32 routing(struct print_state *s, struct walk *w)
{
	struct pdu d = w->d;
	u32 last;

	say(s, "RT6");
	u32 len = pdu_u8(s, d, 1);
	put_f(s, " (len=%u", len);
	u32 type = pdu_u8(s, d, 2);
	put_f(s, ", type=%u%s", type, type ? "" : " [Deprecated]");
	put_f(s, ", segleft=%u", pdu_u8(s, d, 3));
	switch (type) {
	case 0:
	case 2:
		put_reserved(s, d);
		last = len / 2 - 1;
		break;
	case 4:
		put_srh(s, d);
		last = 0;
		break;
	default:
		say(s, " (unknown type)");
		pdu_invalid(s);
	}
	if (len & 1) {
		put_f(s, " (invalid length %u)", len);
		pdu_invalid(s);
	}
	put_segments(s, d, len / 2);
	if (len && !w->routed)
		s->net.final = d.p + 8 + 16 * last;
	w->routed = true;
	say(s, ") ");
	return (len + 1) << 3;
}

static const struct {
	u8 next;
	const char *name;
	u32 (*print)(struct print_state *s, struct walk *w);
} extensions[] = {
	{HOPOPTS, "hbhopt", option_header},
	{DSTOPTS, "dstopt", option_header},
	{FRAGMENT, "frag6", fragment},
	{ROUTING, "rt6", routing},
};

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

/* RFC 2675: the length that the fixed header cannot hold. False when it is
 * missing. */
static bool grow(struct print_state *s, struct walk *w)
{
	if (w->field)
		return true;
	if (!w->jumbo) {
		say(s, "[No valid Jumbo Payload Hop-by-Hop option found]");
		put_invalid(s);
		return false;
	}
	w->len = w->jumbo;
	return true;
}

static size_t find(u8 next)
{
	size_t i = 0;

	while (i < LEN(extensions) && extensions[i].next != next)
		i++;
	return i;
}

/* One extension header; false when it ends the line. */
static bool extension(struct print_state *s, struct walk *w, size_t i)
{
	if (w->next == HOPOPTS && w->gone) {
		say(s, "[The Hop-by-Hop Options header ");
		put_s(s, w->hopped ? "was already found]" : "don't follow the IPv6 header]");
		put_invalid(s);
		return false;
	}
	w->hopped |= w->next == HOPOPTS;
	if (w->next == ROUTING)
		pdu_check(s, w->d, 0, 1);
	s->name = extensions[i].name;
	u32 n = extensions[i].print(s, w);
	if ((w->next == HOPOPTS && !grow(s, w)) || !n)
		return false;
	w->next = pdu_u8(s, w->d, 0);
	w->d = pdu_skip(w->d, n);
	w->gone += n;
	s->name = "ip6";
	return true;
}

/* Extension headers of a packet whose fixed header gives no length are read
 * wherever they are; what follows them ends with the payload. */
static void headers(struct print_state *s, struct walk *w)
{
	size_t i;

	while ((i = find(w->next)) < LEN(extensions))
		if (!extension(s, w, i))
			return;
	if (w->len < w->gone)
		pdu_cut(s);
	if (w->jumbo && !w->field && w->whole < w->len + HEADER)
		put_f(s, "truncated-ip6 - %u bytes missing!", w->len + HEADER - w->whole);
	w->d.len = w->len - w->gone;
	print_ip_proto(s, w->next, pdu_clip(w->d, w->d.len));
}

static void packet(struct print_state *s, struct pdu d)
{
	pdu_check(s, d, 0, HEADER);
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
	u32 len = get_be16(d.p + PLEN);
	if (d.len < len + HEADER)
		put_f(s, "truncated-ip6 - %u bytes missing!", len + HEADER - d.len);
	if (s->opt.verbose)
		details(s, d);
	s->net = (struct net){.src = d.p + SRC,
			      .dst = d.p + DST,
			      .final = d.p + DST,
			      .ver = 6,
			      .proto = d.p[NEXT],
			      .ttl = d.p[HLIM]};
	struct walk w = {.d = pdu_skip(len ? pdu_clip(d, len + HEADER) : d, HEADER),
			 .field = len,
			 .len = len,
			 .whole = d.len,
			 .next = d.p[NEXT]};
	if (!ip_proto_says_ends(w.next)) {
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
