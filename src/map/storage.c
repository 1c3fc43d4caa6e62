/* SPDX-License-Identifier: BSD-2-Clause */
/* Storages: a value for each owner. SK_STORAGE, INODE_STORAGE, TASK_STORAGE,
 * CGRP_STORAGE: here a key is always a u64, that who calls has made of a descriptor
 * or of what runs, whatever key_size says. CGROUP_STORAGE, PERCPU_CGROUP_STORAGE: a
 * key is as Linux has it; attaching makes the elements.
 *
 * Elements lie in one table, at the first free place from their hash on. What is
 * free again stays marked, so that a look-up goes on, unless what follows never was
 * used; it takes no lock. When there is no place, those of dead threads are free.
 * Places get their memory GROUP at a time, when one of them is first used. */
#include "map/lock.h"
#include "map/priv.h"

enum {
	PLACES = 1 << 16,
	GROUP = 8,
	CGROUP_KEY = sizeof(struct bpf_cgroup_storage_key),
	VALUE_MAX = 65407, /* Linux's BPF_LOCAL_STORAGE_MAX_VALUE_SIZE */
	PERCPU_MAX = 32 << 10,
};

enum state { EMPTY, FULL, GONE };

struct place {
	u64 state;
	u64 key[2];
	u8 value[];
};

struct own {
	struct map_lock lock;
	u64 sure[PLACES / GROUP / 64]; /* a bit for each group that has memory */
};

