/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps as objects declare them: by types in .maps, as structs of numbers in the older
 * maps section, as structs of functions in .struct_ops; and what they hold at first. */
#include "prog/object_priv.h"

static const char *str(const struct object *o, u32 off) { return btf_name(o->btf, off); }

static void add_place(struct object *o, u32 section, u64 off, u32 map)
{
	struct object_priv *p = o->priv;
	struct {
		struct object_place *v;
		u32 n, cap;
	} l = {p->place, p->places, p->place_cap};

	vec_push(&p->arena, l) = (struct object_place){section, map, off, UINT64_MAX};
	p->place = l.v;
	p->places = l.n;
	p->place_cap = l.cap;
}

/* ---- .maps ----
 *
 * A number N is `int (*name)[N]`, or the one value of an enum; a type T is `T *name`. */

static bool number(const struct object *o, u32 type, u64 *ret)
{
	const struct btf_type *t = btf_skip(o->btf, type, NULL);

	if (t && (btf_is(t, BTF_KIND_ENUM) || btf_is(t, BTF_KIND_ENUM64)) && btf_len(t)) {
		*ret = (u64)btf_enum_value(t, 0);
		return true;
	}
	if (!t || !btf_is(t, BTF_KIND_PTR))
		return false;
	t = btf_type(o->btf, t->type);
	if (!t || !btf_is(t, BTF_KIND_ARRAY))
		return false;
	*ret = btf_array_of(t)->nelems;
	return true;
}

struct field {
	const char *name;
	u32 *to;
};

static struct ob_err *bad_field(const struct object *o, const char *map, const char *field,
				const char *what)
{
	return object_err(o, OB_FORMAT, "section .maps: %s: its field %s %s", map, field, what);
}

/* key_size against key: they may both be said, and the same. */
static struct ob_err *set_size(const struct object *o, const char *map, const char *field, u64 size,
			       u32 *to)
{
	if (size > UINT32_MAX)
		return bad_field(o, map, field, "is too large");
	if (*to && *to != size)
		return bad_field(o, map, field, "says another size than one before");
	*to = (u32)size;
	return NULL;
}

static struct ob_err *set_type(const struct object *o, const char *map, const char *field, u32 type,
			       u32 *to, u32 *size)
{
	const struct btf_type *t = btf_skip(o->btf, type, NULL);
	s64 bytes = t && btf_is(t, BTF_KIND_PTR) ? btf_size(o->btf, t->type) : -1;

	if (bytes < 0)
		return bad_field(o, map, field, "is no type with a size");
	*to = t->type;
	return set_size(o, map, field, (u64)bytes, size);
}

static bool holds_maps(u32 type)
{
	return type == MAPTYPE_ARRAY_OF_MAPS || type == MAPTYPE_HASH_OF_MAPS;
}

/* Of the map that is described at the place added last. */
static struct ob_err *read_struct(struct object *o, u32 map, u32 type, bool inner);

/* `values`: an array of pointers, to a map's struct or to functions. */
static struct ob_err *set_values(struct object *o, u32 map, const struct btf_member *f, u32 at,
				 bool inner)
{
	const struct btf_type *array = btf_skip(o->btf, f->type, NULL), *t = NULL;
	const char *name = o->map[map].name;
	u32 type = o->map[map].shape.type, id = 0;

	if (inner)
		return bad_field(o, name, "values", "is in a map that is in a map itself");
	if (!holds_maps(type) && type != MAPTYPE_PROG_ARRAY)
		return bad_field(
			o, name, "values",
			"is for maps of maps and program arrays, whose type is said first");
	if (array && btf_is(array, BTF_KIND_ARRAY))
		t = btf_skip(o->btf, btf_array_of(array)->type, NULL);
	if (!t || !btf_is(t, BTF_KIND_PTR))
		return bad_field(o, name, "values", "is no array of pointers");
	o->priv->place[o->priv->places - 1].values = at / 8;
	struct ob_err *err = set_size(o, name, "values", 4, &o->map[map].shape.value_size);
	t = btf_skip(o->btf, t->type, &id);
	if (err || type == MAPTYPE_PROG_ARRAY)
		return err;
	if (!t || !btf_is(t, BTF_KIND_STRUCT))
		return bad_field(o, name, "values", "has pointers to what is no map");
	const char *inside = arena_printf(&o->priv->arena, "%s.inner", name);
	object_add_map(o, OBJECT_INNER, inside);
	o->map[map].inner = (s32)o->maps - 1;
	return read_struct(o, o->maps - 1, id, true);
}

