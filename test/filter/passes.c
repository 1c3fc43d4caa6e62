/* SPDX-License-Identifier: BSD-2-Clause */
/* Random graphs, which no filter text would give: what each pass makes of one
 * says the same on every packet, in both dialects, and so does its code. Then
 * what facts.c says of values is true of them.
 *
 *	passes [runs [seed]] */
#include <stdlib.h>

#include "../../fuzz/filter_gen.h"
#include "check/check.h"
#include "filter/priv.h"
#include "vm/vm.h"

enum { PACKETS = 48, BYTES = 12, VALUES = 40, NODES = 24, FAR = 420, CELLS = 3 };

static struct dice d;

struct sample {
	u8 p[BYTES];
	u32 n, wirelen;
	bool libpcap;
};

struct world {
	struct filter f;
	struct val *v[VALUES];
	u32 values, hot;
	struct sample s[PACKETS];
	bool want[PACKETS];
};

static struct packet packet_of(const struct sample *s)
{
	return (struct packet){.data = {s->p, s->n}, .wirelen = s->wirelen, .libpcap = s->libpcap};
}

/* ---- random values, packets, graphs ---- */

static u32 number(void)
{
	static const u32 few[] = {0, 0,  1,  1,    2,    3,    4,     7,
				  8, 15, 16, 0x80, 0xf0, 0xff, 0x100, 0xffff};

	return roll(&d, 8) ? PICK(&d, few) : gen_number(&d);
}

static struct val *pick(struct world *w) { return w->v[roll(&d, w->values)]; }

static struct val *alu(struct world *w)
{
	static const enum val_op ops[] = {V_ADD, V_SUB, V_MUL, V_DIV, V_MOD, V_AND, V_AND,
					  V_AND, V_OR,  V_XOR, V_LSH, V_RSH, V_RSH};
	enum val_op op = PICK(&d, ops);
	u32 k = number();

	if (!roll(&d, 6))
		return val_neg(&w->f, pick(w));
	if (op == V_LSH || op == V_RSH)
		k = roll(&d, 32);
	else if (op == V_DIV || op == V_MOD)
		k += !k;
	else if (!roll(&d, 4))
		return val_alu(&w->f, op, pick(w), pick(w));
	return val_alu_k(&w->f, op, pick(w), k);
}

static struct val *value(struct world *w)
{
	static const u32 sizes[] = {1, 1, 1, 2, 4};
	u32 size = PICK(&d, sizes), kind = w->values ? roll(&d, 10) : 0;

	if (kind < 3)
		return val_load(&w->f, NULL, roll(&d, BYTES / size), size);
	if (kind == 3)
		return val_msh(&w->f, roll(&d, 3) ? NULL : pick(w), roll(&d, 4));
	if (kind == 4)
		return val_load(&w->f, pick(w), roll(&d, 9) ? roll(&d, 6) : number(), size);
	if (kind == 5 && !roll(&d, 3))
		return val_len(&w->f);
	return alu(w);
}

static void make_values(struct world *w)
{
	w->values = 0;
	for (u32 i = 0; i < CELLS; i++)
		w->v[w->values++] = val_cell(&w->f, i ? UINT32_MAX : 0xff);
	while (w->values < VALUES) {
		struct val *v = value(w);

		w->v[w->values++] = v;
	}
}

static void make_packets(struct world *w)
{
	for (u32 i = 0; i < PACKETS; i++) {
		struct sample *s = &w->s[i];

		for (u32 j = 0; j < BYTES; j++)
			s->p[j] = (u8)(roll(&d, 3) ? roll(&d, 5) : number());
		s->n = roll(&d, 2) ? BYTES : roll(&d, BYTES + 1);
		s->wirelen = s->n + (roll(&d, 4) ? 0 : roll(&d, 40));
		s->libpcap = roll(&d, 2);
	}
}

/* Most tests look at a few values again and again. */
static struct node *test_node(struct world *w, struct val **v, struct node *t, struct node *no)
{
	struct val *x = roll(&d, 4) ? v[CELLS + roll(&d, w->hot)] : v[roll(&d, VALUES)];
	enum cmp cmp = roll(&d, 2) ? C_EQ : (enum cmp)roll(&d, 4);

	return node_test(&w->f, x, cmp,
			 roll(&d, 8) ? val_const(&w->f, number()) : v[roll(&d, VALUES)], t, no,
			 (struct span){0, 1});
}

