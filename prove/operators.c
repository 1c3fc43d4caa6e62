/* SPDX-License-Identifier: BSD-2-Clause */
/* What `make prove` proves of the verifier's operators: each function returns false
 * when an operator would lose a number. smt.awk makes a question of each.
 *
 * The code is the one that is shipped, but for what is proved by itself: in arithmetic, a
 * range is not trimmed by an arc; it is claimed that the result lies on it (trim_*, bias_*
 * and wide_* then say that trimming keeps it), and the bits of a product are any that have
 * it (tnum_mul_*). What repeats itself is proved of one turn: tnum_mul by its bits, a shift
 * by one of its amounts with the join of two, closing (scalar_sync) by each of its steps. */
#pragma clang attribute push(__attribute__((always_inline)), apply_to = function)
#include "check/tnum.c"

#include "check/range.c"
#define range_trim      claim_on
#define range_trim_wide claim_between
static u64 result;
static uwide exact, exact_signed; /* both are result, in w bits: *_same_* */
static bool claims;
static struct tnum product;

static bool claim_on(struct range *r, struct arc a, u32 h, u32 w)
{
	(void)r, (void)w;
	claims &= on(a, result, h);
	return true;
}

/* In the order of numbers without a sign, or with one: prove_wide_* takes either. */
static bool between(uwide x, uwide lo, uwide hi)
{
	return (lo <= x && x <= hi) || ((wide)lo <= (wide)x && (wide)x <= (wide)hi);
}

static bool claim_between(struct range *r, uwide lo, uwide hi, u32 w)
{
	(void)r, (void)w;
	claims &= between(exact, lo, hi) || between(exact_signed, lo, hi);
	return true;
}
static struct tnum some_product(struct tnum a, struct tnum b)
{
	(void)a, (void)b;
	return product;
}
#define tnum_mul some_product
#include "check/range_alu.c"
#undef tnum_mul
#undef range_trim
#undef range_trim_wide
#include "check/scalar.c"
#include "check/scalar_branch.c"
#pragma clang attribute pop

