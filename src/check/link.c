/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers that hold the same number, or one with a constant added: what is learnt of
 * one is learnt of all. */
#include "check/priv.h"

enum { ENTRY = 10, COUNT_SHIFT = 60 };

static void collect(struct links *l, struct reg *r, u32 id, u32 frame, bool is_slot, u32 at)
{
	if (r->type != REG_SCALAR || (r->id & ~ID_PLUS) != id)
		return;
	if (l->n == LINKS) {
		reg_unlink(r);
		return;
	}
	l->v[l->n].frame = (u8)frame;
	l->v[l->n].is_slot = is_slot;
	l->v[l->n++].at = (u8)at;
}

void links_collect(struct verify *v, struct state *s, u32 id, struct links *l)
{
	id &= ~ID_PLUS;
	for (u32 i = s->top + 1; i-- > 0;) {
		struct frame *f = s->frame[i];
		u16 live = v->fact[frame_pc(s, i)].live;
		for (u32 k = 0; k < EBPF_REGS - 1; k++)
			if (live >> k & 1)
				collect(l, &f->reg[k], id, i, false, k);
		for (u32 k = 0; k < f->slots; k++)
			if (slot_spilled(&f->stack[k]))
				collect(l, &f->stack[k].reg, id, i, true, k);
	}
}

u64 links_pack(const struct links *l)
{
	u64 packed = (u64)l->n << COUNT_SHIFT;

	for (u32 i = 0; i < l->n; i++)
		packed |= (u64)(l->v[i].frame | l->v[i].is_slot << 3 | l->v[i].at << 4)
			  << i * ENTRY;
	return packed;
}

void links_unpack(u64 packed, struct links *l)
{
	l->n = (u32)(packed >> COUNT_SHIFT);
	for (u32 i = 0; i < l->n; i++) {
		u32 e = (u32)(packed >> i * ENTRY);
		l->v[i].frame = e & 7;
		l->v[i].is_slot = e >> 3 & 1;
		l->v[i].at = e >> 4 & 63;
	}
}

/* The low half of the twin is known, and of the register that it is the twin plus off:
 * all is known if the twin has no more than that half. */
static bool half_is_all(const struct reg *r)
{
	struct scalar twin = r->v, off = scalar_const((u64)(s64)r->off);

	if (r->id & ID_PLUS64)
		scalar_alu(&twin, EB_SUB_64_X, &off, true);
	return twin.umax <= UINT32_MAX;
}

/* Both are their twin, or the twin plus something. */
static void follow(struct reg *r, const struct reg *known)
{
	struct reg was = *r;
	bool half = known->id & ID_PLUS32;
	struct scalar minus = scalar_const((u64)(s64)known->off);
	struct scalar plus = scalar_const((u64)(s64)was.off);

	if (half && !(r->id & ID_PLUS32) && !half_is_all(r))
		return;
	*r = *known;
	if (was.id == known->id && (!(was.id & ID_PLUS) || was.off == known->off))
		return;
	if (known->id & ID_PLUS)
		scalar_alu(&r->v, EB_SUB_64_X, &minus, !half);
	if (was.id & ID_PLUS)
		scalar_alu(&r->v, EB_ADD_64_X, &plus, !(was.id & ID_PLUS32));
	r->off = was.off;
	r->id = was.id;
}

void links_sync(struct verify *v, struct state *s, const struct reg *known, const struct links *l)
{
	(void)v;
	for (u32 i = 0; i < l->n; i++) {
		struct frame *f = s->frame[l->v[i].frame];
		struct reg *r = l->v[i].is_slot ? &f->stack[l->v[i].at].reg : &f->reg[l->v[i].at];

		if (r->type == REG_SCALAR && r != known &&
		    (r->id & ~ID_PLUS) == (known->id & ~ID_PLUS))
			follow(r, known);
	}
}
