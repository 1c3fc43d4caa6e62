/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers on ring buffers and perf events. */
#include "kern/call.h"
#include "kern/dynptr.h"
#include "kern/helper.h"

static struct map *map_of_type(struct run *r, u64 reg, u32 type)
{
	struct map *m = kern_map(r, reg);

	return m && m->type == type ? m : NULL;
}

/* The ring in which a sample was reserved, or NULL. */
static struct map *ring_of(struct run *r, const void *sample)
{
	const struct ob_run *k = r->env->arg;

	for (u32 i = 0; i < k->maps; i++)
		if (k->map[i]->type == BPF_MAP_TYPE_RINGBUF && map_ring_owns(k->map[i], sample))
			return k->map[i];
	return k->prog ? kern_ring_of(sample) : NULL;
}

static void commit(struct run *r, u64 sample, u64 flags, bool discard)
{
	struct map *m = ring_of(r, addr_of(sample));

	if (m)
		map_ring_commit(addr_of(sample), flags, m, discard);
	else
		kern_may(r, sample, UINT64_MAX, true);
}

/* ---- ring buffers ---- */

BPF_HELPER(ringbuf_output)
{
	struct map *m = map_of_type(r, r1, BPF_MAP_TYPE_RINGBUF);

	if (!kern_may(r, r2, r3, false))
		return 0;
	return m ? (u64)map_ring_output(m, addr_of(r2), r3, r4) : minus(EINVAL);
}

BPF_HELPER(ringbuf_reserve)
{
	struct map *m = map_of_type(r, r1, BPF_MAP_TYPE_RINGBUF);

	return m ? reg_of(map_ring_reserve(m, r2, r3)) : 0;
}

BPF_HELPER(ringbuf_submit)
{
	commit(r, r1, r2, false);
	return 0;
}

BPF_HELPER(ringbuf_discard)
{
	commit(r, r1, r2, true);
	return 0;
}

BPF_HELPER(ringbuf_query)
{
	struct map *m = map_of_type(r, r1, BPF_MAP_TYPE_RINGBUF);

	return m ? map_ring_query(m, r2) : 0;
}

/* ---- the same by dynptrs ---- */

BPF_HELPER(ringbuf_reserve_dynptr)
{
	struct map *m = map_of_type(r, r1, BPF_MAP_TYPE_RINGBUF);
	struct dynptr d = {0};
	s64 err = -EINVAL;

	if (!kern_may(r, r4, sizeof(d), true))
		return 0;
	if (!r3 && m) {
		err = dynptr_check(size_of(r2));
		if (!err)
			d.data = reg_of(map_ring_reserve(m, size_of(r2), 0));
		if (d.data)
			d = dynptr_of(d.data, size_of(r2), DYNPTR_RING);
		else if (!err)
			err = -EINVAL;
	}
	dynptr_put(r4, &d);
	return (u64)err;
}

static u64 commit_dynptr(struct run *r, u64 at, u64 flags, bool discard)
{
	struct dynptr d;

	if (!dynptr_get(r, at, &d) || !kern_may(r, at, sizeof(d), true) || !d.data)
		return 0;
	commit(r, d.data, flags, discard);
	dynptr_put(at, &(struct dynptr){0});
	return 0;
}

BPF_HELPER(ringbuf_submit_dynptr) { return commit_dynptr(r, r1, r2, false); }
BPF_HELPER(ringbuf_discard_dynptr) { return commit_dynptr(r, r1, r2, true); }

/* ---- user ring buffers ---- */

struct drain {
	struct run *r;
	u64 fn, ctx;
};

static long drained(void *arg, const void *sample, u32 size)
{
	const struct drain *d = arg;
	struct dynptr ptr = dynptr_of(reg_of(sample), size, DYNPTR_LOCAL);
	struct lent lent;

	kern_lend(d->r, &lent, &ptr, sizeof(ptr));
	u64 stop = run_callback(d->r, d->fn, reg_of(&ptr), d->ctx, 0, 0, 0);
	kern_take_back(d->r, &lent);
	return d->r->fault || stop;
}

/* Linux: map, callback(dynptr, ctx), ctx, flags */
BPF_HELPER(user_ringbuf_drain)
{
	struct map *m = map_of_type(r, r1, BPF_MAP_TYPE_USER_RINGBUF);
	struct drain d = {r, r2, r3};

	return m ? (u64)map_user_ring_drain(m, drained, &d, r4) : minus(EINVAL);
}

/* ---- perf events: those of our world count nothing ---- */

static s64 event_at(struct run *r, u64 map, u64 flags)
{
	struct map *m = kern_map(r, map);
	s64 err = -EINVAL;

	if (m && kern_perf_at(m, flags, r->slot, &err))
		err = 0;
	return err;
}

BPF_HELPER(perf_event_output)
{
	struct map *m = kern_map(r, r2);

	if (!m || !kern_may(r, r4, r5, false))
		return m ? 0 : minus(EINVAL);
	return (u64)kern_perf_output(m, r3, r->slot, addr_of(r4), r5);
}

BPF_HELPER(perf_event_read) { return (u64)event_at(r, r1, r2); }

BPF_HELPER(perf_event_read_value)
{
	u32 size = size_of(r4);

	if (!kern_may(r, r3, size, true))
		return 0;
	memset(addr_of(r3), 0, size);
	return size == sizeof(struct bpf_perf_event_value) ? (u64)event_at(r, r1, r2)
							   : minus(EINVAL);
}
