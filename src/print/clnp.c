/* SPDX-License-Identifier: BSD-2-Clause */
/* CLNP (ISO 8473) and ES-IS (ISO 9542). */
#include "print/isis.h"

enum { HLEN = 1, VERSION = 2, LIFE = 3, FLAGS = 4, SEGMENT = 5, SUM = 7, HEADER = 9 };
enum { SEGMENTED = 0x80, MORE = 0x40, REPORT = 0x20, ERROR = 1, ECHO = 30, REPLY = 31 };
enum { ESH = 2, ISH = 4, REDIRECT = 6 };

static const struct word pdus[] = {{ERROR, "Error Report"},
				   {19, "MD"},
				   {28, "Data"},
				   {ECHO, "Echo Request"},
				   {REPLY, "Echo Response"}};

static const struct word flag_words[] = {{SEGMENTED, "Segmentation permitted"},
					 {MORE, "more Segments"},
					 {REPORT, "request Error Report"}};

static const struct word options[] = {
	{193, "Discard Reason"}, {195, "QoS Maintenance"},       {197, "Security"},
	{200, "Source Routing"}, {203, "Route Recording"},       {204, "Padding"},
	{205, "Priority"},       {198, "ES Configuration Time"}, {129, "Protocols supported"},
};

static const struct word classes[] = {{0, "General Error"},        {8, "Address Error"},
				      {9, "Source Routing Error"}, {10, "Lifetime Error"},
				      {11, "PDU Discarded"},       {12, "Reassembly Error"}};

/* By class and number. */
static const struct word reasons[] = {
	{0x00, "Reason not specified"},
	{0x01, "Protocol procedure error"},
	{0x02, "Incorrect checksum"},
	{0x03, "PDU discarded due to congestion"},
	{0x04, "Header syntax error (cannot be parsed)"},
	{0x05, "Segmentation needed, but not permitted"},
	{0x06, "Incomplete PDU received"},
	{0x07, "Duplicate option"},
	{0x80, "Destination address unreachable"},
	{0x81, "Destination address unknown"},
	{0x90, "Unspecified source routing error"},
	{0x91, "Syntax error in source routing field"},
	{0x92, "Unknown address in source routing field"},
	{0x93, "Path not acceptable"},
	{0xa0, "Lifetime expired while data unit in transit"},
	{0xa1, "Lifetime expired during reassembly"},
	{0xb0, "Unsupported option not specified"},
	{0xb1, "Unsupported protocol version"},
	{0xb2, "Unsupported security option"},
	{0xb3, "Unsupported source routing option"},
	{0xb4, "Unsupported recording of route option"},
	{0xb5, "unsupported or unavailable QoS"},
	{0xc0, "Reassembly error"},
};

static const struct word scopes[] = {{1, "Source Address Specific"},
				     {2, "Destination Address Specific"},
				     {3, "Globally unique"}};

static const struct word routes[] = {{0, "partial"}, {1, "complete"}};

static void source_route(struct print_state *s, struct pdu d)
{
	if (d.len < 2) {
		say(s, ", bad opt len");
		return;
	}
	say(s, "");
	put_word(s, WORDS(routes), pdu_u8(s, d, 0), "Unknown");
	say(s, " source routing");
	u8 at = pdu_u8(s, d, 1);
	if (at == 0) {
		say(s, " Bad NSAP offset (0)");
		return;
	}
	u32 off = at - 1u;
	if (off >= d.len) {
		say(s, " Bad NSAP offset (past end of option)");
		return;
	}
	while (off < d.len) {
		u8 n = pdu_u8(s, d, off++);

		if (n > d.len - off) {
			say(s, "\n\t    NSAP address goes past end of option");
			return;
		}
		if (n) {
			put_f(s, "\n\t    NSAP address (length %u): ", n);
			put_nsap(s, d, off, n);
		}
		off += n;
	}
}

