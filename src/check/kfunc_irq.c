/* SPDX-License-Identifier: BSD-2-Clause */
/* Sections without interrupts: what there was before lies in a slot of the stack, and goes
 * back in the opposite order. */
#include "check/kfunc.h"

enum { NATIVE, OF_LOCK };

static bool saves(const struct kcall *c)
{
	return c->nr == KFUNC_local_irq_save || c->nr == KFUNC_res_spin_lock_irqsave;
}

static u32 class_of(const struct kcall *c)
{
	return c->nr == KFUNC_local_irq_save || c->nr == KFUNC_local_irq_restore ? NATIVE : OF_LOCK;
}

/* Its slot, -EINVAL, or -ERANGE: below what was touched. */
static s64 slot_of(struct verify *v, const struct reg *r)
{
	s64 off = r->off + (s64)r->v.bits.value;

	if (!scalar_is_const(&r->v))
		return say(v, -EINVAL, "irq_flag has to be at a constant offset\n");
	s64 slot = (-off - 1) / SLOT; /* Linux: 0 at offset 0, too */
	if (off % SLOT || slot < 0)
		return say(v, -EINVAL, "cannot pass in irq_flag at an offset=%lld\n",
			   (long long)off);
	return slot < frame_of(v, r)->slots ? slot : -ERANGE;
}

static bool has_flag(const struct slot *s, bool all)
{
	for (u32 i = 0; i < SLOT; i++)
		if ((s->type[i] == SLOT_IRQ) != all)
			return !all;
	return all;
}

static int save(struct verify *v, const struct kcall *c, u32 regno)
{
	struct frame *f = frame_of(v, &regs(v)[regno]);
	s64 at = slot_of(v, &regs(v)[regno]);

	if ((at < 0 && at != -ERANGE) || (at >= 0 && has_flag(&f->stack[at], false)))
		return say(v, -EINVAL, "expected uninitialized irq flag as arg#%u\n", regno - 1);
	int err = check_memory(v, regno, 0, SLOT, ACCESS_WRITE, NO_REG, false, false);
	if (err)
		return err;
	at = slot_of(v, &regs(v)[regno]);
	struct slot *s = &f->stack[at];
	u32 id = ref_acquire(v, REF_IRQ, NULL);
	v->cur->irq_id = id;
	live_write(v, f->number, (u64)1 << at);
	reg_zero_off(&s->reg, REG_STACK);
	s->reg.ref = id;
	s->reg.raw[0] = class_of(c);
	memset(s->type, SLOT_IRQ, SLOT);
	touch_slot(v, (u32)at);
	return 0;
}

static int out_of_order(struct verify *v)
{
	const struct state *s = v->cur;
	u32 insn = 0;

	for (u32 i = 0; i < s->refs && !insn; i++)
		if (s->ref[i].id == s->irq_id)
			insn = s->ref[i].insn;
	return say(v, -EACCES,
		   "cannot restore irq state out of order, expected id=%u acquired at "
		   "insn_idx=%u\n",
		   s->irq_id, insn);
}

/* The section that is then the innermost. */
static void leave(struct verify *v, u32 id)
{
	struct state *s = v->cur;
	u32 before = 0;

	for (u32 i = 0; i < s->refs && s->ref[i].id != id; i++)
		if (s->ref[i].kind == REF_IRQ)
			before = s->ref[i].id;
	ref_drop(v, s, id);
	s->irq_id = before;
}

static int restore(struct verify *v, const struct kcall *c, u32 regno)
{
	static const char *const names[] = {"native", "lock"};
	struct frame *f = frame_of(v, &regs(v)[regno]);
	s64 at = slot_of(v, &regs(v)[regno]);
	struct slot *s = at < 0 ? NULL : &f->stack[at];

	if (!s || !s->reg.ref || !has_flag(s, true))
		return say(v, -EINVAL, "expected an initialized irq flag as arg#%u\n", regno - 1);
	live_read(v, f->number, (u64)1 << at);
	if (s->reg.raw[0] != class_of(c))
		return say(v, -EINVAL,
			   "irq flag acquired by %s kfuncs cannot be restored with %s kfuncs\n",
			   names[s->reg.raw[0]], names[class_of(c)]);
	if (s->reg.ref != v->cur->irq_id)
		return out_of_order(v);
	leave(v, s->reg.ref);
	live_write(v, f->number, (u64)1 << at);
	memset(s, 0, sizeof(*s));
	touch_slot(v, (u32)at);
	return 0;
}

int check_irq_flag(struct verify *v, const struct kcall *c, u32 regno)
{
	if (regs(v)[regno].type != REG_STACK)
		return say(v, -EINVAL, "arg#%u doesn't point to an irq flag on stack\n", regno - 1);
	return saves(c) ? save(v, c, regno) : restore(v, c, regno);
}
