/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions of the kernel on locks that say when they are not to be had, and on interrupts,
 * of which there are none here. */
#include "kern/kfunc.h"
#include "map/lock.h"

#include <errno.h>
#include <sched.h>

enum { SPINS = 1000, MOST_NS = 250000000 };

static bool swap(u32 *word, u32 was, u32 now)
{
	return __atomic_compare_exchange_n(word, &was, now, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

/* The word holds its holder's thread. */
static u64 take(u32 *word)
{
	u32 me = lock_thread();
	u64 began = 0;

	for (u32 spins = 0;; spins++) {
		if (swap(word, 0, me))
			return 0;
		u32 was = __atomic_load_n(word, __ATOMIC_RELAXED);
		if (was == me)
			return minus(EDEADLK);
		if (spins < SPINS)
			continue;
		if (was && lock_thread_is_dead(was, true) && swap(word, was, me))
			return 0;
		u64 now = clock_ns(CLOCK_MONOTONIC);
		began = began ? began : now;
		if (now - began > MOST_NS)
			return minus(ETIMEDOUT);
		sched_yield();
	}
}

static u32 *lock_at(struct run *r, u64 at)
{
	return kern_may(r, at, at % 4 ? UINT64_MAX : 4, true) ? addr_of(at) : NULL;
}

static u64 set_flags(struct run *r, u64 at)
{
	if (kern_may(r, at, 8, true))
		memset(addr_of(at), 0, 8);
	return 0;
}

/* Linux: lock */
BPF_KFUNC(res_spin_lock)
{
	u32 *word = lock_at(r, r1);

	return word ? take(word) : 0;
}

BPF_KFUNC(res_spin_unlock)
{
	u32 *word = lock_at(r, r1);

	if (word)
		__atomic_store_n(word, 0, __ATOMIC_RELEASE);
	return 0;
}

/* Linux: lock, flags */
BPF_KFUNC(res_spin_lock_irqsave)
{
	set_flags(r, r2);
	return kfunc_res_spin_lock(r1, 0, 0, 0, 0, r);
}

BPF_KFUNC(res_spin_unlock_irqrestore) { return kfunc_res_spin_unlock(r1, 0, 0, 0, 0, r); }

/* Linux: flags */
BPF_KFUNC(local_irq_save) { return set_flags(r, r1); }
BPF_KFUNC(local_irq_restore) { return 0; }
