/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF_MAP_TYPE_BLOOM_FILTER: a set that may say yes wrongly, never no. Bits are
 * only set, each by itself, so neither side takes a lock. */
#include "map/priv.h"

enum { HASHES_MAX = 15, HASHES_USUAL = 5 };

static int check(const struct map_attr *a)
{
	if (a->value_size > MAP_KMALLOC_MAX)
		return -E2BIG;
	if (a->key_size || !a->value_size || !a->max_entries || a->extra > HASHES_MAX ||
	    a->flags & ~(u32)(BPF_F_NUMA_NODE | BPF_F_ZERO_SEED | MAP_ACCESS) ||
	    !map_access_ok(a->flags))
		return -EINVAL;
	return 0;
}

static u32 hashes(const struct map_attr *a) { return a->extra ? (u32)a->extra : HASHES_USUAL; }

/* max_entries * hashes / ln 2, as a power of two. */
static u64 bits(const struct map_attr *a)
{
	u64 want = (u64)a->max_entries * hashes(a) / 5 * 7, n = 64;

	while (n < want && n < (u64)1 << 32)
		n *= 2;
	return n;
}

static u64 size(const struct map_attr *a) { return map_round(bits(a) / 8, MAP_PAGE); }

struct own {
	u64 mask;
	u32 hashes;
};

static void init(struct map *m)
{
	*map_own(m, struct own) = (struct own){bits(&m->head->attr) - 1, hashes(&m->head->attr)};
}

static u64 hash(const struct map *m, const u8 *value)
{
	u64 h = m->head->seed;
	u32 n = m->value_size;

	for (; n >= 8; n -= 8, value += 8)
		h = hash_add(h, get_le64(value));
	u64 rest = n;
	for (u32 i = 0; i < n; i++)
		rest = rest << 8 | value[i];
	return hash_u64(hash_add(h, rest));
}

static u64 *word(const struct map *m, u64 h, u32 i, u64 *bit)
{
	u64 at = hash_u64(h + i) & map_own(m, struct own)->mask;

	*bit = (u64)1 << at % 64;
	return (u64 *)(void *)m->data + at / 64;
}

static int push(struct map *m, const void *value, u64 flags)
{
	u64 h = hash(m, value), bit;

	if (flags != BPF_ANY)
		return -EINVAL;
	for (u32 i = 0; i < map_own(m, struct own)->hashes; i++) {
		u64 *w = word(m, h, i, &bit);
		__atomic_fetch_or(w, bit, __ATOMIC_RELAXED);
	}
	return 0;
}

static int peek(struct map *m, void *value)
{
	u64 h = hash(m, value), bit;

	for (u32 i = 0; i < map_own(m, struct own)->hashes; i++) {
		const u64 *w = word(m, h, i, &bit);
		if (!(__atomic_load_n(w, __ATOMIC_RELAXED) & bit))
			return -ENOENT;
	}
	return 0;
}

static int no_pop(struct map *m, void *value)
{
	(void)m, (void)value;
	return -EOPNOTSUPP;
}

static int read_value(struct map *m, const void *key, void *value, u64 flags)
{
	(void)key, (void)flags;
	return peek(m, value);
}

static int write_value(struct map *m, const void *key, const void *value, u64 flags)
{
	(void)key;
	return push(m, value, flags);
}

static int no_update(struct map *m, const void *key, const void *value, u64 flags, u32 slot)
{
	(void)m, (void)key, (void)value, (void)flags, (void)slot;
	return -EINVAL;
}

const struct map_ops map_bloom = {
	.type = BPF_MAP_TYPE_BLOOM_FILTER,
	.flags = UINT32_MAX, /* check knows */
	.check = check,
	.size = size,
	.init = init,
	.push = push,
	.pop = no_pop,
	.peek = peek,
	.update = no_update,
	.read = read_value,
	.write = write_value,
};
