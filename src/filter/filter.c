/* SPDX-License-Identifier: BSD-2-Clause */
/* A compilation from end to end, and its errors. */
#include "filter/priv.h"

#include <stdlib.h>

enum { MEMORY_LIMIT = 1 << 30 };

/* Columns become line and column; the line is not told when there is but one. */
static struct ob_err *place(struct filter *f, struct span at, struct ob_err *err)
{
	u32 line = 1, start = 0;

	for (u32 i = 0; i < at.from; i++)
		if (f->text[i] == '\n') {
			line++;
			start = i + 1;
		}
	const char *text = f->text + start, *end = memchr(text, '\n', f->n - start);
	bool one = line == 1 && (!end || end + 1 == f->text + f->n);

	return err_at_text(err, "filter", one ? 0 : line, at.from - start + 1,
			   at.to > at.from ? at.to - at.from : 1, text,
			   end ? (size_t)(end - text) : f->n - start);
}

struct ob_err *filter_err(struct filter *f, enum ob_code code, struct span at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	struct ob_err *err = err_newv(code, fmt, ap);
	va_end(ap);
	return place(f, at, err);
}

void filter_fail_err(struct filter *f, struct ob_err *err)
{
	f->err = err;
	longjmp(f->fail, 1);
}

void filter_fail(struct filter *f, enum ob_code code, struct span at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	struct ob_err *err = err_newv(code, fmt, ap);
	va_end(ap);
	filter_fail_err(f, place(f, at, err));
}

void filter_never(struct filter *f, struct span at)
{
	struct ob_err *err = filter_err(f, OB_NEVER, at, "this matches no packet");

	for (u32 i = 0; i < f->notes.n; i++)
		err = err_note(err, "%s", f->notes.v[i].text);
	filter_fail_err(f, err);
}

void filter_warn(struct filter *f, struct span at, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	int n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		filter_fail_err(f, err_nomem());
	struct note note = {at, arena_strndup(&f->a, text, (size_t)n)};
	free(text);
	vec_push(&f->a, f->notes) = note;
}

void filter_begin(struct filter *f, const char *text, size_t n, const struct filter_opts *opts)
{
	*f = (struct filter){.opts = opts, .text = text, .n = (u32)n};
	arena_init(&f->a);
	arena_init(&f->scratch);
	f->a.fail = f->scratch.fail = &f->fail;
	f->a.limit = f->scratch.limit = MEMORY_LIMIT;
}

struct ob_err *filter_end(struct filter *f)
{
	struct ob_err *err = f->err;

	arena_deinit(&f->a);
	arena_deinit(&f->scratch);
	return err;
}

struct ob_err *filter_run(const char *text, size_t n, const struct filter_opts *opts,
			  void (*work)(struct filter *f, void *arg), void *arg)
{
	_Alignas(16) u8 own[2][16384]; /* small filters need no more */
	struct filter f;

	if (n > FILTER_TEXT_LIMIT)
		return err_new(OB_RANGE, "a filter of %zu bytes; at most %d are read", n,
			       FILTER_TEXT_LIMIT);
	filter_begin(&f, text, n, opts);
	arena_use(&f.a, own[0], sizeof(own[0]));
	arena_use(&f.scratch, own[1], sizeof(own[1]));
	if (!setjmp(f.fail))
		work(&f, arg);
	else if (!f.err)
		f.err = err_nomem();
	return filter_end(&f);
}

/* The prelude is done first; it holds nothing back, but its loads may reject. */
static struct pred *meaning(struct filter *f, const struct tree *t)
{
	struct pred *p = filter_gen(f, t);

	if (!f->prelude)
		return p;
	return pred_and(f, pred_or(f, f->prelude, pred_bool(f, true, p->span)), p);
}

struct pred *filter_meaning(struct filter *f) { return meaning(f, filter_parse(f)); }

void filter_prelude(struct filter *f, struct pred *p)
{
	f->prelude = f->prelude ? pred_and(f, f->prelude, p) : p;
}

/* ---- to a program ---- */

static bool add_notes(const struct filter *f, struct prog *p)
{
	if (!f->notes.n)
		return true;
	p->note = calloc(f->notes.n, sizeof(*p->note));
	for (; p->note && p->notes < f->notes.n; p->notes++) {
		const struct note *from = &f->notes.v[p->notes];
		struct prog_note *to = &p->note[p->notes];

		to->span = (struct prog_span){from->span.from, from->span.to};
		to->text = strdup(from->text);
		if (!to->text)
			return false;
	}
	return p->note != NULL;
}

static void compile(struct filter *f, void *arg)
{
	struct prog *p, **ret = arg;

	filter_emit(f, filter_graph(f, filter_meaning(f)), &p);
	if (!add_notes(f, p)) {
		prog_destroy(p);
		filter_fail_err(f, err_nomem());
	}
	*ret = p;
}

struct ob_err *filter_compile(const char *text, size_t n, const struct filter_opts *opts,
			      struct prog **ret)
{
	return filter_run(text, n, opts, compile, ret);
}

/* ---- to look at ---- */

struct show {
	enum filter_show what;
	struct buf *to;
};

static void show(struct filter *f, void *arg)
{
	const struct show *s = arg;

	if (s->what == FILTER_TREE) {
		struct tree *t = filter_parse(f);

		tree_show(t, s->to);
		pred_show(meaning(f, t), s->to);
		return;
	}
	f->trace = s->what == FILTER_OPT ? s->to : NULL;
	struct node *root = filter_graph(f, filter_meaning(f));
	if (s->what != FILTER_OPT)
		graph_show(f, root, s->what, s->to);
}

struct ob_err *filter_show(const char *text, size_t n, const struct filter_opts *opts,
			   enum filter_show what, struct buf *to)
{
	struct show s = {what, to};

	return filter_run(text, n, opts, show, &s);
}

/* ---- to a verdict ---- */

struct eval {
	struct packet pkt;
	u32 verdict;
};

static void eval(struct filter *f, void *arg)
{
	struct eval *e = arg;

	e->verdict = pred_eval(filter_meaning(f), &e->pkt) ? filter_snaplen(f) : 0;
}

struct ob_err *filter_eval(const char *text, size_t n, const struct filter_opts *opts,
			   struct bytes packet, u32 wirelen, u32 *ret)
{
	struct eval e = {.pkt = {.data = packet, .wirelen = wirelen}};
	struct ob_err *err = filter_run(text, n, opts, eval, &e);

	if (!err)
		*ret = e.verdict;
	return err;
}
