/* SPDX-License-Identifier: BSD-2-Clause */
/* Bounds and bits of numbers of one width: how they narrow each other. */
#include "check/range.h"

struct range range_any(u32 w)
{
	return (struct range){tnum_any(w), 0, ones(w), signed_of(top(w), w),
			      signed_of(top(w) - 1, w)};
}

bool range_has(const struct range *r, u64 v, u32 w)
{
	s64 s = signed_of(v, w);

	return tnum_has(r->bits, v) && r->umin <= v && v <= r->umax && r->smin <= s && s <= r->smax;
}

struct arc range_unsigned(const struct range *r) { return (struct arc){r->umin, r->umax}; }

struct arc range_signed(const struct range *r, u32 w)
{
	return (struct arc){(u64)r->smin & ones(w), (u64)r->smax & ones(w)};
}

static bool on(struct arc a, u64 x, u32 h)
{
	return ((x - a.from) & ones(h)) <= ((a.to - a.from) & ones(h));
}

/* The next number from x upwards, or downwards, whose low h bits lie on the arc. */
static bool trim(u64 *min, u64 *max, struct arc a, u32 h, u32 w)
{
	u64 up = *min, down = *max;

	if (!on(a, up, h))
		up += (a.from - up) & ones(h);
	if (!on(a, down, h))
		down -= (down - a.to) & ones(h);
	if (up < *min || up > ones(w) || down > *max || up > down)
		return false;
	*min = up;
	*max = down;
	return true;
}

/* Signed numbers in their order are unsigned ones with the top bit the other way. */
static u64 biased(s64 v, u32 w) { return ((u64)v & ones(w)) ^ top(w); }
static s64 unbiased(u64 v, u32 w) { return signed_of(v ^ top(w), w); }

bool range_trim(struct range *r, struct arc a, u32 h, u32 w)
{
	u64 min = biased(r->smin, w), max = biased(r->smax, w);

	if (!trim(&r->umin, &r->umax, a, h, w))
		return false;
	if (h == w)
		a = (struct arc){a.from ^ top(w), a.to ^ top(w)};
	if (!trim(&min, &max, a, h, w))
		return false;
	r->smin = unbiased(min, w);
	r->smax = unbiased(max, w);
	return true;
}

bool range_trim_wide(struct range *r, uwide lo, uwide hi, u32 w)
{
	if (hi - lo >= ones(w))
		return true;
	return range_trim(r, (struct arc){(u64)lo & ones(w), (u64)hi & ones(w)}, w, w);
}

bool range_bits(struct range *r, struct tnum t) { return tnum_meet(&r->bits, t); }

static bool bits_bound(struct tnum t, u64 *min, u64 *max)
{
	return tnum_up(t, min) && tnum_down(t, max) && *min <= *max;
}

static struct tnum biased_bits(struct tnum t, u32 w)
{
	t.value ^= top(w) & ~t.mask;
	return t;
}

static bool bits_step(struct range *r, u32 w)
{
	u64 min = biased(r->smin, w), max = biased(r->smax, w);

	if (!bits_bound(r->bits, &r->umin, &r->umax) ||
	    !bits_bound(biased_bits(r->bits, w), &min, &max))
		return false;
	r->smin = unbiased(min, w);
	r->smax = unbiased(max, w);
	return tnum_meet(&r->bits, tnum_range(r->umin, r->umax));
}

bool range_step(struct range *r, u32 w)
{
	return r->umin <= r->umax && r->smin <= r->smax && range_trim(r, range_unsigned(r), w, w) &&
	       range_trim(r, range_signed(r, w), w, w) && bits_step(r, w);
}
