/* SPDX-License-Identifier: BSD-2-Clause */
/* An object file's types, with what the compiler left to the loader: how large the
 * sections of variables are, and where each variable lies. */
#include "prog/object_priv.h"

static int by_offset(const void *a, const void *b)
{
	const struct btf_var_secinfo *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* The offset that the variable's symbol has. */
static struct ob_err *place(const struct object *o, u32 section, struct btf_var_secinfo *v)
{
	const struct btf_type *var = btf_type(o->priv->btf, v->type);
	const struct object_names *all = &o->priv->by_name;
	const char *name = btf_name(o->priv->btf, var->name_off);

	if (!btf_is(var, BTF_KIND_VAR) || btf_int(var) == BTF_VAR_STATIC)
		return NULL;
	for (const struct object_name *s = object_names_find(all, name);
	     s && s < all->v + all->n && !strcmp(s->name, name); s++) {
		const struct elf_symbol *sym = &o->priv->symbol[s->nr];

		if (sym->section != section || sym->value > UINT32_MAX)
			continue;
		v->offset = (u32)sym->value;
		return NULL;
	}
	return object_err(o, OB_FORMAT, "section %s: no symbol says where the variable %s lies",
			  o->priv->section[section].elf.name, name);
}

static struct ob_err *fix_section(const struct object *o, u32 id)
{
	struct btf_type *t = object_type(o, id);
	u32 section = object_section(o, btf_name(o->priv->btf, t->name_off));
	u64 size = o->priv->section[section].elf.size;
	struct ob_err *err = NULL;

	if (!section)
		return NULL;
	if (!t->size) {
		if (size > UINT32_MAX)
			return object_err(o, OB_RANGE, "section %s: %llu bytes",
					  o->priv->section[section].elf.name,
					  (unsigned long long)size);
		t->size = (u32)size;
		for (u32 i = 0; i < btf_len(t) && !err; i++)
			err = place(o, section, &object_vars(t)[i]);
	}
	qsort(object_vars(t), btf_len(t), sizeof(struct btf_var_secinfo), by_offset);
	return err;
}

/* A hidden function is checked with its callers, as static ones are. */
static void fix_function(const struct object *o, struct btf_type *t)
{
	const struct object_names *all = &o->priv->by_name;
	const char *name = btf_name(o->priv->btf, t->name_off);

	for (const struct object_name *n = object_names_find(all, name);
	     n && n < all->v + all->n && !strcmp(n->name, name); n++) {
		const struct elf_symbol *s = &o->priv->symbol[n->nr];

		if (s->type == STT_FUNC &&
		    (s->visibility == STV_HIDDEN || s->visibility == STV_INTERNAL))
			t->info = BTF_KIND_FUNC << 24 | BTF_FUNC_STATIC;
	}
}

struct ob_err *object_read_types(struct object *o)
{
	u32 at = object_section(o, ".BTF");
	struct btf **btf = &o->priv->btf;
	struct ob_err *err;

	if (!at)
		return NULL;
	err = btf_read(o->priv->section[at].elf.data, NULL, btf);
	if (err) {
		struct ob_err *more =
			object_err(o, ob_err_code(err), "section .BTF: %s", ob_err_reason(err));

		ob_err_destroy(err);
		return more;
	}
	o->btf = *btf;
	for (u32 id = 1; id < (*btf)->n && !err; id++) {
		const struct btf_type *t = btf_type(*btf, id);

		if (btf_is(t, BTF_KIND_FUNC) && btf_len(t) == BTF_FUNC_GLOBAL)
			fix_function(o, object_type(o, id));
		if (!btf_is(t, BTF_KIND_DATASEC))
			continue;
		err = fix_section(o, id);
		vec_push(&o->priv->arena, o->priv->by_datasec) =
			(struct object_name){btf_name(*btf, t->name_off), id};
	}
	object_names_sort(&o->priv->by_datasec);
	return err;
}
