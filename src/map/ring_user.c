/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF_MAP_TYPE_USER_RINGBUF: records from a process, drained by programs. The
 * block is laid out as a ring buffer's; who writes may write it all but the
 * consumer's page, so nothing in it is believed. */
#include "map/lock.h"
#include "map/priv.h"

enum { SAMPLES_MAX = 128 << 10, SAMPLE_MAX = (1 << 24) - 1 /* of a dynptr */ };

struct own {
	u32 drains; /* the thread that does, 0: none */
};

/* 0; -ENODATA: no more; -EAGAIN: it was discarded, and is passed; -EINVAL, -E2BIG */
static int peek(const struct map_ring *r, u64 at, u32 **head, u32 *bytes)
{
	u64 end = ring_load(r->producer);

	if (end % 8)
		return -EINVAL;
	if (at >= end)
		return -ENODATA;
	*head = ring_header(r, at);
	u32 len = ring_len(*head);
	*bytes = len & ~(RING_BUSY | RING_DISCARD);
	if (ring_bytes(len) > end - at)
		return -EINVAL;
	if (ring_bytes(len) > r->mask + 1 || *bytes > SAMPLE_MAX)
		return -E2BIG;
	if (len & RING_DISCARD)
		return -EAGAIN;
	return len & RING_BUSY ? -ENODATA : 0;
}

static long drain(const struct map_ring *r, map_ring_fn *fn, void *arg)
{
	u64 at = ring_load(r->consumer);
	long n = 0, stop = 0;

	for (u32 i = 0; i < SAMPLES_MAX && !stop; i++) {
		u32 *head, bytes;
		int err = peek(r, at, &head, &bytes);
		if (err == -ENODATA)
			break;
		if (err && err != -EAGAIN)
			return err;
		if (!err) {
			stop = fn(arg, head + 2, bytes);
			n++;
		}
		at += ring_whole(bytes);
		__atomic_store_n(r->consumer, at, __ATOMIC_RELEASE);
	}
	return n;
}

/* The word is the drainer's, unless that has died. */
static bool begin(u32 *word)
{
	u32 was = __atomic_load_n(word, __ATOMIC_RELAXED);

	return (!was || lock_thread_is_dead(was, true)) &&
	       __atomic_compare_exchange_n(word, &was, lock_thread(), false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

long map_user_ring_drain(struct map *m, map_ring_fn *fn, void *arg, u64 flags)
{
	struct own *o = map_own(m, struct own);

	if (flags & ~(u64)(BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP))
		return -EINVAL;
	if (!begin(&o->drains))
		return -EBUSY;
	long n = drain(m->own, fn, arg);
	__atomic_store_n(&o->drains, 0, __ATOMIC_RELEASE);
	bool wake = flags & BPF_RB_FORCE_WAKEUP || (!(flags & BPF_RB_NO_WAKEUP) && n > 0);
	if (wake && m->host && m->host->wake)
		m->host->wake(m);
	return n;
}

const struct map_ops map_user_ringbuf = {
	.type = BPF_MAP_TYPE_USER_RINGBUF,
	.flags = BPF_F_NUMA_NODE,
	.check = map_ring_check,
	.size = map_ring_size,
	.open = map_ring_open,
	.close = map_ring_close,
	.read = map_ring_no_read,
	.update = map_ring_no_update,
	.remove = map_ring_no_remove,
	.next = map_ring_no_next,
	.mappable = map_ring_mappable,
};
