/* SPDX-License-Identifier: BSD-2-Clause */
/* States that are kept, and states that they cover: when all that may be now could be
 * then, and then was found to be safe, the path need not be walked again. */
#include "check/priv.h"

enum { STATES_MAX = 64, HIST_LONG = 40, MISSES = 3, MISSES_CHECKPOINT = 64 };

/* ---- ids: old ones stand for new ones, one for one ---- */

static void idmap_reset(struct verify *v)
{
	v->idpairs = 0;
	v->idmap_next = v->ids;
}

/* Registers that differ by constants are linked by one id. */
static bool same_id(struct verify *v, u32 old, u32 cur)
{
	if (!old != !cur || ((old ^ cur) & ID_PLUS))
		return false;
	old &= ~ID_PLUS;
	cur &= ~ID_PLUS;
	if (!old)
		return true;
	for (u32 i = 0; i < v->idpairs; i++) {
		if (v->idmap[i].old == old)
			return v->idmap[i].cur == cur;
		if (v->idmap[i].cur == cur)
			return false;
	}
	if (v->idpairs == IDS)
		return false;
	v->idmap[v->idpairs++] = (struct idpair){old, cur};
	return true;
}

static bool same_scalar_id(struct verify *v, u32 old, u32 cur)
{
	old = old ? old : ++v->idmap_next;
	cur = cur ? cur : ++v->idmap_next;
	return same_id(v, old, cur);
}

/* ---- registers ---- */

static bool exact(struct verify *v, const struct reg *old, const struct reg *cur)
{
	return !memcmp(old, cur, offsetof(struct reg, id)) && same_id(v, old->id, cur->id) &&
	       same_id(v, old->ref, cur->ref);
}

static bool covers_scalar(struct verify *v, const struct reg *old, const struct reg *cur,
			  enum exactness how)
{
	if (v->limits_explored)
		return !memcmp(old, cur, offsetof(struct reg, id)) &&
		       same_scalar_id(v, old->id, cur->id);
	if (!old->precise && how == NOT_EXACT)
		return true;
	if ((old->id ^ cur->id) & ID_PLUS)
		return false;
	if ((old->id & ID_PLUS) && old->off != cur->off)
		return false;
	return scalar_within(&cur->v, &old->v) && same_scalar_id(v, old->id, cur->id);
}

static bool covers_packet(struct verify *v, const struct reg *old, const struct reg *cur)
{
	if ((old->range < 0 || cur->range < 0) ? old->range != cur->range : old->range > cur->range)
		return false;
	return old->off == cur->off && same_id(v, old->id, cur->id) &&
	       scalar_within(&cur->v, &old->v);
}

static bool covers_reg(struct verify *v, const struct reg *old, const struct reg *cur,
		       enum exactness how)
{
	if (how == EXACT)
		return exact(v, old, cur);
	if (old->type == REG_NONE)
		return true;
	if (old->type != cur->type)
		return false;
	switch (reg_kind(old->type)) {
	case REG_SCALAR:
		return covers_scalar(v, old, cur, how);
	case REG_MAP_KEY:
	case REG_MAP_VALUE:
	case REG_MEM:
	case REG_BUF:
	case REG_TP_BUFFER:
		return !memcmp(old, cur, offsetof(struct reg, v)) &&
		       scalar_within(&cur->v, &old->v) && same_id(v, old->id, cur->id) &&
		       same_id(v, old->ref, cur->ref);
	case REG_PACKET_META:
	case REG_PACKET:
		return covers_packet(v, old, cur);
	case REG_STACK:
		return exact(v, old, cur) && old->frame == cur->frame;
	case REG_ARENA:
		return true;
	default:
		return exact(v, old, cur);
	}
}

/* ---- the stack ---- */

static bool all_misc(const struct verify *v, const struct slot *s)
{
	for (u32 i = 0; i < SLOT; i++)
		if (s->type[i] != SLOT_MISC && !(s->type[i] == SLOT_INVALID && v->uninit))
			return false;
	return true;
}

/* The number of 8 bytes that a load would give, or NULL. */
static const struct reg *number_in(const struct verify *v, const struct slot *s,
				   const struct reg *any)
{
	if (slot_spilled_scalar(s) && s->type[0] == SLOT_SPILL)
		return &s->reg;
	return all_misc(v, s) ? any : NULL;
}

/* All 8 bytes are of the same kinds. */
static bool covers_kind(struct verify *v, const struct slot *old, const struct slot *cur,
			enum exactness how)
{
	const struct reg *a = &old->reg, *b = &cur->reg;

