/* SPDX-License-Identifier: BSD-2-Clause */
/* What a comparison of two scalars tells of them. */
#include "check/halves.h"

/* Of two that follow each other, one is true when the other is not; of the
 * orders, with a and b the other way round. */
enum rel { EQ, NE, LT, LE, SLT, SLE, SET, CLEAR };

struct test {
	u8 rel;
	bool turn; /* b and a instead of a and b */
};

enum jump {
#define EB(...)
#define EB_JMP(name, ...) JUMP_##name,
#include "isa/ebpf.def"
	JUMP_COUNT
};
_Static_assert(EB_JSLE_64_X == EB_JEQ_32_K + 4 * JUMP_COUNT - 1, "four rows a family");

static const struct test tests[JUMP_COUNT] = {
	[JUMP_JEQ] = {EQ, false},   [JUMP_JGT] = {LT, true},    [JUMP_JGE] = {LE, true},
	[JUMP_JSET] = {SET, false}, [JUMP_JNE] = {NE, false},   [JUMP_JSGT] = {SLT, true},
	[JUMP_JSGE] = {SLE, true},  [JUMP_JLT] = {LT, false},   [JUMP_JLE] = {LE, false},
	[JUMP_JSLT] = {SLT, false}, [JUMP_JSLE] = {SLE, false},
};

static struct test test_of(enum eb_op op, bool taken)
{
	struct test t = tests[(op - EB_JEQ_32_K) / 4];

	if (taken)
		return t;
	return (struct test){t.rel ^ 1, t.turn ^ (t.rel >= LT && t.rel <= SLE)};
}

static bool apart(const struct range *a, const struct range *b)
{
	struct range both = *a;

	return !range_meet(&both, b);
}

/* Every bit that a may have, b has. */
static bool covers(const struct range *b, const struct range *a)
{
	return !(tnum_max(a->bits) & ~b->bits.value);
}

static bool holds(enum rel rel, const struct range *a, const struct range *b)
{
	switch (rel) {
	case EQ:
		return a->umin == a->umax && b->umin == b->umax && a->umin == b->umin;
	case NE:
		return apart(a, b);
	case LT:
		return a->umax < b->umin;
	case LE:
		return a->umax <= b->umin;
	case SLT:
		return a->smax < b->smin;
	case SLE:
		return a->smax <= b->smin;
	case SET:
		return a->bits.value & b->bits.value || (a->umin && covers(b, a)) ||
		       (b->umin && covers(a, b));
	case CLEAR:
		return !(tnum_max(a->bits) & tnum_max(b->bits));
	}
	return false;
}

static bool surely(struct test t, const struct scalar *a, const struct scalar *b, bool is64)
{
	struct range ah = scalar_half(t.turn ? b : a), bh = scalar_half(t.turn ? a : b);
	struct range aw = scalar_whole(t.turn ? b : a), bw = scalar_whole(t.turn ? a : b);

	if (!is64)
		return holds(t.rel, &ah, &bh);
	return holds(t.rel, &aw, &bw) || (t.rel == NE && holds(NE, &ah, &bh));
}

/* a is not the one number that b is. */
static bool except(struct range *a, const struct range *b)
{
	if (b->umin != b->umax || b->smin != b->smax)
		return true;
	if (a->umin == a->umax)
		return a->umin != b->umin;
	a->umin += a->umin == b->umin;
	a->umax -= a->umax == b->umin;
	a->smin += a->smin == b->smin;
	a->smax -= a->smax == b->smin;
	return true;
}

/* gap: 1 when they cannot be equal. */
static bool below(struct range *a, struct range *b, u32 gap)
{
	if (b->umax < gap || a->umin > ~(u64)0 - gap)
		return false;
	a->umax = MIN(a->umax, b->umax - gap);
	b->umin = MAX(b->umin, a->umin + gap);
	return a->umin <= a->umax && b->umin <= b->umax;
}