struct graph {
	struct node *v[FAR + 2 * NODES];
	u32 n;
};

static struct node *other_node(struct world *w, struct val **v, struct node *t)
{
	u32 cell = roll(&d, CELLS);
	struct val *x = v[roll(&d, VALUES)];
	struct node *n = arena_new(&w->f.a, struct node);

	if (roll(&d, 2))
		*n = (struct node){.op = N_EVAL, .x = x, .t = t};
	else
		*n = (struct node){.op = N_STORE,
				   .x = cell ? x : val_alu_k(&w->f, V_AND, x, 0xff),
				   .y = w->f.cell[cell],
				   .t = t};
	return n;
}

/* More nodes on top of the first `base` and of each other: chains to one place,
 * now and then something else. */
static void add_nodes(struct world *w, struct graph *g, struct val **v, u32 base, u32 count)
{
	u32 start = g->n, hit = roll(&d, base), odd = 1 + roll(&d, 6), rare = roll(&d, 30);

	while (count--) {
		u32 back = roll(&d, base + g->n - start);
		struct node *any = roll(&d, 8) >= odd ? g->v[hit]
				   : back < base      ? g->v[back]
						      : g->v[start + back - base];
		struct node *near = g->n > start ? g->v[g->n - 1] : g->v[base - 1];
		struct node *n = test_node(w, v, any, near);

		if (!roll(&d, 4)) {
			n->t = near;
			n->f = any;
		}
		if (rare < 10 && !roll(&d, 12))
			n = other_node(w, v, near);
		g->v[g->n++] = n;
	}
}

/* The same value of other places in the packet. */
static struct val *moved(struct world *w, struct val *v, u32 by, struct val *base)
{
	if (v->op == V_LOAD && !v->a)
		return val_load(&w->f, base, v->k + by, v->size);
	if (v->op < V_NEG || v->op > V_RSH)
		return v;
	struct val *a = moved(w, v->a, by, base);
	if (v->op == V_NEG)
		return val_neg(&w->f, a);
	return val_alu(&w->f, v->op, a, moved(w, v->b, by, base));
}

/* Maybe with one part twice, of moved values. */
static struct node *make_graph(struct world *w)
{
	struct graph g = {.n = 2};
	struct val *twin[VALUES];

	g.v[0] = w->f.reject = arena_new(&w->f.a, struct node);
	g.v[1] = w->f.accept = arena_new(&w->f.a, struct node);
	g.v[0]->op = N_REJECT;
	g.v[1]->op = N_ACCEPT;
	w->hot = 1 + roll(&d, 8);
	add_nodes(w, &g, w->v, g.n, roll(&d, roll(&d, 40) ? roll(&d, 3) ? 3 : NODES : FAR));
	if (roll(&d, 3)) {
		u32 by = roll(&d, 6), base = g.n, count = 1 + roll(&d, 8);
		struct val *from = roll(&d, 2) ? val_msh(&w->f, NULL, roll(&d, 4)) : NULL;

		for (u32 i = 0; i < VALUES; i++)
			twin[i] = moved(w, w->v[i], by, from);
		struct dice again = d;
		add_nodes(w, &g, w->v, base, count);
		struct node *first = g.v[g.n - 1];
		d = again;
		add_nodes(w, &g, twin, base, count);
		g.v[g.n] = test_node(w, w->v, first, g.v[g.n - 1]);
		g.n++;
	}
	add_nodes(w, &g, w->v, g.n, roll(&d, 4));
	return cells_start(&w->f, g.v[g.n - 1]);
}

/* ---- the meaning of a graph ---- */

static bool holds(const struct node *n, struct packet *p)
{
	u32 x = val_eval(n->x, p), y = val_eval(n->y, p);

	return n->cmp == C_EQ   ? x == y
	       : n->cmp == C_GT ? x > y
	       : n->cmp == C_GE ? x >= y
				: (x & y) != 0;
}

static bool walk(const struct node *n, struct packet p)
{
	while (n->op != N_ACCEPT && n->op != N_REJECT && !p.fault) {
		bool yes = n->op == N_TEST ? holds(n, &p) : true;

		if (n->op == N_EVAL)
			val_eval(n->x, &p);
		if (n->op == N_STORE)
			p.cell[n->y->k] = val_eval(n->x, &p);
		n = yes ? n->t : n->f;
	}
	return n->op == N_ACCEPT && !p.fault;
}

