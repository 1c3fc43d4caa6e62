/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes killed in the middle of an update: at random moments, at every
 * instruction of one, and what memory is after every instruction, also of a repair.
 * Each time the map must work: values whole, no key twice, and room for as many
 * elements as ever.
 * Usage: kill_hash [kills [seed [each]]]: at each so-many-th instruction */
#include "map/hash.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <stdio.h>
#include <unistd.h>

enum { ENTRIES = 12, SLOTS = 2, WORDS = 3, KEYS = 16, FRESH = 1000, STEPS_MAX = 200000 };

static const struct kind {
	const char *name;
	u32 type, flags;
} kinds[] = {
	{"hash", BPF_MAP_TYPE_HASH, 0},
	{"percpu_hash", BPF_MAP_TYPE_PERCPU_HASH, 0},
	{"lru_hash", BPF_MAP_TYPE_LRU_HASH, 0},
	{"lru_hash by slot", BPF_MAP_TYPE_LRU_HASH, BPF_F_NO_COMMON_LRU},
	{"lru_percpu_hash", BPF_MAP_TYPE_LRU_PERCPU_HASH, 0},
};

static u64 rnd = 1;
static const char *why;

static u32 below(u32 n) { return (u32)(hash_u64(rnd++) >> 32) % n; }

static bool bad(const char *reason)
{
	why = reason;
	return false;
}

static struct map *make(const struct kind *k)
{
	const struct map_attr a = {.type = k->type,
				   .key_size = 8,
				   .value_size = WORDS * 8,
				   .max_entries = k->flags ? SLOTS * ENTRIES : ENTRIES,
				   .flags = k->flags,
				   .slots = SLOTS};
	struct map *m;

	if (map_create(&a, -1, &m))
		abort();
	return m;
}

/* ---- values that show whether they are whole ---- */

static int put(struct map *m, u64 key, u64 stamp)
{
	u64 value[SLOTS * WORDS];

	for (u32 i = 0; i < SLOTS * WORDS; i++)
		value[i] = key << 32 | stamp;
	return map_write(m, &key, value, 0);
}

/* The stamp, -1: no such key, -2: not whole. */
static s64 get(struct map *m, u64 key)
{
	u32 n = map_value_bytes(m) / 8;
	u64 value[SLOTS * WORDS];

	if (map_read(m, &key, value, 0))
		return -1;
	for (u32 i = 0; i < n; i++)
		if (value[i] != value[0] || value[i] >> 32 != key)
			return -2;
	return (s64)(u32)value[0];
}

/* ---- does it work? ---- */

static bool lru(const struct map *m) { return hash_of(m)->lru; }

/* The keys in it: each once, each with a whole value. A per-CPU value is written
 * where it is, so it may be half of each. */
static bool count_keys(struct map *m, u32 *n)
{
	u64 key, seen[2 * ENTRIES];
	int err = map_next(m, NULL, &key);

	for (*n = 0; !err; (*n)++) {
		if (*n == 2 * ENTRIES)
			return bad("too many keys");
		for (u32 i = 0; i < *n; i++)
			if (seen[i] == key)
				return bad("a key twice");
		seen[*n] = key;
		if (get(m, key) == -1 || (get(m, key) == -2 && !m->ops->per_cpu))
			return bad("a value that is not whole");
		err = map_next(m, &key, &key);
	}
	return err == -ENOENT || bad("next key fails");
}

static bool fill(struct map *m)
{
	u32 n;

	if (lru(m)) {
		for (u32 i = 0; i < 4 * ENTRIES; i++)
			if (put(m, FRESH + i, 7))
				return bad("no room in an LRU map");
		/* The other slot may have one. */
		return count_keys(m, &n) && (n == ENTRIES || (m->flags && n == ENTRIES + 1) ||
					     bad("an LRU map is not full"));
	}
	if (!count_keys(m, &n))
		return false;
	for (u32 i = n; i < ENTRIES; i++)
		if (put(m, FRESH + i, 7))
			return bad("it cannot be filled up");
	if (put(m, FRESH + ENTRIES, 7) != -E2BIG)
		return bad("more than there may be");
	return put(m, FRESH + ENTRIES - 1, 8) == 0 || n == ENTRIES ||
	       bad("no update when it is full");
}

