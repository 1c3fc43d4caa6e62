/* SPDX-License-Identifier: BSD-2-Clause */
/* Boolean trees for CSPF, and what makes them smaller: what is known from the
 * tests around one, common parts taken out, exclusive cases multiplied out.
 *
 * A machine without branches pays for each test, so that `ip and tcp port 80`
 * must not ask for IPv6 first. As CSPF rejects a packet that is too short for
 * any test, the order of the tests has no meaning here. */
#include "filter/cspf.h"

enum { PRODUCT_MAX = 64 };

struct expr *expr_bool(struct cspf_job *c, bool value)
{
	struct expr *e = arena_new(&c->f->a, struct expr);

	e->op = value ? E_TRUE : E_FALSE;
	return e;
}

static bool compare(u16 rel, u32 a, u32 b)
{
	switch (rel) {
#define CSPF_BINARY(name, code, result) \
	case CSPF_##name:               \
		return result;
#include "isa/cspf.def"
	}
	return false;
}

struct atom atom_not(struct atom a)
{
	static const u16 opposite[] = {
		[CSPF_EQ] = CSPF_NEQ, [CSPF_NEQ] = CSPF_EQ, [CSPF_LT] = CSPF_GE,
		[CSPF_GE] = CSPF_LT,  [CSPF_GT] = CSPF_LE,  [CSPF_LE] = CSPF_GT,
	};

	a.rel = opposite[a.rel];
	return a;
}

/* One form for tests that mean the same: ranges at an end of what the mask
 * lets through become (in)equalities, one bit is compared with zero. */
static struct atom normal(struct atom a)
{
	bool low = (a.k == 0 && (a.rel == CSPF_GT || a.rel == CSPF_LE)) ||
		   (a.k == 1 && (a.rel == CSPF_GE || a.rel == CSPF_LT));
	bool high = a.k == a.mask && (a.rel == CSPF_GE || a.rel == CSPF_LT);

	if (low) {
		a.rel = a.rel == CSPF_GT || a.rel == CSPF_GE ? CSPF_NEQ : CSPF_EQ;
		a.k = 0;
	} else if (high) {
		a.rel = a.rel == CSPF_GE ? CSPF_EQ : CSPF_NEQ;
	}
	bool one_bit = !(a.mask & (a.mask - 1));
	if (one_bit && a.k == a.mask && (a.rel == CSPF_EQ || a.rel == CSPF_NEQ)) {
		a.rel = a.rel == CSPF_EQ ? CSPF_NEQ : CSPF_EQ;
		a.k = 0;
	}
	return a;
}

/* 1 or 0 when the test has this outcome on every packet, else -1 */
static int constant(struct atom a)
{
	if (!a.mask)
		return compare(a.rel, 0, a.k);
	if (a.rel == CSPF_EQ || a.rel == CSPF_NEQ)
		return a.k & ~a.mask ? a.rel == CSPF_NEQ : -1;
	bool least = compare(a.rel, 0, a.k), most = compare(a.rel, a.mask, a.k);
	return least == most ? least : -1;
}

struct expr *expr_atom(struct cspf_job *c, struct atom a)
{
	int known = constant(a);

	if (known >= 0)
		return expr_bool(c, known);
	struct expr *e = arena_new(&c->f->a, struct expr);
	e->op = E_ATOM;
	e->atom = normal(a);
	return e;
}

static bool is_list(const struct expr *e) { return e->op == E_AND || e->op == E_OR; }

struct expr *expr_join(struct cspf_job *c, enum expr_op op, struct expr *const *v, u32 n)
{
	enum expr_op neutral = op == E_AND ? E_TRUE : E_FALSE,
		     final = op == E_AND ? E_FALSE : E_TRUE;
	struct expr e = {.op = op};
	u32 most = 0;

	for (u32 i = 0; i < n; i++)
		most += v[i]->op == op ? v[i]->n : 1;
	e.v = arena_array(&c->f->a, struct expr *, most);
	for (u32 i = 0; i < n; i++) {
		if (v[i]->op == final)
			return v[i];
		if (v[i]->op == op) {
			memcpy(e.v + e.n, v[i]->v, v[i]->n * sizeof(*e.v));
			e.n += v[i]->n;
		} else if (v[i]->op != neutral) {
			e.v[e.n++] = v[i];
		}
	}
	if (e.n < 2)
		return e.n ? e.v[0] : expr_bool(c, op == E_AND);
	return arena_dup(&c->f->a, &e, sizeof(e));
}

