/* SPDX-License-Identifier: BSD-2-Clause */
/* A value as text by its type, as Linux's bpf_snprintf_btf and its map files show it.
 * What is 0 is left out, unless it is asked for; so is what holds nothing else. */
#include "prog/btf_priv.h"

enum { INDENT = 32, NAME = 80, LEVELS = 64, POINTERS = 10 };

struct show {
	struct buf *out;
	const struct btf *b;
	struct bytes value;
	u64 flags;
	bool dry, found; /* dry: only find out if there is something to show */
	u64 left;        /* values that may still be looked at, so that hostile types end */
	u32 depth, nest; /* brackets; types within types */
	bool in_array;   /* an element, which has no name of its own */
	bool chars, ended;
	const struct btf_member *member;
	u32 type; /* what is shown: an id, with its modifiers */
};

static void show_type(struct show *s, u32 id, u64 at, u32 bit);

/* ---- what stands before a value: ".member = (type)" ---- */

struct label {
	u32 stars, arrays, kinds;
	const char *name;
	const struct btf_type *t;
};

/* Skips all modifiers but a typedef. */
static const struct btf_type *skip_qualifiers(const struct btf *b, u32 id)
{
	const struct btf_type *t = btf_type(b, id);

	for (u32 i = 0; i < BTF_CHAIN && btf_is_modifier(t) && !btf_is(t, BTF_KIND_TYPEDEF); i++)
		t = btf_type(b, t->type);
	return t;
}

static bool find_label(const struct btf *b, u32 id, struct label *l)
{
	l->t = btf_type(b, id);
	for (u32 i = 0; i < POINTERS; i++) {
		switch (btf_kind_of(l->t)) {
		case BTF_KIND_TYPEDEF:
			if (!l->name)
				l->name = btf_name(b, l->t->name_off);
			id = l->t->type;
			break;
		case BTF_KIND_ARRAY:
			l->arrays++;
			id = btf_array_of(l->t)->type;
			break;
		case BTF_KIND_PTR:
			l->stars++;
			id = l->t->type;
			break;
		default:
			id = 0;
		}
		l->kinds |= 1u << btf_kind_of(l->t);
		if (!id) {
			if (!l->name)
				l->name = btf_name(b, l->t->name_off);
			return true;
		}
		l->t = skip_qualifiers(b, id);
	}
	return false;
}

static const char *prefix_of(const struct label *l)
{
	if (l->kinds & 1u << BTF_KIND_TYPEDEF)
		return "";
	switch (btf_kind_of(l->t)) {
	case BTF_KIND_STRUCT:
		return "struct";
	case BTF_KIND_UNION:
		return "union";
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return "enum";
	default:
		return "";
	}
}

static const char *bracket_of(const struct label *l)
{
	if (l->stars)
		return "";
	if (l->arrays)
		return "[";
	return btf_is_composite(l->t) ? "{" : "";
}

/* Cut, as Linux cuts it. */
static void put_label(struct show *s)
{
	static const char stars[] = "**********", arrays[] = "[][][][][][][][][][]";
	const char *member = s->member ? btf_name(s->b, s->member->name_off) : "";
	struct label l = {0};
	char text[NAME];

	if (s->in_array || !find_label(s->b, s->member ? s->member->type : s->type, &l))
		return;
	const char *prefix = prefix_of(&l), *bracket = bracket_of(&l);
	if (s->flags & BTF_F_NONAME)
		snprintf(text, sizeof(text), "%s", bracket);
	else
		snprintf(text, sizeof(text), "%s%s%s(%s%s%s%s%.*s%.*s)%s", *member ? "." : "",
			 member, *member ? " = " : "", prefix, *prefix && *l.name ? " " : "",
			 l.name, l.stars ? " " : "", (int)l.stars, stars, (int)l.arrays * 2, arrays,
			 bracket);
	buf_puts(s->out, text);
}

/* ---- one value ---- */

static void put_indent(struct show *s)
{
	for (u32 i = 0; !(s->flags & BTF_F_COMPACT) && i < MIN(s->depth, (u32)INDENT); i++)
		buf_putc(s->out, ' ');
}

