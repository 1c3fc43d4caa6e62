/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes pcapng, little-endian: a section, its interfaces, packets, statistics. */
#include "pkt/priv.h"

#include <stdlib.h>
#include <sys/utsname.h>

enum { SECTION = 0x0a0d0d0a, INTERFACE = 1, STATISTICS = 5, PACKET = 6 };
enum { FRAME = 12, PACKET_HEADER = 28, MAX_IFACES = 65536 };
enum { TSRESOL = 9 };

static size_t record_ng(const struct pkt_writer *w, const u8 *p, size_t n, bool *packet)
{
	(void)w;
	if (n < FRAME || n < get_le32(p + 4))
		return 0;
	*packet = get_le32(p) == PACKET;
	return get_le32(p + 4);
}

/* ---- a block: its fixed part, then options ---- */

static void put32(struct buf *b, u32 v) { buf_add(b, &v, 4); }

static struct buf *block_begin(struct pkt_writer *w, u32 type)
{
	struct buf *b = &w->ng.block;

	buf_clear(b);
	put32(b, type);
	put32(b, 0);
	return b;
}

static struct ob_err *block_end(struct pkt_writer *w)
{
	struct buf *b = &w->ng.block;
	struct ob_err *err;

	put32(b, 0); /* the end of options */
	put32(b, (u32)b->n + 4);
	if (b->oom)
		return err_nomem();
	put_le32((u8 *)b->p + 4, (u32)b->n);
	u8 *to = writer_room(w, b->n, &err);
	if (err)
		return err;
	memcpy(to, b->p, b->n);
	return writer_done(w, b->n);
}

/* ---- sections ---- */

/* Where packets are captured, unless they come out of a file; and who writes. */
static void own_options(struct buf *to, bool here)
{
	struct utsname u;
	char text[256];

	if (here && !uname(&u)) {
		pkt_option_text(to, PKT_HARDWARE, u.machine);
		snprintf(text, sizeof(text), "%s %s", u.sysname, u.release);
		pkt_option_text(to, PKT_OS, text);
	}
	pkt_option_text(to, PKT_APPLICATION, "onebpf " OB_VERSION);
}

static struct ob_err *section(struct pkt_writer *w, struct bytes options, bool here)
{
	struct buf *b = block_begin(w, SECTION);
	struct bytes added = {(const u8 *)w->ng.options.p, w->ng.options.n}, rest = options;
	struct option o;
	const char *why;

	put32(b, 0x1a2b3c4d);
	put32(b, 1); /* version 1.0 */
	put32(b, ~0u);
	put32(b, ~0u); /* of a length not told */
	while (option_next(&rest, &o, &why))
		if (o.code != PKT_APPLICATION)
			pkt_option(b, o.code, o.value.p, o.value.n);
	own_options(b, here);
	buf_add(b, added.p, added.n);
	w->ng.ifaces = 0;
	return block_end(w);
}

static struct ob_err *begin_ng(struct pkt_writer *w, const struct pkt_writer_opts *o)
{
	buf_add(&w->ng.options, o->section.p, o->section.n);
	return o->from ? pkt_write_like(w, o->from) : section(w, (struct bytes){0}, true);
}

/* ---- interfaces ---- */

/* The exponent of ten of its units, where packets' nanoseconds can have them. */
static u8 resolution(const struct pkt_writer *w, const struct pkt_iface *i, u64 *units)
{
	u64 want = w->nano ? 1000000000 : w->micro ? 1000000 : i->units;
	u8 n = 0;

	for (*units = 1; n < 9 && *units != want; n++)
		*units *= 10;
	return n;
}

static struct ob_err *remember(struct pkt_writer *w, u32 linktype, u64 units)
{
	u32 n = w->ng.ifaces;

	if (n == MAX_IFACES)
		return err_at_file(err_new(OB_RANGE, "more than %u interfaces", MAX_IFACES),
				   writer_shown(w));
	if (n == w->ng.cap) {
		u32 cap = n ? 2 * n : 4;
		u64 *a = realloc(w->ng.units, cap * sizeof(*a));

		w->ng.units = a ? a : w->ng.units;
		u32 *b = realloc(w->ng.linktype, cap * sizeof(*b));
		w->ng.linktype = b ? b : w->ng.linktype;
		if (!a || !b)
			return err_nomem();
		w->ng.cap = cap;
	}
	w->ng.units[n] = units;
	w->ng.linktype[n] = linktype;
	w->ng.ifaces++;
	return NULL;
}

struct ob_err *pkt_write_iface(struct pkt_writer *w, const struct pkt_iface *i)
{
	u32 linktype = w->forced ? w->linktype & LINKTYPE_MAX : i->linktype;
	struct buf *b = block_begin(w, INTERFACE);
	u64 units;
	u8 exponent = resolution(w, i, &units);

