/* SPDX-License-Identifier: BSD-2-Clause */
/* BTF: its life, and what can be asked of types. */
#include "prog/btf_priv.h"

#define SHAPE(name, words, each, refers)                     \
	{                                                    \
		name, words, sizeof(words) - 1, each, refers \
	}

const struct btf_shape btf_shapes[BTF_KINDS] = {
	[BTF_KIND_UNKN] = SHAPE("UNKNOWN", "", false, false),
	[BTF_KIND_INT] = SHAPE("INT", "#", false, false),
	[BTF_KIND_PTR] = SHAPE("PTR", "", false, true),
	[BTF_KIND_ARRAY] = SHAPE("ARRAY", "tt#", false, false),
	[BTF_KIND_STRUCT] = SHAPE("STRUCT", "nt#", true, false),
	[BTF_KIND_UNION] = SHAPE("UNION", "nt#", true, false),
	[BTF_KIND_ENUM] = SHAPE("ENUM", "n#", true, false),
	[BTF_KIND_FWD] = SHAPE("FWD", "", false, false),
	[BTF_KIND_TYPEDEF] = SHAPE("TYPEDEF", "", false, true),
	[BTF_KIND_VOLATILE] = SHAPE("VOLATILE", "", false, true),
	[BTF_KIND_CONST] = SHAPE("CONST", "", false, true),
	[BTF_KIND_RESTRICT] = SHAPE("RESTRICT", "", false, true),
	[BTF_KIND_FUNC] = SHAPE("FUNC", "", false, true),
	[BTF_KIND_FUNC_PROTO] = SHAPE("FUNC_PROTO", "nt", true, true),
	[BTF_KIND_VAR] = SHAPE("VAR", "#", false, true),
	[BTF_KIND_DATASEC] = SHAPE("DATASEC", "t##", true, false),
	[BTF_KIND_FLOAT] = SHAPE("FLOAT", "", false, false),
	[BTF_KIND_DECL_TAG] = SHAPE("DECL_TAG", "#", false, true),
	[BTF_KIND_TYPE_TAG] = SHAPE("TYPE_TAG", "", false, true),
	[BTF_KIND_ENUM64] = SHAPE("ENUM64", "n##", true, false),
};
#undef SHAPE

/* ---- life ---- */

struct btf *btf_new(struct bytes data, const struct btf_header *h, const struct btf *base)
{
	struct btf *b = calloc(1, sizeof(*b));
	u64 types = (u64)h->hdr_len + h->type_off, pad = -types & 3;

	if (!b)
		return NULL;
	arena_init(&b->arena);
	b->mem = malloc(data.n + pad + 1);
	if (!b->mem) {
		free(b);
		return NULL;
	}
	memcpy(b->mem + pad, data.p, data.n);
	b->data = (struct bytes){b->mem + pad, data.n};
	b->types = bytes_part(b->data, types, h->type_len);
	b->strings = bytes_part(b->data, (u64)h->hdr_len + h->str_off, h->str_len);
	b->base = base;
	b->n = b->first = base ? base->n : 1;
	b->first_str = base ? base->first_str + (u32)base->strings.n : 0;
	b->at = malloc(b->types.n / BTF_ONE * sizeof(*b->at) + 1);
	if (b->at)
		return b;
	btf_destroy(b);
	return NULL;
}

void btf_destroy(struct btf *b)
{
	if (!b)
		return;
	arena_deinit(&b->arena);
	free(b->to);
	free(b->to_size);
	free(b->at);
	free(b->mem);
	free(b);
}

/* ---- types ---- */

const char *btf_kind_name(u32 kind) { return btf_shapes[kind < BTF_KINDS ? kind : 0].name; }

bool btf_is_composite(const struct btf_type *t)
{
	return btf_is(t, BTF_KIND_STRUCT) || btf_is(t, BTF_KIND_UNION);
}

bool btf_is_modifier(const struct btf_type *t)
{
	u32 kind = btf_kind_of(t);

	return (kind >= BTF_KIND_TYPEDEF && kind <= BTF_KIND_RESTRICT) || kind == BTF_KIND_TYPE_TAG;
}

const struct btf_type *btf_type(const struct btf *b, u32 id)
{
	static const struct btf_type nothing;

	if (id >= b->n)
		return NULL;
	while (id < b->first && b->base)
		b = b->base;
	if (!id)
		return &nothing;
	return (const struct btf_type *)(const void *)(b->types.p + b->at[id - b->first]);
}

const char *btf_str(const struct btf *b, u32 off)
{
	while (off < b->first_str && b->base)
		b = b->base;
	off -= b->first_str;
	return off < b->strings.n ? (const char *)b->strings.p + off : NULL;
}

