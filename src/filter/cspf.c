/* SPDX-License-Identifier: BSD-2-Clause */
/* The predicates of a filter as a CSPF program.
 *
 * Every field is cut into masked 16-bit words of the packet; what is left is a
 * boolean tree (cspf_expr.c), which is emitted in one of two codings. */
#include "filter/cspf.h"

enum { TESTS_MAX = 512, IHL5 = 20, WORDS_SEEN = CSPF_ACTIONS - CSPF_PUSHWORD };

/* ---- slices of the packet: (the bytes at off & mask) >> shift ---- */

struct slice {
	u64 off;
	u32 size, mask, shift;
};

/* Nothing can be pushed that is more than a test on fixed words. */
static _Noreturn void cannot(struct cspf_job *c, const struct pred *p, const char *why)
{
	filter_fail(c->f, OB_UNSUPPORTED, p->span, "CSPF cannot express this: %s", why);
}

/* 4 * (P[k] & 15), the length of an IPv4 header */
static bool is_ihl(const struct val *v)
{
	return v->op == V_LSH && v->b->op == V_CONST && v->b->k == 2 && v->a->op == V_AND &&
	       v->a->b->op == V_CONST && v->a->b->k == 15 && v->a->a->op == V_LOAD &&
	       v->a->a->size == 1 && !v->a->a->a;
}

static struct slice read_load(struct cspf_job *c, const struct pred *p, const struct val *v)
{
	struct slice f = {v->k, v->size, 0xffffffffu >> (32 - 8 * v->size), 0};

	if (v->a && !is_ihl(v->a))
		cannot(c, p, "it reads at a computed offset");
	if (v->a && !c->assume_ihl5)
		filter_fail_err(
			c->f, err_hint(filter_err(c->f, OB_UNSUPPORTED, p->span,
						  "CSPF cannot express this: it reads at an offset "
						  "computed from the length of the IPv4 header"),
				       "it can when IPv4 headers are assumed to have no options"));
	f.off += v->a ? IHL5 : 0;
	if (f.off + f.size > 2 * WORDS_SEEN)
		cannot(c, p, "it reads beyond byte 2016, the last that PUSHWORD reaches");
	c->need = MAX(c->need, (u32)(f.off + f.size + 1) & ~1u);
	return f;
}

static struct slice read_field(struct cspf_job *c, const struct pred *p, const struct val *v)
{
	struct slice f;

	switch (v->op) {
	case V_LOAD:
		return read_load(c, p, v);
	case V_LEN:
		cannot(c, p, "it asks for the length of the packet");
	case V_ANC:
		cannot(c, p, "it asks for something that is not in the packet");
	case V_AND:
	case V_RSH:
		if (v->b->op == V_CONST)
			break;
		/* fall through */
	default:
		cannot(c, p, "it computes with what it reads");
	}
	f = read_field(c, p, v->a);
	if (v->op == V_AND) {
		f.mask &= (u32)((u64)v->b->k << f.shift);
	} else {
		f.shift = MIN(f.shift + v->b->k, 32);
		f.mask &= (u32)(0xffffffffull << f.shift);
	}
	return f;
}

/* Which bits of a word of the packet the bits of a field are. */
static u16 in_word(const struct slice *f, u32 word, u32 bits)
{
	u16 r = 0;

	for (u64 at = 2 * word; at < 2 * word + 2; at++)
		if (at >= f->off && at < f->off + f->size) {
			u32 byte = bits >> 8 * (f->off + f->size - 1 - at) & 0xff;

			r |= (u16)(at & 1 ? byte : byte << 8);
		}
	return r;
}

/* The words of the field, the last one first, compared with those of k. */
static struct expr *compare_field(struct cspf_job *c, const struct slice *f, enum cmp cmp, u32 k)
{
	u32 first = (u32)f->off / 2, last = (u32)(f->off + f->size - 1) / 2;
	struct expr *e = NULL;

	for (u32 w = last + 1; w-- > first;) {
		struct atom a = {(u16)w, in_word(f, w, f->mask), in_word(f, w, k), CSPF_EQ};
		struct atom above = a;

		above.rel = e || cmp == C_GT ? CSPF_GT : CSPF_GE;
		if (cmp == C_SET)
			a = (struct atom){a.word, a.mask & a.k, 0, CSPF_NEQ};
		struct expr *one = expr_atom(c, a), *more = expr_atom(c, above);
		if (cmp == C_EQ || cmp == C_SET)
			e = e ? expr_pair(c, cmp == C_EQ ? E_AND : E_OR, e, one) : one;
		else
			e = e ? expr_pair(c, E_OR, more, expr_pair(c, E_AND, one, e)) : more;
	}
	return e;
}

