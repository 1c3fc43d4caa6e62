/* SPDX-License-Identifier: BSD-2-Clause */
/* The hash family's block, and what its files share.
 *
 *	cell[]     a bucket each: its lock, and the first element of its chain
 *	part[]     who counts elements and keeps the free ones: one for all, or (LRU
 *	           with BPF_F_NO_COMMON_LRU) one a slot
 *	element[]  by index from 1; 0 ends a chain
 *	value[]    per-CPU types: those of slot 0, then of slot 1 ...; else they lie in
 *	           the elements
 *
 * Chains change by one store, under the bucket's lock: a process that is killed
 * before it or after it leaves a chain that is right. A new value is a new element
 * in the old one's place.
 *
 * A look-up takes no lock. An element keeps its `next` until it is used again, and
 * may be used again in another chain while it is looked at; a look-up that found
 * nothing therefore begins anew when an element has left its chain meanwhile, which
 * the high half of cell->at counts.
 *
 * Elements are taken and given back only under a lock of a bucket: so if one gets
 * lost, a dead thread holds a lock. Whoever meets that lock holds all of them for a
 * moment, and makes counts and free lists anew from the chains (hash_repair.c). */
#ifndef MAP_HASH_H
#define MAP_HASH_H

#include "map/lock.h"
#include "map/priv.h"

enum {
	HASH_PROCESSES = 128,
	HASH_EXTRA = 64,     /* elements for updates that are under way */
	HASH_KEPT_MAX = 256, /* bytes of an element that its bucket keeps for the next update */
};

struct cell {
	u64 lock; /* free: the element that is kept here, or 0 */
	u64 at;   /* the first element; above bit 32: how many have left the chain */
};

struct part {
	_Alignas(64) u64 count; /* elements in chains */
	u64 free;               /* the first that was used; above bit 32: against ABA */
	u64 fresh;              /* how many were ever used */
	u64 sure;               /* how many have memory, at least */
	u64 hand;               /* LRU: how many it has looked at */
};

struct elem {
	u32 next;
	u32 hash; /* of a free one: the next free one */
	u64 word[];
};

/* Behind the hash of an LRU element: */
enum { LRU_NEW, LRU_USED, LRU_FREE };

/* In the head: whose death may have left a lock. */
struct hash_shared {
	u64 repair;  /* the lock of who repairs */
	u64 looked;  /* ns: when the processes were looked at closely */
	u64 rest;    /* ns: until when they are not looked at */
	u32 crowded; /* there were more */
	u64 process[HASH_PROCESSES];
};
_Static_assert(sizeof(struct hash_shared) <= sizeof(((struct map_head *)0)->own), "it fits");

/* Where things are in this process. */
struct hash {
	struct cell *cell;
	u8 *elem, *values;
	u64 seed[2];
	u32 mask;
	u32 step, key_at, value_at; /* bytes of an element, and to its key and value */
	u64 area;                   /* per-CPU: bytes from a slot's values to the next slot's */
	struct part *part;
	u32 parts;
	u32 live, room; /* elements of a part: most in chains; all */
	u64 joined; /* this process's entry in hash_shared, of the generation in the high half */
	bool lru, per_cpu, keeps, by_slot;
};

static inline struct hash *hash_of(const struct map *m) { return m->own; }

static inline struct elem *hash_elem(const struct hash *h, u32 i)
{
	return (struct elem *)(void *)(h->elem + (size_t)i * h->step);
}

static inline u8 *hash_key_of(const struct hash *h, u32 i)
{
	return (u8 *)hash_elem(h, i) + h->key_at;
}

static inline u8 *hash_value(const struct map *m, const struct hash *h, u32 i, u32 slot)
{
	if (h->per_cpu)
		return h->values + slot * h->area + (size_t)i * m->stride;
	return (u8 *)hash_elem(h, i) + h->value_at;
}

static inline struct part *hash_part(const struct hash *h, u32 i)
{
	return &h->part[h->parts == 1 ? 0 : (i - 1) / h->room];
}

static inline u32 *lru_state(struct elem *e) { return (u32 *)&e->word[0]; }

/* ---- keys ---- */

static inline u64 hash_fold(u64 a, u64 b)
{
	unsigned __int128 p = (unsigned __int128)a * b;

	return (u64)p ^ (u64)(p >> 64);
}

/* n bytes, at most 8. */
static inline u64 hash_load(const u8 *p, u32 n)
{
	u64 x = 0;

	if (likely(n == 8))
		memcpy(&x, p, 8);
	else if (n == 4)
		memcpy(&x, p, 4);
	else
		memcpy(&x, p, n);
	return x;
}

/* The last n bytes of a key that has more than 8. */
static inline u64 hash_load_last(const u8 *p, u32 n)
{
	return hash_load(p + n - 8, 8) >> (64 - 8 * n);
}

