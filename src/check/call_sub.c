/* SPDX-License-Identifier: BSD-2-Clause */
/* The program's own functions: static ones are entered, global ones are believed to do
 * what their prototype says, and looked at by themselves. */
#include "check/priv.h"

/* ---- entry ---- */

struct frame *enter_frame(struct verify *v, struct state *s, u32 site, u32 subprog)
{
	if (s->top + 1 >= EBPF_FRAMES) {
		say(v, 0, "the call stack of %u frames is too deep\n", s->top + 2);
		return NULL;
	}
	struct frame *f = frame_push(v, s, (s32)site, subprog);
	s->top++;
	return f;
}

static int call_global(struct verify *v, u32 nr)
{
	struct subprog *s = &v->sub[nr];
	const struct state *cur = v->cur;

	if (cur->locks)
		return say(v, -EINVAL,
			   "global function calls are not allowed while holding a lock,\nuse "
			   "static function instead\n");
	if (s->might_sleep &&
	    (cur->rcu_locks || cur->preempt_locks || cur->irq_id || !cur->sleepable))
		return say(v, -EINVAL,
			   "global functions that may sleep are not allowed in non-sleepable "
			   "context,\ni.e., in a RCU/IRQ/preempt-disabled section, or in\na "
			   "non-sleepable BPF program context\n");
	int err = check_global_args(v, nr);
	if (err)
		return say(v, err, "Caller passes invalid args into func#%u ('%s')\n", nr,
			   subprog_name(v, nr));
	if (logs(v, 3))
		say(v, 0, "Func#%u ('%s') is global and assumed valid.\n", nr, subprog_name(v, nr));
	if (s->changes_packet)
		forget_packet(v);
	s->called = true;
	forget_args(v);
	reg_unknown(v, &regs(v)[0]);
	v->pc++;
	return 0;
}

int check_local_call(struct verify *v, const struct eb *e)
{
	u32 nr = (u32)subprog_at(v, ebpf_target(e, v->pc));
	struct frame *caller = running(v);

	if (v->sub[nr].global)
		return call_global(v, nr);
	struct frame *f = enter_frame(v, v->cur, v->pc, nr);
	if (!f)
		return -E2BIG;
	for (u32 i = 1; i <= 5; i++)
		f->reg[i] = caller->reg[i];
	for (u32 i = 0; i <= 5; i++)
		reg_none(&caller->reg[i]);
	v->pc = v->sub[nr].start;
	if (logs(v, 3)) {
		say(v, 0, "caller:\n");
		log_state(v, v->cur, v->cur->top - 1, true);
		say(v, 0, "callee:\n");
		log_state(v, v->cur, v->cur->top, true);
	}
	return 0;
}

/* ---- what is returned ---- */

static int out_of_range(struct verify *v, const struct reg *r, u32 regno, const char *when, s32 lo,
			s32 hi)
{
	say(v, 0, "%s the register R%u has", when, regno);
	if (r->v.smin > INT64_MIN)
		say(v, 0, " smin=%lld", (long long)r->v.smin);
	if (r->v.smax < INT64_MAX)
		say(v, 0, " smax=%lld", (long long)r->v.smax);
	if (r->v.smin == INT64_MIN && r->v.smax == INT64_MAX)
		say(v, 0, " unknown scalar value");
	return say(v, -EINVAL, " should have been in [%d, %d]\n", lo, hi);
}

static bool in_range(const struct reg *r, s32 lo, s32 hi)
{
	return r->v.smin >= lo && r->v.smax <= hi;
}

