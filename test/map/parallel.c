/* SPDX-License-Identifier: BSD-2-Clause */
/* Several processes at once on one ring buffer, queue, trie, bloom filter: nothing
 * is lost, torn or taken twice.
 * Usage: parallel [events of a process [processes]] */
#include "isa/bpf.h"
#include "map/map.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES_MAX = 16, WORDS_MAX = 40, QUEUED = 100, WAIT_MS = 20000 };

static u32 processes = 3;
static u64 events = 20000;

static struct map *make(struct map_attr a)
{
	struct map *m;

	a.slots = 1;
	if (map_create(&a, -1, &m))
		abort();
	return m;
}

static bool tell(const char *name, const char *why)
{
	printf("%s %s%s%s\n", why ? "FAIL" : "ok", name, why ? ": " : "", why ? why : "");
	return !why;
}

/* Starts fn in as many processes; each exits with what it returns. */
static void start(u32 n, int (*fn)(struct map *m, u32 me), struct map *m)
{
	for (u32 i = 0; i < n; i++)
		if (!fork())
			_exit(fn(m, i));
}

static bool all_well(void)
{
	bool well = true;

	for (int status; wait(&status) > 0;)
		well &= WIFEXITED(status) && !WEXITSTATUS(status);
	return well;
}

/* ---- ring buffer: word 0 is who, 1 the number, then what follows from both ---- */

static u64 word(u64 who, u64 nr, u32 i) { return hash_u64(who << 48 ^ nr << 8 ^ i); }
static u32 words(u64 nr) { return 2 + (u32)(hash_u64(nr) % (WORDS_MAX - 1)); }

static int ring_writer(struct map *m, u32 me)
{
	for (u64 nr = 0; nr < events;) {
		u32 n = words(nr);
		u64 *to = map_ring_reserve(m, 8 * n, 0);
		if (!to) {
			sched_yield();
			continue;
		}
		to[0] = me;
		to[1] = nr;
		for (u32 i = 2; i < n; i++)
			to[i] = word(me, nr, i);
		map_ring_commit(to, 0, m, hash_u64(nr + me) % 5 == 0);
		nr++;
	}
	return 0;
}

struct reader {
	u64 next[PROCESSES_MAX], got;
	const char *why;
};

static u64 not_discarded(u32 who, u64 nr)
{
	while (nr < events && hash_u64(nr + who) % 5 == 0)
		nr++;
	return nr;
}

static long look(void *arg, const void *sample, u32 size)
{
	struct reader *r = arg;
	const u64 *s = sample;

	if (size < 16 || s[0] >= processes || size != 8 * words(s[1])) {
		r->why = "a record is torn";
		return -1;
	}
	for (u32 i = 2; i < size / 8; i++)
		if (s[i] != word(s[0], s[1], i))
			r->why = "a record is not whole";
	if (s[1] != not_discarded((u32)s[0], r->next[s[0]]))
		r->why = "records are lost, or come in another order";
	r->next[s[0]] = s[1] + 1;
	r->got++;
	return r->why ? -1 : 0;
}

static bool ring(u32 bytes)
{
	struct map *m = make((struct map_attr){.type = BPF_MAP_TYPE_RINGBUF, .max_entries = bytes});
	struct reader r = {0};
	u64 want = 0;
	char name[64];

	for (u32 who = 0; who < processes; who++)
		for (u64 nr = 0; nr < events; nr++)
			want += hash_u64(nr + who) % 5 != 0;
	start(processes, ring_writer, m);
	while (r.got < want && !r.why) {
		int err = map_ring_wait(m, WAIT_MS);
		if (err)
			r.why = "nobody wakes the reader";
		else if (map_ring_read(m, look, &r) < 0 && !r.why)
			r.why = "the ring is damaged";
	}
	if (!all_well() && !r.why)
		r.why = "a writer failed";
	if (!r.why && map_ring_read(m, look, &r) != 0)
		r.why = "there is more than was written";
	map_put(m);
	snprintf(name, sizeof(name), "ring of %u bytes: %llu records", bytes,
		 (unsigned long long)want);
	return tell(name, r.why);
}

/* ---- queue: values are numbers; each process pushes its own and pops as many ---- */

static u64 *sums;

static int queue_worker(struct map *m, u32 me)
{
	for (u64 pushed = 0, popped = 0; pushed < events || popped < events;) {
		u64 v = me * events + pushed;
		if (pushed < events && !m->ops->push(m, &v, 0)) {
			__atomic_fetch_add(&sums[0], v, __ATOMIC_RELAXED);
			pushed++;
		}
		if (popped < events && !m->ops->pop(m, &v)) {
			__atomic_fetch_add(&sums[1], v, __ATOMIC_RELAXED);
			popped++;
		}
	}
	return 0;
}

