/* SPDX-License-Identifier: BSD-2-Clause */
/* Locks in shared memory that survive their holder.
 *
 * A free word is below 2^63, and what it is belongs to what it locks. A held one
 * names the thread so well that another of the same number is told from it:
 *
 *	63    62 .. 32    31 .. 0
 *	 1     thread     low bits of when it began (/proc/TID/stat, field 22), 0: unknown
 */
#ifndef MAP_LOCK_H
#define MAP_LOCK_H

#include "base/base.h"

#define LOCK_HELD ((u64)1 << 63)

struct lock_self {
	u64 word;
	u32 generation;
};

/* Grows in a child that was forked: all threads it knows of are gone. */
extern u32 lock_generation;
extern _Thread_local struct lock_self lock_self __attribute__((tls_model("initial-exec")));
u64 lock_refresh(void);

/* How a lock names this thread. */
static inline u64 lock_me(void)
{
	return likely(lock_self.generation == lock_generation) ? lock_self.word : lock_refresh();
}
/* How it names a process (its first thread). */
u64 lock_process(u32 pid);

/* Is a thread gone for sure? thorough: also one whose number was reused, or that
 * nobody has waited for; that reads /proc. */
bool lock_is_dead(u64 holder, bool thorough);
/* The same of a process, by its first thread: that alone may have ended. */
bool lock_process_is_dead(u64 first, bool thorough);

/* Waits. 0: held now, and *was is what the word was; EBUSY: this thread holds it
 * already; EOWNERDEAD: the holder is gone, and nothing was changed. */
int lock_wait(u64 *word, u64 *was);
/* Takes it from a holder who is gone, false when somebody else was quicker. */
bool lock_seize(u64 *word, u64 dead);

static inline bool lock_try(u64 *word, u64 *was)
{
	*was = __atomic_load_n(word, __ATOMIC_RELAXED);
	return likely(!(*was & LOCK_HELD)) &&
	       __atomic_compare_exchange_n(word, was, lock_me(), false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

static inline int lock_take(u64 *word, u64 *was)
{
	return likely(lock_try(word, was)) ? 0 : lock_wait(word, was);
}

static inline void lock_leave(u64 *word, u64 is) { __atomic_store_n(word, is, __ATOMIC_RELEASE); }

/* ---- of a whole map: the word of a free one is 0 ---- */
struct map_lock {
	u64 word;
};
int map_lock_wait(struct map_lock *lock);

/* 0; 1: who held it has died; -EBUSY: this thread has it. */
static inline int map_lock(struct map_lock *lock)
{
	u64 was;

	return likely(lock_try(&lock->word, &was)) ? 0 : map_lock_wait(lock);
}

static inline void map_unlock(struct map_lock *lock) { lock_leave(&lock->word, 0); }

/* A thread by its number alone, where there is no room for more. */
static inline u32 lock_thread(void) { return lock_me() >> 32 & INT32_MAX; }
static inline bool lock_thread_is_dead(u32 thread, bool thorough)
{
	return lock_is_dead(LOCK_HELD | (u64)thread << 32, thorough);
}

#endif
