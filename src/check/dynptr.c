/* SPDX-License-Identifier: BSD-2-Clause */
/* Dynptrs: two slots of the stack that stand for memory of a size that is known only when
 * the program runs. The slot at the lower address, its first, has the higher number. */
#include "check/priv.h"

enum { BYTES = 2 * SLOT };

static enum dynptr_kind kind_of(u64 arg)
{
	return arg & HELPER_IN_MEM ? DYNPTR_LOCAL : arg & HELPER_IN_RING ? DYNPTR_RINGBUF : 0;
}

static void give(struct reg *r, enum dynptr_kind kind, bool first, u32 id)
{
	reg_zero_off(r, REG_DYNPTR);
	r->dynptr = (u8)kind;
	r->first = first;
	r->id = id;
}

void give_sample(struct verify *v, struct reg *r) { give(r, DYNPTR_LOCAL, true, ++v->ids); }

/* ---- its slots ---- */

static bool is_dynptr(const struct frame *f, u32 slot)
{
	return slot < f->slots && f->stack[slot].type[SLOT - 1] == SLOT_DYNPTR;
}

/* The first slot. -ERANGE: there is none yet, or it lies below the stack. */
static s64 find_slot(struct verify *v, const struct reg *r)
{
	s64 off = r->off + (s64)r->v.bits.value;

	if (!scalar_is_const(&r->v))
		return say(v, -EINVAL, "dynptr has to be at a constant offset\n");
	if (off % SLOT || off > -BYTES)
		return say(v, -EINVAL, "cannot pass in dynptr at an offset=%lld\n", (long long)off);
	s64 slot = -off / SLOT - 1;
	return slot < frame_of(v, r)->slots ? slot : -ERANGE;
}

/* The dynptr that an argument is: itself, or in the stack; NULL: none. */
static struct reg *find(struct verify *v, struct reg *r)
{
	if (r->type == REG_DYNPTR)
		return r;
	s64 slot = find_slot(v, r);
	struct frame *f = frame_of(v, r);
	if (slot < 1 || !is_dynptr(f, (u32)slot) || !is_dynptr(f, (u32)slot - 1) ||
	    !f->stack[slot].reg.first)
		return NULL;
	return &f->stack[slot].reg;
}

static void forget(struct verify *v, struct frame *f, u32 slot)
{
	for (u32 i = slot - 1; i <= slot; i++) {
		memset(f->stack[i].type, SLOT_INVALID, SLOT);
		reg_none(&f->stack[i].reg);
		live_write(v, f->number, (u64)1 << i);
		touch_slot(v, i);
	}
}

/* Memory of a dynptr that is gone may not be touched any more. */
static void forget_slices(struct verify *v, u32 id)
{
	struct walk w = {.s = v->cur};

	for (struct reg *r; (r = walk_next(&w));) {
		if (reg_kind(r->type) != REG_MEM || r->dynptr_id != id)
			continue;
		if (v->leaks)
			reg_unknown(v, r);
		else
			reg_none(r);
	}
}

int destroy_dynptr(struct verify *v, struct frame *f, u32 slot)
{
	if (!is_dynptr(f, slot))
		return 0;
	if (!f->stack[slot].reg.first)
		slot++;
	if (f->stack[slot].reg.dynptr == DYNPTR_RINGBUF)
		return say(v, -EINVAL, "cannot overwrite referenced dynptr\n");
	u32 id = f->stack[slot].reg.id;
	forget(v, f, slot);
	forget_slices(v, id);
	return 0;
}

static void make(struct verify *v, struct frame *f, u32 slot, enum dynptr_kind kind,
		 const struct dynptr_is *of)
{
	u32 id = ++v->ids, ref = of ? of->ref : 0;

	if (kind == DYNPTR_RINGBUF && !of)
		ref = ref_acquire(v, REF_POINTER, NULL);
	for (u32 i = slot - 1; i <= slot; i++) {
		memset(f->stack[i].type, SLOT_DYNPTR, SLOT);
		give(&f->stack[i].reg, kind, i == slot, id);
		f->stack[i].reg.ref = ref;
		live_write(v, f->number, (u64)1 << i);
	}
}

/* ---- arguments ---- */

