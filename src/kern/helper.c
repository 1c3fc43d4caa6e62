/* SPDX-License-Identifier: BSD-2-Clause */
/* Our own helpers: the functions behind the rows of helper.def. */
#include "kern/priv.h"

#include <sched.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define NO_ARGS(r1, r2, r3, r4, r5, r) (void)r1, (void)r2, (void)r3, (void)r4, (void)r5, (void)r

static u64 clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

u64 helper_ktime_get_ns(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	NO_ARGS(r1, r2, r3, r4, r5, r);
	return clock_ns(CLOCK_MONOTONIC);
}

u64 helper_ktime_get_boot_ns(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	NO_ARGS(r1, r2, r3, r4, r5, r);
	return clock_ns(CLOCK_BOOTTIME);
}

u64 helper_ktime_get_coarse_ns(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	NO_ARGS(r1, r2, r3, r4, r5, r);
	return clock_ns(CLOCK_MONOTONIC_COARSE);
}

/* The kernel's own tick is not told to processes: it is that of times(2). */
u64 helper_jiffies64(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	NO_ARGS(r1, r2, r3, r4, r5, r);
	return clock_ns(CLOCK_MONOTONIC_COARSE) / (1000000000 / (u64)sysconf(_SC_CLK_TCK));
}

u64 helper_get_prandom_u32(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	static _Thread_local u64 state;

	NO_ARGS(r1, r2, r3, r4, r5, r);
	if (!state && getrandom(&state, sizeof(state), GRND_NONBLOCK) != sizeof(state))
		state = clock_ns(CLOCK_MONOTONIC);
	return (u32)hash_u64(state++);
}

u64 helper_get_smp_processor_id(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	NO_ARGS(r1, r2, r3, r4, r5, r);
	return (u32)sched_getcpu();
}

u64 helper_get_current_pid_tgid(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	NO_ARGS(r1, r2, r3, r4, r5, r);
	return (u64)getpid() << 32 | (u32)gettid();
}

u64 helper_get_current_uid_gid(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	NO_ARGS(r1, r2, r3, r4, r5, r);
	return (u64)getgid() << 32 | getuid();
}

#define LINUX(id, name)
#define INSN(id, name)
#define HERE(id, name) \
	case id:       \
		return helper_##name;

env_fn *kern_helper(u32 id)
{
	switch (id) {
#define HELPER(id, name, where, ...) where(id, name)
#include "isa/helper.def"
	}
	return NULL;
}
