/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of a number in a register: the value domain of the verifier.
 *
 * A scalar stands for the numbers that fit all of its parts at once: the known
 * bits, the signed and unsigned bounds of all 64 bits, and those of the low 32.
 * Every function takes and leaves scalars that are closed (scalar_sync) and
 * stand for one number at least. Sound: what the machine computes from numbers
 * of its arguments is always one of the result's. */
#ifndef CHECK_SCALAR_H
#define CHECK_SCALAR_H

#include "check/tnum.h"
#include "isa/isa.h"

struct scalar {
	struct tnum bits;
	s64 smin, smax;
	u64 umin, umax;
	s32 smin32, smax32;
	u32 umin32, umax32;
};

struct scalar scalar_any(void);
struct scalar scalar_const(u64 v);
/* All numbers from umin to umax; umin <= umax. */
struct scalar scalar_between(u64 umin, u64 umax);
/* The same, signed: -4095 to 0. */
struct scalar scalar_between_signed(s64 smin, s64 smax);
static inline bool scalar_is_const(const struct scalar *s) { return !s->bits.mask; }
static inline bool scalar_is_const32(const struct scalar *s) { return !(u32)s->bits.mask; }
bool scalar_has(const struct scalar *s, u64 v);
/* Every number of small is one of big, by each part of it. */
bool scalar_within(const struct scalar *small, const struct scalar *big);
static inline bool scalar_equal(const struct scalar *a, const struct scalar *b)
{
	return !memcmp(a, b, sizeof(*a));
}
/* The smallest that holds both. */
struct scalar scalar_join(const struct scalar *a, const struct scalar *b);
/* d becomes what is in both; false, and d is spoilt, when nothing is. */
bool scalar_meet(struct scalar *d, const struct scalar *s);

/* Closes the parts over each other, after some were narrowed from outside.
 * False when nothing is left. */
bool scalar_sync(struct scalar *s);

/* d = d OP s. op: any row of the operation's family (EB_ADD_64_X stands for all
 * four), also NEG and MOV; s is not looked at by NEG. is64: the width. Those of
 * 32 bits clear the upper half. d and s may be the same object: the numbers
 * are then taken as two that have nothing to do with each other. */
void scalar_alu(struct scalar *d, enum eb_op op, const struct scalar *s, bool is64);
/* Only the low 1, 2, 4 or 8 bytes stay, as in a narrow load ... */
void scalar_zext(struct scalar *s, u32 bytes);
/* ... and the sign above them, as in LDSX and 64-bit MOVSX. For a 32-bit MOVSX,
 * scalar_zext(s, 4) after it. */
void scalar_sext(struct scalar *s, u32 bytes);
/* op: a row of LE, BE or BSWAP; bits: 16, 32, 64. */
void scalar_swap(struct scalar *s, enum eb_op op, u32 bits);

/* Is `a OP b` true? 1 always, 0 never, -1 either. op: any row of its family. The
 * same object twice is one number, beside itself. */
int scalar_branch(const struct scalar *a, const struct scalar *b, enum eb_op op, bool is64);
/* a and b become what they may be where `a OP b` was true (taken) or was not;
 * false, and both are spoilt, when that cannot be. */
bool scalar_refine(struct scalar *a, struct scalar *b, enum eb_op op, bool taken, bool is64);

/* As Linux's log prints it: "scalar()", "5", "scalar(umin=1,umax=9,var_off=(0x0; 0xf))"
 * (6.8 and later). scalar_put_range: only what stands in the brackets, each
 * with a comma in front but the first, for pointers with a variable offset;
 * returns whether anything was written. */
void scalar_put(struct buf *to, const struct scalar *s);
bool scalar_put_range(struct buf *to, const struct scalar *s, bool first);

#endif
