/* SPDX-License-Identifier: BSD-2-Clause */
/* RPKI to router, RFC 6810. */
#include "print/part.h"

enum {
	HEADER = 8,
	NOTIFY = 0,
	QUERY,
	RESET_QUERY,
	RESPONSE,
	PREFIX4,
	PREFIX6 = 6,
	END_OF_DATA,
	CACHE_RESET,
	ERROR = 10
};

static const struct word types[] = {
	{NOTIFY, "Serial Notify"},    {QUERY, "Serial Query"},      {RESET_QUERY, "Reset Query"},
	{RESPONSE, "Cache Response"}, {PREFIX4, "IPV4 Prefix"},     {PREFIX6, "IPV6 Prefix"},
	{END_OF_DATA, "End of Data"}, {CACHE_RESET, "Cache Reset"}, {ERROR, "Error Report"},
};

static const struct word errors[] = {
	{0, "Corrupt Data"},
	{1, "Internal Error"},
	{2, "No Data Available"},
	{3, "Invalid Request"},
	{4, "Unsupported Protocol Version"},
	{5, "Unsupported PDU Type"},
	{6, "Withdrawal of Unknown Record"},
	{7, "Duplicate Announcement Received"},
};

/* Ends the line: a length lies. */
static void bad(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	put_invalid(s);
	pdu_need(s, d, off, n);
}

static u32 unit(struct print_state *s, struct pdu d, u32 off, u32 left, bool outer, u32 indent);

static void put_indent(struct print_state *s, u32 indent)
{
	say(s, "\n\t");
	while (indent--)
		put_c(s, ' ');
}

static void prefix(struct print_state *s, struct pdu d, u32 off, u32 indent, bool v6)
{
	const u8 *p = pdu_need(s, d, off + HEADER, v6 ? 24 : 12);

	put_indent(s, indent);
	say(s, "IPv");
	put_s(s, v6 ? "6 Prefix " : "4 Prefix ");
	if (v6)
		put_ip6(s, p + 4);
	else
		put_ip4(s, p + 4);
	put_f(s, "/%u-%u, origin-as %u, flags 0x%02x", p[1], p[2], get_be32(p + (v6 ? 20 : 8)),
	      p[0]);
}

/* False: it is not whole. */
static bool error(struct print_state *s, struct pdu d, u32 off, u32 n, u32 indent)
{
	u16 code = pdu_be16(s, d, off + 2);
	u32 inner = pdu_be32(s, d, off + 8);

	put_indent(s, indent);
	put_f(s, "Error code: %s (%u), Encapsulated PDU length: %u",
	      word_of(WORDS(errors), code) ?: "Unknown", code, inner);
	off += 12;
	n -= 12;
	if (n < inner)
		return false;
	if (inner) {
		put_indent(s, indent + 2);
		say(s, "-----encapsulated PDU-----");
		if (unit(s, d, off, inner, false, indent + 2) != inner)
			return false;
		off += inner;
		n -= inner;
	}
	if (n < 4)
		return !n && !inner;
	u32 text = pdu_be32(s, d, off);
	if (text > n - 4)
		return false;
	if (text) {
		put_indent(s, indent);
		say(s, "Error text: ");
		put_chars(s, d, off + 4, text);
	}
	return true;
}

/* What a unit says behind its type; false: its length is wrong. */
static bool content(struct print_state *s, struct pdu d, u32 off, u32 n, u8 type, bool outer,
		    u32 indent)
{
	switch (type) {
	case NOTIFY:
	case QUERY:
	case END_OF_DATA:
		if (n != 12)
			return false;
		pdu_need(s, d, off, 12);
		put_indent(s, indent);
		put_f(s, "Session ID: 0x%04x, Serial: %u", pdu_be16(s, d, off + 2),
		      pdu_be32(s, d, off + 8));
		return true;
	case RESET_QUERY:
	case CACHE_RESET:
		return n == HEADER;
	case RESPONSE:
		if (n != HEADER)
			return false;
		put_indent(s, indent);
		put_f(s, "Session ID: 0x%04x", pdu_be16(s, d, off + 2));
		return true;
	case PREFIX4:
	case PREFIX6:
		if (n != (type == PREFIX4 ? 20 : 32))
			return false;
		prefix(s, d, off, indent, type == PREFIX6);
		return true;
	case ERROR:
		return n >= 12 && outer && error(s, d, off, n, indent);
	}
	if (s->opt.verbose < 2)
		put_bytes(s, "\n\t  ", d, off, n);
	return true;
}

/* How many bytes the unit takes; 0: the line ends. */
static u32 unit(struct print_state *s, struct pdu d, u32 off, u32 left, bool outer, u32 indent)
{
	if (left < HEADER) {
		put_f(s, "(%u bytes is too few to decode)", left);
		bad(s, d, off, left);
		return 0;
	}
	u8 version = pdu_u8(s, d, off), type;
	if (version) {
		put_f(s, "%sRPKI-RTRv%u (unknown)", "\n\t", version);
		return 0;
	}
	pdu_need(s, d, off, HEADER);
	type = d.p[off + 1];
	u32 n = get_be32(d.p + off + 4);
	put_f(s, "\n\tRPKI-RTRv%u, %s PDU (%u), length: %u", version,
	      word_of(WORDS(types), type) ?: "Unknown", type, n);
	if (n < HEADER || n > left || !content(s, d, off, n, type, outer, indent)) {
		bad(s, d, off, MIN(n, left));
		return 0;
	}
	if (s->opt.verbose >= 2)
		put_bytes(s, "\n\t  ", d, off, n);
	return n;
}

static void rpki_print(struct print_state *s, struct pdu d)
{
	s->name = "rpki_rtr";
	if (!s->opt.verbose) {
		say(s, ", RPKI-RTR");
		return;
	}
	for (u32 off = 0, n; off < d.len; off += n) {
		n = unit(s, d, off, d.len - off, true, 2);
		if (!n)
			return;
	}
}

const struct printer rpki_printer = {"rpki_rtr", rpki_print};
