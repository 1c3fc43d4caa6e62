/* SPDX-License-Identifier: BSD-2-Clause */
/* A tap with listeners, as the users of the library know it.
 *
 * One lock holds everything. Whoever finds nothing for itself and nobody reading reads
 * the ring for all, and waits for it without the lock; the others wait for that one. */
#include "check/check.h"
#include "tap/priv.h"
#include "tap/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum { SNAPLEN = 262144, BUFFER = 1 << 20, ROOM = 64 };

struct ob_tap {
	struct tap *tap;
	u32 linktype, netmask;
	pthread_mutex_t lock;
	pthread_cond_t news; /* packets were read, or nobody reads any more */
	bool reading;
	struct ob_listener *first;
};

struct ob_listener {
	struct ob_tap *tap;
	struct ob_listener *next;
	struct prog *live;        /* for the kernel */
	struct kern_filter *here; /* for what the kernel passes */
	u32 snaplen;
	struct queue queue;
	struct ob_packet packet;
	struct ob_listener_stats stats;
};

/* ---- the tap ---- */

static struct ob_err *open_source(const struct ob_tap_opts *o, struct ob_tap *t)
{
	struct tap_iface iface;
	struct tap_opts opts = {
		.iface = &iface,
		.buffer = o->buffer,
		.no_promiscuous = o->no_promiscuous,
		.cooked = o->cooked,
		.immediate = o->immediate,
		.replaceable = true,
		.direction = (enum tap_direction)o->direction,
	};

	struct ob_err *err = tap_iface_find(o->iface, &iface);
	if (!err)
		err = tap_create(&t->tap);
	if (!err)
		err = tap_add(t->tap, &opts);
	if (!err)
		err = tap_start(t->tap);
	if (err)
		return err;
	t->linktype = tap_source(t->tap, 0)->linktype;
	tap_iface_netmask(&iface, &t->netmask);
	return NULL;
}

struct ob_err *ob_tap_open(const struct ob_tap_opts *opts, struct ob_tap **ret)
{
	struct ob_tap *t = calloc(1, sizeof(*t));
	pthread_condattr_t attr;

	if (!t)
		return err_nomem();
	pthread_mutex_init(&t->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&t->news, &attr);
	pthread_condattr_destroy(&attr);
	struct ob_err *err = open_source(opts, t);
	if (err)
		ob_tap_close(t);
	else
		*ret = t;
	return err;
}

static void listener_destroy(struct ob_listener *l)
{
	prog_destroy(l->live);
	kern_filter_destroy(l->here);
	queue_deinit(&l->queue);
	free(l);
}