static bool is_cgroup(u32 type)
{
	return type == BPF_MAP_TYPE_CGROUP_STORAGE || type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

static int check(const struct map_attr *a)
{
	if (a->key_size != 4 || !a->value_size || a->max_entries || !(a->flags & BPF_F_NO_PREALLOC))
		return -EINVAL;
	return a->value_size > VALUE_MAX ? -E2BIG : 0;
}

static int check_cgroup(const struct map_attr *a)
{
	u32 most = a->type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE ? PERCPU_MAX : VALUE_MAX;

	if ((a->key_size != 8 && a->key_size != CGROUP_KEY) || !a->value_size)
		return -EINVAL;
	if (a->value_size > most)
		return -E2BIG;
	if (a->flags & ~(u32)(BPF_F_NUMA_NODE | MAP_ACCESS) || !map_access_ok(a->flags) ||
	    a->max_entries)
		return -EINVAL;
	return 0;
}

static u64 place_bytes(u32 type, u32 value_size, u32 slots)
{
	u64 copies = type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE ? slots : 1;

	return sizeof(struct place) + copies * map_round(value_size, 8);
}

static u64 size(const struct map_attr *a)
{
	return map_round(PLACES * place_bytes(a->type, a->value_size, a->slots), MAP_PAGE);
}

static struct place *at(const struct map *m, u32 i)
{
	u64 bytes = place_bytes(m->type, m->value_size, m->slots);

	return (struct place *)(void *)(m->data + i % PLACES * bytes);
}

static u64 *group_of(const struct map *m, u32 i, u64 *bit)
{
	*bit = (u64)1 << i / GROUP % 64;
	return &map_own(m, struct own)->sure[i / GROUP / 64];
}

static u64 state(const struct map *m, u32 i)
{
	u64 bit, *group = group_of(m, i % PLACES, &bit);

	if (!(__atomic_load_n(group, __ATOMIC_ACQUIRE) & bit))
		return EMPTY;
	return __atomic_load_n(&at(m, i)->state, __ATOMIC_ACQUIRE);
}

/* Needs: the lock. */
static int sure(struct map *m, u32 i)
{
	u64 bit, *group = group_of(m, i, &bit);

	if (*group & bit)
		return 0;
	const u8 *first = (const u8 *)at(m, i / GROUP * GROUP);
	int err = map_sure(m, first, GROUP * place_bytes(m->type, m->value_size, m->slots));
	if (!err)
		__atomic_fetch_or(group, bit, __ATOMIC_RELEASE);
	return err;
}

static u64 none_sure(const struct map_attr *a)
{
	(void)a;
	return 0;
}

static void set_state(struct place *p, enum state s)
{
	__atomic_store_n(&p->state, s, __ATOMIC_RELEASE);
}

static void read_key(const struct map *m, const void *key, u64 to[2])
{
	struct bpf_cgroup_storage_key k = {0};
	bool whole = is_cgroup(m->type) && m->key_size == CGROUP_KEY;

	memcpy(&k, key, whole ? CGROUP_KEY : 8);
	to[0] = k.cgroup_inode_id;
	to[1] = k.attach_type;
}

static u32 first(const struct map *m, const u64 key[2])
{
	return (u32)hash_u64(hash_add(hash_add(m->head->seed, key[0]), key[1])) % PLACES;
}

/* free: where the key could be put; PLACES: nowhere. */
static struct place *find(const struct map *m, const u64 key[2], u32 *free)
{
	u32 begin = first(m, key);

	*free = PLACES;
	for (u32 n = 0; n < PLACES; n++) {
		struct place *p = at(m, begin + n);
		u64 s = state(m, begin + n);
		if (s != FULL && *free == PLACES)
			*free = (begin + n) % PLACES;
		if (s == EMPTY)
			return NULL;
		if (s == FULL && p->key[0] == key[0] && p->key[1] == key[1])
			return p;
	}
	return NULL;
}

static void *lookup(struct map *m, const void *key, u32 slot)
{
	u64 k[2];
	u32 none;

	read_key(m, key, k);
	struct place *p = find(m, k, &none);
	return p ? p->value + (m->ops->per_cpu ? (u64)slot * m->stride : 0) : NULL;
}

static u32 index_of(const struct map *m, const struct place *p)
{
	return (u32)((u64)((const u8 *)p - m->data) /
		     place_bytes(m->type, m->value_size, m->slots));
}

/* Needs: the lock. */
static void let_go(struct map *m, struct place *p)
{
	u32 i = index_of(m, p);

	set_state(p, GONE);
	map_drop(m, p->value);
	if (state(m, i + 1) == EMPTY)
		for (; state(m, i) == GONE; i--)
			set_state(at(m, i), EMPTY);
}

static bool sweep(struct map *m)
{
	bool some = false;

	if (m->type != BPF_MAP_TYPE_TASK_STORAGE)
		return false;
	for (u32 i = 0; i < PLACES; i++) {
		struct place *p = at(m, i);
		if (state(m, i) != FULL || !lock_is_dead(p->key[0], true))
			continue;
		let_go(m, p);
		some = true;
	}
	return some;
}

/* Makes it: `init` in every copy, or zero. Needs: the lock. */
static struct place *make(struct map *m, const u64 key[2], u32 i, const void *init)
{
	u32 copies = m->ops->per_cpu ? m->slots : 1;

	if (i == PLACES && sweep(m))
		find(m, key, &i);
	if (i == PLACES || sure(m, i))
		return NULL;
	struct place *p = at(m, i);
	memcpy(p->key, key, sizeof(p->key));
	memset(p->value, 0, (size_t)copies * m->stride);
	for (u32 c = 0; init && c < copies; c++)
		map_copy(m, p->value + (u64)c * m->stride, init);
	set_state(p, FULL);
	return p;
}

static void set(struct map *m, struct place *p, const void *value, u64 flags)
{
	if (flags & BPF_F_LOCK)
		map_copy_locked(m, p->value, value, p->value);
	else
		map_copy(m, p->value, value);
	map_drop(m, p->value);
}

static int update(struct map *m, const void *key, const void *value, u64 flags, u32 slot)
{
	struct map_lock *lock = &map_own(m, struct own)->lock;
	u64 k[2];
	u32 free;

	(void)slot;
	if ((flags & ~(u64)BPF_F_LOCK) > BPF_EXIST || (flags & BPF_F_LOCK && !map_has_lock(m)))
		return -EINVAL;
	read_key(m, key, k);
	int err = map_lock(lock);
	if (err < 0)
		return err;
	struct place *p = find(m, k, &free);
	err = map_update_flags(flags, p != NULL);
	if (!err && p)
		set(m, p, value, flags);
	else if (!err && !make(m, k, free, value))
		err = -ENOMEM;
	map_unlock(lock);
	return err;
}

static int remove_key(struct map *m, const void *key)
{
	struct map_lock *lock = &map_own(m, struct own)->lock;
	u64 k[2];
	u32 none;

	read_key(m, key, k);
	int err = map_lock(lock);
	if (err < 0)
		return err;
	struct place *p = find(m, k, &none);
	if (p)
		let_go(m, p);
	map_unlock(lock);
	return p ? 0 : -ENOENT;
}

void *map_storage_get(struct map *m, u64 owner, const void *init, u32 slot)
{
	struct map_lock *lock = &map_own(m, struct own)->lock;
	u64 k[2] = {owner, 0};
	u32 free;

	void *value = lookup(m, k, slot);
	if (value || map_lock(lock) < 0)
		return value;
	struct place *p = find(m, k, &free);
	if (!p)
		p = make(m, k, free, init);
	map_unlock(lock);
	return p ? p->value + (m->ops->per_cpu ? (u64)slot * m->stride : 0) : NULL;
}

int map_storage_attach(struct map *m, u64 cgroup, u32 attach)
{
	bool shared = m->key_size == sizeof(cgroup); /* by all that is attached there */
	u64 k[2] = {cgroup, shared ? 0 : attach};
	struct map_lock *lock = &map_own(m, struct own)->lock;
	u32 free;

	if (!is_cgroup(m->type))
		return 0;
	int err = map_lock(lock);
	if (err < 0)
		return err;
	bool good = find(m, k, &free) || make(m, k, free, NULL);
	map_unlock(lock);
	return good ? 0 : -ENOMEM;
}

static int no_next(struct map *m, const void *key, void *next)
{
	(void)m, (void)key, (void)next;
	return -ENOTSUPP_LINUX;
}

#define STORAGE(name, nr)                                                      \
	const struct map_ops name = {.type = (nr),                             \
				     .sparse = true,                           \
				     .flags = BPF_F_NO_PREALLOC | BPF_F_CLONE, \
				     .check = check,                           \
				     .size = size,                             \
				     .sure = none_sure,                        \
				     .lookup = lookup,                         \
				     .update = update,                         \
				     .remove = remove_key,                     \
				     .next = no_next}

STORAGE(map_sk_storage, BPF_MAP_TYPE_SK_STORAGE);
STORAGE(map_inode_storage, BPF_MAP_TYPE_INODE_STORAGE);
STORAGE(map_task_storage, BPF_MAP_TYPE_TASK_STORAGE);
STORAGE(map_cgrp_storage, MAPTYPE_CGRP_STORAGE);

/* ---- of cgroups, since Linux 4.19: what is attached there has a value ---- */

static int update_cgroup(struct map *m, const void *key, const void *value, u64 flags, u32 slot)
{
	u64 k[2];
	u32 none;

	(void)slot;
	if (flags & ~(u64)(BPF_F_LOCK | BPF_EXIST) || (flags & BPF_F_LOCK && !map_has_lock(m)))
		return -EINVAL;
	read_key(m, key, k);
	struct place *p = find(m, k, &none);
	if (!p)
		return -ENOENT;
	set(m, p, value, flags);
	return 0;
}

static int no_remove(struct map *m, const void *key)
{
	(void)m, (void)key;
	return -EINVAL;
}

static int next_cgroup(struct map *m, const void *key, void *to)
{
	u32 i = 0, none;

	if (key) {
		u64 k[2];
		read_key(m, key, k);
		const struct place *p = find(m, k, &none);
		if (!p)
			return -ENOENT;
		i = index_of(m, p) + 1;
	}
	for (; i < PLACES; i++)
		if (state(m, i) == FULL) {
			memcpy(to, at(m, i)->key, m->key_size);
			return 0;
		}
	return -ENOENT;
}

static int read_copies(struct map *m, const void *key, void *value, u64 flags)
{
	const u8 *from = lookup(m, key, 0);

	(void)flags;
	if (from)
		memcpy(value, from, (size_t)m->stride * m->slots);
	return from ? 0 : -ENOENT;
}

static int write_copies(struct map *m, const void *key, const void *value, u64 flags)
{
	u8 *to = lookup(m, key, 0);

	if (flags != BPF_ANY && flags != BPF_EXIST)
		return -EINVAL;
	if (to)
		memcpy(to, value, (size_t)m->stride * m->slots);
	return to ? 0 : -ENOENT;
}

const struct map_ops map_cgroup_storage = {
	.type = BPF_MAP_TYPE_CGROUP_STORAGE,
	.sparse = true,
	.flags = UINT32_MAX,
	.check = check_cgroup,
	.size = size,
	.sure = none_sure,
	.lookup = lookup,
	.update = update_cgroup,
	.remove = no_remove,
	.next = next_cgroup,
};

const struct map_ops map_percpu_cgroup_storage = {
	.type = BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE,
	.sparse = true,
	.per_cpu = true,
	.flags = UINT32_MAX,
	.check = check_cgroup,
	.size = size,
	.sure = none_sure,
	.lookup = lookup,
	.remove = no_remove,
	.read = read_copies,
	.write = write_copies,
	.next = next_cgroup,
};
