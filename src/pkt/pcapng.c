/* SPDX-License-Identifier: BSD-2-Clause */
/* The pcapng format: sections of blocks, each in the byte order of the
 * machine that wrote it (draft-ietf-opsawg-pcapng):
 *
 *   0 type  4 length of the whole block  8 body, options  length-4 length
 */
#include "pkt/priv.h"

enum {
	SECTION = 0x0a0d0d0a, /* reads the same in both orders */
	INTERFACE = 1,
	OLD_PACKET = 2,
	SIMPLE_PACKET = 3,
	PACKET = 6,
};

enum { FRAME = 12 }; /* type, length, length */
enum { ORDER = 0x1a2b3c4d };
enum { MAX_BLOCK = 16 << 20, MAX_OPTIONS = 128 << 10, MAX_IFACES = 65536 };
enum { MAX_KEPT = 1 << 20 }; /* bytes of options that are kept of a section */
enum { TSRESOL = 9, TSOFFSET = 14 };

struct block {
	u32 type;
	u64 off; /* in the file */
	struct bytes body;
};

static bool is_pcapng(const u8 magic[4]) { return get_le32(magic) == SECTION; }

/* A section tells its byte order in the word after its length. */
static struct ob_err *order(struct pkt_reader *r)
{
	const u8 *p = r->in.p + 8;

	if (get_le32(p) != ORDER && get_be32(p) != ORDER)
		return damage(r, input_off(&r->in) + 8,
			      "a section begins with byte order %02x %02x %02x %02x, not 1a 2b 3c "
			      "4d or its reverse",
			      p[0], p[1], p[2], p[3]);
	r->big = get_be32(p) == ORDER;
	return NULL;
}

static struct ob_err *check_length(const struct pkt_reader *r, u32 n)
{
	u64 off = input_off(&r->in) + 4;

	if (n < FRAME || n % 4)
		return damage(r, off, "a block has length %u: not a multiple of 4, at least %u", n,
			      FRAME);
	if (n > r->max_block)
		return damage(r, off, "a block has length %u; at most %u is allowed", n,
			      r->max_block);
	return NULL;
}

/* The next block, whole and framed by equal lengths. */
static struct ob_err *read_block(struct pkt_reader *r, struct block *ret)
{
	struct input *in = &r->in;
	struct ob_err *err;

	if (unlikely(!input_need(in, FRAME)))
		return cut(r, FRAME, "a block");
	u32 type = get32(r, in->p);
	if (unlikely(type == SECTION)) {
		err = order(r);
		if (err)
			return err;
	}
	u32 n = get32(r, in->p + 4);
	err = check_length(r, n);
	if (unlikely(err))
		return err;
	if (unlikely(!input_need(in, n)))
		return cut(r, n, "a block");
	u32 again = get32(r, in->p + n - 4);
	if (unlikely(again != n))
		return damage(r, input_off(in) + n - 4,
			      "a block has length %u at its start and %u at its end", n, again);
	*ret = (struct block){type, input_off(in), {in->p + 8, n - FRAME}};
	in->p += n;
	return NULL;
}

static struct ob_err *short_block(const struct pkt_reader *r, const struct block *b, u32 want)
{
	return damage(r, b->off, "a block of type %u has %llu bytes; at least %u are needed",
		      b->type, (unsigned long long)b->body.n + FRAME, want + FRAME);
}

/* The options of a block from `at` on, as a little-endian file has them. */
static struct bytes little(struct pkt_reader *r, enum option_block kind, struct bytes options)
{
	if (unlikely(r->big))
		options_turn(kind, r->in.buf + (options.p - r->in.buf), options.n);
	return options;
}

/* Of options, those that a writer may take, into memory that lives as long as
 * the section. What is too much is left out. */
static void keep(struct pkt_reader *r, struct bytes from, struct bytes *ret)
{
	struct option o;
	const char *why;
	struct buf all = {0};

	*ret = (struct bytes){0};
	while (option_next(&from, &o, &why))
		if (o.code != TSRESOL && o.code != TSOFFSET)
			pkt_option(&all, o.code, o.value.p, o.value.n);
	u8 *p = NULL;
	if (all.n && !all.oom && r->kept.held + all.n <= MAX_KEPT)
		p = arena_dup(&r->kept, all.p, all.n);
	if (p)
		*ret = (struct bytes){p, all.n};
	buf_deinit(&all);
}

