/* SPDX-License-Identifier: BSD-2-Clause */
/* -w: the output of `onebpf dump`, and when the next file begins.
 *
 * A file is complete when it is larger than -C, or when a packet is -G seconds
 * younger than its beginning; then -z's command gets it. Time is that of the
 * packets, except for the beginning of a live capture. */
#include "tool/dump.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum { NAME_MAX_BYTES = 4096 };

/* ---- usage ---- */

/* Millions of bytes, or with a letter KiB, MiB, GiB, as newer tcpdumps have it. */
static struct ob_err *read_size(const char *text, u64 *ret)
{
	static const struct {
		const char *suffix;
		u64 unit;
	} units[] = {
		{"", 1000000},  {"k", 1 << 10}, {"K", 1 << 10}, {"m", 1 << 20},
		{"M", 1 << 20}, {"g", 1 << 30}, {"G", 1 << 30},
	};
	char *end;

	errno = 0;
	u64 n = strtoull(text, &end, 10);
	for (u32 i = 0; *text >= '0' && *text <= '9' && i < LEN(units); i++)
		if (!strcmp(end, units[i].suffix) && n && !errno &&
		    n <= INT64_MAX / units[i].unit) {
			*ret = n * units[i].unit;
			return NULL;
		}
	return err_hint(err_new(OB_SYNTAX, "option -C needs a size, not \"%s\"", text),
			"as 10 (millions of bytes), 500K, 10M, 2G");
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

static struct ob_err *misplaced(const struct dump_cmd *c)
{
	bool turns = c->size || c->seconds;

	if (!c->write && (turns || c->pcapng || c->comment.n))
		return err_new(OB_SYNTAX, "option %s needs -w FILE",
			       c->size      ? "-C"
			       : c->seconds ? "-G"
			       : c->pcapng  ? "--pcapng"
					    : "--comment");
	if (!turns && (c->files || c->command))
		return err_new(OB_SYNTAX, "option %s needs -C or -G", c->files ? "-W" : "-z");
	if (turns && !strcmp(c->write, "-"))
		return err_new(OB_SYNTAX, "option %s needs files with names, not -w -",
			       c->size ? "-C" : "-G");
	return NULL;
}

struct ob_err *dump_write_usage(struct dump *d)
{
	const struct dump_cmd *c = d->cmd;
	struct dump_file *f = &d->file;

	struct ob_err *err = misplaced(c);
	if (!err && c->seconds && !strchr(c->write, '%'))
		fprintf(stderr,
			"onebpf dump: each file of -G replaces the one before: %s has no "
			"time in it, as %%F-%%T\n",
			c->write);
	if (!err && c->size)
		err = read_size(c->size, &f->size);
	if (err || !c->write)
		return err;
	f->pcapng = c->pcapng || ends_with(c->write, ".pcapng") || ends_with(c->write, ".ntar");
	if (c->comment.n && !f->pcapng)
		return err_hint(err_new(OB_SYNTAX, "option --comment needs a pcapng file"),
				"--pcapng, or a name that ends with .pcapng");
	for (u32 i = 0; i < c->comment.n; i++)
		pkt_option_text(&f->section, PKT_COMMENT, c->comment.v[i]);
	return f->section.oom ? err_nomem() : NULL;
}

/* ---- names ---- */

/* As many figures as the largest number has, with -W. */
static int figures(u64 files)
{
	int n = 0;

	for (u64 x = files ? files - 1 : 0; x; x /= 10)
		n++;
	return n;
}

static struct ob_err *find_name(struct dump *d)
{
	const struct dump_cmd *c = d->cmd;
	struct dump_file *f = &d->file;
	time_t since = (time_t)f->since;
	char text[NAME_MAX_BYTES];
	struct tm tm;