static struct ob_err *read_number(const struct object *o, struct object_map *m, const char *field,
				  const struct btf_member *f)
{
	const struct field fields[] = {
		{"type", &m->shape.type},       {"max_entries", &m->shape.max_entries},
		{"map_flags", &m->shape.flags}, {"numa_node", &m->numa},
		{"pinning", &m->pin},           {"key_size", NULL},
		{"value_size", NULL},           {"map_extra", NULL},
	};
	u32 i = 0;
	u64 n;

	while (i < LEN(fields) && strcmp(fields[i].name, field) != 0)
		i++;
	if (i == LEN(fields))
		return bad_field(o, m->name, field, "is not known");
	if (!number(o, f->type, &n))
		return bad_field(o, m->name, field, "is no number");
	if (!strcmp(field, "map_extra"))
		return m->shape.extra = n, NULL;
	if (!fields[i].to)
		return set_size(o, m->name, field, n,
				*field == 'k' ? &m->shape.key_size : &m->shape.value_size);
	if (n > UINT32_MAX)
		return bad_field(o, m->name, field, "is too large");
	*fields[i].to = (u32)n;
	return NULL;
}

static struct ob_err *read_field(struct object *o, u32 map, const struct btf_member *f, u32 at,
				 bool inner)
{
	struct object_map *m = &o->map[map];
	const char *field = str(o, f->name_off);

	if (!strcmp(field, "key"))
		return set_type(o, m->name, field, f->type, &m->shape.key, &m->shape.key_size);
	if (!strcmp(field, "value"))
		return set_type(o, m->name, field, f->type, &m->shape.value, &m->shape.value_size);
	if (!strcmp(field, "values"))
		return set_values(o, map, f, at, inner);
	if (inner && !strcmp(field, "pinning"))
		return bad_field(o, m->name, field, "is in a map that is in a map itself");
	return read_number(o, m, field, f);
}

static struct ob_err *read_struct(struct object *o, u32 map, u32 type, bool inner)
{
	const struct btf_type *t = btf_type(o->btf, type);
	struct ob_err *err = NULL;

	for (u32 i = 0; i < btf_len(t) && !err; i++)
		err = read_field(o, map, &btf_members(t)[i], btf_member_at(t, i), inner);
	if (!err && !o->map[map].shape.type)
		return bad_field(o, o->map[map].name, "type", "is missing");
	return err;
}

static struct ob_err *read_declared(struct object *o, u32 section)
{
	u32 id = object_datasec(o, o->priv->section[section].elf.name), type;
	const struct btf_type *t = id ? btf_type(o->btf, id) : NULL;
	struct ob_err *err = NULL;

	if (!t)
		return object_err(o, OB_FORMAT, "section .maps: there are no types of it");
	for (u32 i = 0; i < btf_len(t) && !err; i++) {
		const struct btf_var_secinfo *v = &btf_vars(t)[i];
		const struct btf_type *var = btf_type(o->btf, v->type), *is;

		is = btf_is(var, BTF_KIND_VAR) ? btf_skip(o->btf, var->type, &type) : NULL;
		if (!is || !btf_is(is, BTF_KIND_STRUCT))
			return object_err(o, OB_FORMAT, "section .maps: %s is no struct",
					  str(o, var->name_off));
		add_place(o, section, v->offset, o->maps);
		object_add_map(o, OBJECT_MAP, str(o, var->name_off));
		err = read_struct(o, o->maps - 1, type, false);
	}
	return err;
}

/* ---- maps: numbers ---- */

