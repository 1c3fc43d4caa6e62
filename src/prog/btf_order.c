/* SPDX-License-Identifier: BSD-2-Clause */
/* The order of C definitions: each behind those that it embeds. A struct behind a
 * pointer only needs a declaration, so it ends the way there. */
#include "prog/btf_c.h"

/* WEAK: a declaration will do; STRONG: the definition has been queued. */
enum { WEAK, STRONG };

static u32 order(struct c_out *c, u32 id, bool pointer);

static void queue(struct c_out *c, u32 id)
{
	if (c->queued < c->b->n)
		c->queue[c->queued++] = id;
	else
		c_fail(c, id, "it is defined twice");
}

static u32 order_composite(struct c_out *c, u32 id, const struct btf_type *t, bool pointer)
{
	struct c_type *s = &c->type[id];

	if (pointer && t->name_off)
		return WEAK;
	s->order = C_BEGUN;
	for (u32 i = 0; i < btf_len(t) && !c->why; i++)
		order(c, btf_members(t)[i].type, false);
	if (t->name_off)
		queue(c, id);
	s->order = C_DONE;
	return STRONG;
}

static u32 order_proto(struct c_out *c, const struct btf_type *t, bool pointer)
{
	u32 strong = order(c, t->type, pointer);

	for (u32 i = 0; i < btf_len(t) && !c->why; i++)
		strong |= order(c, btf_params(t)[i].type, pointer);
	return strong;
}

static u32 order_new(struct c_out *c, u32 id, const struct btf_type *t, bool pointer)
{
	struct c_type *s = &c->type[id];
	u32 strong;

	switch (btf_kind_of(t)) {
	case BTF_KIND_PTR:
		strong = order(c, t->type, true);
		s->order = C_DONE;
		return strong;
	case BTF_KIND_ARRAY:
		return order(c, btf_array_of(t)->type, false);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return order_composite(c, id, t, pointer);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_FWD:
		/* One without a name that is used stands where it is used. */
		if (t->name_off || !s->referenced)
			queue(c, id);
		s->order = C_DONE;
		return STRONG;
	case BTF_KIND_TYPEDEF:
		strong = order(c, t->type, pointer);
		if (c->why || (pointer && !strong))
			return WEAK;
		queue(c, id);
		s->order = C_DONE;
		return STRONG;
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		return order(c, t->type, pointer);
	case BTF_KIND_FUNC_PROTO:
		return order_proto(c, t, pointer);
	default:
		s->order = C_DONE;
		return WEAK;
	}
}

static u32 order(struct c_out *c, u32 id, bool pointer)
{
	const struct btf_type *t = btf_type(c->b, id);
	struct c_type *s = &c->type[id];

	if (s->order == C_DONE)
		return STRONG;
	if (s->order == C_BEGUN) {
		if (!btf_is_composite(t) || !pointer || !t->name_off)
			c_fail(c, id, "it contains itself");
		return WEAK;
	}
	if (!c_enter(c, id))
		return WEAK;
	u32 strong = order_new(c, id, t, pointer);
	c_leave(c);
	return strong;
}

void c_order(struct c_out *c, u32 id) { order(c, id, false); }
