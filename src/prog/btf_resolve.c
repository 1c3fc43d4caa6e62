/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF_BTF_LOAD, second pass: what types refer to. Each type that refers comes to one
 * with a size (`to`, `to_size`), without loops and not too deep.
 *
 * The order in which Linux follows references decides which mistake it finds first,
 * and where a loop through a pointer is none; so it is followed here. A type on the
 * stack is being followed; what a mode calls its end is not followed from there. */
#include "prog/btf_priv.h"

enum { NEW, FOLLOWED, RESOLVED };
enum { LATER = 1 }; /* something else comes first */

/* ---- what kinds are ---- */

static bool only_refers(const struct btf_type *t)
{
	return btf_is(t, BTF_KIND_VAR) || btf_is(t, BTF_KIND_DECL_TAG) ||
	       btf_is(t, BTF_KIND_DATASEC);
}

static bool is_pointer(const struct btf_type *t) { return btf_is(t, BTF_KIND_PTR); }
static bool is_array(const struct btf_type *t) { return btf_is(t, BTF_KIND_ARRAY); }

static bool refers(const struct btf_type *t)
{
	return btf_is_modifier(t) || is_pointer(t) || btf_is_composite(t) || is_array(t) ||
	       btf_is(t, BTF_KIND_FUNC) || only_refers(t);
}

bool btf_no_size(const struct btf_type *t)
{
	switch (t ? btf_kind_of(t) : 0) {
	case 0:
	case BTF_KIND_FWD:
	case BTF_KIND_FUNC:
	case BTF_KIND_FUNC_PROTO:
	case BTF_KIND_DECL_TAG:
		return true;
	default:
		return false;
	}
}

bool btf_regular_int(const struct btf_type *t)
{
	u32 is = btf_int(t), bits = BTF_INT_BITS(is);

	return !BTF_INT_OFFSET(is) &&
	       (bits == 8 || bits == 16 || bits == 32 || bits == 64 || bits == 128);
}

/* ---- what they come to ---- */

static const struct btf *owner(const struct btf *b, u32 id)
{
	while (id < b->first && b->base)
		b = b->base;
	return b;
}

static u32 comes_to(const struct btf *b, u32 id)
{
	b = owner(b, id);
	return b->to[id - b->first];
}

const struct btf_type *btf_sized(const struct btf *b, u32 *id, u32 *size)
{
	const struct btf_type *t = btf_type(b, *id);
	u32 at = *id;

	if (btf_no_size(t))
		return NULL;
	if (btf_is_modifier(t) || btf_is(t, BTF_KIND_VAR)) {
		at = comes_to(b, at);
		t = btf_type(b, at);
		if (btf_no_size(t) || btf_is_modifier(t) || btf_is(t, BTF_KIND_VAR))
			return NULL;
	}
	*id = at;
	if (size && is_array(t))
		*size = owner(b, at)->to_size[at - owner(b, at)->first];
	else if (size)
		*size = is_pointer(t) ? (u32)BTF_PTR : t->size;
	return t;
}

/* ---- the stack ---- */

static bool resolved(const struct btf_check *c, u32 id)
{
	return id < c->b->first || c->state[id - c->b->first] == RESOLVED;
}

static int push(struct btf_check *c, u32 id)
{
	const struct btf_type *t = btf_type(c->b, id);

	if (c->depth == BTF_CHAIN)
		return -E2BIG;
	if (id < c->b->first || c->state[id - c->b->first] != NEW)
		return -EEXIST;
	c->state[id - c->b->first] = FOLLOWED;
	c->stack[c->depth++] = (struct btf_visit){t, id, 0};
	if (c->mode == BTF_ANY && is_pointer(t))
		c->mode = BTF_POINTER;
	else if (c->mode == BTF_ANY && (btf_is_composite(t) || is_array(t)))
		c->mode = BTF_COMPOSITE;
	return 0;
}

static int pop(struct btf_check *c, u32 to, u32 size)
{
	u32 own = c->stack[--c->depth].id - c->b->first;

	c->b->to[own] = to;
	c->b->to_size[own] = size;
	c->state[own] = RESOLVED;
	return 0;
}

