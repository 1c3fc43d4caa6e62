/* SPDX-License-Identifier: BSD-2-Clause */
/* Sections of variables become maps: arrays of one value. */
#include "prog/object_priv.h"

struct object_map *object_add_map(struct object *o, enum object_map_kind kind, const char *name)
{
	struct {
		struct object_map *v;
		u32 n, cap;
	} l = {o->map, o->maps, o->priv->map_cap};
	struct object_map *m = &vec_push(&o->priv->arena, l);

	*m = (struct object_map){
		.kind = kind, .name = name, .inner = OBJECT_NONE, .shape.btf = o->btf};
	m->shape.name = name;
	o->map = l.v;
	o->maps = l.n;
	o->priv->map_cap = l.cap;
	return m;
}

struct ob_err *object_add_data(struct object *o, struct object_map *m, u64 size)
{
	if (size > OBJECT_DATA_MAX - o->priv->data)
		return object_err(o, OB_RANGE, "section %s: %llu bytes, %u of all are too many",
				  m->name, (unsigned long long)size, OBJECT_DATA_MAX);
	o->priv->data += size;
	m->data = calloc(1, MAX(size, 1u));
	m->shape.value_size = (u32)size;
	return m->data ? NULL : err_nomem();
}

static enum object_map_kind kind_of(const struct elf_section *s)
{
	if (s->type == SHT_NOBITS)
		return OBJECT_BSS;
	return object_in_family(s->name, ".rodata") ? OBJECT_RODATA : OBJECT_DATA;
}

/* May others map it into their memory? Not if all of it is the file's own. */
static bool is_shared(const struct object *o, u32 type)
{
	const struct btf_type *t = btf_type(o->btf, type);

	for (u32 i = 0; i < btf_len(t); i++) {
		const struct btf_type *var = btf_type(o->btf, btf_vars(t)[i].type);

		if (btf_is(var, BTF_KIND_VAR) && btf_int(var) != BTF_VAR_STATIC)
			return true;
	}
	return false;
}

static struct ob_err *add_section(struct object *o, u32 i)
{
	struct object_section *s = &o->priv->section[i];
	struct object_map *m = object_add_map(o, kind_of(&s->elf), s->elf.name);
	struct ob_err *err = object_add_data(o, m, s->elf.size);

	if (err)
		return err;
	if (s->elf.data.n)
		memcpy(m->data, s->elf.data.p, s->elf.data.n);
	m->section = i;
	m->shape.type = MAPTYPE_ARRAY;
	m->shape.key_size = 4;
	m->shape.max_entries = 1;
	m->shape.value = object_datasec(o, s->elf.name);
	if (m->kind == OBJECT_RODATA)
		m->shape.flags |= BPF_F_RDONLY_PROG;
	if (m->shape.value && is_shared(o, m->shape.value))
		m->shape.flags |= BPF_F_MMAPABLE;
	s->map = o->maps - 1;
	return NULL;
}

/* R_BPF_64_ABS64 and ABS32 in variables: the symbol's place in its own section is
 * added, as there are no addresses yet. */
static struct ob_err *relocate(const struct object *o, u32 i)
{
	const struct object_priv *p = o->priv;
	const struct object_section *s = &p->section[i];
	const struct elf_section *list = &p->section[s->reloc].elf;
	struct object_map *m = &o->map[s->map];

	for (u64 k = 0; s->reloc && k < elf_relocs(list); k++) {
		struct elf_reloc r = elf_reloc(&p->elf, list, k);
		u32 size = r.type == 3 || r.type == 10 ? 4 : 8;

		if (r.symbol >= p->symbols || r.off > m->shape.value_size ||
		    size > m->shape.value_size - r.off || s->elf.type == SHT_NOBITS)
			return object_err(o, OB_FORMAT,
					  "section %s: relocation %llu is of nothing (symbol %u, "
					  "byte %llu)",
					  list->name, (unsigned long long)k, r.symbol,
					  (unsigned long long)r.off);
		u64 add = p->symbol[r.symbol].value + (u64)r.addend;
		u8 *at = m->data + r.off;
		if (size == 4)
			put_le32(at, get_le32(at) + (u32)add);
		else
			put_le64(at, get_le64(at) + add);
	}
	return NULL;
}

struct ob_err *object_read_data(struct object *o)
{
	struct ob_err *err = NULL;

	for (u32 i = 1; i < o->priv->elf.sections && !err; i++) {
		if (o->priv->section[i].kind != SECTION_DATA)
			continue;
		err = add_section(o, i);
		if (!err)
			err = relocate(o, i);
	}
	return err;
}
