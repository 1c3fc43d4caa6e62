/* SPDX-License-Identifier: BSD-2-Clause */
/* Are two types, of two BTFs, the same for CO-RE? In the loose sense of "it exists" and
 * the strict one of "it matches". Names are compared without their flavours. */
#include "prog/core_priv.h"

static bool is_enum(const struct btf_type *t)
{
	return btf_is(t, BTF_KIND_ENUM) || btf_is(t, BTF_KIND_ENUM64);
}

bool core_like_kinds(const struct btf_type *a, const struct btf_type *b)
{
	return btf_kind_of(a) == btf_kind_of(b) || (is_enum(a) && is_enum(b));
}

bool core_like_names(const struct btf *a, u32 name, const struct btf *b, u32 other)
{
	const char *x = btf_name(a, name), *y = btf_name(b, other);
	size_t n = btf_essential(x);

	return n == btf_essential(y) && !strncmp(x, y, n);
}

/* A pair of types that is looked at. */
struct pair {
	struct core_job *job;
	const struct btf *a, *b;
	u32 id, other;
	const struct btf_type *t, *u; /* behind modifiers */
	u32 depth;                    /* of calls */
};

static bool skip(struct pair *p)
{
	if (!core_step(p->job))
		return false;
	p->t = btf_skip(p->a, p->id, &p->id);
	p->u = btf_skip(p->b, p->other, &p->other);
	if (p->t && p->u)
		return true;
	p->job->why = "modifiers of a type go on without an end";
	return false;
}

typedef int answer_fn(struct pair p);

/* Parameter by parameter; the result is left to the caller. */
static int each_param(const struct pair *p, answer_fn *fn)
{
	const struct btf_param *a = btf_params(p->t), *b = btf_params(p->u);
	struct pair inner = *p;
	int ok = CORE_YES;

	if (btf_len(p->t) != btf_len(p->u))
		return CORE_NO;
	inner.depth++;
	for (u32 i = 0; i < btf_len(p->t) && ok == CORE_YES; i++) {
		inner.id = a[i].type;
		inner.other = b[i].type;
		ok = fn(inner);
	}
	return ok;
}

/* Goes on to what a pointer, an array or a function refers to. */
static void go_on(struct pair *p)
{
	bool array = btf_is(p->t, BTF_KIND_ARRAY);

	p->id = array ? btf_array_of(p->t)->type : p->t->type;
	p->other = array ? btf_array_of(p->u)->type : p->u->type;
}

/* ---- the loose sense ---- */

static int compatible(struct pair p)
{
	if (p.depth == CORE_DEPTH)
		return core_wrong(p.job, "functions take functions, too deep");
	for (u32 i = 0; i < CORE_DEPTH; i++) {
		int ok;

		if (!skip(&p))
			return CORE_WRONG;
		if (!core_like_kinds(p.t, p.u))
			return CORE_NO;
		switch (btf_kind_of(p.t)) {
		case BTF_KIND_UNKN:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
		case BTF_KIND_FWD:
			return CORE_YES;
		case BTF_KIND_INT:
			return !BTF_INT_OFFSET(btf_int(p.t)) && !BTF_INT_OFFSET(btf_int(p.u));
		case BTF_KIND_PTR:
		case BTF_KIND_ARRAY:
			break;
		case BTF_KIND_FUNC_PROTO:
			ok = each_param(&p, compatible);
			if (ok != CORE_YES)
				return ok;
			break;
		default:
			return CORE_NO;
		}
		go_on(&p);
	}
	return core_wrong(p.job, "types in types, too deep");
}

int core_compatible(struct core_job *j, const struct btf *a, u32 id, const struct btf *b, u32 other)
{
	if (!core_like_kinds(btf_type(a, id), btf_type(b, other)))
		return CORE_NO;
	return compatible((struct pair){.job = j, .a = a, .b = b, .id = id, .other = other});
}

/* ---- the strict sense ---- */

static int same(struct pair p);
static int same_behind(struct pair p);

