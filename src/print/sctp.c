/* SPDX-License-Identifier: BSD-2-Clause */
/* SCTP, RFC 9260: the headers of its chunks. */
#include "print/part.h"

enum { SPORT = 0, DPORT = 2, TAG = 4, HEADER = 12, CHUNK = 4 };
enum { DATA = 0, INIT = 1, INIT_ACK = 2, SACK = 3 };

static const struct word chunks[] = {
	{0, "DATA"},       {1, "INIT"},         {2, "INIT ACK"},
	{3, "SACK"},       {4, "HB REQ"},       {5, "HB ACK"},
	{6, "ABORT"},      {7, "SHUTDOWN"},     {8, "SHUTDOWN ACK"},
	{9, "OP ERR"},     {10, "COOKIE ECHO"}, {11, "COOKIE ACK"},
	{12, "ECN ECHO"},  {13, "ECN CWR"},     {14, "SHUTDOWN COMPLETE"},
	{0xa1, "ALT ACK"}, {0xc1, "REL CTRL"},  {0xc0, "FOR CUM TSN"},
	{0xc2, "PAD"},
};

static void put_ends(struct print_state *s, u16 sport, u16 dport)
{
	if (s->net.src) {
		put_addr(s, s->net.src);
		put_f(s, ".%u > ", sport);
		put_addr(s, s->net.dst);
		put_f(s, ".%u: sctp", dport);
	} else {
		put_f(s, "%u > %u: sctp", sport, dport);
	}
}

static void bogus(struct print_state *s, u32 n) { put_f(s, "bogus chunk length %u]", n); }

static bool data(struct print_state *s, struct pdu d, u8 flags, u32 len)
{
	if ((flags & 3) == 3)
		say(s, "(B)(E) ");
	else if (flags & 1)
		say(s, "(E) ");
	else if (flags & 2)
		say(s, "(B) ");
	if (flags & 4)
		say(s, "(U) ");
	put_f(s, "[TSN: %u] ", pdu_be32(s, d, 4));
	put_f(s, "[SID: %u] ", pdu_be16(s, d, 8));
	put_f(s, "[SSEQ %u] ", pdu_be16(s, d, 10));
	put_f(s, "[PPID 0x%x] ", pdu_be32(s, d, 12));
	if (len <= 16) {
		bogus(s, len);
		return false;
	}
	if (s->opt.verbose > 1) {
		say(s, "[Payload");
		if (!s->terse) {
			put_c(s, ':');
			put_dump(s, "\n\t", d.p + 16, MIN(d.cap, len) - 16, true);
		}
		put_c(s, ']');
	}
	return true;
}

/* The parameters of INIT, each printed by its name. */
static void init(struct print_state *s, struct pdu d)
{
	put_f(s, "[init tag: %u] ", pdu_be32(s, d, 4));
	put_f(s, "[rwnd: %u] ", pdu_be32(s, d, 8));
	put_f(s, "[OS: %u] ", pdu_be16(s, d, 12));
	put_f(s, "[MIS: %u] ", pdu_be16(s, d, 14));
	put_f(s, "[init TSN: %u] ", pdu_be32(s, d, 16));
}

static bool sack(struct print_state *s, struct pdu d)
{
	u32 acked = pdu_be32(s, d, 4), gaps, dups, off = 16;

	put_f(s, "[cum ack %u] ", acked);
	put_f(s, "[a_rwnd %u] ", pdu_be32(s, d, 8));
	gaps = pdu_be16(s, d, 12);
	put_f(s, "[#gap acks %u] ", gaps);
	dups = pdu_be16(s, d, 14);
	put_f(s, "[#dup tsns %u] ", dups);
	if (s->opt.verbose < 1)
		return true;
	for (u32 i = 0; off + 4 <= d.len && i < gaps; i++, off += 4) {
		u32 from = pdu_be16(s, d, off), to = pdu_be16(s, d, off + 2);

		put_f(s, "\n\t\t[gap ack block #%u: start = %u, end = %u] ", i + 1, acked + from,
		      acked + to);
	}
	for (u32 i = 0; off + 4 <= d.len && i < dups; i++, off += 4)
		put_f(s, "\n\t\t[dup TSN #%u: %u] ", i + 1, pdu_be32(s, d, off));
	return true;
}

/* One chunk; false when the rest cannot be found. */
static bool chunk(struct print_state *s, struct pdu d, u32 nr)
{
	u8 type = pdu_u8(s, d, 0), flags = pdu_u8(s, d, 1);
	u32 len = pdu_be16(s, d, 2);
	const char *name = word_of(WORDS(chunks), type);

	put_f(s, "%s%u) ", s->opt.verbose > 1 ? "\n\t" : " (", nr);
	if (name)
		put_f(s, "[%s] ", name);
	else
		put_f(s, "[Unknown chunk type: 0x%x] ", type);
	struct pdu part = pdu_part(d, 0, len);
	switch (type) {
	case DATA:
		return data(s, part, flags, len);
	case INIT:
	case INIT_ACK:
		init(s, part);
		break;
	case SACK:
		return sack(s, part);
	}
	return true;
}

static void sctp_print(struct print_state *s, struct pdu d)
{
	s->name = "sctp";
	pdu_check(s, d, 0, HEADER);
	u16 sport = pdu_be16(s, d, SPORT), dport = pdu_be16(s, d, DPORT);
	put_ends(s, sport, dport);
	u32 off = HEADER;
	for (u32 nr = 1; off < d.len; nr++) {
		if (d.len - off < CHUNK) {
			put_f(s, "%s%u) ", s->opt.verbose > 1 ? "\n\t" : " (", nr);
			bogus(s, d.len - off);
			return;
		}
		pdu_check(s, d, off, CHUNK);
		u32 len = pdu_be16(s, pdu_skip(d, off), 2);
		pdu_check(s, d, off, len);
		if (!chunk(s, pdu_skip(d, off), nr))
			return;
		if (len < CHUNK)
			return;
		off += (len + 3) & ~3u;
	}
}

const struct printer sctp_printer = {"sctp", sctp_print};
