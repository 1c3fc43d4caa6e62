/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared tails. Two parts of the graph that make the same tests at other
 * places in the packet (a port behind an IPv4 and behind an IPv6 header, a
 * host in IP and in ARP) become one part with parameters: what its first test
 * looks at comes in A, and where its other loads begin comes in X.
 *
 *      [x+14] == 22   [54] == 22          X = 4*([14]&15)    X = 40
 *      [x+16] == 22   [56] == 22                 [X+14] == 22
 *                                                [X+16] == 22
 *
 * Whether that pays is found by emitting both. */
#include "filter/emit.h"

#include <stdlib.h>

struct pair {
	struct node *p, *q, *made;
	u32 id_p, id_q;
	u32 in_p, in_q; /* edges from inside */
	bool has_a;     /* the first load is still in A behind p */
};

struct loads {
	struct val *p, *q;
};

struct match {
	struct filter *f;
	struct {
		struct pair *v;
		u32 n, cap;
	} pairs; /* [0] is the root */
	struct {
		struct loads *v;
		u32 n, cap;
	} loads;               /* that differ */
	u32 *of_p, *of_q;      /* pair of a node, + 1, by its id */
	u32 *reach;            /* where a node begins, [0, reach) was loaded; by its id */
	bool based;            /* an equal value uses X */
	struct val *a_p, *a_q; /* what comes in A, or NULL */
	struct val *x_p, *x_q; /* what comes in X, or NULL */
	s64 shift;             /* from an offset in p to that from X */
	struct val *as_a, *as_x;
};

/* ---- shapes: nodes that might match have the same ---- */

static u64 val_shape(const struct val *v)
{
	if (v->op == V_LOAD || (v->op == V_PARAM && !v->k))
		return hash_add(V_LOAD, v->size);
	u64 h = hash_add(v->op, v->k);
	if (v->a)
		h = hash_add(h, val_shape(v->a));
	return v->b && v->op != V_PARAM ? hash_add(h, val_shape(v->b)) : h;
}

static u64 shape(const struct node *n)
{
	u64 h = hash_add(n->op, n->cmp);

	if (n->op != N_TEST && n->op != N_EVAL)
		return hash_add(h, (uintptr_t)n);
	h = hash_add(h, val_shape(n->x));
	if (n->y)
		h = hash_add(h, n->y->op == V_CONST ? n->y->k : n->y->id);
	h = hash_add(h, n->t->hash);
	return n->f ? hash_add(h, n->f->hash) : h;
}

/* ---- matching ---- */

static bool uses_x(const struct val *v)
{
	if (v->op == V_LOAD)
		return v->a != NULL;
	if (v->op < V_NEG || v->op > V_RSH)
		return false;
	return (v->b && v->b->op != V_CONST) || uses_x(v->a);
}

static bool note_loads(struct match *m, struct val *p, struct val *q)
{
	for (u32 i = 0; i < m->loads.n; i++)
		if (m->loads.v[i].p == p)
			return m->loads.v[i].q == q;
	vec_push(&m->f->scratch, m->loads) = (struct loads){p, q};
	return true;
}

static bool match_val(struct match *m, struct val *p, struct val *q)
{
	if (p == q) {
		m->based |= uses_x(p);
		return true;
	}
	if (q->op == V_LOAD && p->size == q->size &&
	    (p->op == V_LOAD || (p->op == V_PARAM && !p->k)))
		return note_loads(m, p, q);
	if (p->op != q->op || p->op < V_NEG || p->op > V_RSH || p->b != q->b)
		return false;
	return (!p->b || p->b->op == V_CONST) && match_val(m, p->a, q->a);
}