/* The types of `struct ____btf_map_NAME { K key; V value; }`. */
static void find_old_types(struct object *o, struct object_map *m)
{
	const char *name = arena_printf(&o->priv->arena, "____btf_map_%s", m->name);
	u32 id = o->btf ? btf_find(o->btf, name, BTF_KIND_STRUCT) : 0;
	const struct btf_member *f = id ? btf_members(btf_type(o->btf, id)) : NULL;

	if (!id || btf_len(btf_type(o->btf, id)) != 2)
		return;
	if (btf_size(o->btf, f[0].type) != m->shape.key_size ||
	    btf_size(o->btf, f[1].type) != m->shape.value_size)
		return;
	m->shape.key = f[0].type;
	m->shape.value = f[1].type;
}

enum { OLD_INNER_ID = 7, OLD_INNER_INDEX = 8, OLD_WORDS = 9 };

/* Words: type, key size, value size, entries, flags; then
 *
 *   the kernel's samples: inner map, NUMA node
 *   iproute2:             id, pinning, inner id, inner index */
static void read_old(struct object *o, u32 first, struct object_map *m, const u32 *w, u32 n)
{
	m->shape.type = w[0];
	m->shape.key_size = w[1];
	m->shape.value_size = w[2];
	m->shape.max_entries = w[3];
	m->shape.flags = w[4];
	find_old_types(o, m);
	if (n > 5 && n < 9 && holds_maps(w[0]))
		m->inner = (s32)(first + MIN(w[5], (u32)EBPF_MAX));
	else
		m->id = w[5];
	if (n < 9 && (w[4] & BPF_F_NUMA_NODE))
		m->numa = w[6];
	else
		m->pin = w[6];
}

static void add_slot(struct object *o, struct object_map *m, struct object_slot s)
{
	struct {
		struct object_slot *v;
		u32 n, cap;
	} l = {m->slot, m->slots, m->slots ? 8 : 0};

	while (l.cap < l.n) /* as vectors grow */
		l.cap *= 2;
	vec_push(&o->priv->arena, l) = s;
	m->slot = l.v;
	m->slots = l.n;
}

/* The maps that iproute2's say by id are put into the others at their index. */
static void link_ids(struct object *o, u32 first, const u32 *words)
{
	for (u32 i = first; i < o->maps; i++) {
		u32 id = words[(i - first) * OLD_WORDS + OLD_INNER_ID];

		if (!holds_maps(o->map[i].shape.type) || o->map[i].inner >= 0)
			continue;
		for (u32 k = first; k < o->maps && id; k++) {
			struct object_map *m = &o->map[i];

			if (o->map[k].id != id || k == i)
				continue;
			if (m->inner < 0)
				m->inner = (s32)k;
			u32 index = words[(k - first) * OLD_WORDS + OLD_INNER_INDEX];
			add_slot(o, m, (struct object_slot){index, true, k});
		}
	}
}

/* What none of the section's can be in is left to who loads it. */
static void check_inner(const struct object *o, u32 first)
{
	for (u32 i = first; i < o->maps; i++) {
		s32 k = o->map[i].inner;

		if (k >= 0 && ((u32)k >= o->maps || holds_maps(o->map[k].shape.type)))
			o->map[i].inner = OBJECT_NONE;
	}
}

static int by_place(const void *a, const void *b)
{
	const struct object_place *x = a, *y = b;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return (x->off > y->off) - (x->off < y->off);
}

static void sort_places(struct object_priv *p)
{
	if (p->places)
		qsort(p->place, p->places, sizeof(*p->place), by_place);
}

/* Symbols of the section, as places; `map` is the symbol's number until it is read. */
static void find_old(struct object *o, u32 section)
{
	struct object_priv *p = o->priv;

	for (u32 i = 1; i < p->symbols; i++) {
		const struct elf_symbol *s = &p->symbol[i];

		if (s->section == section && *s->name &&
		    (s->type == STT_OBJECT || s->type == STT_NOTYPE))
			add_place(o, section, s->value, i);
	}
	sort_places(p);
}

static struct ob_err *read_old_maps(struct object *o, u32 section)
{
	struct object_priv *p = o->priv;
	struct bytes data = p->section[section].elf.data;
	u32 first = o->maps, first_place = p->places, n, stride;

