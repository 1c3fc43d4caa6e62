/* SPDX-License-Identifier: BSD-2-Clause */
/* What the verifier knows, in words. */
#include "check/explain_priv.h"

const char *explain_range(struct explain *x, const struct scalar *s)
{
	if (scalar_is_const(s))
		return explain_text(x, "%lld", (long long)s->bits.value);
	if (s->smin == INT64_MIN && s->smax == INT64_MAX && !s->umin && s->umax == UINT64_MAX)
		return "any number";
	if (s->smin >= 0 && s->umax > 1u << 20)
		return explain_text(x, "%llu to %#llx", (unsigned long long)s->umin,
				    (unsigned long long)s->umax);
	if (s->smin >= 0)
		return explain_text(x, "%llu to %llu", (unsigned long long)s->umin,
				    (unsigned long long)s->umax);
	if (s->smin == INT64_MIN)
		return s->smax == INT64_MAX
			       ? "any number"
			       : explain_text(x, "at most %lld, or negative", (long long)s->smax);
	return explain_text(x, "%lld to %lld", (long long)s->smin, (long long)s->smax);
}

static const char *map_name(struct explain *x, const struct prog_map *m)
{
	const struct maptype_row *t = maptype_row(m->type);

	if (m->name && *m->name)
		return m->name;
	return explain_text(x, "(%s)", t ? t->name : "?");
}

static const char *plain(struct explain *x, const struct reg *r)
{
	const struct btf_type *t;

	switch (reg_kind(r->type)) {
	case REG_NONE:
		return "not written";
	case REG_SCALAR:
		return explain_text(x, "a number: %s", explain_range(x, &r->v));
	case REG_CTX:
		return "the context";
	case REG_MAP:
		return explain_text(x, "the map %s", map_name(x, r->map));
	case REG_MAP_VALUE:
		return explain_text(x, "a pointer into a value of the map %s, of %u bytes",
				    map_name(x, r->map), r->map->value_size);
	case REG_MAP_KEY:
		return explain_text(x, "a pointer into a key of the map %s, of %u bytes",
				    map_name(x, r->map), r->map->key_size);
	case REG_STACK:
		return "a pointer to the stack";
	case REG_PACKET:
		if (r->range <= 0)
			return "a pointer into the packet, of which no byte is known to be there";
		return explain_text(x,
				    "a pointer into the packet, %d bytes of which are known to be "
				    "there",
				    r->range);
	case REG_PACKET_META:
		return "a pointer to the packet's metadata";
	case REG_PACKET_END:
		return "the end of the packet";
	case REG_BTF:
		t = r->btf ? btf_type(r->btf, r->btf_id) : NULL;
		return explain_text(x, "a pointer to %s struct %s",
				    r->type & REG_ALLOC ? "the program's own" : "the kernel's",
				    t ? btf_name(r->btf, t->name_off) : "?");
	case REG_MEM:
		return explain_text(x, "a pointer to %u bytes of memory", r->mem_size);
	case REG_FUNC:
		return "the address of a function";
	default:
		return explain_text(x, "a pointer (%s)", reg_name(r->type & ~(u32)REG_NULLABLE));
	}
}

const char *explain_reg(struct explain *x, const struct reg *r)
{
	const char *what = plain(x, r);

	if (r->type != REG_SCALAR && r->type != REG_NONE) {
		if (r->off)
			what = explain_text(x, "%s, moved by %d", what, r->off);
		if (!scalar_is_const(&r->v))
			what = explain_text(x, "%s, moved by %s", what, explain_range(x, &r->v));
		else if (r->v.bits.value && reg_kind(r->type) == REG_STACK)
			what = explain_text(x, "%s, moved by %lld", what,
					    (long long)r->v.bits.value);
	}
	if (r->type & REG_NULLABLE)
		what = explain_text(x, "%s, or NULL", what);
	return what;
}

const struct prog_line *explain_line(const struct prog *p, u32 pc)
{
	const struct prog_line *found = NULL;

	for (u32 i = 0; i < p->lines && p->line[i].pc <= pc; i++)
		found = &p->line[i];
	return found && found->file && found->line ? found : NULL;
}

void explain_place(struct buf *to, const struct prog *p, u32 pc)
{
	const struct prog_line *l = explain_line(p, pc);
	const char *base = l ? strrchr(l->file, '/') : NULL;

	if (l)
		buf_printf(to, "%s:%u", base ? base + 1 : l->file, l->line);
	else
		buf_printf(to, "insn %u", pc);
}

const char *explain_source(const struct prog *p, u32 pc)
{
	const struct prog_line *l = explain_line(p, pc);

	return l && l->text ? l->text + strspn(l->text, " \t") : "";
}

