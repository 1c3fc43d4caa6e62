/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes in hexadecimal and as characters: -x, -X, -A, and what is not known. */
#include "print/priv.h"

enum { ROW = 16, HEX_COLUMNS = ROW / 2 * 5 };

static bool graphic(u8 c) { return c > ' ' && c < 0x7f; }

static void row(struct print_state *s, u32 off, const u8 *p, u32 n, bool ascii)
{
	static const char digit[] = "0123456789abcdef";
	char text[HEX_COLUMNS + 2 + ROW + 1], *o = text;

	say(s, "0x");
	put_x(s, off, 4);
	say(s, ": ");
	if (ascii)
		put_c(s, ' ');
	for (u32 i = 0; i < n; i++) {
		if (i % 2 == 0 && (i || !ascii))
			*o++ = ' ';
		*o++ = digit[p[i] >> 4];
		*o++ = digit[p[i] & 15];
	}
	if (ascii) {
		while (o < text + HEX_COLUMNS + 1)
			*o++ = ' ';
		for (u32 i = 0; i < n; i++)
			*o++ = graphic(p[i]) ? (char)p[i] : '.';
	}
	put(s, text, (size_t)(o - text));
}

void put_dump(struct print_state *s, const char *indent, const u8 *p, u32 n, bool ascii)
{
	for (u32 off = 0; off < n; off += ROW) {
		put_s(s, indent);
		row(s, off, p + off, MIN(n - off, (u32)ROW), ascii);
	}
}

void put_ascii(struct print_state *s, const u8 *p, u32 n)
{
	put_c(s, '\n');
	for (u32 i = 0; i < n; i++) {
		u8 c = p[i];

		if (c == '\r' && (i + 2 >= n || p[i + 1] == '\n'))
			continue;
		put_c(s, graphic(c) || c == '\t' || c == ' ' || c == '\n' ? (char)c : '.');
	}
}

void put_unknown(struct print_state *s, struct pdu d)
{
	if (!s->terse)
		put_dump(s, "\n\t", d.p, d.cap, true);
}
