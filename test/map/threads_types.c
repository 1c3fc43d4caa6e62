/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads on one array, trie, queue, stack, ring buffer, storage at once: what they count
 * adds up, what goes in comes out once, no value is mixed.
 * Usage: threads_types [milliseconds a test] */
#include "map/map.h"

#include "isa/bpf.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { WORKERS = 4, ENTRIES = 16, WORDS = 4 };

static u64 until;

struct worker {
	struct map *m;
	u32 nr;
	u64 rnd;
	u64 done, sum; /* operations; what it put in or took out */
	u64 out, out_sum;
	u32 bad; /* line */
};

static u32 below(struct worker *w, u32 n) { return (u32)(hash_u64(w->rnd++) >> 32) % n; }
static bool time_left(const struct worker *w)
{
	return clock_ns(CLOCK_MONOTONIC) < until && !w->bad;
}

static void must_be(struct worker *w, bool good, u32 line)
{
	if (!good && !w->bad)
		w->bad = line;
}
#define must(good) must_be(w, good, __LINE__)

/* ---- arrays: programs add to what they look up ---- */

static void add(struct worker *w)
{
	while (time_left(w)) {
		u32 key = below(w, ENTRIES);
		u64 *p = w->m->lookup(w->m, &key, 0);
		must(p != NULL);
		if (p)
			__atomic_fetch_add(p, 1, __ATOMIC_RELAXED);
		w->done++;
	}
}

static bool added(struct map *m, struct worker w[WORKERS])
{
	u64 sum = 0, done = 0;

	for (u32 i = 0; i < ENTRIES; i++)
		sum += *(u64 *)m->lookup(m, &i, 0);
	for (u32 i = 0; i < WORKERS; i++)
		done += w[i].done;
	return sum == done;
}

/* Each in its own slot: no other adds there. */
static void add_own(struct worker *w)
{
	while (time_left(w)) {
		u32 key = below(w, ENTRIES);
		u64 *p = w->m->lookup(w->m, &key, w->nr);
		must(p != NULL);
		++*p;
		w->done++;
	}
}

static bool added_own(struct map *m, struct worker w[WORKERS])
{
	u64 value[WORDS * WORKERS], sum = 0, done = 0;

	for (u32 i = 0; i < ENTRIES; i++) {
		if (map_read(m, &i, value, 0))
			return false;
		for (u32 c = 0; c < WORKERS; c++)
			sum += value[c * WORDS];
	}
	for (u32 i = 0; i < WORKERS; i++)
		done += w[i].done;
	return sum == done;
}

/* ---- a locked value: all its words are the same ---- */

static void swap_locked(struct worker *w)
{
	struct {
		u32 lock, pad;
		u64 word[WORDS];
	} v = {0};
	u32 key = 0;

	while (time_left(w)) {
		for (u32 i = 0; i < WORDS; i++)
			v.word[i] = (u64)w->nr << 32 | w->done;
		must(!map_write(w->m, &key, &v, BPF_F_LOCK));
		must(!map_read(w->m, &key, &v, BPF_F_LOCK));
		for (u32 i = 1; i < WORDS; i++)
			must(v.word[i] == v.word[0]);
		w->done++;
	}
}

/* ---- tries: keys come and go; a value belongs to its key ---- */

struct prefix {
	u32 bits;
	u8 byte[16];
};

static void trie(struct worker *w)
{
	while (time_left(w)) {
		struct prefix k = {8 * below(w, 5), {10, (u8)below(w, 3), (u8)below(w, 3), 0}};
		u64 v[WORDS];
		for (u32 i = 0; i < WORDS; i++)
			v[i] = w->done;
		u32 what = below(w, 4);
		int err = what == 0   ? w->m->ops->remove(w->m, &k)
			  : what == 1 ? w->m->ops->update(w->m, &k, v, BPF_ANY, 0)
				      : 0;
		must(!err || err == -ENOENT || err == -ENOSPC);
		k.bits = 32;
		if (what > 1)
			w->m->lookup(w->m, &k, 0);
		w->done++;
	}
}

static bool walks(struct map *m, struct worker w[WORKERS])
{
	struct prefix k = {0}, next;
	u32 n = 0;

	(void)w;
	for (const struct prefix *at = NULL; !map_next(m, at, &next) && n < 1000; n++) {
		k = next;
		at = &k;
	}
	return n < 200;
}

/* ---- queues, stacks: what is put in is taken out once, or is still there ---- */

static void pass(struct worker *w)
{
	while (time_left(w)) {
		u64 v[WORDS];
		for (u32 i = 0; i < WORDS; i++)
			v[i] = w->done << 8 | w->nr;
		if (below(w, 2)) {
			int err = w->m->ops->push(w->m, v, BPF_ANY);
			must(!err || err == -E2BIG || err == -EBUSY);
			if (!err)
				w->done++, w->sum += v[0];
			continue;
		}
		int err = w->m->ops->pop(w->m, v);
		must(!err || err == -ENOENT || err == -EBUSY);
		for (u32 i = 1; !err && i < WORDS; i++)
			must(v[i] == v[0]);
		if (!err)
			w->out++, w->out_sum += v[0];
	}
}

static bool passed(struct map *m, struct worker w[WORKERS])
{
	u64 v[WORDS], in = 0, out = 0;

	for (u32 i = 0; i < WORKERS; i++)
		in += w[i].sum, out += w[i].out_sum;
	while (!m->ops->pop(m, v))
		out += v[0];
	return in == out;
}

/* ---- a ring buffer: worker 0 reads, the others write ---- */