static void record(struct print_state *s, struct pdu d)
{
	if (d.len < 2) {
		say(s, ", bad opt len");
		return;
	}
	put_word(s, WORDS(routes), pdu_u8(s, d, 0), "Unknown");
	say(s, " recording of route");
	u8 at = pdu_u8(s, d, 1);
	if (at == 0)
		say(s, " in progress Bad NSAP offset (0)");
	u32 off = at - 1u;
	if (at == 0xff) {
		say(s, " in progress Bad NSAP offset (past end of option)");
		return;
	}
	say(s, " in progress");
	if (off >= d.len)
		return;
	for (off = 2; off < d.len && off < at;) {
		u8 n = pdu_u8(s, d, off++);

		if (n > d.len - off) {
			say(s, "\n\t    NSAP address goes past end of option");
			return;
		}
		if (n) {
			put_f(s, "\n\t    NSAP address (length %u): ", n);
			put_nsap(s, d, off, n);
		}
		off += n;
	}
}

static void scoped(struct print_state *s, struct pdu d, bool level)
{
	if (d.len < 1 || (level && d.len < 2)) {
		say(s, ", bad opt len");
		return;
	}
	say(s, "\n\t    Format Code: ");
	put_word(s, WORDS(scopes), pdu_u8(s, d, 0) >> 6, "Reserved");
	if (level)
		put_f(s, ", Security-Level %u", pdu_u8(s, d, 1));
}

static void discard(struct print_state *s, struct pdu d)
{
	if (d.len < 1) {
		say(s, ", bad opt len");
		return;
	}
	u8 v = pdu_u8(s, d, 0);
	const char *class = word_of(WORDS(classes), v >> 4), *reason = word_of(WORDS(reasons), v);
	put_f(s, "\n\t    Class: %s (0x%x), %s (0x%x)", class ? class : "unknown", v >> 4,
	      reason ? reason : "unknown", v & 15);
}

/* False when the options end badly. */
static bool clnp_options(struct print_state *s, struct pdu d)
{
	for (u32 off = 0; off < d.len;) {
		if (d.len - off < 2) {
			say(s, ", bad opts/li");
			return false;
		}
		u8 type = pdu_u8(s, d, off), n = pdu_u8(s, d, off + 1);
		off += 2;
		if (n > d.len - off) {
			put_f(s, ", opt (%u) too long", type);
			return false;
		}
		pdu_need(s, d, off, n);
		struct pdu v = pdu_part(d, off, n);
		put_f(s, "\n\t  %s Option #%u, length %u, value: ",
		      word_of(WORDS(options), type) && type >= 193 && type != 198
			      ? word_of(WORDS(options), type)
			      : "Unknown",
		      type, n);
		off += n;
		switch (type) {
		case 200:
			source_route(s, v);
			break;
		case 203:
			record(s, v);
			break;
		case 205:
			if (n < 1)
				say(s, ", bad opt len");
			else
				put_f(s, "0x%1x", pdu_u8(s, v, 0) & 15);
			break;
		case 195:
			scoped(s, v, false);
			break;
		case 197:
			scoped(s, v, true);
			break;
		case 193:
			discard(s, v);
			break;
		case 204:
			say(s, "padding data");
			break;
		default:
			put_bytes(s, "\n\t  ", v, 0, n);
		}
		if (s->opt.verbose > 1)
			put_bytes(s, "\n\t  ", v, 0, n);
	}
	return true;
}

static void put_type(struct print_state *s, u8 type, const char *end)
{
	put_word(s, WORDS(pdus), type, "unknown (%u)");
	put_s(s, end);
}