static const char *show(struct world *w, struct node *root)
{
	static struct buf b;

	buf_clear(&b);
	graph_show(&w->f, root, FILTER_GRAPH, &b);
	return b.p;
}

static char before[65536];

static bool differ(struct world *w, const char *what, u32 i)
{
	printf("# packet %u of %u bytes, %s:", i, w->s[i].n, w->s[i].libpcap ? "libpcap" : "linux");
	for (u32 j = 0; j < w->s[i].n; j++)
		printf(" %02x", w->s[i].p[j]);
	printf("\n# before:\n%s", before);
	printf("FAIL %s: packet %u: wanted %s\n", what, i, w->want[i] ? "accept" : "reject");
	return false;
}

static bool same_graph(struct world *w, struct node *root, const char *pass)
{
	for (u32 i = 0; i < PACKETS; i++)
		if (walk(root, packet_of(&w->s[i])) != w->want[i]) {
			differ(w, pass, i);
			printf("# after:\n%s", show(w, root));
			return false;
		}
	return true;
}

static bool same_code(struct world *w, struct node *root, const char *what)
{
	struct prog *p = NULL;
	struct vm_classic *vm[2] = {0};
	bool ok;

	filter_emit(&w->f, root, &p);
	struct ob_err *refused = check_classic(p->classic, p->n, CHECK_LINUX);
	if (refused)
		printf("FAIL %s: %s\n", what, ob_err_reason(refused));
	ok = !refused;
	ob_err_destroy(refused);
	for (int i = 0; i < 2; i++)
		if (vm_classic_create(p, i ? VM_LIBPCAP : VM_LINUX, &vm[i]))
			abort();
	for (u32 i = 0; ok && i < PACKETS; i++) {
		const struct sample *s = &w->s[i];
		struct vm_pkt pkt = {.data = s->p, .caplen = s->n, .len = s->wirelen};

		if ((vm_classic_run(vm[s->libpcap], &pkt) != 0) != w->want[i])
			ok = differ(w, what, i);
	}
	for (u32 i = 0; !ok && i < p->n; i++) {
		struct buf b = {0};

		cbpf_dis(&b, p->classic + i, 1, CBPF_TEXT);
		printf("# %u: %s", i, b.p);
		buf_deinit(&b);
	}
	vm_classic_destroy(vm[0]);
	vm_classic_destroy(vm[1]);
	prog_destroy(p);
	return ok;
}

/* ---- passes ---- */

typedef struct node *pass(struct filter *f, struct node *root, bool *changed);

static const struct {
	const char *name;
	pass *run;
} passes[] = {
	{"simplify", opt_simplify}, {"thread", opt_thread}, {"merge", opt_merge},
	{"cells", opt_cells},       {"sets", opt_sets},
};
static u64 changes[LEN(passes) + 1];

enum { THREAD = 1, SETS = 4, SHARE = 5 };

static bool run_pass(struct world *w, u32 which, struct node **root, bool *changed)
{
	*changed = false;
	snprintf(before, sizeof(before), "%s", show(w, *root));
	*root = passes[which].run(&w->f, *root, changed);
	changes[which] += *changed;
	return same_graph(w, *root, passes[which].name);
}

/* In any order; but sets need the facts that a thread without a change left. */
static bool run_passes(struct world *w, struct node **root)
{
	u32 steps = roll(&d, 10);

	while (steps--) {
		u32 which = roll(&d, LEN(passes));
		bool changed = which == SETS;

		for (u32 i = 0; changed && i < 9; i++)
			if (!run_pass(w, THREAD, root, &changed))
				return false;
		if (!changed && !run_pass(w, which, root, &changed))
			return false;
	}
	return true;
}

static bool graph_round(struct world *w, struct filter_opts *opts)
{
	bool changed = false, ok;

	opts->no_optimise = !roll(&d, 8);
	filter_begin(&w->f, "a graph", 7, opts);
	if (setjmp(w->f.fail)) /* more scratch cells than there are */
		return !ob_err_reason(w->f.err) || (ob_err_destroy(filter_end(&w->f)), true);
	make_values(w);
	make_packets(w);
	struct node *root = make_graph(w);
	for (u32 i = 0; i < PACKETS; i++)
		w->want[i] = walk(root, packet_of(&w->s[i]));
	snprintf(before, sizeof(before), "%s", show(w, root));
	ok = opts->no_optimise || run_passes(w, &root);
	snprintf(before, sizeof(before), "%s", show(w, root));
	if (ok && roll(&d, 2) && !opts->no_optimise)
		root = opt_share(&w->f, root, &changed);
	changes[SHARE] += changed;
	ok = ok && same_code(w, root, changed ? "share" : "code");
	ob_err_destroy(filter_end(&w->f));
	return ok;
}