#define BITS(t) u64 t##_value, u64 t##_mask
#define A_TNUM(t) \
	(struct tnum) { t##_value, t##_mask }
/* A tnum has no bit that is both known and not. */
#define IS(t, v, w) \
	(!(t##_value & t##_mask) && tnum_has(A_TNUM(t), v) && !((t##_value | t##_mask) & ~ones(w)))

#define TNUM(op, w, x_op_y)                                                   \
	bool prove_tnum_##op##_##w(BITS(a), BITS(b), u64 x, u64 y)            \
	{                                                                     \
		if (!IS(a, x, w) || !IS(b, y, w))                             \
			return true;                                          \
		struct tnum r = tnum_low(tnum_##op(A_TNUM(a), A_TNUM(b)), w); \
		return tnum_has(r, (x_op_y)&ones(w)) && !(r.value & r.mask);  \
	}
TNUM(add, 64, x + y)
TNUM(sub, 64, x - y)
TNUM(and, 64, x &y)
TNUM(or, 64, x | y)
TNUM(xor, 64, x ^ y)
TNUM(join, 64, x)

/* A turn of tnum_mul keeps sum + x * y as it is, by x y = (x & 1) y + (x >> 1) (y << 1):
 * the sum is 0 at first, and all at the end, when x is 0. */
bool prove_tnum_mul_turn_64(BITS(a), BITS(b), BITS(s), u64 x, u64 y, u64 sum)
{
	struct tnum a = tnum_rsh(A_TNUM(a), 1), b = tnum_lsh(A_TNUM(b), 1);
	struct tnum s = add_bit(A_TNUM(s), A_TNUM(a), A_TNUM(b));

	if (!IS(a, x, 64) || !IS(b, y, 64) || !IS(s, sum, 64))
		return true;
	return tnum_has(s, sum + (x & 1 ? y : 0)) && !(s.value & s.mask) && tnum_has(a, x >> 1) &&
	       tnum_has(b, y << 1);
}

bool prove_tnum_mul_end_64(BITS(a), u64 x) { return !IS(a, x, 64) || tnum_max(A_TNUM(a)) || !x; }

bool prove_tnum_meet_64(BITS(a), BITS(b), u64 x)
{
	struct tnum r = A_TNUM(a);

	if (!IS(a, x, 64) || !IS(b, x, 64))
		return true;
	return tnum_meet(&r, A_TNUM(b)) && tnum_has(r, x) && !(r.value & r.mask);
}

bool prove_tnum_range_64(u64 min, u64 max, u64 x)
{
	return x < min || x > max || tnum_has(tnum_range(min, max), x);
}

/* No number of t lies between. */
bool prove_tnum_up_64(BITS(t), u64 x, u64 v)
{
	u64 to = x;

	return !IS(t, v, 64) || v < x || (tnum_up(A_TNUM(t), &to) && x <= to && to <= v);
}

bool prove_tnum_down_64(BITS(t), u64 x, u64 v)
{
	u64 to = x;

	return !IS(t, v, 64) || v > x || (tnum_down(A_TNUM(t), &to) && x >= to && to >= v);
}

#define SHIFT(op, w, x_op_n)                                                             \
	bool prove_tnum_##op##_##w(BITS(a), u64 x, u32 n)                                \
	{                                                                                \
		if (!IS(a, x, w) || n >= w)                                              \
			return true;                                                     \
		return tnum_has(tnum_low(tnum_##op(A_TNUM(a), n), w), (x_op_n)&ones(w)); \
	}
SHIFT(lsh, 64, x << n)
SHIFT(rsh, 64, x >> n)

bool prove_tnum_arsh_64(BITS(a), u64 x, u32 n)
{
	return !IS(a, x, 64) || n > 63 || tnum_has(tnum_arsh(A_TNUM(a), n, 64), (u64)((s64)x >> n));
}

bool prove_tnum_arsh_32(BITS(a), u64 x, u32 n)
{
	return !IS(a, x, 32) || n > 31 ||
	       tnum_has(tnum_arsh(A_TNUM(a), n, 32), (u32)((s32)(u32)x >> n));
}

bool prove_tnum_sext_64(BITS(a), u64 x, u32 n)
{
	if (!IS(a, x, 64) || n < 1 || n > 64)
		return true;
	return tnum_has(tnum_sext(A_TNUM(a), n, 64), (u64)signed_of(x, n));
}

#define SWAP(n, x_swapped)                                                               \
	bool prove_tnum_swap##n##_64(BITS(a), u64 x)                                     \
	{                                                                                \
		return !IS(a, x, 64) || tnum_has(tnum_swap(A_TNUM(a), n, 8), x_swapped); \
	}
SWAP(2, __builtin_bswap16((u16)x))
SWAP(4, __builtin_bswap32((u32)x))
SWAP(8, __builtin_bswap64(x))

/* ---- ranges ---- */

#define RANGE(r) BITS(r), u64 r##_umin, u64 r##_umax, s64 r##_smin, s64 r##_smax
#define A_RANGE(r)                                                \
	{                                                         \
		A_TNUM(r), r##_umin, r##_umax, r##_smin, r##_smax \
	}
/* v has w bits and lies in the bounds of r; has its bits, too. */
#define LIES(r, v, w)                                                                              \
	(range_has(&(struct range){tnum_any(64), r##_umin, r##_umax, r##_smin, r##_smax}, v, w) && \
	 !((v) & ~ones(w)) && r##_umax <= ones(w) && r##_smin >= -(s64)top(w) &&                   \
	 r##_smax <= (s64)(top(w) - 1))
#define HAS(r, v, w) (IS(r, v, w) && LIES(r, v, w))

#define TRIM(h, w)                                                                                \
	bool prove_trim_##h##_##w(u64 min, u64 max, u64 from, u64 to, u64 x)                      \
	{                                                                                         \
		struct arc a = {from & ones(h), to & ones(h)};                                    \
		if (x > ones(w) || x < min || x > max || max > ones(w) || !on(a, x & ones(h), h)) \
			return true;                                                              \
		return trim(&min, &max, a, h, w) && min <= x && x <= max;                         \
	}
TRIM(64, 64)
TRIM(32, 64)
TRIM(32, 32)
TRIM(16, 64)
TRIM(8, 64)

/* Signed order is that of the biased numbers, there and back. */
#define BIAS(w)                                                                        \
	bool prove_bias_##w(u64 x, u64 y, u64 from, u64 to)                            \
	{                                                                              \
		s64 sx = signed_of(x & ones(w), w), sy = signed_of(y & ones(w), w);    \
		struct arc a = {from & ones(w), to & ones(w)};                         \
		struct arc turned = {a.from ^ top(w), a.to ^ top(w)};                  \
		return (sx < sy) == (biased(sx, w) < biased(sy, w)) &&                 \
		       unbiased(biased(sx, w), w) == sx && biased(sx, w) <= ones(w) && \
		       on(a, x & ones(w), w) == on(turned, biased(sx, w), w) &&        \
		       (biased(sx, w) & ones(w / 2)) == (x & ones(w / 2));             \
	}
BIAS(64)
BIAS(32)

/* The low w bits of what lies from lo to hi lie on the arc of their low bits. */
#define WIDE(w)                                                                                 \
	bool prove_wide_##w(uwide lo, uwide hi, uwide x)                                        \
	{                                                                                       \
		struct arc a = {(u64)lo & ones(w), (u64)hi & ones(w)};                          \
		return hi - lo >= ones(w) || !between(x, lo, hi) || on(a, (u64)x & ones(w), w); \
	}
WIDE(64)
WIDE(32)

/* Where the low h bits of what lies on an arc of w bits lie. */
#define LOW(h, w)                                                                  \
	bool prove_low_##h##_##w(u64 from, u64 to, u64 x)                          \
	{                                                                          \
		struct arc a = {from & ones(w), to & ones(w)};                     \
		return !on(a, x & ones(w), w) || on(low(a, h, w), x & ones(h), h); \
	}
LOW(32, 64)
LOW(16, 64)
LOW(8, 64)
LOW(32, 32)
LOW(16, 32)
LOW(8, 32)

/* What a bound in 64 bits and one in both words leave. */
bool prove_arcs_64(RANGE(r), u64 x)
{
	struct range r = A_RANGE(r);

	return !HAS(r, x, 64) || (on(range_unsigned(&r), x, 64) && on(range_signed(&r, 64), x, 64));
}

bool prove_arcs_32(RANGE(r), u64 x)
{
	struct range r = A_RANGE(r);

	return !HAS(r, x, 32) || (on(range_unsigned(&r), x, 32) && on(range_signed(&r, 32), x, 32));
}

/* What is claimed of a result, each by itself: a solver is done with one where it is not
 * with all. */
static bool in_bits(const struct range *r, u64 v, u32 w)
{
	struct tnum t = r->bits;

	return tnum_has(t, v) && !(t.value & t.mask) && !(tnum_max(t) & ~ones(w));
}

static bool in_unsigned(const struct range *r, u64 v, u32 w)
{
	return r->umin <= v && v <= r->umax && r->umax <= ones(w);
}

static bool in_signed(const struct range *r, u64 v, u32 w)
{
	return r->smin <= signed_of(v, w) && signed_of(v, w) <= r->smax &&
	       r->smin >= -(s64)top(w) && r->smax <= (s64)(top(w) - 1);
}

/* Arcs are looked at where they are claimed. */
enum {
	ARCS_arcs = true,
	ARCS_same = false,
	ARCS_bits = false,
	ARCS_unsigned = false,
	ARCS_signed = false
};

/* a OP b, which unsigned is `is`, before it is cut, and signed `is_signed`, must lie in r,
 * the range that the operator makes. */
#define CLAIM(part, w, is, is_signed, made, claim) \
	claims = ARCS_##part;                      \
	exact = is;                                \
	exact_signed = (uwide)(is_signed);         \
	result = (u64)exact & ones(w);             \
	struct range r = made;                     \
	(void)r;                                   \
	return claim;
#define ALU_PART(op, w, is, is_signed, HAS, part, claim)                    \
	bool prove_##op##_##part##_##w(RANGE(a), RANGE(b), u64 x, u64 y)    \
	{                                                                   \
		const struct range a = A_RANGE(a), b = A_RANGE(b);          \
		wide sx = signed_of(x, w), sy = signed_of(y, w);            \
		uwide ux = x, uy = y;                                       \
		(void)sx, (void)sy, (void)ux, (void)uy;                     \
		if (!HAS(a, x, w) || !HAS(b, y, w))                         \
			return true;                                        \
		CLAIM(part, w, is, is_signed, range_##op(&a, &b, w), claim) \
	}
#define SAME(w) (!((u64)(exact ^ exact_signed) & ones(w)))
#define BOUNDS(op, w, is, is_signed)                                               \
	ALU_PART(op, w, is, is_signed, LIES, arcs, claims)                         \
	ALU_PART(op, w, is, is_signed, LIES, same, SAME(w))                        \
	ALU_PART(op, w, is, is_signed, LIES, unsigned, in_unsigned(&r, result, w)) \
	ALU_PART(op, w, is, is_signed, LIES, signed, in_signed(&r, result, w))
#define ALU(op, w, is, is_signed)    \
	BOUNDS(op, w, is, is_signed) \
	ALU_PART(op, w, is, is_signed, HAS, bits, in_bits(&r, result, w))
#define ALUS(op, is, is_signed)    \
	ALU(op, 64, is, is_signed) \
	ALU(op, 32, is, is_signed)
ALUS(add, ux + uy, sx + sy)
ALUS(sub, ux - uy, sx - sy)
ALUS(and, x &y, exact)
ALUS(or, x | y, exact)
ALUS(xor, x ^ y, exact)
ALUS(div, y ? x / y : 0, exact)
ALUS(mod, y ? x % y : x, exact)
ALUS(sdiv, (uwide)(y ? sx / sy : 0), exact)
ALUS(smod, (uwide)(y ? sx % sy : sx), exact)

/* Any bits that have x * y do. */
#define MUL(w)                                                                       \
	BOUNDS(mul, w, ux *uy, sx *sy)                                               \
	bool prove_mul_bits_##w(RANGE(a), RANGE(b), BITS(of), u64 x, u64 y, u64 xy)  \
	{                                                                            \
		const struct range a = A_RANGE(a), b = A_RANGE(b);                   \
		if (!HAS(a, x, w) || !HAS(b, y, w) || !IS(of, xy, 64))               \
			return true;                                                 \
		product = A_TNUM(of);                                                \
		CLAIM(bits, w, xy, xy, range_mul(&a, &b, w), in_bits(&r, result, w)) \
	}
MUL(64)
MUL(32)

/* By less than `limit`: the low half of what is shifted left by up to 63 is made at 32 bits. */
#define MOVE_PART(op, w, limit, is, is_signed, HAS, part, claim)   \
	bool prove_##op##_##part##_##w(RANGE(a), u64 x, u32 n)     \
	{                                                          \
		const struct range a = A_RANGE(a);                 \
		wide sx = signed_of(x, w);                         \
		(void)sx;                                          \
		if (!HAS(a, x, w) || n >= limit)                   \
			return true;                               \
		CLAIM(part, w, is, is_signed, op(&a, n, w), claim) \
	}
#define MOVE(op, w, limit, is, is_signed)                                                  \
	MOVE_PART(op, w, limit, is, is_signed, LIES, arcs, claims)                         \
	MOVE_PART(op, w, limit, is, is_signed, LIES, same, SAME(w))                        \
	MOVE_PART(op, w, limit, is, is_signed, HAS, bits, in_bits(&r, result, w))          \
	MOVE_PART(op, w, limit, is, is_signed, LIES, unsigned, in_unsigned(&r, result, w)) \
	MOVE_PART(op, w, limit, is, is_signed, LIES, signed, in_signed(&r, result, w))
MOVE(lsh, 64, 64, (uwide)x << n, (uwide)sx << n)
MOVE(lsh, 32, 64, (uwide)x << n, (uwide)sx << n)
MOVE(rsh, 64, 64, x >> n, exact)
MOVE(rsh, 32, 32, x >> n, exact)
MOVE(arsh, 64, 64, (uwide)(sx >> n), exact)
MOVE(arsh, 32, 32, (uwide)(sx >> n), exact)

/* What lsh_far says: the upper half does not count. */
bool prove_lsh_far_64(u64 x, u32 n)
{
	return n < 32 || n > 63 ||
	       (x << n == (u64)(u32)x << n && x << n == (u64)signed_of(x, 32) << n);
}

/* The amounts of a shift have the one that y means. */
#define AMOUNTS(w)                                                                 \
	bool prove_amounts_##w(RANGE(a), u64 y)                                    \
	{                                                                          \
		const struct range a = A_RANGE(a);                                 \
		return !HAS(a, y, w) || range_amounts(&a, w) >> (y & (w - 1)) & 1; \
	}
AMOUNTS(64)
AMOUNTS(32)

#define JOIN(part, w, claim)                                           \
	bool prove_join_##part##_##w(RANGE(a), RANGE(b), u64 x, u64 y) \
	{                                                              \
		const struct range a = A_RANGE(a), b = A_RANGE(b);     \
		if (!HAS(a, x, w) || !HAS(b, y, w))                    \
			return true;                                   \
		struct range r = join(&a, &b), q = join(&b, &a);       \
		return claim;                                          \
	}
#define JOINS(w)                                                          \
	JOIN(bits, w, in_bits(&r, x, w) && in_bits(&q, x, w))             \
	JOIN(unsigned, w, in_unsigned(&r, x, w) && in_unsigned(&q, x, w)) \
	JOIN(signed, w, in_signed(&r, x, w) && in_signed(&q, x, w))
JOINS(64)
JOINS(32)

/* bits_step: bits narrow unsigned bounds, and signed ones as biased bits do (bias_*); the
 * bits that a range has in common (tnum_range_64) are met (tnum_meet_64). */
bool prove_step_bound_64(BITS(t), u64 min, u64 max, u64 x)
{
	return !IS(t, x, 64) || x < min || x > max ||
	       (bits_bound(A_TNUM(t), &min, &max) && min <= x && x <= max);
}

#define STEP_BIAS(w)                                                                       \
	bool prove_step_bias_##w(BITS(t), u64 x)                                           \
	{                                                                                  \
		struct tnum r = biased_bits(A_TNUM(t), w);                                 \
		return !IS(t, x, w) || (tnum_has(r, biased(signed_of(x, w), w)) &&         \
					!(r.value & r.mask) && !(tnum_max(r) & ~ones(w))); \
	}
STEP_BIAS(64)
STEP_BIAS(32)

/* The bits of the low half. */
bool prove_step_half_64(RANGE(r), BITS(h), u64 x)
{
	struct range r = A_RANGE(r);
	const struct range h = {.bits = A_TNUM(h)};

	if (!HAS(r, x, 64) || !IS(h, x & ones(32), 32))
		return true;
	return take_bits(&r, &h) && in_bits(&r, x, 64);
}

/* ---- branches ---- */

/* Each side by itself: what holds is not ruled out, and what is left has it. */
#define REL_PART(rel, name, w, a_rel_b, part, claim)                       \
	bool prove_##name##_##part##_##w(RANGE(a), RANGE(b), u64 x, u64 y) \
	{                                                                  \
		struct range a = A_RANGE(a), b = A_RANGE(b);               \
		s64 sx = signed_of(x, w), sy = signed_of(y, w);            \
		(void)sx, (void)sy;                                        \
		if (!HAS(a, x, w) || !HAS(b, y, w) || !(a_rel_b))          \
			return true;                                       \
		bool left = narrow(rel, &a, &b);                           \
		return claim;                                              \
	}
#define REL(rel, name, w, a_rel_b)                                                         \
	bool prove_##name##_not_##w(RANGE(a), RANGE(b), u64 x, u64 y)                      \
	{                                                                                  \
		struct range a = A_RANGE(a), b = A_RANGE(b);                               \
		s64 sx = signed_of(x, w), sy = signed_of(y, w);                            \
		(void)sx, (void)sy;                                                        \
		return !HAS(a, x, w) || !HAS(b, y, w) || (a_rel_b) || !holds(rel, &a, &b); \
	}                                                                                  \
	REL_PART(rel, name, w, a_rel_b, left, left)                                        \
	REL_PART(rel, name, w, a_rel_b, first, range_has(&a, x, w))                        \
	REL_PART(rel, name, w, a_rel_b, second, range_has(&b, y, w))
#define RELS(rel, name, a_rel_b)    \
	REL(rel, name, 64, a_rel_b) \
	REL(rel, name, 32, a_rel_b)
RELS(EQ, eq, x == y)
RELS(NE, ne, x != y)
RELS(LT, lt, x < y)
RELS(LE, le, x <= y)
RELS(SLT, slt, sx < sy)
RELS(SLE, sle, sx <= sy)
RELS(SET, set, x &y)
RELS(CLEAR, clear, !(x & y))
