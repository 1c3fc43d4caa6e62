/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds what a killed process has left of a hash: locks that it held, and elements
 * that are in no chain and in no list. */
#include "map/hash.h"

#include <stdlib.h>
#include <unistd.h>

enum {
	CLOSE_NS = 10000000, /* between close looks at other processes */
	REST = 8,            /* a look costs at most one ninth of the time */
	REST_MAX_NS = 1000000,
};

static struct hash_shared *shared_of(const struct map *m) { return map_own(m, struct hash_shared); }

/* ---- processes ---- */

/* The number of a new entry for this process, or HASH_PROCESSES. */
static u32 enter(struct hash_shared *s)
{
	u64 me = lock_process((u32)getpid());
	u32 i;

	for (i = 0; i < HASH_PROCESSES; i++) {
		u64 none = 0;
		if (__atomic_compare_exchange_n(&s->process[i], &none, me, false, __ATOMIC_ACQ_REL,
						__ATOMIC_RELAXED))
			break;
	}
	return i;
}

static void leave(struct hash_shared *s, u32 entry)
{
	if (entry < HASH_PROCESSES)
		__atomic_store_n(&s->process[entry], 0, __ATOMIC_RELEASE);
}

/* Before it locks anything. Another thread may be quicker. */
static void join(struct map *m)
{
	struct hash_shared *s = shared_of(m);
	struct hash *h = hash_of(m);
	u64 was = __atomic_load_n(&h->joined, __ATOMIC_RELAXED);

	lock_me(); /* from here on forks are seen */
	u32 entry = enter(s);
	if (entry == HASH_PROCESSES) {
		__atomic_store_n(&s->crowded, 1, __ATOMIC_RELEASE);
		hash_lost(m);
		entry = enter(s);
	}
	if (!__atomic_compare_exchange_n(&h->joined, &was, (u64)lock_generation << 32 | entry,
					 false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		leave(s, entry);
}

void hash_part_ways(struct map *m)
{
	struct hash *h = hash_of(m);

	if (hash_joined(h))
		leave(shared_of(m), (u32)h->joined);
}

/* Those of the processes that have died; returns how many. */
static u32 list_dead(struct map *m, u64 now, u64 dead[HASH_PROCESSES])
{
	struct hash_shared *s = shared_of(m);
	u64 joined = __atomic_load_n(&hash_of(m)->joined, __ATOMIC_RELAXED);
	bool close = now - __atomic_load_n(&s->looked, __ATOMIC_RELAXED) >= CLOSE_NS;
	u32 n = 0;

	for (u32 i = 0; i < HASH_PROCESSES; i++) {
		u64 who = __atomic_load_n(&s->process[i], __ATOMIC_ACQUIRE);
		bool gone = who && i != (u32)joined && lock_process_is_dead(who, close);

		dead[i] = gone ? who : 0;
		n += gone;
	}
	if (close)
		__atomic_store_n(&s->looked, now, __ATOMIC_RELAXED);
	return n;
}

/* ---- locks ---- */

static u64 holder(const u64 *word)
{
	u64 w = __atomic_load_n(word, __ATOMIC_ACQUIRE);

	return w & LOCK_HELD ? w : 0;
}

static bool dead_holders(const struct hash *h)
{
	for (u64 i = 0; i <= h->mask; i++) {
		u64 who = holder(&h->cell[i].lock);
		if (who && lock_is_dead(who, true))
			return true;
	}
	return false;
}

static bool mine(const struct hash *h)
{
	u64 me = lock_me();

	for (u64 i = 0; i <= h->mask; i++)
		if (holder(&h->cell[i].lock) == me)
			return true;
	return false;
}

/* Held by this thread afterwards, also from a dead one; but for EBUSY. */
static int seize(u64 *word)
{
	u64 was = holder(word);

	if (was && was != lock_me() && lock_is_dead(was, true) && lock_seize(word, was))
		return 0;
	for (;;) {
		int err = lock_wait(word, &was);
		if (err != -EOWNERDEAD)
			return err;
		if (lock_seize(word, was))
			return 0;
	}
}

/* ---- elements ---- */

static bool is_marked(const u64 *used, u32 i) { return used[i / 64] >> i % 64 & 1; }

static void rebuild(const struct hash *h, const u64 *used)
{
	for (u32 k = 0; k < h->parts; k++) {
		struct part *part = &h->part[k];
		u64 free = 0, count = 0;

		for (u64 n = MIN(part->fresh, h->room); n > 0; n--) {
			u32 i = k * h->room + (u32)n;
			if (is_marked(used, i)) {
				count++;
				continue;
			}
			__atomic_store_n(&hash_elem(h, i)->hash, (u32)free, __ATOMIC_RELEASE);
			if (h->lru)
				__atomic_store_n(lru_state(hash_elem(h, i)), LRU_FREE,
						 __ATOMIC_RELAXED);
			free = i;
		}
		__atomic_store_n(&part->count, count, __ATOMIC_RELAXED);
		__atomic_store_n(&part->free, ((part->free >> 32) + 1) << 32 | free,
				 __ATOMIC_RELEASE);
	}
}

static void mark(const struct hash *h, u64 *used)
{
	u64 last = (u64)h->parts * h->room;

	for (u64 c = 0; c <= h->mask; c++) {
		/* A chain that is damaged ends where it is. */
		u32 i = (u32)h->cell[c].at;
		for (; i && i <= last && !is_marked(used, i); i = hash_elem(h, i)->next)
			used[i / 64] |= (u64)1 << i % 64;
	}
}

/* With the repair lock. */
static int repair(struct map *m)
{
	const struct hash *h = hash_of(m);
	u64 *used = calloc((u64)h->parts * h->room / 64 + 1, sizeof(*used));

	if (!used)
		return -ENOMEM;
	for (u64 i = 0; i <= h->mask; i++)
		seize(&h->cell[i].lock);
	mark(h, used);
	rebuild(h, used);
	free(used);
	for (u64 i = 0; i <= h->mask; i++) {
		__atomic_fetch_add(&h->cell[i].at, (u64)1 << 32, __ATOMIC_RELEASE);
		hash_unlock(&h->cell[i], 0);
	}
	return 0;
}

/* Elements that a thread which died in an update had in hand, and locks. EBUSY: this
 * thread itself is in the middle of one. */
static int repair_alone(struct map *m)
{
	u64 *lock = &shared_of(m)->repair;
	int err = mine(hash_of(m)) ? -EBUSY : seize(lock);

	if (err)
		return err;
	if (dead_holders(hash_of(m)))
		err = repair(m);
	lock_leave(lock, 0);
	return err;
}

void hash_search(struct map *m)
{
	if (dead_holders(hash_of(m)))
		repair_alone(m);
}

static bool find_lost(struct map *m, u64 now)
{
	struct hash_shared *s = shared_of(m);
	u64 dead[HASH_PROCESSES];

	if (!list_dead(m, now, dead) && !__atomic_load_n(&s->crowded, __ATOMIC_RELAXED))
		return false;
	bool lost = dead_holders(hash_of(m));
	if (lost && repair_alone(m))
		return false;
	for (u32 i = 0; i < HASH_PROCESSES; i++)
		if (dead[i])
			__atomic_compare_exchange_n(&s->process[i], &dead[i], 0, false,
						    __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
	return lost;
}

bool hash_lost(struct map *m)
{
	u64 *rest = &shared_of(m)->rest, begin = clock_ns(CLOCK_MONOTONIC);
	u64 until = __atomic_load_n(rest, __ATOMIC_RELAXED);

	if (begin < until && until - begin <= REST_MAX_NS)
		return false;
	bool lost = find_lost(m, begin);
	u64 end = clock_ns(CLOCK_MONOTONIC);
	__atomic_store_n(rest, end + MIN(REST * (end - begin), (u64)REST_MAX_NS), __ATOMIC_RELAXED);
	return lost;
}

int hash_lock_slow(struct map *m, struct cell *c, u64 *kept)
{
	if (!hash_joined(hash_of(m)))
		join(m);
	for (;;) {
		int err = lock_take(&c->lock, kept);
		if (err == -EOWNERDEAD)
			err = repair_alone(m);
		else
			return err;
		if (err)
			return err;
	}
}
