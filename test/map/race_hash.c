/* SPDX-License-Identifier: BSD-2-Clause */
/* A process is stopped at every instruction of a look-up, while another recycles
 * elements of the same buckets: what is there all the time must be found, with a
 * whole value, and a walk must pass it.
 * Usage: race_hash [rounds [seed [each]]]: at each so-many-th instruction */
#include "map/hash.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STAYS = 3, KEYS = 9, ENTRIES = 16, WORDS = 3, STEPS_MAX = 400 };

/* In bucket 0: STAYS that stay among 3 that come and go; in bucket 1: 3 more. */
static u64 key[KEYS];
static u64 rnd;

static u32 below(u32 n) { return (u32)(hash_u64(rnd++) >> 32) % n; }

static void put(struct map *m, u32 k, u64 stamp)
{
	u64 value[WORDS];

	for (u32 i = 0; i < WORDS; i++)
		value[i] = (u64)k << 32 | stamp;
	map_write(m, &key[k], value, 0);
}

static struct map *make(void)
{
	const struct map_attr a = {.type = BPF_MAP_TYPE_HASH,
				   .key_size = 8,
				   .value_size = WORDS * 8,
				   .max_entries = ENTRIES,
				   .slots = 1};
	struct map *m;

	if (map_create(&a, -1, &m))
		abort();
	u64 next = 1;
	for (u32 k = 0; k < KEYS; next++)
		if ((hash_of_key(hash_of(m), (u8 *)&next, 8) & hash_of(m)->mask) == k / 6)
			key[k++] = next;
	return m;
}

/* What stays, between what comes and goes. */
static void begin(struct map *m)
{
	static const u32 order[] = {0, 3, 1, 4, 2, 5};

	for (u32 i = 0; i < LEN(order); i++)
		put(m, order[i], 0);
}

/* ---- what is stopped; returns whether it is right ---- */

static bool read_it(struct map *m)
{
	u64 value[WORDS];

	return !map_read(m, &key[1], value, 0) && value[0] >> 32 == 1 && value[1] == value[0] &&
	       value[2] == value[0];
}

static bool look_up(struct map *m) { return m->lookup(m, &key[0], 0); }

static bool walk_from(struct map *m, u64 last, int err)
{
	u64 at = last;
	u32 seen = 0;

	for (u32 i = 0; i < 100 && !err; i++) {
		for (u32 k = 0; k < STAYS; k++)
			seen |= (at == key[k]) << k;
		last = at;
		err = map_next(m, &last, &at);
	}
	return seen == 7;
}

/* What stays is in the chain from the last to the first. */
static bool walk(struct map *m) { return walk_from(m, key[2], 0); }

static bool walk_all(struct map *m)
{
	u64 first = 0;
	int err = map_next(m, NULL, &first);

	return walk_from(m, first, err);
}

static bool (*const acts[])(struct map *m) = {read_it, look_up, walk, walk_all};
static const char *const names[] = {"read", "look-up", "walk", "walk from the beginning"};

/* ---- what another does meanwhile ---- */

static void disturb(struct map *m)
{
	for (u32 n = 1 + below(8); n; n--) {
		u32 k = below(KEYS);

		if (k < STAYS || below(2))
			put(m, k, below(1000));
		else
			map_remove(m, &key[k]);
	}
}

static bool step(pid_t pid)
{
	int status;

	return !ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) && waitpid(pid, &status, 0) == pid &&
	       WIFSTOPPED(status);
}

/* Disturbed after n instructions; *more: it had not ended before. */
static bool once(u32 act, u32 n, bool *more)
{
	struct map *m = make();
	int status;

	begin(m);
	pid_t pid = fork();
	if (!pid) {
		acts[act](m); /* what it calls is bound */
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		bool ok = acts[act](m);
		m->head->host[0] = 1;
		_exit(!ok);
	}
	waitpid(pid, &status, 0);
	for (u32 i = 0; i < n && *more; i++)
		*more = step(pid) && !m->head->host[0];
	disturb(m);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	waitpid(pid, &status, 0);
	map_put(m);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

static const char *untraceable(void)
{
	bool more = true;

	return once(0, 1, &more) && more ? NULL : "ptrace is not permitted";
}

int main(int argc, char **argv)
{
	u32 rounds = argc > 1 ? (u32)strtoul(argv[1], NULL, 0) : 1, n = 0;
	u32 each = argc > 3 ? (u32)strtoul(argv[3], NULL, 0) : 2;
	const char *no = untraceable();
	bool ok = true;

	rnd = hash_u64(argc > 2 ? strtoull(argv[2], NULL, 0) : 1);
	if (no) {
		printf("skip every instruction of a look-up: %s\n", no);
		return 0;
	}
	for (u32 act = 0; act < LEN(acts) && ok; act++) {
		for (u32 r = 0; r < rounds && ok; r++) {
			bool more = true;
			for (u32 at = below(each); more && at < STEPS_MAX && ok; at += each, n++) {
				ok = once(act, at, &more);
				if (!ok)
					printf("    %s, instruction %u\n", names[act], at);
			}
		}
	}
	printf("%s disturbed at every instruction of a look-up\n    %u times\n", ok ? "ok" : "FAIL",
	       n);
	return !ok;
}
