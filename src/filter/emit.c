/* SPDX-License-Identifier: BSD-2-Clause */
/* Code for the nodes of the graph, in topological order. The state that is
 * known where a node is entered is what all edges into it agree on, so that a
 * value is computed only where A, X and M do not hold it already. */
#include "filter/emit.h"

#include <linux/bpf_common.h>
#include <linux/filter.h>
#include <stdlib.h>

struct edge {
	struct edge *next;
	const struct state *state;
	u32 *enter;
};

/* The values that are worth a scratch cell, and the code so far. */
struct emitter {
	struct filter *f;
	struct block *b;
	struct state st;
	u32 busy;                        /* scratch cells that hold an operand */
	struct val *keep[CBPF_MEMWORDS]; /* in the cells from f->cells on */
	u32 n_keep;
	u32 *made; /* how often each value was computed, by id */
};

static const u16 alu_code[] = {
	[V_NEG] = BPF_NEG, [V_ADD] = BPF_ADD, [V_SUB] = BPF_SUB, [V_MUL] = BPF_MUL,
	[V_DIV] = BPF_DIV, [V_MOD] = BPF_MOD, [V_AND] = BPF_AND, [V_OR] = BPF_OR,
	[V_XOR] = BPF_XOR, [V_LSH] = BPF_LSH, [V_RSH] = BPF_RSH,
};

enum reg { REG_A, REG_X, REG_M, REG_NONE };

static enum reg writes(u16 code)
{
	switch (BPF_CLASS(code)) {
	case BPF_LD:
	case BPF_ALU:
		return REG_A;
	case BPF_LDX:
		return REG_X;
	case BPF_ST:
	case BPF_STX:
		return REG_M;
	case BPF_MISC:
		return BPF_MISCOP(code) == BPF_TAX ? REG_X : REG_A;
	default:
		return REG_NONE;
	}
}

static void apply(struct state *st, const struct ins *i)
{
	switch (writes(i->code)) {
	case REG_A:
		st->A = i->result;
		break;
	case REG_X:
		st->X = i->result;
		break;
	case REG_M:
		st->M[i->k] = i->result;
		st->held |= 1u << i->k;
		break;
	case REG_NONE:
		break;
	}
}

static void put(struct emitter *e, u16 code, u32 k, struct val *result)
{
	struct ins i = {code, k, e->st.A, e->st.X, result};

	vec_push(&e->f->scratch, *e->b) = i;
	apply(&e->st, &i);
}

static int cell_of(const struct emitter *e, const struct val *v)
{
	for (u32 left = e->st.held; left; left &= left - 1)
		if (e->st.M[__builtin_ctz(left)] == v)
			return __builtin_ctz(left);
	return -1;
}

/* A cell for an operand: from the top, away from the values that are kept. */
static u32 take_cell(struct emitter *e)
{
	for (u32 i = CBPF_MEMWORDS; i-- > e->f->cells + e->n_keep;)
		if (!(e->busy & 1u << i)) {
			e->busy |= 1u << i;
			return i;
		}
	filter_fail(e->f, OB_UNSUPPORTED, e->b->node->span,
		    "this needs more than the machine's %d scratch cells", CBPF_MEMWORDS);
}

/* After v was computed: count it, and store it if it is to be kept. */
static void computed(struct emitter *e, struct val *v, bool in_x)
{
	e->made[v->id]++;
	for (u32 i = 0; i < e->n_keep; i++)
		if (e->keep[i] == v && e->st.M[e->f->cells + i] != v)
			put(e, in_x ? BPF_STX : BPF_ST, e->f->cells + i, v);
}

static bool is_msh(const struct val *v)
{
	return v->op == V_LSH && v->b->op == V_CONST && v->b->k == 2 && v->a->op == V_AND &&
	       v->a->b->op == V_CONST && v->a->b->k == 0xf && v->a->a->op == V_LOAD &&
	       v->a->a->size == 1 && !v->a->a->a;
}

static bool commutes(enum val_op op)
{
	return op == V_ADD || op == V_MUL || op == V_AND || op == V_OR || op == V_XOR;
}

