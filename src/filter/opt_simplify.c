/* SPDX-License-Identifier: BSD-2-Clause */
/* Each test by itself: known outcomes, and forms that cost less to compute.
 * A rule may change x, cmp, y and swap the ways out; it never loses a load. */
#include "filter/priv.h"

static void swap_ways(struct node *n)
{
	struct node *t = n->t;

	n->t = n->f;
	n->f = t;
}

/* The outcome is known, but x may still reject the packet. */
static bool always(struct node *n, bool outcome)
{
	n->op = N_EVAL;
	n->t = outcome ? n->t : n->f;
	n->f = NULL;
	n->y = NULL;
	return true;
}

static bool set_k(struct filter *f, struct node *n, enum cmp cmp, struct val *x, u32 k)
{
	n->cmp = cmp;
	n->x = x;
	n->y = val_const(f, k);
	n->name = NULL;
	return true;
}

/* A constant belongs on the right: k == y, k > y, k >= y. */
static bool turn(struct node *n)
{
	struct val *x = n->x;

	if (x->op != V_CONST || n->y->op == V_CONST)
		return false;
	n->x = n->y;
	n->y = x;
	n->name = NULL;
	if (n->cmp == C_GT || n->cmp == C_GE) {
		n->cmp = n->cmp == C_GT ? C_GE : C_GT;
		swap_ways(n);
	}
	return true;
}

static bool bounds(struct filter *f, struct node *n, u32 k)
{
	struct val *x = n->x;

	switch (n->cmp) {
	case C_EQ:
		if (k > x->max || (k & ~x->bits))
			return always(n, false);
		if (x->max == 0)
			return always(n, true);
		if (k == 0 && x->op == V_AND && x->b->op == V_CONST) {
			swap_ways(n);
			return set_k(f, n, C_SET, x->a, x->b->k);
		}
		if (x->op == V_AND && x->b->op == V_CONST && k == x->b->k && !(k & (k - 1)))
			return set_k(f, n, C_SET, x->a, k);
		if (x->max == 1 && k == 1) {
			swap_ways(n);
			return set_k(f, n, C_EQ, x, 0);
		}
		return false;
	case C_GT:
		if (k >= x->max)
			return always(n, false);
		if (k == 0) {
			swap_ways(n);
			return set_k(f, n, C_EQ, x, 0);
		}
		return false;
	case C_GE:
		if (k == 0)
			return always(n, true);
		return set_k(f, n, C_GT, x, k - 1);
	case C_SET:
		if ((k & x->bits) == 0)
			return always(n, false);
		if ((k & x->bits) != k)
			return set_k(f, n, C_SET, x, k & x->bits);
		return false;
	}
	return false;
}

/* x == k with an operation of x undone on k. */
static bool undo_eq(struct filter *f, struct node *n, u32 k)
{
	struct val *x = n->x, *a = x->a;
	u32 j, low;

	if (x->op == V_NEG)
		return set_k(f, n, C_EQ, a, -k);
	if (x->op < V_ADD || x->op > V_RSH || x->b->op != V_CONST)
		return false;
	j = x->b->k;
	switch (x->op) {
	case V_ADD:
		return set_k(f, n, C_EQ, a, k - j);
	case V_XOR:
		return set_k(f, n, C_EQ, a, k ^ j);
	case V_LSH:
		if (k & ((1u << j) - 1))
			return always(n, false);
		if ((u64)a->max << j <= UINT32_MAX)
			return set_k(f, n, C_EQ, a, k >> j);
		return set_k(f, n, C_EQ, val_alu_k(f, V_AND, a, UINT32_MAX >> j), k >> j);
	case V_RSH:
		return set_k(f, n, C_EQ, val_alu_k(f, V_AND, a, UINT32_MAX << j), k << j);
	case V_AND:
		/* A mask of all high bits that x may have, compared with its ends. */
		low = ~(UINT32_MAX << __builtin_ctz(j));
		if ((j | ~a->bits | low) == UINT32_MAX && !(j & low) && (k | low) >= a->max)
			return set_k(f, n, C_GT, a, k - 1);
		return false;
	case V_OR:
		if (j & ~k)
			return always(n, false);
		return set_k(f, n, C_EQ, val_alu_k(f, V_AND, a, ~j), k & ~j);
	default:
		return false;
	}
}

