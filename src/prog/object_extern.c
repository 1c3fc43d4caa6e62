/* SPDX-License-Identifier: BSD-2-Clause */
/* What an object asks of the kernel: settings (.kconfig), variables, addresses and
 * functions (.ksyms). */
#include "prog/object_priv.h"

#include <errno.h>

/* ---- which there are ---- */

/* Symbols without a definition, by their names. */
static struct object_names undefined(const struct object *o)
{
	struct object_names l = {0};

	for (u32 i = 1; i < o->priv->symbols; i++) {
		const struct elf_symbol *s = &o->priv->symbol[i];

		if (s->section == SHN_UNDEF && s->bind != STB_LOCAL && *s->name)
			vec_push(&o->priv->arena, l) = (struct object_name){s->name, i};
	}
	object_names_sort(&l);
	return l;
}

static enum object_extern_kind kind_of(const struct object *o, const struct btf_type *t)
{
	const struct btf_type *is;

	if (btf_is(t, BTF_KIND_FUNC))
		return EXTERN_FUNC;
	is = btf_skip(o->btf, t->type, NULL);
	return is && btf_kind_of(is) == BTF_KIND_UNKN ? EXTERN_ADDRESS : EXTERN_VAR;
}

static struct ob_err *add(struct object *o, bool kconfig, const struct btf_var_secinfo *v,
			  const struct object_names *undefined)
{
	const struct btf_type *t = btf_type(o->btf, v->type);
	const char *name = btf_name(o->btf, t->name_off);
	const struct object_name *s = object_names_find(undefined, name);
	struct object_extern *e = &o->ext[o->externs];

	if (!s)
		return NULL;
	if (!btf_is(t, BTF_KIND_VAR) && (kconfig || !btf_is(t, BTF_KIND_FUNC)))
		return object_err(o, OB_FORMAT, "the extern %s is neither variable nor function",
				  name);
	*e = (struct object_extern){
		.kind = kconfig ? EXTERN_KCONFIG : kind_of(o, t),
		.name = name,
		.weak = o->priv->symbol[s->nr].bind == STB_WEAK,
		.type = btf_is(t, BTF_KIND_FUNC) ? v->type : t->type,
	};
	s64 size = btf_size(o->btf, e->type);
	e->size = size > 0 && size <= UINT32_MAX ? (u32)size : 0;
	if (kconfig && !e->size)
		return object_err(o, OB_FORMAT, "the extern %s of .kconfig has no size", name);
	o->priv->symbol_ext[s->nr] = (s32)o->externs++;
	return NULL;
}

static struct ob_err *collect(struct object *o, u32 id, const struct object_names *undefined)
{
	bool kconfig = id && !strcmp(btf_name(o->btf, btf_type(o->btf, id)->name_off), ".kconfig");
	struct ob_err *err = NULL;

	for (u32 i = 0; id && i < btf_len(btf_type(o->btf, id)) && !err; i++)
		err = add(o, kconfig, &btf_vars(btf_type(o->btf, id))[i], undefined);
	return err;
}

/* ---- .kconfig becomes a map ---- */

struct order {
	u32 align;
	struct object_extern *e;
};

/* libbpf's order: by alignment, size, name; so that there are no holes. */
static int by_layout(const void *a, const void *b)
{
	const struct order *x = a, *y = b;

	if (x->align != y->align)
		return x->align > y->align ? -1 : 1;
	if (x->e->size != y->e->size)
		return x->e->size < y->e->size ? -1 : 1;
	return strcmp(x->e->name, y->e->name);
}

static struct ob_err *lay_out(struct object *o, u32 n, u32 *ret)
{
	struct order *v = arena_array(&o->priv->arena, struct order, MAX(n, 1u));
	u64 at = 0;

	for (u32 i = 0; i < n; i++)
		v[i] = (struct order){MAX(btf_align(o->btf, o->ext[i].type), 1u), &o->ext[i]};
	qsort(v, n, sizeof(*v), by_layout);
	for (u32 i = 0; i < n; i++) {
		at = (at + v[i].align - 1) / v[i].align * v[i].align;
		if (at > OBJECT_DATA_MAX)
			return object_err(o, OB_RANGE, ".kconfig is too large");
		v[i].e->off = (u32)at;
		at += v[i].e->size;
	}
	if (at > OBJECT_DATA_MAX)
		return object_err(o, OB_RANGE, ".kconfig is too large");
	*ret = (u32)at;
	return NULL;
}

