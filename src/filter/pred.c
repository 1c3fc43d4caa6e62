/* SPDX-License-Identifier: BSD-2-Clause */
/* Predicates: the meaning of a filter as a boolean tree. Chains lean to the
 * left and may be very long, so that walkers loop on `a` and recurse on `b`. */
#include "filter/priv.h"

#include <stdlib.h>

static bool leads_with(const struct pred *p, u32 k)
{
	for (u32 i = 0; i < p->n_leads; i++)
		if (p->leads[i] == k)
			return true;
	return false;
}

static void copy_lead(struct pred *p, const struct pred *from)
{
	p->lead = from->lead;
	p->n_leads = from->n_leads;
	memcpy(p->leads, from->leads, sizeof(p->leads));
}

static void find_lead(struct pred *p)
{
	if (p->op == PRED_TEST && p->cmp == C_EQ && p->y->op == V_CONST) {
		p->lead = p->x;
		p->leads[p->n_leads++] = p->y->k;
	} else if (p->op == PRED_AND) {
		copy_lead(p, p->a);
	} else if (p->op == PRED_OR && p->a->lead && p->a->lead == p->b->lead) {
		copy_lead(p, p->a);
		for (u32 i = 0; i < p->b->n_leads; i++) {
			if (leads_with(p, p->b->leads[i]))
				continue;
			if (p->n_leads == LEN(p->leads)) {
				p->lead = NULL;
				return;
			}
			p->leads[p->n_leads++] = p->b->leads[i];
		}
	}
}

static struct pred *make(struct filter *f, struct pred p)
{
	find_lead(&p);
	return arena_dup(&f->a, &p, sizeof(p));
}

struct pred *pred_bool(struct filter *f, bool value, struct span at)
{
	return make(f, (struct pred){.op = value ? PRED_TRUE : PRED_FALSE, .span = at});
}

struct pred *pred_test(struct filter *f, struct val *x, enum cmp cmp, struct val *y, struct span at)
{
	return make(f, (struct pred){.op = PRED_TEST, .cmp = cmp, .x = x, .y = y, .span = at});
}

struct pred *pred_set(struct filter *f, struct val *cell, struct val *v, struct span at)
{
	return make(f, (struct pred){.op = PRED_SET, .x = v, .y = cell, .span = at});
}

struct pred *pred_test_k(struct filter *f, struct val *x, enum cmp cmp, u32 k, struct span at)
{
	return pred_test(f, x, cmp, val_const(f, k), at);
}

struct pred *pred_masked(struct filter *f, struct val *x, u32 mask, u32 k, struct span at)
{
	if (!(x->bits & mask)) /* no load for what cannot matter */
		return pred_bool(f, k == 0, at);
	return pred_test_k(f, val_alu_k(f, V_AND, x, mask), C_EQ, k, at);
}

struct pred *pred_rel(struct filter *f, struct val *x, enum rel rel, struct val *y, struct span at)
{
	static const struct {
		enum cmp cmp;
		bool not ;
	} how[] = {
		[R_EQ] = {C_EQ, false}, [R_NE] = {C_EQ, true},  [R_GT] = {C_GT, false},
		[R_LE] = {C_GT, true},  [R_GE] = {C_GE, false}, [R_LT] = {C_GE, true},
	};
	struct pred *p = pred_test(f, x, how[rel].cmp, y, at);

	return how[rel].not ? pred_not(f, p) : p;
}

static struct span hull(struct span a, struct span b)
{
	if (a.from == a.to)
		return b;
	if (b.from == b.to)
		return a;
	return (struct span){MIN(a.from, b.from), MAX(a.to, b.to)};
}

struct pred *pred_not(struct filter *f, struct pred *a)
{
	if (a->op == PRED_NOT)
		return a->a;
	return make(f, (struct pred){.op = PRED_NOT, .a = a, .span = a->span});
}

static struct pred *both(struct filter *f, enum pred_op op, struct pred *a, struct pred *b)
{
	return make(f, (struct pred){.op = op, .a = a, .b = b, .span = hull(a->span, b->span)});
}

struct pred *pred_and(struct filter *f, struct pred *a, struct pred *b)
{
	if (a->op == PRED_TRUE)
		return b;
	if (a->op == PRED_FALSE || b->op == PRED_TRUE)
		return a;
	return both(f, PRED_AND, a, b);
}

struct pred *pred_or(struct filter *f, struct pred *a, struct pred *b)
{
	if (a->op == PRED_FALSE)
		return b;
	if (a->op == PRED_TRUE || b->op == PRED_FALSE)
		return a;
	return both(f, PRED_OR, a, b);
}

enum { BEFORE_DEPTH = 64 };

