/* SPDX-License-Identifier: BSD-2-Clause */
/* The hash family: what random operations do not reach. */
#include "map/hash.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int failed;

static void check(const char *name, bool good)
{
	printf("%s %s%s\n", good ? "ok" : "FAIL", name, good ? "" : ": not as wanted");
	failed |= !good;
}

static struct map *make(u32 type, u32 entries, u32 fields)
{
	const struct map_attr a = {.type = type,
				   .key_size = 8,
				   .value_size = type == BPF_MAP_TYPE_HASH_OF_MAPS ? 4 : 16,
				   .max_entries = entries,
				   .slots = 2,
				   .fields = fields,
				   .field = {{8, 8, MAP_TIMER}}};
	struct map *m;

	if (map_create(&a, -1, &m))
		abort();
	return m;
}

static int put(struct map *m, u64 key)
{
	u64 value[4] = {key, key, key, key};

	return map_write(m, &key, value, 0);
}

static bool has(struct map *m, u64 key)
{
	u64 value[4];

	return !map_read(m, &key, value, 0);
}

/* ---- memory ---- */

static void huge(void)
{
	struct map *m = make(BPF_MAP_TYPE_HASH, 100000000, 0);
	struct stat st;
	bool ok = true;

	for (u64 k = 0; k < 1000; k++)
		ok &= !put(m, k) && has(m, k);
	ok &= !fstat(m->fd, &st) && st.st_blocks < 2 * 5000 * 8;
	check("100 million entries cost what is used", ok);
	map_put(m);
}

static void shared(void)
{
	struct map *m = make(BPF_MAP_TYPE_LRU_PERCPU_HASH, 10, 0), *other;
	bool ok = !map_open(dup(m->fd), &other) && !put(m, 5) && has(other, 5) && !put(other, 6) &&
		  has(m, 6);

	map_put(m);
	check("two openings are one map", ok && has(other, 5) && !put(other, 7));
	map_put(other);
}

/* ---- locks ---- */

static void nested(void)
{
	struct map *m = make(BPF_MAP_TYPE_HASH, 10, 0);
	struct place p;
	u64 key = 3, value[2];

	put(m, 3);
	hash_seek(m, (u8 *)&key, &p);
	bool ok = put(m, 3) == -EBUSY && map_remove(m, &key) == -EBUSY &&
		  map_take(m, &key, value, 0) == -EBUSY && has(m, 3);
	hash_unlock(p.cell, p.kept);
	check("a thread that is in an update already: EBUSY", ok && !put(m, 3));
	map_put(m);
}