	switch (old->type[SLOT - 1]) {
	case SLOT_SPILL:
		return covers_reg(v, a, b, how);
	case SLOT_DYNPTR:
		return a->dynptr == b->dynptr && a->first == b->first && same_id(v, a->ref, b->ref);
	case SLOT_ITER:
		return a->btf == b->btf && a->btf_id == b->btf_id &&
		       a->iter_state == b->iter_state && same_id(v, a->ref, b->ref);
	case SLOT_IRQ:
		return same_id(v, a->ref, b->ref) && a->raw[0] == b->raw[0];
	default:
		return true;
	}
}

static bool covers_slot(struct verify *v, const struct slot *old, const struct slot *cur,
			enum exactness how)
{
	struct reg any;
	bool wanted = false;

	if (how == EXACT && (!cur || memcmp(old->type, cur->type, SLOT)))
		return false;
	for (u32 i = 0; i < SLOT; i++)
		wanted |= old->type[i] != SLOT_INVALID && !(v->uninit && old->type[i] == SLOT_MISC);
	if (!wanted)
		return true;
	if (!cur)
		return false;
	reg_unknown(v, &any);
	any.precise = false;
	const struct reg *a = number_in(v, old, &any), *b = number_in(v, cur, &any);
	if (a && b)
		return covers_reg(v, a, b, how);
	for (u32 i = 0; i < SLOT; i++) {
		u8 x = old->type[i], y = cur->type[i];
		if (x == SLOT_INVALID || (v->uninit && x == SLOT_MISC) ||
		    (x == SLOT_MISC && y == SLOT_ZERO))
			continue;
		if (x != y)
			return false;
	}
	return old->type[SLOT - 1] != cur->type[SLOT - 1] || covers_kind(v, old, cur, how);
}

static bool covers_stack(struct verify *v, const struct frame *old, const struct frame *cur,
			 enum exactness how)
{
	for (u32 i = 0; i < old->slots; i++)
		if (!covers_slot(v, &old->stack[i], i < cur->slots ? &cur->stack[i] : NULL, how))
			return false;
	return true;
}

/* ---- states ---- */

static bool covers_frame(struct verify *v, const struct frame *old, const struct frame *cur, u32 pc,
			 enum exactness how)
{
	if (old->callback_depth > cur->callback_depth)
		return false;
	for (u32 i = 0; i < EBPF_REGS; i++)
		if ((v->fact[pc].live >> i & 1) && !covers_reg(v, &old->reg[i], &cur->reg[i], how))
			return false;
	return covers_stack(v, old, cur, how);
}

static bool covers_refs(struct verify *v, const struct state *old, const struct state *cur)
{
	if (old->refs != cur->refs || old->locks != cur->locks ||
	    old->preempt_locks != cur->preempt_locks || old->rcu_locks != cur->rcu_locks ||
	    !same_id(v, old->irq_id, cur->irq_id) || !same_id(v, old->lock_id, cur->lock_id) ||
	    old->lock_ptr != cur->lock_ptr)
		return false;
	for (u32 i = 0; i < old->refs; i++)
		if (!same_id(v, old->ref[i].id, cur->ref[i].id) ||
		    old->ref[i].kind != cur->ref[i].kind ||
		    (old->ref[i].kind >= REF_LOCK && old->ref[i].ptr != cur->ref[i].ptr))
			return false;
	return true;
}

static bool same_callers(const struct state *a, const struct state *b)
{
	if (a->top != b->top)
		return false;
	for (u32 i = 0; i <= a->top; i++)
		if (a->frame[i]->callsite != b->frame[i]->callsite)
			return false;
	return true;
}

bool states_equal(struct verify *v, const struct state *old, struct state *cur, enum exactness how)
{
	if (old->top != cur->top || (old->speculative && !cur->speculative) ||
	    old->sleepable != cur->sleepable)
		return false;
	idmap_reset(v);
	if (!same_callers(old, cur) || !covers_refs(v, old, cur))
		return false;
	for (u32 i = 0; i <= old->top; i++)
		if (!covers_frame(v, old->frame[i], cur->frame[i], frame_pc(old, i), how))
			return false;
	return true;
}

/* ---- kept states ---- */

static struct state **kept_at(const struct verify *v, u32 pc, const struct state *s)
{
	u32 site = (u32)s->frame[s->top]->callsite;

	return &v->kept[(pc ^ site) % v->p->n];
}

struct state *previous_entry(struct verify *v, struct state *from, u32 pc)
{
	if (!from)
		return NULL;
	for (struct state *s = *kept_at(v, pc, from); s; s = s->next)
		if (s->pc == pc && s->branches && s->depth < from->depth && same_callers(s, from))
			return s;
	return NULL;
}

static void forget_if_unused(struct verify *v, struct state *s)
{
	if (!s->evicted || s->branches || s->held)
		return;
	state_free(v, s);
	v->evicted--;
}

