/* SPDX-License-Identifier: BSD-2-Clause */
/* A tap: its sources are opened, started, counted, closed. */
#include "tap/priv.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	SNAPLEN = 262144,
	BUFFER = 8 << 20,
	RINGS_MAX = 64,
	/* A block that is not full is handed over after this: where nobody looks, with one
	 * ring, with several, whose packets wait for each other, and at once. */
	RETIRE_LAZY_MS = 250,
	RETIRE_MS = 50,
	RETIRE_ORDER_MS = 10,
	RETIRE_NOW_MS = 1,
};

struct ob_err *tap_open_error(int errnum, const char *iface)
{
	struct ob_err *err = err_sys(errnum, "cannot capture on %s", iface);

	if (ob_err_code(err) != OB_PERM)
		return err;
	err = err_note(err, "a packet socket needs the capability CAP_NET_RAW");
	err = err_hint(err, "run it with sudo; it becomes you again once the device is open");
	return err_hint(err, "or once: sudo setcap cap_net_raw=ep $(command -v onebpf)");
}

struct ob_err *tap_create(struct tap **ret)
{
	struct tap *t = calloc(1, sizeof(*t));

	if (!t)
		return err_nomem();
	t->loopback = if_nametoindex("lo");
	t->limit = UINT64_MAX;
	t->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	t->end = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	t->netlink = link_open();
	if (t->wake < 0 || t->end < 0) {
		struct ob_err *err = err_sys(errno, "cannot make an eventfd");

		tap_destroy(t);
		return err;
	}
	*ret = t;
	return NULL;
}

static void source_destroy(struct source *s)
{
	for (u32 i = 0; i < s->rings; i++) {
		if (s->ring[i].threaded)
			pthread_join(s->ring[i].thread, NULL);
		ring_destroy(&s->ring[i]);
	}
	free(s->ring);
	free(s);
}

void tap_destroy(struct tap *t)
{
	u64 one = 1;

	if (!t)
		return;
	if (t->end >= 0)
		while (write(t->end, &one, sizeof(one)) < 0 && errno == EINTR)
			;
	for (u32 i = 0; i < t->sources; i++)
		source_destroy(t->source[i]);
	for (u32 i = 0; i < 3; i++) {
		int fd = (int[]){t->wake, t->end, t->netlink}[i];

		if (fd >= 0)
			close(fd);
	}
	free(t->source);
	free(t->ring);
	free(t);
}

/* ---- adding a source ---- */

/* A cooked socket gives packets from their network header on. Protocol 0: nothing is
 * received before it is bound. */
static struct ob_err *open_sockets(struct source *s)
{
	struct ob_err *err = NULL;

	for (u32 i = 0; i < s->rings; i++)
		s->ring[i] = (struct ring){.fd = -1, .source = s};
	for (u32 i = 0; !err && i < s->rings; i++) {
		int type = s->cooked ? SOCK_DGRAM : SOCK_RAW;
		int fd = socket(AF_PACKET, type | SOCK_CLOEXEC, 0);

		if (fd < 0)
			return tap_open_error(errno, s->s.iface.name);
		s->ring[i].fd = fd;
		err = clock_set(fd, &s->s.iface, s->o.clock);
	}
	return err;
}

static struct ob_err *make_source(struct tap *t, const struct tap_opts *o, struct source *s)
{
	u32 linktype = LINK_SLL2;

	s->tap = t;
	s->o = *o;
	s->nr = t->sources;
	s->s.iface = *o->iface;
	s->s.snaplen = o->snaplen ? MIN(o->snaplen, (u32)SNAPLEN) : SNAPLEN;
	s->s.promiscuous = !o->no_promiscuous && o->iface->index;
	/* The loopback shows every packet on its way out and on its way in again. */
	s->only_incoming =
		o->direction == TAP_IN || (o->iface->loopback && o->direction == TAP_INOUT);
	struct ob_err *err = o->cooked ? NULL : tap_iface_linktype(o->iface, &linktype);
	if (err)
		return err;
	s->s.linktype = linktype;
	s->cooked = linktype == LINK_SLL2;
	u32 rings = o->fanout ? MAX(o->rings, 1u) : 1;
	if (rings > RINGS_MAX)
		return err_new(OB_RANGE, "%u rings: at most %d", rings, RINGS_MAX);
	if (o->fanout && o->replaceable)
		return err_new(OB_UNSUPPORTED, "the filter of several rings cannot be replaced");
	s->ring = calloc(rings, sizeof(*s->ring));
	if (!s->ring)
		return err_nomem();
	s->rings = rings;
	return open_sockets(s);
}