const char *btf_name(const struct btf *b, u32 off)
{
	const char *s = btf_str(b, off);

	return s ? s : "";
}

u32 btf_find(const struct btf *b, const char *name, u32 kind)
{
	for (u32 id = 1; id < b->n; id++) {
		const struct btf_type *t = btf_type(b, id);

		if ((!kind || btf_is(t, kind)) && !strcmp(btf_name(b, t->name_off), name))
			return id;
	}
	return 0;
}

s64 btf_enum_value(const struct btf_type *t, u32 i)
{
	if (btf_is(t, BTF_KIND_ENUM))
		return btf_flag(t) ? btf_enums(t)[i].val : (s64)(u32)btf_enums(t)[i].val;
	const struct btf_enum64 *e = (const struct btf_enum64 *)(t + 1) + i;
	return (s64)((u64)e->val_hi32 << 32 | e->val_lo32);
}

u32 btf_enum_name(const struct btf_type *t, u32 i)
{
	if (btf_is(t, BTF_KIND_ENUM))
		return btf_enums(t)[i].name_off;
	return ((const struct btf_enum64 *)(t + 1))[i].name_off;
}

u32 btf_member_at(const struct btf_type *t, u32 i)
{
	u32 off = btf_members(t)[i].offset;

	return btf_flag(t) ? BTF_MEMBER_BIT_OFFSET(off) : off;
}

u32 btf_member_bits(const struct btf *b, const struct btf_type *t, u32 i)
{
	const struct btf_member *m = &btf_members(t)[i];

	if (btf_flag(t))
		return BTF_MEMBER_BITFIELD_SIZE(m->offset);
	const struct btf_type *is = btf_skip(b, m->type, NULL);
	if (!is || !btf_is(is, BTF_KIND_INT) || BTF_INT_BITS(btf_int(is)) == is->size * 8)
		return 0;
	return BTF_INT_BITS(btf_int(is));
}

const struct btf_type *btf_skip(const struct btf *b, u32 from, u32 *id)
{
	const struct btf_type *t = btf_type(b, from);

	for (u32 i = 0; t && btf_is_modifier(t); i++) {
		if (i == BTF_CHAIN)
			return NULL;
		from = t->type;
		t = btf_type(b, from);
	}
	if (t && id)
		*id = from;
	return t;
}

s64 btf_size(const struct btf *b, u32 id)
{
	u64 n = 1;

	for (u32 i = 0; i < BTF_CHAIN; i++) {
		const struct btf_type *t = btf_skip(b, id, NULL);
		u64 size;

		switch (t ? btf_kind_of(t) : 0) {
		case BTF_KIND_VAR:
			id = t->type;
			continue;
		case BTF_KIND_ARRAY:
			id = btf_array_of(t)->type;
			if (__builtin_mul_overflow(n, (u64)btf_array_of(t)->nelems, &n))
				return -1;
			continue;
		case BTF_KIND_PTR:
			size = BTF_PTR;
			break;
		case BTF_KIND_INT:
		case BTF_KIND_FLOAT:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
		case BTF_KIND_DATASEC:
			size = t->size;
			break;
		default:
			return -1;
		}
		if (__builtin_mul_overflow(n, size, &n) || n > INT64_MAX)
			return -1;
		return (s64)n;
	}
	return -1;
}

/* left: types that may still be looked at, so that a hostile file ends, too. */
static u32 align(const struct btf *b, u32 id, u32 depth, u32 *left)
{
	const struct btf_type *t = btf_skip(b, id, NULL);
	u32 most = 1;

	if (!t || depth == BTF_CHAIN || !*left)
		return 0;
	--*left;
	switch (btf_kind_of(t)) {
	case BTF_KIND_PTR:
		return BTF_PTR;
	case BTF_KIND_INT:
	case BTF_KIND_FLOAT:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return MIN(t->size, (u32)BTF_PTR);
	case BTF_KIND_ARRAY:
		return align(b, btf_array_of(t)->type, depth + 1, left);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		break;
	default:
		return 0;
	}
	for (u32 i = 0; i < btf_len(t); i++) {
		u32 one = align(b, btf_members(t)[i].type, depth + 1, left);

		if (!one)
			return 0;
		most = MAX(most, one);
		/* What lies where it may not is packed. */
		if (!btf_member_bits(b, t, i) && btf_member_at(t, i) % (one * 8))
			return 1;
	}
	return t->size % most ? 1 : most;
}

u32 btf_align(const struct btf *b, u32 id)
{
	u32 left = 1 << 16;

	return align(b, id, 0, &left);
}