int make_dynptr(struct verify *v, u32 regno, enum dynptr_kind kind, const struct dynptr_is *of)
{
	const struct reg *r = &regs(v)[regno];
	s64 slot = r->type == REG_STACK ? find_slot(v, r) : -EINVAL;
	struct frame *f = r->type == REG_STACK ? frame_of(v, r) : NULL;
	int err = 0;

	if (slot < 0 && slot != -ERANGE)
		return say(v, -EINVAL, "Dynptr has to be an uninitialized dynptr\n");
	for (s32 i = 0; i < BYTES && !err; i += SLOT)
		err = check_memory(v, regno, i, SLOT, ACCESS_WRITE, NO_REG, false, false);
	if (err)
		return err;
	slot = find_slot(v, r);
	for (u32 i = 0; i < 2 && !err; i++)
		err = destroy_dynptr(v, f, (u32)slot - i);
	if (!err)
		make(v, f, (u32)slot, kind, of);
	return err;
}

static void read_slots(struct verify *v, const struct reg *r)
{
	u32 slot = (u32)find_slot(v, r), frame = frame_of(v, r)->number;

	for (u32 i = slot - 1; i <= slot; i++) {
		live_read(v, frame, (u64)1 << i);
		touch_slot(v, i);
	}
}

int use_dynptr(struct verify *v, u32 regno, bool mutates, enum dynptr_kind want,
	       struct dynptr_is *ret)
{
	struct reg *r = &regs(v)[regno];

	if (r->type == REG_DYNPTR && mutates)
		return say(v, -EINVAL,
			   "cannot pass pointer to const bpf_dynptr, the helper mutates it\n");
	const struct reg *d = find(v, r);
	if (!d)
		return say(v, -EINVAL, "Expected an initialized dynptr as arg #%u\n", regno - 1);
	if (want && d->dynptr != want)
		return say(v, -EINVAL, "Expected a dynptr of type %s as arg #%u\n",
			   want == DYNPTR_LOCAL ? "local" : "ringbuf", regno - 1);
	if (r->type == REG_STACK)
		read_slots(v, r);
	*ret = (struct dynptr_is){d->id, d->ref, d->dynptr};
	return 0;
}

static int check_owned(struct verify *v, u32 regno)
{
	struct reg *r = &regs(v)[regno];

	if (r->type != REG_STACK)
		return say(v, -EINVAL, "cannot release unowned const bpf_dynptr\n");
	s64 slot = find_slot(v, r);
	if (slot < 0 || !frame_of(v, r)->stack[slot].reg.ref)
		return say(v, -EINVAL, "arg %u is an unacquired reference\n", regno);
	return 0;
}

int check_dynptr_arg(struct verify *v, struct call *c, u32 regno, u64 arg)
{
	int err = 0;

	if (helper_kind(arg) == HELPER_OUT_DYNPTR)
		return make_dynptr(v, regno, kind_of(arg), NULL);
	if (arg & HELPER_RELEASE)
		err = check_owned(v, regno);
	return err ? err : use_dynptr(v, regno, !(arg & HELPER_RDONLY), kind_of(arg), &c->dyn);
}

/* All that share its reference are none any more, and neither are their parts. */
static void forget_clones(struct verify *v, u32 ref)
{
	for (u32 k = 0; k <= v->cur->top; k++) {
		struct frame *f = v->cur->frame[k];
		for (u32 i = 1; i < f->slots; i++) {
			struct reg *r = &f->stack[i].reg;
			u32 id = r->id;
			if (!is_dynptr(f, i) || !r->first || r->ref != ref)
				continue;
			forget(v, f, i);
			forget_slices(v, id);
		}
	}
}

int release_dynptr(struct verify *v, u32 regno)
{
	const struct reg *r = &regs(v)[regno];
	struct frame *f = frame_of(v, r);
	u32 slot = (u32)find_slot(v, r), ref = f->stack[slot].reg.ref;

	if (!ref)
		forget(v, f, slot);
	else if (ref_release(v, ref))
		return -EINVAL;
	if (ref)
		forget_clones(v, ref);
	return 0;
}

int dynptr_slice(struct verify *v, struct call *c)
{
	const struct reg *d = find(v, &regs(v)[1]);

	if (!d)
		return -EFAULT;
	c->dyn.id = d->id;
	c->ref = d->ref;
	return 0;
}
