/* SPDX-License-Identifier: BSD-2-Clause */
/* Fields that many protocols have: text, spans of time, OSI addresses. */
#include "print/part.h"

void put_chars(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	for (u32 i = 0; i < n; i++)
		put_unctrl(s, pdu_u8(s, d, off + i));
}

void put_padded(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		u8 c = pdu_u8(s, d, off + i);

		if (!c)
			break;
		put_unctrl(s, c);
	}
}

void put_span(struct print_state *s, u32 seconds)
{
	static const struct {
		u32 seconds;
		char unit;
	} units[] = {{604800, 'w'}, {86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};

	if (!seconds)
		say(s, "0s");
	for (size_t i = 0; i < LEN(units) && seconds; i++) {
		if (seconds < units[i].seconds)
			continue;
		put_u(s, seconds / units[i].seconds);
		put_c(s, units[i].unit);
		seconds %= units[i].seconds;
	}
}

void put_nsap(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (!n || n > 20) {
		say(s, "isonsap_string: illegal length");
		return;
	}
	const u8 *p = pdu_need(s, d, off, n);
	for (u32 i = 0; i < n; i++) {
		put_hex(s, p + i, 1);
		if (i % 2 == 0 && i + 1 < n)
			put_c(s, '.');
	}
}

void put_bytes(struct print_state *s, const char *indent, struct pdu d, u32 off, u32 n)
{
	struct pdu part = pdu_part(d, off, n);

	put_dump(s, indent, part.p, part.cap, false);
}

float pdu_float(struct print_state *s, struct pdu d, u32 off)
{
	u32 v = pdu_be32(s, d, off);
	float f;

	memcpy(&f, &v, sizeof f);
	return f;
}
