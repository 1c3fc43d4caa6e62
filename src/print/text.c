/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers, addresses and words as text, without printf where it matters. */
#include "print/priv.h"

#include <stdlib.h>

void put_room(struct print_state *s, size_t n)
{
	struct buf *b = s->to;

	b->n = (size_t)(s->o - b->p);
	if (!buf_room(b, n + 512))
		longjmp(s->oom, 1);
	s->o = b->p + b->n;
	s->end = b->p + b->cap - 1;
}

void put_f(struct print_state *s, const char *fmt, ...)
{
	va_list ap;
	char text[256];

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (n > 0)
		put(s, text, MIN((size_t)n, sizeof text - 1));
}

void put_u(struct print_state *s, u32 v)
{
	char text[10], *p = text + sizeof text;

	do
		*--p = (char)('0' + v % 10);
	while (v /= 10);
	put(s, p, (size_t)(text + sizeof text - p));
}

static const char digit[] = "0123456789abcdef";

void put_x(struct print_state *s, u32 v, u32 digits)
{
	char text[8], *p = text + sizeof text;

	do
		*--p = digit[v & 15];
	while ((v >>= 4) || text + sizeof text - p < (s64)digits);
	put(s, p, (size_t)(text + sizeof text - p));
}

void put_hex(struct print_state *s, const u8 *p, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		put_c(s, digit[p[i] >> 4]);
		put_c(s, digit[p[i] & 15]);
	}
}

void put_unctrl(struct print_state *s, u8 c)
{
	if (c & 0x80)
		say(s, "M-");
	c &= 0x7f;
	if (c < ' ' || c == 0x7f) {
		put_c(s, '^');
		c ^= 0x40;
	}
	put_c(s, (char)c);
}

void put_invalid(struct print_state *s) { say(s, " (invalid)"); }

void put_cut(struct print_state *s)
{
	say(s, " [|");
	put_s(s, s->name);
	put_c(s, ']');
}

static char *dec8(char *o, u8 v)
{
	if (v >= 100) {
		*o++ = (char)('0' + v / 100);
		v %= 100;
		*o++ = (char)('0' + v / 10);
	} else if (v >= 10) {
		*o++ = (char)('0' + v / 10);
	}
	*o++ = (char)('0' + v % 10);
	return o;
}

static char *dotted(char *o, const u8 *p)
{
	for (int i = 0; i < 4; i++) {
		o = dec8(o, p[i]);
		*o++ = '.';
	}
	return o - 1;
}

static bool put_name(struct print_state *s, const char *name)
{
	if (name)
		put_s(s, name);
	return name;
}

static const struct print_names *names(const struct print_state *s)
{
	return s->opt.numeric ? NULL : s->opt.names;
}

static bool named_host(struct print_state *s, const u8 *p, u32 n)
{
	const struct print_names *by = names(s);

	return unlikely(by) && by->host && put_name(s, by->host(by->arg, p, n));
}

void put_ip4(struct print_state *s, const u8 *p)
{
	char text[16];

	if (!named_host(s, p, 4))
		put(s, text, (size_t)(dotted(text, p) - text));
}

/* RFC 5952: the longest run of two zero words or more, the first of equals,
 * becomes "::". */
static void zero_run(const u8 *p, int *from, int *to)
{
	*from = *to = 0;
	for (int i = 0, j; i < 8; i = j + 1) {
		for (j = i; j < 8 && !p[2 * j] && !p[2 * j + 1]; j++)
			;
		if (j - i >= 2 && j - i > *to - *from) {
			*from = i;
			*to = j;
		}
	}
}

void put_ip6(struct print_state *s, const u8 *p)
{
	char text[48], *o = text;
	int from, to;

	if (named_host(s, p, 16))
		return;
	zero_run(p, &from, &to);
	for (int i = 0; i < 8; i++) {
		u16 w = get_be16(p + 2 * i);

		if (i >= from && i < to) {
			if (i == from)
				*o++ = ':';
			continue;
		}
		if (i)
			*o++ = ':';
		/* an IPv4 address inside: ::1.2.3.4, ::ffff:1.2.3.4 */
		if (i == 6 && from == 0 && (to == 6 || (to == 5 && get_be16(p + 10) == 0xffff))) {
			o = dotted(o, p + 12);
			break;
		}
		if (w > 0xfff)
			*o++ = digit[w >> 12];
		if (w > 0xff)
			*o++ = digit[w >> 8 & 15];
		if (w > 0xf)
			*o++ = digit[w >> 4 & 15];
		*o++ = digit[w & 15];
	}
	if (to == 8 && from < to)
		*o++ = ':';
	put(s, text, (size_t)(o - text));
}

void put_addr(struct print_state *s, const u8 *p)
{
	if (s->net.ver == 6)
		put_ip6(s, p);
	else
		put_ip4(s, p);
}

void put_ether(struct print_state *s, const u8 *p)
{
	const struct print_names *by = names(s);
	char text[17];

	if (by && by->ether && put_name(s, by->ether(by->arg, p)))
		return;
	if (!s->opt.numeric && !memcmp(p, "\xff\xff\xff\xff\xff\xff", 6)) {
		say(s, "Broadcast");
		return;
	}
	for (int i = 0; i < 6; i++) {
		text[3 * i] = digit[p[i] >> 4];
		text[3 * i + 1] = digit[p[i] & 15];
		if (i < 5)
			text[3 * i + 2] = ':';
	}
	put(s, text, sizeof text);
	if (!s->opt.numeric)
		put_f(s, " (oui %s)", oui_name((u32)p[0] << 16 | p[1] << 8 | p[2]));
}

void put_port(struct print_state *s, bool tcp, u16 port)
{
	const struct print_names *by = names(s);

	if (!by || !by->port || !put_name(s, by->port(by->arg, tcp, port)))
		put_u(s, port);
}

const char *word_of(const struct word *w, u32 n, u32 v)
{
	for (u32 i = 0; i < n; i++)
		if (w[i].v == v)
			return w[i].text;
	return NULL;
}

void put_word(struct print_state *s, const struct word *w, u32 n, u32 v, const char *unknown)
{
	const char *text = word_of(w, n, v);

	if (text)
		put_s(s, text);
	else
		put_f(s, unknown, v);
}

void put_bits(struct print_state *s, const struct word *w, u32 n, u32 v, const char *sep,
	      const char *none)
{
	bool any = false;

	for (u32 i = 0; i < n; i++) {
		if ((v & w[i].v) != w[i].v)
			continue;
		if (any)
			put_s(s, sep);
		put_s(s, w[i].text);
		any = true;
	}
	if (!any)
		put_s(s, none);
}
