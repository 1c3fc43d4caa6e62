/* SPDX-License-Identifier: BSD-2-Clause */
/* The number that a relocation puts into an instruction, as the object has it and as it
 * is in the target. */
#include "prog/core_priv.h"

/* What a field of a spec gives. */
struct value {
	u64 n;
	u32 size, type;
	bool checks;
	bool none; /* it was not found, and no number says so */
};

static bool is_enum(const struct btf_type *t)
{
	return btf_is(t, BTF_KIND_ENUM) || btf_is(t, BTF_KIND_ENUM64);
}

/* ---- fields ---- */

static const char *element(const struct core_spec *s, const struct core_step *last, struct value *v)
{
	s64 size = btf_size(s->btf, last->type);

	if (size < 0)
		return "an element has no size";
	v->checks = true;
	if (s->kind == BPF_CORE_FIELD_BYTE_OFFSET) {
		v->n = s->bits / 8;
		v->size = (u32)size;
		v->type = last->type;
	} else if (s->kind == BPF_CORE_FIELD_BYTE_SIZE) {
		v->n = (u64)size;
	} else {
		return "an element of an array has no such property";
	}
	return NULL;
}

/* The bytes to be loaded for a field: the smallest of its type's size, or more, that
 * hold all bits of a bitfield. */
static const char *place(const struct core_spec *s, const struct btf_type *t, u32 bits, u32 *at,
			 u32 *size)
{
	if (!bits) {
		*at = s->bits / 8;
		return NULL;
	}
	*size = t->size;
	for (; *size; *size *= 2) {
		*at = s->bits / 8 / *size * *size;
		if (s->bits + bits - *at * 8 <= *size * 8)
			return NULL;
		if (*size >= 8)
			break;
	}
	return "no load of at most 8 bytes holds the bitfield";
}

static bool is_signed(const struct btf_type *t)
{
	if (is_enum(t))
		return btf_flag(t);
	return btf_is(t, BTF_KIND_INT) && BTF_INT_ENCODING(btf_int(t)) & BTF_INT_SIGNED;
}

/* Arrays are loaded element by element. */
static const char *size_of_access(const struct core_spec *s, u32 type, struct value *v)
{
	u32 id = type;

	for (u32 i = 0; i < CORE_DEPTH; i++) {
		const struct btf_type *t = btf_skip(s->btf, id, &id);

		if (!t || !btf_is(t, BTF_KIND_ARRAY))
			break;
		id = btf_array_of(t)->type;
	}
	s64 size = btf_size(s->btf, id);
	if (size < 0)
		return "an element has no size";
	v->size = (u32)size;
	v->type = type;
	return NULL;
}

static const char *member(const struct core_spec *s, const struct core_step *last, struct value *v)
{
	const struct btf_type *in = btf_type(s->btf, last->type), *t;
	u32 type, bits = btf_member_bits(s->btf, in, last->at), at = 0, size = 0;

	t = btf_skip(s->btf, btf_members(in)[last->at].type, &type);
	if (!t)
		return "a member has no type";
	if (!bits) {
		s64 bytes = btf_size(s->btf, type);
		if (bytes < 0)
			return "a member has no size";
		size = (u32)bytes;
	}
	const char *why = place(s, t, bits, &at, &size);
	if (why)
		return why;
	u32 bit = bits ? s->bits - at * 8 : 0, n = bits ? bits : size * 8;
	v->checks = !bits;
	switch (s->kind) {
	case BPF_CORE_FIELD_BYTE_OFFSET:
		v->n = at;
		return bits ? NULL : size_of_access(s, type, v);
	case BPF_CORE_FIELD_BYTE_SIZE:
		v->n = size;
		return NULL;
	case BPF_CORE_FIELD_SIGNED:
		v->n = is_signed(t);
		v->checks = true;
		return NULL;
	case BPF_CORE_FIELD_LSHIFT_U64:
		v->n = 64 - (u64)(bit + n);
		return NULL;
	default: /* BPF_CORE_FIELD_RSHIFT_U64 */
		v->n = 64 - (u64)n;
		v->checks = true;
		return NULL;
	}
}

static const char *field(const struct core_spec *s, u32 kind, struct value *v)
{
	v->checks = true;
	if (kind == BPF_CORE_FIELD_EXISTS) {
		v->n = s != NULL;
		return NULL;
	}
	v->none = !s;
	if (!s)
		return NULL;
	const struct core_step *last = &s->step[s->steps - 1];
	return last->name ? member(s, last, v) : element(s, last, v);
}

/* ---- types and enumerators ---- */

static const char *type(const struct core_spec *s, u32 kind, struct value *v)
{
	/* What is not there counts as 0; a number of a type changes when objects are linked. */
	v->checks = kind != BPF_CORE_TYPE_ID_TARGET;
	if (!s)
		return NULL;
	if (kind == BPF_CORE_TYPE_ID_TARGET) {
		v->n = s->root;
	} else if (kind == BPF_CORE_TYPE_SIZE) {
		s64 size = btf_size(s->btf, s->root);
		if (size < 0)
			return "the type has no size";
		v->n = (u64)size;
	} else {
		v->n = 1;
	}
	return NULL;
}

static const char *enumerator(const struct core_spec *s, u32 kind, struct value *v)
{
	v->checks = true;
	if (kind == BPF_CORE_ENUMVAL_EXISTS)
		v->n = s != NULL;
	else if (s)
		v->n = (u64)btf_enum_value(btf_type(s->btf, s->step[0].type), s->step[0].at);
	else
		v->none = true;
	return NULL;
}

static const char *value(const struct core_spec *s, u32 kind, struct value *v)
{
	*v = (struct value){0};
	if (core_of_field(kind))
		return field(s, kind, v);
	return core_of_type(kind) ? type(s, kind, v) : enumerator(s, kind, v);
}

/* ---- both ---- */

/* A load may become shorter or longer when what it loads is extended by zeros. */
static bool may_resize(const struct btf_type *a, const struct btf_type *b)
{
	if (btf_is(a, BTF_KIND_PTR) && btf_is(b, BTF_KIND_PTR))
		return true;
	return btf_is(a, BTF_KIND_INT) && btf_is(b, BTF_KIND_INT) &&
	       BTF_INT_ENCODING(btf_int(a)) != BTF_INT_SIGNED &&
	       BTF_INT_ENCODING(btf_int(b)) != BTF_INT_SIGNED;
}

const char *core_value(const struct core_spec *was, const struct core_spec *is,
		       struct core_result *ret)
{
	struct value a, b;
	const char *why = value(was, was->kind, &a);

	if (!why)
		why = value(is, was->kind, &b);
	if (why)
		return why;
	*ret = (struct core_result){.was = a.n,
				    .is = b.n,
				    .was_size = a.size,
				    .is_size = b.size,
				    .was_type = a.type,
				    .is_type = b.type,
				    .checks = a.checks,
				    .poison = b.none};
	if (is && a.size != b.size)
		ret->bad_size = !may_resize(btf_type(was->btf, a.type), btf_type(is->btf, b.type));
	return NULL;
}
