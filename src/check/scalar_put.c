/* SPDX-License-Identifier: BSD-2-Clause */
/* Scalars as the log of Linux 6.8 and later prints them: bounds that say nothing
 * are left out, names of equal ones stand side by side. */
#include "check/scalar.h"

static void put_hex(struct buf *to, u64 v) { buf_printf(to, "0x%llx", (unsigned long long)v); }

/* Linux prints numbers of 16 bits in decimal, larger ones in hexadecimal. */
static void put_signed(struct buf *to, s64 v)
{
	if (v >= INT16_MIN && v <= INT16_MAX)
		buf_printf(to, "%lld", (long long)v);
	else
		put_hex(to, (u64)v);
}

static void put_unsigned(struct buf *to, u64 v)
{
	if (v <= UINT16_MAX)
		buf_printf(to, "%llu", (unsigned long long)v);
	else
		put_hex(to, v);
}

struct bound {
	const char *name;
	u64 v;
	bool omit;
};

static bool negative(const struct bound *b) { return b->name[0] == 's' && (s64)b->v < 0; }

/* In hexadecimal the sign is not carried into the upper half. */
static u64 half(s32 v) { return v >= INT16_MIN && v <= INT16_MAX ? (u64)(s64)v : (u32)v; }

bool scalar_put_range(struct buf *to, const struct scalar *s, bool first)
{
	struct bound bounds[] = {
		{"smin", (u64)s->smin, s->smin == INT64_MIN},
		{"smax", (u64)s->smax, s->smax == INT64_MAX},
		{"umin", s->umin, !s->umin},
		{"umax", s->umax, s->umax == UINT64_MAX},
		{"smin32", half(s->smin32), s->smin32 == INT32_MIN},
		{"smax32", half(s->smax32), s->smax32 == INT32_MAX},
		{"umin32", s->umin32, !s->umin32},
		{"umax32", s->umax32, s->umax32 == UINT32_MAX},
	};
	struct bound *end = bounds + LEN(bounds);
	bool any = false;

	for (struct bound *b = bounds; b < end; b++) {
		if (b->omit)
			continue;
		buf_printf(to, "%s%s=", any || !first ? "," : "", b->name);
		any = true;
		for (struct bound *same = b + 2; same < end; same += 2) {
			if (same->omit || same->v != b->v || negative(same) != negative(b))
				continue;
			same->omit = true;
			buf_printf(to, "%s=", same->name);
		}
		b->name[0] == 's' ? put_signed(to, (s64)b->v) : put_unsigned(to, b->v);
	}
	if (!~s->bits.mask)
		return any;
	buf_puts(to, any || !first ? ",var_off=(" : "var_off=(");
	put_hex(to, s->bits.value);
	buf_puts(to, "; ");
	put_hex(to, s->bits.mask);
	buf_putc(to, ')');
	return true;
}

void scalar_put(struct buf *to, const struct scalar *s)
{
	if (scalar_is_const(s)) {
		put_signed(to, (s64)s->bits.value);
		return;
	}
	buf_puts(to, "scalar(");
	scalar_put_range(to, s, true);
	buf_putc(to, ')');
}