static int by_offset(const void *a, const void *b)
{
	const struct btf_var_secinfo *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* The types say the same. n: externs of it, the first ones. */
static struct ob_err *make_kconfig(struct object *o, u32 id, u32 n)
{
	struct btf_type *t = object_type(o, id);
	struct object_names by_name = {0};
	struct object_map *m;
	u32 size = 0;
	struct ob_err *err = lay_out(o, n, &size);

	if (err)
		return err;
	t->size = size;
	for (u32 i = 0; i < n; i++)
		vec_push(&o->priv->arena, by_name) = (struct object_name){o->ext[i].name, i};
	object_names_sort(&by_name);
	for (u32 i = 0; i < btf_len(t); i++) {
		struct btf_var_secinfo *v = &object_vars(t)[i];
		struct btf_type *var = object_type(o, v->type);
		const struct object_name *e =
			object_names_find(&by_name, btf_name(o->btf, var->name_off));

		if (!e)
			continue;
		v->offset = o->ext[e->nr].off;
		v->size = o->ext[e->nr].size;
		*(u32 *)(var + 1) = BTF_VAR_GLOBAL_ALLOCATED;
	}
	qsort(object_vars(t), btf_len(t), sizeof(struct btf_var_secinfo), by_offset);
	m = object_add_map(o, OBJECT_KCONFIG, ".kconfig");
	m->shape.type = MAPTYPE_ARRAY;
	m->shape.key_size = 4;
	m->shape.max_entries = 1;
	m->shape.flags = BPF_F_MMAPABLE | BPF_F_RDONLY_PROG;
	m->shape.value = id;
	o->priv->kconfig = o->maps - 1;
	return object_add_data(o, m, size);
}

/* ---- .ksyms becomes a section that the kernel takes ---- */

/* An int, and a variable of it, behind all types. */
static struct ob_err *add_dummy(struct object *o, u32 *dummy)
{
	static const char names[] = "int\0dummy_ksym";
	const struct btf *b = o->priv->btf;
	u32 str = (u32)b->strings.n;
	const u32 types[] = {
		str,     BTF_KIND_INT << 24, 4,    BTF_INT_SIGNED << 24 | 32,
		str + 4, BTF_KIND_VAR << 24, b->n, BTF_VAR_GLOBAL_ALLOCATED,
	};
	struct btf_header h = {.magic = BTF_MAGIC,
			       .version = BTF_VERSION,
			       .hdr_len = sizeof(h),
			       .type_len = (u32)(b->types.n + sizeof(types)),
			       .str_off = (u32)(b->types.n + sizeof(types)),
			       .str_len = (u32)(b->strings.n + sizeof(names))};
	struct btf *more = NULL;
	struct buf all = {0};
	struct ob_err *err = NULL;

	*dummy = b->n + 1;
	buf_add(&all, &h, sizeof(h));
	buf_add(&all, b->types.p, b->types.n);
	buf_add(&all, types, sizeof(types));
	buf_add(&all, b->strings.p, b->strings.n);
	buf_add(&all, names, sizeof(names));
	if (all.oom)
		err = err_nomem();
	else
		err = btf_read((struct bytes){(const u8 *)all.p, all.n}, NULL, &more);
	buf_deinit(&all);
	if (err)
		return err;
	for (u32 i = 0; i < o->externs; i++)
		o->ext[i].name =
			arena_strndup(&o->priv->arena, o->ext[i].name, strlen(o->ext[i].name));
	for (u32 i = 0; i < o->priv->by_datasec.n; i++) {
		struct object_name *l = &o->priv->by_datasec.v[i];

		l->name = btf_name(more, btf_type(more, l->nr)->name_off);
	}
	btf_destroy(o->priv->btf);
	o->btf = o->priv->btf = more;
	return NULL;
}

/* A function without names of its parameters is none that the kernel takes. */
static void name_parameters(struct object *o, u32 proto, u32 name)
{
	struct btf_type *t = object_type(o, proto);
	struct btf_param *p = (struct btf_param *)(t + 1);

	for (u32 i = 0; btf_is(t, BTF_KIND_FUNC_PROTO) && i < btf_len(t); i++)
		if (p[i].type && !p[i].name_off)
			p[i].name_off = name;
}

static struct ob_err *fix_ksyms(struct object *o, u32 id)
{
	u32 dummy;
	struct ob_err *err = add_dummy(o, &dummy);

	if (err)
		return err;
	struct btf_type *t = object_type(o, id);
	const struct btf_type *var = btf_type(o->btf, dummy);
	for (u32 i = 0; i < btf_len(t); i++) {
		struct btf_var_secinfo *v = &object_vars(t)[i];
		struct btf_type *is = object_type(o, v->type);

		if (btf_is(is, BTF_KIND_FUNC)) {
			name_parameters(o, is->type, var->name_off);
			is->info = BTF_KIND_FUNC << 24 | BTF_FUNC_GLOBAL;
			v->type = dummy;
		} else if (btf_is(is, BTF_KIND_VAR)) {
			is->type = dummy - 1;
			*(u32 *)(is + 1) = BTF_VAR_GLOBAL_ALLOCATED;
		}
		v->offset = i * 4;
		v->size = 4;
	}
	t->size = btf_len(t) * 4;
	return NULL;
}

struct ob_err *object_read_externs(struct object *o)
{
	u32 kconfig = object_datasec(o, ".kconfig"), ksyms = object_datasec(o, ".ksyms"), n;
	struct object_names names = undefined(o);
	u32 most = (kconfig ? btf_len(btf_type(o->btf, kconfig)) : 0) +
		   (ksyms ? btf_len(btf_type(o->btf, ksyms)) : 0);

	o->ext = arena_array(&o->priv->arena, struct object_extern, MAX(most, 1u));
	struct ob_err *err = collect(o, kconfig, &names);
	n = o->externs;
	if (!err)
		err = collect(o, ksyms, &names);
	if (!err && ksyms)
		err = fix_ksyms(o, ksyms);
	return !err && n ? make_kconfig(o, kconfig, n) : err;
}

/* ---- what they stand for ---- */

enum tristate { TRI_NO, TRI_YES, TRI_MODULE };

static void put(u8 *to, u32 size, u64 value)
{
	for (u32 i = 0; i < size; i++)
		to[i] = i < 8 ? (u8)(value >> 8 * i) : 0;
}

static struct ob_err *bad_setting(const struct object *o, const struct object_extern *e,
				  const char *value, const char *takes)
{
	return object_err(o, OB_RANGE, "the kernel has %s=%s, which the object takes as %s",
			  e->name, value, takes);
}

static struct ob_err *set_word(const struct object *o, const struct object_extern *e,
			       const struct btf_type *t, const char *value, u8 *to)
{
	bool is_bool = btf_is(t, BTF_KIND_INT) && (BTF_INT_ENCODING(btf_int(t)) & BTF_INT_BOOL);

	if (btf_is(t, BTF_KIND_ENUM) && !strcmp(btf_name(o->btf, t->name_off), "libbpf_tristate")) {
		put(to, e->size, *value == 'y' ? TRI_YES : *value == 'm' ? TRI_MODULE : TRI_NO);
		return NULL;
	}
	if (is_bool && *value != 'm')
		return put(to, e->size, *value == 'y'), NULL;
	if (btf_is(t, BTF_KIND_INT) && e->size == 1 && !is_bool)
		return *to = (u8)*value, NULL;
	return bad_setting(o, e, value, is_bool ? "yes or no" : "a number or text");
}

static struct ob_err *set_text(const struct object *o, const struct object_extern *e,
			       const struct btf_type *t, const char *value, u8 *to)
{
	size_t n = strlen(value);

	if (!btf_is(t, BTF_KIND_ARRAY) || btf_size(o->btf, btf_array_of(t)->type) != 1)
		return bad_setting(o, e, value, "no text");
	if (n < 2 || value[n - 1] != '"')
		return bad_setting(o, e, value, "text in quotes");
	n = MIN(n - 2, e->size - 1);
	memcpy(to, value + 1, n);
	to[n] = 0;
	return NULL;
}

static struct ob_err *set_number(const struct object *o, const struct object_extern *e,
				 const struct btf_type *t, const char *value, u8 *to)
{
	u32 bits = e->size * 8;
	bool is_int = btf_is(t, BTF_KIND_INT), is_signed;
	u64 n;
	char *end;

	if (!is_int || e->size > 8 || (BTF_INT_ENCODING(btf_int(t)) & BTF_INT_BOOL))
		return bad_setting(o, e, value, "no number");
	is_signed = BTF_INT_ENCODING(btf_int(t)) & BTF_INT_SIGNED;
	errno = 0;
	n = *value == '-' ? (u64)strtoll(value, &end, 0) : strtoull(value, &end, 0);
	if (errno || end == value || *end)
		return bad_setting(o, e, value, "a number");
	if (bits < 64 && is_signed && (n + (1ull << (bits - 1))) >> bits)
		return bad_setting(o, e, value, "a smaller number");
	if (bits < 64 && !is_signed && n >> bits)
		return bad_setting(o, e, value, "a smaller number");
	put(to, e->size, n);
	return NULL;
}

static struct ob_err *set(const struct object *o, const struct object_extern *e, const char *value,
			  u8 *to)
{
	const struct btf_type *t = btf_skip(o->btf, e->type, NULL);

	if (!t)
		return bad_setting(o, e, value, "nothing");
	if (*value == '"')
		return set_text(o, e, t, value, to);
	if ((*value == 'y' || *value == 'n' || *value == 'm') && !value[1])
		return set_word(o, e, t, value, to);
	return set_number(o, e, t, value, to);
}

struct ob_err *object_err_extern(const struct object *o, u32 section, u32 insn,
				 const struct object_extern *e)
{
	static const char *const what[] = {
		[EXTERN_KCONFIG] = "setting",
		[EXTERN_VAR] = "variable",
		[EXTERN_ADDRESS] = "symbol",
		[EXTERN_FUNC] = "function",
	};

	return object_err_insn(o, section, insn, OB_NAME,
			       "the kernel has no %s %s, which the object asks for", what[e->kind],
			       e->name);
}

static struct ob_err *resolve_setting(struct object *o, const struct object_target *to,
				      struct object_extern *e)
{
	const char *value = to->setting ? to->setting(to->arg, e->name) : NULL;

	o->priv->found[e - o->ext] = value;
	return value ? set(o, e, value, o->map[o->priv->kconfig].data + e->off) : NULL;
}

/* "f___v2" is another view of f. */
static u32 find(const struct object *o, const struct btf *kernel, const char *name, u32 kind)
{
	const char *flavour = strstr(name, "___");
	u32 id = btf_find(kernel, name, kind);

	if (id || !flavour || flavour == name)
		return id;
	return btf_find(kernel, arena_strndup(&o->priv->arena, name, (size_t)(flavour - name)),
			kind);
}

static struct ob_err *resolve(struct object *o, const struct object_target *to,
			      struct object_extern *e)
{
	if (e->kind == EXTERN_KCONFIG)
		return resolve_setting(o, to, e);
	e->value = 0;
	if (e->kind == EXTERN_ADDRESS)
		e->value = to->address ? to->address(to->arg, e->name) : 0;
	else if (to->kernel)
		e->value = find(o, to->kernel, e->name,
				e->kind == EXTERN_FUNC ? BTF_KIND_FUNC : BTF_KIND_VAR);
	o->priv->found[e - o->ext] = e->value;
	return NULL;
}

struct ob_err *object_resolve_externs(struct object *o, const struct object_target *to)
{
	struct ob_err *err = NULL;

	o->priv->found = arena_array(&o->priv->arena, bool, o->externs + 1);
	for (u32 i = 0; i < o->externs && !err; i++)
		err = resolve(o, to, &o->ext[i]);
	return err;
}
