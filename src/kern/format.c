/* SPDX-License-Identifier: BSD-2-Clause */
/* Format strings of programs: what Linux's bpf_bprintf_prepare takes, printed as its
 * vsnprintf prints. Pointers are printed as they are, where Linux hides them. */
#include "kern/format.h"
#include "kern/helper.h"

#include <ctype.h>

/* ---- taking the arguments ---- */

static bool room(const struct format *f, u32 n)
{
	return f->used <= FORMAT_BIN && FORMAT_BIN - f->used >= n;
}

static int take_number(struct format *f, u64 v, u32 bytes)
{
	f->used = (f->used + 3) & ~3u;
	if (!room(f, bytes))
		return -ENOSPC;
	memcpy(f->bin + f->used, &v, bytes);
	f->used += bytes;
	return 0;
}

static int take_text(struct format *f, struct run *r, u64 at)
{
	if (!room(f, 1))
		return -ENOSPC;
	long n = kern_text_of(r, (char *)f->bin + f->used, FORMAT_BIN - f->used, at);
	if (n < 0)
		f->bin[f->used] = 0;
	f->used += n < 0 ? 1 : (u32)n;
	return 0;
}

/* What is made a text before it is printed. */
static int take_made(struct format *f, const char *text)
{
	u32 n = (u32)strlen(text) + 1;

	if (room(f, 1))
		snprintf((char *)f->bin + f->used, FORMAT_BIN - f->used, "%s", text);
	f->used += n;
	return 0;
}

static int take_ip(struct format *f, struct run *r, u64 at, const struct format_spec *p)
{
	u8 ip[16] = {0};
	char text[64], *to = text;

	if (!room(f, p->bytes))
		return -ENOSPC;
	if (kern_memory_of(r, ip, p->bytes, at))
		memset(ip, 0, sizeof(ip));
	if (p->bytes == 4)
		sprintf(text, p->what == 'i' ? "%03u.%03u.%03u.%03u" : "%u.%u.%u.%u", ip[0], ip[1],
			ip[2], ip[3]);
	else
		for (u32 i = 0; i < 16; i += 2)
			to += sprintf(to, "%s%02x%02x", i && p->what == 'I' ? ":" : "", ip[i],
				      ip[i + 1]);
	return take_made(f, text);
}

static int take(struct format *f, struct run *r, const struct format_spec *p, u64 arg)
{
	char text[24];

	switch (p->kind) {
	case FORMAT_NONE:
		break;
	case FORMAT_INT:
	case FORMAT_POINTER:
		return take_number(f, arg, p->bytes);
	case FORMAT_CHAR:
		if (!room(f, 1))
			return -ENOSPC;
		f->bin[f->used++] = (u8)arg;
		return 0;
	case FORMAT_TEXT:
		return take_text(f, r, arg);
	case FORMAT_BACKTRACE:
		snprintf(text, sizeof(text), "0x%llx", (unsigned long long)arg);
		return take_made(f, text);
	case FORMAT_IP:
		return take_ip(f, r, arg, p);
	}
	return -EINVAL;
}

int format_take(struct format *f, struct run *r, const char *fmt, const u64 *arg, u32 n)
{
	u32 nr = 0;
	int err;

	f->fmt = fmt;
	f->used = 0;
	for (const char *s = fmt; *s; s++) {
		if (!format_may(*s))
			return -EINVAL;
		if (*s != '%')
			continue;
		if (s[1] == '%') {
			s++;
			continue;
		}
		if (nr == n)
			return -EINVAL;
		struct format_spec p = format_spec(s);
		err = take(f, r, &p, arg[nr++]);
		if (err)
			return err;
		s += p.len - 1;
	}
	return 0;
}

/* ---- printing ---- */

struct out {
	char *to;
	u32 size, n; /* n: of the whole text */
	const struct format *f;
	u32 at; /* in f->bin */
};

static void put(struct out *o, const char *text, u32 n)
{
	if (o->n < o->size)
		memcpy(o->to + o->n, text, MIN(n, o->size - o->n));
	o->n += n;
}

static void pad(struct out *o, s32 n)
{
	if (n <= 0)
		return;
	if (o->n < o->size)
		memset(o->to + o->n, ' ', MIN((u32)n, o->size - o->n));
	o->n += (u32)n;
}

static void put_padded(struct out *o, const struct format_spec *p, const char *text, u32 n)
{
	s32 spaces = p->width - (s32)n;

	if (!p->left)
		pad(o, spaces);
	put(o, text, n);
	if (p->left)
		pad(o, spaces);
}

