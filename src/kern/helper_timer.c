/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers on timers, which lie in map values. */
#include "kern/helper.h"
#include "kern/timer.h"

static bool may(struct run *r, u64 at)
{
	return kern_may(r, at, at % 8 ? UINT64_MAX : sizeof(struct bpf_timer), true);
}

/* Linux: timer, map, clock */
BPF_HELPER(timer_init)
{
	struct map *m = kern_map(r, r2);

	if (!m || !may(r, r1))
		return 0;
	if (!map_has(m, r1, sizeof(struct bpf_timer)))
		return minus(EINVAL);
	return (u64)(s64)kern_timer_init(m, addr_of(r1), r3);
}

BPF_HELPER(timer_set_callback)
{
	return may(r, r1) ? (u64)(s64)kern_timer_set(addr_of(r1), r->env->arg, r2) : 0;
}

BPF_HELPER(timer_start) { return may(r, r1) ? (u64)(s64)kern_timer_start(addr_of(r1), r2, r3) : 0; }

BPF_HELPER(timer_cancel) { return may(r, r1) ? (u64)(s64)kern_timer_cancel(addr_of(r1)) : 0; }