static bool clear(struct map *m)
{
	u64 key;

	while (!map_next(m, NULL, &key))
		if (map_remove(m, &key))
			return bad("a key that cannot be deleted");
	for (u32 i = 0; i < hash_of(m)->parts; i++)
		if (hash_of(m)->part[i].count)
			return bad("it is empty, and counts elements");
	return true;
}

/* It is empty, so every element that was ever used is in a list or in a bucket. */
static bool nothing_lost(const struct map *m)
{
	const struct hash *h = hash_of(m);
	u64 used = 0, found = 0;

	for (u32 k = 0; k < h->parts; k++) {
		used += h->part[k].fresh;
		for (u32 i = (u32)h->part[k].free; i && found <= used; i = hash_elem(h, i)->hash)
			found++;
	}
	for (u32 c = 0; c <= h->mask; c++)
		found += !(h->cell[c].lock & LOCK_HELD) && h->cell[c].lock;
	return found == used || bad("an element is lost");
}

static bool works(struct map *m)
{
	u32 n;

	return count_keys(m, &n) && fill(m) && clear(m) && fill(m) && clear(m) && nothing_lost(m);
}

/* ---- what a process is killed in ---- */

enum { OLD = 3, NEW = 5 };

/* Keys 0 to 7 are there, with the stamp OLD; in the full one 12. */
static void begin(struct map *m, u32 n)
{
	for (u64 k = 0; k < n; k++)
		put(m, k, OLD);
}

static void replace(struct map *m) { put(m, 2, NEW); }
static void insert(struct map *m) { put(m, 9, NEW); }

static void prog_insert(struct map *m)
{
	u64 key = 9, value[WORDS] = {key << 32 | NEW, key << 32 | NEW, key << 32 | NEW};

	m->ops->update(m, &key, value, 0, 1);
}

static void delete (struct map *m)
{
	u64 key = 2;

	map_remove(m, &key);
}

static void take(struct map *m)
{
	u64 key = 2, value[SLOTS * WORDS];

	map_take(m, &key, value, 0);
}

static void take_all(struct map *m)
{
	u64 keys[2 * ENTRIES], values[2 * ENTRIES * SLOTS * WORDS];
	u32 out, n = 2 * ENTRIES;

	map_batch(m, NULL, &out, keys, values, &n, 0, true);
}

static const struct act {
	const char *name;
	void (*act)(struct map *m);
	u32 keys;
	s64 key, after; /* whose stamp becomes what; -1: it goes, or was not there */
} acts[] = {
	{"replace", replace, 8, 2, NEW},
	{"insert", insert, 8, 9, NEW},
	{"insert into a full one", insert, ENTRIES, -1, 0},
	{"insert by a program", prog_insert, 8, -1, 0},
	{"delete", delete, 8, 2, -1},
	{"take", take, 8, 2, -1},
	{"take all", take_all, 8, 2, -1},
};

/* The state before, or the one after. */
static bool either(struct map *m, const struct act *a)
{
	if (a->key < 0)
		return true;
	s64 before = (u32)a->key < a->keys ? OLD : -1, is = get(m, (u64)a->key);
	if (is == -2 && m->ops->per_cpu)
		return true;
	return is == before || is == a->after || bad("neither the old state nor the new one");
}

/* ---- processes ---- */

/* How many were done, in a part of the block that is the owner's. */
static u64 *operations(const struct map *m) { return (u64 *)(void *)m->head->host; }

