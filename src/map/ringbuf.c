/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF_MAP_TYPE_RINGBUF: records from many writers to one reader.
 *
 *	0         1 page    2 pages            2 pages + max_entries
 *	| consumer | producer | data            |
 *
 * as Linux gives it to mmap(), where the data comes a second time behind itself,
 * so that no record is ever cut; `open` maps it so for this process. Positions are
 * bytes that never wrap. A record:
 *
 *	u32 len: of the sample, bits 31 BUSY and 30 DISCARD
 *	u32 page: of the header, counted from 1; while BUSY, the writer
 *	sample, to a multiple of 8
 *
 * Linux's writers do not die between reserve and commit. Here, who finds a BUSY
 * record in his way whose writer is no more, discards it; and who finds the reader
 * asleep before a record that is ready, wakes it. */
#include "map/lock.h"
#include "map/priv.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
	RECORD_MAX = UINT32_MAX / 4,
	STUCK = 64,  /* records behind one and the same before it is looked at */
	LOOK = 1000, /* ms: a reader asleep looks whether a writer died before it woke him */
};
/* Shared, where no reader can write. */
struct own {
	_Alignas(64) struct map_lock lock;
	u64 pending;             /* no BUSY record lies before it */
	_Alignas(64) u32 asleep; /* readers that wait for a wake-up */
	u32 wakes;               /* futex: counted up by each */
};

/* ---- records ---- */

static u32 page_of(const struct map_ring *r, const u32 *head)
{
	u64 at = (u64)((const u8 *)head - r->data) & r->mask;

	return (u32)((MAP_PAGE + RING_DATA + at) / MAP_PAGE);
}

/* Both words of a header are one store, so that a BUSY one always names its writer. */
static u64 words(u32 len, u32 second)
{
	const u32 both[2] = {len, second};
	u64 v;

	memcpy(&v, both, 8);
	return v;
}

/* If its writer is no more: discards it, which lets the reader and others pass. */
static bool discard_dead(const struct map_ring *r, u32 *head, bool thorough)
{
	u64 *word = (u64 *)(void *)head, was = __atomic_load_n(word, __ATOMIC_ACQUIRE);
	u32 both[2];

	memcpy(both, &was, 8);
	if (!(both[0] & RING_BUSY) || !lock_thread_is_dead(both[1], thorough))
		return false;
	u64 now = words((both[0] ^ RING_BUSY) | RING_DISCARD, page_of(r, head));
	return __atomic_compare_exchange_n(word, &was, now, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_RELAXED);
}

/* Passes records that are done. Needs: the lock. */
static u64 pass_done(struct own *o, const struct map_ring *r, u64 end, bool full)
{
	u64 at = o->pending;

	while (at < end) {
		u32 *head = ring_header(r, at), len = ring_len(head);
		if (len & RING_BUSY && !(full && discard_dead(r, head, true)))
			break;
		at += ring_bytes(len);
	}
	o->pending = at;
	return at;
}

static void wake(struct map *m)
{
	struct own *o = map_own(m, struct own);

	__atomic_fetch_add(&o->wakes, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&o->asleep, __ATOMIC_SEQ_CST))
		syscall(SYS_futex, &o->wakes, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
	if (m->host && m->host->wake)
		m->host->wake(m);
}

/* ---- writing ---- */

void *map_ring_reserve(struct map *m, u64 bytes, u64 flags)
{
	struct own *o = map_own(m, struct own);
	const struct map_ring *r = m->own;
	u64 n = ring_whole(bytes);

	if (flags || bytes > RECORD_MAX || n > r->mask + 1)
		return NULL;
	u64 read = ring_load(r->consumer);
	if (map_lock(&o->lock) < 0)
		return NULL;
	u64 at = ring_load(r->producer), end = at + n;
	u64 done = pass_done(o, r, at, false);
	if (end - done > r->mask || end - read > r->mask)
		done = pass_done(o, r, at, true);
	if (end - done > r->mask || end - read > r->mask) {
		map_unlock(&o->lock);
		return NULL;
	}
	u32 *head = ring_header(r, at);
	__atomic_store_n((u64 *)(void *)head, words((u32)bytes | RING_BUSY, lock_thread()),
			 __ATOMIC_RELAXED);
	__atomic_store_n(r->producer, end, __ATOMIC_RELEASE);
	map_unlock(&o->lock);
	return head + 2;
}

bool map_ring_pass(struct map *m)
{
	struct own *o = map_own(m, struct own);
	const struct map_ring *r = m->own;

	if (map_lock(&o->lock) < 0)
		return false;
	u64 read = ring_load(r->consumer);
	bool dead = read < ring_load(r->producer) && discard_dead(r, ring_header(r, read), true);
	map_unlock(&o->lock);
	return dead;
}

