/* SPDX-License-Identifier: BSD-2-Clause */
/* Random operations on the hash family, on a plain model of it and on the running
 * kernel's map of the same type and flags: all must answer the same.
 * Usage: model_hash [operations [seed [configuration [processes]]]] */
#include "kernel_map.h"
#include "many.h"

#include <stdlib.h>

enum { KEYS = 48, KEY_MAX = 40, VALUE_MAX = 64, SLOTS_MAX = 64, INNER = 4 };

/* KEYS entries and more are never full; Linux's LRU maps keep all only where there
 * are many more. */
static const struct config {
	const char *name;
	u32 type, key_size, value_size, entries, flags;
	bool lock;
} configs[] = {
	{"hash", BPF_MAP_TYPE_HASH, 8, 8, 20, 0, false},
	{"hash, key of 4", BPF_MAP_TYPE_HASH, 4, 12, 33, 0, false},
	{"hash, key of 16", BPF_MAP_TYPE_HASH, 16, 40, 1, 0, false},
	{"hash, key of 3, no prealloc", BPF_MAP_TYPE_HASH, 3, 1, 20, BPF_F_NO_PREALLOC, false},
	{"hash, key of 37, zero seed", BPF_MAP_TYPE_HASH, 37, 64, 100, BPF_F_ZERO_SEED, false},
	{"hash, spin lock", BPF_MAP_TYPE_HASH, 8, 24, 20, 0, true},
	{"percpu_hash", BPF_MAP_TYPE_PERCPU_HASH, 8, 8, 20, 0, false},
	{"percpu_hash, key of 12, no prealloc", BPF_MAP_TYPE_PERCPU_HASH, 12, 20, 20,
	 BPF_F_NO_PREALLOC, false},
	{"lru_hash, never full", BPF_MAP_TYPE_LRU_HASH, 8, 8, 5000, 0, false},
	{"lru_hash, by slot, never full", BPF_MAP_TYPE_LRU_HASH, 4, 8, 5001, BPF_F_NO_COMMON_LRU,
	 false},
	{"lru_hash, full", BPF_MAP_TYPE_LRU_HASH, 8, 8, 20, 0, false},
	{"lru_hash, by slot, full", BPF_MAP_TYPE_LRU_HASH, 20, 8, 21, BPF_F_NO_COMMON_LRU, false},
	{"lru_percpu_hash, never full", BPF_MAP_TYPE_LRU_PERCPU_HASH, 8, 16, 5000, 0, false},
	{"lru_percpu_hash, full", BPF_MAP_TYPE_LRU_PERCPU_HASH, 8, 16, 20, 0, false},
	{"hash_of_maps", BPF_MAP_TYPE_HASH_OF_MAPS, 8, 4, 20, 0, false},
};

static struct {
	const struct config *c;
	struct map *ours;
	int theirs; /* -1: the kernel is not asked */
	u32 slots, bytes, stride, n, live;
	bool per_cpu, lru, evicts, refers;
	int inner_fd[INNER];
	u32 inner_id[INNER];
	bool has[KEYS];
	u8 value[KEYS][VALUE_MAX * SLOTS_MAX];
	u8 key[KEYS][KEY_MAX];
	u64 rnd, op;
	char why[200];
} w;

static u32 below(u32 n) { return (u32)(hash_u64(w.rnd++) >> 32) % n; }

static bool differ(const char *op, const char *who, u32 key, long is, long want)
{
	snprintf(w.why, sizeof(w.why), "operation %llu, %s of key %u: %s %ld, wanted %ld",
		 (unsigned long long)w.op, op, key, who, is, want);
	return false;
}

/* ---- values ---- */

static u32 part_bytes(void) { return w.per_cpu ? w.stride : w.c->value_size; }

/* Compares without padding and lock words. */
static bool same_value(const u8 *a, const u8 *b)
{
	u32 slots = w.per_cpu ? w.slots : 1, from = w.c->lock ? 4 : 0;

	for (u32 i = 0; i < slots; i++)
		if (memcmp(a + (size_t)i * part_bytes() + from, b + (size_t)i * part_bytes() + from,
			   w.c->value_size - from))
			return false;
	return true;
}

