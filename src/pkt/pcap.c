/* SPDX-License-Identifier: BSD-2-Clause */
/* The pcap format. The file header, then packets:
 *
 *   0 magic  4 major, minor  8 zone  12 figures  16 snaplen  20 link type
 *   0 seconds  4 fraction  8 caplen  12 len  (16 8 bytes more in one variant)
 *
 * in the byte order of the machine that wrote it. */
#include "pkt/priv.h"

enum {
	MICRO = 0xa1b2c3d4,
	NANO = 0xa1b23c4d,
	PATCHED = 0xa1b2cd34, /* Kuznetzov's: longer packet headers */
};

enum { FILE_HEADER = 24, HEADER = 16, PATCHED_HEADER = 24, COOKED = 14 };

/* The order of caplen and len: it changed with version 2.3, and some files of
 * 2.3 still have the old one. */
enum lengths { AS_NOW, EITHER, AS_BEFORE };

static bool magic_of(const u8 *p, u32 *ret, bool *big)
{
	for (int i = 0; i < 2; i++) {
		u32 v = i ? get_be32(p) : get_le32(p);
		if (v == MICRO || v == NANO || v == PATCHED) {
			*ret = v;
			*big = i;
			return true;
		}
	}
	return false;
}

static bool is_pcap(const u8 magic[4])
{
	u32 v;
	bool big;

	return magic_of(magic, &v, &big);
}

static bool version(struct pkt_reader *r, u16 major, u16 minor)
{
	if (major == 2 && minor <= 4)
		r->pcap.lengths = minor < 3 ? AS_BEFORE : minor == 3 ? EITHER : AS_NOW;
	else if (major == 543 && minor == 0) /* DG/UX */
		r->pcap.lengths = AS_BEFORE;
	else
		return false;
	return true;
}

static struct ob_err *open_pcap(struct pkt_reader *r)
{
	struct input *in = &r->in;
	u32 magic = 0;

	if (!input_need(in, FILE_HEADER))
		return cut(r, FILE_HEADER, "the file header");
	const u8 *h = in->p;
	magic_of(h, &magic, &r->big);
	u16 major = get16(r, h + 4), minor = get16(r, h + 6);
	if (!version(r, major, minor))
		return damage(r, 4, "pcap version %u.%u is not known: 2.0 to 2.4 are", major,
			      minor);
	reader_section(r);
	struct pkt_iface *i = reader_add_iface(r);
	if (!i)
		return err_nomem();
	u32 type = get32(r, h + 20);
	i->linktype = type & LINKTYPE_MAX;
	i->ext = type & ~(u32)LINKTYPE_MAX;
	i->units = magic == NANO ? 1000000000 : 1000000;
	i->snaplen = get32(r, h + 16);
	r->pcap.scale = magic == NANO ? 1 : 1000;
	r->pcap.hdr = magic == PATCHED ? PATCHED_HEADER : HEADER;
	r->pcap.max = pkt_max_snaplen(i->linktype);
	if (!i->snaplen || i->snaplen > INT32_MAX)
		i->snaplen = r->pcap.max;
	else if (magic == PATCHED && i->linktype == 1)
		i->snaplen = MIN(i->snaplen, (u32)INT32_MAX - COOKED) + COOKED;
	in->p += FILE_HEADER;
	return NULL;
}

static bool swapped_lengths(const struct pkt_reader *r, u32 caplen, u32 len)
{
	return r->pcap.lengths == AS_BEFORE || (r->pcap.lengths == EITHER && caplen > len);
}

/* What the quick path of next_pcap leaves out: the end, damage, and more bytes
 * to read. PKT_OK: all of the packet is there now. */
static __attribute__((noinline)) enum pkt_status fetch(struct pkt_reader *r)
{
	struct input *in = &r->in;
	u32 hdr = r->pcap.hdr;

	if (!input_need(in, hdr)) {
		if (!in->err && (!input_left(in) || in->stopped))
			return PKT_EOF;
		return damaged(r, cut(r, hdr, "a packet header"));
	}
	u32 caplen = get32(r, in->p + 8), len = get32(r, in->p + 12);
	if (swapped_lengths(r, caplen, len))
		caplen = len;
	if (caplen > r->pcap.max)
		return damaged(r,
			       damage(r, input_off(in),
				      "packet %llu has %u captured bytes; at most %u are allowed",
				      (unsigned long long)r->nr + 1, caplen, r->pcap.max));
	if (!input_need(in, (size_t)hdr + caplen)) {
		if (in->stopped)
			return PKT_EOF;
		return damaged(r, cut(r, (u64)hdr + caplen, "a packet"));
	}
	return PKT_OK;
}

/* The packet at in->p, if all of it is there. */
static bool whole(const struct pkt_reader *r, u32 *caplen, u32 *len)
{
	const struct input *in = &r->in;

	if (input_left(in) < r->pcap.hdr)
		return false;
	*caplen = get32(r, in->p + 8);
	*len = get32(r, in->p + 12);
	if (unlikely(r->pcap.lengths) && swapped_lengths(r, *caplen, *len)) {
		u32 t = *caplen;
		*caplen = *len;
		*len = t;
	}
	return *caplen <= r->pcap.max && input_left(in) - r->pcap.hdr >= *caplen;
}

static enum pkt_status next_pcap(struct pkt_reader *r, struct pkt *ret)
{
	struct input *in = &r->in;
	u32 caplen, len;

	while (unlikely(!whole(r, &caplen, &len))) {
		enum pkt_status s = fetch(r);
		if (s != PKT_OK)
			return s;
	}
	const u8 *h = in->p;
	ret->data = h + r->pcap.hdr;
	ret->caplen = MIN(caplen, r->iface->snaplen);
	ret->len = len;
	ret->ns = get32(r, h) * (u64)1000000000 + get32(r, h + 4) * (u64)r->pcap.scale;
	ret->nr = ++r->nr;
	ret->linktype = r->iface->linktype;
	ret->iface = 0;
	ret->options = (struct bytes){0};
	in->p = ret->data + caplen;
	turn_headers(r, ret);
	return PKT_OK;
}

bool pkt_block_begin(const struct pkt_reader *r, struct pkt_block *ret)
{
	if (r->next != next_pcap || r->big || r->pcap.lengths != AS_NOW)
		return false;
	*ret = (struct pkt_block){r->in.p, r->in.end, r->pcap.hdr, r->pcap.max, r->iface->snaplen};
	return true;
}

void pkt_block_end(struct pkt_reader *r, const struct pkt_block *b, u64 n)
{
	r->in.p = b->p;
	r->nr += n;
}

const struct format format_pcap = {"pcap", is_pcap, open_pcap, next_pcap};