/* ---- facts ---- */

static bool true_of(struct world *w, const struct facts *e, const struct sample *s, u32 *cell)
{
	for (u32 i = 0; i < w->values; i++) {
		struct packet p = packet_of(s);
		struct fact fact = facts_of(&w->f, e, w->v[i]);

		memcpy(p.cell, cell, sizeof(p.cell));
		u32 v = val_eval(w->v[i], &p);
		if (p.fault && facts_safe(&w->f, e, w->v[i])) {
			printf("FAIL facts: a fault of what is safe\n");
			return false;
		}
		if (!p.fault && (v < fact.min || v > fact.max || ((v ^ fact.bits) & fact.known))) {
			struct buf b = {0};

			val_show(w->v[i], &b);
			printf("FAIL facts: %s is %#x, not in [%#x, %#x], bits %#x of %#x\n", b.p,
			       v, fact.min, fact.max, fact.bits, fact.known);
			buf_deinit(&b);
			return false;
		}
	}
	return true;
}

/* What one packet meets on a path of tests and stores; NULL where it is rejected. */
static struct facts *path(struct world *w, struct facts *e, const struct sample *s, u32 *cell)
{
	struct packet p = packet_of(s);

	for (u32 steps = roll(&d, 7); steps; steps--) {
		struct node *n = test_node(w, w->v, NULL, NULL);

		val_test_name(&w->f, n);
		if (!roll(&d, 6)) {
			u32 c = roll(&d, CELLS);

			*n = (struct node){.op = N_STORE,
					   .x = c ? n->x : val_alu_k(&w->f, V_AND, n->x, 0xff),
					   .y = w->f.cell[c]};
			p.cell[c] = val_eval(n->x, &p);
			e = facts_store(&w->f, e, n);
		} else {
			bool yes = holds(n, &p);
			enum answer a = facts_decide(&w->f, e, n);

			if (!p.fault && a != UNKNOWN && (a == YES) != yes) {
				printf("FAIL facts: a test was decided wrongly\n");
				exit(1);
			}
			e = facts_assume(&w->f, e, n, yes);
		}
		if (p.fault)
			return NULL;
	}
	memcpy(cell, p.cell, sizeof(p.cell));
	return e;
}

static bool facts_round(struct world *w, struct filter_opts *opts)
{
	u32 cell[2][CBPF_MEMWORDS];
	bool ok = true;

	opts->no_optimise = false;
	filter_begin(&w->f, "facts", 5, opts);
	if (setjmp(w->f.fail))
		abort();
	make_values(w);
	make_packets(w);
	struct facts *start = facts_start(&w->f, (struct order){0});
	for (u32 i = 0; ok && i + 1 < PACKETS; i += 2) {
		struct sample *s = &w->s[i];
		struct facts *a = path(w, start, s, cell[0]), *b = path(w, start, s + 1, cell[1]);

		ok = (!a || true_of(w, a, s, cell[0])) && (!b || true_of(w, b, s + 1, cell[1]));
		if (!ok || !a || !b)
			continue;
		struct facts *both = facts_meet(&w->f, a, b);
		ok = true_of(w, both, s, cell[0]) && true_of(w, both, s + 1, cell[1]);
	}
	ob_err_destroy(filter_end(&w->f));
	return ok;
}

int main(int argc, char **argv)
{
	u64 runs = argc > 1 ? strtoull(argv[1], NULL, 0) : 30000;
	static struct filter_opts opts = {.linktype = 1};
	static struct world w;

	d.state = (argc > 2 ? strtoull(argv[2], NULL, 0) : 7) * 2 + 1;
	for (u64 i = 0; i < runs; i++) {
		if (!graph_round(&w, &opts)) {
			printf("# round %llu\n", (unsigned long long)i);
			return 1;
		}
		if (i % 4 == 0 && !facts_round(&w, &opts))
			return 1;
	}
	printf("# %llu graphs; changed by", (unsigned long long)runs);
	for (size_t i = 0; i <= LEN(passes); i++)
		printf("%s %s %llu", i ? "," : "", i < LEN(passes) ? passes[i].name : "share",
		       (unsigned long long)changes[i]);
	puts("\nok passes\nok facts");
	return 0;
}