static int same_enums(const struct pair *p)
{
	if (!is_enum(p->u) || p->t->size != p->u->size || btf_len(p->t) > btf_len(p->u))
		return CORE_NO;
	for (u32 i = 0; i < btf_len(p->t); i++) {
		u32 k = 0;

		while (k < btf_len(p->u) &&
		       !core_like_names(p->a, btf_enum_name(p->t, i), p->b, btf_enum_name(p->u, k)))
			k++;
		if (k == btf_len(p->u))
			return CORE_NO;
		if (!core_step(p->job))
			return CORE_WRONG;
	}
	return CORE_YES;
}

/* Is there a member of that name and type in the other? */
static int has_member(const struct pair *p, const struct btf_member *m)
{
	const struct btf_member *n = btf_members(p->u);
	struct pair inner = *p;
	int ok = CORE_NO;

	inner.depth++;
	for (u32 i = 0; i < btf_len(p->u) && ok == CORE_NO; i++) {
		if (!core_step(p->job))
			return CORE_WRONG;
		if (!core_like_names(p->a, m->name_off, p->b, n[i].name_off))
			continue;
		inner.id = m->type;
		inner.other = n[i].type;
		ok = same(inner);
	}
	return ok;
}

static int same_members(const struct pair *p)
{
	int ok = CORE_YES;

	if (btf_kind_of(p->t) != btf_kind_of(p->u) || btf_len(p->t) > btf_len(p->u))
		return CORE_NO;
	for (u32 i = 0; i < btf_len(p->t) && ok == CORE_YES; i++)
		ok = has_member(p, &btf_members(p->t)[i]);
	return ok;
}

static int same_ints(const struct pair *p)
{
	u32 a = BTF_INT_ENCODING(btf_int(p->t)), b = BTF_INT_ENCODING(btf_int(p->u));

	return p->t->size == p->u->size && !((a ^ b) & BTF_INT_SIGNED);
}

/* Behind a pointer a struct may be declared only. */
static int same_declared(const struct pair *p)
{
	const struct btf_type *t = p->t, *u = p->u;

	if (btf_is(t, BTF_KIND_FWD) && btf_is(u, BTF_KIND_FWD))
		return btf_flag(t) == btf_flag(u);
	if (btf_is(t, BTF_KIND_FWD))
		return btf_is_composite(u) && btf_is(u, BTF_KIND_UNION) == btf_flag(t);
	if (btf_is(u, BTF_KIND_FWD))
		return btf_is(t, BTF_KIND_UNION) == btf_flag(u);
	return btf_kind_of(t) == btf_kind_of(u);
}

static int look(struct pair p, bool behind)
{
	if (p.depth == CORE_DEPTH)
		return core_wrong(p.job, "types in types, too deep");
	for (u32 i = 0; i < CORE_DEPTH; i++) {
		u32 kind;
		int ok;

		if (!skip(&p))
			return CORE_WRONG;
		if (!core_like_names(p.a, p.t->name_off, p.b, p.u->name_off))
			return CORE_NO;
		kind = btf_kind_of(p.t);
		if (is_enum(p.t))
			return same_enums(&p);
		if (btf_is_composite(p.t) || kind == BTF_KIND_FWD) {
			if (behind)
				return same_declared(&p);
			if (kind != BTF_KIND_FWD)
				return same_members(&p);
			return btf_is(p.u, kind) && btf_flag(p.t) == btf_flag(p.u);
		}
		if (kind != btf_kind_of(p.u))
			return CORE_NO;
		switch (kind) {
		case BTF_KIND_UNKN:
			return CORE_YES;
		case BTF_KIND_INT:
			return same_ints(&p);
		case BTF_KIND_PTR:
			behind = true;
			break;
		case BTF_KIND_ARRAY:
			if (btf_array_of(p.t)->nelems != btf_array_of(p.u)->nelems)
				return CORE_NO;
			break;
		case BTF_KIND_FUNC_PROTO:
			ok = each_param(&p, behind ? same_behind : same);
			if (ok != CORE_YES)
				return ok;
			break;
		default:
			return CORE_NO;
		}
		go_on(&p);
	}
	return core_wrong(p.job, "types in types, too deep");
}

static int same(struct pair p) { return look(p, false); }
static int same_behind(struct pair p) { return look(p, true); }

int core_same(struct core_job *j, const struct btf *a, u32 id, const struct btf *b, u32 other)
{
	return same((struct pair){.job = j, .a = a, .b = b, .id = id, .other = other});
}