static bool add_pair(struct match *m, struct node *p, struct node *q)
{
	u32 *of_p = &m->of_p[p->id], *of_q = &m->of_q[q->id];

	if (p == q)
		return true;
	if (p->op == N_EVAL && p->x->op != V_LOAD)
		return false;
	if (p->op != q->op || p->cmp != q->cmp || p->hash != q->hash ||
	    (p->op != N_TEST && p->op != N_EVAL) || m->of_p[q->id] || m->of_q[p->id])
		return false;
	if (*of_p || *of_q) {
		if (*of_p != *of_q)
			return false;
	} else {
		if ((p->y && (p->y != q->y || p->y->op != V_CONST)) || !match_val(m, p->x, q->x))
			return false;
		vec_push(&m->f->scratch, m->pairs) =
			(struct pair){.p = p, .q = q, .id_p = p->id, .id_q = q->id};
		*of_p = *of_q = m->pairs.n;
	}
	m->pairs.v[*of_p - 1].in_p++;
	m->pairs.v[*of_p - 1].in_q++;
	return true;
}

/* Does evaluating v evaluate the part? */
static bool includes(const struct val *v, const struct val *part)
{
	return v == part || (v->a && includes(v->a, part)) || (v->b && includes(v->b, part));
}

/* A load that differs somewhere is nowhere the same: all of it is replaced. */
static bool consistent(const struct match *m)
{
	for (u32 i = 0; i < m->pairs.n; i++)
		for (u32 j = 0; m->pairs.v[i].p->x == m->pairs.v[i].q->x && j < m->loads.n; j++)
			if (includes(m->pairs.v[i].p->x, m->loads.v[j].p))
				return false;
	return true;
}

/* Only the root may be entered from outside. */
static bool closed(const struct match *m)
{
	for (u32 i = 1; i < m->pairs.n; i++) {
		const struct pair *k = &m->pairs.v[i];

		if (k->in_p != k->p->refs || k->in_q != k->q->refs)
			return false;
	}
	return true;
}

static bool match(struct match *m, struct node *p, struct node *q)
{
	m->pairs.n = m->loads.n = 0;
	m->based = false;
	if (!add_pair(m, p, q))
		return false;
	for (u32 i = 0; i < m->pairs.n; i++) {
		struct node *a = m->pairs.v[i].p, *b = m->pairs.v[i].q;

		if (!add_pair(m, a->t, b->t) || (a->f && !add_pair(m, a->f, b->f)))
			return false;
	}
	return m->loads.n && closed(m) && consistent(m);
}

static void forget(struct match *m)
{
	for (u32 i = 0; i < m->pairs.n; i++)
		m->of_p[m->pairs.v[i].id_p] = m->of_q[m->pairs.v[i].id_q] = 0;
}

/* ---- parameters ---- */

static struct val *load_in(struct val *v)
{
	while (v && v->op >= V_NEG && v->op <= V_RSH)
		v = v->a;
	return v && (v->op == V_LOAD || v->op == V_PARAM) ? v : NULL;
}

static bool has_part(const struct val *v, const struct val *part)
{
	while (v != part && v->op >= V_NEG && v->op <= V_RSH)
		v = v->a;
	return v == part;
}

static int by_id(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	return x->p->id < y->p->id ? -1 : x->p->id > y->p->id;
}

/* What comes in A is `whole`, computed from the load `first`. Wherever the tail
 * looks at it again, it is still there. */
static bool stays_in_a(struct match *m, const struct val *whole, const struct val *first)
{
	u32 n = m->pairs.n;
	struct pair *sorted = arena_dup(&m->f->scratch, m->pairs.v, n * sizeof(*sorted));
	bool *lost = arena_array(&m->f->scratch, bool, n);

	qsort(sorted, n, sizeof(*sorted), by_id);
	for (u32 i = 0; i < n; i++) {
		struct node *p = sorted[i].p;
		bool gone = lost[m->of_p[p->id] - 1];

		if (load_in(p->x) == first && (gone || !has_part(p->x, whole)))
			return false;
		if (p->x == whole && !gone)
			continue;
		if (m->of_p[p->t->id])
			lost[m->of_p[p->t->id] - 1] = true;
		if (p->f && m->of_p[p->f->id])
			lost[m->of_p[p->f->id] - 1] = true;
	}
	return true;
}

/* ---- what an entrance may compute ---- */