/* Has v's operation a constant operand? Not a zero divisor: the checker
 * refuses it, and only through X does it reject the packet. */
static bool has_k(const struct val *v)
{
	return v->b->op == V_CONST && (v->b->k || (v->op != V_DIV && v->op != V_MOD));
}

/* Would computing v in A now change X? */
static bool clobbers_x(const struct emitter *e, const struct val *v)
{
	if (v == e->st.A || v == e->st.X || cell_of(e, v) >= 0 || v->op < V_LOAD || v->op == V_ANC)
		return false;
	if (v->op == V_LOAD)
		return v->a && v->a != e->st.X;
	if (v->op == V_NEG || has_k(v) || v->b == e->st.X)
		return clobbers_x(e, v->a);
	return !(commutes(v->op) && v->a == e->st.X && !clobbers_x(e, v->b));
}

/* With y in X first, can x then be computed in A? */
static bool fits_after(struct emitter *e, const struct val *x, struct val *y)
{
	struct state now = e->st;

	e->st.A = NULL;
	e->st.X = y;
	bool fits = !clobbers_x(e, x);
	e->st = now;
	return fits;
}

/* Can v go to X while A stays as it is? */
static bool spares_a(const struct emitter *e, const struct val *v)
{
	return v == e->st.X || cell_of(e, v) >= 0 || v->op == V_CONST || v->op == V_LEN ||
	       is_msh(v);
}

static void to_a(struct emitter *e, struct val *v);

static void to_x(struct emitter *e, struct val *v)
{
	int cell = cell_of(e, v);

	if (e->st.X == v)
		return;
	if (e->st.A == v) {
		put(e, BPF_MISC | BPF_TAX, 0, v);
	} else if (cell >= 0) {
		put(e, BPF_LDX | BPF_MEM, (u32)cell, v);
	} else if (v->op == V_CONST) {
		put(e, BPF_LDX | BPF_IMM, v->k, v);
	} else if (v->op == V_LEN) {
		put(e, BPF_LDX | BPF_W | BPF_LEN, 0, v);
	} else if (is_msh(v)) {
		put(e, BPF_LDX | BPF_B | BPF_MSH, v->a->a->k, v);
		computed(e, v, true);
	} else {
		to_a(e, v);
		put(e, BPF_MISC | BPF_TAX, 0, v);
	}
}

/* x to A and y to X. The short ways are guesses: computing one may reuse the
 * cell in which the other was found. Through a cell of its own it always works. */
static void to_both(struct emitter *e, struct val *x, struct val *y)
{
	if (x == y) {
		to_a(e, x);
		to_x(e, x);
		return;
	}
	if (e->st.X == y && !clobbers_x(e, x)) {
		to_a(e, x);
	} else if ((e->st.A == x && spares_a(e, y)) || fits_after(e, x, y)) {
		to_x(e, y);
		to_a(e, x);
	}
	if (e->st.A == x && e->st.X == y)
		return;
	to_a(e, y);
	u32 cell = take_cell(e);
	put(e, BPF_ST, cell, y);
	to_a(e, x);
	put(e, BPF_LDX | BPF_MEM, cell, y);
	e->busy &= ~(1u << cell);
}

/* Is it better to have y in A and x in X? */
static bool turned(struct emitter *e, struct val *x, struct val *y)
{
	if (e->st.X == x)
		return !clobbers_x(e, y);
	if (e->st.X == y || e->st.A == x)
		return false;
	return fits_after(e, y, x) && (!fits_after(e, x, y) || (spares_a(e, x) && !spares_a(e, y)));
}

static void alu(struct emitter *e, struct val *v)
{
	u16 code = BPF_ALU | alu_code[v->op];
	struct val *a = v->a, *b = v->b;

	if (v->op == V_NEG) {
		to_a(e, a);
		put(e, code, 0, v);
		return;
	}
	if (has_k(v)) {
		bool sub = v->op == V_ADD && b->k > INT32_MAX;

		to_a(e, a);
		put(e, sub ? BPF_ALU | BPF_SUB : code, sub ? -b->k : b->k, v);
		return;
	}
	bool turn = commutes(v->op) && turned(e, a, b);
	to_both(e, turn ? b : a, turn ? a : b);
	put(e, code | BPF_X, 0, v);
}