struct expr *expr_pair(struct cspf_job *c, enum expr_op op, struct expr *a, struct expr *b)
{
	return expr_join(c, op, (struct expr *[]){a, b}, 2);
}

struct expr *expr_not(struct cspf_job *c, const struct expr *e)
{
	if (e->op == E_ATOM)
		return expr_atom(c, atom_not(e->atom));
	if (!is_list(e))
		return expr_bool(c, e->op == E_FALSE);
	struct expr **v = arena_array(&c->f->a, struct expr *, e->n);
	for (u32 i = 0; i < e->n; i++)
		v[i] = expr_not(c, e->v[i]);
	return expr_join(c, e->op == E_AND ? E_OR : E_AND, v, e->n);
}

u32 expr_cost(const struct expr *e)
{
	u32 cost = 0;

	if (e->op == E_ATOM)
		return e->atom.mask == 0xffff ? 2 : 3;
	for (u32 i = 0; i < e->n; i++)
		cost += expr_cost(e->v[i]) + (i > 0);
	return is_list(e) ? cost : 1;
}

static bool same_atom(struct atom a, struct atom b)
{
	return a.word == b.word && a.mask == b.mask && a.k == b.k && a.rel == b.rel;
}

static bool same(const struct expr *a, const struct expr *b)
{
	if (a == b)
		return true;
	if (a->op != b->op || a->n != b->n)
		return false;
	if (a->op == E_ATOM)
		return same_atom(a->atom, b->atom);
	for (u32 i = 0; i < a->n; i++)
		if (!same(a->v[i], b->v[i]))
			return false;
	return true;
}

/* ---- what is known ---- */

/* 1 or 0 when a must or cannot hold if the fact does, else -1 */
static int implied(struct atom fact, struct atom a)
{
	u16 common = fact.mask & a.mask;

	if (fact.word != a.word)
		return -1;
	if (same_atom(fact, a))
		return 1;
	if (same_atom(normal(atom_not(fact)), a))
		return 0;
	if (fact.rel != CSPF_EQ)
		return -1;
	if (common == a.mask)
		return compare(a.rel, fact.k & a.mask, a.k);
	if ((a.rel == CSPF_EQ || a.rel == CSPF_NEQ) && (fact.k ^ a.k) & common)
		return a.rel == CSPF_NEQ;
	return -1;
}

static struct expr *simplify_atom(struct cspf_job *c, struct expr *e)
{
	for (u32 i = 0; i < c->fact.n; i++) {
		int known = implied(c->fact.v[i], e->atom);

		if (known >= 0)
			return expr_bool(c, known);
	}
	return e;
}

/* Each part is simplified knowing that the others hold (in an `or`: that they
 * do not), the last one first, so that of two that are the same the first stays. */
static struct expr *simplify(struct cspf_job *c, struct expr *e)
{
	u32 facts = c->fact.n;

	if (e->op == E_ATOM)
		return simplify_atom(c, e);
	if (!is_list(e))
		return e;
	struct expr **v = arena_dup(&c->f->a, e->v, e->n * sizeof(*v));
	for (u32 i = e->n; i-- > 0;) {
		for (u32 j = 0; j < e->n; j++)
			if (j != i && v[j]->op == E_ATOM)
				vec_push(&c->f->a, c->fact) =
					e->op == E_AND ? v[j]->atom : normal(atom_not(v[j]->atom));
		v[i] = simplify(c, v[i]);
		c->fact.n = facts;
	}
	return expr_join(c, e->op, v, e->n);
}

struct expr *expr_given(struct cspf_job *c, struct expr *e, struct atom fact)
{
	vec_push(&c->f->a, c->fact) = fact;
	e = simplify(c, e);
	c->fact.n--;
	return e;
}

/* ---- common parts ---- */

/* An expression as a list under op: its parts, or itself alone. */
static u32 parts(struct expr *const *e, enum expr_op op, struct expr *const **v)
{
	*v = (*e)->op == op ? (*e)->v : e;
	return (*e)->op == op ? (*e)->n : 1;
}

static bool has_part(struct expr *const *e, enum expr_op op, const struct expr *part)
{
	struct expr *const *v;
	u32 n = parts(e, op, &v);

	for (u32 i = 0; i < n; i++)
		if (same(v[i], part))
			return true;
	return false;
}

