/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of values at a place in the graph.
 *
 * An env maps values to facts. It is a persistent radix tree: to assume
 * something copies one path, and the meet of two environments passes over what
 * they share. A value gets a slot in the trees with its first fact, so that
 * they stay low. Besides values, the names of tests (V_TEST) have facts: their
 * outcome, as a value of 0 or 1. */
#include "filter/priv.h"

enum { FAN = 16, BITS = 4 };

struct trie {
	u32 present; /* the children that are there, as bits */
	void *child[FAN];
};

static const struct fact nothing = {.max = UINT32_MAX};

static bool fits(u32 slot, u32 height) { return slot >> (BITS * height) == 0; }

static struct fact *find(const struct facts *e, const struct val *v)
{
	void *p = e->root;

	if (!v->slot || !fits(v->slot, e->height))
		return NULL;
	for (u32 h = e->height; p && h > 0; h--)
		p = ((struct trie *)p)->child[v->slot >> (BITS * (h - 1)) & (FAN - 1)];
	return p;
}

static void *insert(struct filter *f, void *p, u32 h, u32 slot, struct fact *fact)
{
	if (!h)
		return fact;
	struct trie *t =
		p ? arena_dup(&f->scratch, p, sizeof(*t)) : arena_new(&f->scratch, struct trie);
	u32 i = slot >> (BITS * (h - 1)) & (FAN - 1);
	t->present |= 1u << i;
	t->child[i] = insert(f, t->child[i], h - 1, slot, fact);
	return t;
}

static void set(struct filter *f, struct facts *e, const struct val *v, struct fact fact)
{
	u32 *slot = &f->vals.v[v->id]->slot;

	if (!*slot)
		*slot = ++f->slots; /* 0 is none */
	for (; !fits(*slot, e->height); e->height++) {
		struct trie *t = e->root ? arena_new(&f->scratch, struct trie) : NULL;

		if (t) {
			t->present = 1;
			t->child[0] = e->root;
		}
		e->root = t;
	}
	e->root = insert(f, e->root, e->height, *slot, arena_dup(&f->scratch, &fact, sizeof(fact)));
}

static void count(struct filter *f, const struct val *v)
{
	for (; v; v = v->b) {
		f->uses[v->id] |= f->uses[v->id] + 1;
		if (v->a)
			count(f, v->a);
	}
}

struct facts *facts_start(struct filter *f, struct order o)
{
	f->n_uses = f->vals.n;
	f->uses = arena_array(&f->scratch, u8, f->n_uses);
	for (u32 i = 0; i < o.n; i++) {
		if (o.v[i]->x)
			count(f, o.v[i]->x);
		if (o.v[i]->y)
			count(f, o.v[i]->y);
	}
	return arena_new(&f->scratch, struct facts);
}

/* Each of the three descriptions sharpens the others. */
static struct fact settle(struct fact a)
{
	a.min = MAX(a.min, a.bits & a.known);
	a.max = MIN(a.max, (a.bits & a.known) | ~a.known);
	if (a.min == a.max) {
		a.known = UINT32_MAX;
		a.bits = a.min;
	} else if (a.min < a.max) {
		u32 differ = a.min ^ a.max, low = UINT32_MAX >> __builtin_clz(differ);

		a.bits = (a.bits & a.known) | (a.min & ~low & ~a.known);
		a.known |= ~low;
	}
	return a;
}

static struct fact both(struct fact a, struct fact b)
{
	a.min = MAX(a.min, b.min);
	a.max = MIN(a.max, b.max);
	a.bits = (a.bits & a.known) | (b.bits & b.known);
	a.known |= b.known;
	a.reach = MAX(a.reach, b.reach);
	a.evaluated |= b.evaluated;
	return settle(a);
}

static struct fact exactly(u32 k)
{
	return (struct fact){.min = k, .max = k, .known = UINT32_MAX, .bits = k};
}

enum { DEPTH = 6 };

static struct fact lookup(struct filter *f, const struct facts *e, const struct val *v, u32 depth);

static struct fact of_alu(enum val_op op, struct fact a, struct fact b)
{
	struct fact r = nothing;
	bool k = b.min == b.max;