static void random_value(u8 *to, u32 *inner)
{
	*inner = below(INNER);
	for (u32 i = 0; i < w.bytes; i += 4) {
		u32 r = below(UINT32_MAX);
		memcpy(to + i, &r, MIN(4u, w.bytes - i));
	}
	if (w.refers)
		memcpy(to, &w.inner_id[*inner], 4);
}

/* The kernel takes a descriptor of the inner map and answers its id. */
static const void *for_kernel(const u8 *value, u32 inner)
{
	return w.refers ? (const void *)&w.inner_fd[inner] : value;
}

/* ---- the model ---- */

static void model_set(u32 k, const u8 *value)
{
	w.n += !w.has[k];
	w.has[k] = true;
	memcpy(w.value[k], value, w.bytes);
}

static void model_drop(u32 k)
{
	w.n -= w.has[k];
	w.has[k] = false;
}

static int model_may(u32 k, u64 flags)
{
	bool lock = flags & BPF_F_LOCK;

	if ((flags & ~(u64)BPF_F_LOCK) > BPF_EXIST || (lock && !w.c->lock))
		return -EINVAL;
	flags &= ~(u64)BPF_F_LOCK;
	if (w.has[k] ? flags == BPF_NOEXIST : flags == BPF_EXIST)
		return w.has[k] ? -EEXIST : -ENOENT;
	return !w.has[k] && w.n >= w.live && !w.evicts ? -E2BIG : 0;
}

/* One at most has gone, for key `put`, and only from a map that was full. */
static bool find_evicted(u32 put, bool full)
{
	u8 value[sizeof(w.value[0])];
	u32 gone = 0;

	for (u32 k = 0; k < KEYS; k++) {
		if (!w.has[k] || !map_read(w.ours, w.key[k], value, 0))
			continue;
		if (k == put || !full || gone++)
			return differ("update", "evicted", k, gone, full);
		model_drop(k);
	}
	if (gone == full || (w.c->flags & BPF_F_NO_COMMON_LRU))
		return true;
	return differ("update", "evicted", put, gone, full);
}

/* ---- operations ---- */

static bool do_update(u32 k)
{
	static const u64 flags[] = {0,
				    0,
				    0,
				    0,
				    0,
				    BPF_NOEXIST,
				    BPF_EXIST,
				    3,
				    BPF_F_LOCK,
				    1ull << 40,
				    BPF_F_LOCK | BPF_EXIST};
	u64 f = flags[below(LEN(flags))];
	u8 value[sizeof(w.value[0])];
	u32 inner;

	random_value(value, &inner);
	int want = model_may(k, f), is = map_write(w.ours, w.key[k], value, f);
	if (is != want)
		return differ("update", "ours", k, is, want);
	if (w.theirs >= 0) {
		is = kmap_update(w.theirs, w.key[k], for_kernel(value, inner), f);
		if (is != want)
			return differ("update", "the kernel's", k, is, want);
	}
	if (want)
		return true;
	bool full = !w.has[k] && w.n >= w.live;
	model_set(k, value);
	return !w.evicts || find_evicted(k, full);
}

/* By a program: one slot's value. The kernel gets the whole of it. */
static bool do_prog_update(u32 k)
{
	u32 slot = below(w.slots), inner;
	u8 value[sizeof(w.value[0])], all[sizeof(w.value[0])];

	if (w.refers)
		return true;
	random_value(value, &inner);
	memset(all, 0, sizeof(all));
	if (w.has[k])
		memcpy(all, w.value[k], w.bytes);
	memcpy(all + (w.per_cpu ? (size_t)slot * w.stride : 0), value, w.c->value_size);
	int want = model_may(k, 0), is = w.ours->ops->update(w.ours, w.key[k], value, 0, slot);
	if (is != want)
		return differ("program's update", "ours", k, is, want);
	if (w.theirs >= 0 && (is = kmap_update(w.theirs, w.key[k], all, 0)) != want)
		return differ("program's update", "the kernel's", k, is, want);
	if (want)
		return true;
	bool full = !w.has[k] && w.n >= w.live;
	model_set(k, all);
	return !w.evicts || find_evicted(k, full);
}

