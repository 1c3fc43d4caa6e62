/* SPDX-License-Identifier: BSD-2-Clause */
/* Object files: FILE and FILE:NAME. */
#include "tool/object.h"

#include <stdlib.h>
#include <unistd.h>

#include "tool/expr.h"

enum { MOST = 1 << 30 };

/* FILE:NAME, unless there is a file whose name ends so. */
static struct ob_err *split(const char *operand, char **path, const char **name)
{
	const char *colon = strrchr(operand, ':');

	*name = NULL;
	*path = strdup(operand);
	if (!*path)
		return err_nomem();
	if (!colon || !colon[1] || !access(operand, F_OK))
		return NULL;
	(*path)[colon - operand] = 0;
	*name = colon + 1;
	return NULL;
}

static bool is_object(const char *path)
{
	u8 magic[4] = {0};
	FILE *f = strcmp(path, "-") ? fopen(path, "re") : NULL;

	if (!f)
		return false;
	bool is = fread(magic, sizeof(magic), 1, f) == 1;
	fclose(f);
	return is && elf_is((struct bytes){magic, sizeof(magic)});
}

static struct ob_err *no_program(const struct object_file *f, const char *path, const char *name)
{
	const char **names = calloc(f->o->progs + 1, sizeof(*names));
	struct ob_err *err = err_new(OB_NAME, "there is no program %s", name);

	if (!names) {
		ob_err_destroy(err);
		return err_nomem();
	}
	for (u32 i = 0; i < f->o->progs; i++)
		names[i] = f->o->prog[i].name;
	const char *near = word_nearest(name, names);
	err = err_at_file(err, path);
	if (near)
		err = err_hint(err, "did you mean %s:%s?", path, near);
	else
		for (u32 i = 0; i < f->o->progs && i < 8; i++)
			err = err_note(err, "it has %s (section %s)", names[i],
				       f->o->prog[i].section);
	free(names);
	return err;
}

static struct ob_err *open_it(const char *path, const char *name, struct object_file *f)
{
	struct ob_err *err = expr_read(path, MOST, &f->bytes);

	if (!err)
		err = object_open(path, (struct bytes){(const u8 *)f->bytes.p, f->bytes.n}, &f->o);
	if (err || !name)
		return err;
	f->g = object_program(f->o, name);
	return f->g ? NULL : no_program(f, path, name);
}

struct ob_err *object_file_open(const char *operand, struct object_file *ret, bool *is)
{
	struct object_file f = {0};
	const char *name;
	char *path;
	struct ob_err *err = split(operand, &path, &name);

	*is = !err && is_object(path);
	if (!err && *is)
		err = open_it(path, name, &f);
	if (err)
		object_file_close(&f);
	else
		*ret = f;
	free(path);
	return err;
}

void object_file_close(struct object_file *f)
{
	object_close(f->o);
	buf_deinit(&f->bytes);
	*f = (struct object_file){0};
}

struct ob_err *object_file_program(const struct object_file *f, struct object_program **ret)
{
	struct object *o = f->o;

	if (f->g || o->progs == 1) {
		*ret = f->g ? f->g : o->prog;
		return NULL;
	}
	if (!o->progs)
		return err_new(OB_NAME, "%s: there is no program in it", o->name);
	struct ob_err *err =
		err_new(OB_NAME, "which of the %u programs of %s.o?", o->progs, o->name);
	for (u32 i = 0; i < o->progs && i < 8; i++)
		err = err_note(err, "it has %s (section %s)", o->prog[i].name, o->prog[i].section);
	return err_hint(err, "say %s.o:%s", o->name, o->prog[0].name);
}

struct ob_err *object_type_find(const char *name, u32 *ret)
{
	return prog_find(name, strlen(name), ret)
		       ? NULL
		       : err_new(OB_NAME, "there is no program type `%s`", name);
}

struct ob_err *object_typed(const struct object_program *g)
{
	if (g->type)
		return NULL;
	return err_hint(
		err_new(OB_NAME, "section %s does not tell the type of %s", g->section, g->name),
		"say it: --type xdp");
}

/* ---- listing ---- */

struct listing {
	const struct object *o;
	const struct object_program *g;
	u32 line;         /* the first record to come */
	const char *last; /* the line that stands there already */
};

static void put_lines(struct listing *l, u32 pc, struct buf *to)
{
	const struct prog *p = l->g->prog;

	for (; l->line < p->lines && p->line[l->line].pc <= pc; l->line++) {
		const struct prog_line *line = &p->line[l->line];

		if (line->pc != pc || !*line->text || (l->last && !strcmp(l->last, line->text)))
			continue;
		l->last = line->text;
		buf_printf(to, "; %s\n", line->text + strspn(line->text, " \t"));
	}
}

static void before(void *arg, u32 pc, struct buf *to)
{
	struct listing *l = arg;

	for (u32 i = 0; i < l->g->parts; i++)
		if (l->g->part[i].pc == pc && pc) {
			buf_printf(to, "; %s\n", l->g->part[i].name);
			l->last = NULL;
		}
	put_lines(l, pc, to);
}

static void behind(void *arg, u32 pc, struct buf *to)
{
	const struct listing *l = arg;
	const struct eb *e = &l->g->prog->ext[pc];
	const struct helper_row *h = e->op == EB_CALL && e->imm >= 0 && e->imm < HELPER_COUNT
					     ? helper_row((u32)e->imm)
					     : NULL;
	struct buf name = {0};

	object_put_name(&name, l->o, l->g, pc);
	if (name.n)
		buf_printf(to, " // %s", name.p);
	else if (h)
		buf_printf(to, " // %s", h->name);
	to->oom |= name.oom;
	buf_deinit(&name);
}

static void put_head(const struct object_program *g, struct buf *to)
{
	buf_printf(to, "; program %s, section %s", g->name, g->section);
	if (prog_row(g->type) && g->type)
		buf_printf(to, ": %s", prog_row(g->type)->name);
	buf_printf(to, ", %u instructions\n", g->prog->n);
}

void object_file_list(const struct object_file *f, const struct object_program *g,
		      enum program_form form, struct buf *to)
{
	struct listing l = {f->o, g, 0, NULL};
	const struct eb_notes notes = {&l, before, behind};

	if (form == PROGRAM_TEXT || form == PROGRAM_OBJDUMP)
		put_head(g, to);
	program_write_noted(g->prog, form, to, &notes);
}
