/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf check --show` and `--json`: what the verifier knew and what it cost. */
#include "tool/check.h"

#include "tool/json.h"

#include <errno.h>
#include <stdlib.h>

enum { STATES = 8 };

/* ---- listings ---- */

static void put_place(struct buf *to, const struct prog *p, u32 pc, const struct prog_line **last)
{
	const struct prog_line *l = explain_line(p, pc);

	if (!l || l == *last || !l->text || !*l->text)
		return;
	*last = l;
	buf_printf(to, "; ");
	explain_place(to, p, pc);
	buf_printf(to, ": %s\n", l->text + strspn(l->text, " \t"));
}

static void put_insn(struct buf *to, const struct prog *p, u32 pc)
{
	buf_printf(to, "%u: ", pc);
	if (p->ext[pc].op < EB_COUNT)
		ebpf_dis_one(to, &p->ext[pc], pc);
}

/* ---- states ---- */

struct states {
	const struct prog *p;
	struct arena a;
	u32 *n; /* of each instruction: how often it was simulated */
	const char *(*text)[STATES];
};

static void note_state(void *arg, u32 pc, const struct check_state *before)
{
	struct states *s = arg;
	struct buf b = {0};

	s->n[pc]++;
	if (s->text[pc][STATES - 1])
		return;
	check_state_put(&b, s->p, before);
	for (u32 i = 0; i < STATES && b.p; i++) {
		if (s->text[pc][i] && strcmp(s->text[pc][i], b.p))
			continue;
		if (!s->text[pc][i])
			s->text[pc][i] = arena_strndup(&s->a, b.p, b.n);
		break;
	}
	buf_deinit(&b);
}

static void show_states(const struct check_job *j, struct buf *to)
{
	struct states s = {.p = j->p};
	struct check_how how = j->how;
	const struct prog_line *last = NULL;

	arena_init(&s.a);
	s.n = arena_array(&s.a, u32, j->p->n);
	s.text = arena_alloc(&s.a, j->p->n * sizeof(*s.text));
	how.seen = note_state;
	how.arg = &s;
	how.text = NULL;
	if (s.n && s.text)
		check_verify(j->p, &how, NULL);
	else
		to->oom = true;
	for (u32 i = 0; i < j->p->n && !to->oom; i++) {
		if (j->p->ext[i].op == EB_WIDE)
			continue;
		put_place(to, j->p, i, &last);
		put_insn(to, j->p, i);
		if (!s.n[i])
			buf_puts(to, "   (on no path that was walked)");
		buf_putc(to, '\n');
		for (u32 k = 0; k < STATES && s.text[i][k]; k++)
			buf_printf(to, "    %s\n", s.text[i][k] + strspn(s.text[i][k], " "));
		if (s.text[i][STATES - 1])
			buf_printf(to, "    ... (simulated %u times)\n", s.n[i]);
	}
	arena_deinit(&s.a);
}

/* ---- liveness ---- */

static void show_liveness(const struct check_job *j, struct buf *to)
{
	const struct prog *p = j->p;
	u16 *live = calloc(p->n, sizeof(*live));
	const struct prog_line *last = NULL;

	if (!live || !check_live(p, live))
		buf_puts(to, "the program's shape is refused\n");
	else
		for (u32 i = 0; i < p->n; i++) {
			if (p->ext[i].op == EB_WIDE)
				continue;
			put_place(to, p, i, &last);
			for (u32 k = 0; k < EBPF_REGS; k++)
				buf_putc(to, live[i] >> k & 1 ? "0123456789a"[k] : '.');
			buf_puts(to, "  ");
			put_insn(to, p, i);
			buf_putc(to, '\n');
		}
	free(live);
}

/* ---- cost ---- */

enum { MISSES = 64 };

/* A place where states did not merge, and the first thing that kept them apart. */
struct miss {
	u32 pc, n;
	char what[16], kept[96], is[96];
};

struct cost {
	u32 *n;
	struct miss miss[MISSES];
	u32 misses;
};

static void count(void *arg, u32 pc, const struct check_state *before)
{
	(void)before;
	((struct cost *)arg)->n[pc]++;
}

static void missed(void *arg, u32 pc, const char *what, const char *kept, const char *is)
{
	struct cost *c = arg;
	u32 i = 0;

	while (i < c->misses && (c->miss[i].pc != pc || strcmp(c->miss[i].what, what)))
		i++;
	if (i == MISSES)
		return;
	struct miss *m = &c->miss[i];
	if (i == c->misses)
		c->misses++;
	m->pc = pc;
	m->n++;
	snprintf(m->what, sizeof(m->what), "%s", what);
	snprintf(m->kept, sizeof(m->kept), "%s", kept);
	snprintf(m->is, sizeof(m->is), "%s", is);
}

static void put_misses(const struct check_job *j, struct cost *c, struct buf *to)
{
	if (c->misses)
		buf_puts(to,
			 "states that did not merge, and the first thing that kept them apart:\n");
	for (u32 i = 0; i < c->misses; i++) {
		const struct miss *m = &c->miss[i];

		buf_printf(to, "%8u  ", m->n);
		explain_place(to, j->p, m->pc);
		if (explain_line(j->p, m->pc))
			buf_printf(to, " (insn %u)", m->pc);
		if (*m->what)
			buf_printf(to, ": %s, kept as %s, last %s\n", m->what,
				   *m->kept ? m->kept : "other bytes",
				   *m->is ? m->is : "other bytes");
		else
			buf_printf(to, ": %s\n", *m->kept ? m->kept : "what is held");
	}
}

static bool same_line(const struct prog_line *a, const struct prog_line *b)
{
	return a && b && a->line == b->line && !strcmp(a->file, b->file);
}

static void show_cost(const struct check_job *j, struct buf *to)
{
	const struct prog *p = j->p;
	struct cost *c = calloc(1, sizeof(*c));
	u32 *n = calloc(p->n, sizeof(*n));
	struct check_how how = j->how;
	u64 total = 0;

	if (!n || !c) {
		to->oom = true;
		free(n);
		free(c);
		return;
	}
	c->n = n;
	how.seen = count;
	how.missed = missed;
	how.arg = c;
	how.text = NULL;
	check_verify(p, &how, NULL);
	for (u32 i = 0; i < p->n; i++)
		total += n[i];
	buf_printf(to, "%8s %5s  where\n", "times", "%");
	for (u32 i = 0, next; i < p->n; i = next) {
		const struct prog_line *l = explain_line(p, i);
		u64 sum = 0;

		for (next = i; next < p->n && (next == i || same_line(l, explain_line(p, next)));
		     next++)
			sum += n[next];
		if (!sum && p->ext[i].op == EB_WIDE)
			continue;
		buf_printf(to, "%8llu %5.1f  ", (unsigned long long)sum,
			   total ? 100.0 * (double)sum / (double)total : 0);
		if (l) {
			explain_place(to, p, i);
			buf_printf(to, ": %s\n", l->text + strspn(l->text, " \t"));
		} else {
			put_insn(to, p, i);
			buf_putc(to, '\n');
		}
	}
	buf_printf(to, "%u instructions simulated, %u states kept, %u at once, %u at one place\n",
		   j->r.insns, j->r.states, j->r.peak, j->r.most);
	put_misses(j, c, to);
	free(n);
	free(c);
}

void check_show(const struct check_job *j, struct buf *to)
{
	if (j->cmd->show == SHOW_STATES)
		show_states(j, to);
	else if (j->cmd->show == SHOW_LIVENESS)
		show_liveness(j, to);
	else if (j->cmd->show == SHOW_COST)
		show_cost(j, to);
}

/* ---- JSON ---- */

static void member(struct buf *to, const char *name, const char *text)
{
	if (!text)
		return;
	buf_printf(to, ",\"%s\":", name);
	json_text(to, text, strlen(text));
}

static void place(struct buf *to, const struct prog *p, u32 pc)
{
	const struct prog_line *l = explain_line(p, pc);

	buf_printf(to, "\"insn\":%u", pc);
	if (!l)
		return;
	member(to, "file", l->file);
	buf_printf(to, ",\"line\":%u", l->line);
	member(to, "source", l->text ? l->text + strspn(l->text, " \t") : NULL);
}

static void put_explanation(struct buf *to, const struct check_job *j)
{
	const struct explanation *x = j->x;

	buf_puts(to, ",\"explanation\":{");
	place(to, j->p, MIN(x->pc, j->p->n - 1));
	member(to, "what", x->what);
	member(to, "known", x->knew);
	member(to, "needed", x->needs);
	member(to, "words", x->words);
	member(to, "input", x->input);
	member(to, "change", x->change);
	member(to, "advice", x->advice);
	buf_puts(to, ",\"notes\":[");
	for (u32 i = 0; i < x->notes; i++) {
		buf_puts(to, i ? ",{" : "{");
		place(to, j->p, x->note[i].pc);
		member(to, "text", x->note[i].text);
		buf_putc(to, '}');
	}
	buf_printf(to, "],\"skipped\":%u,\"path\":[", x->skipped);
	for (u32 i = 0; i < x->steps; i++) {
		buf_printf(to, "%s{\"insn\":%u,\"frame\":%u", i ? "," : "", x->path[i].pc,
			   x->path[i].frame);
		member(to, "state", x->path[i].state + strspn(x->path[i].state, " "));
		buf_putc(to, '}');
	}
	buf_puts(to, "]}");
}

void check_json(const struct check_job *j, struct buf *to)
{
	buf_puts(to, "{\"program\":");
	json_text(to, j->name, strlen(j->name));
	buf_printf(to,
		   ",\"accepted\":%s,\"errno\":%d,\"insns\":%u,\"states\":%u,\"peak\":%u,"
		   "\"stack\":%u,\"memory\":%llu,\"ns\":%llu",
		   j->err ? "false" : "true", -j->err, j->r.insns, j->r.states, j->r.peak,
		   j->r.stack, (unsigned long long)j->r.memory, (unsigned long long)j->r.ns);
	if (j->peer.asked)
		buf_printf(to, ",\"kernel\":{\"accepted\":%s,\"errno\":%d}",
			   j->peer.err ? "false" : "true", -j->peer.err);
	if (j->x)
		put_explanation(to, j);
	buf_puts(to, "}\n");
}