static struct expr *without(struct cspf_job *c, struct expr *const *e, enum expr_op op,
			    const struct expr *part)
{
	struct expr *const *v;
	u32 n = parts(e, op, &v), kept = 0;
	struct expr **rest = arena_array(&c->f->a, struct expr *, n);

	for (u32 i = 0; i < n; i++)
		if (!same(v[i], part))
			rest[kept++] = v[i];
	return expr_join(c, op, rest, kept);
}

/* The part (under `inner`) that most of the list share, when two or more do. */
static struct expr *shared_part(struct expr *const *list, u32 n, enum expr_op inner)
{
	struct expr *best = NULL;
	u32 most = 1;

	for (u32 i = 0; i + most < n; i++) {
		struct expr *const *v;
		u32 k = parts(&list[i], inner, &v);

		for (u32 j = 0; j < k; j++) {
			u32 count = 1;

			for (u32 o = i + 1; o < n; o++)
				count += has_part(&list[o], inner, v[j]);
			if (count > most) {
				most = count;
				best = v[j];
			}
		}
	}
	return best;
}

/* (p and a) or (p and b) or d  =>  (p and (a or b)) or d; and its dual. */
static struct expr *factor(struct cspf_job *c, struct expr *e)
{
	enum expr_op inner = e->op == E_OR ? E_AND : E_OR;
	struct expr *part;

	while (is_list(e) && (part = shared_part(e->v, e->n, inner))) {
		struct expr **with = arena_array(&c->f->a, struct expr *, e->n);
		struct expr **v = arena_array(&c->f->a, struct expr *, e->n);
		u32 n = 0, first = e->n, k = 0;

		for (u32 i = 0; i < e->n; i++) {
			if (!has_part(&e->v[i], inner, part)) {
				v[n++] = e->v[i];
				continue;
			}
			if (first == e->n)
				first = n++;
			with[k++] = without(c, &e->v[i], inner, part);
		}
		v[first] = expr_pair(c, inner, part, expr_join(c, e->op, with, k));
		e = expr_join(c, e->op, v, n);
		inner = e->op == E_OR ? E_AND : E_OR;
	}
	if (!is_list(e))
		return e;
	struct expr **v = arena_array(&c->f->a, struct expr *, e->n);
	for (u32 i = 0; i < e->n; i++)
		v[i] = factor(c, e->v[i]);
	return expr_join(c, e->op, v, e->n);
}

/* ---- exclusive cases ---- */

/* (a1 or a2) and (b1 or b2) as (a1 and b1) or ...: shorter when most of these
 * cannot be, as those of different protocols. NULL when it is not. */
static struct expr *product(struct cspf_job *c, struct expr *a, struct expr *b)
{
	if (a->op != E_OR || b->op != E_OR || a->n * b->n > PRODUCT_MAX)
		return NULL;
	struct expr *v[PRODUCT_MAX];
	for (u32 i = 0, n = 0; i < a->n; i++)
		for (u32 j = 0; j < b->n; j++)
			v[n++] = simplify(c, expr_pair(c, E_AND, a->v[i], b->v[j]));
	struct expr *e = factor(c, expr_join(c, E_OR, v, a->n * b->n));
	return expr_cost(e) < expr_cost(a) + expr_cost(b) + 1 ? e : NULL;
}

static struct expr *expand(struct cspf_job *c, struct expr *e)
{
	struct expr *made;

	if (!is_list(e))
		return e;
	struct expr **v = arena_array(&c->f->a, struct expr *, e->n);
	for (u32 i = 0; i < e->n; i++)
		v[i] = expand(c, e->v[i]);
	for (u32 i = 0; e->op == E_AND && i < e->n; i++)
		for (u32 j = i + 1; j < e->n; j++)
			if ((made = product(c, v[i], v[j]))) {
				v[i] = made;
				v[j] = expr_bool(c, true);
			}
	return expr_join(c, e->op, v, e->n);
}

struct expr *expr_improve(struct cspf_job *c, struct expr *e, bool multiply)
{
	u32 before;

	do {
		before = expr_cost(e);
		e = factor(c, simplify(c, e));
		e = simplify(c, multiply ? expand(c, e) : e);
	} while (expr_cost(e) < before);
	return e;
}
