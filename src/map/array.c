/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF_MAP_TYPE_ARRAY, PERCPU_ARRAY: values by index, which all exist from the
 * beginning. A per-CPU value is `slots` values of `stride` bytes, one behind the
 * other. */
#include "map/priv.h"

#include <unistd.h>

enum { PERCPU_VALUE_MAX = 32 << 10 }; /* Linux's PCPU_MIN_UNIT_SIZE */

int map_array_check(const struct map_attr *a)
{
	bool per_cpu = a->type == BPF_MAP_TYPE_PERCPU_ARRAY;

	if (!a->max_entries || a->key_size != 4 || !a->value_size || !map_access_ok(a->flags))
		return -EINVAL;
	if (a->value_size > INT32_MAX)
		return -E2BIG;
	if (per_cpu && map_round(a->value_size, 8) > PERCPU_VALUE_MAX)
		return -E2BIG;
	/* Linux takes the memory at once. */
	u64 all = map_round(a->value_size, 8) * a->max_entries;
	return all / MAP_PAGE > (u64)sysconf(_SC_PHYS_PAGES) ? -ENOMEM : 0;
}

u64 map_array_size(const struct map_attr *a)
{
	u64 copies = a->type == BPF_MAP_TYPE_PERCPU_ARRAY ? a->slots : 1;

	return map_round(map_round(a->value_size, 8) * copies * a->max_entries, MAP_PAGE);
}

static u8 *at(const struct map *m, u32 i) { return m->data + (u64)i * m->stride; }

static void *lookup(struct map *m, const void *key, u32 slot)
{
	u32 i = map_index(key);

	(void)slot;
	return likely(i < m->max_entries) ? at(m, i) : NULL;
}

static int update(struct map *m, const void *key, const void *value, u64 flags, u32 slot)
{
	u32 i = map_index(key);

	(void)slot;
	if (unlikely((flags & ~(u64)BPF_F_LOCK) > BPF_EXIST))
		return -EINVAL;
	if (unlikely(i >= m->max_entries))
		return -E2BIG;
	if (unlikely(flags & BPF_NOEXIST))
		return -EEXIST;
	if (unlikely(flags & BPF_F_LOCK)) {
		if (!map_has_lock(m))
			return -EINVAL;
		map_copy_locked(m, at(m, i), value, at(m, i));
	} else {
		map_copy(m, at(m, i), value);
	}
	map_drop(m, at(m, i));
	return 0;
}

static int no_remove(struct map *m, const void *key)
{
	(void)m, (void)key;
	return -EINVAL;
}

int map_array_next(struct map *m, const void *key, void *to)
{
	u32 i = key ? map_index(key) : UINT32_MAX;

	if (i == m->max_entries - 1)
		return -ENOENT;
	i = i >= m->max_entries ? 0 : i + 1;
	memcpy(to, &i, 4);
	return 0;
}

static long each(struct map *m, map_each_fn *fn, void *arg, u32 slot)
{
	for (u32 i = 0; i < m->max_entries; i++) {
		u32 key = i;
		if (fn(m, &key, m->ops->lookup(m, &i, slot), arg))
			return (long)i + 1;
	}
	return m->max_entries;
}

static u64 mappable(const struct map *m)
{
	return m->flags & BPF_F_MMAPABLE ? map_round((u64)m->max_entries * m->stride, MAP_PAGE) : 0;
}

const struct map_ops map_array = {
	.type = BPF_MAP_TYPE_ARRAY,
	.flags = BPF_F_NUMA_NODE | BPF_F_MMAPABLE | BPF_F_INNER_MAP | MAP_ACCESS,
	.batches = MAP_BATCH_READ | MAP_BATCH_WRITE,
	.check = map_array_check,
	.size = map_array_size,
	.lookup = lookup,
	.update = update,
	.remove = no_remove,
	.each = each,
	.next = map_array_next,
	.mappable = mappable,
};

/* ---- per CPU ---- */

static u8 *copies(const struct map *m, u32 i) { return m->data + (u64)i * m->slots * m->stride; }

static void *lookup_own(struct map *m, const void *key, u32 slot)
{
	u32 i = map_index(key);

	return likely(i < m->max_entries) ? copies(m, i) + (u64)slot * m->stride : NULL;
}

static int update_own(struct map *m, const void *key, const void *value, u64 flags, u32 slot)
{
	if ((flags & ~(u64)BPF_F_LOCK) > BPF_EXIST)
		return -EINVAL;
	u8 *to = lookup_own(m, key, slot);
	if (!to)
		return -E2BIG;
	if (flags & BPF_NOEXIST)
		return -EEXIST;
	if (flags & BPF_F_LOCK)
		return -EINVAL;
	map_copy(m, to, value);
	map_drop(m, to);
	return 0;
}

static int read_all(struct map *m, const void *key, void *value, u64 flags)
{
	u32 i = map_index(key);

	(void)flags;
	if (i >= m->max_entries)
		return -ENOENT;
	for (u32 s = 0; s < m->slots; s++) {
		u8 *to = (u8 *)value + (u64)s * m->stride;
		map_copy(m, to, copies(m, i) + (u64)s * m->stride);
		map_clear_fields(m, to);
		memset(to + m->value_size, 0, m->stride - m->value_size);
	}
	return 0;
}

static int write_all(struct map *m, const void *key, const void *value, u64 flags)
{
	u32 i = map_index(key);

	if (flags > BPF_EXIST)
		return -EINVAL;
	if (i >= m->max_entries)
		return -E2BIG;
	if (flags == BPF_NOEXIST)
		return -EEXIST;
	for (u32 s = 0; s < m->slots; s++) {
		u8 *to = copies(m, i) + (u64)s * m->stride;
		map_copy(m, to, (const u8 *)value + (u64)s * m->stride);
		map_drop(m, to);
	}
	return 0;
}

const struct map_ops map_percpu_array = {
	.type = BPF_MAP_TYPE_PERCPU_ARRAY,
	.per_cpu = true,
	.flags = MAP_ACCESS,
	.batches = MAP_BATCH_READ | MAP_BATCH_WRITE,
	.check = map_array_check,
	.size = map_array_size,
	.lookup = lookup_own,
	.update = update_own,
	.remove = no_remove,
	.each = each,
	.read = read_all,
	.write = write_all,
	.next = map_array_next,
};
