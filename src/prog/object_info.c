/* SPDX-License-Identifier: BSD-2-Clause */
/* What .BTF.ext says of instructions: functions, lines of C, CO-RE. In a linked program
 * the records of its parts follow each other as the parts do. */
#include "prog/object_priv.h"

/* All kinds of records begin with the byte of the section that they are about. */
static u32 off_of(const void *records, u32 i, size_t size)
{
	u32 off;

	memcpy(&off, (const u8 *)records + i * size, sizeof(off));
	return off;
}

/* The first record at or behind a byte. */
static u32 first(const void *records, u32 n, size_t size, u64 off)
{
	u32 from = 0, to = n;

	while (from < to) {
		u32 mid = from + (to - from) / 2;

		if (off_of(records, mid, size) < off)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

static int by_off(const void *a, const void *b)
{
	u32 x = off_of(a, 0, 0), y = off_of(b, 0, 0);

	return (x > y) - (x < y);
}

static void sort(const void *records, u32 n, size_t size)
{
	for (u32 i = 1; i < n; i++)
		if (off_of(records, i - 1, size) > off_of(records, i, size)) {
			qsort((void *)(uintptr_t)records, n, size, by_off);
			return;
		}
}

struct ob_err *object_read_info(struct object *o)
{
	struct object_priv *p = o->priv;
	u32 at = object_section(o, ".BTF.ext");
	struct ob_err *err;

	if (!at || !p->btf)
		return NULL;
	err = btf_ext_read(p->section[at].elf.data, p->btf, &p->info);
	if (err)
		return err_at_file(err, p->path);
	for (u32 i = 0; i < p->info->sections; i++) {
		struct btf_ext_section *s = &p->info->section[i];

		sort(s->func, s->funcs, sizeof(*s->func));
		sort(s->line, s->lines, sizeof(*s->line));
		sort(s->core, s->cores, sizeof(*s->core));
	}
	for (u32 i = 1; i < p->elf.sections; i++)
		if (p->section[i].kind == SECTION_CODE)
			p->section[i].info = btf_ext_find(p->info, p->section[i].elf.name);
	return NULL;
}

/* Records [from, to) of the kind are about a part. */
#define RANGE(s, kind, part, from, to)                                \
	u32 from = first((s)->kind, (s)->kind##s, sizeof(*(s)->kind), \
			 (u64)(part)->at * OBJECT_SLOT),              \
	    to = first((s)->kind, (s)->kind##s, sizeof(*(s)->kind),   \
		       ((u64)(part)->at + (part)->n) * OBJECT_SLOT)

/* ---- functions and lines ---- */

struct info {
	const struct object *o;
	struct prog_func *func;
	struct prog_line *line; /* room for every record, and one more a part */
	u32 funcs, lines;
};

static void add_line(struct info *f, const struct object_part *part,
		     const struct bpf_line_info *from)
{
	struct prog_line *l = &f->line[f->lines++];

	*l = (struct prog_line){.pc = part->pc, .file = "", .text = ""};
	if (!from)
		return;
	l->pc += from->insn_off / OBJECT_SLOT - part->at;
	l->file = btf_name(f->o->btf, from->file_name_off);
	l->text = btf_name(f->o->btf, from->line_off);
	l->line = BPF_LINE_INFO_LINE_NUM(from->line_col);
	l->col = BPF_LINE_INFO_LINE_COL(from->line_col);
}

/* Linux wants every function to begin with a line, when there are any. */
static void add_lines(struct info *f, const struct object_part *part,
		      const struct btf_ext_section *s)
{
	RANGE(s, line, part, from, to);
	u32 last = f->lines;

	if (from == to || s->line[from].insn_off != part->at * OBJECT_SLOT)
		add_line(f, part, NULL);
	for (u32 i = from; i < to; i++) {
		if (f->lines > last && i > from && s->line[i].insn_off == s->line[i - 1].insn_off)
			f->lines--; /* the later one counts */
		add_line(f, part, &s->line[i]);
	}
}

static bool add_func(struct info *f, const struct object_part *part,
		     const struct btf_ext_section *s)
{
	RANGE(s, func, part, from, to);

	if (from == to || s->func[from].insn_off != part->at * OBJECT_SLOT)
		return false;
	f->func[f->funcs++] = (struct prog_func){part->pc, s->func[from].type_id};
	return true;
}

static u32 count_lines(const struct object *o, const struct object_program *g)
{
	u32 n = g->parts;

	for (u32 i = 0; i < g->parts; i++) {
		const struct btf_ext_section *s = o->priv->section[g->part[i].in].info;

		if (!s)
			continue;
		RANGE(s, line, &g->part[i], from, to);
		n += to - from;
	}
	return n;
}

void object_add_info(struct object *o, struct object_program *g)
{
	static const struct btf_ext_section nothing;
	struct info f = {.o = o};
	bool lines = false, funcs = true;

	f.func = arena_array(&o->priv->arena, struct prog_func, g->parts);
	f.line = arena_array(&o->priv->arena, struct prog_line, count_lines(o, g));
	for (u32 i = 0; i < g->parts; i++) {
		const struct btf_ext_section *s = o->priv->section[g->part[i].in].info;

		funcs &= s && add_func(&f, &g->part[i], s);
		lines |= s && s->lines;
		add_lines(&f, &g->part[i], s ? s : &nothing);
	}
	g->prog->btf = o->btf;
	g->prog->func = f.func;
	g->prog->funcs = funcs ? f.funcs : 0;
	g->prog->line = f.line;
	g->prog->lines = lines ? f.lines : 0;
}

/* ---- CO-RE ---- */

static struct ob_err *apply_part(struct object *o, struct object_program *g,
				 const struct object_part *part, struct ob_ebpf *code)
{
	const struct btf_ext_section *s = o->priv->section[part->in].info;
	struct core_code c = {.name = part->name,
			      .insn = code + part->pc,
			      .n = part->n,
			      .first = part->at,
			      .arena = &o->priv->arena};
	struct {
		struct core_miss *v;
		u32 n, cap;
	} all = {g->miss, g->misses, g->misses};

	if (!s)
		return NULL;
	RANGE(s, core, part, from, to);
	if (from == to)
		return NULL;
	struct ob_err *err = core_apply(o->priv->core, &c, s->core + from, to - from);
	if (err)
		return err_at_file(err, o->priv->path);
	for (u32 i = 0; i < c.misses; i++)
		vec_push(&o->priv->arena, all) =
			(struct core_miss){part->pc + c.miss[i].pc, c.miss[i].what};
	g->miss = all.v;
	g->misses = all.n;
	return NULL;
}

struct ob_err *object_apply_core(struct object *o, struct object_program *g, struct ob_ebpf *code)
{
	struct ob_err *err = NULL;

	g->miss = NULL;
	g->misses = 0;
	for (u32 i = 0; i < g->parts && !err; i++)
		err = apply_part(o, g, &g->part[i], code);
	return err;
}

void object_put_core(struct buf *to, const struct object *o, const struct object_part *part, u32 pc)
{
	const struct btf_ext_section *s = o->priv->section[part->in].info;
	u64 off = ((u64)part->at + pc - part->pc) * OBJECT_SLOT;
	u32 i = s ? first(s->core, s->cores, sizeof(*s->core), off) : 0;

	if (s && i < s->cores && s->core[i].insn_off == off)
		core_put(to, o->btf, &s->core[i]);
}