static struct ob_err *section(struct pkt_reader *r, const struct block *b)
{
	if (!bytes_has(b->body, 0, 16))
		return short_block(r, b, 16);
	u16 major = get16(r, b->body.p + 4);
	if (major != 1)
		return damage(r, b->off + 12, "pcapng version %u.%u is not known: 1.0 is", major,
			      get16(r, b->body.p + 6));
	reader_section(r);
	keep(r, little(r, OPTIONS_SECTION, bytes_part(b->body, 16, b->body.n)), &r->options);
	return NULL;
}

/* ---- interfaces ---- */

static bool resolution(struct pkt_iface *i, u8 v)
{
	u32 n = v & 0x7f;

	if (n > (v & 0x80 ? 63 : 19))
		return false;
	i->units = 1;
	while (n--)
		i->units *= v & 0x80 ? 2 : 10;
	return true;
}

/* A name goes to terminals: no control characters. */
static void copy_name(struct pkt_iface *i, struct bytes v)
{
	size_t n = MIN(v.n, sizeof(i->name) - 1);

	for (size_t j = 0; j < n; j++)
		i->name[j] = v.p[j] < ' ' || v.p[j] == 127 ? '?' : (char)v.p[j];
	while (n && v.p[n - 1] == 0)
		n--;
	i->name[n] = 0;
}

static const char *option(struct pkt_iface *i, u16 code, struct bytes v)
{
	switch (code) {
	case PKT_NAME:
		copy_name(i, v);
		break;
	case TSRESOL:
		if (v.n != 1 || !resolution(i, v.p[0]))
			return "a time resolution that is not one byte, 10^-0 to 10^-19 or 2^-0 to "
			       "2^-63";
		break;
	case TSOFFSET:
		if (v.n != 8)
			return "a time offset that is not 8 bytes";
		i->offset = (s64)get_le64(v.p);
		break;
	}
	return NULL;
}

static const char *options(struct pkt_iface *i, struct bytes b)
{
	const char *why = NULL;
	struct option o;

	while (!why && option_next(&b, &o, &why))
		why = option(i, o.code, o.value);
	return why;
}

static struct ob_err *interface(struct pkt_reader *r, const struct block *b)
{
	if (!bytes_has(b->body, 0, 8))
		return short_block(r, b, 8);
	if (r->niface == MAX_IFACES)
		return damage(r, b->off, "a section has more than %u interfaces", MAX_IFACES);
	struct pkt_iface *i = reader_add_iface(r);
	if (!i)
		return err_nomem();
	i->linktype = get16(r, b->body.p);
	u32 max = pkt_max_snaplen(i->linktype);
	i->snaplen = get32(r, b->body.p + 4);
	if (!i->snaplen || i->snaplen > INT32_MAX)
		i->snaplen = max;
	r->max_block = MAX(r->max_block, max + MAX_OPTIONS);
	struct bytes all = little(r, OPTIONS_IFACE, bytes_part(b->body, 8, b->body.n));
	const char *why = options(i, all);
	if (!why)
		keep(r, all, &i->options);
	return why ? damage(r, b->off, "interface %u has %s", r->niface - 1, why) : NULL;
}

/* ---- packets ---- */

static u64 to_ns(const struct pkt_iface *i, u64 t)
{
	const u64 giga = 1000000000;
	u64 sec = t / i->units, frac = t % i->units;
	u64 ns = likely(i->units <= UINT64_MAX / giga)
			 ? frac * giga / i->units
			 : (u64)((unsigned __int128)frac * giga / i->units);
	__int128 all = ((__int128)sec + i->offset) * giga + ns;

	return all < 0 ? 0 : all > UINT64_MAX ? UINT64_MAX : (u64)all;
}

struct record { /* a packet block of any kind, without its frame */
	u32 iface, caplen, len;
	u64 time;
	bool simple;       /* without options */
	struct bytes rest; /* its data, then options */
};

static const struct pkt_iface *find_iface(const struct pkt_reader *r, u32 n)
{
	return n < r->niface ? &r->iface[n] : NULL;
}

/* None when they are damaged: the packet before them is not. */
static struct bytes packet_options(struct pkt_reader *r, const struct record *rec)
{
	struct bytes b = bytes_part(rec->rest, (rec->caplen + 3ull) & ~3ull, rec->rest.n);
	const char *why = NULL;
	struct option o;

	if (likely(!b.n) || rec->simple)
		return (struct bytes){0};
	struct bytes at = b = little(r, OPTIONS_PACKET, b);
	while (option_next(&at, &o, &why))
		;
	return why ? (struct bytes){0} : bytes_part(b, 0, (u64)(at.p - b.p));
}

