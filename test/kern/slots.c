/* SPDX-License-Identifier: BSD-2-Clause */
/* Execution slots: never two threads in one, nested runs, holders that are killed. */
#include "kern/slot.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLOTS = 3, THREADS = 6, ROUNDS = 100000 };

static int failed;

static void check(const char *name, bool good)
{
	printf("%s %s%s\n", good ? "ok" : "FAIL", name, good ? "" : ": not as wanted");
	failed |= !good;
}

/* What all share: the slots, and a plain counter in each. */
static struct shared {
	u64 count[SLOTS][8];
	u64 inside[SLOTS];
	u64 clashes;
	struct slots s;
} * w;

static void setup(void)
{
	size_t n = sizeof(*w) + kern_slots_bytes(SLOTS);

	w = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (w == MAP_FAILED)
		abort();
	w->s.n = SLOTS;
}

static u64 work(u64 rounds)
{
	u64 done = 0;

	for (u64 i = 0; i < rounds; i++) {
		struct run r = {0};
		if (!kern_slot_enter(&w->s, UINT32_MAX, &r))
			continue;
		if (__atomic_add_fetch(&w->inside[r.slot], 1, __ATOMIC_SEQ_CST) != 1)
			__atomic_add_fetch(&w->clashes, 1, __ATOMIC_SEQ_CST);
		w->count[r.slot][0]++;
		done++;
		__atomic_sub_fetch(&w->inside[r.slot], 1, __ATOMIC_SEQ_CST);
		kern_slot_leave(&w->s, &r);
	}
	return done;
}

static void *thread(void *arg)
{
	*(u64 *)arg = work(ROUNDS);
	return NULL;
}

static void threads(void)
{
	pthread_t t[THREADS];
	u64 done[THREADS], sum = 0, counted = 0;

	for (u32 i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, thread, &done[i]);
	for (u32 i = 0; i < THREADS; i++) {
		pthread_join(t[i], NULL);
		sum += done[i];
	}
	for (u32 i = 0; i < SLOTS; i++)
		counted += w->count[i][0];
	check("no slot is two threads'", !w->clashes);
	check("plain counters add up", sum == counted);
	check("what is missing was counted", sum + w->s.missed == (u64)THREADS * ROUNDS);
}

static void nested(void)
{
	struct run outer = {0}, inner = {0}, next = {0};

	check("a run has a slot", kern_slot_enter(&w->s, UINT32_MAX, &outer));
	check("one inside has the same",
	      kern_slot_enter(&w->s, UINT32_MAX, &inner) && inner.slot == outer.slot);
	kern_slot_leave(&w->s, &inner);
	check("which stays the outer one's", w->s.slot[outer.slot].holder);
	kern_slot_leave(&w->s, &outer);
	check("and is free then", !w->s.slot[outer.slot].holder);
	check("fewer may be asked for", kern_slot_enter(&w->s, 1, &next) && !next.slot);
	kern_slot_leave(&w->s, &next);
}

/* Children that hold a slot each are killed; all slots can be had again. */
static void killed(void)
{
	for (u32 i = 0; i < SLOTS; i++) {
		int ready[2];
		char c;

		if (pipe(ready))
			abort();
		pid_t pid = fork();
		if (!pid) {
			struct run r = {0};
			c = kern_slot_enter(&w->s, UINT32_MAX, &r);
			if (write(ready[1], &c, 1) == 1)
				pause();
			_exit(1);
		}
		check("a child has a slot", read(ready[0], &c, 1) == 1 && c);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		close(ready[0]);
		close(ready[1]);
	}
	struct run r = {0};
	check("that of one who was killed", kern_slot_enter(&w->s, UINT32_MAX, &r));
	kern_slot_leave(&w->s, &r);
}

static void *hold(void *arg)
{
	struct run r = {0};

	kern_slot_enter(&w->s, UINT32_MAX, &r);
	pthread_barrier_wait(arg);
	pthread_barrier_wait(arg);
	kern_slot_leave(&w->s, &r);
	return NULL;
}

static void none(void)
{
	pthread_barrier_t both;
	pthread_t t[SLOTS];
	struct run r = {0};

	pthread_barrier_init(&both, NULL, SLOTS + 1);
	for (u32 i = 0; i < SLOTS; i++)
		pthread_create(&t[i], NULL, hold, &both);
	pthread_barrier_wait(&both);
	u64 before = w->s.missed;
	check("where all are held a run is missed",
	      !kern_slot_enter(&w->s, UINT32_MAX, &r) && w->s.missed == before + 1);
	pthread_barrier_wait(&both);
	for (u32 i = 0; i < SLOTS; i++)
		pthread_join(t[i], NULL);
}

int main(void)
{
	setup();
	threads();
	nested();
	killed();
	none();
	return failed;
}
