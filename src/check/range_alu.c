/* SPDX-License-Identifier: BSD-2-Clause */
/* Arithmetic on bits and bounds of numbers of one width. */
#include "check/range.h"

static struct range of_bits(struct tnum t, u32 w)
{
	struct range r = range_any(w);

	r.bits = tnum_low(t, w);
	return r;
}

struct range range_add(const struct range *a, const struct range *b, u32 w)
{
	struct range r = of_bits(tnum_add(a->bits, b->bits), w);

	range_trim_wide(&r, (uwide)a->umin + b->umin, (uwide)a->umax + b->umax, w);
	range_trim_wide(&r, (uwide)((wide)a->smin + b->smin), (uwide)((wide)a->smax + b->smax), w);
	return r;
}

struct range range_sub(const struct range *a, const struct range *b, u32 w)
{
	struct range r = of_bits(tnum_sub(a->bits, b->bits), w);

	range_trim_wide(&r, (uwide)a->umin - b->umax, (uwide)a->umax - b->umin, w);
	range_trim_wide(&r, (uwide)((wide)a->smin - b->smax), (uwide)((wide)a->smax - b->smin), w);
	return r;
}

struct range range_mul(const struct range *a, const struct range *b, u32 w)
{
	struct range r = of_bits(tnum_mul(a->bits, b->bits), w);
	wide p[4] = {(wide)a->smin * b->smin, (wide)a->smin * b->smax, (wide)a->smax * b->smin,
		     (wide)a->smax * b->smax};

	range_trim_wide(&r, (uwide)a->umin * b->umin, (uwide)a->umax * b->umax, w);
	range_trim_wide(&r, (uwide)MIN(MIN(p[0], p[1]), MIN(p[2], p[3])),
			(uwide)MAX(MAX(p[0], p[1]), MAX(p[2], p[3])), w);
	return r;
}

/* The highest bits are all the same as the sign: how many are left. */
static u32 signed_bits(const struct range *r)
{
	u64 used = (u64)(r->smin ^ r->smin >> 63) | (u64)(r->smax ^ r->smax >> 63);

	return used ? 65 - (u32)__builtin_clzll(used) : 1;
}

/* What bit by bit comes of two numbers has no more bits than the longer. */
static void trim_signed(struct range *r, const struct range *a, const struct range *b, u32 w)
{
	u32 n = MAX(signed_bits(a), signed_bits(b));

	range_trim(r, (struct arc){-top(n) & ones(w), top(n) - 1}, w, w);
}

struct range range_and(const struct range *a, const struct range *b, u32 w)
{
	struct range r = of_bits(tnum_and(a->bits, b->bits), w);

	r.umax = MIN(a->umax, b->umax);
	trim_signed(&r, a, b, w);
	return r;
}

struct range range_or(const struct range *a, const struct range *b, u32 w)
{
	struct range r = of_bits(tnum_or(a->bits, b->bits), w);

	r.umin = MAX(a->umin, b->umin);
	trim_signed(&r, a, b, w);
	return r;
}

struct range range_xor(const struct range *a, const struct range *b, u32 w)
{
	struct range r = of_bits(tnum_xor(a->bits, b->bits), w);

	trim_signed(&r, a, b, w);
	return r;
}

/* The low bits that are 0 in every divisor are those of the dividend in every
 * remainder, also when the divisor is 0. */
static struct range remainder_bits(const struct range *a, const struct range *b, u32 w)
{
	u64 may = tnum_max(b->bits), low = may ? (may & -may) - 1 : 0;

	return of_bits((struct tnum){a->bits.value & low, a->bits.mask | ~low}, w);
}

struct range range_div(const struct range *a, const struct range *b, u32 w)
{
	u64 d = b->umin, one = tnum_is_const(b->bits) ? b->bits.value : 0;
	struct range r = range_any(w);

	if (!b->umax)
		return of_bits(tnum_const(0), w);
	if (one && !(one & (one - 1)))
		r.bits = tnum_rsh(a->bits, (u32)__builtin_ctzll(one));
	r.umin = d ? a->umin / b->umax : 0;
	r.umax = a->umax / MAX(d, 1);
	return r;
}

struct range range_mod(const struct range *a, const struct range *b, u32 w)
{
	struct range r = remainder_bits(a, b, w);
	u64 d = b->umin;

	if (!b->umax || a->umax < d)
		return *a;
	r.umax = d ? MIN(a->umax, b->umax - 1) : a->umax;
	if (d == b->umax && a->umin / d == a->umax / d) {
		r.umin = a->umin % d;
		r.umax = a->umax % d;
	}
	return r;
}

/* Grows [min, max] by the quotients of a and all divisors from lo to hi, which have one
 * sign. Those next to zero make the quotients that are furthest from it. */
