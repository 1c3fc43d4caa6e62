/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes killed at every instruction of an operation on a trie, a queue, a
 * ring buffer, a storage, a stack trace: what they did is done or not, and the map
 * works, with room for as much as ever.
 * Usage: kill [each [name]]: at each so-many-th instruction, what begins so */
#include "isa/bpf.h"
#include "map/map.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STEPS_MAX = 100000, VALUE = 16, ENTRIES = 6 };

#ifdef __SANITIZE_THREAD__
enum { EACH = 2003 };
#elif defined(__SANITIZE_ADDRESS__)
enum { EACH = 997 };
#else
enum { EACH = 43 };
#endif

struct act {
	const char *name;
	struct map_attr attr;
	void (*prepare)(struct map *m);
	void (*act)(struct map *m);
	/* Why the map does not work, or NULL; *done: did it happen? */
	const char *(*look)(struct map *m, bool *done);
};

static void fill(u8 *value, u8 with) { memset(value, with, VALUE); }

/* The byte that all of it is; -1: it is not whole. */
static int whole(const u8 *value)
{
	for (u32 i = 1; i < VALUE; i++)
		if (value[i] != value[0])
			return -1;
	return value[0];
}

/* ---- tries ---- */

struct prefix {
	u32 bits;
	u8 data[4];
};

static int put(struct map *m, struct prefix p, u8 with)
{
	u8 value[VALUE];

	fill(value, with);
	return map_write(m, &p, value, 0);
}

static int get(struct map *m, struct prefix p)
{
	u8 value[VALUE];

	return map_read(m, &p, value, 0) ? 0 : whole(value);
}

static const struct prefix left = {8, {10}}, inner = {16, {10, 1}}, other = {16, {10, 2}},
			   far = {8, {192}}, low = {24, {10, 1, 7}};

static void trie_begin(struct map *m)
{
	put(m, inner, 1);
	put(m, other, 2);
	put(m, far, 3);
}

static void trie_branch(struct map *m) { put(m, (struct prefix){24, {192, 1, 1}}, 9); }
static void trie_above(struct map *m) { put(m, left, 9); }
static void trie_split(struct map *m) { put(m, (struct prefix){24, {10, 3, 1}}, 9); }
static void trie_replace(struct map *m) { put(m, inner, 9); }
static void trie_remove(struct map *m) { map_remove(m, &inner); }

static void trie_begin_full(struct map *m)
{
	trie_begin(m);
	put(m, left, 4);
	put(m, low, 5);
}

static void trie_remove_above(struct map *m) { map_remove(m, &left); }

/* As many prefixes as it has room for, again and again. */
static const char *trie_room(struct map *m)
{
	struct prefix p;

	for (u32 round = 0; round < 4; round++) {
		while (!map_next(m, NULL, &p))
			if (map_remove(m, &p))
				return "a key is told that cannot be removed";
		for (u32 i = 0; i < ENTRIES; i++)
			if (put(m, (struct prefix){32, {(u8)(i * 41 + round), 1, (u8)i}}, 7))
				return "there is less room";
		if (put(m, (struct prefix){32, {255, 255, 255, 255}}, 7) != -ENOSPC)
			return "there is more room";
	}
	return NULL;
}

static const char *trie_look(struct map *m, bool *done)
{
	struct prefix split = {32, {10, 3, 1, 1}}, branch = {32, {192, 1, 1, 1}};
	int in = get(m, inner), ot = get(m, other), fa = get(m, far), le = get(m, left);

	*done = in == 9 || le == 9 || get(m, split) == 9 || get(m, branch) == 9;
	if ((in != 1 && in != 9) || ot != 2 || fa != 3)
		return "an entry is lost or not whole";
	return trie_room(m);
}

static const char *trie_look_removed(struct map *m, bool *done)
{
	int in = get(m, inner), ot = get(m, other), fa = get(m, far), lo = get(m, low);

	*done = in != 1;
	if ((in != 1 && in != 0 && in != 4) || ot != 2 || fa != 3 || (lo && lo != 5 && lo != in))
		return "an entry is lost or not whole";
	return trie_room(m);
}

static const char *trie_look_above(struct map *m, bool *done)
{
	bool none;
	int le = get(m, left);
	const char *why = trie_look_removed(m, &none);

	*done = !le;
	return none ? "another entry is lost" : why;
}

/* ---- queues ---- */

