/* SPDX-License-Identifier: BSD-2-Clause */
/* Storages of many owners: they come and go without an end, none that is not there is
 * looked for for long, and dead threads make room. */
#include "isa/bpf.h"
#include "map/map.h"

#include "map/lock.h"

#include <errno.h>
#include <stdio.h>

enum { PLACES = 1 << 16, ROUNDS = 12 };

static struct map *make(u32 type)
{
	const struct map_attr a = {.type = type,
				   .key_size = 4,
				   .value_size = 8,
				   .flags = BPF_F_NO_PREALLOC,
				   .slots = 1};
	struct map *m = NULL;

	return map_create(&a, -1, &m) ? NULL : m;
}

static bool holds(struct map *m, u64 owner)
{
	const u64 *p = m->ops->lookup(m, &owner, 0);

	return p && *p == owner;
}

/* Three quarters of the places, again and again other owners'. */
static bool come_and_go(struct map *m)
{
	u64 n = PLACES / 4 * 3;

	for (u64 round = 0; round < ROUNDS; round++) {
		for (u64 i = round * n; i < (round + 1) * n; i++)
			if (!map_storage_get(m, i, &i, 0) || !holds(m, i))
				return false;
		for (u64 i = round * n; i < (round + 1) * n; i++)
			if (map_remove(m, &i))
				return false;
	}
	return true;
}

/* A look-up ends at a place that is as it was in the beginning: when nobody is left, all
 * of them are, whose first word is 0. */
static bool no_marks(const struct map *m)
{
	u64 bytes = (u64)((const u8 *)m->head - m->data) / PLACES, marks = 0;

	for (u64 i = 0; i < PLACES; i++)
		marks += get_le64(m->data + i * bytes) != 0;
	return !marks;
}

/* Does it see them? One owner is one. */
static bool one_mark(struct map *m)
{
	u64 owner = 1;

	return map_storage_get(m, owner, &owner, 0) && !no_marks(m) && !map_remove(m, &owner) &&
	       no_marks(m);
}

/* No thread has such a number. */
static u64 dead(u64 i) { return LOCK_HELD | (u64)INT32_MAX << 32 | (i + 1); }

static bool dead_make_room(struct map *m)
{
	u64 me = lock_me(), value = me;

	for (u64 i = 0; i < PLACES; i++)
		if (!map_storage_get(m, dead(i), NULL, 0))
			return false;
	return map_storage_get(m, me, &value, 0) && holds(m, me) && !holds(m, dead(1));
}

static bool full(struct map *m)
{
	for (u64 i = 0; i < PLACES; i++)
		if (!map_storage_get(m, i, &i, 0))
			return false;
	u64 one = PLACES;
	return !map_storage_get(m, one, &one, 0) && map_write(m, &one, &one, BPF_ANY) == -ENOMEM &&
	       holds(m, 5);
}

static int told(const char *what, bool good)
{
	printf("%s %s\n", good ? "ok" : "FAIL", what);
	return !good;
}

int main(void)
{
	struct map *files = make(MAPTYPE_INODE_STORAGE), *tasks = make(MAPTYPE_TASK_STORAGE);

	if (!files || !tasks)
		return told("storages are made", false);
	int bad = told("owners come and go", come_and_go(files));
	bad |= told("what is not there is soon known", no_marks(files) && one_mark(files));
	bad |= told("no more owners than places", full(files));
	bad |= told("dead threads make room", dead_make_room(tasks));
	map_put(files);
	map_put(tasks);
	return bad;
}
