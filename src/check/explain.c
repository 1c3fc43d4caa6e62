/* SPDX-License-Identifier: BSD-2-Clause */
/* Explanations: a refused program is verified again, with an eye on the way that leads to
 * the refusal; then the shortest such way is looked for, and its states are kept. */
#include "check/explain_priv.h"

#include <stdlib.h>

enum {
	SHOTS = 1024,           /* states that are kept of a path: its end */
	SHORTEN = 4096,         /* no longer path is made shorter */
	SHORTEN_LIMIT = 100000, /* instructions that one attempt may take */
};

const char *explain_text(struct explain *x, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	return arena_strndup(&x->arena, line, strlen(line));
}

void explain_note(struct explain *x, u32 pc, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (u32 i = 0; i < x->notes.n; i++)
		if (x->notes.v[i].pc == pc && !strcmp(x->notes.v[i].text, line))
			return;
	vec_push(&x->arena, x->notes) =
		(struct explain_note){pc, arena_strndup(&x->arena, line, strlen(line))};
}

/* ---- the way ---- */

struct node {
	u32 pc, parent;
};

/* Every instruction that was simulated, and which one came before it on its path. */
struct trace {
	struct explain *x;
	struct {
		struct node *v;
		u32 n, cap;
	} nodes;
	u32 *want; /* the nodes whose states are kept, in order; NULL: none yet */
	u32 wants;
};

static void record(void *arg, u32 pc, const struct check_state *before)
{
	struct trace *t = arg;
	struct state *s = (struct state *)(uintptr_t)before;

	if (!t->nodes.n)
		vec_push(&t->x->arena, t->nodes) = (struct node){0};
	vec_push(&t->x->arena, t->nodes) = (struct node){pc, s->trace};
	s->trace = t->nodes.n - 1;
}

static const struct prog_map *keep_map(struct explain *x, const struct prog_map *m)
{
	for (u32 i = 0; i < x->maps; i++)
		if (x->map[i].from == m)
			return x->map[i].to;
	struct prog_map *to = arena_dup(&x->arena, m, sizeof(*m));
	to->fields = NULL;
	to->inner = NULL;
	if (x->maps < LEN(x->map)) {
		x->map[x->maps].from = m;
		x->map[x->maps++].to = to;
	}
	return to;
}

static void keep_reg(struct explain *x, struct reg *r)
{
	u32 kind = reg_kind(r->type);

	if (kind == REG_MAP || kind == REG_MAP_VALUE || kind == REG_MAP_KEY)
		r->map = keep_map(x, r->map);
}

static void keep_state(struct explain *x, const struct state *s, struct shot *to)
{
	to->s = *s;
	to->s.hist = NULL;
	to->s.parent = to->s.next = to->s.equal = NULL;
	to->s.ref = arena_dup(&x->arena, s->ref, s->refs * sizeof(*s->ref));
	for (u32 i = 0; i <= s->top; i++) {
		struct frame *f = arena_dup(&x->arena, s->frame[i], sizeof(*f));
		f->stack = arena_dup(&x->arena, f->stack, f->slots * sizeof(*f->stack));
		to->s.frame[i] = f;
		for (u32 k = 0; k < EBPF_REGS; k++)
			keep_reg(x, &f->reg[k]);
		for (u32 k = 0; k < f->slots; k++)
			keep_reg(x, &f->stack[k].reg);
	}
}

static void keep(void *arg, u32 pc, const struct check_state *before)
{
	struct trace *t = arg;
	struct explain *x = t->x;

	t->nodes.n++;
	if (x->shots == t->wants || t->want[x->shots] != t->nodes.n)
		return;
	struct shot *to = &x->shot[x->shots++];
	to->pc = pc;
	keep_state(x, (const struct state *)before, to);
}

/* ---- passes ---- */

/* Messages alone are logged, and the numbers, which are cut off. */
static int verify_again(struct explain *x, struct check_how *how, struct buf *words,
			struct check_result *r)
{
	how->log = 4;
	how->text = words;
	int err = check_verify(x->p, how, r);
	char *end = words->p ? strstr(words->p, "verification time ") : NULL;

	if (end) {
		*end = 0;
		words->n = (size_t)(end - words->p);
	}
	return err;
}

static u32 length_of(const struct trace *t, u32 last)
{
	u32 n = 0;

	for (u32 i = last; i; i = t->nodes.v[i].parent)
		n++;
	return n;
}

