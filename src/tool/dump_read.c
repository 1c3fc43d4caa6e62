/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets from files: -r FILE, -V LIST. */
#include "tap/tap.h"
#include "tool/dump.h"

#include <errno.h>

/* Called before a pipe is waited for: nothing stays in our buffers then. */
static bool idle(void *arg)
{
	struct dump *d = arg;

	return dump_heed(d) && dump_flush(d);
}

static void banner(const struct pkt_reader *r)
{
	const struct pkt_iface *i = pkt_iface(r, 0);
	const char *name = pkt_reader_name(r);
	char text[128];

	fprintf(stderr, "reading from file %s, link-type %s, snapshot length %u\n", name,
		dump_link_text(i->linktype, text), i->snaplen);
}

/* What must be known to be right before the output is made. */
static struct ob_err *begin(struct dump *d, const struct pkt_reader *r)
{
	const struct pkt_iface *i = pkt_iface(r, 0);
	const char *user = NULL;
	bool first = !d->now;

	struct ob_err *err =
		dump_prepare(d, d->forced ? d->type : i->linktype, MIN(i->snaplen, d->snaplen));
	if (!err && d->cmd->write)
		err = dump_create(d, r);
	if (!err && first && d->cmd->user)
		err = tap_drop_rights(d->cmd->user, dump_made(d), &user);
	return err || !first ? err : dump_confine(d);
}

/* Of the packets that are in memory, when all that is wanted is their number.
 * False: enough. */
static bool count_block(struct dump *d, struct pkt_reader *r)
{
	u64 skip = d->cmd->skip, most = d->cmd->count ? d->cmd->count : UINT64_MAX;
	u64 n = 0, matched = d->matched, last = most > UINT64_MAX - skip ? UINT64_MAX : skip + most;
	const struct kern_filter *f = d->now->run;
	struct pkt_block b;
	u32 caplen, len;
	const u8 *data;

	if (d->now->never || !pkt_block_begin(r, &b))
		return true;
	while (matched < last && (data = pkt_block_next(&b, &caplen, &len))) {
		matched += !f || kern_filter_run(f, data, caplen, len, NULL);
		n++;
	}
	pkt_block_end(r, &b, n);
	d->matched = matched;
	d->taken = matched > skip ? matched - skip : 0;
	return matched < last;
}

static struct ob_err *read_all(struct dump *d, struct pkt_reader *r)
{
	bool only_count = !d->cmd->write && !d->printer;
	enum pkt_status s;
	struct pkt p;

	while ((s = pkt_next(r, &p)) == PKT_OK) {
		if (!dump_packet(d, &p))
			return d->err;
		if (unlikely(dump_signals.stop | dump_signals.count | dump_signals.flush) &&
		    !dump_heed(d))
			return d->err;
		if (only_count && !count_block(d, r))
			return d->err;
	}
	/* First what came before the damage. */
	if (s == PKT_ERR && dump_flush(d))
		return pkt_reader_err(r);
	return d->err;
}

static struct ob_err *read_file(struct dump *d, const char *path)
{
	struct pkt_reader_opts o = {.wait = idle, .arg = d, .follow = d->cmd->follow};
	struct pkt_reader *r;

	struct ob_err *err = pkt_open(path, &o, &r);
	if (err && dump_signals.stop) { /* while it waited for the beginning */
		ob_err_destroy(err);
		return NULL;
	}
	if (err)
		return err;
	banner(r);
	err = begin(d, r);
	if (!err)
		err = read_all(d, r);
	d->file.from = NULL;
	pkt_close(r);
	return err;
}

static bool enough(const struct dump *d)
{
	return dump_signals.stop || d->enough || (d->cmd->count && d->taken == d->cmd->count);
}

static struct ob_err *read_list(struct dump *d)
{
	struct buf text = {0};
	u32 files = 0;

	struct ob_err *err = expr_read(d->cmd->list, 16 << 20, &text);
	for (char *s = text.p, *next; !err && s && *s && !enough(d); s = next) {
		next = s + strcspn(s, "\n");
		if (*next)
			*next++ = 0;
		if (!*s)
			continue;
		err = read_file(d, s);
		files++;
	}
	if (!err && !files && !enough(d))
		err = err_at_file(err_new(OB_FORMAT, "names no file to read"), d->cmd->list);
	buf_deinit(&text);
	return err;
}

struct ob_err *dump_files(struct dump *d)
{
	return d->cmd->list ? read_list(d) : read_file(d, d->cmd->read);
}
