/* SPDX-License-Identifier: BSD-2-Clause */
/* Scalars: two ranges, of all bits and of the low half, that know of each other.
 *
 * Nothing here depends on how many bits there are: a test may set other widths
 * (W, H, BYTE) and try all numbers. */
#include "check/halves.h"

/* What the bounds of the low half say of its bits. */
static bool take_bits(struct range *whole, const struct range *half)
{
	return range_bits(whole, (struct tnum){half->bits.value, half->bits.mask | ~ones(H)});
}

/* Where the low h bits of numbers of w bits on an arc lie. */
static struct arc low(struct arc a, u32 h, u32 w)
{
	if (((a.to - a.from) & ones(w)) >= ones(h))
		return (struct arc){0, ones(h)};
	return (struct arc){a.from & ones(h), a.to & ones(h)};
}

/* Leaves numbers whose low h bits are those of one of `of`, which has v bits. */
static bool trim_low(struct range *r, u32 w, const struct range *of, u32 v, u32 h)
{
	return range_trim(r, low(range_unsigned(of), h, v), h, w) &&
	       range_trim(r, low(range_signed(of, v), h, v), h, w);
}

static bool step(struct scalar *s)
{
	struct range w = scalar_whole(s), h = scalar_half(s);
	bool some = range_step(&h, H) && take_bits(&w, &h) && range_step(&w, W) &&
		    trim_low(&w, W, &h, H, H) && trim_low(&h, H, &w, W, H);

	*s = scalar_of(&w, &h);
	return some;
}

bool scalar_sync(struct scalar *s)
{
	struct scalar before;

	if (scalar_is_const(s)) {
		before = scalar_const(s->bits.value);
		bool is = scalar_within(&before, s);
		*s = before;
		return is;
	}
	for (u32 i = 0; i < ROUNDS; i++) {
		before = *s;
		if (!step(s))
			return false;
		if (scalar_equal(s, &before))
			break;
	}
	return true;
}

struct scalar scalar_any(void)
{
	struct range w = range_any(W), h = range_any(H);

	return scalar_of(&w, &h);
}

struct scalar scalar_const(u64 v)
{
	struct range w = {tnum_const(v), v, v, signed_of(v, W), signed_of(v, W)};
	u64 l = v & ones(H);
	struct range h = {tnum_const(l), l, l, signed_of(l, H), signed_of(l, H)};

	return scalar_of(&w, &h);
}

struct scalar scalar_between(u64 umin, u64 umax)
{
	struct scalar s = scalar_any();

	s.umin = umin;
	s.umax = umax;
	scalar_sync(&s);
	return s;
}

struct scalar scalar_between_signed(s64 smin, s64 smax)
{
	struct scalar s = scalar_any();

	s.smin = smin;
	s.smax = smax;
	scalar_sync(&s);
	return s;
}

bool scalar_has(const struct scalar *s, u64 v)
{
	struct range w = scalar_whole(s), h = scalar_half(s);

	return range_has(&w, v, W) && range_has(&h, v & ones(H), H);
}

bool scalar_within(const struct scalar *small, const struct scalar *big)
{
	return tnum_within(small->bits, big->bits) && small->umin >= big->umin &&
	       small->umax <= big->umax && small->smin >= big->smin && small->smax <= big->smax &&
	       small->umin32 >= big->umin32 && small->umax32 <= big->umax32 &&
	       small->smin32 >= big->smin32 && small->smax32 <= big->smax32;
}

struct scalar scalar_join(const struct scalar *a, const struct scalar *b)
{
	struct scalar s = {
		.bits = tnum_join(a->bits, b->bits),
		.smin = MIN(a->smin, b->smin),
		.smax = MAX(a->smax, b->smax),
		.umin = MIN(a->umin, b->umin),
		.umax = MAX(a->umax, b->umax),
		.smin32 = MIN(a->smin32, b->smin32),
		.smax32 = MAX(a->smax32, b->smax32),
		.umin32 = MIN(a->umin32, b->umin32),
		.umax32 = MAX(a->umax32, b->umax32),
	};

	scalar_sync(&s);
	return s;
}

bool scalar_meet(struct scalar *d, const struct scalar *s)
{
	struct range dw = scalar_whole(d), dh = scalar_half(d);
	struct range sw = scalar_whole(s), sh = scalar_half(s);
	bool some = range_meet(&dw, &sw) && range_meet(&dh, &sh);

	*d = scalar_of(&dw, &dh);
	return some && scalar_sync(d);
}

/* r, trimmed, and what is known of its low n bits. */
static void widen(struct scalar *s, struct range *r, u32 n)
{
	struct range w = scalar_whole(s), h = scalar_half(s);

	trim_low(r, W, &w, W, n);
	if (n < H) {
		trim_low(r, W, &h, H, n);
		h = range_any(H);
	}
	*s = scalar_of(r, &h);
	scalar_sync(s);
}

void scalar_zext(struct scalar *s, u32 bytes)
{
	u32 n = bytes * BYTE;
	struct range r = range_any(W);

	if (n >= W)
		return;
	r.bits = tnum_low(s->bits, n);
	r.umax = ones(n);
	widen(s, &r, n);
}

void scalar_sext(struct scalar *s, u32 bytes)
{
	u32 n = bytes * BYTE;
	struct range r = range_any(W);

	if (n >= W)
		return;
	r.bits = tnum_sext(s->bits, n, W);
	r.smin = -(s64)top(n);
	r.smax = (s64)top(n) - 1;
	widen(s, &r, n);
}

void scalar_swap(struct scalar *s, enum eb_op op, u32 bits)
{
	struct range r = range_any(W), h = range_any(H);

	if (op >= EB_LE16 && op <= EB_LE64) {
		scalar_zext(s, bits / BYTE);
		return;
	}
	r.bits = tnum_swap(s->bits, bits / BYTE, BYTE);
	*s = scalar_of(&r, &h);
	scalar_sync(s);
}