static void put_end(struct show *s)
{
	if (s->depth)
		buf_putc(s->out, ',');
	if (!(s->flags & BTF_F_COMPACT))
		buf_putc(s->out, '\n');
}

static void PRINTF(3, 4) put(struct show *s, bool zero, const char *fmt, ...)
{
	char text[1200];
	va_list ap;

	if (zero && s->depth && !(s->flags & BTF_F_ZERO))
		return;
	s->found = true;
	if (s->dry)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	put_indent(s);
	put_label(s);
	buf_puts(s->out, text);
	put_end(s);
}

/* n bytes of the value as a number; what is not there is 0. */
static u64 number(const struct show *s, u64 at, u32 n)
{
	struct bytes from = bytes_part(s->value, at, n);
	u64 v = 0;

	memcpy(&v, from.p, MIN(from.n, sizeof(v)));
	return v;
}

static void show_wide(struct show *s, unsigned __int128 v)
{
	u64 high = (u64)(v >> 64), low = (u64)v;

	if (high)
		put(s, false, "0x%llx%016llx", (unsigned long long)high, (unsigned long long)low);
	else
		put(s, !low, "0x%llx", (unsigned long long)low);
}

static void show_bits(struct show *s, u64 at, u32 bit, u32 bits)
{
	struct bytes from;
	unsigned __int128 v = 0;

	at += bit / 8;
	bit %= 8;
	from = bytes_part(s->value, at, (bit + bits + 7) / 8);
	memcpy(&v, from.p, MIN(from.n, sizeof(v)));
	if (bits + bit > 128 || !bits)
		return;
	v <<= 128 - bits - bit;
	show_wide(s, v >> (128 - bits));
}

static void show_char(struct show *s, u64 v, bool is_signed)
{
	if (s->chars) {
		if (s->ended)
			return;
		if (!v) {
			s->ended = true;
			return;
		}
		if ((v >= ' ' && v < 127) || v >= 160) {
			put(s, false, "'%c'", (int)v);
			return;
		}
	}
	if (is_signed)
		put(s, !v, "%d", (s8)v);
	else
		put(s, !v, "%u", (u8)v);
}

static void show_int(struct show *s, const struct btf_type *t, u64 at, u32 bit)
{
	u32 is = btf_int(t), bits = BTF_INT_BITS(is);
	bool is_signed = BTF_INT_ENCODING(is) & BTF_INT_SIGNED;
	u64 v = number(s, at, bits / 8);

	if (bit || BTF_INT_OFFSET(is) || !btf_regular_int(t) || bits == 128)
		show_bits(s, at, bit + BTF_INT_OFFSET(is), bits);
	else if (bits == 8)
		show_char(s, v, is_signed);
	else if (!is_signed)
		put(s, !v, "%llu", (unsigned long long)v);
	else
		put(s, !v, "%lld", (long long)(v << (64 - bits)) >> (64 - bits));
}

static void show_enum(struct show *s, const struct btf_type *t, u64 at)
{
	bool wide = btf_is(t, BTF_KIND_ENUM64);
	u64 v = number(s, at, wide ? 8 : 4);
	s64 is = wide || !btf_flag(t) ? (s64)v : (s32)v;

	s->left -= MIN(s->left, (u64)btf_len(t) / 32);
	for (u32 i = 0; i < btf_len(t); i++)
		if (btf_enum_value(t, i) == is) {
			put(s, false, "%s", btf_name(s->b, btf_enum_name(t, i)));
			return;
		}
	put(s, !v, btf_flag(t) ? "%lld" : "%llu", (long long)is);
}

/* A pointer's number is not told, unless it is asked for: then a hash of it. */
static void show_pointer(struct show *s, u64 at)
{
	u64 v = number(s, at, BTF_PTR);

	put(s, !v, "0x%016llx",
	    (unsigned long long)(s->flags & BTF_F_PTR_RAW || !v ? v : (u32)hash_u64(v)));
}

/* ---- what holds others ---- */

