/* SPDX-License-Identifier: BSD-2-Clause */
/* Format strings that programs give to helpers, read. */
#include "isa/format.h"

#include <ctype.h>

enum { WIDTH_MAX = (1 << 23) - 1 };

static const char *flags_of(const char *s, struct format_spec *p)
{
	for (;; s++)
		switch (*s) {
		case '-':
			p->left = true;
			break;
		case '0':
			p->zero = true;
			break;
		case '+':
			p->plus = true;
			break;
		case ' ':
			p->space = true;
			break;
		default:
			return s;
		}
}

static const char *width_of(const char *s, struct format_spec *p)
{
	s64 width = 0;

	p->width = -1;
	if (*s < '1' || *s > '9')
		return s;
	for (; isdigit((u8)*s); s++)
		width = MIN(width * 10 + *s - '0', (s64)WIDTH_MAX);
	p->width = (s32)width;
	return s;
}

static bool ends(char c) { return !c || isspace((u8)c) || ispunct((u8)c); }

/* Behind %p; returns the last letter. */
static const char *pointer(const char *s, struct format_spec *p)
{
	p->kind = FORMAT_POINTER;
	p->bytes = 8;
	if (ends(s[1]))
		return s;
	p->what = s[1];
	if ((s[1] == 'k' || s[1] == 'u') && s[2] == 's') {
		p->kind = ends(s[3]) ? FORMAT_TEXT : FORMAT_NONE;
		return s + 2;
	}
	if (strchr("KxsS", s[1]))
		return s + 1;
	if (s[1] == 'B') {
		p->kind = FORMAT_BACKTRACE;
		return s + 1;
	}
	p->kind = (s[1] == 'i' || s[1] == 'I') && (s[2] == '4' || s[2] == '6') ? FORMAT_IP
									       : FORMAT_NONE;
	p->bytes = s[2] == '4' ? 4 : 16;
	return s + 2;
}

static const char *integer(const char *s, struct format_spec *p)
{
	p->bytes = *s == 'l' ? 8 : 4;
	for (u32 i = 0; i < 2 && *s == 'l'; i++)
		s++;
	p->kind = *s && strchr("diuxX", *s) ? FORMAT_INT : FORMAT_NONE;
	p->what = *s;
	return s;
}

struct format_spec format_spec(const char *s)
{
	struct format_spec p = {0};
	const char *end = width_of(flags_of(s + 1, &p), &p);

	if (*end == 'p') {
		end = pointer(end, &p);
	} else if (*end == 's') {
		p.kind = ends(end[1]) ? FORMAT_TEXT : FORMAT_NONE;
		p.what = 's';
	} else if (*end == 'c') {
		p.kind = FORMAT_CHAR;
	} else {
		end = integer(end, &p);
	}
	p.len = (u32)(end - s) + 1;
	return p;
}

bool format_may(char c) { return isascii((u8)c) && (isprint((u8)c) || isspace((u8)c)); }

bool format_valid(const char *s, u32 args)
{
	for (; *s; s++) {
		if (!format_may(*s))
			return false;
		if (*s != '%')
			continue;
		if (s[1] == '%') {
			s++;
			continue;
		}
		if (!args--)
			return false;
		struct format_spec p = format_spec(s);
		if (p.kind == FORMAT_NONE)
			return false;
		s += p.len - 1;
	}
	return true;
}
