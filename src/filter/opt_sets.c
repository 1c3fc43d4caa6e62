/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets. `host a or host b or ...` becomes a chain of tests that lead to one
 * place when they hit and to the next test when they miss. They are grouped by
 * value, each group becomes a set of intervals, and a large set becomes a
 * search tree. A test that moves before one whose load might reject the packet
 * (a barrier) does that load when it hits; it moves so only if nothing between
 * can hit without that load.
 * Needs: the facts that opt_thread left in node->info. */
#include "filter/priv.h"

#include <stdlib.h>

struct interval {
	u32 lo, hi, seq;
	struct node *to;
	struct span span;
};

struct group {
	struct val *v;      /* NULL: one test that is no set of intervals */
	struct node *test;  /* the first */
	u32 have;           /* barriers behind us when it is evaluated */
	u32 need;           /* barriers up to the last test */
	struct val *masked; /* the one masked value that all tests compare, or NULL */
	bool plain;         /* all tests compare `masked` with single constants */
	struct node *rest;  /* not NULL: the set misses, and all else goes there */
	struct {
		struct interval *v;
		u32 n, cap;
	} set;
};

enum { ROW = 20, LEAF = 7, BARRIERS = 8 };

struct sets {
	struct filter *f;
	struct node *hit, *miss;
	struct {
		struct link {
			struct node *test;
			u32 need; /* barriers up to this test, its own among them */
		} * v;
		u32 n, cap;
	} chain;
	struct {
		struct group *v;
		u32 n, cap;
	} groups;
	struct val *barrier[BARRIERS + 1]; /* from 1 on */
	struct node *via[BARRIERS + 1][BARRIERS + 1];
	u32 before[BARRIERS + 1]; /* groups that were there before the barrier's test */
	u32 barriers, vias, passed;
	u32 *group_of; /* by id of the value, + 1 */
	u32 leaf;      /* as many tests in a row at most */
};

/* ---- finding a chain ---- */

static bool follows(const struct node *n, const struct node *hit)
{
	return n->op == N_TEST && n->refs == 1 && n->info && (n->t == hit) != (n->f == hit) &&
	       !n->y->faults;
}

static void collect(struct sets *s, struct node *n, struct node *hit)
{
	struct filter *f = s->f;
	struct facts *e = n->info;

	if (!facts_safe(f, e, n->x))
		e = facts_evaluated(f, e, n->x);
	if (!facts_safe(f, e, n->y))
		e = facts_evaluated(f, e, n->y);
	s->hit = hit;
	s->chain.n = s->barriers = 0;
	for (;;) {
		vec_push(&f->scratch, s->chain) = (struct link){n, s->barriers};
		s->miss = n->t == hit ? n->f : n->t;
		n = s->miss;
		if (!follows(n, hit))
			return;
		if (facts_safe(f, e, n->x))
			continue;
		if (s->barriers == BARRIERS)
			return;
		s->barrier[++s->barriers] = n->x;
		e = facts_evaluated(f, e, n->x);
	}
}

/* The longer of the chains that begin here. */
static void find(struct sets *s, struct node *n)
{
	collect(s, n, n->t);
	u32 longest = s->chain.n;
	collect(s, n, n->f);
	if (s->chain.n < longest)
		collect(s, n, n->t);
}

/* Where a test hits that needs more barriers behind it than are there: at the
 * loads of those, and then where it would. */
static struct node *via(struct sets *s, u32 have, u32 need, struct span at)
{
	if (need <= have || s->hit == s->f->reject)
		return s->hit;
	struct node **n = &s->via[have][need];
	if (*n)
		return *n;
	s->vias++;
	return *n = node_new(s->f, (struct node){.op = N_EVAL,
						 .x = s->barrier[have + 1],
						 .t = via(s, have + 1, need, at),
						 .span = at});
}

/* ---- from tests to sets ---- */

/* x = v & mask with a mask of high bits, so that x == k is an interval of v. */
static struct val *unmasked(struct val *x, u32 *low)
{
	u32 m;

	*low = 0;
	if (x->op != V_AND || x->b->op != V_CONST || !x->b->k)
		return NULL;
	m = x->b->k;
	*low = ~(UINT32_MAX << __builtin_ctz(m));
	return (m | *low | ~x->a->bits) == UINT32_MAX ? x->a : NULL;
}

