/* SPDX-License-Identifier: BSD-2-Clause */
/* Execution slots: taken, waited for, left, and taken from the dead. */
#include "kern/slot.h"
#include "map/lock.h"

#include <sched.h>
#include <unistd.h>

enum {
	SPINS = 50,
	LOOK_NS = 2000000,  /* between looks whether holders live */
	MOST_NS = 20000000, /* of waiting */
	HERE_MAX = MAP_SLOTS_MAX
};

/* The slot that this thread holds, and where. */
struct held {
	const struct slots *s;
	u32 slot;
};
static _Thread_local struct held held __attribute__((tls_model("initial-exec")));

#if defined(__x86_64__) && __GLIBC_PREREQ(2, 35)
#include <sys/rseq.h>

/* The kernel keeps the number in the thread's own memory. */
static inline int cpu_now(void)
{
	const struct rseq *q = (void *)((u8 *)__builtin_thread_pointer() + __rseq_offset);
	int cpu = (int)*(const volatile u32 *)&q->cpu_id;

	return likely(cpu >= 0 && __rseq_size) ? cpu : sched_getcpu();
}
#else
static inline int cpu_now(void) { return sched_getcpu(); }
#endif

static inline u32 guess(u32 n)
{
	int cpu = cpu_now();

	return likely((u32)cpu < n) ? (u32)cpu : (u32)MAX(cpu, 0) % n;
}

/* One that is free, from the guess on. */
static bool take_any(struct slots *s, u32 most, u32 at, u32 *ret)
{
	u64 was;

	for (u32 i = 0; i < most; i++, at = at + 1 == most ? 0 : at + 1)
		if (lock_try(&s->slot[at].holder, &was)) {
			*ret = at;
			return true;
		}
	return false;
}

static bool take_of_the_dead(struct slots *s, u32 most, u32 *ret)
{
	for (u32 i = 0; i < most; i++) {
		u64 was = __atomic_load_n(&s->slot[i].holder, __ATOMIC_RELAXED);

		if ((was & LOCK_HELD) && lock_is_dead(was, true) &&
		    lock_seize(&s->slot[i].holder, was)) {
			*ret = i;
			return true;
		}
	}
	return false;
}

static __attribute__((noinline)) bool wait(struct slots *s, u32 most, u32 *ret)
{
	u64 began = clock_ns(CLOCK_MONOTONIC), looked = began;

	for (u32 i = 0; i < SPINS; i++)
		if (take_any(s, most, guess(most), ret))
			return true;
	for (;;) {
		u64 now = clock_ns(CLOCK_MONOTONIC);

		if (now - looked > LOOK_NS) {
			if (take_of_the_dead(s, most, ret))
				return true;
			looked = now;
		}
		if (now - began > MOST_NS)
			return false;
		sched_yield();
		if (take_any(s, most, guess(most), ret))
			return true;
	}
}

bool kern_slot_enter(struct slots *s, u32 most, struct run *r)
{
	u64 was;

	r->slot_outer = held.s == s;
	if (unlikely(r->slot_outer)) {
		r->slot = held.slot;
		return true;
	}
	most = MIN(most, s->n);
	r->slot = guess(most);
	if (likely(lock_try(&s->slot[r->slot].holder, &was)))
		goto have;
	if (!take_any(s, most, r->slot, &r->slot) && !wait(s, most, &r->slot)) {
		__atomic_fetch_add(&s->missed, 1, __ATOMIC_RELAXED);
		return false;
	}
have:
	if (likely(!held.s))
		held = (struct held){s, r->slot};
	return true;
}

void kern_slot_leave(struct slots *s, struct run *r)
{
	if (unlikely(r->slot_outer))
		return;
	if (likely(held.s == s))
		held.s = NULL;
	lock_leave(&s->slot[r->slot].holder, 0);
}

struct slots *kern_slots(void)
{
	static u64 memory[(sizeof(struct slots) + HERE_MAX * 64) / 8] __attribute__((aligned(64)));
	struct slots *s = (struct slots *)(void *)memory;

	if (unlikely(!__atomic_load_n(&s->n, __ATOMIC_RELAXED))) {
		long n = sysconf(_SC_NPROCESSORS_CONF);
		__atomic_store_n(&s->n, (u32)MIN(MAX(n, 1), (long)HERE_MAX), __ATOMIC_RELAXED);
	}
	return s;
}