/* Once v was evaluated, so many bytes are there. */
static u32 extent(const struct val *v)
{
	u32 a = v->a ? extent(v->a) : 0, b = v->b ? extent(v->b) : 0;

	if (v->op == V_LOAD && !v->a && v->k <= INT32_MAX)
		return v->k + v->size;
	return MAX(a, b);
}

static void find_reach(struct match *m, struct order o)
{
	bool *seen = arena_array(&m->f->scratch, bool, o.n);

	m->reach = arena_array(&m->f->scratch, u32, o.n);
	for (u32 i = 0; i < o.n; i++) {
		const struct node *n = o.v[i], *way[2] = {n->t, n->f};
		u32 here = MAX(n->x ? extent(n->x) : 0, n->y ? extent(n->y) : 0);

		here = MAX(here, m->reach[i]);
		for (u32 j = 0; j < 2 && way[j]; j++) {
			u32 id = way[j]->id;

			m->reach[id] = seen[id] ? MIN(m->reach[id], here) : here;
			seen[id] = true;
		}
	}
}

static bool is_loaded(const struct val *v, u32 reach)
{
	if (!v->faults)
		return true;
	if (v->op == V_LOAD)
		return !v->a && v->k < reach && reach - v->k >= v->size;
	if (v->op < V_NEG || v->op > V_RSH || (v->b && v->b->op != V_CONST))
		return false;
	bool by_zero = (v->op == V_DIV || v->op == V_MOD) && !v->b->k;
	return !by_zero && is_loaded(v->a, reach);
}

/* The base does not reject before the test that comes first, unless that would. */
static bool may_precede(const struct match *m, const struct val *base, const struct node *n, u32 id)
{
	return !base || is_loaded(base, m->reach[id]) || includes(n->x, base);
}

/* One base for all loads that differ (but those of `first`), on each side. */
static bool find_bases(struct match *m, const struct val *first)
{
	struct val *base_p = NULL, *base_q = NULL;
	s64 delta = 0;
	bool any = false;

	m->x_p = m->x_q = NULL;
	m->shift = 0;
	for (u32 i = 0; i < m->loads.n; i++) {
		struct val *p = m->loads.v[i].p, *q = m->loads.v[i].q;
		s64 d = (s64)q->k - p->k;

		if (p == first)
			continue;
		if (p->op != V_LOAD || p->k > INT32_MAX || q->k > INT32_MAX)
			return false;
		if (any && (p->a != base_p || q->a != base_q || d != delta))
			return false;
		base_p = p->a;
		base_q = q->a;
		delta = d;
		any = true;
	}
	if (!any)
		return true;
	if (m->based || (base_q && delta) || (base_p && delta < 0))
		return false;
	if (!base_p && base_q)
		return false;
	m->shift = !base_p && delta < 0 ? delta : 0;
	m->x_p = base_p ? base_p : val_const(m->f, (u32)-m->shift);
	m->x_q = base_q ? base_q : val_const(m->f, (u32)(delta - m->shift));
	const struct pair *root = &m->pairs.v[0];
	return may_precede(m, m->x_p, root->p, root->id_p) &&
	       may_precede(m, m->x_q, root->q, root->id_q);
}

static bool is_param(const struct val *v) { return v && v->op == V_PARAM; }

/* A tail that has parameters already serves as it is. */
static bool has_params(const struct match *m) { return is_param(m->a_p) || is_param(m->x_p); }

/* Everything through X, or the first load (or what is made of it) in A. */
static bool choose(struct match *m, bool in_a)
{
	struct val *first = load_in(m->pairs.v[0].p->x);

	m->a_p = m->a_q = NULL;
	if (!in_a)
		return !is_param(first) && find_bases(m, NULL);
	if (!first || !find_bases(m, first))
		return false;
	m->a_p = first;
	m->a_q = load_in(m->pairs.v[0].q->x);
	if (!stays_in_a(m, first, first)) {
		m->a_p = m->pairs.v[0].p->x;
		m->a_q = m->pairs.v[0].q->x;
		if (!stays_in_a(m, m->a_p, first))
			return false;
	}
	return m->a_p != m->a_q;
}

