/* SPDX-License-Identifier: BSD-2-Clause */
/* What becomes of a packet: filtered, skipped, counted, written, printed. */
#include "check/check.h"
#include "tool/dump.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { OUT_FULL = 64 << 10 };

const char *dump_link_text(u32 linktype, char buf[128])
{
	const char *name = linktype_name(linktype), *desc = linktype_desc(linktype);

	if (name)
		snprintf(buf, 128, "%s (%s)", name, desc ? desc : "");
	else
		snprintf(buf, 128, "%u", linktype);
	return buf;
}

/* ---- the filter, once a link type ---- */

struct ob_err *dump_compile(const struct dump *d, const struct buf *text, u32 linktype, u32 snaplen,
			    bool live, u32 netmask, struct prog **ret)
{
	struct filter_opts o = {
		.linktype = linktype,
		.snaplen = snaplen,
		.no_optimise = d->cmd->no_optimise,
		.live = live,
		.has_netmask = true, /* 0 is tcpdump's for want of a better one */
		.netmask = netmask,
		.names = &expr_names,
	};
	return filter_compile(text->p ? text->p : "", text->n, &o, ret);
}

struct ob_err *dump_ready(struct prog *p, struct kern_filter **ret)
{
	struct ob_err *err = check_classic(p->classic, p->n, CHECK_LIBPCAP);

	if (!err)
		err = kern_filter_create(p, VM_LIBPCAP, 0, ret);
	prog_destroy(p);
	return err;
}

static struct ob_err *decode(struct dump *d, u32 linktype, u32 snaplen, struct kern_filter **ret)
{
	struct prog *p;
	struct ob_err *err = dump_compile(d, &d->expr, linktype, snaplen, false, 0, &p);

	if (err)
		return err;
	if (!d->filters)
		expr_warn("dump", p);
	return dump_ready(p, ret);
}

static struct ob_err *add_filter(struct dump *d, u32 linktype, u32 snaplen)
{
	struct dump_filter f = {.linktype = linktype};
	struct ob_err *err = NULL;
	char text[128];

	if (d->expr.n && !d->kernel)
		err = decode(d, linktype, snaplen, &f.run);
	if (err && d->filters && ob_err_code(err) == OB_NEVER) {
		ob_err_destroy(err);
		err = NULL;
		f.never = true;
	}
	if (err && d->filters)
		return err_note(err, "for the packets with link type %s in this file",
				dump_link_text(linktype, text));
	if (err)
		return err;
	struct dump_filter *v = realloc(d->filter, (d->filters + 1) * sizeof(*v));
	if (!v) {
		kern_filter_destroy(f.run);
		return err_nomem();
	}
	d->filter = v;
	d->filter[d->filters++] = f;
	return NULL;
}

struct ob_err *dump_prepare(struct dump *d, u32 linktype, u32 snaplen)
{
	for (u32 i = 0; i < d->filters; i++)
		if (d->filter[i].linktype == linktype) {
			d->now = &d->filter[i];
			return NULL;
		}
	struct ob_err *err = add_filter(d, linktype, snaplen);
	if (!err)
		d->now = &d->filter[d->filters - 1];
	return err;
}

/* ---- where packets go ---- */

bool dump_nano(const struct dump_cmd *c) { return (c->nano || c->precision == 2) && !c->micro; }

static bool write_out(struct dump *d)
{
	size_t done = 0;

	if (d->out.oom)
		d->err = err_nomem();
	while (!d->err && done < d->out.n) {
		ssize_t n = write(STDOUT_FILENO, d->out.p + done, d->out.n - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			d->err = err_sys(errno, "cannot write to standard output");
	}
	buf_clear(&d->out);
	return !d->err;
}

bool dump_flush(struct dump *d)
{
	if (d->file.writer && !d->err)
		d->err = pkt_flush(d->file.writer);
	return write_out(d);
}

bool dump_heed(struct dump *d)
{
	if (dump_signals.count) {
		dump_signals.count = 0;
		fprintf(stderr, "onebpf dump: %llu packets taken so far\n",
			(unsigned long long)d->taken);
	}
	if (dump_signals.flush) {
		dump_signals.flush = 0;
		if (!dump_flush(d))
			return false;
	}
	return !dump_signals.stop;
}

static bool print(struct dump *d, const struct pkt *p)
{
	print_packet(d->printer, p, &d->out);
	return (d->out.n < OUT_FULL && !d->cmd->line) || write_out(d);
}

/* A packet that the filter takes. */
static bool take(struct dump *d, struct pkt *p)
{
	if (++d->matched <= d->cmd->skip)
		return true;
	d->taken++;
	if (p->caplen > d->snaplen)
		p->caplen = d->snaplen;
	if (d->cmd->write) {
		d->err = dump_put(d, p);
		if (unlikely(d->err || d->enough))
			return false;
	}
	if (d->printer && !print(d, p))
		return false;
	return d->taken != d->cmd->count; /* 0: no limit */
}

bool dump_packet(struct dump *d, struct pkt *p)
{
	if (d->forced)
		p->linktype = d->type;
	if (unlikely(p->linktype != d->now->linktype)) {
		d->err = dump_prepare(d, p->linktype, d->snaplen);
		if (d->err)
			return false;
	}
	if (d->now->run && !kern_filter_run(d->now->run, p->data, p->caplen, p->len, NULL))
		return true;
	return d->now->never || take(d, p);
}