/* The reader may have been left asleep by a writer that died. */
static bool left_asleep(struct map *m, u64 read)
{
	struct map_ring *r = m->own;
	u32 n = __atomic_load_n(&r->stuck, __ATOMIC_RELAXED);

	if (likely(__atomic_load_n(&r->stuck_at, __ATOMIC_RELAXED) != read)) {
		__atomic_store_n(&r->stuck_at, read, __ATOMIC_RELAXED);
		n = 0;
	}
	__atomic_store_n(&r->stuck, n + 1, __ATOMIC_RELAXED);
	if ((n + 1) % STUCK || read == ring_load(r->producer))
		return false;
	return !(ring_len(ring_header(r, read)) & RING_BUSY) || map_ring_pass(m);
}

void map_ring_commit(void *sample, u64 flags, struct map *m, bool discard)
{
	u32 *head = (u32 *)sample - 2;
	struct map_ring *r = m->own;
	u32 len = (__atomic_load_n(head, __ATOMIC_RELAXED) ^ RING_BUSY) |
		  (discard ? RING_DISCARD : 0);

	__atomic_exchange_n((u64 *)(void *)head, words(len, page_of(r, head)), __ATOMIC_SEQ_CST);
	u64 read = ring_load(r->consumer);
	if (flags & BPF_RB_FORCE_WAKEUP)
		wake(m);
	else if (!(flags & BPF_RB_NO_WAKEUP) &&
		 (ring_header(r, read) == head || left_asleep(m, read)))
		wake(m);
}

int map_ring_output(struct map *m, const void *data, u64 bytes, u64 flags)
{
	if (flags & ~(u64)(BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP))
		return -EINVAL;
	void *sample = map_ring_reserve(m, bytes, 0);
	if (!sample)
		return -EAGAIN;
	memcpy(sample, data, bytes);
	map_ring_commit(sample, flags, m, false);
	return 0;
}

bool map_ring_owns(const struct map *m, const void *sample)
{
	const struct map_ring *r = m->own;
	u64 off = (u64)((const u8 *)sample - r->data);

	if (off % 8 || off < RING_HEAD || off > r->mask + RING_HEAD)
		return false;
	const u32 *head = (const u32 *)sample - 2;
	return ring_len(head) & RING_BUSY && head[1] == lock_thread();
}

u64 map_ring_query(struct map *m, u64 what)
{
	const struct map_ring *r = m->own;

	switch (what) {
	case BPF_RB_AVAIL_DATA: {
		u64 read = ring_load(r->consumer);
		return ring_load(r->producer) - read;
	}
	case BPF_RB_RING_SIZE:
		return r->mask + 1;
	case BPF_RB_CONS_POS:
		return ring_load(r->consumer);
	case BPF_RB_PROD_POS:
		return ring_load(r->producer);
	default:
		return 0;
	}
}

/* ---- reading ---- */

long map_ring_read(struct map *m, map_ring_fn *fn, void *arg)
{
	const struct map_ring *r = m->own;
	u64 read = ring_load(r->consumer);
	long n = 0;

	while (read < ring_load(r->producer)) {
		u32 *head = ring_header(r, read), len = ring_len(head);
		if (len & RING_BUSY && !discard_dead(r, head, false))
			break;
		len = ring_len(head);
		if (ring_bytes(len) > ring_load(r->producer) - read)
			return -EINVAL;
		long stop = 0;
		if (!(len & RING_DISCARD)) {
			stop = fn(arg, head + 2, len);
			n++;
		}
		read += ring_bytes(len);
		__atomic_store_n(r->consumer, read, __ATOMIC_SEQ_CST);
		if (stop)
			return stop < 0 ? stop : n;
	}
	return n;
}

static bool ready(const struct map_ring *r, bool thorough)
{
	u64 read = ring_load(r->consumer);
	u32 *head = ring_header(r, read);

	return read < ring_load(r->producer) &&
	       (!(ring_len(head) & RING_BUSY) || discard_dead(r, head, thorough));
}

/* Sleeps until a wake-up, or for ms. */
static int sleep_once(struct map *m, int ms)
{
	struct own *o = map_own(m, struct own);
	struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
	int err = 0;

	u32 seen = __atomic_load_n(&o->wakes, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&o->asleep, 1, __ATOMIC_SEQ_CST);
	if (!ready(m->own, false) && syscall(SYS_futex, &o->wakes, FUTEX_WAIT, seen, &t, NULL, 0))
		err = errno == EAGAIN ? 0 : -errno;
	__atomic_fetch_sub(&o->asleep, 1, __ATOMIC_SEQ_CST);
	return err;
}

int map_ring_wait(struct map *m, int ms)
{
	for (int err = 0;;) {
		if (ready(m->own, err == -ETIMEDOUT))
			return 0;
		if (err == -EINTR)
			return err;
		if (!ms)
			return -ETIMEDOUT;
		int part = ms < 0 ? LOOK : MIN(ms, LOOK);
		err = sleep_once(m, part);
		if (ms > 0 && err == -ETIMEDOUT)
			ms -= part;
	}
}

const struct map_ops map_ringbuf = {
	.type = BPF_MAP_TYPE_RINGBUF,
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
