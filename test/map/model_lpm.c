/* SPDX-License-Identifier: BSD-2-Clause */
/* Random operations on LPM tries: ours, a plain list of prefixes and the
 * kernel's trie.
 * Usage: model_lpm [operations of a type [seed]] */
#include "model.h"

enum { ENTRIES = 24, SIZE = 12 };

struct entry {
	u8 key[KEY_MAX], value[SIZE];
};
static struct entry list[ENTRIES];
static u32 entries, data;

static u32 prefix_of(const u8 *key) { return get_le32(key); }
static bool bit(const u8 *key, u32 i) { return key[4 + i / 8] >> (7 - i % 8) & 1; }

/* Few bytes are used, so that prefixes often lie in each other. */
static void random_prefix(u8 *to)
{
	u32 prefix = pick(data * 8 + 1);

	if (!pick(50))
		prefix = data * 8 + 1 + pick(3);
	if (!pick(2))
		prefix = MIN(prefix, pick(12));
	put_le32(to, prefix);
	for (u32 i = 0; i < data; i++)
		to[4 + i] = (u8)(pick(8) ? 0xa5 : pick(2) ? 0xa4 : pick(256));
}

static u32 alike(const u8 *a, const u8 *b)
{
	u32 n = 0, most = MIN(prefix_of(a), prefix_of(b));

	while (n < most && bit(a, n) == bit(b, n))
		n++;
	return n;
}

static struct entry *exact(const u8 *key)
{
	for (u32 i = 0; i < entries; i++)
		if (prefix_of(list[i].key) == prefix_of(key) &&
		    alike(list[i].key, key) == prefix_of(key))
			return &list[i];
	return NULL;
}

static bool too_long(const u8 *key) { return prefix_of(key) > data * 8; }

static int lpm_read(const u8 *key, u8 *value)
{
	const struct entry *best = NULL;

	if (too_long(key))
		return -ENOENT;
	for (u32 i = 0; i < entries; i++)
		if (alike(list[i].key, key) == prefix_of(list[i].key) &&
		    (!best || prefix_of(best->key) < prefix_of(list[i].key)))
			best = &list[i];
	if (best)
		memcpy(value, best->value, SIZE);
	return best ? 0 : -ENOENT;
}

static int lpm_write(const u8 *key, const u8 *value, u64 flags)
{
	if (flags > 2 || too_long(key))
		return -EINVAL;
	struct entry *e = exact(key);
	if (e && flags == 1)
		return -EEXIST;
	if (!e && flags == 2)
		return -ENOENT;
	if (!e && entries == ENTRIES)
		return -ENOSPC;
	if (!e)
		e = &list[entries++];
	memcpy(e->key, key, KEY_MAX);
	memcpy(e->value, value, SIZE);
	return 0;
}

static int lpm_remove(const u8 *key)
{
	if (too_long(key))
		return -EINVAL;
	struct entry *e = exact(key);
	if (!e)
		return -ENOENT;
	*e = list[--entries];
	return 0;
}

/* Is a given out before b? What lies within comes first, then 0 before 1. */
static bool before(const u8 *a, const u8 *b)
{
	u32 n = alike(a, b);

	if (n == prefix_of(a) || n == prefix_of(b))
		return prefix_of(a) > prefix_of(b);
	return !bit(a, n);
}

static int lpm_next(const u8 *key, u8 *next)
{
	const struct entry *best = NULL;
	const u8 *from = key && !too_long(key) && exact(key) ? key : NULL;

	for (u32 i = 0; i < entries; i++)
		if ((!from || before(from, list[i].key)) &&
		    (!best || before(list[i].key, best->key)))
			best = &list[i];
	if (best)
		memcpy(next, best->key, 4 + data);
	return best ? 0 : -ENOENT;
}

static void reset(void) { entries = 0; }

int main(int argc, char **argv)
{
	static const u32 sizes[] = {1, 4, 7, 8, 16, 20, 256};
	u64 n = argc > 1 ? strtoull(argv[1], NULL, 0) : 30000;
	bool failed = false;

	rng_state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	if (no_kernel())
		printf("skip the kernel's tries: it makes none for us\n");
	for (u32 i = 0; i < LEN(sizes); i++) {
		char name[40];
		struct model t = {
			.name = name,
			.attr = {BPF_MAP_TYPE_LPM_TRIE, 4 + sizes[i], SIZE, ENTRIES,
				 .flags = BPF_F_NO_PREALLOC, .slots = 1},
			.batches = MAP_BATCH_READ | MAP_BATCH_WRITE | MAP_BATCH_REMOVE,
			.random_key = random_prefix,
			.reset = reset,
			.read = lpm_read,
			.write = lpm_write,
			.remove = lpm_remove,
			.next = lpm_next,
			.btf = -1,
			.inner = -1,
		};
		data = sizes[i];
		snprintf(name, sizeof(name), "trie of %u bytes", data);
		failed |= run_model(&t, n, n);
	}
	return failed;
}
