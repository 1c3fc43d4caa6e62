/* SPDX-License-Identifier: BSD-2-Clause */
/* Equal tails become one: nodes are hash-consed from the leaves up, and those
 * that decide nothing disappear. */
#include "filter/priv.h"

struct table {
	struct node **slot;
	u32 mask;
};

static bool same(const struct node *a, const struct node *b)
{
	return a->op == b->op && a->cmp == b->cmp && a->x == b->x && a->y == b->y && a->t == b->t &&
	       a->f == b->f;
}

static u64 hash(const struct node *n)
{
	u64 h = hash_add(n->op, n->cmp);

	h = hash_add(h, (uintptr_t)n->x);
	h = hash_add(h, (uintptr_t)n->y);
	h = hash_add(h, (uintptr_t)n->t);
	return hash_add(h, (uintptr_t)n->f);
}

static struct node *intern(struct table *t, struct node *n)
{
	for (u64 i = hash(n);; i++) {
		struct node **slot = &t->slot[i & t->mask];

		if (!*slot)
			return *slot = n;
		if (same(*slot, n))
			return *slot;
	}
}

/* Evaluating b evaluates a, or reaches further into the packet. */
static bool covers(const struct val *b, const struct val *a)
{
	if (!b)
		return false;
	if (a == b)
		return true;
	if (a->op == V_LOAD && b->op == V_LOAD && !a->a && !b->a && b->k <= INT32_MAX &&
	    a->k <= INT32_MAX)
		return a->k + a->size <= b->k + b->size;
	if (b->op == V_CONST || b->op == V_LOAD)
		return b->a && covers(b->a, a);
	return (b->a && covers(b->a, a)) || (b->b && covers(b->b, a));
}

static bool needless(struct filter *f, const struct node *n)
{
	if (n->t == f->reject || !n->x->faults)
		return true;
	return (n->t->op == N_TEST || n->t->op == N_EVAL) &&
	       (covers(n->t->x, n->x) || covers(n->t->y, n->x));
}

static struct node *reduce(struct filter *f, struct table *table, struct node *n)
{
	if (n->op == N_TEST && n->t == n->f && !n->y->faults) {
		n->op = N_EVAL;
		n->y = NULL;
		n->f = NULL;
		node_simplify(f, n);
	}
	if ((n->op == N_EVAL && needless(f, n)) || (n->op == N_STORE && n->t == f->reject))
		return n->t;
	return intern(table, n);
}

struct node *opt_merge(struct filter *f, struct node *root, bool *changed)
{
	struct order o = graph_order(f, root);
	struct table table = {.mask = 15};

	while (table.mask < o.n * 2)
		table.mask = table.mask * 2 + 1;
	table.slot = arena_array(&f->scratch, struct node *, table.mask + 1);
	for (u32 i = o.n; i-- > 0;) {
		struct node *n = o.v[i];

		if (n->t)
			n->t = o.v[n->t->id];
		if (n->f)
			n->f = o.v[n->f->id];
		if (n->op == N_REJECT || n->op == N_ACCEPT)
			continue;
		o.v[i] = reduce(f, &table, n);
		*changed |= o.v[i] != n;
	}
	return o.v[root->id];
}
