/* SPDX-License-Identifier: BSD-2-Clause */
/* RESP, the serialization protocol of Redis. */
#include "print/part.h"

enum { LENGTH_MAX = INT32_MAX };

static bool breaks(u8 c) { return c == '\r' || c == '\n'; }

/* Where the line at off ends; cut when it does not. */
static u32 line_end(struct print_state *s, struct pdu d, u32 off)
{
	for (;; off++) {
		if (off >= d.len)
			pdu_cut(s);
		if (breaks(pdu_u8(s, d, off)))
			return off;
	}
}

/* Where the line at off ends that must end in both. */
static u32 crlf(struct print_state *s, struct pdu d, u32 off)
{
	for (;; off++) {
		if (off + 2 > d.len)
			pdu_cut(s);
		pdu_need(s, d, off, 2);
		if (d.p[off] == '\r' && d.p[off + 1] == '\n')
			return off;
	}
}

/* Passes over the line ends at off; cut when there is none. */
static u32 pass(struct print_state *s, struct pdu d, u32 off)
{
	u32 from = off;

	while (off < d.len && pdu_has(d, off, 1) && breaks(d.p[off]))
		off++;
	if (off == from)
		pdu_cut(s);
	return off;
}

static void put_string(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	say(s, " \"");
	put_chars(s, d, off, n);
	put_c(s, '"');
}

enum { TOO_LARGE = -2, NEGATIVE = -3, NO_NUMBER = -4, NO_LINE = -5 };

/* The number at *off, which ends in a line end; *off moves behind it. */
static s64 number(struct print_state *s, struct pdu d, u32 *off)
{
	bool negative = false;
	u64 v = 0;
	u32 at = *off;

	if (at >= d.len)
		pdu_cut(s);
	if (pdu_u8(s, d, at) == '-') {
		negative = true;
		at++;
	}
	for (;; at++) {
		if (at >= d.len)
			pdu_cut(s);
		u8 c = pdu_u8(s, d, at);
		if (c < '0' || c > '9')
			break;
		v = v > LENGTH_MAX ? v : v * 10 + (u64)(c - '0');
	}
	if (d.p[at] != '\r') {
		*off = at + 1;
		return NO_NUMBER;
	}
	*off = at + 1;
	if (*off >= d.len)
		pdu_cut(s);
	if (pdu_u8(s, d, *off) != '\n')
		return NO_LINE;
	++*off;
	if (negative)
		return v == 1 ? -1 : NEGATIVE;
	return v > LENGTH_MAX ? TOO_LARGE : (s64)v;
}

static const char *complaint(s64 n)
{
	switch (n) {
	case TOO_LARGE:
		return " length too large";
	case NEGATIVE:
		return " length negative and not -1";
	case NO_NUMBER:
	case NO_LINE:
		return " invalid";
	}
	return NULL;
}

static u32 bulk(struct print_state *s, struct pdu d, u32 off)
{
	s64 n = number(s, d, &off);

	if (complaint(n)) {
		put_s(s, complaint(n));
		return off;
	}
	if (n < 0) {
		say(s, " null");
		return off;
	}
	if (!n) {
		say(s, " empty");
	} else {
		if (off + (u64)n > d.len)
			pdu_cut(s);
		pdu_need(s, d, off, (u32)n);
		put_string(s, d, off, (u32)n);
		off += (u32)n;
	}
	if (crlf(s, d, off) != off)
		pdu_cut(s);
	return off + 2;
}

static u32 value(struct print_state *s, struct pdu d, u32 off);

static u32 array(struct print_state *s, struct pdu d, u32 off)
{
	s64 n = number(s, d, &off);

	if (complaint(n)) {
		put_s(s, complaint(n));
		return off;
	}
	if (n < 0) {
		say(s, " null");
	} else if (!n) {
		say(s, " empty");
	} else if (print_enter(s)) {
		for (; n && off < d.len; n--)
			off = value(s, d, off);
		print_leave(s);
		if (n)
			pdu_cut(s);
	}
	return off;
}

static u32 value(struct print_state *s, struct pdu d, u32 off)
{
	u8 kind = pdu_u8(s, d, off);
	u32 end;

	switch (kind) {
	case '+':
	case '-':
	case ':':
		end = crlf(s, d, off + 1);
		put_string(s, d, off + 1, end - off - 1);
		return end + 2;
	case '$':
		return bulk(s, d, off + 1);
	case '*':
		return array(s, d, off + 1);
	}
	if (breaks(kind))
		off = pass(s, d, off);
	end = line_end(s, d, off);
	put_string(s, d, off, end - off);
	return pass(s, d, end);
}

static void resp_print(struct print_state *s, struct pdu d)
{
	s->name = "resp";
	say(s, ": RESP");
	for (u32 off = 0; off < d.len;) {
		if (off + 2 > d.len)
			pdu_cut(s);
		off = value(s, d, off);
	}
}

const struct printer resp_printer = {"resp", resp_print};
