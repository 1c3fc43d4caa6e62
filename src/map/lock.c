/* SPDX-License-Identifier: BSD-2-Clause */
/* Locks that survive their holder: who a thread is, and whether it still lives. */
#include "map/lock.h"
#include "map/priv.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	SPINS = 200,
	LOOK_NS = 1000000,  /* how long a lock is waited for before its holder is looked at */
	SLEEP_NS = 100000,  /* once it was seen to live */
	STAT_BYTES = 1024,  /* of /proc/TID/stat */
	FIELD_THREADS = 20, /* proc_pid_stat(5) */
	FIELD_STARTTIME = 22,
};

u32 lock_generation = 1;
_Thread_local struct lock_self lock_self __attribute__((tls_model("initial-exec")));

static void forked(void) { lock_generation++; }

static void watch_forks(void) { pthread_atfork(NULL, NULL, forked); }

/* ---- what /proc says ---- */

struct task {
	char state;
	u32 threads, start;
};

static u64 number_of(const char *s, int field, int first)
{
	for (; field > first; field--) {
		s = strchr(s, ' ');
		if (!s++)
			return 0;
	}
	return strtoull(s, NULL, 10);
}

static bool read_task(u32 tid, struct task *ret)
{
	char path[32], text[STAT_BYTES];

	snprintf(path, sizeof(path), "/proc/%u/stat", tid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[MAX(n, 0)] = 0;
	/* The name in parentheses may hold anything. */
	const char *s = strrchr(text, ')');
	if (!s || s[1] != ' ')
		return false;
	s += 2;
	*ret = (struct task){*s, (u32)number_of(s, FIELD_THREADS, 3),
			     (u32)number_of(s, FIELD_STARTTIME, 3)};
	return true;
}

static u64 name_of(u32 tid)
{
	struct task t = {0};

	read_task(tid, &t);
	return LOCK_HELD | (u64)tid << 32 | t.start;
}

u64 lock_process(u32 pid) { return name_of(pid); }

u64 lock_refresh(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, watch_forks);
	lock_self.word = name_of((u32)syscall(SYS_gettid));
	lock_self.generation = lock_generation;
	return lock_self.word;
}

static bool dead(u64 holder, bool thorough, bool whole)
{
	u32 tid = holder >> 32 & INT32_MAX;
	struct task t;

	if (syscall(SYS_tkill, tid, 0) && errno == ESRCH)
		return true;
	if (!thorough || !read_task(tid, &t))
		return false;
	if (t.state == 'X' || (t.state == 'Z' && (!whole || t.threads <= 1)))
		return true;
	return (u32)holder && t.start != (u32)holder;
}

bool lock_is_dead(u64 holder, bool thorough) { return dead(holder, thorough, false); }

bool lock_process_is_dead(u64 first, bool thorough) { return dead(first, thorough, true); }

/* ---- waiting ---- */

/* The same holder since `since`: is it gone? */
static bool look(u64 holder, u64 *since)
{
	static const struct timespec rest = {0, SLEEP_NS};
	u64 now = clock_ns(CLOCK_MONOTONIC);

	if (now - *since < LOOK_NS) {
		sched_yield();
		return false;
	}
	if (lock_is_dead(holder, true))
		return true;
	nanosleep(&rest, NULL);
	*since = now;
	return false;
}

static void relax(void)
{
#ifdef __x86_64__
	__builtin_ia32_pause();
#endif
}

int lock_wait(u64 *word, u64 *was)
{
	u64 seen = 0, since = 0, me = lock_me();

	for (u32 spins = 0;; spins++) {
		if (lock_try(word, was))
			return 0;
		if (*was == me)
			return -EBUSY;
		if (spins < SPINS || !(*was & LOCK_HELD)) {
			relax();
			continue;
		}
		if (*was != seen) {
			seen = *was;
			since = clock_ns(CLOCK_MONOTONIC);
		}
		if (look(seen, &since) && __atomic_load_n(word, __ATOMIC_ACQUIRE) == seen)
			return -EOWNERDEAD;
	}
}

bool lock_seize(u64 *word, u64 dead_holder)
{
	return __atomic_compare_exchange_n(word, &dead_holder, lock_me(), false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

int map_lock_wait(struct map_lock *lock)
{
	for (;;) {
		u64 was;
		int err = lock_wait(&lock->word, &was);
		if (err != -EOWNERDEAD)
			return err;
		if (lock_seize(&lock->word, was))
			return 1;
	}
}