/* A child that has stopped just before it acts. */
static pid_t traced(struct map *m, const struct act *a)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		put(m, 0, OLD); /* it knows its name */
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		a->act(m);
		*operations(m) = 1;
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return -1;
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* False at the end of the act. */
static bool step(const struct map *m, pid_t pid)
{
	int status;

	return !*operations(m) && !ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) &&
	       waitpid(pid, &status, 0) == pid && WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP;
}

/* Why nothing can be traced, or NULL. */
static const char *untraceable(void)
{
#ifdef __SANITIZE_THREAD__
	return "the thread sanitizer's own are stepped through, too";
#endif
	struct map *m = make(&kinds[0]);
	pid_t pid = traced(m, &acts[0]);
	bool ok = pid > 0 && step(m, pid);

	if (pid > 0)
		end(pid);
	map_put(m);
	return ok ? NULL : "ptrace is not permitted";
}

/* ---- killed at every instruction ---- */

static bool kill_at(const struct kind *k, const struct act *a, u32 n, bool *more)
{
	struct map *m = make(k);

	begin(m, a->keys);
	pid_t pid = traced(m, a);
	if (pid < 0)
		return bad("it cannot be traced");
	*more = true;
	for (u32 i = 0; i < n && *more; i++)
		*more = step(m, pid);
	end(pid);
	bool ok = either(m, a) && works(m);
	map_put(m);
	return ok;
}

static bool kill_everywhere(const struct kind *k, const struct act *a, u32 each, u32 *n)
{
	bool more = true;

	for (u32 i = 0; more; i += each, (*n)++)
		if (!kill_at(k, a, i, &more)) {
			printf("    %s, %s, instruction %u: %s\n", k->name, a->name, i, why);
			return false;
		}
	return true;
}

/* ---- memory after every instruction ---- */

struct pictures {
	u8 **at;
	u32 n, room;
	size_t size;
};

static void picture(struct pictures *p, const struct map *m)
{
	if (p->n && !memcmp(p->at[p->n - 1], m->base, p->size))
		return;
	if (p->n == p->room) {
		p->room = p->room ? 2 * p->room : 64;
		p->at = realloc(p->at, p->room * sizeof(*p->at));
	}
	p->at[p->n] = malloc(p->size);
	memcpy(p->at[p->n++], m->base, p->size);
}

/* Is it a map that works, as its process died here? */
static bool revive(const struct pictures *p, u32 i, const struct act *a)
{
	int fd = memfd_create("picture", MFD_CLOEXEC);
	struct map *m;

	if (write(fd, p->at[i], p->size) != (ssize_t)p->size || map_open(fd, &m))
		return bad("it cannot be opened");
	bool ok = either(m, a) && works(m);
	map_put(m);
	return ok;
}

static bool show(const struct kind *k, struct map *m, const struct act *a, u32 *n)
{
	struct pictures p = {.size = m->head->size};
	pid_t pid = traced(m, a);
	bool ok = pid > 0 || bad("it cannot be traced");
	u32 steps = 0;

	if (ok) {
		do
			picture(&p, m);
		while (step(m, pid) && ++steps < STEPS_MAX);
		end(pid);
	}
	for (u32 i = 0; i < p.n && ok; i++, (*n)++) {
		ok = revive(&p, i, a);
		if (!ok)
			printf("    %s, %s, picture %u of %u: %s\n", k->name, a->name, i, p.n, why);
	}
	if (ok && steps == STEPS_MAX)
		ok = bad("it does not end");
	for (u32 i = 0; i < p.n; i++)
		free(p.at[i]);
	free(p.at);
	return ok;
}

static bool show_act(const struct kind *k, const struct act *a, u32 *n)
{
	struct map *m = make(k);

	begin(m, a->keys);
	bool ok = show(k, m, a, n);
	map_put(m);
	return ok;
}