static void load(struct emitter *e, struct val *v)
{
	u16 size = v->size == 1 ? BPF_B : v->size == 2 ? BPF_H : BPF_W;

	if (v->a)
		to_x(e, v->a);
	put(e, BPF_LD | size | (v->a ? BPF_IND : BPF_ABS), v->k, v);
}

static void to_a(struct emitter *e, struct val *v)
{
	int cell = cell_of(e, v);

	if (e->st.A == v)
		return;
	if (e->st.X == v) {
		put(e, BPF_MISC | BPF_TXA, 0, v);
		return;
	}
	if (cell >= 0) {
		put(e, BPF_LD | BPF_MEM, (u32)cell, v);
		return;
	}
	switch (v->op) {
	case V_CONST:
		put(e, BPF_LD | BPF_IMM, v->k, v);
		return;
	case V_LEN:
		put(e, BPF_LD | BPF_W | BPF_LEN, 0, v);
		return;
	case V_ANC:
		put(e, BPF_LD | BPF_W | BPF_ABS, CBPF_AD_OFF + v->k, v);
		break;
	case V_LOAD:
		load(e, v);
		break;
	default:
		alu(e, v);
		break;
	}
	computed(e, v, false);
}

/* ---- tests ---- */

static const u16 jump_code[] = {BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET};

static void test(struct emitter *e)
{
	struct node *n = e->b->node;
	u16 code = BPF_JMP | jump_code[n->cmp];

	if (n->y->op == V_CONST) {
		to_a(e, n->x);
		e->b->jump = code;
		e->b->jump_k = n->y->k;
		return;
	}
	bool turn = turned(e, n->x, n->y);
	to_both(e, turn ? n->y : n->x, turn ? n->x : n->y);
	if (turn && (n->cmp == C_GT || n->cmp == C_GE)) {
		code = BPF_JMP | (n->cmp == C_GT ? BPF_JGE : BPF_JGT);
		e->b->swapped = true;
	}
	e->b->jump = code | BPF_X;
}

/* The register goes by the name of the cell; what depended on the old value of
 * the cell is known no more. */
static void store(struct emitter *e, struct node *n)
{
	bool in_x = e->st.A != n->x && (e->st.X == n->x || spares_a(e, n->x));

	if (in_x)
		to_x(e, n->x);
	else
		to_a(e, n->x);
	put(e, in_x ? BPF_STX : BPF_ST, n->y->k, n->y);
	struct state *st = &e->st;
	struct val **reg[2] = {&st->A, &st->X};
	for (u32 i = 0; i < 2; i++)
		if (*reg[i] && (*reg[i])->cells & n->y->cells)
			*reg[i] = NULL;
	for (u32 left = st->held & ~n->y->cells; left; left &= left - 1) {
		u32 i = (u32)__builtin_ctz(left);

		if (!(st->M[i]->cells & n->y->cells))
			continue;
		st->M[i] = NULL;
		st->held &= ~(1u << i);
	}
	*reg[in_x] = n->y;
}

/* ---- where edges meet ---- */

static void state_meet(struct state *a, const struct state *b)
{
	if (a->A != b->A)
		a->A = NULL;
	if (a->X != b->X)
		a->X = NULL;
	for (u32 left = a->held; left; left &= left - 1) {
		u32 i = (u32)__builtin_ctz(left);

		if (a->M[i] == b->M[i])
			continue;
		a->M[i] = NULL;
		a->held &= ~(1u << i);
	}
}

