/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads and processes on one hash at once: nothing is lost, nothing appears twice,
 * nothing that is there is missed, no value is mixed, no map holds too much.
 * Usage: threads_hash [milliseconds a test] */
#include "map/hash.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS = 4, SLOTS = WORKERS, TOKENS = 24, WORDS = 4, LRU_ENTRIES = 32 };

static u32 ms = 400;
static int failed;

/* What all of a test share, processes too. */
struct shared {
	u64 until;         /* ns */
	u64 done[WORKERS]; /* what each counted */
	u64 bad;           /* the line where something was wrong */
};

struct worker {
	struct map *m;
	struct shared *s;
	u32 nr;
	u64 rnd;
};

typedef void work_fn(struct worker *w);

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

static bool time_left(const struct worker *w)
{
	return now_ns() < w->s->until && !__atomic_load_n(&w->s->bad, __ATOMIC_RELAXED);
}

static u32 below(struct worker *w, u32 n) { return (u32)(hash_u64(w->rnd++) >> 32) % n; }

static void must_be(struct worker *w, bool good, u32 line)
{
	if (!good)
		__atomic_store_n(&w->s->bad, line, __ATOMIC_RELAXED);
}
#define must(good) must_be(w, good, __LINE__)

/* ---- values: WORDS words, all the same; its high half is the key ---- */

static void make_value(const struct worker *w, u64 *value, u64 key, u64 stamp)
{
	for (u32 i = 0; i < map_value_bytes(w->m) / 8; i++)
		value[i] = key << 32 | stamp;
}

static bool whole(const struct worker *w, const u64 *value, u64 key)
{
	for (u32 i = 0; i < map_value_bytes(w->m) / 8; i++)
		if (value[i] != value[0] || value[i] >> 32 != key)
			return false;
	return true;
}

/* ---- what workers do ---- */

/* As programs count: adds to a value that it looked up, or makes it. */
static void count(struct worker *w)
{
	while (time_left(w)) {
		u64 key = below(w, TOKENS), zero[WORDS * SLOTS] = {0};
		u64 *p = w->m->lookup(w->m, &key, 0);

		if (p) {
			__atomic_fetch_add(p, 1, __ATOMIC_RELAXED);
			w->s->done[w->nr]++;
			continue;
		}
		int err = map_write(w->m, &key, zero, BPF_NOEXIST);
		must(!err || err == -EEXIST);
	}
}

/* As programs count in per-CPU values, each in its slot. */
static void count_slot(struct worker *w)
{
	while (time_left(w)) {
		u64 key = below(w, TOKENS), zero[WORDS] = {0};
		u64 *p = w->m->lookup(w->m, &key, w->nr);

		if (p) {
			(*p)++;
			w->s->done[w->nr]++;
			continue;
		}
		int err = w->m->ops->update(w->m, &key, zero, BPF_NOEXIST, w->nr);
		must(!err || err == -EEXIST);
	}
}

/* Every key is a token: who has taken it is alone with it, and puts it back, with
 * a stamp one higher. There is always room for it. */
static void tokens(struct worker *w)
{
	u64 value[WORDS * SLOTS];

	while (time_left(w)) {
		u64 key = below(w, TOKENS);
		int err = map_take(w->m, &key, value, 0);

		if (err == -ENOENT)
			continue;
		must(!err && whole(w, value, key));
		must(map_read(w->m, &key, value, 0) == -ENOENT);
		must(!w->m->lookup(w->m, &key, 0));
		make_value(w, value, key, (u32)value[0] + 1);
		must(!map_write(w->m, &key, value, BPF_NOEXIST));
		w->s->done[w->nr]++;
	}
}

/* Keys 0 to 7 are always there, and replaced all the time; others come and go. */
static void churn(struct worker *w)
{
	u64 value[WORDS * SLOTS];

	while (time_left(w)) {
		u64 stays = below(w, 8), goes = 8 + below(w, TOKENS - 8);

		make_value(w, value, stays, below(w, 1000));
		must(!map_write(w->m, &stays, value, BPF_EXIST));
		make_value(w, value, goes, below(w, 1000));
		if (below(w, 2)) {
			int err = map_write(w->m, &goes, value, 0);
			must(!err || err == -E2BIG);
		} else {
			int err = map_remove(w->m, &goes);
			must(!err || err == -ENOENT);
		}
		w->s->done[w->nr]++;
	}
}

static void read_stays(struct worker *w)
{
	u64 value[WORDS * SLOTS], key;

	while (time_left(w)) {
		key = below(w, 8);
		must(w->m->lookup(w->m, &key, 0));
		must(!map_read(w->m, &key, value, 0) && whole(w, value, key));
		w->s->done[w->nr]++;
	}
}

