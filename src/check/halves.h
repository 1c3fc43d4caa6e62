/* SPDX-License-Identifier: BSD-2-Clause */
/* The two ranges of a scalar: all bits, and the low half of them. */
#ifndef CHECK_HALVES_H
#define CHECK_HALVES_H

#include "check/range.h"
#include "check/scalar.h"

/* The widths: of a number, of its low half, of a byte. A test may make them small. */
#ifndef W
#define W    64
#define H    32
#define BYTE 8
#endif
/* Of scalar_sync: most scalars need two, the last of which changes nothing. */
enum { ROUNDS = 8 };

static inline struct range scalar_whole(const struct scalar *s)
{
	return (struct range){s->bits, s->umin, s->umax, s->smin, s->smax};
}

static inline struct range scalar_half(const struct scalar *s)
{
	return (struct range){tnum_low(s->bits, H), s->umin32, s->umax32, s->smin32, s->smax32};
}

/* The bits are those of the whole. */
static inline struct scalar scalar_of(const struct range *whole, const struct range *half)
{
	return (struct scalar){whole->bits,     whole->smin,     whole->smax,
			       whole->umin,     whole->umax,     (s32)half->smin,
			       (s32)half->smax, (u32)half->umin, (u32)half->umax};
}

/* d becomes what both have; false when that is nothing. */
static inline bool range_meet(struct range *d, const struct range *s)
{
	d->umin = MAX(d->umin, s->umin);
	d->umax = MIN(d->umax, s->umax);
	d->smin = MAX(d->smin, s->smin);
	d->smax = MIN(d->smax, s->smax);
	return range_bits(d, s->bits) && d->umin <= d->umax && d->smin <= d->smax;
}

#endif