/* Has all that may hit before the barriers of l missed where this group is? */
static bool may_join(const struct sets *s, u32 group, const struct link *l)
{
	return l->need <= s->groups.v[group].have || s->hit == s->f->reject ||
	       s->before[l->need] <= group + 1;
}

static struct group *group_for(struct sets *s, const struct link *l, struct val *v)
{
	u32 i = v ? s->group_of[v->id] : 0;

	if (!i || !may_join(s, i - 1, l)) {
		vec_push(&s->f->scratch, s->groups) =
			(struct group){.v = v, .test = l->test, .have = l->need, .plain = true};
		i = s->groups.n;
		if (v)
			s->group_of[v->id] = i;
	}
	s->groups.v[i - 1].need = l->need;
	return &s->groups.v[i - 1];
}

static void add(struct sets *s, struct group *g, const struct link *l, u64 lo, u64 hi)
{
	struct span span = l->test->span;

	if (hi > g->v->max)
		hi = g->v->max;
	if (lo <= hi)
		vec_push(&s->f->scratch, g->set) = (struct interval){
			(u32)lo, (u32)hi, g->set.n, via(s, g->have, l->need, span), span};
}

/* Adds [lo, hi] if the test hits where it holds, else the rest. */
static void add_outcome(struct sets *s, struct group *g, const struct link *l, u32 lo, u32 hi)
{
	if (l->test->t == s->hit) {
		add(s, g, l, lo, hi);
		return;
	}
	if (lo)
		add(s, g, l, 0, lo - 1);
	add(s, g, l, (u64)hi + 1, UINT32_MAX);
}

static void gather(struct sets *s, const struct link *l)
{
	struct node *n = l->test;
	u32 low, k = n->y->k;
	struct val *raw = unmasked(n->x, &low);
	struct group *g;

	for (; s->passed < l->need; s->passed++)
		s->before[s->passed + 1] = s->groups.n;
	if (n->y->op != V_CONST || n->cmp == C_SET || n->cmp == C_GE ||
	    (n->cmp == C_GT && k == UINT32_MAX)) {
		group_for(s, l, NULL);
		return;
	}
	if (n->cmp == C_EQ && raw) {
		g = group_for(s, l, raw);
		add_outcome(s, g, l, k, k | low);
	} else {
		g = group_for(s, l, n->x);
		add_outcome(s, g, l, n->cmp == C_EQ ? k : k + 1, n->cmp == C_EQ ? k : UINT32_MAX);
	}
	if (!g->masked)
		g->masked = n->x;
	if (n->cmp != C_EQ || n->t != s->hit || g->masked != n->x)
		g->plain = false;
}

static int by_lo(const void *a, const void *b)
{
	const struct interval *x = a, *y = b;

	return x->lo < y->lo ? -1 : x->lo > y->lo ? 1 : x->seq < y->seq ? -1 : x->seq > y->seq;
}

