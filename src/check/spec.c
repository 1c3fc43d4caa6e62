/* SPDX-License-Identifier: BSD-2-Clause */
/* Unprivileged programs must be safe even where the processor guesses wrong: additions
 * to pointers are looked at as if they were masked, and ways that are not taken are
 * walked. No engine of ours puts in barriers, so what is wrong there is refused, as
 * Linux did before 6.16. */
#include "check/priv.h"

#include <stdlib.h>

enum { NUMBER = 1, NEGATIVE = 2, IMMEDIATE = 4, MASK_SRC = 8, MASK_DST = 16 };

static bool skips(const struct verify *v, const struct eb *e)
{
	return v->no_v1 || !op_is_x(e->op);
}

static int remember(struct verify *v, u8 alu, u32 limit)
{
	struct fact *f = &v->fact[v->pc];

	if (f->alu && (f->alu != alu || f->alu_limit != limit))
		return SPEC_PATHS;
	f->alu = alu;
	f->alu_limit = limit;
	return 0;
}

int spec_number(struct verify *v, const struct eb *e)
{
	return skips(v, e) ? 0 : remember(v, NUMBER, 0);
}

/* How far it may still go in that direction. */
static int limit_of(const struct reg *ptr, bool left, u32 *limit)
{
	u64 most, at;

	if (ptr->type == REG_STACK) {
		most = EBPF_STACK + left;
		at = -(ptr->v.bits.value + (u64)(s64)ptr->off);
	} else if (ptr->type == REG_MAP_VALUE) {
		most = ptr->map->value_size;
		at = (left ? (u64)ptr->v.smin : ptr->v.umax) + (u64)(s64)ptr->off;
	} else {
		return SPEC_TYPE;
	}
	*limit = (u32)at;
	return (u32)at >= most ? SPEC_LIMIT : 0;
}

/* The processor may go on with the masked offset, which is 0. */
static int simulate(struct verify *v, const struct eb *e, const struct reg *ptr)
{
	struct reg *dst = &regs(v)[e->dst], kept = *dst;

	*dst = *ptr;
	struct state *s = branch_push(v, v->pc + 1, v->pc, true);
	*dst = kept;
	return s ? 0 : SPEC_STACK;
}

int spec_before(struct verify *v, const struct eb *e, const struct reg *ptr, const struct reg *off,
		struct spec *s)
{
	bool add = op_family(e->op) == EB_ADD_64_X, negative = off->v.smin < 0;
	bool known = scalar_is_const(&off->v);

	if (skips(v, e))
		return 0;
	if (!v->cur->speculative) {
		if (!known && negative != (off->v.smax < 0))
			return SPEC_BOUNDS;
		s->left = add == negative;
		int why = limit_of(ptr, s->left, &s->limit);
		if (why)
			return why;
		s->alu = (u8)((negative ? NEGATIVE : 0) | (known ? IMMEDIATE : 0) |
			      (ptr == &regs(v)[e->dst] ? MASK_SRC : MASK_DST));
		v->limits_explored |= !known;
	}
	return known ? 0 : simulate(v, e, ptr);
}

int spec_after(struct verify *v, const struct eb *e, const struct reg *dst, const struct spec *s)
{
	u32 limit;

	if (skips(v, e) || v->cur->speculative)
		return 0;
	int why = limit_of(dst, s->left, &limit);
	return why ? why : remember(v, s->alu, (u32)abs((int)(s->limit - limit)));
}

int spec_refuse(struct verify *v, const struct eb *e, int why, bool swapped)
{
	static const char end[] = "pointer arithmetic with it prohibited for !root";
	const char *op = op_family(e->op) == EB_ADD_64_X ? "add" : "sub";

	switch ((enum spec_why)why) {
	case SPEC_BOUNDS:
		return say(v, -EACCES, "R%u has unknown scalar with mixed signed bounds, %s\n",
			   swapped ? e->dst : e->src, end);
	case SPEC_TYPE:
		return say(v, -EACCES, "R%u has pointer with unsupported alu operation, %s\n",
			   swapped ? e->src : e->dst, end);
	case SPEC_PATHS:
		return say(v, -EACCES,
			   "R%u tried to %s from different maps, paths or scalars, %s\n", e->dst,
			   op, end);
	case SPEC_LIMIT:
		return say(v, -EACCES, "R%u tried to %s beyond pointer bounds, %s\n", e->dst, op,
			   end);
	case SPEC_STACK:
		break;
	}
	return say(v, -ENOMEM, "R%u could not be pushed for speculative verification, %s\n", e->dst,
		   end);
}

bool spec_path(struct verify *v, const struct eb *e, u32 to)
{
	if (v->no_v1)
		return true;
	struct state *s = branch_push(v, to, v->pc, true);
	if (!s)
		return false;
	struct reg *r = s->frame[s->top]->reg;
	reg_unknown(v, &r[e->dst]);
	if (op_is_x(e->op))
		reg_unknown(v, &r[e->src]);
	return true;
}
