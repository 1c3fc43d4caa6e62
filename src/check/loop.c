/* SPDX-License-Identifier: BSD-2-Clause */
/* Loops: a state covered by one that is still on its way makes a back edge. When the loop
 * is left, what the kept states need to know precisely is carried along these edges. */
#include "check/priv.h"

enum { TURNS = 64 };

struct edge {
	struct state *state; /* its equal covers it */
	struct edge *next;
};

/* A loop, entered through a chain of calls. */
struct scc {
	u32 id, depth;
	u32 site[EBPF_FRAMES];
	struct state *entry;
	struct edge *edge;
	struct scc *next;
};

/* The outermost loop that the state is in. */
static bool chain_of(const struct verify *v, const struct state *s, struct scc *to)
{
	for (u32 i = 0; i <= s->top; i++) {
		u32 pc = i == s->top ? s->pc : (u32)s->frame[i + 1]->callsite;

		if (v->fact[pc].scc) {
			to->id = v->fact[pc].scc;
			to->depth = i;
			return true;
		}
		to->site[i] = pc;
	}
	return false;
}

static struct scc **bucket(const struct verify *v, const struct scc *key)
{
	return &v->loops[key->id % (v->sccs + 1)];
}

static struct scc *find(const struct verify *v, const struct scc *key)
{
	struct scc *l;

	for (l = *bucket(v, key); l; l = l->next)
		if (l->id == key->id && l->depth == key->depth &&
		    !memcmp(l->site, key->site, key->depth * sizeof(u32)))
			break;
	return l;
}

static void log_loop(struct verify *v, const char *what, const struct scc *l)
{
	if (!logs(v, 2))
		return;
	say(v, 0, "SCC %s (", what);
	for (u32 i = 0; i < l->depth; i++)
		say(v, 0, "%u,", l->site[i]);
	say(v, 0, "%u)\n", l->id);
}

void loop_enter(struct verify *v, struct state *s)
{
	struct scc key;

	if (!chain_of(v, s, &key))
		return;
	struct scc *l = find(v, &key);
	if (!l) {
		l = arena_new(&v->arena, struct scc);
		*l = key;
		l->entry = NULL;
		l->edge = NULL;
		l->next = *bucket(v, &key);
		*bucket(v, &key) = l;
	}
	if (l->entry)
		return;
	l->entry = s;
	log_loop(v, "enter", l);
}

bool loop_incomplete(struct verify *v, const struct state *s)
{
	struct scc key;

	if (!chain_of(v, s, &key))
		return false;
	const struct scc *l = find(v, &key);
	return l && l->edge;
}

void loop_edge(struct verify *v, struct state *old, const struct state *cur)
{
	struct scc key;

	if (!chain_of(v, old, &key))
		return;
	struct scc *l = find(v, &key);
	if (!l)
		return;
	log_loop(v, "backedge", l);
	struct edge *e = pool_get(v, sizeof(*e));
	e->state = state_new(v);
	state_copy(v, e->state, cur);
	e->state->pc = v->pc;
	e->state->equal = old;
	old->held++;
	e->next = l->edge;
	l->edge = e;
	v->back_edges++;
}

static int carry(struct verify *v, struct scc *l)
{
	bool changed = true;

	for (u32 turn = 0; changed; turn++) {
		changed = false;
		for (struct edge *e = l->edge; e; e = e->next) {
			if (turn > TURNS) {
				precise_all(v, e->state);
				continue;
			}
			int err = propagate_precision(v, e->state->equal, e->state, &changed);
			if (err)
				return err;
		}
	}
	return 0;
}

int loop_exit(struct verify *v, struct state *s)
{
	struct scc key;

	if (!chain_of(v, s, &key))
		return 0;
	struct scc *l = find(v, &key);
	if (!l || l->entry != s)
		return 0;
	log_loop(v, "exit", l);
	l->entry = NULL;
	int err = carry(v, l);
	for (struct edge *e = l->edge, *next; e; e = next) {
		next = e->next;
		e->state->equal->held--;
		state_free(v, e->state);
		pool_put(v, e, sizeof(*e));
		v->back_edges--;
	}
	l->edge = NULL;
	return err;
}

/* ---- widening: a number that is not precise, and differs from turn to turn ---- */

static void widen_reg(const struct verify *v, const struct reg *old, struct reg *cur)
{
	if (old->type != REG_SCALAR || cur->type != REG_SCALAR || old->precise || cur->precise)
		return;
	if (memcmp(old, cur, offsetof(struct reg, id)) || !old->id != !cur->id)
		reg_unknown(v, cur);
}

void widen(struct verify *v, const struct state *old, struct state *cur)
{
	for (u32 i = 0; i <= old->top; i++) {
		const struct frame *a = old->frame[i];
		struct frame *b = cur->frame[i];
		for (u32 k = 0; k < EBPF_REGS; k++)
			widen_reg(v, &a->reg[k], &b->reg[k]);
		for (u32 k = 0; k < a->slots && k < b->slots; k++)
			if (slot_spilled(&a->stack[k]) && slot_spilled(&b->stack[k]))
				widen_reg(v, &a->stack[k].reg, &b->stack[k].reg);
	}
}
