/* SPDX-License-Identifier: BSD-2-Clause */
/* The batch commands, by keys: Linux's generic_map_lookup_batch and relatives.
 * Types that walk by bucket have their own. */
#include "map/priv.h"

#include <stdlib.h>

enum { RETRIES = 3 }; /* Linux's MAP_LOOKUP_RETRIES */

bool map_can_batch(const struct map *m, enum map_batch what)
{
	switch (m->type) {
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
		return true;
	case BPF_MAP_TYPE_LPM_TRIE:
		return what != MAP_BATCH_TAKE;
	case BPF_MAP_TYPE_ARRAY:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
		return what == MAP_BATCH_READ || what == MAP_BATCH_WRITE;
	}
	return false;
}

u32 map_batch_bytes(const struct map *m) { return m->ops->batch ? 4 : m->key_size; }

/* Copies elements from where `in` ended; a key that goes meanwhile is passed. */
static int walk(struct map *m, const void *in, void *out, u8 *keys, u8 *values, u32 *count,
		u64 flags, u8 *key)
{
	u32 room = *count, bytes = map_value_bytes(m), n = 0, retry = RETRIES;
	u8 *last = key + m->key_size;
	bool have = in != NULL;

	*count = 0;
	if (have)
		memcpy(last, in, m->key_size);
	int err = map_next(m, have ? last : NULL, key);
	while (!err && n < room) {
		err = map_read(m, key, values + (u64)n * bytes, flags);
		if (err == -ENOENT && retry) {
			retry--;
			err = map_next(m, have ? last : NULL, key);
			continue;
		}
		if (err == -ENOENT)
			err = -EINTR;
		if (err)
			break;
		memcpy(keys + (u64)n * m->key_size, key, m->key_size);
		memcpy(last, key, m->key_size);
		have = true;
		retry = RETRIES;
		n++;
		err = map_next(m, last, key);
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
	if (take || !m->ops->next || !m->ops->lookup)
		return -ENOTSUPP_LINUX;
	if (!*count)
		return 0;
	u8 *key = malloc(2 * (size_t)m->key_size);
	if (!key)
		return -ENOMEM;
	int err = walk(m, in, out, keys, values, count, flags, key);
	free(key);
	return err;
}

int map_batch_write(struct map *m, const void *keys, const void *values, u32 *count, u64 flags)
{
	u32 n = *count, bytes = map_value_bytes(m);
	int err = 0;

	for (*count = 0; *count < n && !err; *count += !err)
		err = map_write(m, (const u8 *)keys + (u64)*count * m->key_size,
				(const u8 *)values + (u64)*count * bytes, flags);
	return err;
}

int map_batch_remove(struct map *m, const void *keys, u32 *count, u64 flags)
{
	u32 n = *count;
	int err = 0;

	(void)flags;
	for (*count = 0; *count < n && !err; *count += !err)
		err = map_remove(m, (const u8 *)keys + (u64)*count * m->key_size);
	return err;
}