	find_old(o, section);
	n = p->places - first_place;
	stride = n ? (u32)MIN(data.n / n, (u64)UINT32_MAX) : 0;
	if (n && (data.n % n || stride < 16 || stride % 4))
		return object_err(o, OB_FORMAT, "section maps: %llu bytes for %u maps",
				  (unsigned long long)data.n, n);
	if (stride > OLD_WORDS * 4)
		return object_err(o, OB_UNSUPPORTED,
				  "section maps: %u bytes a map, %u at most are known", stride,
				  OLD_WORDS * 4);
	u32 *words = arena_array(&p->arena, u32, (u64)n * OLD_WORDS + 1);
	for (u32 i = 0; i < n; i++) {
		struct object_place *at = &p->place[first_place + i];
		u32 *w = words + i * OLD_WORDS;

		if (at->off != (u64)i * stride)
			return object_err(o, OB_FORMAT,
					  "section maps: %s stands at byte %llu, not %llu",
					  p->symbol[at->map].name, (unsigned long long)at->off,
					  (unsigned long long)i * stride);
		memcpy(w, data.p + at->off, stride);
		read_old(o, first, object_add_map(o, OBJECT_MAP, p->symbol[at->map].name), w,
			 stride / 4);
		at->map = first + i;
	}
	link_ids(o, first, words);
	check_inner(o, first);
	return NULL;
}

/* ---- .struct_ops ---- */

static struct ob_err *read_ops(struct object *o, u32 section)
{
	const struct elf_section *s = &o->priv->section[section].elf;
	u32 id = object_datasec(o, s->name);
	const struct btf_type *t = id ? btf_type(o->btf, id) : NULL;
	struct ob_err *err = NULL;

	if (!t)
		return object_err(o, OB_FORMAT, "section %s: there are no types of it", s->name);
	for (u32 i = 0; i < btf_len(t) && !err; i++) {
		const struct btf_var_secinfo *v = &btf_vars(t)[i];
		const struct btf_type *var = btf_type(o->btf, v->type), *is;
		u32 type = 0;

		is = btf_is(var, BTF_KIND_VAR) ? btf_skip(o->btf, var->type, &type) : NULL;
		if (!is || !btf_is(is, BTF_KIND_STRUCT) || is->size != v->size ||
		    !bytes_has(s->data, v->offset, v->size))
			return object_err(o, OB_FORMAT, "section %s: %s is no struct in it",
					  s->name, str(o, var->name_off));
		add_place(o, section, v->offset, o->maps);
		struct object_map *m = object_add_map(o, OBJECT_STRUCT_OPS, str(o, var->name_off));
		m->section = section;
		m->shape.type = MAPTYPE_STRUCT_OPS;
		m->shape.key_size = 4;
		m->shape.max_entries = 1;
		m->shape.value = type;
		if (!strcmp(s->name, ".struct_ops.link"))
			m->shape.flags = MAPF_LINK;
		err = object_add_data(o, m, v->size);
		if (!err)
			memcpy(m->data, s->data.p + v->offset, v->size);
	}
	return err;
}

struct ob_err *object_read_maps(struct object *o)
{
	struct object_priv *p = o->priv;
	struct ob_err *err = NULL;

	for (u32 i = 1; i < p->elf.sections && !err; i++)
		if (p->section[i].kind == SECTION_OLD_MAPS)
			err = read_old_maps(o, i);
	for (u32 i = 1; i < p->elf.sections && !err; i++)
		if (p->section[i].kind == SECTION_MAPS)
			err = read_declared(o, i);
		else if (p->section[i].kind == SECTION_OPS)
			err = read_ops(o, i);
	sort_places(p);
	return err;
}

/* ---- what they hold at first ---- */