static void push(struct map *m, u8 with, u64 flags)
{
	u8 value[VALUE];

	fill(value, with);
	m->ops->push(m, value, flags);
}

static int pop(struct map *m)
{
	u8 value[VALUE];

	return m->ops->pop(m, value) ? 0 : whole(value);
}

static struct {
	int first, last;
} before;

static void queue_begin(struct map *m)
{
	before.first = 1;
	before.last = ENTRIES - 1;
	for (u8 i = 1; i < ENTRIES; i++)
		push(m, i, 0);
}

static void queue_begin_full(struct map *m)
{
	queue_begin(m);
	push(m, ENTRIES, 0);
	before.last = ENTRIES;
}

static void queue_push(struct map *m) { push(m, ENTRIES, 0); }
static void queue_push_over(struct map *m) { push(m, ENTRIES + 1, BPF_EXIST); }
static void queue_pop(struct map *m) { pop(m); }

static const char *queue_look(struct map *m, bool *done)
{
	int first = pop(m), last = first, n = 1;

	for (int v; (v = pop(m)); n++, last = v)
		if (v != last + 1)
			return "a value is lost or not whole";
	*done = first != before.first || last != before.last;
	if (n < ENTRIES - 2 || first > 2)
		return "values are lost";
	for (u8 i = 0; i < ENTRIES; i++)
		push(m, (u8)(i + 1), 0);
	u8 value[VALUE] = {0};
	if (m->ops->push(m, value, 0) != -E2BIG)
		return "there is more room";
	for (u8 i = 0; i < ENTRIES; i++)
		if (pop(m) != i + 1)
			return "there is less room";
	return NULL;
}

/* ---- ring buffers ---- */

static void nothing(struct map *m) { (void)m; }

static void ring_write(struct map *m)
{
	u8 sample[VALUE];

	fill(sample, 9);
	map_ring_output(m, sample, VALUE, 0);
}

struct taken {
	u32 first, second;
	bool torn;
};

static long take(void *arg, const void *sample, u32 size)
{
	struct taken *t = arg;
	int v = size == VALUE ? whole(sample) : -1;

	t->first += v == 9;
	t->second += v == 5;
	t->torn |= v != 9 && v != 5;
	return 0;
}

static const char *ring_look(struct map *m, bool *done)
{
	struct taken t = {0};
	u8 sample[VALUE];

	fill(sample, 5);
	if (map_ring_output(m, sample, VALUE, 0))
		return "nothing can be written";
	if (map_ring_wait(m, 1000) || map_ring_read(m, take, &t) < 0)
		return "nothing can be read";
	*done = t.first;
	if (t.torn || t.second != 1 || t.first > 1)
		return "a record is lost or torn";
	for (u32 i = 0; i < 1000; i++) {
		if (map_ring_output(m, sample, VALUE, 0))
			return "there is less room";
		if (i % 100 == 99)
			map_ring_read(m, take, &t);
	}
	return t.second == 1001 ? NULL : "records are lost";
}

/* Nobody reads, until the dead one's record is in the way. */
static const char *ring_look_full(struct map *m, bool *done)
{
	struct taken t = {0};
	u8 sample[VALUE];
	u32 n = 0;

	fill(sample, 5);
	while (!map_ring_output(m, sample, VALUE, BPF_RB_NO_WAKEUP))
		n++;
	if (map_ring_read(m, take, &t) < 0 || t.torn || t.second != n)
		return "a record is lost or torn";
	*done = t.first;
	return n >= 4096 / 24 - 2 ? ring_look(m, &(bool){0}) : "there is less room";
}

/* ---- storages and stack traces ---- */

static const u64 owner = 77, ips[] = {1, 2, 3};

static void storage_put(struct map *m)
{
	u8 value[VALUE];

	fill(value, 9);
	map_write(m, &owner, value, 0);
}

static const char *storage_look(struct map *m, bool *done)
{
	u8 value[VALUE];

	*done = !map_read(m, &owner, value, 0);
	if (*done && whole(value) != 9)
		return "a value is not whole";
	storage_put(m);
	return map_read(m, &owner, value, 0) || whole(value) != 9 ? "nothing can be put" : NULL;
}

static void trace_begin(struct map *m) { map_remove(m, &(u32){0}); }
static void trace_put(struct map *m) { map_stack_put(m, ips, LEN(ips), 0); }