static bool reads(u16 code, enum reg reg)
{
	u16 class = BPF_CLASS(code);

	if (reg == REG_A)
		return class == BPF_ALU || class == BPF_ST ||
		       (class == BPF_MISC && BPF_MISCOP(code) == BPF_TAX);
	if (reg == REG_X)
		return (class == BPF_ALU && BPF_SRC(code) == BPF_X && BPF_OP(code) != BPF_NEG) ||
		       class == BPF_STX || (class == BPF_LD && BPF_MODE(code) == BPF_IND) ||
		       (class == BPF_MISC && BPF_MISCOP(code) == BPF_TXA);
	return (class == BPF_LD || class == BPF_LDX) && BPF_MODE(code) == BPF_MEM;
}

/* Does an edge that brings `st` and enters at instruction i find what it
 * needs, and leave what the others leave? */
static bool may_enter(const struct block *b, u32 i, struct state st)
{
	for (; i < b->n; i++) {
		const struct ins *in = &b->v[i];

		if ((reads(in->code, REG_A) && st.A != in->A) ||
		    (reads(in->code, REG_X) && st.X != in->X) ||
		    (reads(in->code, REG_M) && st.M[in->k] != in->result))
			return false;
		apply(&st, in);
	}
	for (u32 left = b->out.held; left; left &= left - 1)
		if (st.M[__builtin_ctz(left)] != b->out.M[__builtin_ctz(left)])
			return false;
	return (!b->out.A || st.A == b->out.A) && (!b->out.X || st.X == b->out.X);
}

/* A store is never gone past: what the cell held before has the same name. */
static void enter(struct block *b)
{
	for (struct edge *e = b->in; e; e = e->next) {
		u32 i = b->n - (b->node->op == N_STORE);

		while (i > 0 && !may_enter(b, i, *e->state))
			i--;
		*e->enter = i;
	}
}

/* Without optimisation nothing is known but where the assigned cells are. */
static void forget(struct emitter *e)
{
	e->st = (struct state){.held = (1u << e->f->cells) - 1};
	for (u32 i = 0; i < e->f->cells; i++)
		e->st.M[i] = e->f->cell[i];
}

static void arrive(struct emitter *e, struct node *n, const struct state *st, u32 *where)
{
	struct edge *edge = arena_new(&e->f->scratch, struct edge);
	struct block *b = n->info;

	*edge = (struct edge){b->in, st, where};
	b->in = edge;
}

static void node(struct emitter *e, struct node *n)
{
	struct block *b = n->info;

	if (n->op == N_ACCEPT || n->op == N_REJECT)
		return;
	e->b = b;
	e->busy = 0;
	if (b->in)
		e->st = *b->in->state;
	for (struct edge *i = b->in; i; i = i->next)
		state_meet(&e->st, i->state);
	if (e->f->opts->no_optimise)
		forget(e);
	switch (n->op) {
	case N_TEST:
		test(e);
		break;
	case N_EVAL:
		if (is_msh(n->x))
			to_x(e, n->x);
		else
			to_a(e, n->x);
		break;
	case N_STORE:
		store(e, n);
		break;
	case N_SET:
		if (n->x && n->y)
			to_both(e, n->x, n->y);
		else if (n->x)
			to_a(e, n->x);
		else
			to_x(e, n->y);
		break;
	default:
		break;
	}
	b->out = e->st;
	if (!e->f->opts->no_optimise)
		enter(b);
	if (n->op == N_SET) { /* from here they go by the names that the tail uses */
		if (n->x)
			b->out.A = n->as_a;
		if (n->y)
			b->out.X = n->as_x;
	}
	arrive(e, n->t, &b->out, &b->enter_t);
	if (n->f)
		arrive(e, n->f, &b->out, &b->enter_f);
}

/* What is stored and never loaded need not be stored. */
static void drop_stores(struct order o)
{
	u32 loaded = 0;

	for (u32 i = 0; i < o.n; i++) {
		const struct block *b = o.v[i]->info;

		for (u32 j = 0; j < b->n; j++)
			if (reads(b->v[j].code, REG_M))
				loaded |= 1u << b->v[j].k;
	}
	for (u32 i = 0; i < o.n; i++) {
		struct block *b = o.v[i]->info;

		for (u32 j = b->n; j-- > 0;) {
			if (writes(b->v[j].code) != REG_M || loaded & 1u << b->v[j].k)
				continue;
			memmove(b->v + j, b->v + j + 1, (--b->n - j) * sizeof(*b->v));
			for (struct edge *in = b->in; in; in = in->next)
				*in->enter -= *in->enter > j;
		}
	}
}

