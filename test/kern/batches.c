/* SPDX-License-Identifier: BSD-2-Clause */
/* Batches of the call, at random, of which some keys and values are not there: our world
 * and the running kernel do as many elements, and say the same.
 * Usage: batches [steps [seed]] */
#include "../programs.h"
#include "isa/bpf.h"
#include "kern/kern.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OURS, LINUX, WORLDS, PAGE = 4096, MOST = 24, KEYS = 30, SLOT = 8 };

static struct rnd dice;

static long call(int world, int cmd, union bpf_attr *a)
{
	if (world == OURS)
		return kern_bpf(cmd, a, sizeof(*a));
	long ret = syscall(__NR_bpf, cmd, a, sizeof(*a));
	return ret < 0 ? -errno : ret;
}

/* A page of the caller's, behind which there is nothing. */
static u8 *page_end(void)
{
	u8 *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || munmap(p + PAGE, PAGE))
		abort();
	return p + PAGE;
}

static u8 *keys_end, *values_end;

struct step {
	u32 cmd, count, keys, values; /* so many of each are there */
	u64 elem_flags;
};

static long take(int world, int map, const struct step *s, u32 *done)
{
	union bpf_attr a = {
		.batch = {.map_fd = (u32)map, .count = s->count, .elem_flags = s->elem_flags}};

	a.batch.keys = (u64)(uintptr_t)(keys_end - s->keys * 4);
	a.batch.values = (u64)(uintptr_t)(values_end - s->values * SLOT);
	long ret = call(world, (int)s->cmd, &a);
	*done = a.batch.count;
	return ret;
}

static u64 read_one(int world, int map, u32 key)
{
	u64 value = 0;
	union bpf_attr a = {
		.map_fd = (u32)map, .key = (u64)(uintptr_t)&key, .value = (u64)(uintptr_t)&value};

	return call(world, BPF_MAP_LOOKUP_ELEM, &a) ? ~(u64)0 : value;
}

static bool one(const int map[WORLDS])
{
	static const u32 cmds[] = {BPF_MAP_UPDATE_BATCH, BPF_MAP_UPDATE_BATCH,
				   BPF_MAP_DELETE_BATCH};
	u32 n = below(&dice, MOST), done[WORLDS];
	struct step s = {cmds[below(&dice, LEN(cmds))], n, n, n, 0};
	long ret[WORLDS];

	if (!below(&dice, 4))
		s.keys = below(&dice, n + 1);
	if (!below(&dice, 4))
		s.values = below(&dice, n + 1);
	if (!below(&dice, 10))
		s.elem_flags = below(&dice, 6);
	for (u32 i = 0; i < s.keys; i++)
		put_le32(keys_end - (s.keys - i) * 4, below(&dice, KEYS));
	for (u32 i = 0; i < s.values; i++)
		put_le64(values_end - (s.values - i) * SLOT, rnd(&dice));
	for (int w = 0; w < WORLDS; w++)
		ret[w] = take(w, map[w], &s, &done[w]);
	bool ok = ret[OURS] == ret[LINUX] && done[OURS] == done[LINUX];
	for (u32 k = 0; k < KEYS && ok; k++)
		ok = read_one(OURS, map[OURS], k) == read_one(LINUX, map[LINUX], k);
	if (!ok)
		printf("    command %u, %u elements, %u keys, %u values, flags %llu: %ld, %u done; "
		       "in Linux %ld, %u\n",
		       s.cmd, n, s.keys, s.values, (unsigned long long)s.elem_flags, ret[OURS],
		       done[OURS], ret[LINUX], done[LINUX]);
	return ok;
}

static bool run(u32 type, u32 entries, u64 steps)
{
	union bpf_attr a = {
		.map_type = type, .key_size = 4, .value_size = SLOT, .max_entries = entries};
	int map[WORLDS];
	bool ok = true;

	for (int w = 0; w < WORLDS; w++)
		map[w] = (int)call(w, BPF_MAP_CREATE, &a);
	for (u64 i = 0; i < steps && ok; i++)
		ok = one(map);
	for (int w = 0; w < WORLDS; w++)
		close(map[w]);
	return ok;
}

int main(int argc, char **argv)
{
	u64 steps = argc > 1 ? strtoull(argv[1], NULL, 0) : 2000;
	union bpf_attr a = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
	long may = call(LINUX, BPF_MAP_CREATE, &a);

	if (may < 0) {
		printf("skip batches: the kernel's bpf(): %s\n", strerror((int)-may));
		return 0;
	}
	dice.s = hash_u64(argc > 2 ? strtoull(argv[2], NULL, 0) : 1) | 1;
	keys_end = page_end();
	values_end = page_end();
	bool ok = run(BPF_MAP_TYPE_HASH, 20, steps) && run(BPF_MAP_TYPE_ARRAY, 25, steps);
	printf("%s batches: the same there\n", ok ? "ok" : "FAIL");
	return !ok;
}