/* Is it the same refusal, on a path of at most so many? */
static bool refused_within(struct explain *x, u32 most, const char *words)
{
	struct check_how how = x->how;
	struct buf got = {0};
	struct check_result r;

	how.no_prune = true;
	how.path_max = most;
	how.limit = SHORTEN_LIMIT;
	how.seen = NULL;
	int err = verify_again(x, &how, &got, &r);
	bool same = err == x->out.err && r.pc == x->r.pc && got.p && !strcmp(got.p, words);
	buf_deinit(&got);
	return same;
}

/* How long the shortest path is, `len` when that cannot be told. */
static u32 shortest(struct explain *x, u32 len, const char *words)
{
	u32 lo = 1, hi = len;

	if (len > SHORTEN || !*words)
		return len;
	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (refused_within(x, mid, words))
			hi = mid;
		else
			lo = mid + 1;
	}
	return hi;
}

static int walk(struct explain *x, struct check_how *how, struct trace *t, struct buf *words)
{
	buf_clear(words);
	how->seen = record;
	how->arg = t;
	t->nodes.n = 0;
	return verify_again(x, how, words, &x->r);
}

static void keep_path(struct explain *x, struct check_how *how, struct trace *t)
{
	struct buf words = {0};
	u32 n = length_of(t, x->r.trace), at = MIN(n, (u32)SHOTS);

	t->want = arena_array(&x->arena, u32, at + 1);
	t->wants = at;
	x->out.skipped = n - at;
	for (u32 i = x->r.trace; i && at; i = t->nodes.v[i].parent)
		t->want[--at] = i;
	x->shot = arena_array(&x->arena, struct shot, t->wants + 1);
	how->seen = keep;
	t->nodes.n = 0;
	verify_again(x, how, &words, &x->r);
	buf_deinit(&words);
}

/* The states of the path, as text. */
static void write_path(struct explain *x)
{
	struct buf text = {0};

	x->out.path = arena_array(&x->arena, struct explain_step, x->shots + 1);
	x->v.how = &(struct check_how){.text = &text, .log = 2};
	for (u32 i = 0; i < x->shots; i++) {
		const struct shot *s = &x->shot[i];

		buf_clear(&text);
		log_state(&x->v, &s->s, s->s.top, true);
		x->out.path[i] = (struct explain_step){
			s->pc, s->s.top,
			text.n ? arena_strndup(&x->arena, text.p, text.n - 1) : ""};
	}
	x->out.steps = x->shots;
	buf_deinit(&text);
	x->v.how = &x->how;
}

bool explain_find(struct explain *x)
{
	struct check_how how = x->how;
	struct trace t = {.x = x};
	struct buf words = {0};

	x->v.p = x->p;
	x->v.how = &x->how;
	x->v.type = x->p->type;
	x->v.attach = x->p->attach;
	x->out.err = walk(x, &how, &t, &words);
	u32 len = length_of(&t, x->r.trace);
	if (x->out.err && len) {
		u32 best = shortest(x, len, words.p ? words.p : "");

		if (best < len) {
			how.no_prune = true;
			how.path_max = best;
			x->out.full = len;
			walk(x, &how, &t, &words);
		}
		keep_path(x, &how, &t);
	}
	x->out.pc = x->r.pc;
	x->out.words = words.p ? arena_strndup(&x->arena, words.p, words.n) : "";
	buf_deinit(&words);
	if (!x->out.err)
		return false;
	x->before = !x->shots || last_shot(x)->pc != x->r.pc;
	write_path(x);
	explain_why(x);
	return true;
}

static void sort_notes(struct explain *x)
{
	for (u32 i = 1; i < x->notes.n; i++)
		for (u32 k = i; k && x->notes.v[k - 1].pc > x->notes.v[k].pc; k--) {
			struct explain_note swap = x->notes.v[k];

			x->notes.v[k] = x->notes.v[k - 1];
			x->notes.v[k - 1] = swap;
		}
	x->out.note = x->notes.v;
	x->out.notes = x->notes.n;
}

struct explanation *check_explain(const struct prog *p, const struct check_how *how,
				  const struct explain_ask *ask)
{
	struct explain *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	arena_init(&x->arena);
	x->arena.fail = &x->fail;
	x->p = p;
	x->how = *how;
	x->ask = ask;
	if (setjmp(x->fail) || !explain_find(x)) {
		explanation_destroy(&x->out);
		return NULL;
	}
	explain_try(x);
	explain_fix(x);
	sort_notes(x);
	return &x->out;
}

void explanation_destroy(struct explanation *out)
{
	struct explain *x = (struct explain *)out;

	if (!x)
		return;
	arena_deinit(&x->arena);
	free(x);
}