static inline u32 hash_of_key(const struct hash *h, const u8 *key, u32 size)
{
	u64 x;

	if (size <= 8)
		return (u32)hash_fold(hash_load(key, size) ^ h->seed[0], h->seed[1]);
	if (size == 16)
		return (u32)hash_fold(hash_load(key, 8) ^ h->seed[0],
				      hash_load(key + 8, 8) ^ h->seed[1]);
	for (x = h->seed[0] ^ size; size > 8; size -= 8, key += 8)
		x = hash_fold(x ^ hash_load(key, 8), h->seed[1]);
	return (u32)hash_fold(x ^ hash_load_last(key, size), h->seed[1]);
}

/* The element's key lies in whole words, padded by 0. Whoever reads a new one sees
 * that the element had left its chain. */
static inline bool hash_same(const u64 *in, const u8 *key, u32 size)
{
	if (size <= 8)
		return __atomic_load_n(in, __ATOMIC_ACQUIRE) == hash_load(key, size);
	for (; size > 8; size -= 8, key += 8, in++)
		if (__atomic_load_n(in, __ATOMIC_ACQUIRE) != hash_load(key, 8))
			return false;
	return __atomic_load_n(in, __ATOMIC_ACQUIRE) == hash_load_last(key, size);
}

/* ---- chains ---- */

static inline struct cell *hash_cell(const struct hash *h, u32 hash)
{
	return &h->cell[hash & h->mask];
}

/* Has an element left the chain since `at`? */
static inline bool hash_stale(const struct cell *c, u64 at)
{
	return (__atomic_load_n(&c->at, __ATOMIC_ACQUIRE) ^ at) >> 32;
}

/* The element and its index, or NULL. With a constant size it is specialised. */
static inline struct elem *hash_find(const struct hash *h, u32 key_at, const u8 *key, u32 size,
				     u32 hash, u32 *index)
{
	const struct cell *c = hash_cell(h, hash);
	u64 at;

	do {
		at = __atomic_load_n(&c->at, __ATOMIC_ACQUIRE);
		for (u32 i = (u32)at; i;) {
			struct elem *e = hash_elem(h, i);
			if ((size <= 8 || __atomic_load_n(&e->hash, __ATOMIC_ACQUIRE) == hash) &&
			    hash_same((u64 *)(void *)((u8 *)e + key_at), key, size)) {
				*index = i;
				return e;
			}
			i = __atomic_load_n(&e->next, __ATOMIC_ACQUIRE);
		}
	} while (unlikely(hash_stale(c, at)));
	*index = 0;
	return NULL;
}

/* A place in a chain whose bucket is locked. */
struct place {
	struct cell *cell;
	u32 hash;
	u32 before, at; /* 0: the cell; the end */
	u64 kept;       /* the free element that the bucket keeps */
	bool turned;    /* LRU: the hand has passed all */
};

/* ---- hash_mem.c: elements; the bucket of p is locked ---- */

/* A new one: E2BIG; ENOMEM; EAGAIN: unlock, hash_lost(), and try again. counts: it is one
 * more, so an LRU map lets another go for it. */
int hash_alloc(struct map *m, struct place *p, struct part *from, bool counts, u32 *ret);
/* It has left its chain. */
void hash_free(struct map *m, struct place *p, u32 i, bool counts);
/* An element of the LRU map that has left its chain, or 0 (lru.c). */
u32 hash_evict(struct map *m, struct place *p, struct part *from);
/* Takes p->at out of its chain; the kernel's fields in it go. */
void hash_unlink(struct map *m, struct place *p);
/* Puts element i where p->at is, or before all. */
void hash_link(struct map *m, struct place *p, u32 i);

/* ---- hash_repair.c ---- */

/* Locks a bucket: 0 or EBUSY. */
int hash_lock_slow(struct map *m, struct cell *c, u64 *kept);
/* Something is missing: was it lost with a process that died? Then it is found. After a
 * look there is none for a while, at most a millisecond. */
bool hash_lost(struct map *m);
/* The same of single threads, by looking at all locks. */
void hash_search(struct map *m);
void hash_part_ways(struct map *m); /* this process locks nothing any more */

static inline bool hash_joined(const struct hash *h)
{
	return __atomic_load_n(&h->joined, __ATOMIC_RELAXED) >> 32 == lock_generation;
}

static inline int hash_lock(struct map *m, struct cell *c, u64 *kept)
{
	if (unlikely(!hash_joined(hash_of(m))) || !lock_try(&c->lock, kept))
		return hash_lock_slow(m, c, kept);
	return 0;
}

static inline void hash_unlock(struct cell *c, u64 kept) { lock_leave(&c->lock, kept); }

/* Where a key is, or would be; locks. */
int hash_seek(struct map *m, const u8 *key, struct place *ret);

/* ---- hash_find.c: look-ups by programs ---- */
typedef void *hash_lookup_fn(struct map *m, const void *key, u32 slot);
hash_lookup_fn *hash_lookup_for(const struct map *m);

/* ---- hash_walk.c ---- */
int hash_next(struct map *m, const void *key, void *next);
long hash_each(struct map *m, map_each_fn *fn, void *arg, u32 slot);
int hash_batch(struct map *m, const void *in, void *out, void *keys, void *values, u32 *count,
	       u64 flags, bool take);
/* Copies a value out for the call, of all slots. */
void hash_copy_out(struct map *m, u32 i, void *value, u64 flags);

#endif
