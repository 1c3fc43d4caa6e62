/* SPDX-License-Identifier: BSD-2-Clause */
/* Stack traces: which id they get, when another is in the way, how they are read. */
#include "isa/bpf.h"
#include "map/map.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { DEPTH = 8, PLACES = 4 };

static int failed;

static void check(const char *name, bool good)
{
	printf("%s %s%s\n", good ? "ok" : "FAIL", name, good ? "" : ": not as wanted");
	failed |= !good;
}

static struct map *make(u32 flags, u32 item)
{
	const struct map_attr a = {.type = BPF_MAP_TYPE_STACK_TRACE,
				   .key_size = 4,
				   .value_size = DEPTH * item,
				   .max_entries = PLACES - 1,
				   .flags = flags,
				   .slots = 1};
	struct map *m;

	if (map_create(&a, -1, &m))
		abort();
	return m;
}

/* A trace of n addresses from `first` on. */
static const u64 *trace(u64 first, u32 n)
{
	static u64 ips[2 * DEPTH];

	for (u32 i = 0; i < n; i++)
		ips[i] = first + i;
	return ips;
}

/* The first number from which on a trace has this id. */
static u64 of_id(struct map *m, u64 from, long id)
{
	u32 key = (u32)id;

	for (;; from++) {
		long got = map_stack_put(m, trace(from, 3), 3, 0);
		if (got == -EEXIST)
			continue;
		if (got == id)
			return from;
		key = (u32)got;
		map_remove(m, &key);
	}
}

static void put_and_read(void)
{
	struct map *m = make(0, 8);
	u64 value[DEPTH];
	u32 key, next;

	memset(value, 0xff, sizeof(value));
	long id = map_stack_put(m, trace(100, 3), 3, 0);
	check("an id", id >= 0 && id < PLACES);
	key = (u32)id;
	check("the same again", map_stack_put(m, trace(100, 3), 3, 0) == id);
	check("read, and zero behind it", !map_read(m, &key, value, 0) && value[0] == 100 &&
						  value[2] == 102 && !value[3] &&
						  !value[DEPTH - 1]);
	check("the first key", !map_next(m, NULL, &next) && next == key);
	check("the last key", map_next(m, &key, &next) == -ENOENT);
	check("no other may be put", map_write(m, &key, value, 0) == -EINVAL);
	check("taken", !map_take(m, &key, value, 0) && value[1] == 101);
	check("gone", map_read(m, &key, value, 0) == -ENOENT && map_remove(m, &key) == -ENOENT);
	key = PLACES;
	check("places are a power of two", map_remove(m, &key) == -E2BIG);
	key = (u32)map_stack_put(m, trace(7, 2 * DEPTH), 2 * DEPTH, 0);
	check("a long one is cut",
	      !map_read(m, &key, value, 0) && value[DEPTH - 1] == 7 + DEPTH - 1);
	map_put(m);
}

static void in_the_way(void)
{
	struct map *m = make(0, 8);
	long id = map_stack_put(m, trace(0, 3), 3, 0);
	u32 key = (u32)id;
	u64 value[DEPTH], other = 1;

	map_remove(m, &key);
	other = of_id(m, other, id);
	map_remove(m, &key);
	map_stack_put(m, trace(0, 3), 3, 0);
	check("another is there", map_stack_put(m, trace(other, 3), 3, 0) == -EEXIST);
	check("it stays", !map_read(m, &key, value, 0) && value[0] == 0);
	check("another hash is not taken for the same",
	      map_stack_put(m, trace(other, 3), 3, BPF_F_FAST_STACK_CMP) == -EEXIST);
	check("it is replaced", map_stack_put(m, trace(other, 3), 3, BPF_F_REUSE_STACKID) == id &&
					!map_read(m, &key, value, 0) && value[0] == other);
	map_put(m);
}

static void build_ids(void)
{
	struct map *m = make(BPF_F_STACK_BUILD_ID, sizeof(struct bpf_stack_build_id));
	struct bpf_stack_build_id value[DEPTH];
	u32 key = (u32)map_stack_put(m, trace(5, 2), 2, 0);

	check("items that are addresses", !map_read(m, &key, value, 0) &&
						  value[1].status == BPF_STACK_BUILD_ID_IP &&
						  value[1].ip == 6 && !value[2].status);
	check("the same again", map_stack_put(m, trace(5, 2), 2, 0) == key);
	map_put(m);
}

int main(void)
{
	put_and_read();
	in_the_way();
	build_ids();
	return failed;
}