static long see(struct map *m, void *key, void *value, void *arg)
{
	(void)m, (void)value;
	return __atomic_load_n((u64 *)key, __ATOMIC_RELAXED) >= TOKENS && (*(bool *)arg = true);
}

/* Keys 0 to 7 as bits. */
static u32 bit(u64 key) { return key < 8 ? 1u << key : 0; }

/* A walk passes all that stays, unless it begins anew too often. */
static void walk_keys(struct worker *w)
{
	u32 seen = 0, steps = 0;
	u64 key, last;
	int err = map_next(w->m, NULL, &key);

	for (; !err && steps < 100 * TOKENS; steps++) {
		must(key < TOKENS);
		seen |= bit(key);
		last = key;
		err = map_next(w->m, &last, &key);
	}
	must(!err || (err == -ENOENT && seen == 255));
}

static void walk_buckets(struct worker *w)
{
	u64 keys[TOKENS], values[TOKENS * WORDS * SLOTS];
	u32 seen = 0, at = 0, n;
	int err = 0;

	while (!err) {
		n = TOKENS / 2;
		err = map_batch(w->m, &at, &at, keys, values, &n, 0, false);
		for (u32 i = 0; i < n; i++) {
			seen |= bit(keys[i]);
			must(whole(w, values + (size_t)i * map_value_bytes(w->m) / 8, keys[i]));
		}
	}
	must(err == -ENOENT && seen == 255);
}

static void walk(struct worker *w)
{
	bool wrong = false;

	while (time_left(w)) {
		walk_keys(w);
		w->m->ops->each(w->m, see, &wrong, 0);
		must(!wrong);
		walk_buckets(w);
		w->s->done[w->nr]++;
	}
}

static void churn_and_look(struct worker *w)
{
	static work_fn *const what[] = {churn, read_stays, walk, churn};

	what[w->nr % LEN(what)](w);
}

/* More keys than an LRU map holds: none is refused. */
static void crowd(struct worker *w)
{
	u64 value[WORDS * SLOTS];

	while (time_left(w)) {
		u64 key = below(w, 4 * LRU_ENTRIES);

		make_value(w, value, key, w->nr);
		must(!w->m->ops->update(w->m, &key, value, 0, w->nr));
		if (!map_read(w->m, &key, value, 0))
			must(whole(w, value, key) || w->m->ops->per_cpu);
		key = below(w, 4 * LRU_ENTRIES);
		w->m->lookup(w->m, &key, 0);
		if (!below(w, 4))
			map_remove(w->m, &key);
		w->s->done[w->nr]++;
	}
}

/* ---- threads and processes ---- */

static void *thread(void *arg)
{
	struct worker *w = ((void **)arg)[0];
	work_fn *fn = *(work_fn **)((void **)arg)[1];

	fn(w);
	return NULL;
}

static void run_threads(struct worker *w, work_fn *fn)
{
	pthread_t id[WORKERS];
	void *arg[WORKERS][2];

	for (u32 i = 0; i < WORKERS; i++) {
		arg[i][0] = &w[i];
		arg[i][1] = &fn;
		if (pthread_create(&id[i], NULL, thread, arg[i]))
			abort();
	}
	for (u32 i = 0; i < WORKERS; i++)
		pthread_join(id[i], NULL);
}

static void run_processes(struct worker *w, work_fn *fn)
{
	pid_t pid[WORKERS];

	for (u32 i = 0; i < WORKERS; i++)
		if (!(pid[i] = fork())) {
			fn(&w[i]);
			_exit(0);
		}
	for (u32 i = 0; i < WORKERS; i++) {
		int status;
		if (waitpid(pid[i], &status, 0) != pid[i] || status)
			w->s->bad = __LINE__;
	}
}

/* ---- a test: prepare, work, look at what is left ---- */

static void put_all(struct worker *w)
{
	u64 value[WORDS * SLOTS];

	for (u64 key = 0; key < TOKENS; key++) {
		make_value(w, value, key, 0);
		must(!map_write(w->m, &key, value, 0));
	}
}

static u64 all_done(const struct worker *w)
{
	u64 n = 0;

	for (u32 i = 0; i < WORKERS; i++)
		n += w->s->done[i];
	return n;
}

/* Counters add up: in the first word of each slot. */
static void sum(struct worker *w)
{
	u64 value[WORDS * SLOTS], n = 0;

	for (u64 key = 0; key < TOKENS; key++)
		if (!map_read(w->m, &key, value, 0))
			for (u32 i = 0; i < map_value_bytes(w->m) / 8; i += WORDS)
				n += value[i];
	must(n == all_done(w));
}

