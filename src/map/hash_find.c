/* SPDX-License-Identifier: BSD-2-Clause */
/* Look-ups of programs in hashes: one function for each kind of map and each size
 * of keys that is often used. */
#include "map/hash.h"

enum { KEY_AT = 8, LRU_KEY_AT = 16 };

static inline __attribute__((always_inline)) void *lookup(struct map *m, const u8 *key, u32 slot,
							  u32 size, bool lru, bool per_cpu)
{
	const struct hash *h = hash_of(m);
	u32 hash = hash_of_key(h, key, size);
	u32 i;
	struct elem *e = hash_find(h, lru ? LRU_KEY_AT : KEY_AT, key, size, hash, &i);

	if (unlikely(!e))
		return NULL;
	if (lru && __atomic_load_n(lru_state(e), __ATOMIC_RELAXED) == LRU_NEW)
		__atomic_store_n(lru_state(e), LRU_USED, __ATOMIC_RELAXED);
	if (per_cpu)
		return h->values + slot * h->area + (size_t)i * m->stride;
	return (u8 *)e + h->value_at;
}

#define LOOKUP(name, size, lru, per_cpu)                            \
	static void *name(struct map *m, const void *key, u32 slot) \
	{                                                           \
		return lookup(m, key, slot, size, lru, per_cpu);    \
	}
#define LOOKUPS(kind, lru, per_cpu)         \
	LOOKUP(kind##_4, 4, lru, per_cpu)   \
	LOOKUP(kind##_8, 8, lru, per_cpu)   \
	LOOKUP(kind##_16, 16, lru, per_cpu) \
	LOOKUP(kind##_any, m->key_size, lru, per_cpu)
LOOKUPS(plain, false, false)
LOOKUPS(per_cpu, false, true)
LOOKUPS(lru, true, false)
LOOKUPS(lru_per_cpu, true, true)

/* The value of a map of maps is the number of another. */
static void *inner(struct map *m, const void *key, u32 slot)
{
	const u32 *id = plain_any(m, key, slot);

	if (!id || !m->host || !m->host->inner)
		return NULL;
	return m->host->inner(m, __atomic_load_n(id, __ATOMIC_ACQUIRE));
}

hash_lookup_fn *hash_lookup_for(const struct map *m)
{
	static hash_lookup_fn *const by[2][2][4] = {
		{{plain_4, plain_8, plain_16, plain_any},
		 {per_cpu_4, per_cpu_8, per_cpu_16, per_cpu_any}},
		{{lru_4, lru_8, lru_16, lru_any},
		 {lru_per_cpu_4, lru_per_cpu_8, lru_per_cpu_16, lru_per_cpu_any}},
	};
	u32 n = m->key_size == 4 ? 0 : m->key_size == 8 ? 1 : m->key_size == 16 ? 2 : 3;

	return m->ops->holds_fd ? inner : by[hash_of(m)->lru][m->ops->per_cpu][n];
}
