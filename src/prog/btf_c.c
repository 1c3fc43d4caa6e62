/* SPDX-License-Identifier: BSD-2-Clause */
/* Types as a C header. A declaration is written from the type that stands at its left
 * end, back through pointers, arrays and functions, to the name. */
#include "prog/btf_c.h"

/* The way from a declared type to its left end; the next one is the last. */
struct chain {
	u32 id[C_DEPTH], n;
};

static void put_decl(struct c_out *c, u32 id, const char *name, u32 level);
static void put_chain(struct c_out *c, struct chain *d, const char *name, u32 level);

static void put_tabs(struct c_out *c, u32 n)
{
	for (u32 i = 0; i < n; i++)
		buf_putc(c->out, '\t');
}

/* ---- structs and unions ---- */

static void put_struct_head(struct c_out *c, u32 id)
{
	const struct btf_type *t = btf_type(c->b, id);

	buf_puts(c->out, btf_is(t, BTF_KIND_STRUCT) ? "struct" : "union");
	if (t->name_off)
		buf_putc(c->out, ' ');
	c_put_name(c, id);
}

static u64 round_up(u64 n, u64 to) { return (n + to - 1) / to * to; }

enum { GAP_MAX = 8 * 4096 }; /* bits that are filled word by word */

static void put_gap(struct c_out *c, u64 at, u64 to, u32 level)
{
	buf_putc(c->out, '\n');
	put_tabs(c, level);
	buf_printf(c->out, "char __gap_%llu[%llu];", (unsigned long long)at / 8,
		   (unsigned long long)(to - at) / 8);
}

static const struct {
	const char *name;
	u32 bits;
} pads[] = {{"long", 64}, {"int", 32}, {"short", 16}, {"char", 8}};

static void put_pad(struct c_out *c, const char *type, u64 bits, u32 level)
{
	buf_putc(c->out, '\n');
	put_tabs(c, level);
	buf_printf(c->out, "%s: %llu;", type, (unsigned long long)bits);
}

/* Nameless bitfields from bit `at` to `to`, where the next member lies; align: what
 * the compiler does for that anyway. */
static void put_padding(struct c_out *c, u64 at, u64 to, u32 align, bool in_bitfield, u32 level)
{
	u32 i = 0;

	if (at < to && to - at > GAP_MAX) {
		put_gap(c, round_up(at, 8), to / 8 * 8, level);
		at = to / 8 * 8;
	}
	if (at >= to)
		return;
	while (i < LEN(pads) - 1 && round_up(at, pads[i].bits) > to)
		i++;
	u64 edge = round_up(at, pads[i].bits);
	if (edge > at && edge <= to) {
		bool wanted = in_bitfield ||
			      (edge == to && round_up(at, MAX(align, 1u) * 8ull) != edge) ||
			      (edge != to && to - edge <= edge - at);
		if (wanted)
			put_pad(c, pads[i].name, in_bitfield ? edge - at : 0, level);
		at = edge;
	}
	for (; to - at >= pads[i].bits && at < to; at += pads[i].bits)
		put_pad(c, pads[i].name, pads[i].bits, level);
	if (at >= to)
		return;
	for (i = LEN(pads) - 1; pads[i].bits < to - at; i--)
		;
	put_pad(c, pads[i].name, to - at, level);
}

static bool is_packed(const struct btf *b, const struct btf_type *t)
{
	u32 most = 1;

	if (!btf_is(t, BTF_KIND_STRUCT))
		return false;
	for (u32 i = 0; i < btf_len(t); i++) {
		u32 align = btf_align(b, btf_members(t)[i].type);

		if (align && !(btf_flag(t) && BTF_MEMBER_BITFIELD_SIZE(btf_members(t)[i].offset)) &&
		    btf_member_at(t, i) % (8 * align))
			return true;
		most = MAX(most, align);
	}
	return t->size % most;
}

static void put_struct(struct c_out *c, u32 id, u32 level)
{
	const struct btf_type *t = btf_type(c->b, id);
	bool packed = is_packed(c->b, t), in_bitfield = false;
	u64 at = 0;

	put_struct_head(c, id);
	buf_puts(c->out, " {");
	for (u32 i = 0; i < btf_len(t) && !c->why; i++) {
		const struct btf_member *m = &btf_members(t)[i];
		u32 bits = btf_flag(t) ? BTF_MEMBER_BITFIELD_SIZE(m->offset) : 0;
		u32 off = btf_member_at(t, i), align = packed ? 1 : btf_align(c->b, m->type);
		s64 size = btf_size(c->b, m->type);

		put_padding(c, at, off, align, in_bitfield && bits, level + 1);
		buf_putc(c->out, '\n');
		put_tabs(c, level + 1);
		put_decl(c, m->type, btf_name(c->b, m->name_off), level + 1);
		if (bits)
			buf_printf(c->out, ": %u", bits);
		buf_putc(c->out, ';');
		in_bitfield = bits;
		at = off + (bits ? bits : (u64)MAX(size, 0) * 8);
	}
	if (btf_is(t, BTF_KIND_STRUCT))
		put_padding(c, at, (u64)t->size * 8, btf_align(c->b, id), false, level + 1);
	if (btf_len(t) || t->size) {
		buf_putc(c->out, '\n');
		put_tabs(c, level);
	}
	buf_puts(c->out, packed ? "} __attribute__((packed))" : "}");
}