static bool signed_below(struct range *a, struct range *b, s32 gap)
{
	if (b->smax < INT64_MIN + gap || a->smin > INT64_MAX - gap)
		return false;
	a->smax = MIN(a->smax, b->smax - gap);
	b->smin = MAX(b->smin, a->smin + gap);
	return a->smin <= a->smax && b->smin <= b->smax;
}

static bool one_bit(u64 v) { return v && !(v & (v - 1)); }

/* A bit is set in both: if it can be only one, that one. */
static bool shared(struct range *a, struct range *b)
{
	u64 may = tnum_max(a->bits) & tnum_max(b->bits);

	if (one_bit(may))
		return range_bits(a, (struct tnum){may, ~may}) &&
		       range_bits(b, (struct tnum){may, ~may});
	if (covers(b, a))
		a->umin = MAX(a->umin, 1);
	if (covers(a, b))
		b->umin = MAX(b->umin, 1);
	return may;
}

static bool disjoint(struct range *a, struct range *b)
{
	u64 in_a = a->bits.value, in_b = b->bits.value;

	return range_bits(a, (struct tnum){0, ~in_b}) && range_bits(b, (struct tnum){0, ~in_a});
}

static bool narrow(enum rel rel, struct range *a, struct range *b)
{
	switch (rel) {
	case EQ:
		if (!range_meet(a, b))
			return false;
		*b = *a;
		return true;
	case NE:
		return except(a, b) && except(b, a);
	case LT:
	case LE:
		return below(a, b, rel == LT);
	case SLT:
	case SLE:
		return signed_below(a, b, rel == SLT);
	case SET:
		return shared(a, b);
	case CLEAR:
		return disjoint(a, b);
	}
	return true;
}

static bool put_half(struct scalar *s, const struct range *h)
{
	struct range w = scalar_whole(s);
	bool some = range_bits(&w, (struct tnum){h->bits.value, h->bits.mask | ~ones(H)});

	*s = scalar_of(&w, h);
	return some && scalar_sync(s);
}

static bool put_whole(struct scalar *s, const struct range *w)
{
	struct range h = scalar_half(s);

	*s = scalar_of(w, &h);
	return scalar_sync(s);
}

bool scalar_refine(struct scalar *a, struct scalar *b, enum eb_op op, bool taken, bool is64)
{
	struct test t = test_of(op, taken);
	struct scalar *l = t.turn ? b : a, *r = t.turn ? a : b;

	if (!is64) {
		struct range lh = scalar_half(l), rh = scalar_half(r);
		return narrow(t.rel, &lh, &rh) && put_half(l, &lh) && put_half(r, &rh);
	}
	if (t.rel == EQ) {
		bool some = scalar_meet(l, r);
		*r = *l;
		return some;
	}
	struct range lw = scalar_whole(l), rw = scalar_whole(r);
	return narrow(t.rel, &lw, &rw) && put_whole(l, &lw) && put_whole(r, &rw);
}

static bool dead(const struct scalar *a, const struct scalar *b, enum eb_op op, bool taken,
		 bool is64)
{
	struct scalar x = *a, y = *b;

	return !scalar_refine(&x, &y, op, taken, is64);
}

/* A number and itself: only whether it has a bit may be open. */
static int same(const struct scalar *a, enum eb_op op, bool is64)
{
	const struct scalar zero = scalar_const(0);
	struct test t = test_of(op, true);

	if (t.rel == SET)
		return scalar_branch(a, &zero, EB_JNE_64_X, is64);
	return t.rel == EQ || t.rel == LE || t.rel == SLE;
}

int scalar_branch(const struct scalar *a, const struct scalar *b, enum eb_op op, bool is64)
{
	if (a == b)
		return same(a, op, is64);
	if (surely(test_of(op, true), a, b, is64) || dead(a, b, op, false, is64))
		return 1;
	if (surely(test_of(op, false), a, b, is64) || dead(a, b, op, true, is64))
		return 0;
	return -1;
}
