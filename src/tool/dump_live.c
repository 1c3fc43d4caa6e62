/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets from interfaces: -i IF. The order matters: open, bind, attach and lock the
 * filter, create the output, give up rights, start threads, read. */
#include "tool/dump_live.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MS = 250, LAST_MS = 500 };

static struct ob_err *drop_rights(const struct dump *d)
{
	const char *user;

	int made = dump_made(d);
	struct ob_err *err = tap_drop_rights(d->cmd->user, made, &user);
	if (!err && user)
		fprintf(stderr, "onebpf dump: dropped privs to %s%s%s\n", user,
			made < 0 ? "" : ", who owns ", made < 0 ? "" : d->file.name.p);
	return err;
}

/* With -v -w on a terminal: how many, once a second. */
static void progress(const struct dump *d)
{
	static time_t last;
	time_t now = time(NULL);

	if (!d->cmd->verbose || !d->cmd->write || now == last || !isatty(STDERR_FILENO))
		return;
	last = now;
	fprintf(stderr, "Got %llu\r", (unsigned long long)d->taken);
}

/* ---- counters ---- */

static void stats_for_file(void *arg, u32 i, struct pkt_stats *ret)
{
	struct live *l = arg;
	struct tap_stats s = tap_stats(l->tap, i);

	*ret = (struct pkt_stats){
		.received = s.seen,
		.missed = s.missed,
		.accepted = s.received,
		.dropped = s.dropped,
		.delivered = s.given,
		.start = l->since,
		.end = clock_ns(CLOCK_REALTIME),
	};
}

static void add(struct tap_stats *to, const struct tap_stats *s)
{
	to->received += s->received;
	to->dropped += s->dropped;
	to->refused += s->refused;
	to->given += s->given;
	to->missed += s->missed == UINT64_MAX ? 0 : s->missed;
}

static void line(struct buf *to, u64 n, const char *what)
{
	buf_printf(to, "%llu packet%s %s\n", (unsigned long long)n, n == 1 ? "" : "s", what);
}

/* Received are those of all other lines but the last: what is not captured was dropped,
 * not taken here, or passed over, or waits. */
static void summary(struct live *l)
{
	const struct dump *d = l->d;
	struct tap_stats all = {0}, one[LIVE_MAX];
	struct buf to = {0};

	for (u32 i = 0; i < l->n; i++) {
		one[i] = tap_stats(l->tap, i);
		add(&all, &one[i]);
	}
	u64 waiting = all.received - all.dropped - all.refused - all.given;
	line(&to, d->taken, "captured");
	line(&to, all.received, "received by filter");
	line(&to, all.dropped, "dropped by kernel");
	if (all.given != d->taken)
		line(&to, all.given - d->taken, "passed over");
	if (all.refused)
		line(&to, all.refused, "not taken here");
	if (waiting)
		line(&to, waiting, "not looked at");
	if (all.missed)
		line(&to, all.missed, "dropped by interface");
	for (u32 i = 0; l->n > 1 && i < l->n; i++)
		buf_printf(&to,
			   "%s: %llu captured, %llu received by filter, %llu dropped by kernel\n",
			   l->source[i].iface.name, (unsigned long long)one[i].given,
			   (unsigned long long)one[i].received, (unsigned long long)one[i].dropped);
	if (!to.oom)
		fputs(to.p, stderr);
	buf_deinit(&to);
}

/* ---- the run ---- */

static void tell_changes(struct live *l)
{
	static const char *const text[] = {
		[TAP_UP] = "is up again",
		[TAP_DOWN] = "is down; packets come again when it is up",
		[TAP_GONE] = "has gone",
	};
	const struct tap_source *s;

	while ((s = tap_changed(l->tap)))
		fprintf(stderr, "onebpf dump: interface %s %s\n", s->iface.name, text[s->state]);
}