/* ---- enums ---- */

static void put_enum_head(struct c_out *c, u32 id)
{
	buf_puts(c->out, btf_type(c->b, id)->name_off ? "enum " : "enum");
	c_put_name(c, id);
}

/* One of an unusual size needs to be told so. */
static const char *enum_mode(const struct btf_type *t)
{
	const struct btf_enum64 *e = (const struct btf_enum64 *)(t + 1);

	if (t->size == 1)
		return " __attribute__((mode(byte)))";
	if (t->size != 8)
		return "";
	for (u32 i = 0; btf_is(t, BTF_KIND_ENUM64) && i < btf_len(t); i++)
		if (e[i].val_hi32)
			return "";
	return " __attribute__((mode(word)))";
}

static void put_enum(struct c_out *c, u32 id, u32 level)
{
	const struct btf_type *t = btf_type(c->b, id);
	bool wide = btf_is(t, BTF_KIND_ENUM64);

	put_enum_head(c, id);
	if (!btf_len(t))
		return;
	buf_puts(c->out, " {");
	for (u32 i = 0; i < btf_len(t); i++) {
		const char *name = btf_name(c->b, btf_enum_name(t, i));
		u32 count = c_names_count(c->idents, name);
		long long value = btf_enum_value(t, i);

		buf_putc(c->out, '\n');
		put_tabs(c, level + 1);
		buf_puts(c->out, name);
		if (count > 1)
			buf_printf(c->out, "___%u", count);
		buf_printf(c->out, btf_flag(t) ? " = %lld%s," : " = %llu%s,", value,
			   !wide         ? ""
			   : btf_flag(t) ? "LL"
					 : "ULL");
	}
	buf_putc(c->out, '\n');
	put_tabs(c, level);
	buf_putc(c->out, '}');
	buf_puts(c->out, enum_mode(t));
}

/* ---- declarations ---- */

static const char *modifier(const struct btf_type *t)
{
	switch (btf_kind_of(t)) {
	case BTF_KIND_VOLATILE:
		return "volatile";
	case BTF_KIND_CONST:
		return "const";
	case BTF_KIND_RESTRICT:
		return "restrict";
	default:
		return NULL;
	}
}

/* Those of a base type stand before it. */
static void put_modifiers(struct c_out *c, struct chain *d)
{
	const char *word;

	for (; d->n && (word = modifier(btf_type(c->b, d->id[d->n - 1]))); d->n--)
		buf_printf(c->out, "%s ", word);
}

/* An array or a function has none of its own; compilers say so sometimes. */
static void drop_modifiers(struct c_out *c, struct chain *d)
{
	for (; d->n; d->n--) {
		const struct btf_type *t = btf_type(c->b, d->id[d->n - 1]);

		if (!modifier(t) && !btf_is(t, BTF_KIND_TYPE_TAG))
			return;
	}
}

static void put_end(struct c_out *c, const char *name, bool after_star)
{
	if (*name && !after_star)
		buf_putc(c->out, ' ');
	buf_puts(c->out, name);
}

static void put_base(struct c_out *c, u32 id, u32 level)
{
	const struct btf_type *t = btf_type(c->b, id);

	switch (btf_kind_of(t)) {
	case BTF_KIND_UNKN:
		buf_puts(c->out, "void");
		break;
	case BTF_KIND_INT:
	case BTF_KIND_FLOAT:
		buf_puts(c->out, btf_name(c->b, t->name_off));
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		if (t->name_off)
			put_struct_head(c, id);
		else
			put_struct(c, id, level);
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		if (t->name_off)
			put_enum_head(c, id);
		else
			put_enum(c, id, level);
		break;
	case BTF_KIND_FWD:
		buf_puts(c->out, btf_flag(t) ? "union " : "struct ");
		c_put_name(c, id);
		break;
	case BTF_KIND_TYPEDEF:
		c_put_name(c, id);
		break;
	default:
		c_fail(c, id, "it is no type of a value");
	}
}