	switch (op) {
	case V_AND:
		r.max = MIN(a.max, b.max);
		r.bits = a.bits & b.bits & a.known & b.known;
		r.known = (a.known & b.known) | (a.known & ~a.bits) | (b.known & ~b.bits);
		break;
	case V_OR:
		r.min = MAX(a.min, b.min);
		r.bits = (a.bits & a.known) | (b.bits & b.known);
		r.known = (a.known & b.known) | (a.known & a.bits) | (b.known & b.bits);
		break;
	case V_XOR:
		r.known = a.known & b.known;
		r.bits = (a.bits ^ b.bits) & r.known;
		break;
	case V_ADD:
		if ((u64)a.max + b.max <= UINT32_MAX) {
			r.min = a.min + b.min;
			r.max = a.max + b.max;
		} else if (k && (u64)a.min + b.min > UINT32_MAX) {
			r.min = a.min + b.min;
			r.max = a.max + b.max;
		}
		break;
	case V_LSH:
		if (k && b.min < 32) {
			r.known = a.known << b.min | ((1u << b.min) - 1);
			r.bits = a.bits << b.min;
			if ((u64)a.max << b.min <= UINT32_MAX) {
				r.min = a.min << b.min;
				r.max = a.max << b.min;
			}
		}
		break;
	case V_RSH:
		if (k && b.min < 32) {
			r.known = b.min ? a.known >> b.min | ~(UINT32_MAX >> b.min) : a.known;
			r.bits = a.bits >> b.min;
			r.min = a.min >> b.min;
			r.max = a.max >> b.min;
		}
		break;
	default:
		if (k && a.min == a.max && op == V_SUB)
			return exactly(a.min - b.min);
		break;
	}
	r.bits &= r.known;
	return settle(r);
}

static struct fact lookup(struct filter *f, const struct facts *e, const struct val *v, u32 depth)
{
	struct fact r = nothing, *known = find(e, v);

	if (v->op == V_CONST)
		return exactly(v->k);
	r.max = v->max;
	r.known = ~v->bits;
	if (v->op >= V_ADD && v->op <= V_RSH && depth)
		r = both(r, of_alu(v->op, lookup(f, e, v->a, depth - 1),
				   lookup(f, e, v->b, depth - 1)));
	return known ? both(r, *known) : r;
}

struct fact facts_of(struct filter *f, const struct facts *e, const struct val *v)
{
	return lookup(f, e, v, DEPTH);
}

/* ---- what was loaded ---- */

static bool reached(const struct facts *e, const struct val *v)
{
	const struct fact *base;

	if (!v->a)
		return v->k < e->reach && e->reach - v->k >= v->size;
	base = find(e, v->a);
	return base && v->k < base->reach && base->reach - v->k >= v->size &&
	       (u64)v->a->max + base->reach <= INT32_MAX;
}

static bool safe(struct filter *f, const struct facts *e, const struct val *v, u32 depth)
{
	const struct fact *known;

	if (!v->faults)
		return true;
	known = find(e, v);
	if (known && known->evaluated)
		return true;
	if (!depth)
		return false;
	if (v->op == V_LOAD)
		return reached(e, v);
	if (v->op < V_NEG)
		return false;
	if ((v->op == V_DIV || v->op == V_MOD) && !lookup(f, e, v->b, DEPTH).min)
		return false;
	return safe(f, e, v->a, depth - 1) && (!v->b || safe(f, e, v->b, depth - 1));
}

bool facts_safe(struct filter *f, const struct facts *e, const struct val *v)
{
	return safe(f, e, v, DEPTH);
}

static void was_evaluated(struct filter *f, struct facts *e, const struct val *v)
{
	struct fact *old = find(e, v), r = old ? *old : nothing;

	if (r.evaluated)
		return;
	r.evaluated = true;
	set(f, e, v, r);
}