/* False: enough, or d->err. */
static bool take_all(struct live *l)
{
	struct dump *d = l->d;
	struct tap_pkt one;

	if (l->blind) {
		u64 n = tap_skip(l->tap);

		d->matched += n;
		d->taken += n;
	}
	while (tap_next(l->tap, &one)) {
		struct pkt p = {
			.data = one.data.p,
			.caplen = (u32)one.data.n,
			.len = one.len,
			.ns = one.ns,
			.nr = d->matched + 1,
			.linktype = l->like[one.source].linktype,
			.iface = one.source,
		};

		if (!dump_packet(d, &p))
			return false;
		if (unlikely((dump_signals.stop && !l->last) | dump_signals.count |
			     dump_signals.flush))
			break;
	}
	return true;
}

/* Packets in the rings, open or not, since the start. */
static u64 in_rings(struct live *l, u64 *looked_at)
{
	u64 n = 0;

	*looked_at = 0;
	for (u32 i = 0; i < l->n; i++) {
		struct tap_stats s = tap_stats(l->tap, i);

		n += s.received - s.dropped;
		*looked_at += s.given + s.refused;
	}
	return n;
}

/* Those that came before the signal may be in a block that is not full. */
static struct ob_err *take_last(struct live *l)
{
	u64 looked_at, until = clock_ns(CLOCK_MONOTONIC) + LAST_MS * 1000000ull;
	u64 here = in_rings(l, &looked_at);
	struct ob_err *err = NULL;

	l->last = true;
	while (!err && looked_at < here && clock_ns(CLOCK_MONOTONIC) < until && take_all(l)) {
		in_rings(l, &looked_at);
		if (looked_at < here)
			err = tap_wait(l->tap, WAIT_MS);
	}
	return err;
}

static struct ob_err *receive(struct live *l)
{
	struct dump *d = l->d;
	struct ob_err *err = NULL;

	while (!err) {
		if (dump_signals.count)
			summary(l);
		dump_signals.count = 0;
		if (!dump_heed(d)) {
			err = d->err ? NULL : take_last(l);
			break;
		}
		if (!take_all(l) || !dump_flush(d))
			break;
		progress(d);
		err = tap_wait(l->tap, WAIT_MS);
		tell_changes(l);
		live_hint(l);
	}
	return err ? err : d->err;
}

static void tell_sources(const struct live *l)
{
	struct buf to = {0};
	char text[128];

	for (u32 i = 0; i < l->n; i++)
		buf_printf(&to, "listening on %s, link-type %s, snapshot length %u bytes\n",
			   l->source[i].iface.name, dump_link_text(l->like[i].linktype, text),
			   l->d->snaplen);
	if (!to.oom)
		fputs(to.p, stderr);
	buf_deinit(&to);
}

static struct ob_err *create(struct live *l)
{
	struct dump *d = l->d;

	const struct dump_cmd *c = d->cmd;

	d->kernel = true; /* the tap has filtered */
	l->blind = c->count_only && !c->write && !c->count && !c->skip;
	struct ob_err *err = dump_prepare(d, l->like[0].linktype, d->snaplen);
	d->file.stats = stats_for_file;
	d->file.arg = l;
	return err ? err : dump_create_live(d, l->like, l->n);
}

static struct ob_err *run(struct live *l)
{
	struct dump *d = l->d;

	if (!d->cmd->capture) /* Wireshark would show it as an error */
		tell_sources(l);
	struct ob_err *err = receive(l);
	if (!err && !dump_flush(d))
		err = d->err;
	if (d->cmd->capture)
		return err;
	summary(l);
	if (!err)
		live_hint_end(l);
	return err;
}

struct ob_err *dump_live(struct dump *d)
{
	struct live l = {.d = d};

	struct ob_err *err = live_open(&l);
	if (!err)
		err = create(&l);
	if (!err)
		err = drop_rights(d);
	if (!err)
		err = tap_run(l.tap);
	if (!err)
		err = dump_confine(d);
	if (!err)
		err = run(&l);
	struct ob_err *last = dump_complete(d);
	live_close(&l);
	return err && last ? err_add(err, last) : err ? err : last;
}