static bool parameters(struct match *m, bool in_a)
{
	if (!choose(m, in_a))
		return false;
	return !has_params(m) || ((!m->a_p || is_param(m->a_p)) && (!m->x_p || is_param(m->x_p)));
}

/* ---- the new tail ---- */

static struct val *rewrite(struct match *m, struct val *v)
{
	if (v == m->a_p)
		return m->as_a;
	if (v->op == V_LOAD) {
		for (u32 i = 0; i < m->loads.n; i++)
			if (m->loads.v[i].p == v)
				return val_load(m->f, m->as_x, (u32)(v->k + m->shift), v->size);
		return v;
	}
	if (v->op < V_NEG || v->op > V_RSH || !load_in(v))
		return v;
	struct val *a = rewrite(m, v->a);
	return a == v->a ? v : v->b ? val_alu(m->f, v->op, a, v->b) : val_neg(m->f, a);
}

static struct node *made_of(struct match *m, struct node *p)
{
	u32 i = p ? m->of_p[p->id] : 0;

	return i ? m->pairs.v[i - 1].made : p;
}

static struct node *make_tail(struct match *m)
{
	struct node *root = m->pairs.v[0].p;

	if (has_params(m)) {
		m->as_a = m->a_p;
		m->as_x = m->x_p;
		return root;
	}
	m->as_a = m->a_p ? val_param(m->f, 0, m->a_p->size) : NULL;
	m->as_x = m->x_p ? val_param(m->f, 1, 4) : NULL;
	for (u32 i = 0; i < m->pairs.n; i++)
		m->pairs.v[i].made = arena_dup(&m->f->a, m->pairs.v[i].p, sizeof(struct node));
	for (u32 i = 0; i < m->pairs.n; i++) {
		struct node *n = m->pairs.v[i].made;

		n->x = rewrite(m, n->x);
		n->name = NULL;
		n->t = made_of(m, n->t);
		n->f = made_of(m, n->f);
		n->span = m->pairs.v[i].p->span;
	}
	return m->pairs.v[0].made;
}

static struct node *entrance(struct match *m, struct val *a, struct val *x, struct node *tail)
{
	struct node *n = arena_new(&m->f->a, struct node);

	*n = (struct node){.op = N_SET,
			   .x = a,
			   .y = x,
			   .as_a = m->as_a,
			   .as_x = m->as_x,
			   .t = tail,
			   .span = m->pairs.v[0].q->span};
	return n;
}

static void redirect(struct order o, struct node *from, struct node *to, struct node **root)
{
	for (u32 i = 0; i < o.n; i++) {
		if (o.v[i]->t == from)
			o.v[i]->t = to;
		if (o.v[i]->f == from)
			o.v[i]->f = to;
	}
	if (*root == from)
		*root = to;
}

/* Is X 0 everywhere, as it is at first? */
static bool x_is_zero(struct order o)
{
	for (u32 i = 0; i < o.n; i++) {
		const struct node *n = o.v[i];

		if (n->op == N_SET || (n->x && uses_x(n->x)) || (n->y && n->y->op != V_CONST))
			return false;
	}
	return true;
}

/* What is saved at the least: the tests of one side and a load of each of its
 * values, less a `ja` and the constants that go to X. */
static bool is_sure(const struct match *m, struct order o)
{
	u32 saved = m->pairs.n + m->loads.n - (m->a_p ? 1 : 0), cost = 1;
	const struct val *x[2] = {m->x_p, m->x_q};

	for (u32 i = 0; i < 2; i++)
		cost += x[i] && x[i]->op == V_CONST && (x[i]->k || !x_is_zero(o));
	return saved > cost;
}

static void enter(struct match *m, struct order o, struct node *in_p, struct node *in_q,
		  struct node **root)
{
	if (!has_params(m))
		redirect(o, m->pairs.v[0].p, in_p, root);
	redirect(o, m->pairs.v[0].q, in_q, root);
}