/* Every token is there, and its stamps add up. */
static void all_tokens(struct worker *w)
{
	u64 value[WORDS * SLOTS], n = 0;

	for (u64 key = 0; key < TOKENS; key++) {
		must(!map_read(w->m, &key, value, 0));
		must(whole(w, value, key));
		n += (u32)value[0];
	}
	must(n == all_done(w));
}

/* It is as full as it should be, and each key is there once. */
static void not_too_full(struct worker *w)
{
	bool seen[4 * LRU_ENTRIES] = {0};
	u64 key, n = 0;

	for (int err = map_next(w->m, NULL, &key); !err; err = map_next(w->m, &key, &key)) {
		must(key < LEN(seen) && !seen[key]);
		if (key >= LEN(seen) || seen[key])
			return;
		seen[key] = true;
		n++;
	}
	must(n && n <= w->m->max_entries);
	n = 0;
	for (u32 i = 0; i < hash_of(w->m)->parts; i++)
		n += hash_of(w->m)->part[i].count;
	for (u32 k = 0; k < LEN(seen); k++)
		n -= seen[k];
	must(n == 0);
}

static const struct test {
	const char *name;
	u32 type, flags, entries;
	void (*prepare)(struct worker *w); /* or NULL */
	work_fn *work;
	void (*look)(struct worker *w);
} tests[] = {
	{"hash: counters", BPF_MAP_TYPE_HASH, 0, TOKENS, NULL, count, sum},
	{"hash: tokens", BPF_MAP_TYPE_HASH, 0, TOKENS, put_all, tokens, all_tokens},
	{"hash: nothing is missed", BPF_MAP_TYPE_HASH, 0, TOKENS, put_all, churn_and_look,
	 not_too_full},
	{"hash: nothing is missed, small", BPF_MAP_TYPE_HASH, 0, 12, NULL, churn_and_look,
	 not_too_full},
	{"percpu_hash: counters", BPF_MAP_TYPE_PERCPU_HASH, 0, TOKENS, NULL, count_slot, sum},
	{"percpu_hash: tokens", BPF_MAP_TYPE_PERCPU_HASH, 0, TOKENS, put_all, tokens, all_tokens},
	{"lru_hash: counters", BPF_MAP_TYPE_LRU_HASH, 0, TOKENS, NULL, count, sum},
	{"lru_hash: tokens", BPF_MAP_TYPE_LRU_HASH, 0, TOKENS, put_all, tokens, all_tokens},
	{"lru_hash: crowd", BPF_MAP_TYPE_LRU_HASH, 0, LRU_ENTRIES, NULL, crowd, not_too_full},
	{"lru_hash, by slot: crowd", BPF_MAP_TYPE_LRU_HASH, BPF_F_NO_COMMON_LRU, LRU_ENTRIES, NULL,
	 crowd, not_too_full},
	{"lru_percpu_hash: crowd", BPF_MAP_TYPE_LRU_PERCPU_HASH, 0, LRU_ENTRIES, NULL, crowd,
	 not_too_full},
};

static void stay(struct worker *w)
{
	u64 value[WORDS * SLOTS];

	for (u64 key = 0; key < 8; key++) {
		make_value(w, value, key, 0);
		must(!map_write(w->m, &key, value, 0));
	}
}

static void run(const struct test *t, bool processes)
{
	const struct map_attr a = {.type = t->type,
				   .key_size = 8,
				   .value_size = WORDS * 8,
				   .max_entries = t->entries,
				   .flags = t->flags,
				   .slots = SLOTS};
	struct shared *s =
		mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct worker w[WORKERS];
	struct map *m;

	if (s == MAP_FAILED || map_create(&a, -1, &m))
		abort();
	for (u32 i = 0; i < WORKERS; i++)
		w[i] = (struct worker){m, s, i, hash_u64(i + 1)};
	if (t->prepare)
		t->prepare(w);
	else if (t->work == churn_and_look)
		stay(w);
	s->until = now_ns() + (u64)ms * 1000000;
	(processes ? run_processes : run_threads)(w, t->work);
	if (!s->bad)
		t->look(w);
	printf("%s %s, %s", s->bad ? "FAIL" : "ok", t->name, processes ? "processes" : "threads");
	if (s->bad)
		printf(": line %llu", (unsigned long long)s->bad);
	printf("\n    %llu times\n", (unsigned long long)all_done(w));
	failed |= s->bad != 0;
	map_put(m);
	munmap(s, sizeof(*s));
}

int main(int argc, char **argv)
{
	if (argc > 1)
		ms = (u32)strtoul(argv[1], NULL, 0);
	for (u32 i = 0; i < LEN(tests); i++) {
		run(&tests[i], false);
		fflush(stdout);
		run(&tests[i], true);
		fflush(stdout);
	}
	return failed;
}