static bool is_end(const struct btf_check *c, const struct btf_type *t)
{
	switch (c->mode) {
	case BTF_POINTER:
		return !btf_is_modifier(t) && !is_pointer(t);
	case BTF_COMPOSITE:
		return !btf_is_modifier(t) && !is_array(t) && !btf_is_composite(t);
	case BTF_ANY:
		break;
	}
	return !refers(t);
}

/* 0: it need not be followed from here, LATER: it comes first. */
static int follow(struct btf_check *c, u32 id)
{
	if (is_end(c, btf_type(c->b, id)) || resolved(c, id))
		return 0;
	int err = push(c, id);
	return err ? err : LATER;
}

/* ---- what each kind refers to ---- */

/* The next type, which must be there: NULL when it may not be referred to. */
static const struct btf_type *next_of(const struct btf_check *c, const struct btf_type *t)
{
	const struct btf_type *next = btf_type(c->b, t->type);

	return next && !only_refers(next) ? next : NULL;
}

/* It comes to a type with a size, or to one that needs none behind a pointer. */
static int end_reference(struct btf_check *c, const struct btf_visit *v)
{
	u32 id = v->t->type;

	if (!btf_sized(c->b, &id, NULL)) {
		const struct btf_type *t = btf_type(c->b, id);

		if (refers(t) && resolved(c, id)) {
			id = comes_to(c->b, id);
			t = btf_type(c->b, id);
		}
		if (t && btf_kind_of(t) && !btf_is(t, BTF_KIND_FWD) &&
		    !btf_is(t, BTF_KIND_FUNC_PROTO))
			return btf_say_type(c, v->t, "Invalid type_id");
	}
	return pop(c, id, 0);
}

/* A modifier may have been resolved as far as a pointer, which was an end then. */
static int follow_pointer_behind(struct btf_check *c, u32 id)
{
	if (!btf_is_modifier(btf_type(c->b, id)))
		return 0;
	id = comes_to(c->b, id);
	const struct btf_type *t = btf_type(c->b, id);
	return t && is_pointer(t) ? follow(c, id) : 0;
}

static int resolve_modifier(struct btf_check *c, struct btf_visit *v)
{
	if (!next_of(c, v->t))
		return btf_say_type(c, v->t, "Invalid type_id");
	int err = follow(c, v->t->type);
	return err ? err : end_reference(c, v);
}

static int resolve_pointer(struct btf_check *c, struct btf_visit *v)
{
	if (!next_of(c, v->t))
		return btf_say_type(c, v->t, "Invalid type_id");
	int err = follow(c, v->t->type);
	if (!err)
		err = follow_pointer_behind(c, v->t->type);
	return err ? err : end_reference(c, v);
}

static int resolve_var(struct btf_check *c, struct btf_visit *v)
{
	u32 id = v->t->type;

	if (!next_of(c, v->t))
		return btf_say_type(c, v->t, "Invalid type_id");
	int err = follow(c, id);
	if (!err)
		err = follow_pointer_behind(c, id);
	if (err)
		return err;
	if (!btf_sized(c->b, &id, NULL))
		return btf_say_type(c, v->t, "Invalid type_id");
	return pop(c, id, 0);
}

static bool may_be_element(const struct btf_check *c, u32 id)
{
	const struct btf_type *t = btf_type(c->b, id);

	return !btf_no_size(t) && !only_refers(t);
}

static int resolve_array(struct btf_check *c, struct btf_visit *v)
{
	const struct btf_array *a = btf_array_of(v->t);
	u32 id = a->index_type, size, all;

	if (!may_be_element(c, id))
		return btf_say_type(c, v->t, "Invalid index");
	int err = follow(c, id);
	if (err)
		return err;
	const struct btf_type *t = btf_sized(c->b, &id, NULL);
	if (!t || !btf_is(t, BTF_KIND_INT) || !btf_regular_int(t))
		return btf_say_type(c, v->t, "Invalid index");

	id = a->type;
	if (!may_be_element(c, id))
		return btf_say_type(c, v->t, "Invalid elem");
	err = follow(c, id);
	if (err)
		return err;
	t = btf_sized(c->b, &id, &size);
	if (!t)
		return btf_say_type(c, v->t, "Invalid elem");
	if (btf_is(t, BTF_KIND_INT) && !btf_regular_int(t))
		return btf_say_type(c, v->t, "Invalid array of int");
	if (__builtin_mul_overflow(size, a->nelems, &all))
		return btf_say_type(c, v->t, "Array size overflows U32_MAX");
	return pop(c, id, all);
}