static struct ob_err *grow(struct tap *t, u32 rings)
{
	struct source **source = realloc(t->source, (t->sources + 1) * sizeof(*source));

	if (!source)
		return err_nomem();
	t->source = source;
	struct ring **ring = realloc(t->ring, (t->rings + rings) * sizeof(*ring));
	if (!ring)
		return err_nomem();
	t->ring = ring;
	return NULL;
}

struct ob_err *tap_add(struct tap *t, const struct tap_opts *o)
{
	struct source *s = calloc(1, sizeof(*s));

	if (!s)
		return err_nomem();
	struct ob_err *err = make_source(t, o, s);
	if (!err)
		err = grow(t, s->rings);
	if (err) {
		source_destroy(s);
		return err;
	}
	t->source[t->sources++] = s;
	for (u32 i = 0; i < s->rings; i++)
		t->ring[t->rings++] = &s->ring[i];
	return NULL;
}

u32 tap_sources(const struct tap *t) { return t->sources; }

const struct tap_source *tap_source(const struct tap *t, u32 i) { return &t->source[i]->s; }

/* ---- starting ---- */

static struct ob_err *start(struct source *s, u32 retire_ms)
{
	u32 bytes = (s->o.buffer ? s->o.buffer : BUFFER) / s->rings;
	struct ob_err *err = NULL;

	for (u32 i = 0; !err && i < s->rings; i++)
		err = ring_create(&s->ring[i], bytes, retire_ms);
	link_stats(s->tap->netlink, s->s.iface.index, &s->seen_before, &s->missed_before);
	return err ? err : source_bind(s);
}

struct ob_err *tap_start(struct tap *t)
{
	struct ob_err *err = NULL;

	for (u32 i = 0; !err && i < t->sources; i++) {
		struct source *s = t->source[i];
		u32 ms = s->o.immediate ? RETIRE_NOW_MS
			 : s->o.lazy    ? RETIRE_LAZY_MS
			 : t->rings > 1 ? RETIRE_ORDER_MS
					: RETIRE_MS;

		err = start(s, ms);
	}
	if (!err)
		err = tap_wait(t, 0);
	for (u32 i = 0; !err && i < t->sources; i++)
		if (t->source[i]->s.state != TAP_UP)
			err = err_hint(
				err_new(OB_IO, "interface %s is down", t->source[i]->s.iface.name),
				"ip link set %s up", t->source[i]->s.iface.name);
	return err;
}

struct ob_err *tap_run(struct tap *t)
{
	struct ob_err *err = NULL;

	for (u32 i = 0; !err && i < t->rings; i++)
		if (t->ring[i]->source->rings > 1)
			err = ring_thread(t->ring[i]);
	return err;
}

/* ---- counting ---- */

struct tap_stats tap_stats(struct tap *t, u32 i)
{
	struct source *s = t->source[i];
	struct tap_stats n = {0};

	/* What has gone keeps its last numbers. */
	bool known = s->s.iface.index;
	if (known && s->s.state != TAP_GONE)
		link_stats(t->netlink, s->s.iface.index, &s->seen, &s->missed);
	n.seen = known ? s->seen - s->seen_before : UINT64_MAX;
	n.missed = known ? s->missed - s->missed_before : UINT64_MAX;
	for (u32 j = 0; j < s->rings; j++) {
		struct ring *r = &s->ring[j];

		ring_count(r);
		n.received += r->received;
		n.dropped += r->dropped;
		n.refused += __atomic_load_n(&r->refused, __ATOMIC_RELAXED);
		n.given += r->given;
	}
	return n;
}
