/* SPDX-License-Identifier: BSD-2-Clause */
/* A value as its type has it: numbers, names of enums, texts in arrays of char, structs
 * in braces; or the same in JSON. */
#include <math.h>

#include "tool/json.h"
#include "tool/load.h"

enum { DEPTH = 16, ELEMENTS = 64, LONGEST = 4 << 20 };

struct shape {
	struct buf *to;
	const struct btf *b;
	bool json;
	size_t end; /* types of no size may nest without end: the text may not be longer */
};

static void put(const struct shape *s, u32 type, struct bytes v, u32 depth);

static u64 number(struct bytes v, u32 n)
{
	u64 x = 0;

	if (v.n >= n)
		memcpy(&x, v.p, n);
	return x;
}

static void put_number(const struct shape *s, u64 x, u32 bits, bool is_signed)
{
	if (is_signed && bits < 64 && x >> (bits - 1) & 1)
		x |= ~(u64)0 << bits;
	if (is_signed)
		buf_printf(s->to, "%lld", (long long)x);
	else
		buf_printf(s->to, "%llu", (unsigned long long)x);
}

/* bits: of a bitfield, 0: all of them. */
static void put_int(const struct shape *s, const struct btf_type *t, u64 x, u32 bits)
{
	u32 info = btf_int(t);

	if (BTF_INT_ENCODING(info) & BTF_INT_BOOL)
		buf_puts(s->to, x ? "true" : "false");
	else
		put_number(s, x, bits ? bits : MIN(t->size * 8, 64u),
			   BTF_INT_ENCODING(info) & BTF_INT_SIGNED);
}

static void put_enum(const struct shape *s, const struct btf_type *t, u64 x, u32 bits)
{
	u64 mask = bits < 64 ? ((u64)1 << bits) - 1 : ~(u64)0;

	for (u32 i = 0; i < btf_len(t); i++)
		if (((u64)btf_enum_value(t, i) & mask) == (x & mask)) {
			const char *name = btf_str(s->b, btf_enum_name(t, i));

			if (s->json)
				json_text(s->to, name, strlen(name));
			else
				buf_puts(s->to, name);
			return;
		}
	put_number(s, x, bits, btf_flag(t));
}

/* Not "unsigned char": bytes of any kind are that. */
static bool is_char(const struct btf *b, u32 type)
{
	const struct btf_type *t = btf_skip(b, type, NULL);

	return t && btf_is(t, BTF_KIND_INT) && t->size == 1 &&
	       !strcmp(btf_name(b, t->name_off), "char");
}

/* Up to its 0, if all before that is text. */
static bool put_text(const struct shape *s, struct bytes v)
{
	size_t n = strnlen((const char *)v.p, v.n);

	for (size_t i = 0; i < n; i++)
		if (v.p[i] < ' ' && v.p[i] != '\n' && v.p[i] != '\t')
			return false;
	json_text(s->to, (const char *)v.p, n);
	return true;
}

static void put_array(const struct shape *s, const struct btf_array *a, struct bytes v, u32 depth)
{
	s64 size = btf_size(s->b, a->type);
	u64 n = size > 0 ? MIN((u64)a->nelems, v.n / (u64)size) : 0;

	if (!a->nelems && size > 0) /* the rest of it */
		n = v.n / (u64)size;
	if (is_char(s->b, a->type) && put_text(s, v))
		return;
	buf_putc(s->to, '[');
	for (u64 i = 0; i < n && (s->json || i < ELEMENTS) && s->to->n <= s->end; i++) {
		if (i)
			buf_puts(s->to, s->json ? "," : " ");
		put(s, a->type, (struct bytes){v.p + i * (u64)size, (u64)size}, depth + 1);
	}
	buf_puts(s->to, !s->json && n > ELEMENTS ? " ...]" : "]");
}

static void put_bits(const struct shape *s, u32 type, struct bytes v, u32 at, u32 bits)
{
	const struct btf_type *t = btf_skip(s->b, type, NULL);
	u64 x = 0;

	for (u32 i = 0; i < bits && bits <= 64; i++)
		if ((at + i) / 8 < v.n)
			x |= (u64)(v.p[(at + i) / 8] >> (at + i) % 8 & 1) << i;
	if (t && btf_is(t, BTF_KIND_INT))
		put_int(s, t, x, bits);
	else if (t && (btf_is(t, BTF_KIND_ENUM) || btf_is(t, BTF_KIND_ENUM64)))
		put_enum(s, t, x, bits);
	else
		put_number(s, x, bits, false);
}