static void open_bracket(struct show *s)
{
	if (!s->dry) {
		put_indent(s);
		put_label(s);
		if (!(s->flags & BTF_F_COMPACT))
			buf_putc(s->out, '\n');
	}
	s->depth++;
}

static void close_bracket(struct show *s, char bracket)
{
	s->depth--;
	if (s->dry)
		return;
	put_indent(s);
	buf_putc(s->out, bracket);
	put_end(s);
}

static void show_members(struct show *s, const struct btf_type *t, u64 at)
{
	open_bracket(s);
	for (u32 i = 0; i < btf_len(t) && s->left; i++) {
		u32 off = btf_member_at(t, i);
		u32 bits = btf_flag(t) ? BTF_MEMBER_BITFIELD_SIZE(btf_members(t)[i].offset) : 0;

		s->member = &btf_members(t)[i];
		if (bits)
			show_bits(s, at + off / 8, off % 8, bits);
		else
			show_type(s, s->member->type, at + off / 8, off % 8);
	}
	s->member = NULL;
	close_bracket(s, '}');
}

static void show_elements(struct show *s, const struct btf_type *t, u64 at)
{
	const struct btf_array *a = btf_array_of(t);
	const struct btf_type *of = btf_skip(s->b, a->type, NULL);
	s64 size = btf_size(s->b, a->type);

	open_bracket(s);
	s->chars = of && btf_is(of, BTF_KIND_INT) && of->size == 1;
	s->ended = false;
	for (u32 i = 0; i < a->nelems && !s->ended && s->left; i++) {
		s->in_array = true;
		s->member = NULL;
		show_type(s, a->type, at, 0);
		s->in_array = false;
		at += size > 0 ? (u64)size : 0;
	}
	s->chars = s->ended = false;
	close_bracket(s, ']');
}

static void show_parts(struct show *s, const struct btf_type *t, u64 at)
{
	if (btf_is(t, BTF_KIND_ARRAY))
		show_elements(s, t, at);
	else
		show_members(s, t, at);
}

/* What the first, dry pass leaves in in_array shows in Linux's text, too. */
static void show_aggregate(struct show *s, const struct btf_type *t, u64 at)
{
	if (s->depth && !s->dry && !(s->flags & BTF_F_ZERO)) {
		struct show pass = *s;

		pass.dry = true;
		pass.found = false;
		show_parts(&pass, t, at);
		s->left = pass.left;
		s->in_array = pass.in_array;
		if (!pass.found)
			return;
	}
	show_parts(s, t, at);
}

static void show_section(struct show *s, const struct btf_type *t, u64 at)
{
	if (!s->dry)
		buf_printf(s->out, "section (\"%s\") = {", btf_name(s->b, t->name_off));
	for (u32 i = 0; i < btf_len(t) && s->left; i++) {
		const struct btf_var_secinfo *v = &btf_vars(t)[i];

		if (i)
			buf_putc(s->out, ',');
		show_type(s, v->type, at + v->offset, 0);
	}
}

static void show_type(struct show *s, u32 id, u64 at, u32 bit)
{
	const struct btf_type *t = btf_skip(s->b, id, NULL);

	if (!s->left)
		return;
	s->left--;
	if (!t || s->nest == LEVELS)
		return;
	s->nest++;
	s->type = id;
	switch (btf_kind_of(t)) {
	case BTF_KIND_INT:
		show_int(s, t, at, bit);
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		show_enum(s, t, at);
		break;
	case BTF_KIND_PTR:
		show_pointer(s, at);
		break;
	case BTF_KIND_VAR:
		show_type(s, t->type, at, bit);
		break;
	case BTF_KIND_ARRAY:
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		show_aggregate(s, t, at);
		break;
	case BTF_KIND_DATASEC:
		show_section(s, t, at);
		break;
	default:
		if (!s->dry)
			buf_printf(s->out, "<unsupported kind:%u>", btf_kind_of(t));
	}
	s->nest--;
}

void btf_put_value(struct buf *out, const struct btf *b, u32 id, struct bytes value, u64 flags)
{
	struct show s = {
		.out = out, .b = b, .value = value, .flags = flags, .left = 64 * (value.n + 64)};

	show_type(&s, id, 0, 0);
}
