/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers that call a function of the program: at once, any number of times, or later.
 * The function is walked as if it was called from the helper's call, which is then walked
 * again, until that makes no difference. */
#include "check/priv.h"

static void give_map_args(struct frame *f, const struct reg *map)
{
	reg_zero_off(&f->reg[1], REG_MAP);
	reg_zero_off(&f->reg[2], REG_MAP_KEY);
	reg_zero_off(&f->reg[3], REG_MAP_VALUE);
	for (u32 i = 1; i <= 3; i++) {
		f->reg[i].map = map->map;
		f->reg[i].map_uid = 0;
	}
}

static void give_args(struct verify *v, const struct call *c, const struct frame *caller,
		      struct frame *f)
{
	f->callback = true;
	f->hi = 1;
	switch (c->id) {
	case HELPERID_loop:
		reg_unknown(v, &f->reg[1]);
		f->reg[2] = caller->reg[3];
		break;
	case HELPERID_for_each_map_elem:
		give_map_args(f, &caller->reg[1]);
		f->reg[4] = caller->reg[3];
		break;
	case HELPERID_timer_set_callback:
		f->callback = false;
		f->async = true;
		f->hi = 0;
		give_map_args(f, &caller->reg[1]);
		break;
	case HELPERID_find_vma:
		f->reg[1] = caller->reg[1];
		give_vma(v, &f->reg[2]);
		f->reg[3] = caller->reg[4];
		break;
	case HELPERID_user_ringbuf_drain:
		give_sample(v, &f->reg[1]);
		f->reg[2] = caller->reg[3];
		break;
	}
}

/* Later, on a stack of its own. */
static int call_later(struct verify *v, const struct call *c)
{
	const struct frame *caller = running(v);
	struct state *s = branch_push_fresh(v, v->sub[c->subprog].start, v->pc);

	v->sub[c->subprog].async = true;
	if (!s)
		return -EFAULT;
	struct frame *f = frame_push(v, s, MAIN, c->subprog);
	f->async_entry = caller->async_entry + 1;
	give_args(v, c, caller, f);
	return 0;
}

int callback_now(struct verify *v, u32 subprog, struct frame **ret)
{
	struct state *s = branch_push(v, v->sub[subprog].start, v->pc, false);

	if (!s)
		return -ENOMEM;
	*ret = enter_frame(v, s, v->pc, subprog);
	if (!*ret)
		return -E2BIG;
	s->unroll_depth++;
	s->frame[s->top - 1]->callback_depth++;
	running(v)->callback_depth = 0;
	return 0;
}

static int call_now(struct verify *v, const struct call *c)
{
	struct frame *f;
	int err = callback_now(v, c->subprog, &f);

	if (!err)
		give_args(v, c, running(v), f);
	return err;
}

/* Linux writes a loop out whose function is always the same, and which has no flags. */
static void note_loop(struct verify *v, const struct call *c)
{
	struct fact *f = &v->fact[v->pc];
	u32 is = reg_is_null(&regs(v)[4]) ? v->sub[c->subprog].start + 1 : NO_LOOP;

	f->loop = !f->loop || f->loop == is ? is : NO_LOOP;
}

int check_callback(struct verify *v, struct call *c, bool async)
{
	struct frame *caller = running(v);

	if (async)
		return call_later(v, c);
	if (c->id != HELPERID_loop)
		return call_now(v, c);
	note_loop(v, c);
	/* Linux looks whether it may write the loop out, which its flags decide. */
	int err = reg_is_null(&caller->reg[4]) ? precise_reg(v, 4) : 0;
	if (!err)
		err = precise_reg(v, 1);
	if (err)
		return err;
	if (caller->callback_depth < caller->reg[1].v.umax)
		return call_now(v, c);
	caller->callback_depth = 0;
	if (logs(v, 2))
		say(v, 0, "frame%u bpf_loop iteration limit reached\n", v->cur->top);
	return 0;
}