/* What was taken; nothing, where it was not. */
static u64 next_number(struct out *o, u32 bytes)
{
	u64 v = 0;

	o->at = bytes > 1 ? (o->at + 3) & ~3u : o->at;
	if (o->at + bytes <= FORMAT_BIN)
		memcpy(&v, o->f->bin + o->at, bytes);
	o->at += bytes;
	return v;
}

static const char *next_text(struct out *o, u32 *n)
{
	u32 at = MIN(o->at, (u32)FORMAT_BIN);

	*n = (u32)strnlen((const char *)o->f->bin + at, FORMAT_BIN - at);
	o->at = at + *n + 1;
	return (const char *)o->f->bin + at;
}

/* Digits, with what stands before them, filled with zeros to the width. */
static void put_integer(struct out *o, struct format_spec p, u64 v)
{
	bool is_signed = p.what == 'd' || p.what == 'i';
	s64 s = p.bytes == 8 ? (s64)v : (s64)(s32)v;
	char digits[24], sign[2] = "",
			 *form = p.what == 'x'   ? "%llx"
				 : p.what == 'X' ? "%llX"
						 : "%llu";

	if (is_signed && s < 0)
		v = 0 - (u64)s, sign[0] = '-';
	else if (is_signed && (p.plus || p.space))
		sign[0] = p.plus ? '+' : ' ';
	u32 n = (u32)snprintf(digits, sizeof(digits), form, (unsigned long long)v);
	s32 zeros = p.zero && !p.left ? p.width - (s32)(n + strlen(sign)) : 0;
	s32 spaces = p.width - MAX(zeros, 0) - (s32)(n + strlen(sign));
	if (!p.left)
		pad(o, spaces);
	put(o, sign, (u32)strlen(sign));
	for (; zeros > 0; zeros--)
		put(o, "0", 1);
	put(o, digits, n);
	if (p.left)
		pad(o, spaces);
}

static void put_pointer(struct out *o, struct format_spec p, u64 v)
{
	char text[24];

	if (p.what == 's' || p.what == 'S') {
		int n = snprintf(text, sizeof(text), "0x%llx", (unsigned long long)v);
		put_padded(o, &p, text, (u32)n);
		return;
	}
	if (p.width < 0) {
		p.width = 16;
		p.zero = true;
	}
	p.what = 'x';
	put_integer(o, p, v);
}

/* Linux forgets such a text, where it no longer has room, and so takes it for what
 * comes next. */
static void put_made(struct out *o)
{
	u32 n;

	if (o->n < o->size) {
		const char *text = next_text(o, &n);
		put(o, text, n);
	}
}

static void put_spec(struct out *o, const struct format_spec *p)
{
	const char *text;
	char c;
	u32 n;

	switch (p->kind) {
	case FORMAT_NONE:
		break;
	case FORMAT_INT:
		put_integer(o, *p, next_number(o, p->bytes));
		break;
	case FORMAT_CHAR:
		c = (char)next_number(o, 1);
		put_padded(o, p, &c, 1);
		break;
	case FORMAT_TEXT:
		if (p->what != 's') {
			put_made(o);
			break;
		}
		text = next_text(o, &n);
		put_padded(o, p, text, n);
		break;
	case FORMAT_POINTER:
		put_pointer(o, *p, next_number(o, 8));
		break;
	case FORMAT_BACKTRACE:
	case FORMAT_IP:
		put_made(o);
		break;
	}
}

static bool of_pointer(const struct format_spec *p)
{
	return p->kind >= FORMAT_POINTER || (p->kind == FORMAT_TEXT && p->what != 's');
}

u32 format_print(const struct format *f, char *to, u32 size)
{
	struct out o = {.to = to, .size = size, .f = f};

	for (const char *s = f->fmt; *s;) {
		u32 n = (u32)strcspn(s, "%");

		put(&o, s, n);
		s += n;
		if (!*s)
			break;
		if (s[1] == '%') {
			put(&o, "%", 1);
			s += 2;
			continue;
		}
		struct format_spec p = format_spec(s);
		put_spec(&o, &p);
		s += p.len;
		/* Linux takes what stands behind %p for its own. */
		while (of_pointer(&p) && isalnum((u8)*s))
			s++;
	}
	if (size)
		to[MIN(o.n, size - 1)] = 0;
	return o.n;
}