static struct pred *before(struct filter *f, struct pred *a, const struct pred *b, u32 depth)
{
	u32 possible = 0;

	for (u32 i = 0; i < a->n_leads; i++)
		possible += leads_with(b, a->leads[i]);
	if (a->lead != b->lead || possible == a->n_leads || !depth)
		return a;
	if (!possible)
		return pred_bool(f, false, a->span);
	if (a->op == PRED_AND)
		return pred_and(f, before(f, a->a, b, depth - 1), a->b);
	return pred_or(f, before(f, a->a, b, depth - 1), before(f, a->b, b, depth - 1));
}

/* Where nothing is possible, `a` stays: its first load must be made. */
struct pred *pred_before(struct filter *f, struct pred *a, const struct pred *b)
{
	struct pred *p = a->lead && b->lead ? before(f, a, b, BEFORE_DEPTH) : a;

	return p->op == PRED_FALSE ? a : p;
}

static const char *const cmp_name[] = {"==", ">", ">=", "&"};

static void show_test(const struct pred *p, bool not, struct buf *to)
{
	static const char *const inverse[] = {"!=", "<=", "<"};

	if (not &&p->cmp == C_SET)
		buf_puts(to, "not ");
	val_show(p->x, to);
	buf_printf(to, " %s ", not &&p->cmp != C_SET ? inverse[p->cmp] : cmp_name[p->cmp]);
	val_show(p->y, to);
	buf_putc(to, '\n');
}

/* One test a line, indented under its `and` and `or`. A chain of one operator
 * is one list. */
static void show(const struct pred *p, u32 depth, bool not, struct buf *to)
{
	while (p->op == PRED_NOT) {
		not = !not ;
		p = p->a;
	}
	bool chain = p->op == PRED_AND || p->op == PRED_OR;

	buf_printf(to, "%*s", (int)MIN(depth, 40u) * 2, "");
	if (p->op == PRED_TEST) {
		show_test(p, not, to);
		return;
	}
	if (p->op == PRED_SET) {
		val_show(p->y, to);
		buf_puts(to, " := ");
		val_show(p->x, to);
		buf_puts(to, not ? " (false)\n" : "\n");
		return;
	}
	if (!chain) {
		buf_puts(to, (p->op == PRED_TRUE) != not ? "true\n" : "false\n");
		return;
	}
	buf_printf(to, "%s%s\n", not ? "not " : "", p->op == PRED_AND ? "and" : "or");
	u32 n = 1, i;
	for (const struct pred *q = p; q->op == p->op; q = q->a)
		n++;
	const struct pred **part = calloc(n, sizeof(*part)), *q = p;
	if (!part) {
		to->oom = true;
		return;
	}
	for (i = n - 1; i > 0; i--, q = q->a)
		part[i] = q->b;
	part[0] = q;
	for (i = 0; i < n; i++)
		show(part[i], depth + 1, false, to);
	free(part);
}

void pred_show(const struct pred *p, struct buf *to) { show(p, 0, false, to); }

static bool test(const struct pred *p, struct packet *pkt)
{
	u32 x = val_eval(p->x, pkt), y = val_eval(p->y, pkt);

	switch (p->cmp) {
	case C_EQ:
		return x == y;
	case C_GT:
		return x > y;
	case C_GE:
		return x >= y;
	default:
		return (x & y) != 0;
	}
}

/* Walks down the left spine, then evaluates upwards from its end. */
static bool eval(const struct pred *p, struct packet *pkt)
{
	const struct pred *few[64], **spine = few;
	u32 n = 0, cap = LEN(few);
	bool v;

	for (; p->op == PRED_AND || p->op == PRED_OR || p->op == PRED_NOT; p = p->a) {
		if (n == cap) {
			const struct pred **more = malloc(cap * 2 * sizeof(*more));

			if (!more)
				abort();
			memcpy(more, spine, cap * sizeof(*more));
			if (spine != few)
				free(spine);
			spine = more;
			cap *= 2;
		}
		spine[n++] = p;
	}
	v = p->op == PRED_TEST ? test(p, pkt) : p->op != PRED_FALSE;
	if (p->op == PRED_SET)
		pkt->cell[p->y->k] = val_eval(p->x, pkt);
	while (n-- && !pkt->fault) {
		if (spine[n]->op == PRED_NOT)
			v = !v;
		else if (v == (spine[n]->op == PRED_AND))
			v = eval(spine[n]->b, pkt);
	}
	if (spine != few)
		free(spine);
	return v;
}

bool pred_eval(const struct pred *p, struct packet *pkt)
{
	pkt->fault = false;
	memset(pkt->cell, 0, sizeof(pkt->cell));
	return eval(p, pkt) && !pkt->fault;
}
