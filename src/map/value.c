/* SPDX-License-Identifier: BSD-2-Clause */
/* Values: copied around the kernel's fields, and locked by the spin lock that
 * lies in them. */
#include "map/priv.h"

#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Values of 4, 8 and 16 bytes are most; each is one store, as in Linux, where
 * aligned words never tear. */
static void copy(void *to, const void *from, u32 n)
{
	u8 *t = to;
	const u8 *f = from;

	for (; n >= 8; n -= 8, t += 8, f += 8)
		__atomic_store_n((u64 *)(void *)t, *(const u64 __attribute__((aligned(1))) *)f,
				 __ATOMIC_RELAXED);
	memcpy(t, f, n);
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

static u32 me(void)
{
	static _Thread_local u32 tid;

	if (unlikely(!tid))
		tid = (u32)syscall(SYS_gettid);
	return tid;
}

static bool gone(u32 tid) { return syscall(SYS_tkill, tid, 0) && errno == ESRCH; }

void map_spin_lock(u32 *word)
{
	for (u32 spins = 0;; spins++) {
		u32 was = 0;
		if (__atomic_compare_exchange_n(word, &was, me(), false, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return;
		if (spins < 100)
			continue;
		if (gone(was) && __atomic_compare_exchange_n(word, &was, me(), false,
							     __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
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
