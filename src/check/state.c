/* SPDX-License-Identifier: BSD-2-Clause */
/* States: made, copied, given back; branches that wait to be walked. */
#include "check/priv.h"

/* What is given back is used again, by size in steps of 64 bytes; what is larger comes in
 * powers of two. */
enum { STEP = 64, STEPS = 256, POWERS = 40, HIST_FIRST = 8 };
struct pool {
	void *step[STEPS + 1];
	void *power[POWERS];
};

static void **pool_list(struct verify *v, size_t *n)
{
	if (!v->pool)
		v->pool = arena_new(&v->arena, struct pool);
	u32 steps = (u32)((*n + STEP - 1) / STEP);
	if (*n <= (size_t)STEP * STEPS) {
		*n = (size_t)steps * STEP;
		return &v->pool->step[steps];
	}
	u32 bit = 63 - (u32)__builtin_clzll(*n - 1) + 1;
	*n = (size_t)1 << bit;
	return &v->pool->power[bit];
}

static void *pool_raw(struct verify *v, size_t n)
{
	void **list = pool_list(v, &n), *p = *list;

	if (!p)
		return arena_raw(&v->arena, n);
	memcpy(list, p, sizeof(void *));
	return p;
}

void *pool_get(struct verify *v, size_t n) { return memset(pool_raw(v, n), 0, n); }

void pool_put(struct verify *v, void *p, size_t n)
{
	if (!p || !n)
		return;
	void **list = pool_list(v, &n);
	memcpy(p, list, sizeof(void *));
	*list = p;
}

/* ---- frames ---- */

static void frame_free(struct verify *v, struct frame *f)
{
	pool_put(v, f->stack, f->slots * sizeof(struct slot));
	pool_put(v, f, sizeof(*f));
}

static void frame_copy(struct verify *v, struct frame *to, const struct frame *from)
{
	struct slot *stack = to->stack;

	if (to->slots != from->slots) {
		pool_put(v, stack, to->slots * sizeof(struct slot));
		stack = from->slots ? pool_raw(v, from->slots * sizeof(struct slot)) : NULL;
	}
	memcpy(to, from, sizeof(*to));
	to->stack = stack;
	if (from->slots)
		memcpy(stack, from->stack, from->slots * sizeof(struct slot));
}

struct frame *frame_push(struct verify *v, struct state *s, s32 callsite, u32 subprog)
{
	struct frame *f = pool_get(v, sizeof(*f));
	u32 nr = s->frame[0] ? s->top + 1 : 0;

	f->callsite = callsite;
	f->subprog = subprog;
	f->number = nr;
	for (u32 i = 0; i < EBPF_REGS; i++)
		reg_none(&f->reg[i]);
	reg_zero_off(&f->reg[10], REG_STACK);
	f->reg[10].frame = (u8)nr;
	s->frame[nr] = f;
	touch_all(v);
	return f;
}

void frame_pop(struct verify *v, struct state *s)
{
	frame_free(v, s->frame[s->top]);
	s->frame[s->top--] = NULL;
}

void frame_grow(struct verify *v, struct frame *f, u32 bytes)
{
	u32 n = (bytes + SLOT - 1) / SLOT;

	if (n <= f->slots)
		return;
	struct slot *stack = pool_get(v, n * sizeof(*stack));
	if (f->slots)
		memcpy(stack, f->stack, f->slots * sizeof(*stack));
	pool_put(v, f->stack, f->slots * sizeof(*stack));
	f->stack = stack;
	f->slots = n;
	v->sub[f->subprog].stack = MAX(v->sub[f->subprog].stack, (s32)n * SLOT);
}

/* ---- states ---- */

struct state *state_new(struct verify *v) { return pool_get(v, sizeof(struct state)); }

static void copy_hist(struct verify *v, struct state *to, const struct state *from)
{
	if (to->hist_cap < from->hists) {
		pool_put(v, to->hist, to->hist_cap * sizeof(struct hist));
		to->hist = pool_raw(v, from->hists * sizeof(struct hist));
		to->hist_cap = from->hists;
	}
	if (from->hists)
		memcpy(to->hist, from->hist, from->hists * sizeof(struct hist));
}