static int by_seq(const void *a, const void *b)
{
	const struct interval *x = a, *y = b;

	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* Sorted, with those that touch made one. False where they overlap and lead to
 * different places. */
static bool unite(struct group *g)
{
	u32 n = 0;

	qsort(g->set.v, g->set.n, sizeof(*g->set.v), by_lo);
	for (u32 i = 0; i < g->set.n; i++) {
		struct interval *last = n ? &g->set.v[n - 1] : NULL, *now = &g->set.v[i];

		if (last && now->lo <= last->hi && now->to != last->to)
			return false;
		if (last && now->to == last->to &&
		    (now->lo <= last->hi || now->lo == last->hi + 1)) {
			last->hi = MAX(last->hi, now->hi);
			last->seq = MIN(last->seq, now->seq);
			last->span.from = MIN(last->span.from, now->span.from);
			last->span.to = MAX(last->span.to, now->span.to);
		} else {
			g->set.v[n++] = *now;
		}
	}
	g->set.n = n;
	return true;
}

/* Tests of one masked value with constants go on with that value: the
 * intervals become points of it. */
static bool settle(struct group *g)
{
	u32 n = 0;

	if (!g->v || !g->set.n)
		return true;
	if (!g->plain || g->masked == g->v)
		return unite(g);
	g->v = g->masked;
	for (u32 i = 0; i < g->set.n; i++)
		g->set.v[i].hi = g->set.v[i].lo;
	qsort(g->set.v, g->set.n, sizeof(*g->set.v), by_lo);
	for (u32 i = 0; i < g->set.n; i++) /* of equal ones the first counts */
		if (!n || g->set.v[n - 1].lo != g->set.v[i].lo)
			g->set.v[n++] = g->set.v[i];
	g->set.n = n;
	return true;
}

static u32 tests_of(const struct group *g)
{
	u32 sum = 0;

	for (u32 i = 0; i < g->set.n; i++) {
		const struct interval *k = &g->set.v[i];

		sum += k->lo == k->hi ? 1 : (k->lo > 0) + (k->hi < g->v->max);
	}
	return sum;
}

/* All but a few is better said as those few. */
static void turn(struct sets *s, struct group *g)
{
	struct group few = *g;
	u64 from = 0;

	if (!g->v || !g->set.n)
		return;
	few.set.v = NULL;
	few.set.n = few.set.cap = 0;
	few.rest = g->set.v[0].to;
	for (u32 i = 0; i <= g->set.n; i++) {
		const struct interval *k = i < g->set.n ? &g->set.v[i] : NULL;
		u64 end = k ? k->lo : (u64)g->v->max + 1;

		if (k && k->to != few.rest)
			return;
		if (from < end)
			vec_push(&s->f->scratch, few.set) =
				(struct interval){(u32)from, (u32)end - 1, i, NULL, g->test->span};
		from = k ? (u64)k->hi + 1 : 0;
	}
	if (tests_of(&few) < tests_of(g))
		*g = few;
}

/* ---- from sets to trees ---- */

static struct node *greater(struct sets *s, const struct group *g, u32 k, struct node *t,
			    struct node *no, struct span at)
{
	return t == no ? t : node_test(s->f, g->v, C_GT, val_const(s->f, k), t, no, at);
}

/* v, known to lie in [lo, hi], is in this interval. */
static struct node *one(struct sets *s, const struct group *g, const struct interval *i, u32 lo,
			u32 hi, struct node *miss)
{
	struct node *n = i->to;

	if (i->lo == i->hi && i->lo != lo && i->hi != hi)
		return node_test(s->f, g->v, C_EQ, val_const(s->f, i->lo), n, miss, i->span);
	if (i->lo > lo)
		n = greater(s, g, i->lo - 1, n, miss, i->span);
	if (i->hi < hi)
		n = greater(s, g, i->hi, miss, n, i->span);
	return n;
}

/* Single constants one after the other, in the order in which they were written. */
static struct node *row(struct sets *s, const struct group *g, struct interval *set, u32 n,
			struct node *miss)
{
	qsort(set, n, sizeof(*set), by_seq);
	while (n-- > 0)
		miss = node_test(s->f, g->v, C_EQ, val_const(s->f, set[n].lo), set[n].to, miss,
				 set[n].span);
	return miss;
}

static struct node *tree(struct sets *s, const struct group *g, struct interval *set, u32 n, u32 lo,
			 u32 hi, struct node *miss)
{
	u32 points = 0, cut;

	if (!n)
		return miss;
	if (n == 1)
		return one(s, g, set, lo, hi, miss);
	for (u32 i = 0; i < n; i++)
		points += set[i].lo == set[i].hi;
	if (points && n <= s->leaf) {
		struct interval *p = arena_array(&s->f->scratch, struct interval, n);
		u32 np = 0, nr = 0;

		for (u32 i = 0; i < n; i++)
			if (set[i].lo == set[i].hi)
				p[np++] = set[i];
			else
				p[n - ++nr] = set[i];
		qsort(p + np, nr, sizeof(*p), by_lo);
		return row(s, g, p, np, tree(s, g, p + np, nr, lo, hi, miss));
	}
	u32 mid = n / 2;
	struct interval *left = &set[mid - 1], *right = &set[mid];
	struct span at = {MIN(left->span.from, right->span.from),
			  MAX(left->span.to, right->span.to)};
	cut = left->lo == left->hi && right->lo != right->hi ? right->lo - 1 : left->hi;
	struct node *above = tree(s, g, right, n - mid, cut + 1, hi, miss);
	return greater(s, g, cut, above, tree(s, g, set, mid, lo, cut, miss), at);
}

/* ---- is it worth it? ---- */

static u32 cost(const struct val *v, const struct val *in_a)
{
	if (v == in_a)
		return 0;
	return v->op == V_AND && v->b->op == V_CONST ? 1 + cost(v->a, in_a) : 1;
}

static u32 cost_of_chain(const struct sets *s, const struct val *a)
{
	u32 sum = 0;

	for (u32 i = 0; i < s->chain.n; i++) {
		sum += 1 + cost(s->chain.v[i].test->x, a);
		a = s->chain.v[i].test->x;
	}
	return sum;
}

static u32 cost_of_groups(const struct sets *s, const struct val *a, bool *large)
{
	u32 sum = s->vias;

	for (u32 i = 0; i < s->groups.n; i++) {
		const struct group *g = &s->groups.v[i];

		if (!g->v) {
			sum += 1 + cost(g->test->x, i ? NULL : a);
			continue;
		}
		sum += cost(g->v, i ? NULL : a) + tests_of(g);
		*large |= g->set.n > ROW;
	}
	return sum;
}

/* ---- the pass ---- */

/* Where all values lead to one place there is no test, but still the load. */
static struct node *set_tree(struct sets *s, struct group *g, struct node *next)
{
	for (u32 i = 0; g->rest && i < g->set.n; i++)
		g->set.v[i].to = next;
	s->leaf = g->set.n > ROW ? LEAF : ROW;
	struct node *n = tree(s, g, g->set.v, g->set.n, 0, g->v->max, g->rest ? g->rest : next);
	if (n->op == N_TEST && n->x == g->v)
		return n;
	struct node *eval = arena_new(&s->f->a, struct node);
	*eval = (struct node){.op = N_EVAL, .x = g->v, .t = n, .span = g->test->span};
	return eval;
}

static struct node *rebuild(struct sets *s)
{
	struct node *next = s->miss;

	for (u32 i = s->groups.n; i-- > 0;) {
		struct group *g = &s->groups.v[i];

		if (g->v) {
			next = set_tree(s, g, next);
			continue;
		}
		struct node *n = node_new(s->f, *g->test);
		*(n->t == s->hit ? &n->f : &n->t) = next;
		next = n;
	}
	return next;
}

/* Brings the group of what is in A already to the front, where the loads that
 * it goes past cannot reject, or lead where a hit would. */
static void use_a(struct sets *s, struct node *n, const struct val *a)
{
	bool safe = facts_safe(s->f, n->info, n->x) && facts_safe(s->f, n->info, n->y);

	for (u32 i = 1; a && i < s->groups.n; i++) {
		struct group g = s->groups.v[i];

		if ((g.v ? g.v : g.test->x) != a || (s->hit != s->f->reject && !(safe && !g.need)))
			continue;
		memmove(s->groups.v + 1, s->groups.v, i * sizeof(g));
		s->groups.v[0] = g;
		return;
	}
}

/* The chain at n as trees, or NULL where it is best as it is. a is what A
 * holds where it is entered, or NULL. */
static struct node *regroup(struct sets *s, struct node *n, const struct val *a)
{
	bool large = false, ok = true;

	find(s, n);
	if (s->chain.n < 2)
		return NULL;
	if (s->vias)
		memset(s->via, 0, sizeof(s->via));
	s->groups.n = s->vias = s->passed = 0;
	for (u32 i = 0; i < s->chain.n; i++)
		gather(s, &s->chain.v[i]);
	for (u32 i = 0; i < s->groups.n; i++) {
		if (s->groups.v[i].v)
			s->group_of[s->groups.v[i].v->id] = 0;
		ok = settle(&s->groups.v[i]) && ok;
		turn(s, &s->groups.v[i]);
	}
	use_a(s, n, a);
	if (!ok || (cost_of_groups(s, a, &large) >= cost_of_chain(s, a) && !large))
		return NULL;
	return rebuild(s);
}

/* What the first test evaluates is still evaluated first. */
static void replace(struct sets *s, struct node *head, struct node *n)
{
	const struct group *g = &s->groups.v[0];
	bool first = g->test == s->chain.v[0].test;

	if (n->op == N_TEST && (!first || n->x == (g->v ? g->v : g->test->x)))
		*head = *n;
	else
		*head = (struct node){.op = N_EVAL, .x = head->x, .t = n, .span = head->span};
	node_simplify(s->f, head);
}

/* What the last test on every way to each node leaves in A, by id; NULL where
 * that is not one value. */
static const struct val **values_in_a(struct filter *f, struct order o)
{
	const struct val **in = arena_array(&f->scratch, const struct val *, o.n);
	bool *seen = arena_array(&f->scratch, bool, o.n);

	for (u32 i = 0; i < o.n; i++) {
		const struct node *n = o.v[i], *way[2] = {n->t, n->f};

		for (u32 j = 0; j < 2 && way[j]; j++) {
			u32 id = way[j]->id;
			const struct val *x = n->op == N_TEST ? n->x : NULL;

			in[id] = seen[id] && in[id] != x ? NULL : x;
			seen[id] = true;
		}
	}
	return in;
}

static struct val *looked_at(const struct node *n)
{
	u32 low;
	struct val *raw = unmasked(n->x, &low);

	return raw ? raw : n->x;
}

/* To find the heads of chains that could be better. */
struct search {
	u32 *tests;   /* how many look at each value, by its id */
	bool *member; /* of a chain, behind its head: by id of the node */
};

static struct search search(struct filter *f, struct order o)
{
	struct search s = {arena_array(&f->scratch, u32, f->vals.n),
			   arena_array(&f->scratch, bool, o.n)};

	for (u32 i = 0; i < o.n; i++)
		if (o.v[i]->op == N_TEST)
			s.tests[looked_at(o.v[i])->id]++;
	return s;
}

static bool is_point(const struct node *n, const struct node *hit)
{
	return n->cmp == C_EQ && n->y->op == V_CONST && n->t == hit;
}

/* Could the chain from n by its misses be better? Not where each of its values
 * is compared with a few constants in a row, and nowhere else. */
static bool improvable(struct search *s, const struct node *n, const struct node *hit)
{
	const struct val *v = looked_at(n);
	bool head = true;

	for (u32 row = 1;; head = false) {
		const struct node *next = n->t == hit ? n->f : n->t;
		bool same = follows(next, hit) && looked_at(next) == v;

		if (same && (++row > ROW || !is_point(n, hit) || !is_point(next, hit) ||
			     n->x != next->x || n->y->k - next->y->k + 1 <= 2))
			return true;
		if (!same && !head && s->tests[v->id] > row)
			return true;
		if (!follows(next, hit))
			return false;
		n = next;
		s->member[n->id] = true;
		if (!same) {
			v = looked_at(n);
			row = 1;
		}
	}
}

static bool may_begin(struct search *s, const struct node *n)
{
	if (n->op != N_TEST || s->member[n->id])
		return false;
	return (follows(n->f, n->t) && improvable(s, n, n->t)) ||
	       (follows(n->t, n->f) && improvable(s, n, n->f));
}

bool sets_possible(struct filter *f, struct node *root)
{
	struct order o = graph_order(f, root);
	struct search s = search(f, o);

	for (u32 i = 0; i < o.n; i++)
		if (may_begin(&s, o.v[i]))
			return true;
	return false;
}

struct node *opt_sets(struct filter *f, struct node *root, bool *changed)
{
	struct order o = graph_order(f, root);
	struct search heads = search(f, o);
	const struct val **in_a = NULL;
	struct sets s = {.f = f};
	bool *taken = NULL;

	for (u32 i = 0; i < o.n; i++) {
		struct node *n = o.v[i];

		if ((taken && taken[i]) || !n->info || !may_begin(&heads, n))
			continue;
		if (!taken) {
			taken = arena_array(&f->scratch, bool, o.n);
			in_a = values_in_a(f, o);
			s.group_of = arena_array(&f->scratch, u32, f->vals.n);
		}
		struct node *better = regroup(&s, n, in_a[i]);
		for (u32 j = 0; j < s.chain.n; j++)
			taken[s.chain.v[j].test->id] = true;
		if (better) {
			replace(&s, n, better);
			*changed = true;
		}
	}
	return root;
}