static void die_locked(struct map *m)
{
	struct place p;
	u64 key = 1;
	u32 i;
	pid_t pid = fork();

	if (!pid) {
		if (!hash_seek(m, (u8 *)&key, &p))
			hash_alloc(m, &p, hash_of(m)->part, true, &i);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	usleep(1000); /* so long the dead may not be looked for */
}

/* E2BIG comes when it is full, though a process died with an element. */
static bool fills_up(struct map *m, u32 entries)
{
	u32 n = 0;

	for (u64 k = 100; n < 2 * entries && !put(m, k); k++)
		n++;
	return n == entries;
}

static void lost(void)
{
	struct map *m = make(BPF_MAP_TYPE_HASH, 16, 0), *many[HASH_PROCESSES + 1];

	die_locked(m);
	check("an element of a dead process comes back", fills_up(m, 16));
	map_put(m);
	m = make(BPF_MAP_TYPE_HASH, 16, 0);
	for (u32 i = 0; i < LEN(many); i++)
		if (map_open(dup(m->fd), &many[i]) || put(many[i], 1))
			abort();
	u64 key = 1;
	map_remove(m, &key);
	die_locked(m);
	check("also among more processes than are kept in mind", fills_up(m, 16));
	for (u32 i = 0; i < LEN(many); i++)
		map_put(many[i]);
	map_put(m);
}

/* A thread that ends with the lock of a key's bucket. */
struct ending {
	struct map *m;
	u64 key;
};

static void *end_locked(void *arg)
{
	struct ending *e = arg;
	struct place p;

	return hash_seek(e->m, (u8 *)&e->key, &p) ? e : NULL;
}

/* The elements that could go are in its bucket. */
static void lost_thread(void)
{
	struct ending e = {make(BPF_MAP_TYPE_LRU_HASH, 2, 0), 0};
	u64 odd = 0, even = 0;
	void *err = &e;
	pthread_t id;

	for (u64 k = 1; even < 2 || !odd; k++) {
		if (hash_of_key(hash_of(e.m), (u8 *)&k, 8) & 1) {
			odd = k;
		} else if (even++ < 2) {
			put(e.m, k);
			e.key = k;
		}
	}
	bool ok = !pthread_create(&id, NULL, end_locked, &e) && !pthread_join(id, &err) && !err;
	check("a thread that ended in an update", ok && !put(e.m, odd) && has(e.m, odd));
	map_put(e.m);
}

/* ---- a callback that changes the map ---- */

static long remove_this(struct map *m, void *key, void *value, void *arg)
{
	(void)value;
	++*(u32 *)arg;
	return map_remove(m, key);
}

static long replace_all(struct map *m, void *key, void *value, void *arg)
{
	(void)key, (void)value;
	++*(u32 *)arg;
	for (u64 k = 0; k < 20; k++)
		put(m, k);
	return 0;
}

static void callbacks(void)
{
	struct map *m = make(BPF_MAP_TYPE_HASH, 20, 0);
	u64 first;
	u32 n = 0;

	for (u64 k = 0; k < 20; k++)
		put(m, k);
	long visited = m->ops->each(m, replace_all, &n, 0);
	check("each, while all are replaced", visited == 20 && n == 20);
	n = 0;
	visited = m->ops->each(m, remove_this, &n, 0);
	check("each, which deletes them", visited == 20 && n == 20 && map_next(m, NULL, &first));
	map_put(m);
}

/* ---- kernel fields ---- */

static u32 drops;

static void count_drop(struct map *m, u8 *value)
{
	(void)m, (void)value;
	drops++;
}

static bool dropped(u32 n)
{
	bool ok = drops == n;

	drops = 0;
	return ok;
}

static void fields(u32 type, const char *name)
{
	static const struct map_host host = {.drop = count_drop};
	struct map *m = make(type, 4, 1);
	u64 key = 1, keys[8], values[8 * 4], *p;
	/* Values of all processors are dropped when they go; one that is filled may have been
	 * used after it went, and is dropped then, too. */
	u32 copies = m->ops->per_cpu ? 2 : 1, filled = m->ops->per_cpu ? 0 : 1, out, n = 8;
	bool lru = type == BPF_MAP_TYPE_LRU_HASH, ok;

	m->host = &host;
	put(m, 1);
	p = m->lookup(m, &key, 0);
	ok = p[0] == 1 && p[1] == 0;
	p[1] = 99; /* a timer */
	ok &= !map_read(m, &key, values, 0) && values[0] == 1 && values[1] == 0;
	put(m, 1);
	ok &= dropped(m->ops->per_cpu ? 0 : 1 + 2 * filled);
	ok &= !map_remove(m, &key) && dropped(copies);
	put(m, 1);
	p = m->lookup(m, &key, 0);
	ok &= p[1] == 0; /* it is the same memory */
	ok &= !map_take(m, &key, values, 0) && values[0] == 1 && dropped(copies + filled);
	put(m, 1), put(m, 2), put(m, 3), put(m, 4), put(m, 5);
	ok &= dropped(lru ? 1 + 5 * filled : 4 * filled);
	ok &= map_batch(m, NULL, &out, keys, values, &n, 0, true) == -ENOENT && n == 4 &&
	      dropped(4 * copies);
	check(name, ok);
	map_put(m);
}

/* ---- batches ---- */

static void batches(void)
{
	struct map *m = make(BPF_MAP_TYPE_HASH, 1, 0);
	u64 keys[4], values[8];
	u32 at = 77, n = 0;

	bool ok = !map_batch(m, NULL, &at, keys, values, &n, 0, false) && at == 77;
	n = 4;
	ok &= map_batch(m, NULL, &at, keys, values, &n, 0, false) == -ENOENT && n == 0 && at == 1;
	n = 4;
	ok &= map_batch(m, &at, &at, keys, values, &n, 0, false) == -ENOENT && n == 0;
	n = 4;
	ok &= map_batch(m, NULL, &at, keys, values, &n, BPF_F_LOCK, false) == -EINVAL;
	check("batches at the end, and of nothing", ok);
	map_put(m);
	/* Two keys in one bucket do not go into a batch of one. */
	m = make(BPF_MAP_TYPE_HASH, 2, 0);
	for (u64 k = 0, first = UINT64_MAX;; k++) {
		if (hash_of_key(hash_of(m), (u8 *)&k, 8) & 1)
			continue;
		put(m, k);
		if (first != UINT64_MAX)
			break;
		first = k;
	}
	n = 1;
	ok = map_batch(m, NULL, &at, keys, values, &n, 0, false) == -ENOSPC && n == 0 && at == 0;
	n = 2;
	ok &= map_batch(m, &at, &at, keys, values, &n, 0, true) == -ENOENT && n == 2;
	check("batches that a bucket does not fit in", ok);
	map_put(m);
}

/* ---- a map of maps ---- */

static struct map *find_inner(struct map *m, u32 id) { return id == 42 ? m->arg : NULL; }

static void outer(void)
{
	static const struct map_host host = {.inner = find_inner};
	struct map *m = make(BPF_MAP_TYPE_HASH_OF_MAPS, 4, 0), *in = make(BPF_MAP_TYPE_HASH, 4, 0);
	u64 key = 1, other = 2;
	u32 id = 42, none = 43, got = 0;

	m->host = &host;
	m->arg = in;
	bool ok = !map_write(m, &key, &id, 0) && !map_write(m, &other, &none, 0) &&
		  m->lookup(m, &key, 0) == in && !m->lookup(m, &other, 0);
	ok &= !map_read(m, &key, &got, 0) && got == 42 && !m->ops->update;
	check("a map of maps gives maps to programs, numbers to the call", ok);
	map_put(in);
	map_put(m);
}

/* ---- LRU ---- */

enum { ROOM = 256, RANGE = 1024, LOOKS = 200000 };

/* True LRU beside ours: when each key was used last, 0: it is not there. */
static u64 used[RANGE];

static u32 oldest(void)
{
	u32 k = 0;

	for (u32 i = 1; i < RANGE; i++)
		if (used[i] && (!used[k] || used[i] < used[k]))
			k = i;
	return k;
}

static void quality(u32 type, const char *name)
{
	struct map *m = make(type, ROOM, 0);
	u32 ours = 0, exact = 0, held = 0;

	memset(used, 0, sizeof(used));
	for (u64 i = 1; i <= LOOKS; i++) {
		u64 r = hash_u64(i), key = (r & 1023) * (r >> 10 & 1023) / 1024;

		if (m->lookup(m, &key, 0))
			ours++;
		else if (put(m, key))
			abort();
		if (used[key])
			exact++;
		else if (held++ >= ROOM)
			used[oldest()] = 0;
		used[key] = i;
	}
	printf("    %u hits, of true LRU %u\n", ours, exact);
	check(name, ours >= exact / 100 * 95);
	map_put(m);
}

int main(void)
{
	huge();
	shared();
	nested();
	lost();
	lost_thread();
	callbacks();
	fields(BPF_MAP_TYPE_HASH, "the kernel's fields in a hash");
	fields(BPF_MAP_TYPE_LRU_HASH, "the kernel's fields in an LRU hash");
	fields(BPF_MAP_TYPE_PERCPU_HASH, "the kernel's fields in a per-CPU hash");
	batches();
	outer();
	quality(BPF_MAP_TYPE_LRU_HASH, "LRU hash keeps what is used");
	quality(BPF_MAP_TYPE_LRU_PERCPU_HASH, "LRU per-CPU hash keeps what is used");
	return failed;
}
