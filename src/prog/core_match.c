/* SPDX-License-Identifier: BSD-2-Clause */
/* What is asked for in the object's types, found in those of the target: members by
 * their names, also in anonymous structs; elements by their numbers. */
#include "prog/core_priv.h"

static bool same_or_anonymous(const struct btf *a, u32 name, const struct btf *b, u32 other)
{
	return !*btf_name(a, name) || !*btf_name(b, other) || core_like_names(a, name, b, other);
}

/* May a field of the one type stand for one of the other? */
static int like_fields(struct core_job *j, const struct btf *a, u32 id, const struct btf *b,
		       u32 other)
{
	for (;;) {
		const struct btf_type *t = btf_skip(a, id, &id), *u = btf_skip(b, other, &other);

		if (!core_step(j))
			return CORE_WRONG;
		if (!t || !u)
			return core_wrong(j, "modifiers of a type go on without an end");
		if (btf_is_composite(t) && btf_is_composite(u))
			return CORE_YES;
		if (!core_like_kinds(t, u))
			return CORE_NO;
		switch (btf_kind_of(t)) {
		case BTF_KIND_PTR:
		case BTF_KIND_FLOAT:
			return CORE_YES;
		case BTF_KIND_FWD:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
			return same_or_anonymous(a, t->name_off, b, u->name_off);
		case BTF_KIND_INT:
			return !BTF_INT_OFFSET(btf_int(t)) && !BTF_INT_OFFSET(btf_int(u));
		case BTF_KIND_ARRAY:
			id = btf_array_of(t)->type;
			other = btf_array_of(u)->type;
			continue;
		default:
			return CORE_NO;
		}
	}
}

/* ---- members ---- */

/* Which member is looked for. */
struct wanted {
	const struct btf *b;
	const struct btf_member *m;
	const char *name;
};

static int find_member(struct core_job *j, const struct wanted *w, struct core_spec *s, u32 *id);

static int found(struct core_job *j, const struct wanted *w, struct core_spec *s, u32 type, u32 at,
		 u32 *id)
{
	const struct btf_member *m = &btf_members(btf_type(s->btf, type))[at];

	if (s->steps == CORE_STEPS)
		return core_wrong(j, "it lies deeper in the target than can be followed");
	s->step[s->steps++] = (struct core_step){type, at, w->name};
	*id = m->type;
	return like_fields(j, w->b, w->m->type, s->btf, m->type);
}

/* *id: the struct to look in; when it was found, the member's type. */
static int find_in(struct core_job *j, const struct wanted *w, struct core_spec *s, u32 at, u32 *id)
{
	const struct btf_type *t = btf_type(s->btf, *id);
	const struct btf_member *m = &btf_members(t)[at];
	const char *name = btf_name(s->btf, m->name_off);
	u32 bits = s->bits, inner = m->type;
	int ok = CORE_NO;

	if (!core_step(j))
		return CORE_WRONG;
	if (*name && strcmp(name, w->name) != 0)
		return CORE_NO;
	if (s->ways == CORE_STEPS)
		return core_wrong(j, "it lies deeper in the target than can be followed");
	if (btf_member_at(t, at) > UINT32_MAX - bits)
		return core_wrong(j, "it lies too far");
	s->bits += btf_member_at(t, at);
	s->way[s->ways++] = at;
	if (*name)
		return found(j, w, s, *id, at, id);
	ok = find_member(j, w, s, &inner);
	if (ok != CORE_NO) {
		*id = inner;
		return ok;
	}
	s->bits = bits;
	s->ways--;
	return CORE_NO;
}

static int find_member(struct core_job *j, const struct wanted *w, struct core_spec *s, u32 *id)
{
	const struct btf_type *t = btf_skip(s->btf, *id, id);
	u32 in = *id;

	if (!t || !btf_is_composite(t))
		return CORE_NO;
	for (u32 i = 0; i < btf_len(t); i++) {
		u32 steps = s->steps;
		int ok;

		*id = in;
		ok = find_in(j, w, s, i, id);
		if (ok != CORE_NO || s->steps > steps)
			return ok;
	}
	return CORE_NO;
}

/* ---- elements ---- */

static int find_element(struct core_job *j, const struct core_step *step, bool first,
			struct core_spec *s, u32 *id)
{
	const struct btf_type *t = btf_skip(s->btf, *id, id);
	s64 size;

	if (!t)
		return core_wrong(j, "modifiers of a type go on without an end");
	/* The first is one of several such types. */
	if (!first) {
		const struct btf_array *a = btf_array_of(t);

		if (!btf_is(t, BTF_KIND_ARRAY))
			return CORE_NO;
		if (step->at >= a->nelems && !core_flexible(s, a))
			return CORE_NO;
		if (!btf_skip(s->btf, a->type, id))
			return core_wrong(j, "modifiers of a type go on without an end");
	}
	if (s->ways == CORE_STEPS)
		return core_wrong(j, "it lies deeper in the target than can be followed");
	size = btf_size(s->btf, *id);
	if (size < 0)
		return core_wrong(j, "the type in the target has no size");
	s->step[s->steps++] = (struct core_step){*id, step->at, NULL};
	s->way[s->ways++] = step->at;
	return core_move(s, step->at, size) ? CORE_YES : core_wrong(j, "it lies too far");
}

static int find_field(struct core_job *j, const struct core_spec *local, struct core_spec *s,
		      u32 id)
{
	int ok = CORE_YES;

	for (u32 i = 0; i < local->steps && ok == CORE_YES; i++) {
		const struct core_step *step = &local->step[i];

		if (step->name) {
			const struct btf_type *t = btf_type(local->btf, step->type);
			struct wanted w = {local->btf, &btf_members(t)[step->at], step->name};

			ok = find_member(j, &w, s, &id);
		} else {
			ok = find_element(j, step, !i, s, &id);
		}
	}
	return ok;
}

static int find_enumerator(struct core_job *j, const struct core_spec *local, struct core_spec *s,
			   u32 id)
{
	const struct btf_type *t = btf_skip(s->btf, id, &id);
	size_t n = btf_essential(local->step[0].name);

	if (!t || (!btf_is(t, BTF_KIND_ENUM) && !btf_is(t, BTF_KIND_ENUM64)))
		return CORE_NO;
	for (u32 i = 0; i < btf_len(t); i++) {
		const char *name = btf_name(s->btf, btf_enum_name(t, i));

		if (!core_step(j))
			return CORE_WRONG;
		if (btf_essential(name) != n || strncmp(name, local->step[0].name, n) != 0)
			continue;
		s->step[s->steps++] = (struct core_step){id, i, name};
		s->way[s->ways++] = i;
		return CORE_YES;
	}
	return CORE_NO;
}

int core_match(struct core_job *j, const struct core_spec *local, const struct btf *b, u32 id,
	       struct core_spec *s)
{
	s->btf = b;
	s->root = id;
	s->kind = local->kind;
	s->steps = s->ways = s->bits = 0;
	if (!core_step(j))
		return CORE_WRONG;
	if (local->kind == BPF_CORE_TYPE_MATCHES)
		return core_same(j, local->btf, local->root, b, id);
	if (core_of_type(local->kind))
		return core_compatible(j, local->btf, local->root, b, id);
	if (core_of_enum(local->kind))
		return find_enumerator(j, local, s, id);
	return find_field(j, local, s, id);
}
