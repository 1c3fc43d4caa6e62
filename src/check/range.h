/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of a number of w bits: known bits, unsigned and signed bounds.
 *
 * An arc goes round the circle of the 2^w numbers, from `from` upwards to `to`,
 * which may lie below it. Bounds are two arcs that begin and end at 0 or at
 * the smallest signed number; what an operation gives is often another one,
 * and each pair of bounds is trimmed by it. Unsigned numbers are below 2^w,
 * signed ones are sign-extended. */
#ifndef CHECK_RANGE_H
#define CHECK_RANGE_H

#include "check/tnum.h"

struct range {
	struct tnum bits;
	u64 umin, umax;
	s64 smin, smax;
};

struct arc {
	u64 from, to;
};

/* Sums and products as they are before they are cut to w bits. */
typedef __int128 wide;
typedef unsigned __int128 uwide;

/* The number that the low w bits are when they have a sign. */
static inline s64 signed_of(u64 v, u32 w) { return (s64)(v << (64 - w)) >> (64 - w); }

struct range range_any(u32 w);
bool range_has(const struct range *r, u64 v, u32 w);
/* Leaves those numbers of r whose low h bits lie on the arc. This and what
 * follows: false when none is left, and r is spoilt. */
bool range_trim(struct range *r, struct arc a, u32 h, u32 w);
/* Those that are the low w bits of a number from lo upwards to hi. */
bool range_trim_wide(struct range *r, uwide lo, uwide hi, u32 w);
/* Only numbers with these bits. */
bool range_bits(struct range *r, struct tnum t);
/* One round in which bits and bounds narrow each other. */
bool range_step(struct range *r, u32 w);
struct arc range_unsigned(const struct range *r);
struct arc range_signed(const struct range *r, u32 w);

/* a OP b, with numbers of w bits. What comes is not closed. */
struct range range_add(const struct range *a, const struct range *b, u32 w);
struct range range_sub(const struct range *a, const struct range *b, u32 w);
struct range range_mul(const struct range *a, const struct range *b, u32 w);
struct range range_and(const struct range *a, const struct range *b, u32 w);
struct range range_or(const struct range *a, const struct range *b, u32 w);
struct range range_xor(const struct range *a, const struct range *b, u32 w);
/* Division by zero gives 0, modulo by zero a; the smallest number by -1 wraps. */
struct range range_div(const struct range *a, const struct range *b, u32 w);
struct range range_mod(const struct range *a, const struct range *b, u32 w);
struct range range_sdiv(const struct range *a, const struct range *b, u32 w);
struct range range_smod(const struct range *a, const struct range *b, u32 w);

/* Shifts by one of some amounts: bit n of the set is set when it may be n.
 * range_amounts: those that b may mean as the amount of a shift of w bits. */
u64 range_amounts(const struct range *b, u32 w);
struct range range_lsh(const struct range *a, u64 amounts, u32 w);
struct range range_rsh(const struct range *a, u64 amounts, u32 w);
struct range range_arsh(const struct range *a, u64 amounts, u32 w);

#endif