static void was_loaded(struct filter *f, struct facts *e, const struct val *v)
{
	u32 end = v->k + v->size;

	if ((v->a ? (u64)v->a->max : 0) + v->k + v->size > INT32_MAX) {
		was_evaluated(f, e, v);
	} else if (!v->a) {
		e->reach = MAX(e->reach, end);
	} else {
		struct fact *old = find(e, v->a), base = old ? *old : nothing;

		if (base.reach >= end)
			return;
		base.reach = end;
		set(f, e, v->a, base);
	}
}

/* Only what facts_safe cannot tell from the parts is noted. */
static void evaluated(struct filter *f, struct facts *e, const struct val *v, u32 depth)
{
	if (!v->faults || !depth)
		return;
	if (v->op == V_LOAD)
		was_loaded(f, e, v);
	else if (v->op == V_ANC || v->op == V_DIV || v->op == V_MOD)
		was_evaluated(f, e, v);
	if (v->a)
		evaluated(f, e, v->a, depth - 1);
	if (v->b)
		evaluated(f, e, v->b, depth - 1);
}

/* What was known of the cell is about its old value, and so is what was known
 * of all values with it. */
struct facts *facts_store(struct filter *f, const struct facts *e, const struct node *n)
{
	struct facts *r = facts_evaluated(f, e, n->x);
	struct fact x = lookup(f, r, n->x, DEPTH);

	if (r->cells & n->y->cells) {
		r->root = NULL;
		r->height = 0;
		r->cells = 0;
	}
	x.reach = 0;
	x.evaluated = false;
	r->cells |= n->y->cells;
	set(f, r, n->y, x);
	return r;
}

struct facts *facts_evaluated(struct filter *f, const struct facts *e, struct val *v)
{
	struct facts *r = arena_dup(&f->scratch, e, sizeof(*e));

	evaluated(f, r, v, DEPTH);
	r->cells |= v->cells;
	return r;
}

/* ---- tests ---- */

/* What is known of such a value tells something of its part. */
static bool has_parts(const struct val *v)
{
	return (v->op == V_AND || v->op == V_LSH || v->op == V_RSH) && v->b->op == V_CONST;
}

static void learn(struct filter *f, struct facts *e, const struct val *v, struct fact more)
{
	struct fact *old = find(e, v), r = both(old ? *old : nothing, more);

	if (!old || memcmp(old, &r, sizeof(r)))
		set(f, e, v, r);
	if (has_parts(v)) {
		struct fact part = nothing;
		u32 k = v->b->k;

		if (v->op == V_AND) {
			part.known = r.known & k;
			part.bits = r.bits & k;
		} else if (v->op == V_LSH) {
			part.known = r.known >> k;
			part.bits = r.bits >> k;
		} else {
			part.known = r.known << k;
			part.bits = r.bits << k;
		}
		part.bits &= part.known;
		if (part.known)
			learn(f, e, v->a, settle(part));
	}
}

static struct fact from_test(struct filter *f, const struct facts *e, const struct node *t,
			     bool yes)
{
	struct fact r = nothing, old;
	u32 k = t->y->k;

	switch (t->cmp) {
	case C_EQ:
		if (yes)
			return exactly(k);
		old = lookup(f, e, t->x, DEPTH);
		r.min = old.min == k && k < UINT32_MAX ? k + 1 : 0;
		r.max = old.max == k && k > 0 ? k - 1 : UINT32_MAX;
		break;
	case C_GT:
		if (yes)
			r.min = k + 1;
		else
			r.max = k;
		break;
	case C_GE:
		if (yes)
			r.min = k;
		else
			r.max = k - 1;
		break;
	case C_SET:
		if (!yes)
			r.known = k;
		else if (!(k & (k - 1)))
			r.known = r.bits = k;
		break;
	}
	return settle(r);
}

/* Does the fact of x imply the outcome, so that it needs no fact of its own? */
static bool tells_all(const struct node *t, bool yes)
{
	u32 k = t->y->k;

	if (t->y->op != V_CONST)
		return false;
	return t->cmp == C_GT || t->cmp == C_GE || (t->cmp == C_EQ && yes) ||
	       (t->cmp == C_SET && (!yes || !(k & (k - 1))));
}

