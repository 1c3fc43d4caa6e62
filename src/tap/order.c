/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of several rings in the order of their times.
 *
 * A ring that is empty may still get packets as old as `delay`: the kernel keeps a
 * block until it is full or its time is up. So a packet is given when every ring has
 * one, or when it is older than that, by the clock of the packets or by the time since
 * its block came (that clock may be set, or be an adapter's). */
#include "tap/priv.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum { LOOK_MS = 250, POLL_MAX = 256 };

static bool is_old(const struct tap *t, const struct ring *r, u64 horizon, u64 now)
{
	return r->head.ns <= horizon || now - r->since >= t->delay;
}

/* Finds the ring with the oldest packet, and up to when its packets are that. */
static bool choose(struct tap *t)
{
	u64 horizon = clock_ns(CLOCK_REALTIME) - t->delay, now = clock_ns(CLOCK_MONOTONIC);
	struct ring *best = NULL;
	bool empty = false;

	t->limit = UINT64_MAX;
	t->due = 0;
	for (u32 i = 0; i < t->rings; i++) {
		struct ring *r = t->ring[i];

		if (!ring_peek(r)) {
			empty |= !state_quiet(r->source, now);
		} else if (!best || r->head.ns < best->head.ns) {
			if (best)
				t->limit = MIN(t->limit, best->head.ns);
			best = r;
		} else {
			t->limit = MIN(t->limit, r->head.ns);
		}
	}
	t->now = best;
	if (!best || !empty)
		return best;
	if (!is_old(t, best, horizon, now)) {
		t->due = now + t->delay - (now - best->since);
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