/* The map that is described around this byte, NULL: none. */
static const struct object_place *place_around(const struct object *o, u32 section, u64 off)
{
	const struct object_place key = {.section = section, .off = off}, *v = o->priv->place;
	u32 from = 0, to = o->priv->places;

	while (from < to) {
		u32 mid = from + (to - from) / 2;

		if (by_place(&v[mid], &key) <= 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from && v[from - 1].section == section ? &v[from - 1] : NULL;
}

struct object_map *object_map_at(const struct object *o, u32 section, u64 off)
{
	const struct object_place *p = place_around(o, section, off);

	return p && p->off == off ? &o->map[p->map] : NULL;
}

static struct ob_err *bad_value(const struct object *o, const char *section, const char *map,
				const char *symbol)
{
	return object_err(o, OB_FORMAT, "section %s: %s cannot be a value of %s", section, symbol,
			  map);
}

/* The number of what the symbol is: a map, or a program. */
static bool find_value(const struct object *o, const struct elf_symbol *s, s64 addend, bool is_map,
		       u32 *what)
{
	const struct object_func *f;
	u64 at = s->value + (u64)addend;

	if (s->section >= o->priv->elf.sections)
		return false;
	if (is_map) {
		const struct object_map *m = object_map_at(o, s->section, at);

		*what = m ? (u32)(m - o->map) : 0;
		return m;
	}
	if (at % OBJECT_SLOT || o->priv->section[s->section].kind != SECTION_CODE)
		return false;
	f = object_func_at(o, s->section, (s64)(at / OBJECT_SLOT));
	*what = f && f->prog >= 0 ? (u32)f->prog : 0;
	return f && f->prog >= 0;
}

static struct ob_err *fill(struct object *o, u32 section, const struct elf_reloc *r)
{
	const struct object_priv *p = o->priv;
	const char *name = p->section[section].elf.name;
	const struct object_place *at = place_around(o, section, r->off);
	bool ops = p->section[section].kind == SECTION_OPS;
	u32 what;

	if (!at || r->symbol >= p->symbols)
		return object_err(o, OB_FORMAT, "section %s: a relocation of nothing, byte %llu",
				  name, (unsigned long long)r->off);
	struct object_map *m = &o->map[at->map];
	const struct elf_symbol *s = &p->symbol[r->symbol];
	u64 from = ops ? at->off : at->off + at->values;
	if (!ops && (at->values == UINT64_MAX || r->off < from || (r->off - from) % 8))
		return object_err(o, OB_FORMAT, "section %s: %s: byte %llu is none of its values",
				  name, m->name, (unsigned long long)(r->off - at->off));
	bool is_map = holds_maps(m->shape.type);
	if (r->off - from > UINT32_MAX || !find_value(o, s, r->addend, is_map, &what))
		return bad_value(o, name, m->name, *s->name ? s->name : "this");
	u32 index = (u32)(r->off - from) / (ops ? 1 : 8);
	add_slot(o, m, (struct object_slot){index, is_map, what});
	return NULL;
}

/* iproute2: section "7/1" belongs at index 1 of the program array whose id is 7. */
static void fill_tails(struct object *o)
{
	for (u32 i = 0; i < o->progs; i++) {
		char *end;
		u64 id = strtoull(o->prog[i].section, &end, 10);

		if (end == o->prog[i].section || *end != '/')
			continue;
		u64 index = strtoull(end + 1, &end, 10);
		for (u32 k = 0; k < o->maps && !*end; k++)
			if (o->map[k].id == id && o->map[k].shape.type == MAPTYPE_PROG_ARRAY &&
			    index <= UINT32_MAX)
				add_slot(o, &o->map[k], (struct object_slot){(u32)index, false, i});
	}
}

struct ob_err *object_fill_maps(struct object *o)
{
	struct object_priv *p = o->priv;
	struct ob_err *err = NULL;

	for (u32 i = 1; i < p->elf.sections; i++) {
		const struct elf_section *list = &p->section[p->section[i].reloc].elf;

		if (!p->section[i].reloc ||
		    (p->section[i].kind != SECTION_MAPS && p->section[i].kind != SECTION_OPS))
			continue;
		for (u64 k = 0; k < elf_relocs(list) && !err; k++) {
			struct elf_reloc r = elf_reloc(&p->elf, list, k);

			err = fill(o, i, &r);
		}
	}
	fill_tails(o);
	return err;
}