static bool do_remove(u32 k)
{
	int want = w.has[k] ? 0 : -ENOENT, is = map_remove(w.ours, w.key[k]);

	if (is != want)
		return differ("delete", "ours", k, is, want);
	if (w.theirs >= 0 && (is = kmap_remove(w.theirs, w.key[k])) != want)
		return differ("delete", "the kernel's", k, is, want);
	model_drop(k);
	return true;
}

static bool check_value(const char *op, u32 k, const u8 *value)
{
	return same_value(value, w.value[k]) || differ(op, "value", k, value[0], w.value[k][0]);
}

static bool do_read(u32 k)
{
	int want = w.has[k] ? 0 : -ENOENT;
	u8 value[sizeof(w.value[0])] = {0};
	u64 flags = w.c->lock && below(2) ? BPF_F_LOCK : 0;
	int is = map_read(w.ours, w.key[k], value, flags);

	if (is != want)
		return differ("read", "ours", k, is, want);
	if (!want && !check_value("read", k, value))
		return false;
	if (w.theirs < 0)
		return true;
	is = kmap_read(w.theirs, w.key[k], value, flags);
	if (is != want)
		return differ("read", "the kernel's", k, is, want);
	return want || check_value("the kernel's read", k, value);
}

static bool do_lookup(u32 k)
{
	u32 slot = below(w.slots), from = w.c->lock ? 4 : 0;

	if (w.refers)
		return true;
	u8 *p = w.ours->lookup(w.ours, w.key[k], slot);
	if (!p != !w.has[k])
		return differ("look-up", "ours", k, p != NULL, w.has[k]);
	if (!p)
		return true;
	const u8 *want = w.value[k] + (w.per_cpu ? (size_t)slot * w.stride : 0);
	return !memcmp(p + from, want + from, w.c->value_size - from) ||
	       differ("look-up", "value", k, *p, *want);
}

static bool do_take(u32 k)
{
	int want = w.refers ? -ENOTSUPP_LINUX : w.has[k] ? 0 : -ENOENT;
	u8 value[sizeof(w.value[0])] = {0};
	int is = map_take(w.ours, w.key[k], value, 0);

	if (is != want)
		return differ("take", "ours", k, is, want);
	if (!want && !check_value("take", k, value))
		return false;
	if (w.theirs >= 0) {
		is = kmap_take(w.theirs, w.key[k], value);
		if (is != want)
			return differ("take", "the kernel's", k, is, want);
		if (!want && !check_value("the kernel's take", k, value))
			return false;
	}
	if (!want)
		model_drop(k);
	return true;
}

/* ---- walks: every key once ---- */

static u32 key_number(const u8 *key)
{
	u32 k;

	for (k = 0; k < KEYS && memcmp(key, w.key[k], w.c->key_size); k++)
		;
	return k;
}

/* Marks it; false: it should not be there, or not twice. */
static bool see(const char *op, const u8 *key, const u8 *value, bool seen[KEYS])
{
	u32 k = key_number(key);

	if (k == KEYS || !w.has[k] || seen[k])
		return differ(op, "found", k, k < KEYS && seen[k], 0);
	seen[k] = true;
	return !value || check_value(op, k, value);
}

static bool seen_all(const char *op, const bool seen[KEYS])
{
	for (u32 k = 0; k < KEYS; k++)
		if (w.has[k] != seen[k])
			return differ(op, "found", k, seen[k], w.has[k]);
	return true;
}

static int next_of(bool kernel, const void *key, void *next)
{
	return kernel ? kmap_next(w.theirs, key, next) : map_next(w.ours, key, next);
}