static struct ob_err *give(struct pkt_reader *r, const struct block *b, const struct record *rec,
			   struct pkt *ret)
{
	const struct pkt_iface *i = find_iface(r, rec->iface);
	unsigned long long nr = r->nr + 1;

	if (unlikely(!i))
		return damage(r, b->off, "packet %llu is of interface %u, but the section has %u",
			      nr, rec->iface, r->niface);
	if (unlikely(rec->caplen > rec->rest.n))
		return damage(r, b->off,
			      "packet %llu has %u captured bytes, but its block has room for %llu",
			      nr, rec->caplen, (unsigned long long)rec->rest.n);
	ret->data = rec->rest.p;
	ret->caplen = MIN(rec->caplen, i->snaplen);
	ret->len = rec->len;
	ret->ns = to_ns(i, rec->time);
	ret->nr = ++r->nr;
	ret->linktype = i->linktype;
	ret->iface = rec->iface;
	ret->options = packet_options(r, rec);
	turn_headers(r, ret);
	return NULL;
}

/*   0 interface  4 time, high word first  12 caplen  16 len  20 data
 * and in the old block a drop count in the upper half of the interface. */
static struct ob_err *packet(struct pkt_reader *r, const struct block *b, struct pkt *ret)
{
	const u8 *p = b->body.p;

	if (unlikely(!bytes_has(b->body, 0, 20)))
		return short_block(r, b, 20);
	struct record rec = {
		.iface = b->type == PACKET ? get32(r, p) : get16(r, p),
		.time = (u64)get32(r, p + 4) << 32 | get32(r, p + 8),
		.caplen = get32(r, p + 12),
		.len = get32(r, p + 16),
		.rest = bytes_part(b->body, 20, b->body.n),
	};
	return give(r, b, &rec, ret);
}

/* Length and data, of the first interface, without a time: what was captured
 * is told by the interface's snaplen only. */
static struct ob_err *simple_packet(struct pkt_reader *r, const struct block *b, struct pkt *ret)
{
	const struct pkt_iface *i = find_iface(r, 0);

	if (!bytes_has(b->body, 0, 4))
		return short_block(r, b, 4);
	u32 len = get32(r, b->body.p);
	struct record rec = {
		.simple = true,
		.len = len,
		.caplen = i ? MIN(len, i->snaplen) : len,
		.rest = bytes_part(b->body, 4, b->body.n),
	};
	return give(r, b, &rec, ret);
}

static bool is_packet(u32 type)
{
	return type == PACKET || type == OLD_PACKET || type == SIMPLE_PACKET;
}

/* What any block but a packet's says. Blocks of other types are skipped. */
static struct ob_err *other_block(struct pkt_reader *r, const struct block *b)
{
	if (b->type == SECTION)
		return section(r, b);
	if (b->type == INTERFACE)
		return interface(r, b);
	return NULL;
}

static bool at_end(struct input *in) { return !input_need(in, 1) && !in->err; }

static enum pkt_status next_pcapng(struct pkt_reader *r, struct pkt *ret)
{
	struct block b;

	for (;;) {
		if (at_end(&r->in))
			return PKT_EOF;
		struct ob_err *err = read_block(r, &b);
		if (unlikely(err)) {
			if (!r->in.stopped)
				return damaged(r, err);
			ob_err_destroy(err);
			return PKT_EOF;
		}
		if (likely(is_packet(b.type))) {
			err = b.type == SIMPLE_PACKET ? simple_packet(r, &b, ret)
						      : packet(r, &b, ret);
			return likely(!err) ? PKT_OK : damaged(r, err);
		}
		err = other_block(r, &b);
		if (err)
			return damaged(r, err);
	}
}

static struct ob_err *open_pcapng(struct pkt_reader *r)
{
	struct block b;
	struct ob_err *err = NULL;

	r->max_block = MAX_BLOCK;
	while (!err && !r->niface) {
		if (at_end(&r->in))
			return damage(r, input_off(&r->in),
				      "no interface is described before the end");
		err = read_block(r, &b);
		if (!err && is_packet(b.type))
			return damage(r, b.off, "a packet comes before any interface is described");
		if (!err)
			err = other_block(r, &b);
	}
	return err;
}

const struct format format_pcapng = {"pcapng", is_pcapng, open_pcapng, next_pcapng};
