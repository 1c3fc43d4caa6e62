/* SPDX-License-Identifier: BSD-2-Clause */
/* The cells that PRED_SET assigns: which are live where, and how late they can
 * be set. */
#include "filter/priv.h"

static u32 reads(const struct node *n)
{
	switch (n->op) {
	case N_TEST:
		return n->x->cells | n->y->cells;
	case N_EVAL:
	case N_STORE:
		return n->x->cells;
	case N_SET:
		return (n->x ? n->x->cells : 0) | (n->y ? n->y->cells : 0);
	default:
		return 0;
	}
}

/* The cells that are read before they are set again, by id of the node. */
static u32 *liveness(struct filter *f, struct order o)
{
	u32 *live = arena_array(&f->scratch, u32, o.n);

	for (u32 i = o.n; i-- > 0;) {
		const struct node *n = o.v[i];

		live[i] = (n->t ? live[n->t->id] : 0) | (n->f ? live[n->f->id] : 0);
		if (n->op == N_STORE)
			live[i] &= ~n->y->cells;
		live[i] |= reads(n);
	}
	return live;
}

struct node *cells_start(struct filter *f, struct node *root)
{
	if (!f->cells)
		return root;
	u32 live = liveness(f, graph_order(f, root))[0];
	for (u32 i = 0; i < f->cells; i++) {
		if (!(live & 1u << i))
			continue;
		root = node_new(f, (struct node){.op = N_STORE,
						 .x = val_const(f, 0),
						 .y = f->cell[i],
						 .t = root});
	}
	return root;
}

/* A test that rejects, and does not need the cell, goes first: where it
 * rejects, it does not matter whether the value would have rejected too. */
static bool sink(struct filter *f, struct node *n)
{
	struct node *m = n->t, store = *n, test = *m;

	if (m->op != N_TEST || m->refs != 1 || reads(m) & n->y->cells ||
	    (m->t != f->reject) == (m->f != f->reject))
		return false;
	struct node **way = test.t == f->reject ? &test.f : &test.t;
	store.t = *way;
	*way = m;
	*n = test;
	*m = store;
	m->refs = 1;
	return true;
}

struct node *opt_cells(struct filter *f, struct node *root, bool *changed)
{
	if (!f->cells)
		return root;
	struct order o = graph_order(f, root);
	u32 *live = liveness(f, o);
	for (u32 i = 0; i < o.n; i++) {
		struct node *n = o.v[i];

		if (n->op != N_STORE)
			continue;
		if (!(live[n->t->id] & n->y->cells)) {
			n->op = N_EVAL;
			n->y = NULL;
			node_simplify(f, n);
			*changed = true;
		} else {
			*changed |= sink(f, n);
		}
	}
	return root;
}