static void count_peak(struct verify *v)
{
	v->peak = MAX(v->peak, v->kept_now + v->evicted + v->back_edges);
}

/* All that is never looked at again is taken out, so that fewer states differ. */
static void clean(struct verify *v, struct state *s)
{
	s->cleaned = true;
	for (u32 i = 0; i <= s->top; i++) {
		struct frame *f = s->frame[i];
		u16 live = v->fact[frame_pc(s, i)].live;
		for (u32 k = 0; k < EBPF_REGS - 1; k++)
			if (!(live >> k & 1))
				reg_none(&f->reg[k]);
		for (u32 k = 0; k < f->slots; k++)
			if (!live_slot(v, s, i, k))
				memset(&f->stack[k], 0, sizeof(f->stack[k]));
	}
}

static void clean_kept(struct verify *v)
{
	for (struct state *s = *kept_at(v, v->pc, v->cur); s; s = s->next)
		if (!s->branches && s->pc == v->pc && !s->cleaned && same_callers(s, v->cur) &&
		    !loop_incomplete(v, s))
			clean(v, s);
}

static bool maybe_looping(const struct state *old, const struct state *cur)
{
	if (old->top != cur->top)
		return false;
	for (u32 i = 0; i < EBPF_REGS; i++)
		if (memcmp(&old->frame[old->top]->reg[i], &cur->frame[cur->top]->reg[i],
			   offsetof(struct reg, frame)))
			return false;
	return true;
}

static bool iterators_differ(const struct state *old, const struct state *cur)
{
	for (u32 i = 0; i <= old->top; i++) {
		const struct frame *f = old->frame[i];
		for (u32 k = 0; k < f->slots && k < cur->frame[i]->slots; k++) {
			const struct slot *a = &f->stack[k], *b = &cur->frame[i]->stack[k];
			if (a->type[0] == SLOT_ITER && a->reg.iter_state == 1 &&
			    a->reg.iter_depth != b->reg.iter_depth)
				return true;
		}
	}
	return false;
}

static bool iterator_active(struct verify *v)
{
	const struct reg *r = &regs(v)[1];
	s64 off = r->off + (s64)r->v.bits.value;
	const struct frame *f = v->cur->frame[r->frame];
	u32 slot = (u32)(-off - 1) / SLOT;

	return slot < f->slots && f->stack[slot].reg.iter_state == 1;
}

enum verdict { MISS, LOOPS, COVERED, INFINITE, MISS_NEW };

static int infinite(struct verify *v, const struct state *s)
{
	log_line(v, v->pc);
	say(v, 0, "infinite loop detected at insn %u\n", v->pc);
	if (logs(v, ~0u)) {
		say(v, 0, "cur state:");
		log_state(v, v->cur, v->cur->top, true);
		say(v, 0, "old state:");
		log_state(v, s, v->cur->top, true);
	}
	return INFINITE;
}

/* s is on the way to here: is it a loop that ends, one that does not, or neither? MISS:
 * it may be a turn of a loop, of which not every one is to be kept. */
static int look_at_open(struct verify *v, struct state *s)
{
	struct state *cur = v->cur;
	const struct frame *f = s->frame[s->top];
	u8 flags = v->fact[v->pc].flags;

	if (f->async && f->async_entry != running(v)->async_entry)
		return MISS;
	if (flags & FACT_ITER_NEXT)
		return states_equal(v, s, cur, WITHIN) && iterator_active(v) ? LOOPS : MISS;
	if (insn_at(v, v->pc)->op == EB_MAY_GOTO && s->may_goto_depth != cur->may_goto_depth &&
	    states_equal(v, s, cur, WITHIN))
		return LOOPS;
	if (flags & FACT_CALLBACK)
		return states_equal(v, s, cur, WITHIN) ? COVERED : MISS;
	if (maybe_looping(s, cur) && states_equal(v, s, cur, EXACT) && !iterators_differ(s, cur) &&
	    s->may_goto_depth == cur->may_goto_depth && s->unroll_depth == cur->unroll_depth)
		return infinite(v, s);
	return MISS;
}

static int covered_by(struct verify *v, struct state *s, bool loop)
{
	int err;

	s->hits++;
	if (v->fact[v->pc].flags & FACT_JUMP)
		hist_push(v, v->cur, 0, 0);
	err = propagate_precision(v, s, v->cur, NULL);
	if (!err && loop) {
		loop_edge(v, s, v->cur);
		count_peak(v);
	}
	return err;
}