	buf_clear(&f->name);
	if (!c->seconds)
		buf_puts(&f->name, c->write);
	else if (localtime_r(&since, &tm) && strftime(text, sizeof(text), c->write, &tm))
		buf_puts(&f->name, text);
	else
		return err_new(OB_RANGE, "no name for a file can be made of \"%s\"", c->write);
	int n = figures(c->files);
	if (f->size && (f->nr || n))
		buf_printf(&f->name, "%0*llu", n, (unsigned long long)f->nr);
	return f->name.oom ? err_nomem() : NULL;
}

/* ---- a file ---- */

static struct ob_err *open_file(struct dump *d)
{
	const struct dump_cmd *c = d->cmd;
	struct dump_file *f = &d->file;
	const struct pkt_iface *i = f->iface ? f->iface : pkt_iface(f->from, 0);
	struct pkt_writer_opts o = {
		.linktype = (d->forced ? d->type : i->linktype) | i->ext,
		.snaplen = f->pcapng ? d->snaplen : MIN(i->snaplen, d->snaplen),
		.nano = dump_nano(c),
		.micro = c->micro || c->precision == 1,
		.forced = d->forced,
		.pcapng = f->pcapng,
		.unbuffered = c->unbuffered,
		.section = {(const u8 *)f->section.p, f->section.n},
		.from = f->from,
	};
	struct ob_err *err = find_name(d);

	if (!err)
		err = pkt_create(f->name.p, &o, &f->writer);
	for (u32 n = 0; !err && f->pcapng && f->iface && n < f->ifaces; n++)
		err = pkt_write_iface(f->writer, &f->iface[n]);
	return err;
}

static struct ob_err *write_stats(struct dump_file *f)
{
	struct ob_err *err = NULL;

	for (u32 n = 0; !err && f->pcapng && f->stats && n < f->ifaces; n++) {
		struct pkt_stats s;

		f->stats(f->arg, n, &s);
		err = pkt_write_stats(f->writer, n, &s);
	}
	return err;
}

struct ob_err *dump_complete(struct dump *d)
{
	struct dump_file *f = &d->file;

	if (!f->writer)
		return NULL;
	struct ob_err *err = d->err ? NULL : write_stats(f);
	struct ob_err *last = pkt_finish(f->writer);
	f->writer = NULL;
	if (err && last)
		return err_add(err, last);
	if (!err && !last && d->cmd->command)
		return helper_command(d->cmd, f->name.p);
	return err ? err : last;
}

struct ob_err *dump_create_live(struct dump *d, const struct pkt_iface *iface, u32 n)
{
	d->file.iface = iface;
	d->file.ifaces = n;
	d->file.since = (u64)time(NULL);
	return d->cmd->write ? open_file(d) : NULL;
}

/* With -G its name depends on the first packet. */
struct ob_err *dump_create(struct dump *d, const struct pkt_reader *from)
{
	d->file.from = from;
	return d->file.writer || !d->cmd->write || d->cmd->seconds ? NULL : open_file(d);
}

int dump_made(const struct dump *d)
{
	bool made;
	int fd = d->file.writer ? pkt_writer_fd(d->file.writer, &made) : -1;

	return fd >= 0 && made ? fd : -1;
}

void dump_write_free(struct dump *d)
{
	buf_deinit(&d->file.name);
	buf_deinit(&d->file.section);
}

/* ---- the next file ---- */

static struct ob_err *next_interval(struct dump *d, u64 now)
{
	const struct dump_cmd *c = d->cmd;
	struct dump_file *f = &d->file;

	if (f->writer && (now < f->since || now - f->since < c->seconds))
		return NULL;
	bool last = f->writer && c->files && !f->size && ++f->intervals == c->files;
	struct ob_err *err = dump_complete(d);
	if (!err && last) {
		fprintf(stderr, "Maximum file limit reached: %llu\n", (unsigned long long)c->files);
		d->enough = true;
	}
	if (err || last)
		return err;
	f->since = now;
	f->nr = 0;
	return open_file(d);
}

static struct ob_err *next_number(struct dump *d)
{
	struct dump_file *f = &d->file;
	struct ob_err *err = dump_complete(d);

	f->nr++;
	if (d->cmd->files && f->nr >= d->cmd->files)
		f->nr = 0;
	return err ? err : open_file(d);
}

struct ob_err *dump_put(struct dump *d, const struct pkt *p)
{
	struct dump_file *f = &d->file;
	struct ob_err *err = NULL;

	if (d->cmd->seconds)
		err = next_interval(d, p->ns / 1000000000);
	if (!err && !d->enough && f->size && pkt_writer_size(f->writer) > f->size)
		err = next_number(d);
	if (!err && !d->enough && f->pcapng && f->from)
		err = pkt_write_like(f->writer, f->from);
	return err || d->enough ? err : pkt_write(f->writer, p);
}