	if (linktype > UINT16_MAX)
		return err_at_file(
			err_new(OB_RANGE, "link type %u does not fit into pcapng", linktype),
			writer_shown(w));
	put32(b, linktype);
	put32(b, MIN(i->snaplen, w->snaplen));
	if (exponent != 6)
		pkt_option(b, TSRESOL, &exponent, 1);
	buf_add(b, i->options.p, i->options.n);
	struct ob_err *err = remember(w, linktype, units);
	return err ? err : block_end(w);
}

struct ob_err *pkt_write_like(struct pkt_writer *w, const struct pkt_reader *r)
{
	struct ob_err *err = NULL;

	if (w->ng.section != r->section) {
		w->ng.section = r->section;
		err = section(w, r->options, false);
	}
	while (!err && w->ng.ifaces < r->niface)
		err = pkt_write_iface(w, &r->iface[w->ng.ifaces]);
	return err;
}

static struct ob_err *only_iface(struct pkt_writer *w)
{
	struct pkt_iface i = {
		.linktype = w->linktype & LINKTYPE_MAX,
		.snaplen = w->snaplen,
		.units = 1000000,
	};
	return pkt_write_iface(w, &i);
}

/* ---- packets ---- */

static struct ob_err *refuse(const struct pkt_writer *w, const struct pkt *p)
{
	struct ob_err *err;

	if (p->iface >= w->ng.ifaces)
		err = err_new(OB_UNSUPPORTED, "packet %llu is of interface %u, but the file has %u",
			      (unsigned long long)p->nr, p->iface, w->ng.ifaces);
	else
		err = err_new(OB_UNSUPPORTED,
			      "packet %llu has link type %u, but its interface has %u",
			      (unsigned long long)p->nr, p->linktype, w->ng.linktype[p->iface]);
	return err_at_file(err, writer_shown(w));
}

static u64 in_units(u64 ns, u64 units) { return ns / (1000000000 / units); }

static void put_time(u8 *to, u64 t)
{
	put_le32(to, (u32)(t >> 32));
	put_le32(to + 4, (u32)t);
}

/*   0 type  4 length  8 interface  12 time, high word first  20 caplen  24 len
 *  28 data, zeros, options, their end  length-4 length */
static struct ob_err *packet_ng(struct pkt_writer *w, const struct pkt *p, u32 caplen)
{
	struct ob_err *err = w->ng.ifaces ? NULL : only_iface(w);
	size_t data = (caplen + 3u) & ~(size_t)3;
	size_t options = p->options.n ? p->options.n + 4 : 0;
	size_t n = PACKET_HEADER + data + options + 4;

	if (err)
		return err;
	if (unlikely(p->iface >= w->ng.ifaces || p->linktype != w->ng.linktype[p->iface]))
		return refuse(w, p);
	u8 *h = writer_room(w, n, &err);
	if (unlikely(err))
		return err;
	put_le32(h, PACKET);
	put_le32(h + 4, (u32)n);
	put_le32(h + 8, p->iface);
	put_time(h + 12, in_units(p->ns, w->ng.units[p->iface]));
	put_le32(h + 20, caplen);
	put_le32(h + 24, p->len);
	memset(h + PACKET_HEADER + data - (data ? 4 : 0), 0, data ? 4 : 0);
	memcpy(h + PACKET_HEADER, p->data, caplen);
	if (options) {
		memcpy(h + PACKET_HEADER + data, p->options.p, p->options.n);
		memset(h + n - 8, 0, 4);
	}
	put_le32(h + n - 4, (u32)n);
	return writer_done(w, n);
}

/* ---- statistics ---- */

static void count(struct buf *to, u16 code, u64 n)
{
	if (n != UINT64_MAX)
		pkt_option(to, code, &n, 8);
}

struct ob_err *pkt_write_stats(struct pkt_writer *w, u32 iface, const struct pkt_stats *s)
{
	struct buf *b;
	u8 at[8], end[8];

	struct ob_err *err = w->ng.ifaces ? NULL : only_iface(w);
	if (err || iface >= w->ng.ifaces)
		return err;
	b = block_begin(w, STATISTICS);
	put_time(end, in_units(s->end, w->ng.units[iface]));
	put_time(at, in_units(s->start, w->ng.units[iface]));
	put32(b, iface);
	buf_add(b, end, 8);
	pkt_option(b, 2, at, 8);
	pkt_option(b, 3, end, 8);
	count(b, 4, s->received);
	count(b, 5, s->missed);
	count(b, 6, s->accepted);
	count(b, 7, s->dropped);
	count(b, 8, s->delivered);
	return block_end(w);
}

const struct writing writing_ng = {begin_ng, record_ng, packet_ng};
