/* SPDX-License-Identifier: BSD-2-Clause */
/* What a relocation asks for, read from its access string: "0:1:2" is member 2 of
 * member 1 of the first of such types. */
#include "prog/core_priv.h"

/* clang-format off */
static const struct {
	const char *name;
	char of; /* a field, a type, an enumerator */
} kinds[CORE_KINDS] = {
	[BPF_CORE_FIELD_BYTE_OFFSET] = {"byte_off", 'f'},
	[BPF_CORE_FIELD_BYTE_SIZE] = {"byte_sz", 'f'},
	[BPF_CORE_FIELD_EXISTS] = {"field_exists", 'f'},
	[BPF_CORE_FIELD_SIGNED] = {"signed", 'f'},
	[BPF_CORE_FIELD_LSHIFT_U64] = {"lshift_u64", 'f'},
	[BPF_CORE_FIELD_RSHIFT_U64] = {"rshift_u64", 'f'},
	[BPF_CORE_TYPE_ID_LOCAL] = {"local_type_id", 't'},
	[BPF_CORE_TYPE_ID_TARGET] = {"target_type_id", 't'},
	[BPF_CORE_TYPE_EXISTS] = {"type_exists", 't'},
	[BPF_CORE_TYPE_SIZE] = {"type_size", 't'},
	[BPF_CORE_ENUMVAL_EXISTS] = {"enumval_exists", 'e'},
	[BPF_CORE_ENUMVAL_VALUE] = {"enumval_value", 'e'},
	[BPF_CORE_TYPE_MATCHES] = {"type_matches", 't'},
};
/* clang-format on */

bool core_of_field(u32 kind) { return kind < CORE_KINDS && kinds[kind].of == 'f'; }
bool core_of_type(u32 kind) { return kind < CORE_KINDS && kinds[kind].of == 't'; }
bool core_of_enum(u32 kind) { return kind < CORE_KINDS && kinds[kind].of == 'e'; }
const char *core_kind_name(u32 kind) { return kind < CORE_KINDS ? kinds[kind].name : "unknown"; }

int core_wrong(struct core_job *j, const char *why)
{
	j->why = why;
	return CORE_WRONG;
}

bool core_step(struct core_job *j)
{
	if (j->left) {
		j->left--;
		return true;
	}
	j->why = "types in types go on without an end";
	return false;
}

bool core_move(struct core_spec *s, u64 n, s64 bytes)
{
	u64 bits;

	if (__builtin_mul_overflow(n * 8, (u64)bytes, &bits) || bits > UINT32_MAX - s->bits)
		return false;
	s->bits += (u32)bits;
	return true;
}

bool core_flexible(const struct core_spec *s, const struct btf_array *a)
{
	const struct core_step *last = s->steps ? &s->step[s->steps - 1] : NULL;

	return last && last->name && !a->nelems &&
	       last->at + 1 == btf_len(btf_type(s->btf, last->type));
}

/* ---- the access string ---- */

/* numbers = number { ":" number } */
static const char *read_way(const char *text, struct core_spec *s)
{
	do {
		u64 n = 0;

		if (*text < '0' || *text > '9')
			return "the access string holds something that is no number";
		for (; *text >= '0' && *text <= '9'; text++) {
			n = n * 10 + (u64)(*text - '0');
			if (n > INT32_MAX)
				return "the access string holds a number that is too large";
		}
		if (s->ways == CORE_STEPS)
			return "the access string has more than 64 numbers";
		s->way[s->ways++] = (u32)n;
	} while (*text++ == ':');
	return text[-1] ? "the access string holds something that is no number" : NULL;
}

static void add_step(struct core_spec *s, u32 type, u32 at, const char *name)
{
	s->step[s->steps++] = (struct core_step){type, at, name};
}

static const char *enter_member(struct core_spec *s, const struct btf_type *t, u32 at, u32 *id)
{
	if (at >= btf_len(t))
		return "there is no such member";
	const struct btf_member *m = &btf_members(t)[at];
	u64 bits = (u64)s->bits + btf_member_at(t, at);
	if (bits > UINT32_MAX)
		return "it lies too far";
	s->bits = (u32)bits;
	if (m->name_off)
		add_step(s, *id, at, btf_name(s->btf, m->name_off));
	*id = m->type;
	return NULL;
}

