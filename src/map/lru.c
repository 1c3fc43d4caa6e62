/* SPDX-License-Identifier: BSD-2-Clause */
/* Which element of an LRU map goes: a hand passes over them all, takes the first
 * that no program has looked up since it passed last, and clears the marks of those
 * that were. What is put in begins without a mark, just behind the hand. */
#include "map/hash.h"

/* Where element i is in the bucket of p->hash, which is locked. */
static bool find_index(const struct hash *h, struct place *p, u32 i)
{
	p->before = 0;
	p->at = (u32)__atomic_load_n(&p->cell->at, __ATOMIC_RELAXED);
	while (p->at && p->at != i) {
		p->before = p->at;
		p->at = __atomic_load_n(&hash_elem(h, p->at)->next, __ATOMIC_RELAXED);
	}
	return p->at;
}

/* Takes i out of its chain, if it is in one and nobody is at work there. */
static bool take_out(struct map *m, const struct place *mine, u32 i)
{
	const struct hash *h = hash_of(m);
	struct place p = {.hash = __atomic_load_n(&hash_elem(h, i)->hash, __ATOMIC_RELAXED)};

	p.cell = hash_cell(h, p.hash);
	if (p.cell != mine->cell && !lock_try(&p.cell->lock, &p.kept))
		return false;
	bool found = find_index(h, &p, i);
	if (found)
		hash_unlink(m, &p);
	if (p.cell != mine->cell)
		hash_unlock(p.cell, p.kept);
	return found;
}

u32 hash_evict(struct map *m, struct place *p, struct part *part)
{
	const struct hash *h = hash_of(m);
	u32 used = (u32)__atomic_load_n(&part->fresh, __ATOMIC_RELAXED);
	u32 first = (u32)(part - h->part) * h->room + 1;

	if (!used)
		return 0;
	for (u64 tries = 0; tries < 2 * (u64)used + 1; tries++) {
		u64 hand = __atomic_fetch_add(&part->hand, 1, __ATOMIC_RELAXED);
		u32 i = first + (u32)(hand % used);
		u32 *state = lru_state(hash_elem(h, i));
		u32 was = __atomic_load_n(state, __ATOMIC_RELAXED);

		p->turned |= i == first;
		if (was == LRU_USED)
			__atomic_store_n(state, LRU_NEW, __ATOMIC_RELAXED);
		if (was == LRU_NEW && take_out(m, p, i))
			return i;
	}
	return 0;
}