void ob_tap_close(struct ob_tap *t)
{
	if (!t)
		return;
	for (struct ob_listener *l = t->first, *next; l; l = next) {
		next = l->next;
		listener_destroy(l);
	}
	tap_destroy(t->tap);
	pthread_cond_destroy(&t->news);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

uint32_t ob_tap_linktype(const struct ob_tap *t) { return t->linktype; }

struct ob_tap_stats ob_tap_stats(struct ob_tap *t)
{
	pthread_mutex_lock(&t->lock);
	struct tap_stats s = tap_stats(t->tap, 0);
	pthread_mutex_unlock(&t->lock);
	return (struct ob_tap_stats){s.received, s.dropped, s.missed};
}

/* ---- filters ---- */

/* The kernel passes what any listener takes; everything where it cannot. */
static struct ob_err *filter_tap(struct ob_tap *t)
{
	const struct prog **all;
	struct prog *joined;
	u32 n = 0;

	for (struct ob_listener *l = t->first; l; l = l->next)
		n++;
	all = calloc(n + 1, sizeof(*all));
	if (!all)
		return err_nomem();
	n = 0;
	for (struct ob_listener *l = t->first; l; l = l->next)
		all[n++] = l->live;
	struct ob_err *err = join_filters(all, n, &joined);
	free(all);
	if (!err) {
		err = tap_filter(t->tap, 0, joined, NULL);
		prog_destroy(joined);
	}
	if (!err || ob_err_code(err) == OB_NOMEM)
		return err;
	ob_err_destroy(err);
	return tap_filter(t->tap, 0, NULL, NULL);
}

static struct ob_err *compile(const struct ob_tap *t, const char *text,
			      const struct ob_names *names, bool live, struct prog **ret)
{
	struct ob_filter_opts o = {
		.linktype = t->linktype,
		.live = live,
		.has_netmask = true,
		.netmask = t->netmask,
		.names = names,
	};
	struct ob_prog *p;

	struct ob_err *err = ob_filter_compile(text ? text : "", text ? strlen(text) : 0, &o, &p);
	if (!err)
		*ret = prog_private(p);
	return err;
}

static struct ob_err *make_filter(const struct ob_tap *t, const char *text,
				  const struct ob_names *names, struct prog **live,
				  struct kern_filter **here)
{
	struct prog *p;

	struct ob_err *err = compile(t, text, names, false, &p);
	if (err)
		return err;
	err = check_classic(p->classic, p->n, CHECK_LIBPCAP);
	if (!err)
		err = kern_filter_create(p, VM_LIBPCAP, 0, here);
	prog_destroy(p);
	if (err)
		return err;
	err = compile(t, text, names, true, live);
	if (err)
		kern_filter_destroy(*here);
	return err;
}

struct ob_err *ob_listener_filter(struct ob_listener *l, const char *filter,
				  const struct ob_names *names)
{
	struct prog *live, *old = l->live;
	struct kern_filter *here;

	struct ob_err *err = make_filter(l->tap, filter, names, &live, &here);
	if (err)
		return err;
	pthread_mutex_lock(&l->tap->lock);
	l->live = live;
	err = filter_tap(l->tap);
	if (err) {
		l->live = old;
		prog_destroy(live);
		kern_filter_destroy(here);
	} else {
		prog_destroy(old);
		kern_filter_destroy(l->here);
		l->here = here;
	}
	pthread_mutex_unlock(&l->tap->lock);
	return err;
}

/* ---- listeners ---- */

static void leave(struct ob_tap *t, struct ob_listener *l)
{
	struct ob_listener **at = &t->first;

	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
}

struct ob_err *ob_tap_listen(struct ob_tap *t, const struct ob_listen_opts *o,
			     struct ob_listener **ret)
{
	struct ob_listener *l = calloc(1, sizeof(*l));

	if (!l)
		return err_nomem();
	l->tap = t;
	l->snaplen = o->snaplen ? MIN(o->snaplen, (u32)SNAPLEN) : SNAPLEN;
	u32 bytes = MAX(o->buffer ? o->buffer : (u32)BUFFER, 2 * (l->snaplen + ROOM));
	bool room = queue_init(&l->queue, bytes);
	struct ob_err *err =
		room ? make_filter(t, o->filter, o->names, &l->live, &l->here) : err_nomem();
	if (!err) {
		pthread_mutex_lock(&t->lock);
		l->next = t->first;
		t->first = l;
		err = filter_tap(t);
		if (err)
			leave(t, l);
		pthread_mutex_unlock(&t->lock);
	}
	if (err)
		listener_destroy(l);
	else
		*ret = l;
	return err;
}

void ob_listener_close(struct ob_listener *l)
{
	if (!l)
		return;
	struct ob_tap *t = l->tap;
	pthread_mutex_lock(&t->lock);
	leave(t, l);
	ob_err_destroy(filter_tap(t)); /* then the old one passes too much */
	pthread_mutex_unlock(&t->lock);
	listener_destroy(l);
}

struct ob_listener_stats ob_listener_stats(struct ob_listener *l)
{
	pthread_mutex_lock(&l->tap->lock);
	struct ob_listener_stats s = l->stats;
	pthread_mutex_unlock(&l->tap->lock);
	return s;
}

/* ---- packets ---- */

static void offer(struct ob_listener *l, const struct tap_pkt *p)
{
	u32 n = (u32)p->data.n;

	if (!kern_filter_run(l->here, p->data.p, n, p->len, NULL))
		return;
	l->stats.accepted++;
	l->stats.dropped += !queue_put(&l->queue, p, MIN(n, l->snaplen));
}

static void read_all(struct ob_tap *t)
{
	struct tap_pkt p;

	while (tap_next(t->tap, &p))
		for (struct ob_listener *l = t->first; l; l = l->next)
			offer(l, &p);
}

/* Needs: the lock, which is free meanwhile. */
static struct ob_err *read_for_all(struct ob_tap *t, int ms)
{
	t->reading = true;
	pthread_mutex_unlock(&t->lock);
	struct ob_err *err = tap_wait(t->tap, ms);
	pthread_mutex_lock(&t->lock);
	read_all(t);
	t->reading = false;
	pthread_cond_broadcast(&t->news);
	return err;
}

static void wait_for_news(struct ob_tap *t, int ms)
{
	u64 until = clock_ns(CLOCK_MONOTONIC) + (u64)ms * 1000000;
	struct timespec at = {(time_t)(until / 1000000000), (long)(until % 1000000000)};

	if (ms < 0)
		pthread_cond_wait(&t->news, &t->lock);
	else
		pthread_cond_timedwait(&t->news, &t->lock, &at);
}

/* Milliseconds until then; -1: for ever. */
static int left(u64 until)
{
	u64 now = clock_ns(CLOCK_MONOTONIC);

	if (until == UINT64_MAX)
		return -1;
	return until > now ? (int)((until - now + 999999) / 1000000) : 0;
}

struct ob_err *ob_listener_next(struct ob_listener *l, int ms, const struct ob_packet **ret)
{
	u64 until = ms < 0 ? UINT64_MAX : clock_ns(CLOCK_MONOTONIC) + (u64)ms * 1000000;
	struct ob_tap *t = l->tap;
	struct ob_err *err = NULL;
	bool got, last = false;

	pthread_mutex_lock(&t->lock);
	while (!(got = queue_take(&l->queue, &l->packet)) && !err && !last) {
		int wait = left(until);

		last = !wait;
		if (t->reading)
			wait_for_news(t, wait);
		else
			err = read_for_all(t, wait);
	}
	if (got) {
		l->packet.linktype = t->linktype;
		l->packet.nr = ++l->stats.given;
		ob_err_destroy(err); /* it comes again */
		err = NULL;
	}
	pthread_mutex_unlock(&t->lock);
	if (!err)
		*ret = got ? &l->packet : NULL;
	return err;
}
