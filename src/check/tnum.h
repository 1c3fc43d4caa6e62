/* SPDX-License-Identifier: BSD-2-Clause */
/* Known bits: which bits of a number are known, and what they are.
 *
 * A bit that is set in mask is not known, and 0 in value. Numbers have w bits,
 * 1 to 64; what is above them is 0. Operations whose low bits depend on low
 * bits only know no width: tnum_low cuts what they give. */
#ifndef CHECK_TNUM_H
#define CHECK_TNUM_H

#include "base/base.h"

struct tnum {
	u64 value, mask;
};

/* The numbers of w bits, 0 to 64: all ones; the highest bit. */
static inline u64 ones(u32 w) { return w >= 64 ? ~(u64)0 : ((u64)1 << w) - 1; }
static inline u64 top(u32 w) { return (u64)1 << (w - 1); }

static inline struct tnum tnum_const(u64 v) { return (struct tnum){v, 0}; }
static inline struct tnum tnum_any(u32 w) { return (struct tnum){0, ones(w)}; }
static inline bool tnum_is_const(struct tnum t) { return !t.mask; }
static inline u64 tnum_min(struct tnum t) { return t.value; }
static inline u64 tnum_max(struct tnum t) { return t.value | t.mask; }
/* The low w bits. */
static inline struct tnum tnum_low(struct tnum t, u32 w)
{
	return (struct tnum){t.value & ones(w), t.mask & ones(w)};
}
static inline bool tnum_has(struct tnum t, u64 v) { return (v & ~t.mask) == t.value; }
/* Every number of small is one of big. */
static inline bool tnum_within(struct tnum small, struct tnum big)
{
	return !(small.mask & ~big.mask) && tnum_has(big, small.value);
}

/* What all numbers from min to max have in common. */
struct tnum tnum_range(u64 min, u64 max);
/* The smallest that holds both. */
struct tnum tnum_join(struct tnum a, struct tnum b);
/* What is in both; false when nothing is. */
bool tnum_meet(struct tnum *a, struct tnum b);
/* The least number of t that is not below *x, the greatest that is not above;
 * false when there is none. */
bool tnum_up(struct tnum t, u64 *x);
bool tnum_down(struct tnum t, u64 *x);

struct tnum tnum_add(struct tnum a, struct tnum b);
struct tnum tnum_sub(struct tnum a, struct tnum b);
struct tnum tnum_mul(struct tnum a, struct tnum b);
struct tnum tnum_and(struct tnum a, struct tnum b);
struct tnum tnum_or(struct tnum a, struct tnum b);
struct tnum tnum_xor(struct tnum a, struct tnum b);
struct tnum tnum_lsh(struct tnum t, u32 n);
struct tnum tnum_rsh(struct tnum t, u32 n);
struct tnum tnum_arsh(struct tnum t, u32 n, u32 w);
/* The sign of the low `from` bits above them, up to w. */
struct tnum tnum_sext(struct tnum t, u32 from, u32 w);
/* The low n bytes (of `bits` bits each) the other way round, nothing above. */
struct tnum tnum_swap(struct tnum t, u32 n, u32 bits);

#endif