/* Only one test looks at v, so that no other could use what it learns. */
static bool is_lone(const struct filter *f, const struct val *v)
{
	for (; v->id < f->n_uses && f->uses[v->id] == 1; v = v->a)
		if (!has_parts(v))
			return true;
	return false;
}

struct facts *facts_assume(struct filter *f, const struct facts *e, struct node *t, bool yes)
{
	struct facts *r = arena_dup(&f->scratch, e, sizeof(*e));

	evaluated(f, r, t->x, DEPTH);
	evaluated(f, r, t->y, DEPTH);
	r->cells |= t->x->cells | t->y->cells;
	if (t->y->op == V_CONST && is_lone(f, t->x))
		return r;
	if (!tells_all(t, yes))
		set(f, r, val_test_name(f, t), exactly(yes));
	if (t->y->op == V_CONST)
		learn(f, r, t->x, from_test(f, e, t, yes));
	return r;
}

enum answer facts_decide(struct filter *f, const struct facts *e, struct node *t)
{
	struct fact *same = t->name ? find(e, t->name) : NULL, x, y;

	if (same && same->min == same->max)
		return same->min ? YES : NO;
	/* Most often nothing is known of what was loaded. */
	if (t->x->op == V_LOAD && !find(e, t->x) && t->x != t->y)
		return UNKNOWN;
	x = lookup(f, e, t->x, DEPTH);
	y = lookup(f, e, t->y, DEPTH);
	switch (t->cmp) {
	case C_EQ:
		if (t->x == t->y || (x.min == x.max && y.min == y.max && x.min == y.min))
			return YES;
		if (x.max < y.min || y.max < x.min || ((x.bits ^ y.bits) & x.known & y.known))
			return NO;
		return UNKNOWN;
	case C_GT:
		return x.min > y.max ? YES : x.max <= y.min || t->x == t->y ? NO : UNKNOWN;
	case C_GE:
		return x.min >= y.max || t->x == t->y ? YES : x.max < y.min ? NO : UNKNOWN;
	default:
		if (x.known & y.known & x.bits & y.bits)
			return YES;
		if (((~x.known | x.bits) & (~y.known | y.bits)) == 0)
			return NO;
		return UNKNOWN;
	}
}

/* ---- where paths join ---- */

static struct fact *fact_meet(struct filter *f, const struct fact *a, const struct fact *b)
{
	struct fact r = {
		.min = MIN(a->min, b->min),
		.max = MAX(a->max, b->max),
		.known = a->known & b->known & ~(a->bits ^ b->bits),
		.reach = MIN(a->reach, b->reach),
		.evaluated = a->evaluated && b->evaluated,
	};

	r.bits = a->bits & r.known;
	if (!memcmp(&r, &nothing, sizeof(r)))
		return NULL;
	return arena_dup(&f->scratch, &r, sizeof(r));
}

static void *meet(struct filter *f, void *a, void *b, u32 h)
{
	if (a == b || !a || !b)
		return a == b ? a : NULL;
	if (!h)
		return fact_meet(f, a, b);
	struct trie *x = a, *y = b, *t = NULL;
	for (u32 left = x->present & y->present; left; left &= left - 1) {
		u32 i = (u32)__builtin_ctz(left);
		void *child = meet(f, x->child[i], y->child[i], h - 1);

		if (!child)
			continue;
		if (!t)
			t = arena_new(&f->scratch, struct trie);
		t->present |= 1u << i;
		t->child[i] = child;
	}
	return t;
}

/* The part of a tree that has the slots of one of this height. */
static void *lower(const struct facts *e, u32 height)
{
	void *p = e->root;

	for (u32 h = e->height; p && h > height; h--)
		p = ((struct trie *)p)->child[0];
	return p;
}

struct facts *facts_meet(struct filter *f, struct facts *a, struct facts *b)
{
	if (!a || a == b)
		return b;
	struct facts *r = arena_new(&f->scratch, struct facts);
	r->height = MIN(a->height, b->height);
	r->root = meet(f, lower(a, r->height), lower(b, r->height), r->height);
	r->reach = MIN(a->reach, b->reach);
	r->cells = a->cells | b->cells;
	return r;
}
