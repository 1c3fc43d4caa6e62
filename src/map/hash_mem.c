/* SPDX-License-Identifier: BSD-2-Clause */
/* Elements of hashes: taken, linked, unlinked and given back. All of it under the
 * lock of the element's bucket. */
#include "map/hash.h"

enum { GROW = 128 << 10 /* bytes */ };

/* ---- counting ---- */

/* Never more than there may be, not even for a moment. */
static bool admit(const struct hash *h, struct part *part)
{
	u64 n = __atomic_load_n(&part->count, __ATOMIC_RELAXED);

	do {
		if (n >= h->live)
			return false;
	} while (!__atomic_compare_exchange_n(&part->count, &n, n + 1, true, __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	return true;
}

static void dismiss(struct part *part) { __atomic_fetch_sub(&part->count, 1, __ATOMIC_RELEASE); }

/* ---- free elements ---- */

static u32 pop(const struct hash *h, struct part *part)
{
	u64 top = __atomic_load_n(&part->free, __ATOMIC_ACQUIRE);
	u64 next;

	do {
		if (!(u32)top)
			return 0;
		/* A wrong one when others were quicker, and then the tag differs. */
		u32 below = __atomic_load_n(&hash_elem(h, (u32)top)->hash, __ATOMIC_RELAXED);
		next = ((top >> 32) + 1) << 32 | below;
	} while (!__atomic_compare_exchange_n(&part->free, &top, next, true, __ATOMIC_ACQUIRE,
					      __ATOMIC_ACQUIRE));
	return (u32)top;
}

static void push(const struct hash *h, struct part *part, u32 i)
{
	u64 top = __atomic_load_n(&part->free, __ATOMIC_RELAXED);
	u64 next;

	do {
		__atomic_store_n(&hash_elem(h, i)->hash, (u32)top, __ATOMIC_RELEASE);
		next = ((top >> 32) + 1) << 32 | i;
	} while (!__atomic_compare_exchange_n(&part->free, &top, next, true, __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
}

static int sure(const struct map *m, u64 first, u64 n)
{
	const struct hash *h = hash_of(m);
	int err = map_sure(m, hash_elem(h, (u32)first), n * h->step);

	for (u32 slot = 0; h->per_cpu && !err && slot < m->slots; slot++)
		err = map_sure(m, hash_value(m, h, (u32)first, slot), n * m->stride);
	return err;
}

/* More of them get memory: many at once, as long as there is. */
static int grow(const struct map *m, struct part *part, u64 n)
{
	const struct hash *h = hash_of(m);
	u64 bytes = h->step + (h->per_cpu ? (u64)m->stride * m->slots : 0);
	u64 more = MIN(MAX(n / 4, GROW / bytes + 1), h->room - n);
	u64 first = (u64)(part - h->part) * h->room + n + 1;

	for (int err; (err = sure(m, first, more)); more /= 2)
		if (more == 1)
			return err;
	u64 was = __atomic_load_n(&part->sure, __ATOMIC_RELAXED);
	while (was < n + more && !__atomic_compare_exchange_n(&part->sure, &was, n + more, true,
							      __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
	return 0;
}

/* One that was never used: 0, ENOMEM, or EAGAIN when there is none. */
static int fresh(const struct map *m, struct part *part, u32 *ret)
{
	const struct hash *h = hash_of(m);
	u64 n = __atomic_load_n(&part->fresh, __ATOMIC_RELAXED);

	do {
		if (n >= h->room)
			return -EAGAIN;
		if (unlikely(n >= __atomic_load_n(&part->sure, __ATOMIC_ACQUIRE)) &&
		    grow(m, part, n))
			return -ENOMEM;
	} while (!__atomic_compare_exchange_n(&part->fresh, &n, n + 1, true, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	*ret = (u32)(part - h->part) * h->room + (u32)n + 1;
	return 0;
}

int hash_alloc(struct map *m, struct place *p, struct part *part, bool counts, u32 *ret)
{
	const struct hash *h = hash_of(m);
	u32 i = 0;
	int err = 0;

	if (counts && !admit(h, part)) {
		if (!h->lru)
			return -E2BIG;
		*ret = hash_evict(m, p, part);
		return *ret ? 0 : -EAGAIN;
	}
	if (p->kept) {
		i = (u32)p->kept;
		p->kept = 0;
	}
	if (!i)
		i = pop(h, part);
	if (!i)
		err = fresh(m, part, &i);
	if (err && counts)
		dismiss(part);
	*ret = i;
	return err;
}

void hash_free(struct map *m, struct place *p, u32 i, bool counts)
{
	const struct hash *h = hash_of(m);

	if (h->lru)
		__atomic_store_n(lru_state(hash_elem(h, i)), LRU_FREE, __ATOMIC_RELAXED);
	if (h->keeps && !p->kept)
		p->kept = i;
	else
		push(h, hash_part(h, i), i);
	if (counts)
		dismiss(hash_part(h, i));
}

/* ---- chains ---- */

/* What led to p->at now leads to `to`; if an element leaves, that is counted
 * before it can be used again. */
static void lead(const struct hash *h, struct place *p, u32 to, bool leaves)
{
	u64 at = __atomic_load_n(&p->cell->at, __ATOMIC_RELAXED);

	if (p->before)
		__atomic_store_n(&hash_elem(h, p->before)->next, to, __ATOMIC_RELEASE);
	else
		at = (at & ~(u64)UINT32_MAX) | to;
	if (leaves)
		at += (u64)1 << 32;
	if (leaves || !p->before)
		__atomic_store_n(&p->cell->at, at, __ATOMIC_RELEASE);
}

static void drop(struct map *m, u32 i)
{
	const struct hash *h = hash_of(m);

	for (u32 slot = 0; slot < (h->per_cpu ? m->slots : 1); slot++)
		map_drop(m, hash_value(m, h, i, slot));
}

void hash_unlink(struct map *m, struct place *p)
{
	const struct hash *h = hash_of(m);

	lead(h, p, __atomic_load_n(&hash_elem(h, p->at)->next, __ATOMIC_RELAXED), true);
	drop(m, p->at);
}

void hash_link(struct map *m, struct place *p, u32 i)
{
	const struct hash *h = hash_of(m);
	u32 *next = &hash_elem(h, i)->next;

	if (p->at) {
		__atomic_store_n(next,
				 __atomic_load_n(&hash_elem(h, p->at)->next, __ATOMIC_RELAXED),
				 __ATOMIC_RELEASE);
		lead(h, p, i, true);
		drop(m, p->at);
		return;
	}
	p->before = 0;
	__atomic_store_n(next, (u32)__atomic_load_n(&p->cell->at, __ATOMIC_RELAXED),
			 __ATOMIC_RELEASE);
	lead(h, p, i, false);
}
