/* SPDX-License-Identifier: BSD-2-Clause */
/* Several slots that one machine instruction does: rotations.
 *
 *	t = x; t >>= 64 - k; x <<= k; x |= t               x = x rotated by k
 *	t = x; t >>= 64 - k; u = x; u <<= k; u |= t        u = x rotated by k
 *
 * with the shifts and the two sides of the or in either order, in 32 bits too.
 * The other register keeps its shifted value, unless nobody reads it. */
#include "jit/x86.h"

/* Nothing behind the slots reads the register before it is written. */
static bool is_dead(const struct x86 *x, u32 pc, u8 reg)
{
	enum { FAR = 48 };

	for (u32 i = pc; i < x->n && i < pc + FAR; i++) {
		const struct eb *e = &x->eb[i];

		if (x->mark[i] & X_START || e->op == EB_BAD)
			return false;
		if (e->op == EB_WIDE)
			continue;
		if (ebpf_reads(e) >> reg & 1)
			return false;
		if (ebpf_writes(e) >> reg & 1)
			return true;
		if (ebpf_is_jump((enum eb_op)e->op) || e->op == EB_EXIT)
			return false;
	}
	return false;
}

struct rotation {
	u8 from, to, rest; /* registers: what is rotated, where to, the other one */
	u8 left;           /* bits */
	u8 rest_shift;     /* of the other one */
	bool rest_left, w;
	u32 slots;
};

static bool is_shift(const struct eb *e, u8 reg, bool *left, bool *w)
{
	*left = e->op == EB_LSH_64_K || e->op == EB_LSH_32_K;
	*w = e->op == EB_LSH_64_K || e->op == EB_RSH_64_K;
	return e->dst == reg && (*left || *w || e->op == EB_RSH_32_K);
}

static bool is_copy(const struct eb *e, bool w)
{
	return e->op == EB_MOV_64_X || (!w && e->op == EB_MOV_32_X);
}

/* The pattern's registers: t and x are those of the copy at its beginning. */
static bool match(const struct eb *e, u32 room, struct rotation *r)
{
	u8 t = e->dst, from = e->src, u = from;
	bool left, other, w;
	u32 i = 2;

	if (room < 4 || t == from || t == 10 || from == 10 || !is_shift(&e[1], t, &left, &r->w))
		return false;
	if (!is_copy(&e[0], r->w))
		return false;
	if (room > 4 && is_copy(&e[2], r->w) && e[2].src == from) {
		u = e[2].dst;
		i = 3;
	}
	if (u == t || u == 10 || !is_shift(&e[i], u, &other, &w) || other == left || w != r->w)
		return false;
	u8 bits = r->w ? 64 : 32, a = (u8)e[1].imm & (bits - 1), b = (u8)e[i].imm & (bits - 1);
	const struct eb * or = &e[i + 1];
	if (a + b != bits || or->op != (r->w ? EB_OR_64_X : EB_OR_32_X))
		return false;
	bool into_u = or->dst == u && or->src == t;
	if (!into_u && !(or->dst == t && or->src == u))
		return false;
	r->from = from;
	r->to = into_u ? u : t;
	r->rest = into_u ? t : u;
	r->left = left ? a : b;
	r->rest_shift = into_u ? a : b;
	r->rest_left = into_u ? left : other;
	r->slots = i + 2;
	return true;
}

static void rotate(struct x86 *x, bool w, u8 to, u8 from, u8 left)
{
	struct code *c = &x->c;

	if (to == from || !x->bmi2) {
		if (to != from)
			mov(c, w, to, from);
		rr(c, w, 0xc1, 0, to);
		put8(c, left);
		return;
	}
	put8(c, 0xc4); /* rorx: VEX.F2.0F3A.F0 */
	put8(c, (u8)((to < 8 ? 0x80 : 0) | 0x40 | (from < 8 ? 0x20 : 0) | 3));
	put8(c, (u8)((w ? 0x80 : 0) | 0x7b));
	put8(c, 0xf0);
	put8(c, (u8)(0xc0 | (to & 7) << 3 | (from & 7)));
	put8(c, (u8)((w ? 64 : 32) - left));
}

/* Puts the rest aside before x is overwritten, or shifts x behind it. */
u32 x86_fuse(struct x86 *x, u32 pc)
{
	struct rotation r;
	struct code *c = &x->c;

	if (!match(&x->eb[pc], x->n - pc, &r))
		return 0;
	for (u32 i = 1; i < r.slots; i++)
		if (x->mark[pc + i] & X_START)
			return 0;
	bool keep = !is_dead(x, pc + r.slots, r.rest);
	u8 to = x86_reg[r.to], from = x86_reg[r.from], rest = x86_reg[r.rest];
	bool before = keep && r.rest != r.from;
	if (before)
		mov(c, r.w, rest, from);
	rotate(x, r.w, to, from, r.left);
	if (keep) {
		rr(c, r.w, 0xc1, r.rest_left ? 4 : 5, rest);
		put8(c, r.rest_shift);
	}
	return r.slots;
}