/* A state that never helps goes. */
static bool useless(const struct verify *v, const struct state *s)
{
	u32 n = (v->fact[v->pc].flags & FACT_CHECKPOINT) && s->branches ? MISSES_CHECKPOINT
									: MISSES;

	return s->misses > s->hits * n + n;
}

static void keep(struct verify *v)
{
	struct state *s = state_new(v), *cur = v->cur;
	struct state **head = kept_at(v, v->pc, cur);

	v->states++;
	v->kept_now++;
	count_peak(v);
	v->jumps_before = v->jumps;
	v->insns_before = v->insns;
	if (v->capable)
		imprecise_all(cur);
	state_copy(v, s, cur);
	s->pc = v->pc;
	s->next = *head;
	*head = s;
	loop_enter(v, s);
	cur->parent = s;
	cur->branches = 1;
	cur->first = v->pc;
	cur->depth = s->depth + 1;
	cur->hists = 0;
}

static void tell(struct verify *v, const char *what, const struct frame *a, const struct reg *old,
		 const struct frame *b, const struct reg *cur)
{
	struct buf kept = {0}, is = {0};

	if (old)
		put_reg(&kept, a, old);
	if (cur)
		put_reg(&is, b, cur);
	v->how->missed(v->how->arg, v->pc, what, kept.p ? kept.p : "", is.p ? is.p : "");
	buf_deinit(&kept);
	buf_deinit(&is);
}

/* Why the kept state does not cover the current one: the first register or slot. */
static void tell_miss(struct verify *v, const struct state *s)
{
	const struct state *cur = v->cur;
	char what[16];

	for (u32 f = 0; s->top == cur->top && f <= s->top; f++) {
		const struct frame *a = s->frame[f], *b = cur->frame[f];

		idmap_reset(v);
		for (u32 i = 0; i < EBPF_REGS; i++) {
			if (!(v->fact[frame_pc(s, f)].live >> i & 1) ||
			    covers_reg(v, &a->reg[i], &b->reg[i], NOT_EXACT))
				continue;
			snprintf(what, sizeof(what), "r%u", i);
			tell(v, what, a, &a->reg[i], b, &b->reg[i]);
			return;
		}
		for (u32 i = 0; i < a->slots; i++) {
			const struct slot *there = i < b->slots ? &b->stack[i] : NULL;

			if (covers_slot(v, &a->stack[i], there, NOT_EXACT))
				continue;
			snprintf(what, sizeof(what), "fp-%u", (i + 1) * SLOT);
			tell(v, what, a, slot_spilled(&a->stack[i]) ? &a->stack[i].reg : NULL, b,
			     there && slot_spilled(there) ? &there->reg : NULL);
			return;
		}
	}
	v->how->missed(v->how->arg, v->pc, "",
		       s->branches ? "paths from it are not walked to their end" : "", "");
}

int visit(struct verify *v, bool *covered)
{
	bool force = (v->how->prog_flags & CHECK_STATE_FREQ) ||
		     (v->fact[v->pc].flags & FACT_CHECKPOINT) || v->cur->hists > HIST_LONG;
	u32 jumps = v->jumps - v->jumps_before, insns = v->insns - v->insns_before, n = 0;
	bool add = force || (jumps >= 2 && insns >= 8);

	*covered = false;
	clean_kept(v);
	for (struct state **at = kept_at(v, v->pc, v->cur), *s; (s = *at);) {
		int is = MISS_NEW;
		bool loop = false;
		n++;
		if (s->pc != v->pc) {
			at = &s->next;
			continue;
		}
		if (s->branches) {
			is = look_at_open(v, s);
			loop = is == LOOPS;
			if (is == INFINITE)
				return -EINVAL;
			if (is == MISS && !force && jumps < 20 && insns < 100)
				add = false;
		} else if (!v->how->no_prune) {
			loop = loop_incomplete(v, s);
			if (states_equal(v, s, v->cur, loop ? WITHIN : NOT_EXACT))
				is = COVERED;
		}
		if (is == LOOPS || is == COVERED) {
			*covered = true;
			return covered_by(v, s, loop);
		}
		if (v->how->missed)
			tell_miss(v, s);
		s->misses += add;
		if (!useless(v, s)) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		s->evicted = true;
		v->kept_now--;
		v->evicted++;
		forget_if_unused(v, s);
	}
	v->most_states = MAX(v->most_states, n);
	if (add && (v->capable || n <= STATES_MAX))
		keep(v);
	return 0;
}

int path_ended(struct verify *v)
{
	for (struct state *s = v->cur, *parent; s; s = parent) {
		if (--s->branches)
			return 0;
		int err = s == v->cur ? 0 : loop_exit(v, s);
		if (err)
			return err;
		parent = s->parent;
		if (s != v->cur)
			forget_if_unused(v, s);
	}
	return 0;
}