static void quotients(wide *min, wide *max, const struct range *a, s64 lo, s64 hi)
{
	bool up = lo > 0;
	s64 near = up ? lo : hi, far = up ? hi : lo;
	wide least = up ? a->smin : a->smax, most = up ? a->smax : a->smin;

	least /= (least < 0) == up ? near : far;
	most /= (most < 0) == up ? far : near;
	*min = MIN(*min, least);
	*max = MAX(*max, most);
}

struct range range_sdiv(const struct range *a, const struct range *b, u32 w)
{
	wide min = INT64_MAX, max = INT64_MIN;
	struct range r = range_any(w);

	if (a->smin >= 0 && b->smin >= 0)
		return range_div(a, b, w);
	if (b->smin <= 0 && b->smax >= 0)
		min = max = 0;
	if (b->smin < 0)
		quotients(&min, &max, a, b->smin, MIN(b->smax, -1));
	if (b->smax > 0)
		quotients(&min, &max, a, MAX(b->smin, 1), b->smax);
	range_trim_wide(&r, (uwide)min, (uwide)max, w);
	return r;
}

static u64 magnitude(s64 v) { return v < 0 ? -(u64)v : (u64)v; }

struct range range_smod(const struct range *a, const struct range *b, u32 w)
{
	u64 least = b->smin > 0 ? (u64)b->smin : b->smax < 0 ? -(u64)b->smax : 0;
	u64 most = MAX(magnitude(b->smin), magnitude(b->smax));
	struct range r = remainder_bits(a, b, w);
	wide min = MIN(a->smin, 0), max = MAX(a->smax, 0);

	if (MAX(magnitude(a->smin), magnitude(a->smax)) < least)
		return *a;
	if (least) {
		min = MAX(min, 1 - (wide)most);
		max = MIN(max, (wide)most - 1);
	}
	if (b->smin == b->smax && b->smin && (wide)a->smin / b->smin == (wide)a->smax / b->smin) {
		min = (wide)a->smin % b->smin;
		max = (wide)a->smax % b->smin;
	}
	range_trim_wide(&r, (uwide)min, (uwide)max, w);
	return r;
}

/* Each bit that is not known doubles the set. */
u64 range_amounts(const struct range *b, u32 w)
{
	u32 bits = w > 1 ? 64 - (u32)__builtin_clzll(w - 1) : 1;
	struct tnum t = tnum_low(b->bits, bits);
	u64 set = (u64)1 << t.value;

	for (u32 i = 0; i < bits; i++)
		if (t.mask >> i & 1)
			set |= set << (1u << i);
	if (b->umax <= ones(bits))
		set &= ones((u32)b->umax + 1) & ~ones((u32)b->umin);
	return set;
}

static struct range join(const struct range *a, const struct range *b)
{
	return (struct range){tnum_join(a->bits, b->bits), MIN(a->umin, b->umin),
			      MAX(a->umax, b->umax), MIN(a->smin, b->smin), MAX(a->smax, b->smax)};
}

static struct range shift(const struct range *a, u64 amounts, u32 w,
			  struct range (*one)(const struct range *, u32 n, u32 w))
{
	struct range r = one(a, (u32)__builtin_ctzll(amounts), w), next;

	while (amounts &= amounts - 1) {
		next = one(a, (u32)__builtin_ctzll(amounts), w);
		r = join(&r, &next);
	}
	return r;
}

static struct range lsh(const struct range *a, u32 n, u32 w)
{
	struct range r = of_bits(tnum_lsh(a->bits, n), w);

	if (n < w) {
		range_trim_wide(&r, (uwide)a->umin << n, (uwide)a->umax << n, w);
		range_trim_wide(&r, (uwide)a->smin << n, (uwide)a->smax << n, w);
	}
	return r;
}

static struct range rsh(const struct range *a, u32 n, u32 w)
{
	struct range r = of_bits(tnum_rsh(a->bits, n), w);

	r.umin = a->umin >> n;
	r.umax = a->umax >> n;
	return r;
}

static struct range arsh(const struct range *a, u32 n, u32 w)
{
	struct range r = of_bits(tnum_arsh(a->bits, n, w), w);

	r.smin = a->smin >> n;
	r.smax = a->smax >> n;
	return r;
}

struct range range_lsh(const struct range *a, u64 amounts, u32 w)
{
	return shift(a, amounts, w, lsh);
}

struct range range_rsh(const struct range *a, u64 amounts, u32 w)
{
	return shift(a, amounts, w, rsh);
}

struct range range_arsh(const struct range *a, u64 amounts, u32 w)
{
	return shift(a, amounts, w, arsh);
}
