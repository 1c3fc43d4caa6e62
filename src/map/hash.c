/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF_MAP_TYPE_HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH, HASH_OF_MAPS: what
 * MAP_CREATE allows, and single elements. */
#include "map/hash.h"

#include <sched.h>
#include <stdlib.h>

/* ---- sizes ---- */

enum {
	ELEM_HEAD = 48,         /* Linux's struct htab_elem */
	PER_CPU_MAX = 32 << 10, /* PCPU_MIN_UNIT_SIZE */
	ENTRIES_MAX = 1 << 27,  /* so many buckets of 16 bytes are below 4 GB */
	SURE_MAX = 64 << 20,    /* what is larger gets its memory as it grows */
	SEARCH_EACH = 100,      /* tries in vain, before all locks are looked at */
	READ_TRIES = 100,       /* copies of a value, until nothing has changed meanwhile */
};

static bool is_per_cpu(u32 type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static bool is_lru(u32 type)
{
	return type == BPF_MAP_TYPE_LRU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

/* Linux's htab_map_alloc_check, in its order. */
static int check(const struct map_attr *a)
{
	bool per_cpu = is_per_cpu(a->type), by_slot = a->flags & BPF_F_NO_COMMON_LRU;

	if (a->type == BPF_MAP_TYPE_HASH_OF_MAPS && a->value_size != 4)
		return -EINVAL;
	if (!map_access_ok(a->flags))
		return -EINVAL;
	if (by_slot && !is_lru(a->type))
		return -EINVAL;
	if (is_lru(a->type) && (a->flags & BPF_F_NO_PREALLOC))
		return -ENOTSUPP_LINUX;
	if ((a->flags & BPF_F_NUMA_NODE) && (per_cpu || by_slot))
		return -EINVAL;
	if (!a->max_entries || !a->key_size || !a->value_size)
		return -EINVAL;
	if ((u64)a->key_size + a->value_size >= MAP_KMALLOC_MAX - ELEM_HEAD)
		return -E2BIG;
	if (per_cpu && map_round(a->value_size, 8) > PER_CPU_MAX)
		return -E2BIG;
	return a->max_entries > ENTRIES_MAX ? -E2BIG : 0;
}

static u32 round_up_pow2(u32 n) { return n <= 1 ? 1 : 1u << (32 - __builtin_clz(n - 1)); }

/* Fills in h but for addresses, and returns where its parts lie in the block:
 * parts, elements, values, the end. */
struct layout {
	u64 part, elem, values, end;
};

static struct layout lay_out(const struct map_attr *a, struct hash *h)
{
	u32 buckets = round_up_pow2(a->max_entries), stride = (u32)map_round(a->value_size, 8);
	struct layout l;

	*h = (struct hash){.mask = buckets - 1,
			   .lru = is_lru(a->type),
			   .per_cpu = is_per_cpu(a->type),
			   .by_slot = a->flags & BPF_F_NO_COMMON_LRU};
	h->parts = h->by_slot ? a->slots : 1;
	h->key_at = offsetof(struct elem, word) + (h->lru ? 8 : 0);
	h->value_at = h->key_at + (u32)map_round(a->key_size, 8);
	h->step = h->value_at + (h->per_cpu ? 0 : stride);
	h->keeps =
		!h->by_slot && h->step + (h->per_cpu ? (u64)stride * a->slots : 0) <= HASH_KEPT_MAX;
	h->live = (a->max_entries + h->parts - 1) / h->parts;
	h->room = h->live + (h->keeps ? buckets : 0) + HASH_EXTRA;
	l.part = (u64)buckets * sizeof(struct cell);
	l.part = map_round(l.part, 64);
	l.elem = l.part + (u64)h->parts * sizeof(struct part);
	u64 elems = (u64)h->parts * h->room + 1;
	l.values = map_round(l.elem + elems * h->step, 64);
	h->area = h->per_cpu ? map_round(elems * stride, 64) : 0;
	l.end = l.values + h->area * a->slots;
	return l;
}

static u64 size(const struct map_attr *a)
{
	struct hash h;
	u64 end = lay_out(a, &h).end;

	return end > (u64)1 << 46 ? 0 : map_round(end, MAP_PAGE);
}

/* Buckets; all elements too, if they are to be there from the beginning and not large. */
static u64 sure(const struct map_attr *a)
{
	struct hash h;
	struct layout l = lay_out(a, &h);

	return a->flags & BPF_F_NO_PREALLOC || l.end > SURE_MAX ? l.elem + h.step : l.end;
}

static void init(struct map *m)
{
	struct map_attr *a = &m->head->attr;
	struct hash h;
	struct layout l = lay_out(a, &h);

	for (u32 i = 0; sure(a) == l.end && i < h.parts; i++)
		((struct part *)(void *)(m->base + l.part))[i].sure = h.room;

	/* As Linux: every slot has its share. */
	if (a->flags & BPF_F_NO_COMMON_LRU)
		a->max_entries = (a->max_entries + a->slots - 1) / a->slots * a->slots;
}

static int open_hash(struct map *m)
{
	struct hash *h = aligned_alloc(64, map_round(sizeof(*h), 64));

	if (!h)
		return -ENOMEM;
	struct layout l = lay_out(&m->head->attr, h);
	h->cell = (struct cell *)(void *)m->base;
	h->part = (struct part *)(void *)(m->base + l.part);
	h->elem = m->data = m->base + l.elem;
	h->values = m->base + l.values;
	h->seed[0] = hash_u64(m->head->seed + 0x9e3779b97f4a7c15);
	h->seed[1] = hash_u64(m->head->seed + 0x2545f4914f6cdd1d) | 1;
	m->own = h;
	m->lookup = hash_lookup_for(m);
	return 0;
}

static void close_hash(struct map *m)
{
	hash_part_ways(m);
	free(m->own);
}

/* ---- an element's contents ---- */

static void store_key(const struct map *m, struct elem *e, const u8 *key)
{
	u64 *to = (u64 *)(void *)((u8 *)e + hash_of(m)->key_at);

	for (u32 n = m->key_size; n; to++) {
		u32 part = MIN(n, 8u);
		__atomic_store_n(to, hash_load(key, part), __ATOMIC_RELEASE);
		key += part;
		n -= part;
	}
}

static void store_zero(u8 *to, u32 n)
{
	for (u32 i = 0; i < n; i += 8)
		__atomic_store_n((u64 *)(void *)(to + i), 0, __ATOMIC_RELAXED);
}

/* What an update writes: its own slot, or all slots of the call's value. */
struct input {
	const void *value;
	u32 slot;
	bool all;
};

static void store_slots(struct map *m, u32 i, const struct input *in, bool fresh)
{
	const struct hash *h = hash_of(m);

	for (u32 slot = 0; slot < m->slots; slot++) {
		u8 *to = hash_value(m, h, i, slot);

		if (in->all)
			map_copy(m, to, (const u8 *)in->value + (size_t)slot * m->stride);
		else if (slot == in->slot)
			map_copy(m, to, in->value);
		else if (fresh)
			store_zero(to, m->stride);
		if (fresh)
			map_clear_fields(m, to);
	}
}

static void fill(struct map *m, const struct place *p, u32 i, const u8 *key, const struct input *in)
{
	const struct hash *h = hash_of(m);
	struct elem *e = hash_elem(h, i);

	__atomic_store_n(&e->hash, p->hash, __ATOMIC_RELEASE);
	store_key(m, e, key);
	if (h->per_cpu) {
		store_slots(m, i, in, true);
	} else {
		map_drop(m, hash_value(m, h, i, 0)); /* somebody may have used it meanwhile */
		map_clear_fields(m, hash_value(m, h, i, 0));
		map_copy(m, hash_value(m, h, i, 0), in->value);
	}
	/* Replaced, it is in use. */
	if (h->lru)
		__atomic_store_n(lru_state(e), p->at ? LRU_USED : LRU_NEW, __ATOMIC_RELAXED);
}

/* ---- update and delete ---- */

/* Finds the key in the bucket, which is locked. */
static void find_locked(const struct map *m, const u8 *key, struct place *p)
{
	const struct hash *h = hash_of(m);

	p->before = 0;
	p->at = (u32)__atomic_load_n(&p->cell->at, __ATOMIC_RELAXED);
	while (p->at) {
		struct elem *e = hash_elem(h, p->at);
		if (__atomic_load_n(&e->hash, __ATOMIC_RELAXED) == p->hash &&
		    hash_same((u64 *)(void *)((u8 *)e + h->key_at), key, m->key_size))
			return;
		p->before = p->at;
		p->at = __atomic_load_n(&e->next, __ATOMIC_RELAXED);
	}
}

int hash_seek(struct map *m, const u8 *key, struct place *p)
{
	const struct hash *h = hash_of(m);

	p->hash = hash_of_key(h, key, m->key_size);
	p->cell = hash_cell(h, p->hash);
	p->turned = false;
	int err = hash_lock(m, p->cell, &p->kept);
	if (!err)
		find_locked(m, key, p);
	return err;
}

static int replace(struct map *m, struct place *p, const u8 *key, const struct input *in)
{
	const struct hash *h = hash_of(m);
	u32 old = p->at, i;
	struct part *from = old ? hash_part(h, old) : h->by_slot ? &h->part[in->slot] : h->part;

	int err = hash_alloc(m, p, from, !old, &i);
	if (err)
		return err;
	fill(m, p, i, key, in);
	hash_link(m, p, i);
	if (old)
		hash_free(m, p, old, false);
	return 0;
}

static int update_locked(struct map *m, struct place *p, const u8 *key, const struct input *in,
			 u64 flags)
{
	const struct hash *h = hash_of(m);
	int err = map_update_flags(flags, p->at);

	if (err)
		return err;
	if (p->at && h->per_cpu) {
		store_slots(m, p->at, in, false);
		if (h->lru)
			__atomic_store_n(lru_state(hash_elem(h, p->at)), LRU_USED,
					 __ATOMIC_RELAXED);
		return 0;
	}
	if (p->at && (flags & BPF_F_LOCK)) {
		u8 *to = hash_value(m, h, p->at, 0);
		map_copy_locked(m, to, in->value, to);
		return 0;
	}
	return replace(m, p, key, in);
}

static int put(struct map *m, const void *key, const struct input *in, u64 flags)
{
	struct place p;

	for (u32 tries = 1;; tries++) {
		int err = hash_seek(m, key, &p);
		if (unlikely(err))
			return err;
		err = update_locked(m, &p, key, in, flags);
		hash_unlock(p.cell, p.kept);
		if (likely(!err) && !p.turned)
			return 0;
		bool found = (err == -E2BIG || err == -EAGAIN || p.turned) && hash_lost(m);
		if (err == -EAGAIN && tries % SEARCH_EACH == 0)
			hash_search(m);
		if (err == -EAGAIN)
			sched_yield();
		else if (err != -E2BIG || !found)
			return err;
	}
}

static int check_flags(const struct map *m, u64 flags)
{
	if (flags <= BPF_EXIST)
		return 0;
	if ((flags & ~(u64)BPF_F_LOCK) > BPF_EXIST || hash_of(m)->lru || hash_of(m)->per_cpu ||
	    !map_has_lock(m))
		return -EINVAL;
	return 0;
}

static int update(struct map *m, const void *key, const void *value, u64 flags, u32 slot)
{
	int err = check_flags(m, flags);

	return err ? err : put(m, key, &(struct input){value, slot, false}, flags);
}

static int write(struct map *m, const void *key, const void *value, u64 flags)
{
	int err = check_flags(m, flags);

	return err ? err : put(m, key, &(struct input){value, 0, m->ops->per_cpu}, flags);
}

static int remove_key(struct map *m, const void *key)
{
	struct place p;
	int err = hash_seek(m, key, &p);

	if (err)
		return err;
	if (p.at) {
		hash_unlink(m, &p);
		hash_free(m, &p, p.at, true);
	} else {
		err = -ENOENT;
	}
	hash_unlock(p.cell, p.kept);
	return err;
}

/* ---- reading, for the call ---- */

void hash_copy_out(struct map *m, u32 i, void *value, u64 flags)
{
	const struct hash *h = hash_of(m);
	u32 slots = h->per_cpu ? m->slots : 1;

	for (u32 slot = 0; slot < slots; slot++) {
		u8 *from = hash_value(m, h, i, slot);
		if (flags & BPF_F_LOCK)
			map_copy_locked(m, value, from, from);
		else
			map_copy(m, (u8 *)value + (size_t)slot * m->stride, from);
		map_clear_fields(m, (u8 *)value + (size_t)slot * m->stride);
	}
}

/* No mark for the LRU. Unlike Linux's, it is copied again when an element of the
 * bucket went meanwhile: it may have been this one. */
static int read_value(struct map *m, const void *key, void *value, u64 flags)
{
	const struct hash *h = hash_of(m);
	u32 hash = hash_of_key(h, key, m->key_size);
	const struct cell *c = hash_cell(h, hash);

	for (u32 tries = 0;; tries++) {
		u64 at = __atomic_load_n(&c->at, __ATOMIC_ACQUIRE);
		u32 i;

		if (!hash_find(h, h->key_at, key, m->key_size, hash, &i))
			return -ENOENT;
		hash_copy_out(m, i, value, flags);
		if (!hash_stale(c, at) || tries == READ_TRIES)
			return 0;
	}
}

static int take(struct map *m, const void *key, void *value, u64 flags)
{
	struct place p;
	int err = hash_seek(m, key, &p);

	if (err)
		return err;
	if (p.at) {
		hash_copy_out(m, p.at, value, flags);
		hash_unlink(m, &p);
		hash_free(m, &p, p.at, true);
	} else {
		err = -ENOENT;
	}
	hash_unlock(p.cell, p.kept);
	return err;
}

/* The one that fits is chosen when the map is opened. */
static void *lookup(struct map *m, const void *key, u32 slot) { return m->lookup(m, key, slot); }

/* ---- the types ---- */

enum {
	COMMON_FLAGS = BPF_F_NO_PREALLOC | BPF_F_NO_COMMON_LRU | BPF_F_NUMA_NODE | MAP_ACCESS |
		       BPF_F_ZERO_SEED,
};

#define COMMON                                                                           \
	.flags = COMMON_FLAGS, .check = check, .size = size, .sure = sure, .init = init, \
	.open = open_hash, .close = close_hash, .lookup = lookup, .remove = remove_key,  \
	.read = read_value, .write = write, .next = hash_next, .batch = hash_batch

#define CHANGED_BY_PROGRAMS .update = update, .take = take, .each = hash_each

const struct map_ops map_hash = {
	.type = BPF_MAP_TYPE_HASH,
	COMMON,
	CHANGED_BY_PROGRAMS,
};

const struct map_ops map_percpu_hash = {
	.type = BPF_MAP_TYPE_PERCPU_HASH,
	.per_cpu = true,
	COMMON,
	CHANGED_BY_PROGRAMS,
};

const struct map_ops map_lru_hash = {
	.type = BPF_MAP_TYPE_LRU_HASH,
	COMMON,
	CHANGED_BY_PROGRAMS,
};

const struct map_ops map_lru_percpu_hash = {
	.type = BPF_MAP_TYPE_LRU_PERCPU_HASH,
	.per_cpu = true,
	COMMON,
	CHANGED_BY_PROGRAMS,
};

const struct map_ops map_hash_of_maps = {
	.type = BPF_MAP_TYPE_HASH_OF_MAPS,
	.holds_fd = true,
	COMMON,
};