static struct code attempt(struct emitter *e, struct node *root)
{
	struct filter *f = e->f;
	struct order o = graph_order(f, root);
	struct state start = {.A = val_const(f, 0), .X = val_const(f, 0)};
	u32 n_made = f->vals.n;

	e->made = arena_array(&f->scratch, u32, n_made);
	for (u32 i = 0; i < o.n; i++) {
		struct block *b = arena_new(&f->scratch, struct block);

		b->node = o.v[i];
		o.v[i]->info = b;
	}
	e->st = start;
	for (u32 i = 0; i < o.n; i++)
		node(e, o.v[i]);
	drop_stores(o);
	struct code c = emit_encode(f, o);
	c.made = e->made;
	c.n_made = n_made;
	return c;
}

u32 emit_size(struct filter *f, struct node *root, u32 best)
{
	struct arena_mark mark = arena_mark(&f->scratch);
	struct emitter e = {.f = f};
	struct code c = attempt(&e, root);

	if (c.n < best) {
		c.v = arena_dup(&f->a, c.v, c.n * sizeof(*c.v));
		c.span = arena_dup(&f->a, c.span, c.n * sizeof(*c.span));
		c.made = arena_dup(&f->a, c.made, c.n_made * sizeof(*c.made));
		f->code = c;
	}
	arena_release(&f->scratch, mark);
	return c.n;
}

u32 filter_snaplen(const struct filter *f) { return f->opts->snaplen ? f->opts->snaplen : 262144; }

/* What one computation of v costs at least. */
static u32 cost(const struct val *v)
{
	if (is_msh(v) || v->op <= V_LEN)
		return 1;
	return 1 + (v->a ? cost(v->a) : 0) + (v->b && v->b->op != V_CONST ? cost(v->b) : 0);
}

/* Tries whether a scratch cell for a value that is computed again and again
 * makes the code smaller, beginning with the dearest. */
static struct code improve(struct emitter *e, struct node *root, struct code best)
{
	struct filter *f = e->f;
	u32 *made = best.made, n = best.n_made;

	for (u32 tries = 0; tries < 12 && best.n < 2000; tries++) {
		struct val *v = NULL;
		u64 most = 1;

		for (u32 i = 0; i < n; i++)
			if (made[i] > 1 && f->vals.v[i]->op != V_PARAM &&
			    (u64)(made[i] - 1) * (cost(f->vals.v[i]) - 1) > most) {
				most = (u64)(made[i] - 1) * (cost(f->vals.v[i]) - 1);
				v = f->vals.v[i];
			}
		if (!v || f->cells + e->n_keep == CBPF_MEMWORDS - 4)
			break;
		made[v->id] = 0;
		e->keep[e->n_keep++] = v;
		struct code c = attempt(e, root);
		if (c.n < best.n) {
			best = c;
			made = best.made;
			for (u32 i = 0; i < e->n_keep; i++)
				made[e->keep[i]->id] = 0;
		} else {
			e->n_keep--;
		}
	}
	return best;
}

void filter_emit(struct filter *f, struct node *root, struct prog **ret)
{
	struct emitter e = {.f = f};
	arena_clear(&f->scratch);
	struct code c = f->code.v ? f->code : attempt(&e, root);

	if (!f->opts->no_optimise)
		c = improve(&e, root, c);
	struct prog *p;
	struct ob_err *err = prog_create_classic(c.v, c.n, &p);
	if (err)
		filter_fail_err(f, err);
	p->source = strndup(f->text, f->n);
	p->span = calloc(c.n, sizeof(*p->span));
	if (!p->source || !p->span) {
		prog_destroy(p);
		filter_fail_err(f, err_nomem());
	}
	memcpy(p->span, c.span, c.n * sizeof(*p->span));
	*ret = p;
}