static long take(void *arg, const void *sample, u32 size)
{
	struct worker *w = arg;
	u64 v[WORDS];

	must(size == sizeof(v));
	memcpy(v, sample, sizeof(v));
	for (u32 i = 1; i < WORDS; i++)
		must(v[i] == v[0]);
	w->out++;
	w->out_sum += v[0];
	return 0;
}

static void ring(struct worker *w)
{
	if (!w->nr) {
		while (time_left(w))
			must(map_ring_read(w->m, take, w) >= 0);
		return;
	}
	while (time_left(w)) {
		u64 *v = map_ring_reserve(w->m, WORDS * 8, 0);
		if (!v)
			continue;
		bool lost = !below(w, 5);
		for (u32 i = 0; i < WORDS; i++)
			v[i] = w->done << 8 | w->nr;
		w->sum += lost ? 0 : v[0];
		w->done++;
		map_ring_commit(v, 0, w->m, lost);
	}
}

static bool rung(struct map *m, struct worker w[WORKERS])
{
	u64 in = 0;

	map_ring_read(m, take, &w[0]);
	for (u32 i = 1; i < WORKERS; i++)
		in += w[i].sum;
	return in == w[0].out_sum;
}

/* ---- storages: one value an owner, whoever makes it ---- */

static void own(struct worker *w)
{
	while (time_left(w)) {
		u64 *p = map_storage_get(w->m, below(w, ENTRIES), NULL, 0);
		must(p != NULL);
		if (p)
			__atomic_fetch_add(p, 1, __ATOMIC_RELAXED);
		w->done++;
	}
}

static bool owned(struct map *m, struct worker w[WORKERS])
{
	u64 sum = 0, done = 0, value[WORDS];

	for (u64 i = 0; i < ENTRIES; i++)
		sum += map_read(m, &i, value, 0) ? 0 : value[0];
	for (u32 i = 0; i < WORKERS; i++)
		done += w[i].done;
	return sum == done;
}

static bool any(struct map *m, struct worker w[WORKERS])
{
	(void)m, (void)w;
	return true;
}

static const struct test {
	const char *name;
	struct map_attr attr;
	void (*work)(struct worker *w);
	bool (*holds)(struct map *m, struct worker w[WORKERS]);
} tests[] = {
	{"array", {BPF_MAP_TYPE_ARRAY, 4, WORDS * 8, ENTRIES, .slots = WORKERS}, add, added},
	{"per-CPU array",
	 {BPF_MAP_TYPE_PERCPU_ARRAY, 4, WORDS * 8, ENTRIES, .slots = WORKERS},
	 add_own,
	 added_own},
	{"locked values",
	 {BPF_MAP_TYPE_ARRAY, 4, 8 + WORDS * 8, 1, .slots = WORKERS, .fields = 1,
	  .field = {{0, 4, MAP_SPIN_LOCK}}},
	 swap_locked,
	 any},
	{"trie",
	 {BPF_MAP_TYPE_LPM_TRIE, 8, WORDS * 8, 64, .flags = BPF_F_NO_PREALLOC, .slots = WORKERS},
	 trie,
	 walks},
	{"trie of long keys",
	 {BPF_MAP_TYPE_LPM_TRIE, 20, WORDS * 8, 64, .flags = BPF_F_NO_PREALLOC, .slots = WORKERS},
	 trie,
	 walks},
	{"queue", {BPF_MAP_TYPE_QUEUE, 0, WORDS * 8, ENTRIES, .slots = WORKERS}, pass, passed},
	{"stack", {BPF_MAP_TYPE_STACK, 0, WORDS * 8, ENTRIES, .slots = WORKERS}, pass, passed},
	{"ring buffer", {BPF_MAP_TYPE_RINGBUF, 0, 0, 4096, .slots = WORKERS}, ring, rung},
	{"storage",
	 {BPF_MAP_TYPE_SK_STORAGE, 4, WORDS * 8, .flags = BPF_F_NO_PREALLOC, .slots = WORKERS},
	 own,
	 owned},
};

struct start {
	const struct test *t;
	struct worker *w;
};

static void *thread(void *arg)
{
	const struct start *s = arg;

	s->t->work(s->w);
	return NULL;
}

static bool run(const struct test *t, u32 ms)
{
	struct worker w[WORKERS] = {{0}};
	struct start s[WORKERS];
	pthread_t id[WORKERS];
	struct map *m;
	u64 done = 0;
	u32 bad = 0;

	if (map_create(&t->attr, -1, &m)) {
		printf("FAIL %s: it cannot be made\n", t->name);
		return false;
	}
	until = clock_ns(CLOCK_MONOTONIC) + (u64)ms * 1000000;
	for (u32 i = 0; i < WORKERS; i++) {
		w[i] = (struct worker){.m = m, .nr = i, .rnd = 1000003 * i + 7};
		s[i] = (struct start){t, &w[i]};
		if (pthread_create(&id[i], NULL, thread, &s[i]))
			abort();
	}
	for (u32 i = 0; i < WORKERS; i++) {
		pthread_join(id[i], NULL);
		done += w[i].done;
		bad = bad ? bad : w[i].bad;
	}
	bool ok = !bad && t->holds(m, w) && done > 20;
	printf("%s %s: %llu times", ok ? "ok" : "FAIL", t->name, (unsigned long long)done);
	printf(bad ? ", line %u\n" : "\n", bad);
	map_put(m);
	return ok;
}

int main(int argc, char **argv)
{
	u32 ms = argc > 1 ? (u32)strtoul(argv[1], NULL, 0) : 300;
	bool ok = true;

	for (u32 i = 0; i < LEN(tests); i++)
		ok &= run(&tests[i], ms);
	return !ok;
}
