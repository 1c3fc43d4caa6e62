/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers by number, and those that tell what time it is. */
#include "kern/helper.h"

#include <sys/random.h>
#include <unistd.h>

#define LINUX(id, name)
#define INSN(id, name)
#define HERE(id, name) \
	case id:       \
		return helper_##name;

/* ---- those that have nothing to act on ---- */

static u64 no_memory(u64 at, u32 n, struct run *r)
{
	if (n && !kern_may(r, at, n, true))
		return 0;
	memset(addr_of(at), 0, n);
	return minus(EOPNOTSUPP);
}

static u64 denied(UNUSED u64 r1, UNUSED u64 r2, UNUSED u64 r3, UNUSED u64 r4, UNUSED u64 r5,
		  UNUSED struct run *r)
{
	return minus(EOPNOTSUPP);
}

static u64 denied_null(UNUSED u64 r1, UNUSED u64 r2, UNUSED u64 r3, UNUSED u64 r4, UNUSED u64 r5,
		       UNUSED struct run *r)
{
	return 0;
}

/* What they would have written is 0, so that nobody reads what was there. */
static u64 denied_2(UNUSED u64 r1, u64 r2, u64 r3, UNUSED u64 r4, UNUSED u64 r5, struct run *r)
{
	return no_memory(r2, size_of(r3), r);
}

static u64 denied_4(UNUSED u64 r1, UNUSED u64 r2, UNUSED u64 r3, u64 r4, u64 r5, struct run *r)
{
	return no_memory(r4, size_of(r5), r);
}

static env_fn *deny(u32 id)
{
	static env_fn *const by[HELPER_ARGS] = {NULL, denied_2, NULL, denied_4, NULL};
	const struct helper_row *row = helper_row(id);

	if (row->result & HELPER_NULLABLE)
		return denied_null;
	for (u32 i = 0; i < HELPER_ARGS; i++)
		if (helper_kind(row->arg[i]) == HELPER_OUT ||
		    helper_kind(row->arg[i]) == HELPER_INOUT)
			return by[i];
	return denied;
}

/* ---- by number ---- */

#define DENIED(id, name) \
	case id:         \
		return deny(id);

env_fn *kern_helper(u32 id)
{
	switch (id) {
#define HELPER(id, name, where, ...) where(id, name)
#include "isa/helper.def"
	}
	return NULL;
}

BPF_HELPER(ktime_get_ns) { return clock_ns(CLOCK_MONOTONIC); }
BPF_HELPER(ktime_get_boot_ns) { return clock_ns(CLOCK_BOOTTIME); }
BPF_HELPER(ktime_get_coarse_ns) { return clock_ns(CLOCK_MONOTONIC_COARSE); }
BPF_HELPER(ktime_get_tai_ns) { return clock_ns(CLOCK_TAI); }

/* The kernel's own tick is not told to processes: it is that of times(2). */
BPF_HELPER(jiffies64)
{
	return clock_ns(CLOCK_MONOTONIC_COARSE) / (1000000000 / (u64)sysconf(_SC_CLK_TCK));
}

BPF_HELPER(get_prandom_u32)
{
	static _Thread_local u64 state;

	if (!state && getrandom(&state, sizeof(state), GRND_NONBLOCK) != sizeof(state))
		state = clock_ns(CLOCK_MONOTONIC);
	return (u32)hash_u64(state++);
}

/* ---- calls of the program's own functions ---- */

/* Linux: nr_loops, callback(u32 index, void *ctx), ctx, flags */
BPF_HELPER(loop)
{
	u32 n = (u32)r1, i = 0;

	if (r4)
		return minus(EINVAL);
	if (n > ENV_LOOPS_MAX)
		return minus(E2BIG);
	while (i < n) {
		u64 stop = run_callback(r, r2, i, r3, 0, 0, 0);
		if (unlikely(r->fault))
			return 0;
		i++;
		if (stop)
			break;
	}
	return i;
}

/* ---- checksums ---- */

/* The ones' complement sum of 32-bit words, as they lie in memory; zeros follow. */
static u64 sum32(const u8 *p, u32 n)
{
	u64 sum = 0;
	u32 last = 0;

	for (; n >= 4; n -= 4, p += 4)
		sum += get_le32(p);
	if (n)
		memcpy(&last, p, n);
	return sum + last;
}

static u32 fold32(u64 sum)
{
	sum = (sum & UINT32_MAX) + (sum >> 32);
	return (u32)(sum + (sum >> 32));
}

static u32 fold16(u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/* As since 6.13: sizes of any kind, and the sum folded to 16 bits. */
BPF_HELPER(csum_diff)
{
	u32 from_size = size_of(r2), to_size = size_of(r4);

	if ((from_size && !kern_may(r, r1, from_size, false)) ||
	    (to_size && !kern_may(r, r3, to_size, false)))
		return 0;
	u32 from = fold32(sum32(addr_of(r1), from_size));
	u64 sum = sum32(addr_of(r3), to_size) + (u32)r5;
	return fold16(fold32(sum + (from_size ? (u32)~from : 0)));
}