static const char *enter_element(struct core_spec *s, const struct btf_type *t, u32 at, u32 *id)
{
	const struct btf_array *a = btf_array_of(t);

	if (!btf_skip(s->btf, a->type, id))
		return "there is no type of the elements";
	if (at >= a->nelems && !core_flexible(s, a))
		return "there is no such element";
	s64 size = btf_size(s->btf, *id);
	if (size < 0)
		return "the elements have no size";
	add_step(s, *id, at, NULL);
	return core_move(s, at, size) ? NULL : "it lies too far";
}

static const char *follow_way(struct core_spec *s, u32 id)
{
	s64 size = btf_size(s->btf, id);

	if (size < 0)
		return "the type has no size";
	if (!core_move(s, s->way[0], size))
		return "it lies too far";
	for (u32 i = 1; i < s->ways; i++) {
		const struct btf_type *t = btf_skip(s->btf, id, &id);
		const char *why = "it has neither members nor elements";

		if (t && btf_is_composite(t))
			why = enter_member(s, t, s->way[i], &id);
		else if (t && btf_is(t, BTF_KIND_ARRAY))
			why = enter_element(s, t, s->way[i], &id);
		if (why)
			return why;
	}
	return NULL;
}

static const char *find_enumerator(struct core_spec *s, const struct btf_type *t, u32 id)
{
	if (!btf_is(t, BTF_KIND_ENUM) && !btf_is(t, BTF_KIND_ENUM64))
		return "the type is no enum";
	if (s->ways != 1 || s->way[0] >= btf_len(t))
		return "there is no such enumerator";
	add_step(s, id, s->way[0], btf_name(s->btf, btf_enum_name(t, s->way[0])));
	return NULL;
}

const char *core_parse(const struct btf *b, const struct bpf_core_relo *r, struct core_spec *s)
{
	const char *text = btf_str(b, r->access_str_off);
	u32 id = r->type_id;

	s->btf = b;
	s->root = id;
	s->kind = r->kind;
	s->steps = s->ways = s->bits = 0;
	if (!text || !btf_type(b, id))
		return "there is no such type or string";
	if (core_of_type(r->kind))
		return strcmp(text, "0") != 0 ? "the access string of a type is not \"0\"" : NULL;
	const char *why = read_way(text, s);
	if (why)
		return why;
	const struct btf_type *t = btf_skip(b, id, &id);
	if (!t)
		return "there is no such type";
	if (core_of_enum(r->kind))
		return find_enumerator(s, t, id);
	add_step(s, id, s->way[0], NULL);
	return core_of_field(r->kind) ? follow_way(s, id) : "no such kind of relocation is known";
}

/* ---- as text ---- */

static void put_enumerator(struct buf *out, const struct core_spec *s)
{
	const struct btf_type *t = btf_skip(s->btf, s->root, NULL);
	u32 at = s->way[0];

	buf_printf(out, btf_flag(t) ? "::%s = %lld" : "::%s = %llu",
		   btf_name(s->btf, btf_enum_name(t, at)), (long long)btf_enum_value(t, at));
}

static void put_field(struct buf *out, const struct core_spec *s)
{
	for (u32 i = 0; i < s->steps; i++)
		if (s->step[i].name)
			buf_printf(out, ".%s", s->step[i].name);
		else if (i || s->step[i].at)
			buf_printf(out, "[%u]", s->step[i].at);
	buf_puts(out, " (");
	for (u32 i = 0; i < s->ways; i++)
		buf_printf(out, i ? ":%u" : "%u", s->way[i]);
	buf_printf(out, s->bits % 8 ? " @ offset %u.%u)" : " @ offset %u)", s->bits / 8,
		   s->bits % 8);
}

void core_put_spec(struct buf *out, const struct core_spec *s)
{
	const struct btf_type *t = btf_type(s->btf, s->root);
	const char *name = btf_name(s->btf, t->name_off);

	buf_printf(out, "<%s> [%u] ", core_kind_name(s->kind), s->root);
	for (const char *c = btf_kind_of(t) ? btf_kind_name(btf_kind_of(t)) : "void"; *c; c++)
		buf_putc(out, *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c);
	buf_printf(out, " %s", *name ? name : "<anon>");
	if (core_of_enum(s->kind) && s->ways)
		put_enumerator(out, s);
	else if (core_of_field(s->kind))
		put_field(out, s);
}

void core_put(struct buf *out, const struct btf *local, const struct bpf_core_relo *r)
{
	struct core_spec s;

	if (btf_type(local, r->type_id) && !core_parse(local, r, &s))
		core_put_spec(out, &s);
	else
		buf_printf(out, "<%s> [%u] (%s)", core_kind_name(r->kind), r->type_id,
			   btf_name(local, r->access_str_off));
}
