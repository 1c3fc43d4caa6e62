/* SPDX-License-Identifier: BSD-2-Clause */
/* What objects and values of maps own, let go: objects in their lists and trees, and those
 * that their kptrs point to. */
#include "kern/own.h"
#include "kern/call.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- types ---- */

static const struct btf *types_of(u32 btf)
{
	struct object *o = btf ? kern_recent(OBJECT_BTF, btf) : NULL;

	return o ? ((const struct kern_btf *)o->p)->types : NULL;
}

const struct btf_fields *own_fields(const struct own *o)
{
	const struct btf *b = types_of(o->btf);

	return b && o->copies == 1 ? btf_meta(b, o->type) : NULL;
}

/* ---- what is to go, without recursion: a chain of objects that nobody owns ---- */

struct gone {
	struct own o;
	struct gone *next;
};

static u32 *count_of(const struct own *o, const struct btf_fields *f)
{
	for (u32 i = 0; f && i < f->n; i++)
		if (f->field[i].kind == BTF_REFCOUNT)
			return (u32 *)(void *)(o->at + f->field[i].off);
	return NULL;
}

/* Is that the last owner? */
static bool last(const struct own *o)
{
	u32 *count = count_of(o, own_fields(o));

	return !count || __atomic_sub_fetch(count, 1, __ATOMIC_ACQ_REL) == 0;
}

static void let_go(u64 at, struct gone **chain)
{
	struct own o;
	struct gone *g;

	if (!own_find(at, &o) || !last(&o))
		return;
	g = malloc(sizeof(*g));
	if (!g)
		return; /* its memory goes with the world */
	*g = (struct gone){o, *chain};
	*chain = g;
}

static void let_all_go(u8 *at, const struct btf_field *f, struct gone **chain)
{
	struct own_root *root = (struct own_root *)(void *)(at + f->off);
	bool list = f->kind == BTF_LIST_HEAD;

	for (u64 node; (node = list ? own_list_take(root) : own_tree_take(root));)
		let_go(node, chain);
}

static u32 *lock_of(u8 *at, const struct btf_fields *f)
{
	for (u32 i = 0; i < f->n; i++)
		if (f->field[i].kind & (BTF_SPIN_LOCK | BTF_RES_SPIN_LOCK))
			return (u32 *)(void *)(at + f->field[i].off);
	return NULL;
}

static void drop_fields(u8 *at, const struct btf_fields *f, struct gone **chain)
{
	u32 *lock = f->kinds & BTF_ROOT ? lock_of(at, f) : NULL;

	if (lock)
		map_spin_lock(lock);
	for (u32 i = 0; i < f->n; i++) {
		u64 *word = (u64 *)(void *)(at + f->field[i].off);
		if (f->field[i].kind & (BTF_KPTR_REF | BTF_KPTR_PERCPU))
			let_go(__atomic_exchange_n(word, 0, __ATOMIC_ACQ_REL), chain);
		else if (f->field[i].kind & BTF_KPTR_UNREF)
			__atomic_store_n(word, 0, __ATOMIC_RELEASE);
		else if (f->field[i].kind & BTF_ROOT)
			let_all_go(at, &f->field[i], chain);
	}
	if (lock)
		map_spin_unlock(lock);
}

static void finish(struct gone *chain)
{
	while (chain) {
		struct gone *g = chain;
		const struct btf_fields *f = own_fields(&g->o);
		chain = g->next;
		if (f)
			drop_fields(g->o.at, f, &chain);
		own_free(&g->o);
		free(g);
	}
}

void own_drop(u64 at)
{
	struct gone *chain = NULL;

	let_go(at, &chain);
	finish(chain);
}

/* ---- values of maps ---- */

/* What is known of a map's values, in struct map's arg. */
struct owns {
	struct btf_fields f;
};

static bool may_own(const struct map_attr *a)
{
	for (u32 i = 0; i < a->fields; i++)
		if (a->field[i].kind == MAP_KPTR || a->field[i].kind == MAP_ROOT)
			return true;
	return false;
}

bool own_may(const struct map *m)
{
	return may_own(&m->head->attr) || may_own(&map_host_data(m)->inner);
}

static struct owns *read_owns(const struct map *m)
{
	enum { OWNING = BTF_KPTR | BTF_ROOT | BTF_SPIN_LOCK | BTF_RES_SPIN_LOCK };
	const struct map_host_data *h = map_host_data(m);
	const struct btf *b = types_of(h->btf_id);
	struct owns *o = calloc(1, sizeof(*o));
	u32 id;

	if (o && b && btf_skip(b, h->btf_value, &id) &&
	    btf_fields(b, id, OWNING, m->value_size, NULL, &o->f))
		o->f.n = 0;
	return o;
}

static const struct btf_fields *fields_of(struct map *m)
{
	struct owns *o = __atomic_load_n((struct owns **)&m->arg, __ATOMIC_ACQUIRE), *none = NULL;

	if (o || !may_own(&m->head->attr))
		return o ? &o->f : NULL;
	o = read_owns(m);
	if (o && !__atomic_compare_exchange_n((struct owns **)&m->arg, &none, o, false,
					      __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		free(o);
		o = none;
	}
	return o ? &o->f : NULL;
}

void own_drop_value(struct map *m, u8 *value)
{
	const struct btf_fields *f = fields_of(m);
	struct gone *chain = NULL;

	if (!f || !f->n || own_open())
		return;
	drop_fields(value, f, &chain);
	finish(chain);
}

void own_forget_map(struct map *m)
{
	free(m->arg);
	m->arg = NULL;
}

static long end_value(struct map *m, void *key, void *value, void *arg)
{
	(void)key, (void)arg;
	own_drop_value(m, value);
	return 0;
}

/* Only what may own something is looked at. */
static bool file_owns(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	struct map_attr a;

	return size >= WORLD_PAGE &&
	       pread(fd, &a, sizeof(a),
		     size - WORLD_PAGE + (off_t)offsetof(struct map_head, attr)) ==
		       (ssize_t)sizeof(a) &&
	       a.fields <= MAP_FIELDS && may_own(&a);
}

void own_end_map(int fd)
{
	struct map *m;
	int own = file_owns(fd) ? dup(fd) : -1;

	if (own < 0 || map_open(own, &m))
		return;
	for (u32 slot = 0; m->ops->each && slot < (m->ops->per_cpu ? m->slots : 1); slot++)
		m->ops->each(m, end_value, NULL, slot);
	own_forget_map(m);
	map_put(m);
}
