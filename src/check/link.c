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
		r->id = 0;
		return;
	}
	l->v[l->n].frame = (u8)frame;
	l->v[l->n].is_slot = is_slot;
	l->v[l->n++].at = (u8)at;
}

void links_collect(struct verify *v, struct state *s, u32 id, struct links *l)
{
	(void)v;
	id &= ~ID_PLUS;
	for (u32 i = s->top + 1; i-- > 0;) {
		struct frame *f = s->frame[i];
		for (u32 k = 0; k < EBPF_REGS - 1; k++)
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

static void follow(struct reg *r, const struct reg *known)
{
	struct reg was = *r;
	bool plus = (r->id | known->id) & ID_PLUS;

	*r = *known;
	if (!plus || was.off == known->off)
		return;
	struct scalar delta = scalar_const((u64)((s64)was.off - known->off));
	scalar_alu(&r->v, EB_ADD_64_X, &delta, true);
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
