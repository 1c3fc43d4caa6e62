/* SPDX-License-Identifier: BSD-2-Clause */
/* Names in C: types of one name, which BTF allows, become NAME, NAME___2 ... */
#include "prog/btf_c.h"

struct c_names {
	struct {
		const char *name; /* NULL: free */
		u32 count;
	} * v;
	u32 n, cap; /* a power of two */
};

struct c_names *c_names_create(void)
{
	struct c_names *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->cap = 256;
	n->v = calloc(n->cap, sizeof(*n->v));
	if (n->v)
		return n;
	free(n);
	return NULL;
}

void c_names_destroy(struct c_names *n)
{
	if (!n)
		return;
	free(n->v);
	free(n);
}

static u32 place_of(const struct c_names *n, const char *name)
{
	u64 h = 0;

	for (const char *s = name; *s; s++)
		h = hash_add(h, (u8)*s);
	u32 i = (u32)hash_u64(h) & (n->cap - 1);
	while (n->v[i].name && strcmp(n->v[i].name, name) != 0)
		i = (i + 1) & (n->cap - 1);
	return i;
}

static bool grow(struct c_names *n)
{
	struct c_names more = {.cap = n->cap * 2};

	more.v = calloc(more.cap, sizeof(*more.v));
	if (!more.v)
		return false;
	for (u32 i = 0; i < n->cap; i++)
		if (n->v[i].name)
			more.v[place_of(&more, n->v[i].name)] = n->v[i];
	free(n->v);
	n->v = more.v;
	n->cap = more.cap;
	return true;
}

u32 c_names_count(struct c_names *n, const char *name)
{
	if (n->n >= n->cap / 2 && !grow(n))
		return 0;
	u32 i = place_of(n, name);
	n->n += !n->v[i].name;
	n->v[i].name = name;
	return ++n->v[i].count;
}

void c_put_name(struct c_out *c, u32 id)
{
	const struct btf_type *t = btf_type(c->b, id);
	const char *name = btf_name(c->b, t->name_off);
	struct c_type *s = &c->type[id];

	if (!t->name_off)
		return;
	if (!s->named) {
		bool declares =
			btf_is(t, BTF_KIND_FWD) || (btf_is(t, BTF_KIND_ENUM) && !btf_len(t));

		if (!declares)
			s->copy = c_names_count(btf_is(t, BTF_KIND_TYPEDEF) ? c->idents : c->tags,
						name);
		s->named = true;
	}
	buf_puts(c->out, name);
	if (s->copy > 1)
		buf_printf(c->out, "___%u", s->copy);
}
