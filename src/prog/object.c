/* SPDX-License-Identifier: BSD-2-Clause */
/* An object file's life, and what is found in it by name. */
#include "prog/object_priv.h"

/* ---- errors ---- */

struct ob_err *object_err(const struct object *o, enum ob_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	struct ob_err *err = err_newv(code, fmt, ap);
	va_end(ap);
	return err_at_file(err, o->priv->path);
}

struct ob_err *object_err_insn(const struct object *o, u32 section, u32 insn, enum ob_code code,
			       const char *fmt, ...)
{
	struct buf b = {0};
	va_list ap;

	va_start(ap, fmt);
	struct ob_err *why = err_newv(code, fmt, ap);
	va_end(ap);
	buf_printf(&b, "section %s, instruction %u: %s", o->priv->section[section].elf.name, insn,
		   ob_err_reason(why));
	struct ob_err *err = b.oom ? err_nomem() : object_err(o, code, "%s", b.p);
	ob_err_destroy(why);
	buf_deinit(&b);
	return err;
}

/* ---- names ---- */

static int by_name(const void *a, const void *b)
{
	const struct object_name *x = a, *y = b;
	int diff = strcmp(x->name, y->name);

	return diff ? diff : (x->nr > y->nr) - (x->nr < y->nr);
}

void object_names_sort(struct object_names *l)
{
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), by_name);
}

const struct object_name *object_names_find(const struct object_names *l, const char *name)
{
	u32 from = 0, to = l->n;

	while (from < to) {
		u32 mid = from + (to - from) / 2;

		if (strcmp(l->v[mid].name, name) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from < l->n && !strcmp(l->v[from].name, name) ? &l->v[from] : NULL;
}

bool object_in_family(const char *name, const char *family)
{
	size_t n = strlen(family);

	return !strncmp(name, family, n) && (!name[n] || name[n] == '.');
}

/* ---- life ---- */

/* "/x/prog.bpf.o" is "prog.bpf". */
static const char *base_name(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t n = strlen(name);

	if (n > 2 && !strcmp(name + n - 2, ".o"))
		n -= 2;
	return arena_strndup(a, name, n);
}

static struct object *create(const char *name, struct bytes file)
{
	struct object *o = calloc(1, sizeof(*o));
	struct object_priv *p = calloc(1, sizeof(*p));

	if (!o || !p) {
		free(o);
		free(p);
		return NULL;
	}
	o->priv = p;
	arena_init(&p->arena);
	p->path = arena_strndup(&p->arena, name, strlen(name));
	o->name = base_name(&p->arena, name);
	p->file = file;
	/* No honest file comes near it. */
	p->arena.limit = file.n > UINT32_MAX ? 0 : 32 * file.n + (1 << 20);
	return o;
}

void object_close(struct object *o)
{
	if (!o)
		return;
	for (u32 i = 0; i < o->progs; i++)
		prog_destroy(o->prog[i].prog);
	for (u32 i = 0; i < o->maps; i++)
		free(o->map[i].data);
	free(o->priv->code);
	core_destroy(o->priv->core);
	btf_ext_destroy(o->priv->info);
	btf_destroy(o->priv->loaded);
	btf_destroy(o->priv->btf);
	arena_deinit(&o->priv->arena);
	free(o->priv);
	free(o);
}

static struct ob_err *read_all(struct object *o)
{
	static struct ob_err *(*const part[])(struct object *) = {
		object_read_sections, object_read_types,  object_read_programs,
		object_read_externs,  object_read_info,   object_read_maps,
		object_read_data,     object_read_relocs, object_fill_maps,
	};
	struct ob_err *volatile err = NULL;
	jmp_buf fail;

	if (setjmp(fail))
		return err_nomem();
	o->priv->arena.fail = &fail;
	for (u32 i = 0; i < LEN(part) && !err; i++)
		err = part[i](o);
	o->priv->arena.fail = NULL;
	return err;
}

struct ob_err *object_open(const char *name, struct bytes file, struct object **ret)
{
	struct object *o = create(name, file);
	struct ob_err *err = o && o->name && o->priv->path ? read_all(o) : err_nomem();

	if (err)
		object_close(o);
	else
		*ret = o;
	return err;
}

/* ---- what there is ---- */

struct object_program *object_program(const struct object *o, const char *name)
{
	struct object_program *found = NULL;

	for (u32 i = 0; i < o->progs; i++)
		if (!strcmp(o->prog[i].name, name))
			return &o->prog[i];
	for (u32 i = 0; i < o->progs; i++)
		if (!strcmp(o->prog[i].section, name)) {
			if (found)
				return NULL;
			found = &o->prog[i];
		}
	return found;
}

struct object_map *object_map(const struct object *o, const char *name)
{
	for (u32 i = 0; i < o->maps; i++)
		if (!strcmp(o->map[i].name, name))
			return &o->map[i];
	return NULL;
}

/* The number of the data map that a section's variables are in. */
static bool data_of(const struct object *o, u32 section, u32 *map)
{
	if (section >= o->priv->elf.sections || o->priv->section[section].kind != SECTION_DATA)
		return false;
	*map = o->priv->section[section].map;
	return true;
}

/* A variable without a symbol of its own, as externs are: by the types. */
static struct bytes by_type(const struct object *o, const char *name, u32 *map, u32 *type)
{
	for (u32 i = 0; i < o->maps; i++) {
		const struct object_map *m = &o->map[i];
		const struct btf_type *t =
			m->data && m->shape.value ? btf_type(o->btf, m->shape.value) : NULL;

		for (u32 k = 0; t && btf_is(t, BTF_KIND_DATASEC) && k < btf_len(t); k++) {
			const struct btf_var_secinfo *v = &btf_vars(t)[k];
			const struct btf_type *var = btf_type(o->btf, v->type);

			if (strcmp(btf_name(o->btf, var->name_off), name) ||
			    v->offset > m->shape.value_size ||
			    v->size > m->shape.value_size - v->offset)
				continue;
			*map = i;
			*type = btf_is(var, BTF_KIND_VAR) ? var->type : 0;
			return (struct bytes){m->data + v->offset, v->size};
		}
	}
	return (struct bytes){NULL, 0};
}

struct bytes object_variable(const struct object *o, const char *name, u32 *map, u32 *type)
{
	struct bytes typed = by_type(o, name, map, type);
	const struct object_names *all = &o->priv->by_name;

	if (typed.p)
		return typed;
	for (const struct object_name *s = object_names_find(all, name);
	     s && s < all->v + all->n && !strcmp(s->name, name); s++) {
		const struct elf_symbol *sym = &o->priv->symbol[s->nr];
		u32 size;

		if (sym->type != STT_OBJECT || !data_of(o, sym->section, map))
			continue;
		size = o->map[*map].shape.value_size;
		if (sym->value > size || sym->size > size - sym->value)
			continue;
		*type = 0;
		return (struct bytes){o->map[*map].data + sym->value, sym->size};
	}
	return typed;
}
