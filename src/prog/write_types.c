/* SPDX-License-Identifier: BSD-2-Clause */
/* What an object says besides code: the program's types, maps as types (a number is the
 * length of an array), where functions begin, and lines. */
#include "prog/write_priv.h"
#include "prog/btf_ext.h"

struct types {
	struct writer *w;
	struct btf_maker *m;
	u32 *id_of; /* of the program's types, 0: it is not written */
	u32 number; /* int */
	struct {
		u32 *v;
		u32 n, cap;
	} word; /* members in the making: a name, a type, an offset */
};

/* ---- the program's own ---- */

/* The section of that name, of variables; 0: it is not written. */
static u32 find_section(const struct writer *w, const char *name)
{
	for (u32 i = 0; i < w->p->maps; i++)
		if (w->map_section[i] && !strcmp(w->map_name[i], name))
			return w->map_section[i];
	return 0;
}

/* Sections that are not written go, with their variables. */
static void leave_out(const struct types *t, bool *gone)
{
	const struct btf *b = t->w->p->btf;

	for (u32 id = 1; id < b->n; id++) {
		const struct btf_type *s = btf_type(b, id);

		if (!btf_is(s, BTF_KIND_DATASEC) || find_section(t->w, btf_name(b, s->name_off)))
			continue;
		gone[id] = true;
		for (u32 i = 0; i < btf_len(s); i++)
			gone[btf_vars(s)[i].type] = true;
	}
	for (u32 id = 1; id < b->n; id++)
		if (btf_is(btf_type(b, id), BTF_KIND_DECL_TAG) && gone[btf_type(b, id)->type])
			gone[id] = true;
}

static void copy_types(struct types *t)
{
	const struct btf *b = t->w->p->btf;
	bool *gone = arena_array(&t->w->a, bool, b ? b->n : 1);
	u32 next = 1;

	t->id_of = arena_array(&t->w->a, u32, b ? b->n : 1);
	if (!b)
		return;
	leave_out(t, gone);
	for (u32 id = 1; id < b->n; id++)
		if (!gone[id])
			t->id_of[id] = next++;
	for (u32 id = 1; id < b->n; id++)
		if (!gone[id])
			btf_maker_copy(t->m, b, id, t->id_of);
}

/* libbpf asks for the symbol of each variable that is not static. */
static void add_variables(const struct types *t)
{
	const struct btf *b = t->w->p->btf;

	for (u32 id = 1; b && id < b->n; id++) {
		const struct btf_type *s = btf_type(b, id);
		u32 section = btf_is(s, BTF_KIND_DATASEC) && t->id_of[id]
				      ? find_section(t->w, btf_name(b, s->name_off))
				      : 0;

		for (u32 i = 0; section && i < btf_len(s); i++) {
			const struct btf_var_secinfo *v = &btf_vars(s)[i];
			const struct btf_type *var = btf_type(b, v->type);

			if (btf_is(var, BTF_KIND_VAR) && btf_int(var) != BTF_VAR_STATIC)
				out_symbol(&t->w->elf, btf_name(b, var->name_off), STT_OBJECT,
					   false, section, v->offset, v->size);
		}
	}
}

/* ---- maps ---- */

static u32 pointer(struct types *t, u32 to)
{
	return btf_maker_add(t->m, "", BTF_KIND_PTR, false, 0, to);
}

static u32 array(struct types *t, u32 of, u32 n)
{
	u32 id = btf_maker_add(t->m, "", BTF_KIND_ARRAY, false, 0, 0);

	btf_maker_word(t->m, of);
	btf_maker_word(t->m, t->number);
	btf_maker_word(t->m, n);
	return id;
}

static void member(struct types *t, const char *name, u32 type)
{
	struct arena *a = &t->w->a;
	u32 at = t->word.n / 3 * 64, called = btf_maker_name(t->m, name);

	vec_push(a, t->word) = called;
	vec_push(a, t->word) = type;
	vec_push(a, t->word) = at;
}

static void number(struct types *t, const char *name, u64 value)
{
	if (value)
		member(t, name, pointer(t, array(t, t->number, (u32)value)));
}

static struct ob_err *describe(struct types *t, const struct prog_map *map, const char *name)
{
	bool typed = map->btf && map->btf == t->w->p->btf;

	if (map->extra > UINT32_MAX)
		return err_new(OB_UNSUPPORTED, "map %s: map_extra has more than 32 bits", name);
	if (map->fields && map->fields->n && !typed)
		return err_new(OB_UNSUPPORTED,
			       "map %s: its values have fields of the kernel's, but not their "
			       "types in the program's",
			       name);
	t->word.n = 0;
	number(t, "type", map->type);
	number(t, "max_entries", map->max_entries);
	number(t, "map_flags", map->flags);
	number(t, "map_extra", map->extra);
	if (typed && map->key)
		member(t, "key", pointer(t, t->id_of[map->key]));
	else
		number(t, "key_size", map->key_size);
	if (typed && map->value)
		member(t, "value", pointer(t, t->id_of[map->value]));
	else if (!map->inner)
		number(t, "value_size", map->value_size);
	return NULL;
}

static u32 finish_struct(struct types *t, bool inner)
{
	u32 n = t->word.n / 3;
	u32 id = btf_maker_add(t->m, "", BTF_KIND_STRUCT, false, n, 8 * (n - inner));

	for (u32 i = 0; i < t->word.n; i++)
		btf_maker_word(t->m, t->word.v[i]);
	return id;
}

/* *size: of the variable. */
static struct ob_err *add_map(struct types *t, u32 i, u32 *id, u32 *size)
{
	const struct prog_map *map = &t->w->p->map[i];
	const char *name = t->w->map_name[i];
	struct ob_err *err = NULL;
	u32 inner = 0;