int check_result(struct verify *v, u32 regno)
{
	const struct frame *f = running(v);
	const struct reg *r = &f->reg[regno];
	const char *when = "At program exit";
	s32 lo = f->lo, hi = f->hi;
	int err = returns_nothing(v) && !f->subprog ? 1 : read_reg(v, regno);

	if (err)
		return err > 0 ? 0 : err;
	if (reg_leaks(v, r))
		return say(v, -EACCES, "R%u leaks addr as return value\n", regno);
	if (f->async) {
		when = "At async callback return";
	} else if (f->subprog && !f->exception) {
		if (r->type != REG_SCALAR)
			return say(
				v, -EINVAL,
				"At subprogram exit the register R%u is not a scalar value (%s)\n",
				regno, reg_name(r->type));
		return 0;
	} else if (!prog_returns(v->type, v->attach, &lo, &hi)) {
		return 0;
	}
	if (r->type != REG_SCALAR)
		return say(v, -EINVAL, "%s the register R%u is not a known value (%s)\n", when,
			   regno, reg_name(r->type));
	err = precise_reg(v, regno);
	if (err)
		return err;
	return in_range(r, lo, hi) ? 0 : out_of_range(v, r, regno, when, lo, hi);
}

static int check_callback_result(struct verify *v, const struct frame *f)
{
	const struct reg *r = &f->reg[0];

	if (r->type != REG_SCALAR)
		return say(v, -EACCES, "R0 not a scalar value\n");
	int err = precise_reg(v, 0);
	if (err)
		return err;
	return in_range(r, f->lo, f->hi)
		       ? 0
		       : out_of_range(v, r, 0, "At callback return", f->lo, f->hi);
}

static void log_return(struct verify *v)
{
	if (!logs(v, 3))
		return;
	say(v, 0, "returning from callee:\n");
	log_state(v, v->cur, v->cur->top, true);
	say(v, 0, "to caller at %u:\n", v->pc);
	log_state(v, v->cur, v->cur->top - 1, true);
}

static int leave(struct verify *v)
{
	struct frame *f = running(v), *caller = v->cur->frame[v->cur->top - 1];
	bool back = f->callback;
	int err = 0;

	live_update(v);
	if (f->reg[0].type == REG_STACK)
		return say(v, -EINVAL, "cannot return stack pointer to the caller\n");
	if (back)
		err = check_callback_result(v, f);
	else
		caller->reg[0] = f->reg[0];
	if (err)
		return err;
	v->pc = (u32)f->callsite + !back;
	log_return(v);
	frame_pop(v, v->cur);
	struct state *before = back ? previous_entry(v, v->cur, v->pc) : NULL;
	if (before)
		widen(v, before, v->cur);
	return 0;
}

int check_exit(struct verify *v, bool *ends)
{
	int err = check_leaks(v, false, !v->cur->top, "BPF_EXIT instruction in main prog");

	*ends = !v->cur->top;
	if (err)
		return err;
	return *ends ? check_result(v, 0) : leave(v);
}

int return_early(struct verify *v, bool zero)
{
	struct reg *r = &regs(v)[0];

	touch_reg(v, 0);
	if (!branch_push(v, v->pc + 1, v->pc, false))
		return -ENOMEM;
	if (zero) {
		reg_const(v, r, 0);
	} else {
		forget_packet(v);
		reg_unknown(v, r);
	}
	return leave(v);
}

/* ---- loads from the packet by offset ---- */

int check_skb_load(struct verify *v, const struct eb *e)
{
	const struct reg *ctx = &regs(v)[6];
	u32 t = v->type;

	if (t != PROGTYPE_SOCKET_FILTER && t != PROGTYPE_SCHED_CLS && t != PROGTYPE_SCHED_ACT)
		return say(v, -EINVAL,
			   "BPF_LD_[ABS|IND] instructions not allowed for this program type\n");
	int err = read_reg(v, 6);
	if (!err)
		err = check_leaks(v, false, true, "BPF_LD_[ABS|IND]");
	if (err)
		return err;
	if (ctx->type != REG_CTX)
		return say(v, -EINVAL, "at the time of BPF_LD_ABS|IND R6 != pointer to skb\n");
	if (ebpf_rows[e->op].form == EBF_IND)
		err = read_reg(v, e->src);
	if (!err)
		err = check_fixed_off(v, ctx, 6, true);
	if (err)
		return err;
	forget_args(v);
	reg_unknown(v, &regs(v)[0]);
	if (v->cur->top)
		return return_early(v, true);
	v->pc++;
	return 0;
}