/* A process died with the lock of the key that is put in, and two elements. */
static void leave_locked(struct map *m)
{
	struct place p;
	u64 key = 9;
	u32 i;

	if (hash_seek(m, (const u8 *)&key, &p) || hash_alloc(m, &p, hash_of(m)->part, true, &i))
		abort();
	p.kept = 0;
}

static bool show_repair(const struct kind *k, u32 *n)
{
	struct map *m = make(k);

	begin(m, 8);
	pid_t pid = fork();
	if (!pid) {
		leave_locked(m);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	bool ok = show(k, m, &acts[1], n);
	map_put(m);
	return ok;
}

/* ---- random moments ---- */

static void live(struct map *m, u64 seed)
{
	rnd = hash_u64(seed);
	for (;;) {
		u64 key = below(KEYS), value[SLOTS * WORDS];

		switch (below(4)) {
		case 0:
			map_remove(m, &key);
			break;
		case 1:
			map_take(m, &key, value, 0);
			break;
		default:
			put(m, key, below(100));
		}
		__atomic_fetch_add(operations(m), 1, __ATOMIC_RELAXED);
	}
}

static pid_t start(struct map *m, u64 seed)
{
	pid_t pid = fork();

	if (!pid)
		live(m, seed);
	return pid;
}

static void rest(u32 us)
{
	const struct timespec t = {0, (long)us * 1000};

	nanosleep(&t, NULL);
}

/* Two are at work; one is killed, the other must go on. */
static bool kill_one(struct map *m, u64 seed)
{
	pid_t a = start(m, seed), b = start(m, ~seed);
	bool on = false;

	rest(below(2000));
	end(a);
	u64 was = __atomic_load_n(operations(m), __ATOMIC_RELAXED);
	for (u32 i = 0; i < 10000 && !on; i++) {
		rest(100);
		on = __atomic_load_n(operations(m), __ATOMIC_RELAXED) > was + 1;
	}
	end(b);
	rest(1000); /* so long the dead may not be looked for */
	return on ? works(m) : bad("nobody goes on");
}

static bool kill_often(const struct kind *k, u32 kills, u64 seed)
{
	struct map *m = make(k);
	bool ok = true;

	for (u32 i = 0; i < kills && ok; i += 2)
		ok = kill_one(m, seed + i);
	if (!ok)
		printf("    %s: %s\n", k->name, why);
	map_put(m);
	return ok;
}

/* ---- */

/* Tracer and traced take turns: on one processor they do not wait for another. */
static void one_processor(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static int failed;

static void say(const char *what, bool ok, u32 n)
{
	printf("%s %s\n    %u times\n", ok ? "ok" : "FAIL", what, n);
	fflush(stdout);
	failed |= !ok;
}

int main(int argc, char **argv)
{
	u32 kills = argc > 1 ? (u32)strtoul(argv[1], NULL, 0) : 100, n = 0;
	u64 seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	u32 each = argc > 3 ? (u32)strtoul(argv[3], NULL, 0) : 29;
	const char *no = untraceable();
	bool ok = true;

	for (u32 i = 0; i < LEN(kinds) && ok; i++)
		ok = kill_often(&kinds[i], kills / LEN(kinds), seed);
	say("killed at random moments", ok, kills);
	if (no) {
		printf("skip every instruction: %s\n", no);
		return failed;
	}
	one_processor();
	for (u32 i = 0; i < LEN(kinds) && ok; i++)
		for (u32 j = 0; j < LEN(acts) && ok; j++)
			ok = show_act(&kinds[i], &acts[j], &n);
	say("as it is after every instruction", ok, n);
	n = 0;
	for (u32 i = 0; i < LEN(kinds) && ok; i += 3)
		ok = show_repair(&kinds[i], &n);
	say("as it is after every instruction of a repair", ok, n);
	n = 0;
	for (u32 j = 0; j < 2 && ok; j++)
		ok = kill_everywhere(&kinds[0], &acts[j], each, &n);
	say("killed at each so-many-th instruction of an update", ok, n);
	return failed;
}
