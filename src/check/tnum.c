/* SPDX-License-Identifier: BSD-2-Clause */
/* Operations on known bits. Those on sums are of Vishwanathan, Shachnai,
 * Narayana, Nagarakatte, "Sound, Precise, and Fast Abstract Interpretation with
 * Tristate Numbers", CGO 2022. */
#include "check/tnum.h"

static struct tnum make(u64 value, u64 mask) { return (struct tnum){value & ~mask, mask}; }

/* All ones from the highest set bit down. */
static u64 fill(u64 x) { return x ? ~(u64)0 >> __builtin_clzll(x) : 0; }

struct tnum tnum_range(u64 min, u64 max) { return make(min, fill(min ^ max)); }

struct tnum tnum_join(struct tnum a, struct tnum b)
{
	return make(a.value, a.mask | b.mask | (a.value ^ b.value));
}

bool tnum_meet(struct tnum *a, struct tnum b)
{
	bool both = !((a->value ^ b.value) & ~a->mask & ~b.mask);

	*a = make(a->value | b.value, a->mask & b.mask);
	return both;
}

/* Above the highest known bit that x has wrong, x may stay as it is, unless x
 * has a 1 where a 0 must be: then the unknown bits above it count one up. */
bool tnum_up(struct tnum t, u64 *x)
{
	u64 wrong = (*x ^ t.value) & ~t.mask, below = fill(wrong), bit;

	if (wrong & *x & (below ^ below >> 1)) {
		bit = t.mask & ~*x & ~below;
		if (!bit)
			return false;
		bit &= -bit;
		below = bit - 1;
		*x |= bit;
	}
	*x = (*x & ~below) | (t.value & below);
	return true;
}

bool tnum_down(struct tnum t, u64 *x)
{
	u64 not = ~*x;
	bool is = tnum_up((struct tnum){~(t.value | t.mask), t.mask}, &not );

	*x = ~not ;
	return is;
}

struct tnum tnum_add(struct tnum a, struct tnum b)
{
	u64 least = a.value + b.value, carried = least + (a.mask + b.mask);

	return make(least, (carried ^ least) | a.mask | b.mask);
}

struct tnum tnum_sub(struct tnum a, struct tnum b)
{
	u64 diff = a.value - b.value;

	return make(diff, ((diff + a.mask) ^ (diff - b.mask)) | a.mask | b.mask);
}

/* The sum, with b as often as the lowest bit of a says. Nandakumar Edamana, 2025: where
 * it is not known, the sum with b and the one without are joined. */
static struct tnum add_bit(struct tnum sum, struct tnum a, struct tnum b)
{
	struct tnum with = tnum_add(sum, b);

	if (a.value & 1)
		return with;
	return a.mask & 1 ? tnum_join(sum, with) : sum;
}

struct tnum tnum_mul(struct tnum a, struct tnum b)
{
	struct tnum sum = tnum_const(0);

	for (; tnum_max(a); a = tnum_rsh(a, 1), b = tnum_lsh(b, 1))
		sum = add_bit(sum, a, b);
	return sum;
}

struct tnum tnum_and(struct tnum a, struct tnum b)
{
	u64 value = a.value & b.value;

	return (struct tnum){value, (tnum_max(a) & tnum_max(b)) ^ value};
}

struct tnum tnum_or(struct tnum a, struct tnum b)
{
	u64 value = a.value | b.value;

	return (struct tnum){value, (a.mask | b.mask) & ~value};
}

struct tnum tnum_xor(struct tnum a, struct tnum b)
{
	return make(a.value ^ b.value, a.mask | b.mask);
}

struct tnum tnum_lsh(struct tnum t, u32 n) { return (struct tnum){t.value << n, t.mask << n}; }
struct tnum tnum_rsh(struct tnum t, u32 n) { return (struct tnum){t.value >> n, t.mask >> n}; }

static u64 sign(u64 v, u32 from, u32 w) { return v & top(from) ? v | (ones(w) & ~ones(from)) : v; }

struct tnum tnum_sext(struct tnum t, u32 from, u32 w)
{
	t = tnum_low(t, from);
	return (struct tnum){sign(t.value, from, w), sign(t.mask, from, w)};
}

struct tnum tnum_arsh(struct tnum t, u32 n, u32 w)
{
	t = tnum_sext(t, w, 64);
	return tnum_low((struct tnum){(u64)((s64)t.value >> n), (u64)((s64)t.mask >> n)}, w);
}

static u64 swap(u64 v, u32 n, u32 bits)
{
	u64 to = 0;

	for (u32 i = 0; i < n; i++)
		to |= (v >> i * bits & ones(bits)) << (n - 1 - i) * bits;
	return to;
}

struct tnum tnum_swap(struct tnum t, u32 n, u32 bits)
{
	return (struct tnum){swap(t.value, n, bits), swap(t.mask, n, bits)};
}
