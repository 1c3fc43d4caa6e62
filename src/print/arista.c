/* SPDX-License-Identifier: BSD-2-Clause */
/* Arista's time stamps in front of frames. */
#include "print/part.h"

#include <time.h>

enum { TIMESTAMP = 1, F64 = 1, F48 = 2 };

/* The name of a time scale and format: bits of the version field. */
static void put_stamp(struct print_state *s, struct pdu d, u8 format)
{
	if (format == F64) {
		time_t seconds = (time_t)pdu_be32(s, d, 4);
		u32 nanos = pdu_be32(s, d, 8);
		struct tm tm;
		char text[64] = "";

		if (gmtime_r(&seconds, &tm))
			strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm);
		put_f(s, "%s.%09u", text, nanos);
	} else {
		put_f(s, "%u.%09u", pdu_be16(s, d, 4), pdu_be32(s, d, 6));
	}
}

/* The length of the header, 0 for one that is not known. */
static u32 arista(struct print_state *s, struct pdu d)
{
	static const struct word scales[] = {{0, "TAI"}, {1, "UTC"}};
	static const struct word formats[] = {{F64, "64-bit"}, {F48, "48-bit"}};
	static const struct word hardware[] = {{0, "R/R2"}, {1, "R3"}};

	pdu_need(s, d, 0, 4);
	u16 kind = pdu_be16(s, d, 0);
	u8 scale = pdu_u8(s, d, 2), b = pdu_u8(s, d, 3), format = b >> 4, hw = b & 15;
	put_f(s, "SubType %s (0x%04x), ", kind == TIMESTAMP ? "Timestamp" : "Unknown", kind);
	if (kind != TIMESTAMP)
		return 0;
	say(s, "Timescale ");
	put_word(s, WORDS(scales), scale, "Unknown");
	put_f(s, " (%u), Format ", scale);
	put_word(s, WORDS(formats), format, "Unknown");
	put_f(s, " (%u), HwInfo ", format);
	put_word(s, WORDS(hardware), hw, "Unknown");
	put_f(s, " (%u), Timestamp ", hw);
	u32 n = format == F64 ? 8 : format == F48 ? 6 : 0;
	if (!n) {
		say(s, "Unknown timestamp Format ");
		return 0;
	}
	pdu_need(s, d, 4, n);
	put_stamp(s, d, format);
	say(s, ": ");
	return 4 + n;
}

static void arista_print(struct print_state *s, struct pdu d)
{
	s->name = "arista";
	if (!s->opt.link) {
		put_ethertype(s, 0xd28b);
		put_f(s, ", length %u: ", d.len + 14);
	}
	u32 n = arista(s, d);
	if (!n) {
		put_unknown(s, d);
		return;
	}
	struct pdu rest = pdu_skip(d, n);
	u16 type = pdu_be16(s, rest, 0);
	rest = pdu_skip(rest, 2);
	if (s->opt.link) {
		put_ethertype(s, type);
		put_f(s, ", length %u: ", d.len + 14);
	}
	while (type == 0x8100 || type == 0x88a8) {
		u16 tci = pdu_be16(s, rest, 0);

		if (s->opt.link) {
			put_vlan(s, tci);
			say(s, ", ");
		}
		type = pdu_be16(s, rest, 2);
		rest = pdu_skip(rest, 4);
		if (s->opt.link)
			put_ethertype(s, type);
		if (s->opt.link)
			say(s, ", ");
	}
	if (!print_ethertype(s, type, rest))
		put_unknown(s, rest);
}

const struct printer arista_printer = {"arista", arista_print};