static bool queue(u32 type, const char *name)
{
	struct map *m =
		make((struct map_attr){.type = type, .value_size = 8, .max_entries = QUEUED});
	struct map *s = make((struct map_attr){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 2});
	const char *why = NULL;
	u64 v;

	sums = (u64 *)(void *)s->data;
	start(processes, queue_worker, m);
	if (!all_well())
		why = "a process failed";
	else if (sums[0] != sums[1])
		why = "the sums do not add up";
	else if (m->ops->pop(m, &v) != -ENOENT)
		why = "there is more than was pushed";
	map_put(m);
	map_put(s);
	return tell(name, why);
}

/* ---- trie: prefixes within 10/8 come and go; a value is its prefix ---- */

struct prefix {
	u32 bits;
	u8 data[4];
};

static struct prefix some_prefix(u64 random)
{
	static const u8 bits[] = {8, 12, 16, 20, 24, 28, 32};
	u32 at = 10u << 24 | (u32)(random >> 8 & 3) << 18 | (u32)(random >> 10 & 3) << 14 |
		 (u32)(random >> 12 & 3) << 9 | (u32)(random >> 14 & 3);
	struct prefix p = {.bits = bits[random % LEN(bits)]};

	at &= UINT32_MAX << (32 - p.bits);
	for (u32 i = 0; i < 4; i++)
		p.data[i] = (u8)(at >> (24 - 8 * i));
	return p;
}

static bool within(struct prefix in, struct prefix p)
{
	u32 a = get_be32(in.data), b = get_be32(p.data);

	return p.bits >= 8 && p.bits <= in.bits && !((a ^ b) >> (32 - p.bits));
}

static int trie_worker(struct map *m, u32 me)
{
	u64 random = me;

	for (u64 n = 0; n < events; n++) {
		struct prefix p = some_prefix(hash_u64(random += 1000003)), got;
		switch (hash_u64(random ^ 5) % 4) {
		case 0:
			if (map_write(m, &p, &p, 0))
				return 1;
			break;
		case 1:
			if (p.bits > 8)
				map_remove(m, &p);
			break;
		default:
			p.bits = 32;
			if (map_read(m, &p, &got, 0) || !within(p, got))
				return 1;
		}
		if (n % 64 == 0 && map_next(m, n % 128 ? &p : NULL, &got))
			if (n % 128 == 0)
				return 1;
	}
	return 0;
}

static bool trie(void)
{
	struct map *m = make((struct map_attr){.type = BPF_MAP_TYPE_LPM_TRIE,
					       .key_size = 8,
					       .value_size = 8,
					       .max_entries = 10000,
					       .flags = BPF_F_NO_PREALLOC});
	struct prefix all = {8, {10}}, p;
	const char *why = NULL;

	map_write(m, &all, &all, 0);
	start(processes, trie_worker, m);
	if (!all_well())
		why = "a look-up found what does not fit, or nothing";
	while (!why && !map_next(m, NULL, &p))
		if (map_remove(m, &p))
			why = "a key is told that cannot be removed";
	map_put(m);
	return tell("trie", why);
}

/* ---- bloom filter ---- */

static int bloom_worker(struct map *m, u32 me)
{
	for (u64 n = 0; n < events; n++) {
		u64 v = me * events + n;
		m->ops->push(m, &v, 0);
		if (m->ops->peek(m, &v))
			return 1;
	}
	return 0;
}

static bool bloom(void)
{
	struct map *m = make((struct map_attr){
		.type = BPF_MAP_TYPE_BLOOM_FILTER, .value_size = 8, .max_entries = (u32)events});
	const char *why = NULL;

	start(processes, bloom_worker, m);
	if (!all_well())
		why = "a value is gone";
	for (u64 v = 0; v < processes * events && !why; v++)
		if (m->ops->peek(m, &v))
			why = "a value is gone";
	map_put(m);
	return tell("bloom filter", why);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		events = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		processes = MIN((u32)strtoul(argv[2], NULL, 0), (u32)PROCESSES_MAX);
	setvbuf(stdout, NULL, _IOLBF, 0);
	bool good = ring(4096);
	good &= ring(1 << 18);
	good &= queue(BPF_MAP_TYPE_QUEUE, "queue");
	good &= queue(BPF_MAP_TYPE_STACK, "stack");
	good &= trie();
	good &= bloom();
	return !good;
}