static void leave(struct match *m, struct order o, struct node *in_p, struct node *in_q,
		  struct node **root)
{
	if (!has_params(m))
		redirect(o, in_p, m->pairs.v[0].p, root);
	redirect(o, in_q, m->pairs.v[0].q, root);
	graph_order(m->f, *root); /* as before */
}

/* Both sides go to the new tail, if that makes the code smaller. The size is
 * measured only where that is not plain; 0 is a size not known yet. */
static bool try(struct match *m, struct order o, struct node **root, u32 *size)
{
	bool sure = is_sure(m, o);

	if (!sure && !*size) {
		*size = emit_size(m->f, *root, UINT32_MAX);
		graph_order(m->f, *root);
	}
	struct node *tail = make_tail(m);
	struct node *in_p = entrance(m, m->a_p, m->x_p, tail);
	struct node *in_q = entrance(m, m->a_q, m->x_q, tail);

	enter(m, o, in_p, in_q, root);
	u32 now = sure ? 0 : emit_size(m->f, *root, *size);
	if (now >= *size && !sure) {
		leave(m, o, in_p, in_q, root);
		return false;
	}
	*size = now;
	if (sure)
		m->f->code = (struct code){0};
	return true;
}

/* ---- the pass ---- */

enum { TRIES = 200 };

/* Either may be the one whose tail is kept, and there are two ways to pass what
 * differs: the first of the four that makes the code smaller is taken. */
static bool attempt(struct match *m, struct order o, struct node *p, struct node *q,
		    struct node **root, u32 *size)
{
	bool done = false;

	for (u32 turned = 0; turned < 2 && !done; turned++) {
		bool ok = turned ? match(m, q, p) : match(m, p, q);

		for (u32 in_a = 0; ok && in_a < 2 && !done; in_a++)
			done = parameters(m, in_a) && try(m, o, root, size);
		forget(m);
	}
	return done;
}

/* For each node the next one of its shape, as a position + 1, or 0. Returns how
 * many pairs there are. */
static u32 find_equals(struct filter *f, struct order o, u32 *next)
{
	u32 n_buckets = o.n | 1, *last = arena_array(&f->scratch, u32, n_buckets), pairs = 0;
	u32 *rank = arena_array(&f->scratch, u32, o.n); /* as many of its shape stand before */

	for (u32 i = o.n; i-- > 0;)
		o.v[i]->hash = shape(o.v[i]);
	for (u32 i = o.n; i-- > 0;) {
		struct node *n = o.v[i];
		u32 b = n->hash % n_buckets, j = last[b];

		if (n->op != N_TEST && n->op != N_EVAL)
			continue;
		while (j && o.v[j - 1]->hash != n->hash)
			j = next[j - 1];
		if (j) {
			rank[i] = rank[j - 1] + 1;
			pairs += rank[i];
		}
		next[i] = last[b];
		last[b] = i + 1;
	}
	return pairs;
}

/* One change to the graph, from the largest tails on. False where there is no
 * more to find. */
static bool once(struct filter *f, struct node **root, u32 *size, u32 *tries, bool *changed)
{
	struct order o = graph_order(f, *root);
	u32 *next = arena_array(&f->scratch, u32, o.n), pairs = find_equals(f, o, next);
	struct match m = {.f = f};

	if (!pairs)
		return false;
	m.of_p = arena_array(&f->scratch, u32, o.n * 2);
	m.of_q = m.of_p + o.n;
	find_reach(&m, o);
	for (u32 i = 0; i < o.n; i++)
		for (u32 j = next[i]; j && *tries < TRIES; j = next[j - 1]) {
			if (o.v[j - 1]->hash != o.v[i]->hash)
				continue;
			++*tries;
			if (!attempt(&m, o, o.v[i], o.v[j - 1], root, size))
				continue;
			*changed = true;
			return pairs > m.pairs.n;
		}
	return false;
}

struct node *opt_share(struct filter *f, struct node *root, bool *changed)
{
	u32 size = 0, tries = 0; /* size 0: not known yet */

	while (once(f, &root, &size, &tries, changed))
		;
	return root;
}