static void put_array(struct c_out *c, const struct btf_type *t, struct chain *d, const char *name,
		      bool after_star, u32 level)
{
	drop_modifiers(c, d);
	if (!d->n) {
		put_end(c, name, after_star);
	} else {
		bool array = btf_is(btf_type(c->b, d->id[d->n - 1]), BTF_KIND_ARRAY);

		if (*name && !after_star)
			buf_putc(c->out, ' ');
		if (!array)
			buf_putc(c->out, '(');
		put_chain(c, d, name, level);
		if (!array)
			buf_putc(c->out, ')');
	}
	buf_printf(c->out, "[%u]", btf_array_of(t)->nelems);
}

static void put_params(struct c_out *c, const struct btf_type *t, u32 level)
{
	const struct btf_param *p = btf_params(t);
	u32 n = btf_len(t);

	buf_putc(c->out, '(');
	for (u32 i = 0; i < n && (n > 1 || p->type) && !c->why; i++) {
		if (i)
			buf_puts(c->out, ", ");
		if (i == n - 1 && !p[i].type)
			buf_puts(c->out, "...");
		else
			put_decl(c, p[i].type, btf_name(c->b, p[i].name_off), level);
	}
	buf_puts(c->out, n && (n > 1 || p->type) ? ")" : "void)");
}

static void put_function(struct c_out *c, const struct btf_type *t, struct chain *d,
			 const char *name, bool after_star, u32 level)
{
	drop_modifiers(c, d);
	if (d->n) {
		buf_puts(c->out, " (");
		put_chain(c, d, name, level);
		buf_putc(c->out, ')');
	} else {
		put_end(c, name, after_star);
	}
	put_params(c, t, level);
}

static void put_chain(struct c_out *c, struct chain *d, const char *name, u32 level)
{
	bool after_star = true;

	while (d->n && !c->why) {
		u32 id = d->id[--d->n];
		const struct btf_type *t = btf_type(c->b, id);
		u32 kind = btf_kind_of(t);

		if (kind == BTF_KIND_ARRAY) {
			put_array(c, t, d, name, after_star, level);
			return;
		} else if (kind == BTF_KIND_FUNC_PROTO) {
			put_function(c, t, d, name, after_star, level);
			return;
		} else if (kind == BTF_KIND_PTR) {
			buf_puts(c->out, after_star ? "*" : " *");
		} else if (kind == BTF_KIND_TYPE_TAG) {
			put_modifiers(c, d);
			buf_printf(c->out, " __attribute__((btf_type_tag(\"%s\")))",
				   btf_name(c->b, t->name_off));
		} else if (modifier(t)) {
			buf_printf(c->out, " %s", modifier(t));
		} else {
			put_modifiers(c, d);
			put_base(c, id, level);
		}
		after_star = kind == BTF_KIND_PTR;
	}
	put_end(c, name, after_star);
}

static void put_decl(struct c_out *c, u32 id, const char *name, u32 level)
{
	struct chain d = {.n = 0};

	if (!c_enter(c, id))
		return;
	for (;;) {
		const struct btf_type *t = btf_type(c->b, id);
		u32 kind = btf_kind_of(t);

		if (d.n == LEN(d.id)) {
			c_fail(c, id, "types nest too deep");
			break;
		}
		d.id[d.n++] = id;
		if (kind == BTF_KIND_ARRAY)
			id = btf_array_of(t)->type;
		else if (kind == BTF_KIND_PTR || kind == BTF_KIND_FUNC_PROTO || modifier(t) ||
			 kind == BTF_KIND_TYPE_TAG)
			id = t->type;
		else
			break;
	}
	put_chain(c, &d, name, level);
	c_leave(c);
}

/* ---- definitions ---- */

static void put_typedef(struct c_out *c, u32 id)
{
	const struct btf_type *t = btf_type(c->b, id);
	struct buf *out = c->out, name = {0};

	/* The compiler has it. */
	if (!strcmp(btf_name(c->b, t->name_off), "__builtin_va_list"))
		return;
	c->out = &name;
	c_put_name(c, id);
	c->out = out;
	if (name.oom)
		c->out->oom = true;
	else if (!t->type && name.p && !strcmp(name.p, "__gnuc_va_list"))
		buf_puts(c->out, "typedef __builtin_va_list __gnuc_va_list;\n\n");
	else {
		buf_puts(c->out, "typedef ");
		put_decl(c, t->type, name.p ? name.p : "", 0);
		buf_puts(c->out, ";\n\n");
	}
	buf_deinit(&name);
}

static void define(struct c_out *c, u32 id, u32 within);

/* One that is being defined is met again. */
static void declare(struct c_out *c, u32 id, u32 within)
{
	const struct btf_type *t = btf_type(c->b, id);
	struct c_type *s = &c->type[id];

	if (s->forward)
		return;
	if (btf_is(t, BTF_KIND_TYPEDEF)) {
		put_typedef(c, id);
		s->forward = true;
	} else if (btf_is_composite(t) && id != within && t->name_off) {
		put_struct_head(c, id);
		buf_puts(c->out, ";\n\n");
		s->forward = true;
	}
}

