/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets from an interface: -i IF. The order matters: open, compile, create
 * the output, attach and lock the filter, give up rights, read. */
#include "tap/tap.h"
#include "tool/dump.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MS = 250 };

static struct ob_err *open_tap(struct dump *d, struct tap_iface *iface, struct tap **ret)
{
	struct tap_opts o = {
		.iface = iface,
		.snaplen = d->snaplen,
		.buffer = (u32)(d->cmd->buffer << 10),
		.no_promiscuous = d->cmd->no_promiscuous,
		/* -Q in|out|inout */
		.direction = d->cmd->direction == 1   ? TAP_IN
			     : d->cmd->direction == 2 ? TAP_OUT
						      : TAP_INOUT,
	};
	u32 want = d->type;
	char a[128], b[128];

	struct ob_err *err = tap_iface_find(d->cmd->interface, iface);
	o.cooked = want == LINUX_SLL2;
	if (!err)
		err = tap_open(&o, ret);
	if (err || !d->forced || want == tap_linktype(*ret))
		return err;
	err = err_new(OB_UNSUPPORTED, "%s has link type %s, not %s", iface->name,
		      dump_link_text(tap_linktype(*ret), a), dump_link_text(want, b));
	tap_close(*ret);
	return err_hint(err, "the link types of an interface: -L -i %s", iface->name);
}

/* The kernel cannot run it (too long, loops, asks for what it does not see
 * of a cooked packet): then every packet comes here and is filtered here. */
static struct ob_err *start_here(struct dump *d, struct tap *t, int refused)
{
	int again;

	struct ob_err *err = dump_prepare(d, tap_linktype(t), d->snaplen);
	if (err)
		return err;
	fprintf(stderr, "onebpf dump: the kernel cannot take this filter (%s); it runs here\n",
		strerror(refused));
	return tap_start(t, NULL, 0, &again);
}

static struct ob_err *start(struct dump *d, const struct tap_iface *iface, struct tap *t)
{
	struct prog *p = NULL;
	u32 netmask = 0;
	int refused;

	tap_iface_netmask(iface, &netmask);
	struct ob_err *err = NULL;
	if (d->expr.n)
		err = dump_compile(d, tap_linktype(t), d->snaplen, true, netmask, &p);
	if (err)
		return err;
	if (p)
		expr_warn("dump", p);
	err = tap_start(t, p ? p->classic : NULL, p ? p->n : 0, &refused);
	prog_destroy(p);
	if (!err && refused)
		return start_here(d, t, refused);
	if (err)
		return err;
	d->kernel = true;
	return dump_prepare(d, tap_linktype(t), d->snaplen);
}

static void describe(const struct dump *d, const struct tap_iface *i, struct tap *t,
		     struct pkt_iface *ret, struct buf *options)
{
	pkt_option_text(options, PKT_NAME, i->name);
	if (d->expr.n)
		pkt_option_filter(options, d->expr.p, d->expr.n);
	*ret = (struct pkt_iface){
		.linktype = tap_linktype(t),
		.snaplen = tap_snaplen(t),
		.units = dump_nano(d->cmd) ? 1000000000 : 1000000,
		.options = {(const u8 *)options->p, options->n},
	};
}

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

static void summary(const struct dump *d, struct tap *t)
{
	struct tap_stats s = tap_stats(t);

	if (d->cmd->capture) /* Wireshark would show it as an error */
		return;
	fprintf(stderr,
		"%llu packet%s captured\n%llu packet%s received by filter\n%llu packet%s dropped "
		"by kernel\n",
		(unsigned long long)d->taken, d->taken == 1 ? "" : "s",
		(unsigned long long)s.received, s.received == 1 ? "" : "s",
		(unsigned long long)s.dropped, s.dropped == 1 ? "" : "s");
}

static struct ob_err *receive(struct dump *d, struct tap *t)
{
	struct pkt p = {.linktype = tap_linktype(t)};
	struct tap_pkt one;
	struct ob_err *err = NULL;

	while (!err) {
		if (dump_signals.count)
			summary(d, t);
		dump_signals.count = 0;
		if (!dump_heed(d))
			break;
		while (tap_next(t, &one)) {
			p.data = one.data.p;
			p.caplen = (u32)one.data.n;
			p.len = one.len;
			p.ns = one.ns;
			p.nr++;
			if (!dump_packet(d, &p))
				return d->err;
			if (unlikely(dump_signals.stop | dump_signals.count | dump_signals.flush))
				break;
		}
		if (!dump_flush(d))
			return d->err;
		progress(d);
		err = tap_wait(t, WAIT_MS);
	}
	return err ? err : d->err;
}

struct ob_err *dump_live(struct dump *d)
{
	struct tap_iface iface;
	struct pkt_iface file;
	struct buf options = {0};
	struct tap *t;
	char text[128];

	struct ob_err *err = open_tap(d, &iface, &t);
	if (err)
		return err;
	err = start(d, &iface, t);
	if (!err) {
		describe(d, &iface, t, &file, &options);
		err = dump_create_live(d, &file, 1);
	}
	if (!err)
		err = drop_rights(d);
	if (!err)
		err = dump_confine(d);
	if (!err) {
		if (!d->cmd->capture)
			fprintf(stderr, "listening on %s, link-type %s, snapshot length %u bytes\n",
				iface.name, dump_link_text(tap_linktype(t), text), tap_snaplen(t));
		err = receive(d, t);
		if (!err && !dump_flush(d))
			err = d->err;
		summary(d, t);
	}
	struct ob_err *last = dump_complete(d);
	buf_deinit(&options);
	tap_close(t);
	return err && last ? err_add(err, last) : err ? err : last;
}
