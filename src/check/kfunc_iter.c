/* SPDX-License-Identifier: BSD-2-Clause */
/* Iterators: some slots of the stack, which one function makes, another advances, and a
 * third destroys. */
#include "check/kfunc.h"

enum iter_state { ITER_NONE, ITER_ACTIVE, ITER_DRAINED };

/* The lowest slot, -1: it lies where none can. */
static s64 iter_slot(struct verify *v, const struct reg *r, u32 n)
{
	s64 off = r->off + (s64)r->v.bits.value;

	if (r->type != REG_STACK)
		return say(v, -1, "arg#0 expected pointer to an iterator on stack\n");
	if (!scalar_is_const(&r->v))
		return say(v, -1, "iter has to be at a constant offset\n");
	if (off % SLOT || off >= 0 || off < -EBPF_STACK || -off < (s64)n * SLOT)
		return say(v, -1, "cannot pass in iter at an offset=%lld\n", (long long)off);
	return -off / SLOT - 1;
}

static const char *iter_name(const struct kcall *c)
{
	static _Thread_local char name[64];
	const char *from = c->name + strlen("bpf_iter_"), *end = strrchr(from, '_');

	snprintf(name, sizeof(name), "%.*s", (int)(end ? end - from : 0), from);
	return name;
}

static bool is_iter(const struct frame *f, u32 slot)
{
	return slot < f->slots && f->stack[slot].type[SLOT - 1] == SLOT_ITER;
}

static int iter_new(struct verify *v, struct kcall *c, u32 regno, u32 id, u32 n)
{
	struct frame *f = c->frame;
	int err = 0;

	for (u32 i = 0; i < n; i++)
		if (is_iter(f, c->slot - i))
			return say(v, -EINVAL, "expected uninitialized iter_%s as arg #%u\n",
				   iter_name(c), regno - 1);
	for (u32 i = 0; i < n && !err; i++)
		err = check_memory(v, regno, (s32)i * SLOT, SLOT, ACCESS_WRITE, NO_REG, false,
				   false);
	if (err)
		return err;
	u32 ref = ref_acquire(v, REF_POINTER, NULL);
	for (u32 i = 0; i < n; i++) {
		struct slot *s = &f->stack[c->slot - i];
		reg_zero_off(&s->reg, REG_STACK);
		s->reg.btf = c->btf;
		s->reg.btf_id = id;
		s->reg.iter_state = ITER_ACTIVE;
		s->reg.ref = i ? 0 : ref;
		memset(s->type, SLOT_ITER, SLOT);
		live_write(v, f->number, (u64)1 << (c->slot - i));
		touch_slot(v, c->slot - i);
	}
	return 0;
}

static int iter_use(struct verify *v, struct kcall *c, u32 regno, u32 id, u32 n)
{
	const struct frame *f = c->frame;

	for (u32 i = 0; i < n; i++) {
		const struct reg *r = is_iter(f, c->slot - i) ? &f->stack[c->slot - i].reg : NULL;
		if (!r || r->btf_id != id || r->btf != c->btf || !r->ref != (i > 0))
			return say(v, -EINVAL, "expected an initialized iter_%s as arg #%u\n",
				   iter_name(c), regno - 1);
	}
	for (u32 i = 0; i < n; i++) {
		live_read(v, f->number, (u64)1 << (c->slot - i));
		touch_slot(v, c->slot - i);
	}
	c->ref = f->stack[c->slot].reg.ref;
	return 0;
}

static void iter_destroy(struct verify *v, struct kcall *c, u32 n)
{
	struct frame *f = c->frame;

	ref_release(v, c->ref);
	for (u32 i = 0; i < n; i++) {
		memset(&f->stack[c->slot - i], 0, sizeof(struct slot));
		live_write(v, f->number, (u64)1 << (c->slot - i));
		touch_slot(v, c->slot - i);
	}
}

int check_iter(struct verify *v, struct kcall *c, u32 regno, u32 id, const struct btf_type *t)
{
	const struct reg *r = &regs(v)[regno];
	u32 n = t->size / SLOT;
	s64 slot = iter_slot(v, r, n);

	if (slot < 0)
		return -EINVAL;
	c->frame = frame_of(v, r);
	c->slot = (u32)slot;
	if ((c->row->flags & KFUNC_NEW))
		return iter_new(v, c, regno, id, n);
	int err = iter_use(v, c, regno, id, n);
	if (!err && (c->row->flags & KFUNC_DESTROY))
		iter_destroy(v, c, n);
	return err;
}

/* One way it gives an element, and is walked with what is common to all turns; one way it
 * has none. */
int iter_next(struct verify *v, struct kcall *c)
{
	struct reg *it = &c->frame->stack[c->slot].reg, *r0 = &regs(v)[0];

	if (it->iter_state == ITER_ACTIVE) {
		struct state *before =
			v->cur->parent ? previous_entry(v, v->cur->parent, v->pc) : NULL;
		struct state *s = branch_push(v, v->pc + 1, v->pc, false);
		if (!s)
			return -ENOMEM;
		s->frame[c->frame->number]->stack[c->slot].reg.iter_depth++;
		if (before)
			widen(v, before, s);
		set_not_null(v, &s->frame[s->top]->reg[0]);
	}
	it->iter_state = ITER_DRAINED;
	reg_const(v, r0, 0);
	return 0;
}
