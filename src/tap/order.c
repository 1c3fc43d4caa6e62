/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of several rings in the order of their times.
 *
 * A ring without a packet for us may have some that the kernel keeps until their block
 * is full or its time is up; its counters tell. As long as there are none, what comes
 * next is younger than now, but for the way from the stamp to the counter (`UNSURE`).
 * So a packet is given when it is older than that and no ring has hidden ones; or after
 * `PATIENCE`. Besides the clock of the packets, which may be set or be an adapter's, the
 * time since its block came tells how old it is. */
#include "tap/priv.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum { UNSURE = 2000000, PATIENCE = 500000000 }; /* ns */
enum { POLL_MAX = 256 };

/* Finds the ring with the oldest head, and which other head is the next. */
static struct ring *oldest(struct tap *t, bool *hidden, bool *empty)
{
	struct ring *best = NULL;

	t->limit = UINT64_MAX;
	*hidden = *empty = false;
	for (u32 i = 0; i < t->rings; i++) {
		struct ring *r = t->ring[i];

		if (!ring_peek(r)) {
			*empty = true;
			*hidden = *hidden || ring_filling(r);
		} else if (!best || r->head.ns < best->head.ns) {
			if (best)
				t->limit = MIN(t->limit, best->head.ns);
			best = r;
		} else {
			t->limit = MIN(t->limit, r->head.ns);
		}
	}
	return best;
}

/* t->now becomes the ring whose packets are to be given, up to t->limit. */
static bool choose(struct tap *t)
{
	u64 horizon = clock_ns(CLOCK_REALTIME) - UNSURE, now = clock_ns(CLOCK_MONOTONIC);
	bool hidden, empty;
	struct ring *best = oldest(t, &hidden, &empty);

	t->due = 0;
	t->now = best;
	if (!best || !empty)
		return best;
	u64 wait = hidden ? PATIENCE : UNSURE;
	if (now < best->since + wait && (hidden || best->head.ns > horizon)) {
		t->due = best->since + wait;
		t->now = NULL;
		return false;
	}
	t->limit = MIN(t->limit, MAX(horizon, best->head.ns));
	return true;
}

bool tap_next(struct tap *t, struct tap_pkt *ret)
{
	if (t->now)
		t->now->have = false;
	if (t->rings == 1)
		t->now = t->ring[0];
	if (!t->now || !ring_peek(t->now) || t->now->head.ns > t->limit)
		if (t->rings == 1 || !choose(t)) {
			t->now = NULL;
			return false;
		}
	t->now->given++;
	*ret = t->now->head;
	return true;
}

u64 tap_skip(struct tap *t)
{
	u64 n = 0;

	if (t->now)
		t->now->have = false;
	t->now = NULL;
	for (u32 i = 0; i < t->rings; i++)
		n += ring_skip(t->ring[i]);
	return n;
}

static int until_due(const struct tap *t, int ms)
{
	u64 now = clock_ns(CLOCK_MONOTONIC);

	if (!t->due)
		return ms;
	u64 left = t->due > now ? (t->due - now) / 1000000 + 1 : 0;
	return ms < 0 || left < (u64)ms ? (int)left : ms;
}

/* Those that have a packet need not be waited for; nor would poll wait for them. */
static u32 fill(struct tap *t, struct pollfd *p, struct ring **of)
{
	u32 n = 0;

	for (u32 i = 0; i < t->rings && n < POLL_MAX - 1; i++) {
		struct ring *r = t->ring[i];

		if (r->have || r->threaded)
			continue;
		of[n] = r;
		p[n++] = (struct pollfd){.fd = r->fd, .events = POLLIN};
	}
	p[n++] = (struct pollfd){.fd = t->wake, .events = POLLIN};
	return n;
}

struct ob_err *tap_wait(struct tap *t, int ms)
{
	struct pollfd p[POLL_MAX];
	struct ring *of[POLL_MAX];
	struct ob_err *err = NULL;
	u64 count;

	u32 n = fill(t, p, of);
	if (poll(p, n, until_due(t, ms)) < 0)
		return errno == EINTR ? NULL : err_sys(errno, "cannot wait for packets");
	for (u32 i = 0; !err && i < n - 1; i++)
		if (p[i].revents & (POLLERR | POLLHUP | POLLNVAL))
			err = state_failed(of[i], 0);
	if (p[n - 1].revents && read(t->wake, &count, sizeof(count)) > 0)
		for (u32 i = 0; !err && i < t->rings; i++) {
			int failed = __atomic_exchange_n(&t->ring[i]->failed, 0, __ATOMIC_RELAXED);

			if (failed)
				err = state_failed(t->ring[i], failed);
		}
	return err ? err : state_look(t);
}
