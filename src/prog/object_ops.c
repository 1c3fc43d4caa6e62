/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of functions for the kernel (struct_ops): the object's struct, field by field,
 * as the kernel's own struct of that name has it. What is registered is the kernel's
 * struct bpf_struct_ops_NAME, in which that one is the field `data`. */
#include "prog/core_priv.h"
#include "prog/object_priv.h"

#include <stdlib.h>

enum { POINTER = 8 };

/* The two structs of the kernel, and where the one lies in the other. */
struct ops {
	struct object *o;
	struct object_map *map;
	const struct btf *kernel;
	const struct btf_type *mine, *table;
	u32 table_id, value_id, value_size, at;
	u8 *value;
	u32 *index; /* of each slot of the map, in the value */
};

static const char *name_of(const struct ops *s) { return btf_name(s->o->btf, s->mine->name_off); }

static u32 find_struct(const struct ops *s, const char *prefix)
{
	const char *name = name_of(s);
	struct buf b = {0};

	buf_printf(&b, "%s%.*s", prefix, (int)btf_essential(name), name);
	u32 id = b.oom ? 0 : btf_find(s->kernel, b.p, BTF_KIND_STRUCT);
	buf_deinit(&b);
	return id;
}

/* false: the kernel has no table of that name. */
static bool find_table(struct ops *s)
{
	s->table_id = find_struct(s, "");
	s->value_id = find_struct(s, "bpf_struct_ops_");
	s->table = btf_type(s->kernel, s->table_id);
	const struct btf_type *v = btf_type(s->kernel, s->value_id);
	if (!s->table_id || !s->value_id)
		return false;
	for (u32 i = 0; i < btf_len(v); i++) {
		const struct btf_member *m = &btf_members(v)[i];
		u32 type;

		if (strcmp(btf_name(s->kernel, m->name_off), "data") != 0 ||
		    !btf_skip(s->kernel, m->type, &type) || type != s->table_id)
			continue;
		s->at = btf_member_at(v, i) / 8;
		s->value_size = v->size;
		return s->at <= v->size && s->table->size <= v->size - s->at;
	}
	return false;
}

static s64 find_member(const struct ops *s, const char *name)
{
	for (u32 i = 0; *name && i < btf_len(s->table); i++)
		if (!strcmp(btf_name(s->kernel, btf_members(s->table)[i].name_off), name))
			return i;
	return -1;
}

static bool is_function(const struct btf *b, u32 type)
{
	const struct btf_type *t = btf_skip(b, type, NULL);

	t = btf_is(t, BTF_KIND_PTR) ? btf_skip(b, t->type, NULL) : NULL;
	return t && btf_is(t, BTF_KIND_FUNC_PROTO);
}

static struct object_slot *slot_at(const struct object_map *m, u32 off)
{
	for (u32 i = 0; i < m->slots; i++)
		if (m->slot[i].index == off)
			return &m->slot[i];
	return NULL;
}

static struct ob_err *bad_member(const struct ops *s, const char *name, const char *why)
{
	return object_err(s->o, OB_NAME, "%s.%s: %s struct %.*s", s->map->name,
			  *name ? name : "(no name)", why, (int)btf_essential(name_of(s)),
			  name_of(s));
}

static struct ob_err *put_function(struct ops *s, struct object_slot *slot, u32 member, u32 at)
{
	struct object_program *p = &s->o->prog[slot->what];
	const struct btf_member *m = &btf_members(s->table)[member];
	const char *name = btf_name(s->kernel, m->name_off);

	if (!is_function(s->kernel, m->type) || p->type != PROGTYPE_STRUCT_OPS)
		return bad_member(s, name, "no place for a program in the kernel's");
	if (p->ops && (p->ops != s->table_id || p->attach != member))
		return object_err(s->o, OB_UNSUPPORTED, "%s.%s: program %s is another field, too",
				  s->map->name, name, p->name);
	p->ops = s->table_id;
	p->attach = member;
	s->index[slot - s->map->slot] = at;
	return NULL;
}

static struct ob_err *put_member(struct ops *s, u32 i)
{
	const struct btf_member *m = &btf_members(s->mine)[i];
	const char *name = btf_name(s->o->btf, m->name_off);
	s64 size = btf_size(s->o->btf, m->type), member = find_member(s, name);
	u32 from = btf_member_at(s->mine, i) / 8;
	struct object_slot *slot = slot_at(s->map, from);

	if (size < 0 || from > s->mine->size || (u64)size > s->mine->size - from)
		return bad_member(s, name, "a field that is not all in");
	bool set = slot;
	for (u32 k = 0; k < size; k++)
		set |= s->map->data[from + k];
	if (member < 0)
		return set ? bad_member(s, name, "there is no such field in the kernel's") : NULL;
	u32 to = btf_member_at(s->table, (u32)member) / 8;
	u32 type = btf_members(s->table)[member].type;
	if (btf_member_bits(s->o->btf, s->mine, i) ||
	    btf_member_bits(s->kernel, s->table, (u32)member))
		return set ? bad_member(s, name, "a field of bits in") : NULL;
	if (btf_size(s->kernel, type) != size || to > s->table->size ||
	    (u64)size > s->table->size - to || (slot && size != POINTER))
		return bad_member(s, name, "the field has another size in the kernel's");
	if (slot)
		return put_function(s, slot, (u32)member, s->at + to);
	memcpy(s->value + s->at + to, s->map->data + from, (size_t)size);
	return NULL;
}

static struct ob_err *fit(struct ops *s)
{
	struct ob_err *err = NULL;

	s->index = arena_array(&s->o->priv->arena, u32, s->map->slots + 1);
	s->value = calloc(1, s->value_size + 1);
	if (!s->value)
		return err_nomem();
	for (u32 i = 0; i < s->map->slots; i++)
		s->index[i] = UINT32_MAX;
	for (u32 i = 0; i < btf_len(s->mine) && !err; i++)
		err = put_member(s, i);
	for (u32 i = 0; i < s->map->slots && !err; i++)
		if (s->index[i] == UINT32_MAX)
			err = bad_member(s, s->o->prog[s->map->slot[i].what].name,
					 "a program that is no field of");
	if (err) {
		free(s->value);
		return err;
	}
	for (u32 i = 0; i < s->map->slots; i++)
		s->map->slot[i].index = s->index[i];
	free(s->map->data);
	s->map->data = s->value;
	s->map->shape.value_size = s->value_size;
	s->map->ops = s->value_id;
	return NULL;
}

struct ob_err *object_fit_ops(struct object *o, const struct btf *kernel)
{
	struct ob_err *err = NULL;

	for (u32 i = 0; i < o->maps && !err && kernel; i++) {
		struct ops s = {.o = o, .map = &o->map[i], .kernel = kernel};

		if (s.map->kind != OBJECT_STRUCT_OPS || s.map->ops)
			continue;
		s.mine = btf_type(o->btf, s.map->shape.value);
		if (find_table(&s))
			err = fit(&s);
	}
	return err;
}