/* ---- members: NULL, or what is wrong ---- */

static const char exceeds[] = "Member exceeds struct_size";

static bool holds(const struct btf_type *s, u32 bits, u32 size)
{
	return bits / 8 <= s->size && s->size - bits / 8 >= size;
}

/* n bits from there, in whole bytes. */
static const char *check_bits(const struct btf_type *s, u32 at, u32 n)
{
	n += at % 8;
	if (n > 128)
		return "nr_copy_bits exceeds 128";
	return holds(s, at, (n + 7) / 8) ? NULL : exceeds;
}

static const char *check_int(const struct btf_type *s, u32 at, const struct btf_type *t)
{
	u32 is = btf_int(t);

	if (__builtin_add_overflow(at, BTF_INT_OFFSET(is), &at))
		return "bits_offset exceeds U32_MAX";
	return check_bits(s, at, BTF_INT_BITS(is));
}

static const char *check_float(const struct btf_type *s, u32 at, const struct btf_type *t)
{
	if (at % (MIN(t->size, (u32)BTF_PTR) * 8))
		return "Member is not properly aligned";
	return (u64)at / 8 + t->size > s->size ? exceeds : NULL;
}

static const char *check_whole(const struct btf_check *c, const struct btf_type *s, u32 at, u32 id,
			       const struct btf_type *t)
{
	u32 size = 0;

	if (btf_is(t, BTF_KIND_INT))
		return check_int(s, at, t);
	if (btf_is(t, BTF_KIND_FLOAT))
		return check_float(s, at, t);
	if (at % 8)
		return "Member is not byte aligned";
	btf_sized(c->b, &id, &size);
	return holds(s, at, size) ? NULL : exceeds;
}

static const char *check_int_field(const struct btf_type *s, u32 at, u32 bits,
				   const struct btf_type *t)
{
	u32 all = BTF_INT_BITS(btf_int(t));

	if (!btf_regular_int(t))
		return "Invalid member base type";
	if (!bits && at % 8)
		return "Invalid member offset";
	if (bits > all)
		return "Invalid member bitfield_size";
	return check_bits(s, at, bits ? bits : all);
}

/* An enum is an int here, whatever its size. */
static const char *check_enum_field(const struct btf_type *s, u32 at, u32 bits)
{
	if (!bits && at % 8)
		return "Member is not byte aligned";
	if (bits > 32)
		return "Invalid member bitfield_size";
	at += bits ? bits : 32;
	return s->size < at / 8 + !!(at % 8) ? exceeds : NULL;
}

static const char *check_field(const struct btf_check *c, const struct btf_type *s, u32 offset,
			       u32 id, const struct btf_type *t)
{
	u32 at = BTF_MEMBER_BIT_OFFSET(offset), bits = BTF_MEMBER_BITFIELD_SIZE(offset);

	if (btf_is(t, BTF_KIND_INT))
		return check_int_field(s, at, bits, t);
	if (btf_is(t, BTF_KIND_ENUM) || btf_is(t, BTF_KIND_ENUM64))
		return check_enum_field(s, at, bits);
	return bits ? "Invalid member bitfield_size" : check_whole(c, s, at, id, t);
}

static int check_member(struct btf_check *c, const struct btf_type *s, const struct btf_member *m)
{
	struct btf_member is = *m;
	const struct btf_type *t = btf_type(c->b, m->type);
	const char *wrong;

	if (btf_is_modifier(t))
		t = btf_sized(c->b, &is.type, NULL);
	if (!t)
		wrong = "Invalid member";
	else if (btf_flag(s))
		wrong = check_field(c, s, is.offset, is.type, t);
	else
		wrong = check_whole(c, s, is.offset, is.type, t);
	return wrong ? btf_say_member(c, s, &is, wrong) : 0;
}

static int resolve_composite(struct btf_check *c, struct btf_visit *v)
{
	const struct btf_member *m = btf_members(v->t);

	if (v->next) {
		int err = check_member(c, v->t, &m[v->next - 1]);
		if (err)
			return err;
	}
	for (u32 i = v->next; i < btf_len(v->t); i++) {
		if (!may_be_element(c, m[i].type))
			return btf_say_member(c, v->t, &m[i], "Invalid member");
		v->next = i + 1;
		int err = follow(c, m[i].type);
		if (!err)
			err = check_member(c, v->t, &m[i]);
		if (err)
			return err;
	}
	return pop(c, 0, 0);
}

