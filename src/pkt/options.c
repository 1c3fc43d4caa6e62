/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of pcapng's blocks. */
#include "pkt/priv.h"

enum { END = 0, CUSTOM_TEXT = 2988, CUSTOM_BYTES = 2989, UNCOPIED = 16384 };

bool option_next(struct bytes *b, struct option *ret, const char **why)
{
	if (!b->n)
		return false;
	if (!bytes_has(*b, 0, 4)) {
		*why = "an option that is cut";
		return false;
	}
	u16 code = get_le16(b->p), n = get_le16(b->p + 2);
	u64 padded = (n + 3u) & ~3u;
	if (code == END)
		return false;
	if (!bytes_has(*b, 4, padded)) {
		*why = "an option that is longer than its block";
		return false;
	}
	*ret = (struct option){code, bytes_part(*b, 4, n)};
	*b = bytes_part(*b, 4 + padded, b->n);
	return true;
}

struct bytes pkt_option_find(struct bytes options, u16 code)
{
	const char *why;
	struct option o;

	while (option_next(&options, &o, &why))
		if (o.code == code)
			return o.value;
	return (struct bytes){0};
}

/* ---- the other byte order ---- */

static void turn(u8 *p, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		u8 t = p[i];

		p[i] = p[n - 1 - i];
		p[n - 1 - i] = t;
	}
}

/* How many of an option's bytes are one number. */
static size_t number(enum option_block kind, u16 code, size_t n)
{
	static const u32 numbers[] = {
		[OPTIONS_IFACE] = 1u << 8 | 1u << 10 | 1u << 14 | 1u << 16 | 1u << 17,
		[OPTIONS_PACKET] = 1u << 2 | 1u << 4 | 1u << 5 | 1u << 6,
	};
	u16 custom = code & (u16)~UNCOPIED;

	if (custom == CUSTOM_TEXT || custom == CUSTOM_BYTES)
		return n >= 4 ? 4 : 0; /* who made it up */
	return code < 32 && numbers[kind] >> code & 1 && (n == 4 || n == 8) ? n : 0;
}

void options_turn(enum option_block kind, u8 *p, size_t n)
{
	while (n >= 4) {
		turn(p, 2);
		turn(p + 2, 2);
		u16 code = get_le16(p), len = get_le16(p + 2);
		size_t whole = 4 + ((len + 3u) & ~3u);
		if (code == END || whole > n)
			break;
		turn(p + 4, number(kind, code, len));
		p += whole;
		n -= whole;
	}
}

/* ---- making them ---- */

void pkt_option(struct buf *to, u16 code, const void *value, size_t n)
{
	u8 head[4];

	n = MIN(n, (size_t)UINT16_MAX);
	put_le16(head, code);
	put_le16(head + 2, (u16)n);
	buf_add(to, head, 4);
	buf_add(to, value, n);
	buf_add(to, "\0\0\0", -n & 3);
}

void pkt_option_text(struct buf *to, u16 code, const char *text)
{
	if (text)
		pkt_option(to, code, text, strlen(text));
}

void pkt_option_filter(struct buf *to, const char *text, size_t n)
{
	struct buf b = {0};

	buf_putc(&b, 0);
	buf_add(&b, text, n);
	if (b.oom)
		to->oom = true;
	else
		pkt_option(to, PKT_FILTER, b.p, b.n);
	buf_deinit(&b);
}