static bool undo_gt(struct filter *f, struct node *n, u32 k)
{
	struct val *x = n->x;

	if ((x->op != V_RSH && x->op != V_LSH) || x->b->op != V_CONST)
		return false;
	u32 j = x->b->k;
	if (x->op == V_RSH) /* k < max, so the shift loses nothing */
		return set_k(f, n, C_GT, x->a, k << j | ((1u << j) - 1));
	if ((u64)x->a->max << j <= UINT32_MAX)
		return set_k(f, n, C_GT, x->a, k >> j);
	return false;
}

static bool undo_set(struct filter *f, struct node *n, u32 k)
{
	struct val *x = n->x;

	if (x->op < V_ADD || x->op > V_RSH || x->b->op != V_CONST)
		return false;
	u32 j = x->b->k;
	switch (x->op) {
	case V_AND:
		return set_k(f, n, C_SET, x->a, k & j);
	case V_LSH:
		return set_k(f, n, C_SET, x->a, k >> j);
	case V_RSH:
		return set_k(f, n, C_SET, x->a, k << j);
	case V_OR:
	case V_XOR:
		if (k & j)
			return x->op == V_OR ? always(n, true) : false;
		return set_k(f, n, C_SET, x->a, k);
	default:
		return false;
	}
}

/* Any of the high bits of x set: x is above all the low ones. */
static bool low_range(struct filter *f, struct node *n, u32 k)
{
	u32 low = (u32)__builtin_ctz(k);

	if ((k | ~n->x->bits) != UINT32_MAX << low)
		return false;
	return set_k(f, n, C_GT, n->x, (1u << low) - 1);
}

static bool holds(u32 x, enum cmp cmp, u32 y)
{
	return cmp == C_EQ ? x == y : cmp == C_GT ? x > y : cmp == C_GE ? x >= y : (x & y) != 0;
}

static bool both_vary(struct node *n)
{
	if (n->x != n->y || n->cmp == C_SET)
		return false;
	return always(n, n->cmp != C_GT);
}

static bool rule(struct filter *f, struct node *n)
{
	if (turn(n))
		return true;
	if (n->y->op != V_CONST)
		return both_vary(n);
	u32 k = n->y->k;
	if (n->x->op == V_CONST)
		return always(n, holds(n->x->k, n->cmp, k));
	if (bounds(f, n, k))
		return true;
	switch (n->cmp) {
	case C_EQ:
		return undo_eq(f, n, k);
	case C_GT:
		return undo_gt(f, n, k);
	case C_SET:
		return undo_set(f, n, k) || low_range(f, n, k);
	default:
		return false;
	}
}

/* Of what is evaluated only for its loads, the loads are enough. */
static bool strip(struct node *n)
{
	struct val *x = n->x;

	if (x->op < V_NEG || x->op > V_RSH || (x->b && x->b->op != V_CONST) ||
	    (!x->a->faults && x->faults))
		return false;
	if ((x->op == V_DIV || x->op == V_MOD) && !x->b->k)
		return false;
	n->x = x->a;
	return true;
}

bool node_simplify(struct filter *f, struct node *n)
{
	bool changed = false;

	while ((n->op == N_TEST && rule(f, n)) || (n->op == N_EVAL && strip(n)))
		changed = true;
	if (n->op == N_TEST) /* facts go by it */
		val_test_name(f, n);
	return changed;
}

struct node *opt_simplify(struct filter *f, struct node *root, bool *changed)
{
	for (; f->n_simple < f->nodes.n; f->n_simple++)
		*changed |= node_simplify(f, f->nodes.v[f->n_simple]);
	return root;
}