static int resolve_section(struct btf_check *c, struct btf_visit *v)
{
	const struct btf_var_secinfo *var = btf_vars(v->t);

	c->mode = BTF_ANY;
	for (u32 i = v->next; i < btf_len(v->t); i++) {
		const struct btf_type *t = btf_type(c->b, var[i].type);
		u32 id, size;

		if (!t || !btf_is(t, BTF_KIND_VAR))
			return btf_say_var(c, v->t, &var[i], "Not a VAR kind member");
		v->next = i + 1;
		int err = follow(c, var[i].type);
		if (err)
			return err;
		id = t->type;
		if (!btf_sized(c->b, &id, &size))
			return btf_say_var(c, v->t, &var[i], "Invalid type");
		if (var[i].size < size)
			return btf_say_var(c, v->t, &var[i], "Invalid size");
	}
	return pop(c, 0, 0);
}

static int say_arg(struct btf_check *c, const struct btf_type *t, u32 i)
{
	char why[32];

	snprintf(why, sizeof(why), "Invalid arg#%u", i + 1);
	return btf_say_type(c, t, why);
}

static int resolve_func(struct btf_check *c, struct btf_visit *v)
{
	const struct btf_type *proto = btf_type(c->b, v->t->type);

	if (!proto || !btf_is(proto, BTF_KIND_FUNC_PROTO))
		return btf_say_type(c, v->t, "Invalid type_id");
	const struct btf_param *p = btf_params(proto);
	for (u32 i = 0; i < btf_len(proto); i++)
		if (!p[i].name_off && p[i].type)
			return say_arg(c, v->t, i);
	return pop(c, v->t->type, 0);
}

static int resolve_decl_tag(struct btf_check *c, struct btf_visit *v)
{
	const struct btf_type *t = btf_type(c->b, v->t->type);
	s32 index = ((const struct btf_decl_tag *)(v->t + 1))->component_idx;

	if (!t || !(btf_is_composite(t) || btf_is(t, BTF_KIND_FUNC) || btf_is(t, BTF_KIND_VAR) ||
		    btf_is(t, BTF_KIND_TYPEDEF)))
		return btf_say_type(c, v->t, "Invalid type_id");
	int err = follow(c, v->t->type);
	if (err)
		return err;
	if (index != -1 && btf_is(t, BTF_KIND_FUNC))
		t = btf_type(c->b, t->type);
	if (index != -1 &&
	    (btf_is(t, BTF_KIND_VAR) || btf_is(t, BTF_KIND_TYPEDEF) || (u32)index >= btf_len(t)))
		return btf_say_type(c, v->t, "Invalid component_idx");
	return pop(c, v->t->type, 0);
}

static int resolve_one(struct btf_check *c, struct btf_visit *v)
{
	switch (btf_kind_of(v->t)) {
	case BTF_KIND_PTR:
		return resolve_pointer(c, v);
	case BTF_KIND_ARRAY:
		return resolve_array(c, v);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return resolve_composite(c, v);
	case BTF_KIND_FUNC:
		return resolve_func(c, v);
	case BTF_KIND_VAR:
		return resolve_var(c, v);
	case BTF_KIND_DATASEC:
		return resolve_section(c, v);
	case BTF_KIND_DECL_TAG:
		return resolve_decl_tag(c, v);
	default:
		return resolve_modifier(c, v);
	}
}

/* What Linux asks again when all is done. */
static bool makes_sense(const struct btf_check *c, u32 id)
{
	const struct btf_type *t = btf_type(c->b, id);
	u32 own = id - c->b->first, to = c->b->to[own], elem;

	if (btf_is_composite(t) || btf_is(t, BTF_KIND_DATASEC))
		return !to && !c->b->to_size[own];
	if (btf_is(t, BTF_KIND_DECL_TAG) || btf_is(t, BTF_KIND_FUNC))
		return to && !c->b->to_size[own];
	if (is_array(t)) {
		elem = btf_array_of(t)->type;
		t = btf_sized(c->b, &elem, NULL);
		return t && !btf_is_modifier(t);
	}
	t = btf_type(c->b, to);
	return t && !btf_is_modifier(t) && !btf_is(t, BTF_KIND_VAR) && !btf_is(t, BTF_KIND_DATASEC);
}

