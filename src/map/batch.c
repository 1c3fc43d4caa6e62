/* SPDX-License-Identifier: BSD-2-Clause */
/* The batch commands, by keys: Linux's generic_map_lookup_batch and relatives.
 * Types that walk by bucket have their own. */
#include "map/priv.h"

#include <stdlib.h>

bool map_can_batch(const struct map *m, u32 what)
{
	return m->ops->batch || (m->ops->batches & what);
}

u32 map_batch_bytes(const struct map *m) { return m->ops->batch ? 4 : m->key_size; }

bool map_batch_is_over(const struct map *m, const void *in)
{
	return in && m->ops->batch && get_le32(in) >= map_hash_buckets(m);
}

/* 0, or what Linux answers of a command that the type lacks, or of wrong flags. */
static int may(const struct map *m, u32 what, u64 flags)
{
	if (!map_can_batch(m, what))
		return -ENOTSUPP_LINUX;
	if (flags & ~(u64)BPF_F_LOCK || (flags && !map_has_lock(m)))
		return -EINVAL;
	return 0;
}

/* Copies elements from where `in` ended; a key that goes meanwhile is passed. */
static int walk(struct map *m, const void *in, void *out, u8 *keys, u8 *values, u32 *count,
		u64 flags, u8 *key)
{
	u32 room = *count, bytes = map_value_bytes(m), n = 0;
	u8 *last = key + m->key_size;
	int err = 0;

	*count = 0;
	if (in)
		memcpy(last, in, m->key_size);
	while (n < room) {
		err = map_next(m, in ? last : NULL, key);
		if (err)
			break;
		err = map_read(m, key, values + (u64)n * bytes, flags);
		if (err && err != -ENOENT)
			return err;
		if (!err)
			memcpy(keys + (u64)n++ * m->key_size, key, m->key_size);
		memcpy(last, key, m->key_size);
		in = last;
	}
	*count = n;
	if (n)
		memcpy(out, last, m->key_size);
	return err;
}

int map_batch(struct map *m, const void *in, void *out, void *keys, void *values, u32 *count,
	      u64 flags, bool take)
{
	if (m->ops->batch)
		return m->ops->batch(m, in, out, keys, values, count, flags, take);
	int err = take ? -ENOTSUPP_LINUX : may(m, MAP_BATCH_READ, flags);
	if (err || !*count)
		return err;
	u8 *key = malloc(2 * (size_t)m->key_size);
	if (!key)
		return -ENOMEM;
	err = walk(m, in, out, keys, values, count, flags, key);
	free(key);
	return err;
}

int map_batch_write(struct map *m, const void *keys, const void *values, u32 *count, u64 flags)
{
	u32 n = *count, bytes = map_value_bytes(m);
	int err = may(m, MAP_BATCH_WRITE, flags);

	if (err)
		return err;
	for (*count = 0; *count < n && !err; *count += !err)
		err = map_write(m, (const u8 *)keys + (u64)*count * m->key_size,
				(const u8 *)values + (u64)*count * bytes, flags);
	return err;
}

int map_batch_remove(struct map *m, const void *keys, u32 *count, u64 flags)
{
	u32 n = *count;
	int err = may(m, MAP_BATCH_REMOVE, flags);

	if (err)
		return err;
	for (*count = 0; *count < n && !err; *count += !err)
		err = map_remove(m, (const u8 *)keys + (u64)*count * m->key_size);
	return err;
}