static struct expr *field_test(struct cspf_job *c, const struct pred *p, const struct val *x,
			       enum cmp cmp, u32 k)
{
	struct slice f = read_field(c, p, x);
	u64 at = (u64)k << f.shift; /* k in the place of the field */

	if (cmp == C_SET)
		at &= f.mask;
	else if (at > f.mask || (cmp == C_EQ && at & ~(u64)f.mask))
		return expr_bool(c, false);
	return compare_field(c, &f, cmp, (u32)at);
}

static struct expr *test(struct cspf_job *c, const struct pred *p)
{
	const struct val *x = p->x, *y = p->y;

	if (++c->tests > TESTS_MAX)
		cannot(c, p, "the program would have more than 255 words");
	if (y->op == V_CONST)
		return field_test(c, p, x, p->cmp, y->k);
	if (x->op != V_CONST)
		cannot(c, p, "it compares two things that are not constant");
	if (p->cmp == C_EQ || p->cmp == C_SET)
		return field_test(c, p, y, p->cmp, x->k);
	/* k > y is not (y >= k) */
	return expr_not(c, field_test(c, p, y, p->cmp == C_GT ? C_GE : C_GT, x->k));
}

/* Chains lean to the left: they are walked down first, and joined at once. */
static struct expr *read_pred(struct cspf_job *c, const struct pred *p)
{
	struct {
		struct expr **v;
		u32 n, cap;
	} list = {0};
	enum pred_op op = p->op;

	switch (op) {
	case PRED_FALSE:
	case PRED_TRUE:
		return expr_bool(c, op == PRED_TRUE);
	case PRED_TEST:
		return test(c, p);
	case PRED_SET:
		cannot(c, p, "it looks behind a header of variable length");
	case PRED_NOT:
		return expr_not(c, read_pred(c, p->a));
	case PRED_AND:
	case PRED_OR:
		break;
	}
	for (; p->op == op; p = p->a)
		vec_push(&c->f->a, list) = read_pred(c, p->b);
	vec_push(&c->f->a, list) = read_pred(c, p);
	for (u32 i = 0; i < list.n / 2; i++) {
		struct expr *t = list.v[i];

		list.v[i] = list.v[list.n - 1 - i];
		list.v[list.n - 1 - i] = t;
	}
	return expr_join(c, op == PRED_AND ? E_AND : E_OR, list.v, list.n);
}

/* ---- code ---- */

static void put(struct cspf_job *c, u32 word)
{
	if (c->code.n == CSPF_MAXWORDS)
		filter_fail(c->f, OB_UNSUPPORTED, (struct span){0, c->f->n},
			    "the CSPF program would have more than %u words", CSPF_MAXWORDS);
	c->code.word[c->code.n++] = (u16)word;
}

static void op(struct cspf_job *c, u32 action, u32 binop)
{
	put(c, action | binop << CSPF_OPSHIFT);
}

/* Pushes k by its own action where there is one, then does the operator. */
static void push(struct cspf_job *c, u16 k, u32 binop)
{
	for (u32 action = CSPF_PUSHZERO; action <= CSPF_PUSH00FF; action++)
		if (cspf_const(action) == k) {
			op(c, action, binop);
			return;
		}
	op(c, CSPF_PUSHLIT, binop);
	put(c, k);
}

static void push_field(struct cspf_job *c, struct atom a)
{
	op(c, CSPF_PUSHWORD + a.word, CSPF_NOP);
	if (a.mask != 0xffff)
		push(c, a.mask, CSPF_AND);
}

/* Leaves 1 or 0 on the stack. */
static void value(struct cspf_job *c, const struct expr *e)
{
	if (e->op == E_ATOM) {
		push_field(c, e->atom);
		push(c, e->atom.k, e->atom.rel);
	} else if (e->op == E_TRUE || e->op == E_FALSE) {
		push(c, e->op == E_TRUE, CSPF_NOP);
	}
	for (u32 i = 0; i < e->n; i++) {
		value(c, e->v[i]);
		if (i)
			op(c, CSPF_NOPUSH, e->op == E_AND ? CSPF_AND : CSPF_OR);
	}
}

/* Rejects at once unless e holds (want), or accepts at once if it does. */
static void decide(struct cspf_job *c, const struct expr *e, bool want)
{
	u32 if_equal = want ? CSPF_CAND : CSPF_COR, if_not = want ? CSPF_CNOR : CSPF_CNAND;

	if (e->op == (want ? E_AND : E_OR)) {
		for (u32 i = 0; i < e->n; i++)
			decide(c, e->v[i], want);
	} else if (e->op == E_ATOM && e->atom.rel == CSPF_EQ) {
		push_field(c, e->atom);
		push(c, e->atom.k, if_equal);
	} else if (e->op == E_ATOM && e->atom.rel == CSPF_NEQ) {
		push_field(c, e->atom);
		push(c, e->atom.k, if_not);
	} else {
		value(c, e);
		op(c, CSPF_PUSHZERO, if_not);
	}
}