static void copy_refs(struct verify *v, struct state *to, const struct state *from)
{
	if (to->refs != from->refs) {
		pool_put(v, to->ref, to->refs * sizeof(struct ref));
		to->ref = from->refs ? pool_raw(v, from->refs * sizeof(struct ref)) : NULL;
	}
	if (from->refs)
		memcpy(to->ref, from->ref, from->refs * sizeof(struct ref));
}

void state_copy(struct verify *v, struct state *to, const struct state *from)
{
	struct state old;

	copy_hist(v, to, from);
	copy_refs(v, to, from);
	for (u32 i = from->top + 1; i < EBPF_FRAMES && to->frame[i]; i++) {
		frame_free(v, to->frame[i]);
		to->frame[i] = NULL;
	}
	for (u32 i = 0; i <= from->top; i++) {
		if (!to->frame[i])
			to->frame[i] = pool_get(v, sizeof(struct frame));
		frame_copy(v, to->frame[i], from->frame[i]);
	}
	old = *to;
	*to = *from;
	memcpy(to->frame, old.frame, sizeof(to->frame));
	to->hist = old.hist;
	to->hist_cap = old.hist_cap;
	to->ref = old.ref;
	to->next = NULL;
	to->hits = to->misses = to->held = 0;
	to->cleaned = to->evicted = false;
}

void state_free(struct verify *v, struct state *s)
{
	for (u32 i = 0; i < EBPF_FRAMES && s->frame[i]; i++)
		frame_free(v, s->frame[i]);
	pool_put(v, s->hist, s->hist_cap * sizeof(struct hist));
	pool_put(v, s->ref, s->refs * sizeof(struct ref));
	pool_put(v, s, sizeof(*s));
}

/* ---- the way that was taken ---- */

int hist_push(struct verify *v, struct state *s, u16 flags, u64 linked)
{
	if (v->entry) {
		v->entry->flags |= flags;
		if (!v->entry->linked)
			v->entry->linked = linked;
		return 0;
	}
	if (s->hists == s->hist_cap) {
		u32 cap = MAX(s->hist_cap * 2, (u32)HIST_FIRST);
		struct hist *h = pool_raw(v, cap * sizeof(*h));
		if (s->hists)
			memcpy(h, s->hist, s->hists * sizeof(*h));
		pool_put(v, s->hist, s->hist_cap * sizeof(*h));
		s->hist = h;
		s->hist_cap = cap;
	}
	v->entry = &s->hist[s->hists++];
	*v->entry = (struct hist){v->pc, v->before, flags, linked};
	return 0;
}

/* ---- branches ---- */

static struct state *push(struct verify *v, u32 pc, u32 before)
{
	struct pending *b = pool_get(v, sizeof(*b));

	b->state = state_new(v);
	b->pc = pc;
	b->before = before;
	b->next = v->pending;
	b->log = log_pos(v);
	v->pending = b;
	v->pendings++;
	return b->state;
}

static bool too_many(struct verify *v)
{
	if (v->pendings <= v->limit_pending)
		return false;
	say(v, 0, "The sequence of %u jumps is too complex.\n", v->pendings);
	return true;
}

struct state *branch_push(struct verify *v, u32 pc, u32 before, bool speculative)
{
	struct state *s = push(v, pc, before);

	state_copy(v, s, v->cur);
	s->speculative |= speculative;
	if (too_many(v))
		return NULL;
	if (s->parent)
		s->parent->branches++;
	return s;
}

struct state *branch_push_fresh(struct verify *v, u32 pc, u32 before)
{
	struct state *s = push(v, pc, before);

	s->branches = 1;
	s->first = pc;
	return too_many(v) ? NULL : s;
}

bool branch_pop(struct verify *v, bool cut_log)
{
	struct pending *b = v->pending;

	if (!b)
		return false;
	if (cut_log)
		log_cut(v, b->log);
	state_free(v, v->cur);
	v->cur = b->state;
	v->pc = b->pc;
	v->before = b->before;
	v->pending = b->next;
	v->pendings--;
	pool_put(v, b, sizeof(*b));
	return true;
}

struct reg *walk_next(struct walk *w)
{
	for (; w->frame <= w->s->top; w->frame++, w->reg = w->slot = 0) {
		struct frame *f = w->s->frame[w->frame];
		if (w->reg < EBPF_REGS)
			return &f->reg[w->reg++];
		while (w->slot < f->slots)
			if (slot_spilled(&f->stack[w->slot++]))
				return &f->stack[w->slot - 1].reg;
	}
	return NULL;
}