static int resolve(struct btf_check *c, u32 id)
{
	const struct btf_type *t = btf_type(c->b, id);
	u32 saved = c->id;

	c->mode = BTF_ANY;
	int err = push(c, id);
	while (c->depth && (!err || err == LATER)) {
		struct btf_visit *v = &c->stack[c->depth - 1];

		c->id = v->id;
		err = resolve_one(c, v);
	}
	c->id = id;
	if (err == -E2BIG)
		btf_say_type(c, t, "Exceeded max resolving depth:32");
	else if (err == -EEXIST)
		btf_say_type(c, t, "Loop detected");
	else if (!err && !makes_sense(c, id))
		err = btf_say_type(c, t, "Invalid resolve state");
	c->id = saved;
	return err;
}

/* ---- function prototypes, which nothing resolves ---- */

/* 0, EINVAL that has not been said, or what else was wrong and said. */
static int resolve_value(struct btf_check *c, u32 id, bool *said)
{
	const struct btf_type *t = btf_type(c->b, id);

	*said = false;
	if (!t || only_refers(t))
		return -EINVAL;
	if (refers(t) && !resolved(c, id)) {
		int err = resolve(c, id);

		*said = err;
		if (err)
			return err;
	}
	return btf_sized(c->b, &id, NULL) ? 0 : -EINVAL;
}

static int check_proto(struct btf_check *c, const struct btf_type *t)
{
	const struct btf_param *p = btf_params(t);
	u32 n = btf_len(t);
	bool said;
	int err;

	if (t->type && (err = resolve_value(c, t->type, &said)))
		return said ? err : btf_say_type(c, t, "Invalid return type");
	if (n && !p[n - 1].type) {
		if (p[n - 1].name_off)
			return say_arg(c, t, n - 1);
		n--;
	}
	for (u32 i = 0; i < n; i++) {
		const struct btf_type *is = btf_type(c->b, p[i].type);

		if (!is || only_refers(is) ||
		    (p[i].name_off && !btf_valid_off(c->b, p[i].name_off)) ||
		    (p[i].name_off && !btf_valid_name(c->b, p[i].name_off)))
			return say_arg(c, t, i);
		err = resolve_value(c, p[i].type, &said);
		if (err)
			return said ? err : say_arg(c, t, i);
	}
	return 0;
}

/* ---- all of it ---- */

int btf_resolve(struct btf_check *c)
{
	struct btf *b = c->b;
	u32 own = b->n - b->first + 1;
	int err = 0;

	b->to = calloc(own, sizeof(*b->to));
	b->to_size = calloc(own, sizeof(*b->to_size));
	c->state = calloc(own, 1);
	if (!b->to || !b->to_size || !c->state)
		return -ENOMEM;
	c->resolving = true;
	for (u32 id = b->first; id < b->n && !err; id++) {
		const struct btf_type *t = btf_type(b, id);

		c->id = id;
		if (refers(t) && !resolved(c, id))
			err = resolve(c, id);
		else if (btf_is(t, BTF_KIND_FUNC_PROTO))
			err = check_proto(c, t);
	}
	return err;
}

/* The tags of a type stand before its other modifiers. */
int btf_check_tags(struct btf_check *c)
{
	const struct btf *b = c->b;

	for (u32 i = b->first; i < b->n; i++) {
		const struct btf_type *t = btf_type(b, i);
		bool tags = btf_is(t, BTF_KIND_TYPE_TAG);
		u32 left = BTF_CHAIN, id = i;

		for (; t && btf_is_modifier(t); t = btf_type(b, id)) {
			if (!left--)
				return btf_say(c, "Max chain length or cycle detected"), -ELOOP;
			if (!btf_is(t, BTF_KIND_TYPE_TAG))
				tags = false;
			else if (!tags)
				return btf_say(c, "Type tags don't precede modifiers"), -EINVAL;
			if (id < i) /* from there on it has been looked at */
				break;
			id = t->type;
		}
		if (!t)
			return -EINVAL;
	}
	return 0;
}