void print_clnp(struct print_state *s, struct pdu d)
{
	struct pdu whole = d;

	s->name = "clnp";
	u32 hlen = pdu_u8(s, d, HLEN), off = HEADER;
	pdu_need(s, d, 0, HEADER);
	if (!s->opt.link)
		say(s, "CLNP");
	u8 version = pdu_u8(s, d, VERSION);
	if (version != 1) {
		put_f(s, "version %u packet not supported", version);
		put_bytes(s, "\n\t", d, 0, d.len);
		return;
	}
	if (hlen < HEADER) {
		put_f(s, " length indicator(%u) < %u", hlen, HEADER);
		pdu_invalid(s);
	}
	if (hlen > d.len) {
		put_f(s, " length indicator(%u) > length(%u)", hlen, d.len);
		pdu_invalid(s);
	}

	u8 type = pdu_u8(s, d, FLAGS) & 31, flags = pdu_u8(s, d, FLAGS) & 0xe0;
	u8 to_n = pdu_u8(s, d, off), to = (u8)(off + 1);
	if (hlen < off + 1u + to_n)
		pdu_cut(s);
	off += 1u + to_n;
	u8 from_n = pdu_u8(s, d, off);
	u32 from = off + 1;
	if (hlen < off + 1u + from_n)
		pdu_cut(s);
	off += 1u + from_n;
	pdu_need(s, d, from, from_n);
	if (!s->opt.verbose) {
		put_s(s, s->opt.link ? "" : ", ");
		put_nsap(s, d, from, from_n);
		say(s, " > ");
		put_nsap(s, d, to, to_n);
		say(s, ", ");
		put_type(s, type, "");
		put_f(s, ", length %u", d.len);
		return;
	}
	put_f(s, "%slength %u\n\t", s->opt.link ? "" : ", ", d.len);
	put_type(s, type, " PDU");
	u8 life = pdu_u8(s, d, LIFE);
	u16 sum = pdu_be16(s, d, SUM);
	put_f(s, ", hlen: %u, v: %u, lifetime: %u.%us, Segment PDU length: %u, checksum: 0x%04x",
	      hlen, version, life / 2, life % 2 * 5, pdu_be16(s, d, SEGMENT), sum);
	put_osi_sum(s, whole, sum, SUM, hlen);
	say(s, "\n\tFlags [");
	put_bits(s, WORDS(flag_words), flags, ", ", "none");
	put_f(s, "]\n\tsource address (length %u): ", from_n);
	put_nsap(s, d, from, from_n);
	put_f(s, "\n\tdest   address (length %u): ", to_n);
	put_nsap(s, d, to, to_n);
	if (flags & SEGMENTED) {
		if (hlen < off + 6)
			pdu_cut(s);
		put_f(s, "\n\tData Unit ID: 0x%04x, Segment Offset: %u, Total PDU Length: %u",
		      pdu_be16(s, d, off), pdu_be16(s, d, off + 2), pdu_be16(s, d, off + 4));
		off += 6;
	}
	if (off < hlen && !clnp_options(s, pdu_part(d, off, hlen - off)))
		return;
	if (d.len > hlen) {
		put_f(s, "\n\t  undecoded non-header data, length %u", d.len - hlen);
		put_bytes(s, "\n\t  ", d, hlen, d.len - hlen);
	}
}

/* left: what tcpdump takes for the length of all; a list of protocols does not
 * move it forward. */
static bool esis_options(struct print_state *s, struct pdu d, u32 left)
{
	for (u32 off = 0; left;) {
		if (left < 2) {
			say(s, ", bad opts/li");
			return false;
		}
		u8 type = pdu_u8(s, d, off), n = pdu_u8(s, d, off + 1);
		off += 2;
		left -= 2;
		if (n > left) {
			put_f(s, ", opt (%u) too long", type);
			return false;
		}
		left -= n;
		const char *name =
			type == 198 || type == 129 ? word_of(WORDS(options), type) : NULL;
		put_f(s, "\n\t  %s Option #%u, length %u, value: ", name ? name : "Unknown", type,
		      n);
		if (type == 198) {
			if (n == 2)
				put_f(s, "%us", pdu_be16(s, d, off));
			else
				say(s, "(bad length)");
		} else if (type == 129) {
			for (u32 i = 0; i < n; i++) {
				u8 id = pdu_u8(s, d, off + i);

				put_f(s, "%s (0x%02x)", nlpid_name(id), id);
				if (i + 1 < n)
					say(s, ", ");
			}
			continue;
		} else {
			put_bytes(s, "\n\t  ", d, off, n);
		}
		if (s->opt.verbose > 1)
			put_bytes(s, "\n\t  ", d, off, n);
		off += n;
	}
	return true;
}

/* An address at *off of d; false when it is cut by the header's length. */
static bool net_address(struct print_state *s, struct pdu d, u32 *off, const char *what)
{
	if (*off >= d.len) {
		say(s, ", bad net/li");
		return false;
	}
	u8 n = pdu_u8(s, d, *off);
	if (d.len - *off - 1 < n) {
		say(s, ", bad net/li");
		return false;
	}
	put_f(s, what, n);
	put_nsap(s, d, *off + 1, n);
	*off += 1u + n;
	return true;
}