static void define_composite(struct c_out *c, u32 id, const struct btf_type *t, u32 within)
{
	struct c_type *s = &c->type[id];

	s->text = C_BEGUN;
	if (!within || !t->name_off) {
		for (u32 i = 0; i < btf_len(t) && !c->why; i++)
			define(c, btf_members(t)[i].type, t->name_off ? id : within);
	} else if (!s->forward && id != within) {
		put_struct_head(c, id);
		buf_puts(c->out, ";\n\n");
		s->forward = true;
	}
	s->text = within ? C_NEW : C_DONE;
	if (within)
		return;
	put_struct(c, id, 0);
	buf_puts(c->out, ";\n\n");
}

static void define_new(struct c_out *c, u32 id, const struct btf_type *t, u32 within)
{
	struct c_type *s = &c->type[id];

	switch (btf_kind_of(t)) {
	case BTF_KIND_INT:
		s->text = C_DONE;
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		if (!within) {
			put_enum(c, id, 0);
			buf_puts(c->out, ";\n\n");
		}
		s->text = C_DONE;
		break;
	case BTF_KIND_PTR:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		define(c, t->type, within);
		break;
	case BTF_KIND_ARRAY:
		define(c, btf_array_of(t)->type, within);
		break;
	case BTF_KIND_FWD:
		put_base(c, id, 0);
		buf_puts(c->out, ";\n\n");
		s->text = C_DONE;
		break;
	case BTF_KIND_TYPEDEF:
		s->text = C_BEGUN;
		define(c, t->type, id);
		if (!s->forward)
			put_typedef(c, id);
		s->text = C_DONE;
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		define_composite(c, id, t, within);
		break;
	case BTF_KIND_FUNC_PROTO:
		define(c, t->type, within);
		for (u32 i = 0; i < btf_len(t) && !c->why; i++)
			define(c, btf_params(t)[i].type, within);
		break;
	default:
		break;
	}
}

/* within: the definition that needs it, 0: it stands by itself. */
static void define(struct c_out *c, u32 id, u32 within)
{
	if (!id || c->type[id].text == C_DONE || c->why)
		return;
	if (c->type[id].text == C_BEGUN)
		declare(c, id, within);
	else if (c_enter(c, id)) {
		define_new(c, id, btf_type(c->b, id), within);
		c_leave(c);
	}
}

/* ---- all of it ---- */

static void mark_referenced(struct c_out *c)
{
	for (u32 id = 1; id < c->b->n; id++) {
		const struct btf_type *t = btf_type(c->b, id);
		const struct btf_shape *s = &btf_shapes[btf_kind_of(t)];
		const u32 *w = (const u32 *)(t + 1);
		u32 n = s->each ? btf_len(t) : 1;

		if (s->refers && !btf_is(t, BTF_KIND_FUNC_PROTO))
			c->type[t->type].referenced = true;
		for (u32 i = 0; i < n; i++)
			for (const char *k = s->words; *k; k++, w++)
				if (*k == 't')
					c->type[*w].referenced = true;
	}
}

static void put_with_needs(struct c_out *c, u32 id)
{
	c->queued = 0;
	c_order(c, id);
	for (u32 i = 0; i < c->queued && !c->why; i++)
		define(c, c->queue[i], 0);
}

static struct ob_err *put_all(struct c_out *c, const u32 *ids, u32 n)
{
	if (!c->type || !c->queue || !c->tags || !c->idents)
		return err_nomem();
	c->type[0].order = c->type[0].text = C_DONE;
	mark_referenced(c);
	for (u32 i = 0; i < n && !c->why; i++)
		put_with_needs(c, ids ? ids[i] : i + 1);
	if (c->out->oom)
		return err_nomem();
	return c->why ? err_new(OB_FORMAT, "type %u cannot be said in C: %s", c->bad, c->why)
		      : NULL;
}

struct ob_err *btf_put_c(struct buf *out, const struct btf *b, const u32 *ids, u32 n)
{
	u64 bytes = b->data.n + (b->base ? b->base->data.n : 0);
	struct c_out c = {.b = b,
			  .out = out,
			  .type = calloc(b->n, sizeof(*c.type)),
			  .queue = calloc(b->n, sizeof(*c.queue)),
			  .tags = c_names_create(),
			  .idents = c_names_create(),
			  .left = 4 * bytes + (1 << 16),
			  .largest = out->n + 64 * bytes + (1 << 20)};
	struct ob_err *err = put_all(&c, ids, ids ? n : b->n - 1);

	free(c.type);
	free(c.queue);
	c_names_destroy(c.tags);
	c_names_destroy(c.idents);
	return err;
}