static void finish(struct cspf_job *c, struct expr *e);

/* The part of a list that gains most from being the last: the dearest of those
 * of the other kind, which can then be decided in steps. */
static u32 last_part(const struct expr *e)
{
	u32 best = e->n - 1, most = 0;

	for (u32 i = 0; i < e->n; i++)
		if (e->v[i]->op != E_ATOM && expr_cost(e->v[i]) > most) {
			most = expr_cost(e->v[i]);
			best = i;
		}
	return best;
}

/* Is there a test in part i of an `or` that rules out all its other parts? */
static const struct expr *guard(struct cspf_job *c, const struct expr *e, u32 i)
{
	const struct expr *part = e->v[i];

	if (part->op != E_AND || part->n < 3)
		return NULL;
	for (u32 g = 0; g < part->n; g++) {
		u32 out = 0;

		if (part->v[g]->op != E_ATOM)
			continue;
		for (u32 j = 0; j < e->n; j++)
			out += j != i && expr_given(c, e->v[j], part->v[g]->atom)->op == E_FALSE;
		if (out == e->n - 1)
			return part->v[g];
	}
	return NULL;
}

/* (g and r1 and r2 ...) or others, where g rules the others out: reject unless
 * (not g or r1), unless (not g or r2 ...); accept if g; the others. */
static bool finish_guarded(struct cspf_job *c, struct expr *e)
{
	const struct expr *g = NULL;
	struct expr **rest = arena_array(&c->f->a, struct expr *, e->n + CSPF_MAXWORDS);
	u32 i, n = 0;

	for (i = 0; i < e->n && !(g = guard(c, e, i)); i++)
		;
	if (!g || e->v[i]->n > CSPF_MAXWORDS)
		return false;
	struct expr *not_g = expr_not(c, g);
	for (u32 j = 0; j < e->v[i]->n; j++)
		if (e->v[i]->v[j] != g)
			rest[n++] = e->v[i]->v[j];
	decide(c, expr_pair(c, E_OR, not_g, rest[0]), true);
	decide(c, expr_pair(c, E_OR, not_g, expr_join(c, E_AND, rest + 1, n - 1)), true);
	decide(c, g, false);
	for (u32 j = n = 0; j < e->n; j++)
		if (j != i)
			rest[n++] = e->v[j];
	finish(c, expr_given(c, expr_join(c, E_OR, rest, n), not_g->atom));
	return true;
}

/* The rest of the program is whether e holds. Single tests are asked first. */
static void finish(struct cspf_job *c, struct expr *e)
{
	if (e->op == E_ATOM && e->atom.rel == CSPF_NEQ && !e->atom.k) {
		push_field(c, e->atom);
		return;
	}
	if (e->op != E_AND && e->op != E_OR) {
		value(c, e);
		return;
	}
	if (e->op == E_OR && finish_guarded(c, e))
		return;
	u32 last = last_part(e);
	for (int atoms = 1; atoms >= 0; atoms--)
		for (u32 i = 0; i < e->n; i++)
			if (i != last && (e->v[i]->op == E_ATOM) == atoms)
				decide(c, e->v[i], e->op == E_AND);
	finish(c, e->v[last]);
}

void cspf_compile(struct filter *f, const struct pred *p, bool assume_ihl5, enum filter_cspf coding,
		  struct cspf *ret, u32 *need)
{
	struct cspf_job c = {.f = f, .assume_ihl5 = assume_ihl5};
	struct expr *e = expr_improve(&c, read_pred(&c, p), coding == FILTER_CSPF_SHORT);

	if (e->op == E_TRUE)
		; /* nothing: the stack begins with a TRUE */
	else if (coding == FILTER_CSPF_TREE)
		value(&c, e);
	else
		finish(&c, e);
	*ret = c.code;
	*need = c.need;
}

struct cspf_call {
	bool assume_ihl5;
	enum filter_cspf coding;
	struct cspf *ret;
	u32 *need;
};

static void compile(struct filter *f, void *arg)
{
	const struct cspf_call *c = arg;

	cspf_compile(f, filter_meaning(f), c->assume_ihl5, c->coding, c->ret, c->need);
}

struct ob_err *filter_cspf(const char *text, size_t n, const struct filter_opts *opts,
			   bool assume_ihl5, enum filter_cspf coding, struct cspf *ret, u32 *need)
{
	struct cspf_call call = {assume_ihl5, coding, ret, need};

	return filter_run(text, n, opts, compile, &call);
}