static bool redirect(struct print_state *s, struct pdu d, u32 *off)
{
	if (d.len < 1) {
		say(s, ", bad redirect/li");
		return false;
	}
	u8 n = pdu_u8(s, d, 0);
	if (d.len - 1 < n) {
		say(s, ", bad redirect/li");
		return false;
	}
	say(s, "\n\t  ");
	put_nsap(s, d, 1, n);
	u32 at = 1u + n;
	if (d.len - at < 1) {
		say(s, ", bad redirect/li");
		return false;
	}
	n = pdu_u8(s, d, at++);
	if (d.len - at < n) {
		say(s, ", bad redirect/li");
		return false;
	}
	const u8 *snpa = pdu_need(s, d, at, n);
	put_f(s, "\n\t  SNPA (length: %u): ", n);
	if (!n)
		say(s, "<empty>");
	for (u32 i = 0; i < n; i++)
		put_f(s, "%s%02x", i ? ":" : "", snpa[i]);
	at += n;
	if (d.len - at < 1) {
		say(s, ", bad redirect/li");
		return false;
	}
	n = pdu_u8(s, d, at++);
	if (d.len - at < n) {
		say(s, ", bad redirect/li");
		return false;
	}
	pdu_need(s, d, at, n);
	if (n) {
		put_f(s, "\n\t  NET (length: %u) ", n);
		put_nsap(s, d, at, n);
	}
	*off = at + n;
	return true;
}

static const struct word esis_types[] = {{ESH, "ESH"}, {ISH, "ISH"}, {REDIRECT, "redirect"}};

void print_esis(struct print_state *s, struct pdu d)
{
	struct pdu whole = d;

	s->name = "esis";
	if (!s->opt.link)
		say(s, "ES-IS");
	if (d.len <= 2) {
		say(s, " bad pkt! ");
		pdu_invalid(s);
	}
	u32 li = pdu_u8(s, d, HLEN);
	if (pdu_u8(s, d, VERSION) != 1) {
		put_f(s, " version %u packet not supported", pdu_u8(s, d, VERSION));
		return;
	}
	if (li > d.len) {
		put_f(s, " length indicator (%u) > PDU size (%u)!", li, d.len);
		pdu_invalid(s);
	}
	if (li < HEADER) {
		put_f(s, " length indicator %u < min PDU size:", li);
		for (u32 i = 0; i < d.cap; i++)
			put_f(s, "%02X", d.p[i]);
		return;
	}
	pdu_need(s, d, 0, HEADER);
	u8 type = pdu_u8(s, d, FLAGS) & 31, version = pdu_u8(s, d, VERSION);
	if (!s->opt.verbose) {
		put_s(s, s->opt.link ? "" : ", ");
		put_word(s, WORDS(esis_types), type, "unknown type (%u)");
		put_f(s, ", length %u", d.len);
		return;
	}
	put_f(s, "%slength %u\n\t", s->opt.link ? "" : ", ", d.len);
	put_word(s, WORDS(esis_types), type, "unknown type: %u");
	u16 sum = pdu_be16(s, d, SUM);
	put_f(s, " (%u), v: %u, checksum: 0x%04x", type, version, sum);
	put_osi_sum(s, whole, sum, SUM, li);
	put_f(s, ", holding time: %us, length indicator: %u", pdu_be16(s, d, 5), li);
	if (s->opt.verbose > 1)
		put_bytes(s, "\n\t", d, 0, HEADER);
	struct pdu body = pdu_part(d, HEADER, li - HEADER);
	u32 off = 0;
	switch (type) {
	case REDIRECT:
		if (!redirect(s, body, &off))
			return;
		break;
	case ESH: {
		u8 n = body.len ? pdu_u8(s, body, 0) : 0;

		if (!body.len) {
			say(s, ", bad esh/li");
			return;
		}
		put_f(s, "\n\t  Number of Source Addresses: %u", n);
		for (off = 1; off < body.len && n; n--)
			if (!net_address(s, body, &off, "\n\t  NET (length: %u): "))
				return;
		break;
	}
	case ISH:
		if (!net_address(s, body, &off, "\n\t  NET (length: %u): "))
			return;
		break;
	default:
		if (s->opt.verbose <= 1)
			put_bytes(s, "\n\t  ", body, 0, body.len);
		return;
	}
	u32 left = body.len - off + (type == REDIRECT);
	esis_options(s, pdu_skip(d, HEADER + off), left);
}
