/* SPDX-License-Identifier: BSD-2-Clause */
/* Jump threading: an edge goes past every test whose outcome is known on it.
 * In topological order each node gets the meet of what is known on the edges
 * that come in, so that the facts are those of all dominating edges and of
 * whatever the joining paths have in common. */
#include "filter/priv.h"

/* Past nodes that decide nothing here. A test that is decided but whose load
 * might reject stays, unless it would go on to reject anyway. */
static struct node *follow(struct filter *f, const struct facts *e, struct node *n)
{
	for (;;) {
		struct node *next;

		if (n->op == N_EVAL) {
			next = n->t;
		} else if (n->op == N_TEST) {
			enum answer a = n->t == n->f ? YES : facts_decide(f, e, n);

			if (a == UNKNOWN)
				return n;
			next = a == YES ? n->t : n->f;
		} else {
			return n;
		}
		if (next != f->reject &&
		    !(facts_safe(f, e, n->x) && (!n->y || facts_safe(f, e, n->y))))
			return n;
		n = next;
	}
}

static void arrive(struct filter *f, struct node *n, struct facts *e)
{
	n->info = facts_meet(f, n->info, e);
}

static bool go(struct filter *f, struct node **way, struct facts *e)
{
	struct node *n = follow(f, e, *way);
	bool moved = n != *way;

	*way = n;
	arrive(f, n, e);
	return moved;
}

/* The way of a test, with what is known when it comes out so. */
static bool go_if(struct filter *f, struct node *n, struct node **way, bool outcome)
{
	return !node_is_leaf(*way) && go(f, way, facts_assume(f, n->info, n, outcome));
}

/* The outcome is the same on all paths: only the load is still needed. */
static bool decided(struct filter *f, struct node *n)
{
	enum answer a = n->t == n->f ? YES : facts_decide(f, n->info, n);

	if (a == UNKNOWN || !facts_safe(f, n->info, n->y))
		return false;
	n->op = N_EVAL;
	n->t = a == YES ? n->t : n->f;
	n->f = NULL;
	n->y = NULL;
	node_simplify(f, n);
	return true;
}

struct node *opt_thread(struct filter *f, struct node *root, bool *changed)
{
	arena_clear(&f->scratch);
	struct order o = graph_order(f, root);
	struct facts *start = facts_start(f, o);

	for (u32 i = 0; i < o.n; i++)
		o.v[i]->info = NULL;
	*changed |= go(f, &root, start);
	for (u32 i = 0; i < o.n; i++) {
		struct node *n = o.v[i];
		struct facts *e = n->info;

		if (!e || node_is_leaf(n))
			continue;
		if (n->op == N_STORE) {
			*changed |= go(f, &n->t, facts_store(f, e, n));
			continue;
		}
		if (n->op == N_TEST)
			*changed |= decided(f, n);
		if (n->op == N_EVAL) {
			*changed |= go(f, &n->t, facts_evaluated(f, e, n->x));
			continue;
		}
		*changed |= go_if(f, n, &n->t, true);
		*changed |= go_if(f, n, &n->f, false);
	}
	return root;
}
