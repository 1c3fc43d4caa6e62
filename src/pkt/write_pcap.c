/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes pcap. */
#include "pkt/priv.h"

enum { FILE_HEADER = 24, HEADER = 16 };

static struct ob_err *begin_pcap(struct pkt_writer *w, const struct pkt_writer_opts *o)
{
	struct ob_err *err;
	u8 *h = writer_room(w, FILE_HEADER, &err);

	(void)o;
	if (err)
		return err;
	memset(h, 0, FILE_HEADER);
	put_le32(h, w->nano ? 0xa1b23c4d : 0xa1b2c3d4);
	put_le16(h + 4, 2);
	put_le16(h + 6, 4);
	put_le32(h + 16, w->snaplen);
	put_le32(h + 20, w->linktype);
	return writer_done(w, FILE_HEADER);
}

/* The file's own header is the first. */
static size_t record_pcap(const struct pkt_writer *w, const u8 *p, size_t n, bool *packet)
{
	*packet = w->written;
	if (!w->written)
		return n < FILE_HEADER ? 0 : FILE_HEADER;
	return n < HEADER || n - HEADER < get_le32(p + 8) ? 0 : HEADER + get_le32(p + 8);
}

static struct ob_err *other_type(const struct pkt_writer *w, const struct pkt *p)
{
	u32 want = w->linktype & LINKTYPE_MAX;
	const char *a = linktype_name(p->linktype), *b = linktype_name(want);
	struct ob_err *err = err_new(
		OB_UNSUPPORTED,
		"packet %llu has link type %u (%s), but a pcap file has one only: %u (%s)",
		(unsigned long long)p->nr, p->linktype, a ? a : "unknown", want, b ? b : "unknown");

	return err_hint(err_at_file(err, writer_shown(w)), "a pcapng file takes both: --pcapng");
}

static struct ob_err *too_late(const struct pkt_writer *w, const struct pkt *p)
{
	struct ob_err *err = err_new(
		OB_RANGE, "the time of packet %llu, %llu s, is after the year 2106 where pcap ends",
		(unsigned long long)p->nr, (unsigned long long)p->ns / 1000000000);

	return err_at_file(err, writer_shown(w));
}

static struct ob_err *packet_pcap(struct pkt_writer *w, const struct pkt *p, u32 caplen)
{
	u64 sec = p->ns / 1000000000;
	struct ob_err *err;

	if (unlikely(p->linktype != (w->linktype & LINKTYPE_MAX)))
		return other_type(w, p);
	if (unlikely(sec > UINT32_MAX))
		return too_late(w, p);
	u8 *h = writer_room(w, HEADER + (size_t)caplen, &err);
	if (unlikely(err))
		return err;
	put_le32(h, (u32)sec);
	put_le32(h + 4, (u32)(p->ns % 1000000000) / (w->nano ? 1 : 1000));
	put_le32(h + 8, caplen);
	put_le32(h + 12, p->len);
	memcpy(h + HEADER, p->data, caplen);
	return writer_done(w, HEADER + (size_t)caplen);
}

const struct writing writing_pcap = {begin_pcap, record_pcap, packet_pcap};
