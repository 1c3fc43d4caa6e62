/* SPDX-License-Identifier: BSD-2-Clause */
/* The flow graph: made from the predicate, put in order, improved by passes. */
#include "filter/priv.h"

struct node *node_new(struct filter *f, struct node from)
{
	struct node *n = arena_dup(&f->a, &from, sizeof(from));

	vec_push(&f->a, f->nodes) = n;
	return n;
}

struct node *node_test(struct filter *f, struct val *x, enum cmp cmp, struct val *y, struct node *t,
		       struct node *no, struct span at)
{
	return node_new(
		f, (struct node){
			   .op = N_TEST, .cmp = cmp, .x = x, .y = y, .t = t, .f = no, .span = at});
}

static struct node *store(struct filter *f, const struct pred *p, struct node *t)
{
	return node_new(
		f, (struct node){.op = N_STORE, .x = p->x, .y = p->y, .t = t, .span = p->span});
}

bool node_is_leaf(const struct node *n) { return n->op == N_ACCEPT || n->op == N_REJECT; }

/* The graph that goes to t where p holds and to no where it does not. Loops on
 * the left spine, so that long chains need no stack. */
static struct node *lower(struct filter *f, const struct pred *p, struct node *t, struct node *no)
{
	struct node *swap;

	for (;; p = p->a) {
		switch (p->op) {
		case PRED_TRUE:
			return t;
		case PRED_FALSE:
			return no;
		case PRED_TEST:
			return node_test(f, p->x, p->cmp, p->y, t, no, p->span);
		case PRED_SET:
			return store(f, p, t);
		case PRED_AND:
			t = lower(f, p->b, t, no);
			break;
		case PRED_OR:
			no = lower(f, p->b, t, no);
			break;
		case PRED_NOT:
			swap = t;
			t = no;
			no = swap;
			break;
		}
	}
}

enum { NEW, OPEN, DONE };

/* Postorder without recursion: a node is pushed, opened, and closed after its
 * successors. `f` is visited first, so that `t` follows its node in the order. */
struct order graph_order(struct filter *f, struct node *root)
{
	struct {
		struct node **v;
		u32 n, cap;
	} stack = {0}, post = {0};

	/* As many as last time, most likely. */
	stack.cap = post.cap = f->n_order + 8;
	stack.v = arena_raw(&f->scratch, stack.cap * sizeof(*stack.v));
	post.v = arena_raw(&f->scratch, post.cap * sizeof(*post.v));
	vec_push(&f->scratch, stack) = root;
	f->epoch++;
	while (stack.n) {
		struct node *n = stack.v[stack.n - 1];

		if (n->epoch != f->epoch) {
			n->epoch = f->epoch;
			n->state = OPEN;
			n->refs = 0;
			if (n->t && n->t->epoch != f->epoch)
				vec_push(&f->scratch, stack) = n->t;
			if (n->f && n->f->epoch != f->epoch)
				vec_push(&f->scratch, stack) = n->f;
			continue;
		}
		stack.n--;
		if (n->state == DONE)
			continue;
		n->state = DONE;
		vec_push(&f->scratch, post) = n;
	}
	for (u32 i = 0, j = post.n; i + 1 < j; i++) {
		struct node *t = post.v[i];

		post.v[i] = post.v[--j];
		post.v[j] = t;
	}
	for (u32 i = 0; i < post.n; i++) {
		struct node *n = post.v[i];

		n->id = i;
		if (n->t)
			n->t->refs++;
		if (n->f)
			n->f->refs++;
	}
	root->refs++;
	f->n_order = post.n;
	return (struct order){post.v, post.n};
}

static void trace(struct filter *f, struct node *root, const char *pass)
{
	if (!f->trace)
		return;
	buf_printf(f->trace, "after %s:\n", pass);
	graph_show(f, root, FILTER_GRAPH, f->trace);
	buf_putc(f->trace, '\n');
}

enum { ROUNDS = 12 };

typedef struct node *pass(struct filter *f, struct node *root, bool *changed);

static struct node *run(struct filter *f, struct node *root, pass *p, const char *name, bool *any)
{
	bool changed = false;

	root = p(f, root, &changed);
	if (changed)
		trace(f, root, name);
	*any |= changed;
	return root;
}

/* Simplify and thread leave nothing to do for themselves, and merge nothing for
 * thread: another round is for what sets made, or for the facts that sets need.
 * Sharing comes last, since it names places and no longer values. */
static struct node *optimise(struct filter *f, struct node *root)
{
	bool changed = true, again = true, quiet;

	for (u32 round = 0; again && round < ROUNDS; round++) {
		changed = again = quiet = false;
		root = run(f, root, opt_simplify, "simplify", &quiet);
		root = run(f, root, opt_thread, "thread", round ? &again : &quiet);
		root = run(f, root, opt_merge, "merge", &changed);
		root = run(f, root, opt_cells, "cells", &again);
		if (changed)
			again |= sets_possible(f, root);
		else if (!again)
			root = run(f, root, opt_sets, "sets", &again);
	}
	return run(f, root, opt_share, "share", &changed);
}

struct node *filter_graph(struct filter *f, struct pred *p)
{
	f->accept = node_new(f, (struct node){.op = N_ACCEPT});
	f->reject = node_new(f, (struct node){.op = N_REJECT});
	struct node *root = cells_start(f, lower(f, p, f->accept, f->reject));

	trace(f, root, "generation");
	if (f->opts->no_optimise)
		return root;
	root = optimise(f, root);
	if (root == f->reject)
		filter_never(f, p->span);
	return root;
}