static bool walk_keys(bool kernel)
{
	const char *op = kernel ? "the kernel's next key" : "next key";
	bool seen[KEYS] = {0};
	u8 key[KEY_MAX], *from = NULL;
	u32 absent = below(KEYS), n = 0;
	int err;

	/* A key that is not there begins the walk, too. */
	if (!w.has[absent]) {
		memcpy(key, w.key[absent], KEY_MAX);
		from = key;
	}
	for (; !(err = next_of(kernel, from, key)); from = key)
		if (n++ > KEYS || !see(op, key, NULL, seen))
			return false;
	return err == -ENOENT ? seen_all(op, seen) : differ(op, "it", 0, err, -ENOENT);
}

static bool do_next(u32 k)
{
	(void)k;
	return walk_keys(false) && (w.theirs < 0 || walk_keys(true));
}

struct walk {
	bool seen[KEYS];
	long n, end; /* after so many */
};

static long visit(struct map *m, void *key, void *value, void *arg)
{
	struct walk *x = arg;

	(void)m, (void)value;
	if (!see("each", key, NULL, x->seen))
		return 1;
	return ++x->n == x->end;
}

static bool do_each(u32 k)
{
	struct walk x = {.end = below(4) ? KEYS + 1 : 1 + (long)k};

	if (w.refers)
		return true;
	long is = w.ours->ops->each(w.ours, visit, &x, 0), want = MIN(x.end, (long)w.n);
	if (is != want)
		return differ("each", "ours", k, is, want);
	return want < (long)w.n || seen_all("each", x.seen);
}

static int batch_of(bool kernel, void *in, u32 *out, u8 *keys, u8 *values, u32 *n, bool take)
{
	return kernel ? kmap_batch(w.theirs, in, out, keys, values, n, take)
		      : map_batch(w.ours, in, out, keys, values, n, 0, take);
}

static bool walk_batches(bool kernel, bool take)
{
	static u8 keys[KEYS * 2 * KEY_MAX], values[KEYS * 2 * sizeof(w.value[0])];
	const char *op = kernel ? "the kernel's batch" : "batch";
	u32 room = 1 + below(KEYS), at, n;
	bool seen[KEYS] = {0}, begun = false;
	int err = 0;

	while (!err || err == -ENOSPC) {
		n = room;
		err = batch_of(kernel, begun ? &at : NULL, &at, keys, values, &n, take);
		if (err == -ENOSPC && (n || room > KEYS))
			return differ(op, "count", room, n, 0);
		room += err == -ENOSPC;
		begun = true;
		for (u32 i = 0; i < n; i++)
			if (!see(op, keys + (size_t)i * w.c->key_size, values + (size_t)i * w.bytes,
				 seen))
				return false;
	}
	return err == -ENOENT ? seen_all(op, seen) : differ(op, "it", room, err, -ENOENT);
}

static bool do_batch(u32 k)
{
	bool take = k < KEYS / 8;

	if (!walk_batches(false, take) || (w.theirs >= 0 && !walk_batches(true, take)))
		return false;
	for (u32 i = 0; i < KEYS && take; i++)
		model_drop(i);
	return true;
}

static bool (*const ops[])(u32 k) = {do_update, do_update, do_update,     do_update,
				     do_remove, do_read,   do_read,       do_lookup,
				     do_lookup, do_take,   do_prog_update};
static bool (*const walks[])(u32 k) = {do_next, do_each, do_batch};

static bool operate(void)
{
	u32 k = below(KEYS);

	/* Walks are some fifty operations each. */
	return below(100) ? ops[below(LEN(ops))](k) : walks[below(LEN(walks))](k);
}

/* ---- one configuration ---- */

static void make_keys(void)
{
	for (u32 k = 0; k < KEYS; k++) {
		for (u32 i = 0; i < KEY_MAX; i++)
			w.key[k][i] = (u8)hash_u64(w.rnd + k * KEY_MAX + i);
		w.key[k][0] = (u8)k; /* no two are the same */
	}
}