	if (map->inner) {
		err = describe(t, map->inner, name);
		if (err)
			return err;
		inner = array(t, pointer(t, finish_struct(t, false)), 0);
	}
	err = describe(t, map, name);
	if (err)
		return err;
	*size = t->word.n / 3 * 8;
	if (inner)
		member(t, "values", inner);
	*id = finish_struct(t, inner);
	return NULL;
}

static struct ob_err *add_maps(struct types *t)
{
	struct writer *w = t->w;
	u32 *var = arena_array(&w->a, u32, w->p->maps), *size = arena_array(&w->a, u32, w->p->maps);
	u32 n = 0, end = 0;

	for (u32 i = 0; i < w->p->maps; i++) {
		u32 type = 0;
		struct ob_err *err =
			write_is_data(&w->p->map[i]) ? NULL : add_map(t, i, &type, &size[i]);

		if (err)
			return err;
		if (!type)
			continue;
		var[i] = btf_maker_add(t->m, w->map_name[i], BTF_KIND_VAR, false, 0, type);
		btf_maker_word(t->m, BTF_VAR_GLOBAL_ALLOCATED);
		w->map_symbol[i] = out_symbol(&w->elf, w->map_name[i], STT_OBJECT, false,
					      w->maps_section, end, size[i]);
		end += size[i];
		n++;
	}
	btf_maker_add(t->m, ".maps", BTF_KIND_DATASEC, false, n, end);
	for (u32 i = 0, off = 0; i < w->p->maps; off += size[i++]) {
		if (!size[i])
			continue;
		btf_maker_word(t->m, var[i]);
		btf_maker_word(t->m, off);
		btf_maker_word(t->m, size[i]);
	}
	for (; end; end--)
		buf_putc(out_data(&w->elf, w->maps_section), 0);
	return NULL;
}

/* ---- functions and lines ---- */

static void word(struct buf *to, u32 w) { buf_add(to, &w, sizeof(w)); }

/* The head of a section's records, whose number is written when they are done. */
static size_t begin(struct types *t, struct buf *to, u32 part)
{
	word(to, btf_maker_name(t->m, t->w->part[part].name));
	word(to, 0);
	return to->n;
}

static void end(struct buf *to, size_t from, u32 size)
{
	u32 n = (u32)(to->n - from) / size;

	if (to->oom)
		return;
	if (n)
		memcpy(to->p + from - 4, &n, sizeof(n));
	else
		to->n = from - 8;
}

static void add_funcs(struct types *t, struct buf *to)
{
	word(to, sizeof(struct bpf_func_info));
	for (u32 part = 0; part < 2; part++) {
		size_t from = begin(t, to, part);

		for (u32 i = 0; i < t->w->funcs; i++) {
			const struct write_func *f = &t->w->func[i];

			if (f->part != part || !f->type)
				continue;
			word(to, f->at * 8);
			word(to, t->id_of[f->type]);
		}
		end(to, from, sizeof(struct bpf_func_info));
	}
}

static void add_lines(struct types *t, struct buf *to)
{
	const struct prog *p = t->w->p;

	word(to, sizeof(struct bpf_line_info));
	for (u32 part = 0; part < 2; part++) {
		size_t from = begin(t, to, part);

		for (u32 i = 0, k = 0; i < p->lines; i++) {
			const struct prog_line *l = &p->line[i];

			while (k + 1 < t->w->funcs && t->w->func[k + 1].pc <= l->pc)
				k++;
			if (t->w->func[k].part != part)
				continue;
			word(to, (t->w->func[k].at + l->pc - t->w->func[k].pc) * 8);
			word(to, btf_maker_name(t->m, l->file ? l->file : ""));
			word(to, btf_maker_name(t->m, l->text ? l->text : ""));
			word(to, l->line << 10 | (l->col & 1023));
		}
		end(to, from, sizeof(struct bpf_line_info));
	}
}

static void add_ext(struct types *t)
{
	struct {
		u16 magic;
		u8 version, flags;
		u32 len, part[4];
	} head = {BTF_MAGIC, BTF_VERSION, 0, sizeof(head), {0}};
	u32 s = out_section(&t->w->elf, ".BTF.ext", SHT_PROGBITS, 0, 4);
	struct buf *to = out_data(&t->w->elf, s);

	buf_add(to, &head, sizeof(head));
	add_funcs(t, to);
	head.part[1] = (u32)(to->n - sizeof(head));
	head.part[2] = head.part[1];
	if (t->w->p->lines)
		add_lines(t, to);
	head.part[3] = (u32)(to->n - sizeof(head)) - head.part[1];
	if (!to->oom)
		memcpy(to->p, &head, sizeof(head));
}

static struct ob_err *make(struct types *t)
{
	struct btf *b = NULL;
	struct ob_err *err = NULL;

	copy_types(t);
	add_variables(t);
	if (t->w->maps_section) {
		t->number = btf_maker_add(t->m, "int", BTF_KIND_INT, false, 0, 4);
		btf_maker_word(t->m, BTF_INT_SIGNED << 24 | 32);
		err = add_maps(t);
	}
	u32 s = out_section(&t->w->elf, ".BTF", SHT_PROGBITS, 0, 4);
	if (!err && t->w->p->funcs)
		add_ext(t);
	if (!err)
		err = btf_maker_finish(t->m, &b);
	if (!err)
		btf_write(out_data(&t->w->elf, s), b, false);
	btf_destroy(b);
	return err;
}

struct ob_err *write_types(struct writer *w)
{
	struct types t = {.w = w};

	if (!w->p->btf && !w->maps_section)
		return NULL;
	t.m = w->maker = btf_maker_create(NULL);
	return t.m ? make(&t) : err_nomem();
}
