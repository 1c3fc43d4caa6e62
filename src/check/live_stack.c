/* SPDX-License-Identifier: BSD-2-Clause */
/* Which slots of the stack are still read, by function and by who called it. What each
 * instruction reads and surely writes is noted while it is simulated; what follows from
 * it, backwards through the flow graph, is computed when it is needed. */
#include "check/priv.h"

enum { BUCKETS = 256 };

/* Of one instruction, slots of one frame: sets. */
struct use {
	u64 reads, writes, live;
};

/* A function, called through a chain of calls. */
struct instance {
	u32 subprog, depth;
	s32 site[EBPF_FRAMES]; /* of frames 0 to depth */
	struct use *use[EBPF_FRAMES];
	u8 *seen; /* the instruction was simulated */
	bool stale;
	struct instance *next;
};

struct live {
	struct instance *bucket[BUCKETS];
	struct instance *now; /* of the current instruction */
	u32 pc;
	u64 writes[EBPF_FRAMES];
};

void live_init(struct verify *v) { v->live = arena_new(&v->arena, struct live); }

static struct instance *find(struct verify *v, const struct state *s, u32 depth)
{
	u32 subprog = s->frame[depth]->subprog, n = v->sub[subprog].end - v->sub[subprog].start;
	u64 h = subprog;
	struct instance *i;

	for (u32 k = 0; k <= depth; k++)
		h = hash_add(h, (u32)s->frame[k]->callsite);
	struct instance **head = &v->live->bucket[h % BUCKETS];
	for (i = *head; i; i = i->next) {
		bool same = i->subprog == subprog && i->depth == depth;
		for (u32 k = 0; k <= depth && same; k++)
			same = i->site[k] == s->frame[k]->callsite;
		if (same)
			return i;
	}
	i = arena_new(&v->arena, struct instance);
	i->subprog = subprog;
	i->depth = depth;
	for (u32 k = 0; k <= depth; k++)
		i->site[k] = s->frame[k]->callsite;
	i->seen = arena_alloc(&v->arena, n);
	i->next = *head;
	*head = i;
	return i;
}

static struct use *uses(struct verify *v, struct instance *i, u32 frame)
{
	const struct subprog *s = &v->sub[i->subprog];

	if (!i->use[frame])
		i->use[frame] = arena_array(&v->arena, struct use, s->end - s->start);
	return i->use[frame];
}

static struct use *use_at(struct verify *v, struct instance *i, u32 frame, u32 pc)
{
	return &uses(v, i, frame)[pc - v->sub[i->subprog].start];
}

void live_begin(struct verify *v)
{
	v->live->now = NULL;
	v->live->pc = v->pc;
	memset(v->live->writes, 0, sizeof(v->live->writes));
}

static struct instance *now(struct verify *v)
{
	if (!v->live->now)
		v->live->now = find(v, v->cur, v->cur->top);
	return v->live->now;
}

static void add_reads(struct verify *v, struct instance *i, u32 frame, u32 pc, u64 slots)
{
	struct use *u = use_at(v, i, frame, pc);

	if (slots & ~u->reads) {
		u->reads |= slots;
		i->stale = true;
	}
}

void live_read(struct verify *v, u32 frame, u64 slots)
{
	add_reads(v, now(v), frame, v->live->pc, slots);
}

void live_write(struct verify *v, u32 frame, u64 slots)
{
	now(v);
	v->live->writes[frame] |= slots;
}

static void set_writes(struct verify *v, struct instance *i, u32 frame, u32 pc, u64 slots,
		       bool again)
{
	struct use *u;

	if (!slots && !i->use[frame])
		return;
	u = use_at(v, i, frame, pc);
	slots = again ? slots & u->writes : slots;
	if (slots != u->writes) {
		u->writes = slots;
		i->stale = true;
	}
}

/* Called with the frames as they were: a call or an exit notes nothing. */
void live_commit(struct verify *v)
{
	struct instance *i = v->live->now;
	u32 pc = v->live->pc;

	if (!i) {
		u32 top = v->cur->top;
		const struct subprog *s = &v->sub[v->cur->frame[top]->subprog];
		if (pc < s->start || pc >= s->end)
			return;
		i = find(v, v->cur, top);
	}
	u8 *seen = &i->seen[pc - v->sub[i->subprog].start];
	for (u32 k = 0; k <= i->depth; k++)
		set_writes(v, i, k, pc, v->live->writes[k], *seen);
	*seen = 1;
}

static bool propagate(struct verify *v, struct instance *i, u32 frame)
{
	const struct subprog *s = &v->sub[i->subprog];
	struct use *u = i->use[frame];
	bool changed = false;

	for (u32 pc = s->end; pc-- > s->start;) {
		struct use *at = &u[pc - s->start];
		u32 to[2], n;
		u64 out = 0;
		if (insn_at(v, pc)->op == EB_WIDE)
			continue;
		n = successors(v, pc, to);
		for (u32 k = 0; k < n; k++)
			out |= u[to[k] - s->start].live;
		u64 in = (out & ~at->writes) | at->reads;
		changed |= in != at->live;
		at->live = in;
	}
	return changed;
}

/* What a function reads of its callers' stacks, the call reads. */
static void give_outer(struct verify *v, struct state *s, struct instance *i)
{
	struct instance *outer = find(v, s, i->depth - 1);

	for (u32 k = 0; k < i->depth; k++)
		if (i->use[k])
			add_reads(v, outer, k, (u32)i->site[i->depth], i->use[k][0].live);
}

void live_update(struct verify *v)
{
	struct state *s = v->cur;

	for (u32 depth = s->top + 1; depth-- > 0;) {
		struct instance *i = find(v, s, depth);
		if (i->stale) {
			for (u32 k = 0; k <= depth; k++)
				while (i->use[k] && propagate(v, i, k))
					;
			i->stale = false;
		}
		if (depth)
			give_outer(v, s, i);
	}
}

static bool alive(struct verify *v, struct instance *i, u32 frame, u32 pc, u32 slot)
{
	return i->use[frame] && use_at(v, i, frame, pc)->live >> slot & 1;
}

bool live_slot(struct verify *v, const struct state *s, u32 frame, u32 slot)
{
	if (alive(v, find(v, s, s->top), frame, s->pc, slot))
		return true;
	for (u32 k = frame; k < s->top; k++) {
		u32 site = (u32)s->frame[k + 1]->callsite;
		bool back = v->fact[site].flags & FACT_CALLBACK;
		if (alive(v, find(v, s, k), frame, back ? site : site + 1, slot))
			return true;
	}
	return false;
}
