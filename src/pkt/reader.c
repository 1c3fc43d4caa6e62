/* SPDX-License-Identifier: BSD-2-Clause */
/* A capture of any format: opened by its first bytes, read packet by packet. */
#include "pkt/priv.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static const struct format *const formats[] = {&format_pcap, &format_pcapng};

u32 pkt_max_snaplen(u32 linktype)
{
	switch (linktype) {
	case 231: /* D-Bus */
		return 128 << 20;
	case 279: /* EBHSCR */
		return 8 << 20;
	case 249: /* USBPcap */
		return 1 << 20;
	default:
		return 256 << 10;
	}
}

struct pkt_iface *reader_add_iface(struct pkt_reader *r)
{
	if (r->niface == r->iface_cap) {
		u32 cap = r->iface_cap ? r->iface_cap * 2 : 1;
		struct pkt_iface *v = realloc(r->iface, cap * sizeof(*v));
		if (!v)
			return NULL;
		r->iface = v;
		r->iface_cap = cap;
	}
	struct pkt_iface *i = &r->iface[r->niface++];
	*i = (struct pkt_iface){.units = 1000000};
	return i;
}

void reader_section(struct pkt_reader *r)
{
	static _Atomic u64 sections;

	r->niface = 0;
	r->section = atomic_fetch_add(&sections, 1) + 1;
	r->options = (struct bytes){0};
	arena_clear(&r->kept);
}

static struct ob_err *place(const struct pkt_reader *r, struct ob_err *err, u64 off)
{
	err_at_byte(err, r->in.name, off);
	if (r->in.unpacker)
		err_note(err, "counted in what %s unpacks", r->in.unpacker->name);
	return err;
}

struct ob_err *damage(const struct pkt_reader *r, u64 off, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	struct ob_err *err = err_newv(OB_FORMAT, fmt, ap);
	va_end(ap);
	return place(r, err, off);
}

enum pkt_status damaged(struct pkt_reader *r, struct ob_err *err)
{
	r->err = err;
	return PKT_ERR;
}

struct ob_err *cut(struct pkt_reader *r, u64 n, const char *what)
{
	struct ob_err *err = r->in.err;

	r->in.err = NULL;
	if (err)
		return err;
	err = err_new(OB_CUT, "the file ends early: %s of %llu bytes has only %zu", what,
		      (unsigned long long)n, input_left(&r->in));
	return place(r, err, input_off(&r->in));
}

/* What people try by mistake. */
static const struct {
	u8 n;
	char magic[8];
	const char *what;
} others[] = {
	{6, {(char)0xfd, '7', 'z', 'X', 'Z', 0}, "an xz-packed file; unpack it first"},
	{3, {'B', 'Z', 'h'}, "a bzip2-packed file; unpack it first"},
	{4, {0x04, 0x22, 0x4d, 0x18}, "an lz4-packed file; unpack it first"},
	{4, {'P', 'K', 3, 4}, "a zip archive; unpack it first"},
	{8, {'s', 'n', 'o', 'o', 'p', 0, 0, 0}, "a snoop capture"},
	{4, {'G', 'M', 'B', 'U'}, "a Network Monitor capture"},
	{4, {0x7f, 'E', 'L', 'F'}, "an ELF file"},
};

static struct ob_err *unknown(struct pkt_reader *r)
{
	const u8 *p = r->in.p;

	input_need(&r->in, 8);
	p = r->in.p;
	for (size_t i = 0; i < LEN(others); i++)
		if (input_left(&r->in) >= others[i].n && !memcmp(p, others[i].magic, others[i].n))
			return damage(r, 0, "not a pcap or pcapng file but %s", others[i].what);
	return damage(r, 0, "not a pcap or pcapng file: begins with %02x %02x %02x %02x", p[0],
		      p[1], p[2], p[3]);
}

static struct ob_err *open_format(struct pkt_reader *r)
{
	if (!input_need(&r->in, 4)) {
		if (r->in.err || input_left(&r->in))
			return cut(r, 4, "the first word");
		return place(r, err_new(OB_CUT, "the file is empty"), 0);
	}
	for (size_t i = 0; i < LEN(formats); i++)
		if (formats[i]->is(r->in.p)) {
			r->format = formats[i];
			r->next = formats[i]->next;
			return formats[i]->open(r);
		}
	return unknown(r);
}

static struct pkt_reader *reader_create(const char *name)
{
	struct pkt_reader *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->in.fd = -1;
	arena_init(&r->kept);
	r->name = strdup(name);
	r->in.name = strcmp(name, "-") ? r->name : "standard input";
	if (r->name)
		return r;
	free(r);
	return NULL;
}

static struct ob_err *finish_open(struct pkt_reader *r, struct ob_err *err, struct pkt_reader **ret)
{
	if (!err)
		err = open_format(r);
	if (err)
		pkt_close(r);
	else
		*ret = r;
	return err;
}

struct ob_err *pkt_open(const char *path, const struct pkt_reader_opts *opts,
			struct pkt_reader **ret)
{
	struct pkt_reader *r = reader_create(path);

	if (!r)
		return err_nomem();
	if (opts)
		r->in.opts = *opts;
	return finish_open(r, input_open(&r->in, path), ret);
}

struct ob_err *pkt_open_bytes(const char *name, struct bytes file, struct pkt_reader **ret)
{
	struct pkt_reader *r = reader_create(name);

	if (!r)
		return err_nomem();
	return finish_open(r, input_open_bytes(&r->in, file), ret);
}

void pkt_close(struct pkt_reader *r)
{
	if (!r)
		return;
	input_close(&r->in);
	ob_err_destroy(r->err);
	arena_deinit(&r->kept);
	free(r->iface);
	free(r->name);
	free(r);
}

static enum pkt_status next_none(struct pkt_reader *r, struct pkt *ret)
{
	(void)r;
	(void)ret;
	return PKT_EOF;
}

enum pkt_status pkt_next(struct pkt_reader *r, struct pkt *ret)
{
	enum pkt_status status = r->next(r, ret);

	if (unlikely(status != PKT_OK))
		r->next = next_none;
	return status;
}

struct ob_err *pkt_reader_err(struct pkt_reader *r)
{
	struct ob_err *err = r->err;

	r->err = NULL;
	return err;
}

const struct pkt_iface *pkt_iface(const struct pkt_reader *r, u32 i)
{
	return i < r->niface ? &r->iface[i] : NULL;
}

const char *pkt_reader_name(const struct pkt_reader *r) { return r->name; }

struct bytes pkt_section(const struct pkt_reader *r) { return r->options; }
