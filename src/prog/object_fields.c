/* SPDX-License-Identifier: BSD-2-Clause */
/* The fields of maps' values that belong to the kernel: locks, timers, pointers to its
 * objects. */
#include "prog/btf_priv.h"
#include "prog/object_priv.h"

/* Is there a type that such a field can have? Mostly there is none. */
static bool may_have(const struct btf *b)
{
	static const char *const names[] = {
		"bpf_spin_lock", "bpf_res_spin_lock", "bpf_timer",   "bpf_wq",
		"bpf_list_head", "bpf_list_node",     "bpf_rb_root", "bpf_rb_node",
		"bpf_refcount",  "bpf_task_work",     "kptr",        "kptr_untrusted",
		"kptr_ref",      "percpu_kptr",       "uptr",
	};

	for (u32 id = 1; id < b->n; id++) {
		const struct btf_type *t = btf_type(b, id);

		if (!btf_is(t, BTF_KIND_STRUCT) && !btf_is(t, BTF_KIND_TYPE_TAG))
			continue;
		for (u32 i = 0; i < LEN(names); i++)
			if (!strcmp(btf_name(b, t->name_off), names[i]))
				return true;
	}
	return false;
}

/* Checked as the kernel does it. */
static struct btf *load(const struct object *o, const struct btf *kernel)
{
	struct btf *loaded = NULL;
	struct buf bytes = {0};

	btf_write(&bytes, o->btf, false);
	if (!bytes.oom &&
	    btf_load((struct bytes){(const u8 *)bytes.p, bytes.n}, kernel, NULL, &loaded))
		loaded = NULL;
	buf_deinit(&bytes);
	return loaded;
}

static void find(struct object *o, const struct btf *kernel, struct prog_map *shape)
{
	const struct btf_map m = {shape->type,        shape->key_size, shape->value_size,
				  shape->max_entries, shape->flags,    shape->key,
				  shape->value};
	struct btf_fields *f = arena_new(&o->priv->arena, struct btf_fields);

	shape->fields = NULL;
	if (shape->value && !btf_map_check(o->priv->loaded, &m, kernel, f) && f->n)
		shape->fields = f;
}

void object_find_fields(struct object *o, const struct btf *kernel)
{
	if (!o->btf || !may_have(o->btf))
		return;
	btf_destroy(o->priv->loaded);
	o->priv->loaded = load(o, kernel);
	/* Programs look for the fields of what they allocate in its own types. */
	o->priv->btf->metas = 0;
	if (o->priv->loaded && btf_find_metas(o->priv->btf, kernel))
		o->priv->btf->metas = 0;
	for (u32 i = 0; i < o->maps && o->priv->loaded; i++)
		find(o, kernel, &o->priv->shape[i]);
}