static void put_struct(const struct shape *s, const struct btf_type *t, struct bytes v, u32 depth)
{
	const struct btf_member *m = btf_members(t);
	bool braces = s->json || depth, first = true;

	if (braces)
		buf_putc(s->to, '{');
	for (u32 i = 0; i < btf_len(t) && s->to->n <= s->end; i++) {
		u32 at = btf_member_at(t, i), bits = btf_member_bits(s->b, t, i);
		const char *name = btf_name(s->b, m[i].name_off);

		if (at / 8 > v.n)
			break;
		if (!first)
			buf_puts(s->to, s->json ? "," : " ");
		first = false;
		if (s->json) {
			json_text(s->to, name, strlen(name));
			buf_putc(s->to, ':');
		} else if (*name) {
			buf_printf(s->to, "%s=", name);
		}
		if (bits)
			put_bits(s, m[i].type, v, at, bits);
		else
			put(s, m[i].type, (struct bytes){v.p + at / 8, v.n - at / 8}, depth + 1);
	}
	if (braces)
		buf_putc(s->to, '}');
}

/* The variables of a section. */
static void put_section(const struct shape *s, const struct btf_type *t, struct bytes v, u32 depth)
{
	const struct btf_var_secinfo *var = btf_vars(t);

	if (s->json)
		buf_putc(s->to, '{');
	for (u32 i = 0; i < btf_len(t) && s->to->n <= s->end; i++) {
		const struct btf_type *of = btf_type(s->b, var[i].type);
		const char *name = of ? btf_name(s->b, of->name_off) : "";

		if (!of || !btf_is(of, BTF_KIND_VAR) || var[i].offset > v.n)
			continue;
		if (i)
			buf_puts(s->to, s->json ? "," : " ");
		if (s->json)
			json_text(s->to, name, strlen(name));
		else
			buf_puts(s->to, name);
		buf_putc(s->to, s->json ? ':' : '=');
		put(s, of->type, (struct bytes){v.p + var[i].offset, v.n - var[i].offset},
		    depth + 1);
	}
	if (s->json)
		buf_putc(s->to, '}');
}

static void put_hex(const struct shape *s, struct bytes v)
{
	if (s->json)
		buf_putc(s->to, '"');
	for (u64 i = 0; i < v.n && !s->to->oom; i++)
		buf_printf(s->to, "%02x", v.p[i]);
	if (s->json)
		buf_putc(s->to, '"');
}

static void put_real(const struct shape *s, struct bytes v, u32 size)
{
	double d = 0;
	float f = 0;

	if (size == sizeof(d) && v.n >= size)
		memcpy(&d, v.p, size);
	else if (size == sizeof(f) && v.n >= size)
		memcpy(&f, v.p, size), d = (double)f;
	if (s->json && !isfinite(d))
		buf_puts(s->to, "null");
	else
		buf_printf(s->to, "%.17g", d);
}

static void put(const struct shape *s, u32 type, struct bytes v, u32 depth)
{
	const struct btf_type *t = btf_skip(s->b, type, NULL);
	s64 size = t ? btf_size(s->b, type) : -1;
	bool rest = t && btf_is(t, BTF_KIND_ARRAY) && !btf_array_of(t)->nelems;

	if (s->to->n > s->end)
		return;
	if (size >= 0 && !rest && (u64)size < v.n)
		v.n = (u64)size;
	switch (t && depth < DEPTH ? btf_kind_of(t) : BTF_KIND_UNKN) {
	case BTF_KIND_INT:
		if (t->size <= 8)
			put_int(s, t, number(v, t->size), 0);
		else
			put_hex(s, v);
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		put_enum(s, t, number(v, MIN(t->size, 8u)), MIN(t->size, 8u) * 8);
		break;
	case BTF_KIND_PTR:
		buf_printf(s->to, s->json ? "\"0x%llx\"" : "0x%llx",
			   (unsigned long long)number(v, 8));
		break;
	case BTF_KIND_ARRAY:
		put_array(s, btf_array_of(t), v, depth);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		put_struct(s, t, v, depth);
		break;
	case BTF_KIND_DATASEC:
		put_section(s, t, v, depth);
		break;
	case BTF_KIND_FLOAT:
		put_real(s, v, t->size);
		break;
	default:
		put_hex(s, v);
	}
}

void load_value(struct buf *to, const struct btf *b, u32 type, struct bytes value, bool json)
{
	const struct shape s = {to, b, json, to->n + LONGEST};

	if (b && type)
		put(&s, type, value, 0);
	else
		put_hex(&s, value);
}