static const char *trace_look(struct map *m, bool *done)
{
	u8 value[127 * 8];
	u32 id;

	*done = !map_next(m, NULL, &id);
	id = (u32)map_stack_put(m, ips, LEN(ips), 0);
	if (map_read(m, &id, value, 0) || memcmp(value, ips, sizeof(ips)))
		return "a trace is lost or not whole";
	return NULL;
}

/* ---- all ---- */

#define TRIE                                                                                     \
	{                                                                                        \
		BPF_MAP_TYPE_LPM_TRIE, 8, VALUE, ENTRIES, .flags = BPF_F_NO_PREALLOC, .slots = 1 \
	}
#define QUEUE                                                     \
	{                                                         \
		BPF_MAP_TYPE_QUEUE, 0, VALUE, ENTRIES, .slots = 1 \
	}
#define RING                                                 \
	{                                                    \
		BPF_MAP_TYPE_RINGBUF, 0, 0, 4096, .slots = 1 \
	}

static const struct act acts[] = {
	{"trie, a branch", TRIE, trie_begin, trie_branch, trie_look},
	{"trie, above others", TRIE, trie_begin, trie_above, trie_look},
	{"trie, between", TRIE, trie_begin, trie_split, trie_look},
	{"trie, replacing", TRIE, trie_begin, trie_replace, trie_look},
	{"trie, removing with its branch", TRIE, trie_begin, trie_remove, trie_look_removed},
	{"trie, removing within", TRIE, trie_begin_full, trie_remove_above, trie_look_above},
	{"trie, removing above one", TRIE, trie_begin_full, trie_remove, trie_look_removed},
	{"queue, push", QUEUE, queue_begin, queue_push, queue_look},
	{"queue, push over the oldest", QUEUE, queue_begin_full, queue_push_over, queue_look},
	{"queue, pop", QUEUE, queue_begin, queue_pop, queue_look},
	{"ring", RING, nothing, ring_write, ring_look},
	{"ring that fills up", RING, nothing, ring_write, ring_look_full},
	{"storage",
	 {BPF_MAP_TYPE_TASK_STORAGE, 4, VALUE, .flags = BPF_F_NO_PREALLOC, .slots = 1},
	 nothing,
	 storage_put,
	 storage_look},
	{"stack trace",
	 {BPF_MAP_TYPE_STACK_TRACE, 4, 127 * 8, 1, .slots = 1},
	 trace_begin,
	 trace_put,
	 trace_look},
};

static void stop(void)
{
#ifdef __x86_64__
	__asm__ volatile("int3");
#else
	raise(SIGTRAP);
#endif
}

/* Lets a child act for so many instructions; true: it was done before. */
static bool act_for(const struct act *a, struct map *m, struct map *scratch, u32 steps)
{
	int status;

	a->prepare(scratch);
	pid_t pid = fork();
	if (!pid) {
		a->act(scratch); /* what only the first time needs */
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		stop();
		a->act(m);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	for (u32 i = 0; i < steps && WIFSTOPPED(status); i++) {
		ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL);
		waitpid(pid, &status, 0);
	}
	if (!WIFSTOPPED(status))
		return true;
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return false;
}

static struct map *make(const struct act *a)
{
	struct map *m;

	if (map_create(&a->attr, -1, &m))
		abort();
	a->prepare(m);
	return m;
}

static bool try_all(const struct act *a, u32 each)
{
	u32 n = 0, done_at = 0;
	struct map *scratch = make(a);

	for (u32 steps = 0; steps < STEPS_MAX; steps += each, n++) {
		struct map *m = make(a);
		bool done = false, over = act_for(a, m, scratch, steps);
		const char *why = a->look(m, &done);
		map_put(m);
		if (done && !done_at)
			done_at = steps;
		if (!why && done_at && !done)
			why = "it was done, and then it was not";
		if (why) {
			printf("FAIL %s: killed after %u instructions: %s\n", a->name, steps, why);
			return false;
		}
		if (over)
			break;
	}
	map_put(scratch);
	printf("%s %s: %u kills, done at %u\n", done_at ? "ok" : "FAIL", a->name, n, done_at);
	return done_at != 0;
}

int main(int argc, char **argv)
{
	u32 each = argc > 1 ? (u32)strtoul(argv[1], NULL, 0) : EACH;
	bool good = true;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (u32 i = 0; i < LEN(acts); i++)
		if (argc < 3 || !strncmp(acts[i].name, argv[2], strlen(argv[2])))
			good &= try_all(&acts[i], each ? each : 1);
	return !good;
}
