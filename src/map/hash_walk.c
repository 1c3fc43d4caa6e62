/* SPDX-License-Identifier: BSD-2-Clause */
/* Walks over all elements of hashes: by keys, by buckets, by a program. */
#include "map/hash.h"

static u32 next_of(const struct hash *h, u32 i)
{
	return __atomic_load_n(&hash_elem(h, i)->next, __ATOMIC_ACQUIRE);
}

static void copy_key(const struct map *m, u32 i, void *to)
{
	const u64 *from = (const u64 *)(const void *)hash_key_of(hash_of(m), i);
	u32 n = m->key_size;

	for (u8 *at = to; n; from++) {
		u64 word = __atomic_load_n(from, __ATOMIC_ACQUIRE);
		u32 part = MIN(n, 8u);
		memcpy(at, &word, part);
		at += part;
		n -= part;
	}
}

/* The key of the first element from this bucket on. */
static int first_key(const struct map *m, u64 bucket, void *next)
{
	const struct hash *h = hash_of(m);

	for (; bucket <= h->mask; bucket++) {
		const struct cell *c = &h->cell[bucket];
		u64 at = __atomic_load_n(&c->at, __ATOMIC_ACQUIRE);

		while ((u32)at) {
			copy_key(m, (u32)at, next);
			if (!hash_stale(c, at))
				return 0;
			at = __atomic_load_n(&c->at, __ATOMIC_ACQUIRE);
		}
	}
	return -ENOENT;
}

/* A key that is not there begins anew, as Linux does. */
int hash_next(struct map *m, const void *key, void *next)
{
	const struct hash *h = hash_of(m);

	if (!key)
		return first_key(m, 0, next);
	u32 hash = hash_of_key(h, key, m->key_size);
	const struct cell *c = hash_cell(h, hash);
	for (;;) {
		u64 at = __atomic_load_n(&c->at, __ATOMIC_ACQUIRE);
		u32 i, then = 0;

		if (hash_find(h, h->key_at, key, m->key_size, hash, &i))
			then = next_of(h, i);
		if (then)
			copy_key(m, then, next);
		if (hash_stale(c, at))
			continue;
		if (!i)
			return first_key(m, 0, next);
		return then ? 0 : first_key(m, (u64)(hash & h->mask) + 1, next);
	}
}

/* ---- by a program, which may change the map ---- */

enum { AT_ONCE = 64 };

/* Elements of a bucket as they were before the program saw one of them. */
struct sight {
	u64 at; /* of the cell */
	u32 n;
	u32 elem[AT_ONCE], hash[AT_ONCE];
};

/* From element `from` on, or from the beginning. */
static void look(const struct hash *h, const struct cell *c, u32 from, struct sight *s)
{
	do {
		s->at = __atomic_load_n(&c->at, __ATOMIC_ACQUIRE);
		s->n = 0;
		for (u32 i = from ? from : (u32)s->at; i && s->n < AT_ONCE; i = next_of(h, i)) {
			s->elem[s->n] = i;
			s->hash[s->n++] = __atomic_load_n(&hash_elem(h, i)->hash, __ATOMIC_ACQUIRE);
		}
	} while (!from && hash_stale(c, s->at));
}

/* What became of it: the element itself, or the one in its place, or 0. */
static u32 now(const struct hash *h, const struct cell *c, const struct sight *s, u32 k)
{
	if (!hash_stale(c, s->at))
		return s->elem[k];
	for (;;) {
		u64 at = __atomic_load_n(&c->at, __ATOMIC_ACQUIRE);
		u32 i = (u32)at;

		while (i && __atomic_load_n(&hash_elem(h, i)->hash, __ATOMIC_ACQUIRE) != s->hash[k])
			i = next_of(h, i);
		if (i || !hash_stale(c, at))
			return i;
	}
}

/* Those of one bucket; *n counts them. False: the program has seen enough. */
static bool each_of(struct map *m, const struct cell *c, map_each_fn *fn, void *arg, u32 slot,
		    long *n)
{
	const struct hash *h = hash_of(m);
	struct sight s;
	u32 from = 0;

	do {
		look(h, c, from, &s);
		for (u32 k = 0; k < s.n; k++) {
			u32 i = now(h, c, &s, k);
			if (!i)
				continue;
			++*n;
			if (fn(m, hash_key_of(h, i), hash_value(m, h, i, slot), arg))
				return false;
		}
		u32 last = s.n == AT_ONCE ? now(h, c, &s, s.n - 1) : 0;
		from = last ? next_of(h, last) : 0;
	} while (from);
	return true;
}

long hash_each(struct map *m, map_each_fn *fn, void *arg, u32 slot)
{
	const struct hash *h = hash_of(m);
	long n = 0;

	for (u64 i = 0; i <= h->mask; i++)
		if ((u32)__atomic_load_n(&h->cell[i].at, __ATOMIC_RELAXED) &&
		    !each_of(m, &h->cell[i], fn, arg, slot, &n))
			break;
	return n;
}

/* ---- batches: Linux's __htab_map_lookup_and_delete_batch ---- */

u32 map_hash_buckets(const struct map *m) { return hash_of(m)->mask + 1; }

struct batch {
	u8 *keys, *values;
	u32 done, room;
	u64 flags;
	bool take;
};

static u32 length(const struct hash *h, const struct cell *c)
{
	u32 n = 0;

	for (u32 i = (u32)__atomic_load_n(&c->at, __ATOMIC_ACQUIRE); i; i = next_of(h, i))
		n++;
	return n;
}

static int locked_bucket(struct map *m, struct place *p, struct batch *b)
{
	const struct hash *h = hash_of(m);
	u32 n = length(h, p->cell), bytes = map_value_bytes(m);

	if (n > b->room - b->done)
		return -ENOSPC;
	p->at = (u32)__atomic_load_n(&p->cell->at, __ATOMIC_RELAXED);
	while (p->at) {
		u32 i = p->at, then = next_of(h, i);

		copy_key(m, i, b->keys + (size_t)b->done * m->key_size);
		hash_copy_out(m, i, b->values + (size_t)b->done * bytes, b->flags);
		b->done++;
		if (b->take) {
			hash_unlink(m, p);
			hash_free(m, p, i, true);
		}
		p->at = then;
	}
	return 0;
}

int hash_batch(struct map *m, const void *in, void *out, void *keys, void *values, u32 *count,
	       u64 flags, bool take)
{
	const struct hash *h = hash_of(m);
	struct batch b = {keys, values, 0, *count, flags, take};
	u32 bucket = 0;
	int err = 0;

	if (flags & ~(u64)BPF_F_LOCK || (flags && !map_has_lock(m)))
		return -EINVAL;
	if (!b.room)
		return 0;
	*count = 0;
	if (in)
		memcpy(&bucket, in, sizeof(bucket));
	if (bucket > h->mask)
		return -ENOENT;
	for (; bucket <= h->mask; bucket++) {
		struct place p = {.cell = &h->cell[bucket]};

		if (!(u32)__atomic_load_n(&p.cell->at, __ATOMIC_RELAXED))
			continue;
		err = hash_lock(m, p.cell, &p.kept);
		if (err)
			break;
		err = locked_bucket(m, &p, &b);
		hash_unlock(p.cell, p.kept);
		if (err)
			break;
	}
	if (err == -ENOSPC && b.done)
		err = 0;
	else if (!err)
		err = -ENOENT;
	memcpy(out, &bucket, sizeof(bucket));
	*count = b.done;
	return err;
}
