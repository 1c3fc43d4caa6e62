/* SPDX-License-Identifier: BSD-2-Clause */
/* What must hold of any bytes that are read as a capture:
 *
 * - a packet's data can be read, and is not longer than its interface allows;
 * - a plain file that is cut anywhere gives the packets that come before;
 * - packed, it gives the same;
 * - packets that libpcap finds in it are the first that we find, and in a
 *   pcap file the only ones. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "pkt/pkt.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <zlib.h>

struct found {
	u64 packets;
	u64 sum, times; /* hashes of all that was told of them */
	bool failed;
	bool odd; /* nothing to compare: rewritten, negative times, len < caplen */
};

static inline void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

static inline u64 add(u64 sum, const u8 *data, u32 caplen, u32 len)
{
	for (u32 i = 0; i < caplen; i++)
		sum = sum * 31 + data[i];
	return hash_add(hash_add(sum, caplen), len);
}

/* Reads at most max packets, in memory of exactly the input's size. */
static inline struct found read_all(struct bytes in, u64 max)
{
	struct found f = {0};
	u8 *exact = memcpy(malloc(in.n + 1), in.p, in.n);
	struct pkt_reader *r;
	struct pkt p;
	enum pkt_status end = PKT_EOF;
	struct ob_err *err = pkt_open_bytes("input", (struct bytes){exact, in.n}, &r);

	if (err) {
		f.failed = true;
		must(*ob_err_reason(err), "an error has a reason");
		ob_err_destroy(err);
		free(exact);
		return f;
	}
	must(pkt_iface(r, 0), "an open capture has an interface");
	while (f.packets < max && (end = pkt_next(r, &p)) == PKT_OK) {
		const struct pkt_iface *i = pkt_iface(r, p.iface);
		must(i && i->linktype == p.linktype && p.caplen <= i->snaplen, "its interface");
		must(p.nr == ++f.packets, "packets are counted");
		f.sum = add(f.sum, p.data, p.caplen, p.len);
		f.times = hash_add(f.times, p.ns);
	}
	f.failed = end == PKT_ERR;
	err = pkt_reader_err(r);
	must(f.failed == (err != NULL), "an error is told");
	ob_err_destroy(err);
	pkt_close(r);
	free(exact);
	return f;
}

static inline bool same_packets(struct found a, struct found b)
{
	return a.packets == b.packets && a.sum == b.sum;
}

static inline bool same(struct found a, struct found b)
{
	return same_packets(a, b) && a.times == b.times;
}

static inline void check_cut(struct bytes in, struct found all)
{
	u64 n = in.n ? hash_u64(all.sum + in.n) % in.n : 0;
	struct found part = read_all(bytes_part(in, 0, n), UINT64_MAX);

	must(part.packets <= all.packets, "a part has no more packets than the whole");
	must(same(part, read_all(in, part.packets)), "a part has the first packets");
}

static inline void check_packed(struct bytes in, struct found all)
{
	z_stream z = {0};
	uLong max = in.n + 1024;
	u8 *to = malloc(max);

	deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	z.next_in = (u8 *)in.p;
	z.avail_in = (uInt)in.n;
	z.next_out = to;
	z.avail_out = (uInt)max;
	must(deflate(&z, Z_FINISH) == Z_STREAM_END, "zlib packs it");
	struct found f = read_all((struct bytes){to, z.total_out}, UINT64_MAX);
	deflateEnd(&z);
	free(to);
	must(same(f, all) && f.failed == all.failed, "packed, it is the same");
}

/* libpcap corrects lengths of one of these, and leaves the others as they are
 * in files of the other byte order. */
static inline bool rewritten(int dlt)
{
	return dlt == DLT_USB_LINUX_MMAPPED || dlt == DLT_NULL || dlt == DLT_ENC;
}

static inline bool libpcap_reads(struct bytes in, struct found *ret)
{
	char why[PCAP_ERRBUF_SIZE];
	FILE *file = in.n ? fmemopen((void *)in.p, in.n, "r") : NULL;
	pcap_t *p = file ? pcap_fopen_offline_with_tstamp_precision(file,
								    PCAP_TSTAMP_PRECISION_NANO, why)
			 : NULL;
	struct pcap_pkthdr *h;
	const u_char *data;
	int rc;

	*ret = (struct found){.failed = true};
	if (!p) {
		if (file)
			fclose(file);
		return false;
	}
	ret->odd = rewritten(pcap_datalink(p));
	while ((rc = pcap_next_ex(p, &h, &data)) == 1) {
		ret->packets++;
		ret->odd |= h->ts.tv_usec < 0 || h->len < h->caplen;
		ret->sum = add(ret->sum, data, h->caplen, h->len);
		ret->times = hash_add(ret->times,
				      (u32)h->ts.tv_sec * (u64)1000000000 + (u64)h->ts.tv_usec);
	}
	ret->failed = rc == PCAP_ERROR;
	pcap_close(p);
	return true;
}

static inline bool is_packed(struct bytes in)
{
	return in.n >= 2 &&
	       ((in.p[0] == 0x1f && in.p[1] == 0x8b) || (in.p[0] == 0x28 && in.p[1] == 0xb5));
}

/* Returns what was found, for more checks. */
static inline struct found check_capture(struct bytes in)
{
	struct found all = read_all(in, UINT64_MAX);

	if (!is_packed(in)) {
		check_cut(in, all);
		check_packed(in, all);
	}
	return all;
}

#endif
