/* SPDX-License-Identifier: BSD-2-Clause */
/* Values: copied around the kernel's fields, and locked by the spin lock that
 * lies in them. */
#include "map/lock.h"
#include "map/priv.h"

#include <sched.h>

enum { SPINS = 1000 }; /* before the holder is looked at */

/* Eight bytes anywhere: a caller's buffer need not be aligned. */
typedef u64 word __attribute__((aligned(1), may_alias));

/* Values of 4, 8 and 16 bytes are most; each is one store, as in Linux, where
 * aligned words never tear. What is read may be written meanwhile, as there. */
__attribute__((no_sanitize("thread"))) static void copy(void *to, const void *from, u32 n)
{
	u8 *t = to;
	const u8 *f = from;

	for (; n >= 8; n -= 8, t += 8, f += 8)
		*(volatile word *)t = *(const volatile word *)f;
	for (u32 part = 4; n; part /= 2) {
		if (!(n & part))
			continue;
		memcpy(t, f, part);
		t += part, f += part, n -= part;
	}
}

void map_copy(const struct map *m, void *to, const void *from)
{
	const struct map_attr *a = &m->head->attr;
	u32 at = 0;

	if (likely(!a->fields)) {
		copy(to, from, m->value_size);
		return;
	}
	for (u32 i = 0; i < a->fields; i++) {
		const struct map_field *f = &a->field[i];
		memcpy((u8 *)to + at, (const u8 *)from + at, f->off - at);
		at = f->off + f->size;
	}
	memcpy((u8 *)to + at, (const u8 *)from + at, m->value_size - at);
}

static bool swap(u32 *word, u32 was, u32 now)
{
	return __atomic_compare_exchange_n(word, &was, now, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

void map_spin_lock(u32 *word)
{
	for (u32 spins = 0;; spins++) {
		if (swap(word, 0, lock_thread()))
			return;
		if (spins < SPINS)
			continue;
		u32 was = __atomic_load_n(word, __ATOMIC_RELAXED);
		if (was && lock_thread_is_dead(was, true) && swap(word, was, lock_thread()))
			return;
		sched_yield();
	}
}

void map_spin_unlock(u32 *word) { __atomic_store_n(word, 0, __ATOMIC_RELEASE); }

void map_copy_locked(const struct map *m, void *to, const void *from, void *locked_value)
{
	const struct map_attr *a = &m->head->attr;

	for (u32 i = 0; i < a->fields; i++)
		if (a->field[i].kind == MAP_SPIN_LOCK) {
			u32 *word = (u32 *)(void *)((u8 *)locked_value + a->field[i].off);
			map_spin_lock(word);
			map_copy(m, to, from);
			map_spin_unlock(word);
			return;
		}
	map_copy(m, to, from);
}
