/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMPv6 node information queries and replies, RFC 4620. */
#include "print/part.h"

/* type 1, code 1, sum 2, what is asked 2, flags 2, nonce 8, data */
enum { CODE = 1, QTYPE = 4, FLAGS = 6, DATA = 16 };
enum { NOOP, SUPPORTED, NAME, ADDRESSES };
enum { BY_IP6, BY_NAME, BY_IP4 };
enum { SUCCESS, REFUSED, UNKNOWN };
enum { ADDRESS = 20, HAS_TTL = 1, OLD_QUERY = 12 };

/* Labels without compression, and how their end is told. */
static void labels(struct print_state *s, struct pdu d)
{
	for (u32 off = 0; off < d.cap;) {
		u32 n = d.p[off++];

		if (!n) {
			if (off == d.cap)
				put_c(s, '.');
			else if (off + 1 != d.cap || d.p[off])
				say(s, "???");
			return;
		}
		if (n > d.cap - off) {
			say(s, "???");
			return;
		}
		put_chars(s, d, off, n);
		off += n;
		if (off + 1 < d.cap && d.p[off])
			put_c(s, '.');
	}
}

/* Drafts up to the third had one length and the name in one piece. */
static void put_name(struct print_state *s, struct pdu d)
{
	bool old = pdu_u8(s, d, 0) == d.cap - 1;

	if (old && s->opt.verbose)
		say(s, ", 03 draft");
	say(s, ", \"");
	if (old)
		put_chars(s, d, 1, d.cap - 1);
	else
		labels(s, d);
	put_c(s, '"');
}

static void put_kinds(struct print_state *s, u16 flags, bool reply)
{
	static const struct word kinds[] = {{0x40, "a"}, {0x20, "G"}, {0x10, "S"},
					    {8, "L"},    {4, "C"},    {2, "A"}};

	if (!flags)
		return;
	say(s, " [");
	put_bits(s, WORDS(kinds), flags, "", "");
	if (reply && flags & 1)
		put_c(s, 'T');
	put_c(s, ']');
}

static void put_compressed(struct print_state *s, u16 flags)
{
	say(s, "supported qtypes");
	if (flags & 1)
		say(s, " [C]");
}

static void complain(struct print_state *s, bool bad, const char *what)
{
	if (bad && s->opt.verbose)
		put_s(s, what);
}

static void asked(struct print_state *s, u16 qtype, u16 flags)
{
	switch (qtype) {
	case NOOP:
		say(s, "noop");
		break;
	case SUPPORTED:
		put_compressed(s, flags);
		break;
	case NAME:
		say(s, "DNS name");
		break;
	case ADDRESSES:
		say(s, "node addresses");
		put_kinds(s, flags, false);
		break;
	default:
		say(s, "unknown");
	}
}

static void subject_address(struct print_state *s, struct pdu d, u32 n)
{
	if (d.cap < n)
		return;
	complain(s, d.cap != n, ", invalid subject len");
	if (d.cap != n)
		return;
	say(s, ", subject=");
	if (n == 16)
		put_ip6(s, d.p);
	else
		put_ip4(s, d.p);
}

static void subject(struct print_state *s, struct pdu d, u8 code)
{
	switch (code) {
	case BY_IP6:
		subject_address(s, d, 16);
		break;
	case BY_NAME:
		say(s, ", subject=DNS name");
		put_name(s, d);
		break;
	case BY_IP4:
		subject_address(s, d, 4);
		break;
	default:
		say(s, ", unknown subject");
	}
}

bool print_node_query(struct print_state *s, struct pdu d)
{
	if (d.cap == OLD_QUERY) {
		say(s, " who-are-you request");
		return false;
	}
	say(s, " node information query");
	if (d.cap < DATA) {
		put_cut(s);
		return false;
	}
	u16 qtype = get_be16(d.p + QTYPE);
	say(s, " (");
	asked(s, qtype, get_be16(d.p + FLAGS));
	if (qtype == NOOP || qtype == SUPPORTED)
		complain(s, d.cap != DATA, ", invalid len");
	else if (d.cap == DATA)
		say(s, ", 03 draft");
	else
		subject(s, pdu_skip(d, DATA), d.p[CODE]);
	put_c(s, ')');
	return false;
}

static void addresses(struct print_state *s, struct pdu d)
{
	for (; d.cap >= ADDRESS; d = pdu_skip(d, ADDRESS)) {
		put_c(s, ' ');
		put_ip6(s, d.p + 4);
		put_f(s, "(%u)", get_be32(d.p));
	}
}

static void answer(struct print_state *s, struct pdu d)
{
	u16 flags = get_be16(d.p + FLAGS);
	struct pdu data = pdu_skip(d, DATA);

	if (s->opt.verbose)
		say(s, "success, ");
	switch (get_be16(d.p + QTYPE)) {
	case NOOP:
		say(s, "noop");
		complain(s, data.cap, ", invalid length");
		break;
	case SUPPORTED:
		put_compressed(s, flags);
		break;
	case NAME:
		say(s, "DNS name");
		pdu_check(s, data, 4, 1);
		put_name(s, pdu_skip(data, 4));
		if (flags & HAS_TTL)
			put_f(s, " [TTL=%u]", get_be32(data.p));
		break;
	case ADDRESSES:
		say(s, "node addresses");
		addresses(s, data);
		put_kinds(s, flags, true);
		break;
	default:
		say(s, "unknown");
	}
}

bool print_node_reply(struct print_state *s, struct pdu d)
{
	if (d.len > d.cap) {
		put_cut(s);
		return false;
	}
	pdu_check(s, d, 0, DATA);
	say(s, " node information reply (");
	u8 code = d.p[CODE];
	if (code == SUCCESS) {
		answer(s, d);
	} else if (code == REFUSED || code == UNKNOWN) {
		put_s(s, code == REFUSED ? "refused" : "unknown");
		complain(s, d.cap != DATA, ", invalid length");
	}
	put_c(s, ')');
	return false;
}