const char *explain_insn(struct explain *x, u32 pc)
{
	const struct eb *e = &x->p->ext[pc];
	const struct helper_row *h = e->op == EB_CALL ? helper_row((u32)e->imm) : NULL;
	struct buf b = {0};

	if (h)
		return explain_text(x, "call bpf_%s", h->name);
	if (e->op >= EB_COUNT)
		return "no instruction";
	ebpf_dis_one(&b, e, pc);
	const char *s = b.p ? arena_strndup(&x->arena, b.p, b.n) : "";
	buf_deinit(&b);
	return s;
}

/* ---- the whole ---- */

static void put_source(struct buf *to, const struct prog *p, u32 pc)
{
	const struct prog_line *l = explain_line(p, pc);

	if (l && l->text && *l->text) {
		buf_printf(to, "        %s\n", l->text + strspn(l->text, " \t"));
		if (l->col)
			buf_printf(to, "        %*s^ ",
				   (int)MIN(l->col - 1 > strspn(l->text, " \t")
						    ? l->col - 1 - (u32)strspn(l->text, " \t")
						    : 0,
					    60u),
				   "");
		else
			buf_puts(to, "        ");
	} else {
		buf_puts(to, "        ");
	}
	buf_printf(to, "insn %u: ", pc);
	const struct eb *e = &p->ext[pc];
	const struct helper_row *h = e->op == EB_CALL ? helper_row((u32)e->imm) : NULL;
	if (h)
		buf_printf(to, "call bpf_%s", h->name);
	else if (e->op < EB_COUNT)
		ebpf_dis_one(to, e, pc);
	buf_putc(to, '\n');
}

static void put_block(struct buf *to, const char *head, const char *text)
{
	const char *s = text;

	buf_printf(to, "%s", head);
	for (; *s; s++) {
		buf_putc(to, *s);
		if (*s == '\n' && s[1])
			buf_puts(to, "    ");
	}
	if (s == text || s[-1] != '\n')
		buf_putc(to, '\n');
}

static void put_insns(struct buf *to, const struct explanation *x)
{
	u32 from = 0;

	for (u32 i = 0; i < x->steps; i++) {
		if (i + 1 < x->steps && x->path[i + 1].pc == x->path[i].pc + 1)
			continue;
		buf_printf(to, " %u", x->path[from].pc);
		if (x->path[from].pc != x->path[i].pc)
			buf_printf(to, "-%u", x->path[i].pc);
		from = i + 1;
	}
}

/* Lines of the source that the path passes, when it does so first; dots for again. */
static void put_lines(struct buf *to, const struct explanation *x, const struct prog *p)
{
	enum { MOST = 48 };
	const struct prog_line *seen[MOST];
	u32 n = 0;
	bool again = false;

	for (u32 i = 0; i < x->steps && n < MOST; i++) {
		const struct prog_line *l = explain_line(p, x->path[i].pc);
		u32 k = n;

		while (l && k &&
		       (seen[k - 1]->line != l->line || strcmp(seen[k - 1]->file, l->file)))
			k--;
		if (!l || (n && k == n))
			continue;
		if (k) {
			if (!again)
				buf_puts(to, " ...");
			again = true;
			continue;
		}
		again = false;
		buf_putc(to, ' ');
		if (n && !strcmp(seen[n - 1]->file, l->file))
			buf_printf(to, "%u", l->line);
		else
			explain_place(to, p, x->path[i].pc);
		seen[n++] = l;
	}
}

static void put_path(struct buf *to, const struct explanation *x, const struct prog *p)
{
	enum { INSNS = 200 };

	buf_printf(to, "the path: %u instruction%s", x->skipped + x->steps,
		   x->skipped + x->steps == 1 ? "" : "s");
	if (x->full)
		buf_printf(to, " (the shortest; the first that was found has %u)", x->full);
	if (!explain_line(p, x->path[0].pc) && x->steps > INSNS) {
		buf_putc(to, '\n');
		return;
	}
	buf_puts(to, "\n   ");
	if (explain_line(p, x->path[0].pc))
		put_lines(to, x, p);
	else
		put_insns(to, x);
	buf_putc(to, '\n');
}

void explanation_put(struct buf *to, const struct explanation *x, const struct prog *p)
{
	u32 pc = MIN(x->pc, p->n - 1);

	explain_place(to, p, pc);
	buf_printf(to, ": refused: %s\n", x->what);
	put_source(to, p, pc);
	if (x->knew)
		put_block(to, "known:  ", x->knew);
	if (x->needs)
		put_block(to, "needed: ", x->needs);
	for (u32 i = 0; i < x->notes; i++) {
		explain_place(to, p, x->note[i].pc);
		buf_printf(to, ": note: %s\n", x->note[i].text);
		put_source(to, p, x->note[i].pc);
	}
	if (x->steps)
		put_path(to, x, p);
	if (x->input)
		put_block(to, "tried:  ", x->input);
	if (x->change)
		put_block(to, "change: ", x->change);
	else if (x->advice)
		put_block(to, "advice: ", x->advice);
	if (*x->words)
		put_block(to, "Linux's words: ", x->words);
}