/* Why the kernel's map is not beside ours, or NULL. */
static const char *make_theirs(const struct map_attr *a)
{
	const struct map_attr inner = {
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1};
	const char *why = kmap_missing();

	w.theirs = -1;
	for (u32 i = 0; i < INNER; i++)
		w.inner_id[i] = i + 1;
	if (why)
		return why;
	if (w.evicts)
		return "which element goes is not the same";
	for (u32 i = 0; i < INNER && w.refers; i++) {
		w.inner_fd[i] = kernel_map(&inner, -1, -1);
		w.inner_id[i] = kmap_id(w.inner_fd[i]);
	}
	w.theirs = w.c->lock ? kmap_locked(a) : kernel_map(a, -1, w.refers ? w.inner_fd[0] : -1);
	return w.theirs < 0 ? "it cannot be made there" : NULL;
}

static void leave_theirs(void)
{
	for (u32 i = 0; i < INNER && w.refers && w.theirs >= 0; i++)
		kmap_close(w.inner_fd[i]);
	kmap_close(w.theirs);
	w.theirs = -1;
}

static bool begin(const struct config *c, u64 seed, const char **alone)
{
	struct map_attr a = {.type = c->type,
			     .key_size = c->key_size,
			     .value_size = c->value_size,
			     .max_entries = c->entries,
			     .flags = c->flags,
			     .slots = MIN(kmap_slots(), (u32)SLOTS_MAX),
			     .fields = c->lock,
			     .field = {{0, 4, MAP_SPIN_LOCK}}};

	memset(&w, 0, sizeof(w));
	w.c = c;
	w.rnd = hash_u64(seed * 1000003);
	w.slots = a.slots;
	w.lru = c->type == BPF_MAP_TYPE_LRU_HASH || c->type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
	w.refers = c->type == BPF_MAP_TYPE_HASH_OF_MAPS;
	w.evicts = w.lru && c->entries < KEYS;
	if (map_create(&a, -1, &w.ours))
		return false;
	w.per_cpu = w.ours->ops->per_cpu;
	w.bytes = map_value_bytes(w.ours);
	w.stride = w.ours->stride;
	w.live = c->flags & BPF_F_NO_COMMON_LRU ? w.ours->max_entries / w.slots
						: w.ours->max_entries;
	make_keys();
	*alone = make_theirs(&a);
	return true;
}

static bool at_once; /* one of many processes */

static bool run(const struct config *c, u64 n, u64 seed)
{
	const char *alone;

	if (!begin(c, seed, &alone)) {
		printf("FAIL %s: it cannot be made\n", c->name);
		return false;
	}
	/* Linux waits 20 ms for programs after each update of a map of maps. */
	u64 beside = w.refers && !at_once ? MIN(n, 50 + n / 5000) : n;
	bool ok = true;
	for (w.op = 0; w.op < n && ok; w.op++) {
		if (w.op == beside)
			leave_theirs();
		ok = operate();
	}
	if (!ok)
		printf("FAIL %s: %s\n", c->name, w.why);
	else
		printf("ok %s\n    %llu operations%s%s\n", c->name, (unsigned long long)n,
		       alone ? "; not beside the kernel: " : "", alone ? alone : "");
	leave_theirs();
	map_put(w.ours);
	return ok;
}

int main(int argc, char **argv)
{
	u64 n = argc > 1 ? strtoull(argv[1], NULL, 0) : 20000;
	u64 seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	bool ok = true, failed;

	setvbuf(stdout, NULL, _IOLBF, 0);
	at_once = argc > 4;
	if (at_once) {
		int which = many(atoi(argv[4]), &failed);
		if (which < 0)
			return failed;
		seed = hash_u64(seed + (u64)which);
	}
	for (u32 i = 0; i < LEN(configs); i++)
		if (argc <= 3 || i == strtoul(argv[3], NULL, 0))
			ok &= run(&configs[i], n, seed);
	if (kmap_missing())
		printf("skip beside the kernel: %s\n", kmap_missing());
	return !ok;
}
