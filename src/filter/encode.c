/* SPDX-License-Identifier: BSD-2-Clause */
/* Layout and jumps. All jumps go forward, so that code written from its end
 * knows every distance at once. A conditional jump reaches 255 instructions;
 * what is farther is reached through a copy of the leaf or a `ja`, which later
 * jumps use too while it is near. */
#include "filter/emit.h"

#include <linux/bpf_common.h>

struct writer {
	struct filter *f;
	bool cells; /* the code uses scratch cells */
	struct {
		struct ob_cbpf *v;
		u32 n, cap;
	} code; /* the last instruction first */
	struct {
		struct prog_span *v;
		u32 n, cap;
	} span;
};

enum { REACH = 255 };

static void put(struct writer *w, struct ob_cbpf i, struct span at)
{
	vec_push(&w->f->scratch, w->code) = i;
	vec_push(&w->f->scratch, w->span) = (struct prog_span){at.from, at.to};
}

/* How far behind the next instruction to be written a place lies. */
static u32 distance(const struct writer *w, u32 place) { return w->code.n - 1 - place; }

static void leaf(struct writer *w, const struct node *n)
{
	u32 k = n->op == N_ACCEPT ? filter_snaplen(w->f) : 0;

	put(w, (struct ob_cbpf){.code = BPF_RET | BPF_K, .k = k}, n->span);
}

/* Where what is at this place leads to, past any `ja`. */
static u32 end_of(const struct writer *w, u32 place)
{
	while (w->code.v[place].code == (BPF_JMP | BPF_JA))
		place -= w->code.v[place].k + 1;
	return place;
}

/* How far a conditional jump to there goes: past a `ja` if it can. */
static u32 reach(const struct writer *w, u32 place)
{
	u32 end = distance(w, end_of(w, place));

	return end <= REACH ? end : distance(w, place);
}

/* Brings a place within reach by a copy or a `ja` written here. Linux's checker
 * takes what is stored before a `ret` for what is stored behind it
 * (check_load_and_stores), so that code with scratch cells has no such copies. */
static void bridge(struct writer *w, const struct node *to, u32 *place)
{
	if (node_is_leaf(to) && !w->cells)
		leaf(w, to);
	else
		put(w,
		    (struct ob_cbpf){.code = BPF_JMP | BPF_JA, .k = distance(w, end_of(w, *place))},
		    to->span);
	*place = w->code.n - 1;
}

static void jump(struct writer *w, struct block *b)
{
	struct node *n = b->node, *to[2] = {n->t, n->f};
	u32 enter[2] = {b->enter_t, b->enter_f}, *place[2];

	for (u32 i = 0; i < 2; i++)
		place[i] = &((struct block *)to[i]->info)->place[enter[i]];
	for (bool far = true; far;) {
		far = false;
		for (u32 i = 0; i < 2; i++)
			if (reach(w, *place[i]) > REACH) {
				bridge(w, to[i], place[i]);
				far = true;
			}
	}
	u8 d[2] = {(u8)reach(w, *place[0]), (u8)reach(w, *place[1])};
	put(w, (struct ob_cbpf){b->jump, d[b->swapped], d[!b->swapped], b->jump_k}, n->span);
}

/* Straight to the successor: nothing where it comes next, or where there is no
 * code that would fall through to here. */
static void go(struct writer *w, struct block *b)
{
	struct node *to = b->node->t;
	u32 *place = &((struct block *)to->info)->place[b->enter_t];

	b->place[b->n] = *place;
	if (b->n && distance(w, *place))
		bridge(w, to, place);
}

static void write_node(struct writer *w, struct block *b)
{
	struct node *n = b->node;

	b->place = arena_array(&w->f->scratch, u32, b->n + 1);
	if (node_is_leaf(n)) {
		leaf(w, n);
		b->place[0] = w->code.n - 1;
		return;
	}
	if (n->op == N_TEST) {
		jump(w, b);
		b->place[b->n] = w->code.n - 1;
	} else {
		go(w, b);
	}
	for (u32 i = b->n; i-- > 0;) {
		put(w, (struct ob_cbpf){.code = b->v[i].code, .k = b->v[i].k}, n->span);
		b->place[i] = w->code.n - 1;
	}
}

static bool one_way(const struct node *n) { return n->op != N_TEST && !node_is_leaf(n); }

/* Of the entrances of a shared tail, the one that computes its base is the
 * common one (IPv4 beside IPv6), and spared the `ja`. */
static bool common(const struct node *n) { return n->op == N_SET && n->y && n->y->op != V_CONST; }

/* Nodes with one way out go directly before their successor, the leaves last. */
static struct order settle(struct filter *f, struct order o)
{
	struct order r = {arena_array(&f->scratch, struct node *, o.n), 0};
	struct node **wait = arena_array(&f->scratch, struct node *, o.n), *n;
	u32 *next = arena_array(&f->scratch, u32, o.n + 1); /* chains of waiting nodes, + 1 */

	for (u32 i = 0; i < o.n; i++) {
		n = o.v[i];
		if (one_way(n)) {
			struct node *head = wait[n->t->id];

			next[n->id] = head ? head->id + 1 : 0;
			wait[n->t->id] = n;
		}
	}
	/* From the end: a node, then those that wait for it, then those that wait for them. */
	u32 depth = 0;
	struct node **stack = arena_array(&f->scratch, struct node *, o.n + 2);
	for (u32 i = o.n; i-- > 0;) {
		n = o.v[i];
		if (!one_way(n))
			stack[depth++] = n;
		while (depth) {
			n = stack[--depth];
			r.v[r.n++] = n;
			u32 first = wait[n->id] ? wait[n->id]->id + 1 : 0;
			for (u32 last = 0; last < 2; last++)
				for (u32 k = first; k; k = next[k - 1])
					if (common(o.v[k - 1]) == last)
						stack[depth++] = o.v[k - 1];
		}
	}
	return r;
}

static bool is_used(const struct order o, const struct node *leaf)
{
	for (u32 i = 0; i < o.n; i++)
		if (o.v[i] == leaf)
			return true;
	return false;
}

struct code emit_encode(struct filter *f, struct order o)
{
	struct writer w = {.f = f};
	struct node *leaves[2] = {f->reject, f->accept};
	struct order r = settle(f, o);

	for (u32 i = 0; i < o.n; i++) {
		const struct block *b = o.v[i]->info;

		for (u32 j = 0; j < b->n; j++)
			w.cells |= BPF_CLASS(b->v[j].code) == BPF_ST ||
				   BPF_CLASS(b->v[j].code) == BPF_STX;
	}
	for (u32 i = 0; i < 2; i++)
		if (is_used(o, leaves[i]))
			write_node(&w, leaves[i]->info);
	for (u32 i = 0; i < r.n; i++)
		if (!node_is_leaf(r.v[i]))
			write_node(&w, r.v[i]->info);
	u32 n = w.code.n;
	struct code c = {.n = n};
	c.v = arena_array(&f->scratch, struct ob_cbpf, n);
	c.span = arena_array(&f->scratch, struct prog_span, n);
	for (u32 i = 0; i < n; i++) {
		c.v[i] = w.code.v[n - 1 - i];
		c.span[i] = w.span.v[n - 1 - i];
	}
	return c;
}
