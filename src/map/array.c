/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF_MAP_TYPE_ARRAY, PERCPU_ARRAY: values by index, which all exist from the
 * beginning. A per-CPU value is `slots` values of `stride` bytes, one behind the
 * other. */
#include "map/priv.h"

enum { LIMIT = 0x7fffffff }; /* KMALLOC_MAX_SIZE is less; memory decides */

static int check(const struct map_attr *a)
{
	bool per_cpu = a->type == BPF_MAP_TYPE_PERCPU_ARRAY;

	if (!a->max_entries || a->key_size != 4 || !a->value_size)
		return -EINVAL;
	if ((a->flags & BPF_F_RDONLY) && (a->flags & BPF_F_WRONLY))
		return -EINVAL;
	if ((a->flags & BPF_F_RDONLY_PROG) && (a->flags & BPF_F_WRONLY_PROG))
		return -EINVAL;
	if (per_cpu && (a->flags & (BPF_F_MMAPABLE | BPF_F_INNER_MAP)))
		return -EINVAL;
	if (a->value_size > (per_cpu ? 32u << 10 : (u32)LIMIT))
		return -E2BIG;
	return 0;
}

static u64 size(const struct map_attr *a)
{
	u64 copies = a->type == BPF_MAP_TYPE_PERCPU_ARRAY ? a->slots : 1;
	u64 one = map_round(a->value_size, 8) * copies, all;

	if (__builtin_mul_overflow(one, (u64)a->max_entries, &all) || all > (u64)1 << 46)
		return 0;
	return map_round(all, MAP_PAGE);
}

static u32 index_of(const void *key)
{
	u32 i;

	memcpy(&i, key, 4);
	return i;
}

static u8 *at(const struct map *m, u32 i)
{
	return m->data + (u64)i * m->stride * (m->ops->per_cpu ? m->slots : 1);
}

static void *lookup(struct map *m, const void *key, u32 slot)
{
	u32 i = index_of(key);

	if (unlikely(i >= m->max_entries))
		return NULL;
	return at(m, i) + (m->ops->per_cpu ? (u64)slot * m->stride : 0);
}

/* Linux: E2BIG for an index past the end comes before EEXIST. */
static int may_update(const struct map *m, u32 i, u64 flags)
{
	if ((flags & ~(u64)BPF_F_LOCK) > BPF_EXIST)
		return -EINVAL;
	if (i >= m->max_entries)
		return -E2BIG;
	return flags & BPF_NOEXIST ? -EEXIST : 0;
}

static int update(struct map *m, const void *key, const void *value, u64 flags, u32 slot)
{
	u32 i = index_of(key);
	int err = may_update(m, i, flags);

	if (err)
		return err;
	u8 *to = lookup(m, key, slot);
	if (flags & BPF_F_LOCK)
		map_copy_locked(m, to, value, to);
	else
		map_copy(m, to, value);
	if (m->head->attr.fields)
		map_drop(m, to);
	return 0;
}

static int no_remove(struct map *m, const void *key)
{
	(void)m, (void)key;
	return -EINVAL;
}

static int next(struct map *m, const void *key, void *to)
{
	u32 i = key ? index_of(key) : UINT32_MAX;

	if (i == m->max_entries - 1)
		return -ENOENT;
	i = i >= m->max_entries ? 0 : i + 1;
	memcpy(to, &i, 4);
	return 0;
}

static long each(struct map *m, map_each_fn *fn, void *arg, u32 slot)
{
	for (u32 i = 0; i < m->max_entries; i++)
		if (fn(m, &i, lookup(m, &i, slot), arg))
			return (long)i + 1;
	return m->max_entries;
}

static u64 mappable(const struct map *m)
{
	return m->flags & BPF_F_MMAPABLE ? map_round((u64)m->max_entries * m->stride, MAP_PAGE) : 0;
}

const struct map_ops map_array = {
	.type = BPF_MAP_TYPE_ARRAY,
	.flags = BPF_F_NUMA_NODE | BPF_F_MMAPABLE | BPF_F_INNER_MAP | BPF_F_RDONLY | BPF_F_WRONLY |
		 BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG | BPF_F_PRESERVE_ELEMS,
	.check = check,
	.size = size,
	.lookup = lookup,
	.update = update,
	.remove = no_remove,
	.each = each,
	.next = next,
	.mappable = mappable,
};

/* ---- per CPU ---- */

static int read_all(struct map *m, const void *key, void *value, u64 flags)
{
	u32 i = index_of(key);

	(void)flags;
	if (i >= m->max_entries)
		return -ENOENT;
	memcpy(value, at(m, i), (size_t)m->stride * m->slots);
	return 0;
}

static int write_all(struct map *m, const void *key, const void *value, u64 flags)
{
	u32 i = index_of(key);
	int err = may_update(m, i, flags);

	if (flags & BPF_F_LOCK)
		return -EINVAL;
	if (!err)
		memcpy(at(m, i), value, (size_t)m->stride * m->slots);
	return err;
}

const struct map_ops map_percpu_array = {
	.type = BPF_MAP_TYPE_PERCPU_ARRAY,
	.per_cpu = true,
	.flags = BPF_F_NUMA_NODE | BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_RDONLY_PROG |
		 BPF_F_WRONLY_PROG,
	.check = check,
	.size = size,
	.lookup = lookup,
	.update = update,
	.remove = no_remove,
	.each = each,
	.read = read_all,
	.write = write_all,
	.next = next,
};
