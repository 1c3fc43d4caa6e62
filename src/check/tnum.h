/* SPDX-License-Identifier: BSD-2-Clause */
/* Known bits: which bits of a number are known, and what they are.
 *
 * A bit that is set in mask is not known, and 0 in value. Numbers have w bits,
 * 1 to 64; what is above them is 0. */
#ifndef CHECK_TNUM_H
#define CHECK_TNUM_H

#include "base/base.h"

struct tnum {
	u64 value, mask;
};

/* The numbers of w bits: all ones. */
static inline u64 ones(u32 w) { return w >= 64 ? ~(u64)0 : ((u64)1 << w) - 1; }

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

#endif
