/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets at rest: captures read and written. */
#ifndef PKT_H
#define PKT_H

#include "base/base.h"

/* ---- a packet ---- */
struct pkt {
	const u8 *data;  /* caplen bytes, until the next call on its reader */
	u32 caplen, len; /* as captured; as it was on the wire */
	u64 ns;          /* since 1970 UTC, to the year 2554; beyond: the nearest */
	u64 nr;          /* in its file, counted from 1 */
	u32 linktype;
	u32 iface;            /* for pkt_iface, until the next section */
	struct bytes options; /* pcapng's (options.c): comments, flags, ...; or none */
};

/* Where packets of one kind come from: in a pcap file the file itself. */
struct pkt_iface {
	u32 linktype;
	u32 ext;              /* the top 6 bits of pcap's field (FCS length), in place */
	u32 snaplen;          /* no packet has more bytes than this */
	u64 units;            /* of time a second: 1000000, 1000000000, ... */
	s64 offset;           /* seconds to add to each time */
	char name[32];        /* "" when the file has none; cut when longer */
	struct bytes options; /* pcapng's, the name too, without times; or none */
};

/* ---- options of pcapng's blocks (options.c) ----
 *
 * As in a little-endian file: code:16, length:16, the value, zeros to a
 * multiple of 4; without the one that ends them. Texts are UTF-8. */
enum {
	PKT_COMMENT = 1, /* of any block, may come often */
	PKT_HARDWARE = 2,
	PKT_OS = 3,
	PKT_APPLICATION = 4, /* of a section */
	PKT_NAME = 2,
	PKT_DESCRIPTION = 3,
	PKT_FILTER = 11,
	PKT_IFACE_OS = 12, /* of an interface */
};
void pkt_option(struct buf *to, u16 code, const void *value, size_t n);
void pkt_option_text(struct buf *to, u16 code, const char *text); /* NULL: nothing */
/* if_filter: as text in the filter language. */
void pkt_option_filter(struct buf *to, const char *text, size_t n);
/* The first value of this code; p NULL when there is none. */
struct bytes pkt_option_find(struct bytes options, u16 code);

/* The most bytes that a packet of this link type has in a pcap file: a larger
 * length is damage, as for libpcap. */
u32 pkt_max_snaplen(u32 linktype);

/* ---- reading (reader.c, input.c, unpack.c, pcap.c, pcapng.c) ----
 *
 * pcap of either byte order, micro- and nanoseconds, with its known variants,
 * and pcapng; plain or packed by gzip or zstd. Memory stays bounded whatever
 * the file says. Headers that a link type has in the byte order of the host
 * (NULL, ENC, NFLOG, USB, CAN) come in this host's.
 *
 * wait is called before the next bytes of a pipe or terminal must be waited
 * for (the moment to flush one's output), and when a signal interrupts that;
 * false ends the reading as the end of the file does. NULL: just waits. */
struct pkt_reader_opts {
	bool (*wait)(void *arg);
	void *arg;
	bool follow; /* the end of a file is waited for too: more may come */
};

struct pkt_reader;

/* path "-" is standard input; opts may be NULL. A reader has at least one
 * interface when it is open. Errors: OB_IO, OB_PERM; OB_FORMAT and OB_CUT
 * with the byte. */
struct ob_err *pkt_open(const char *path, const struct pkt_reader_opts *opts,
			struct pkt_reader **ret);
/* The same for a file that is in memory, and stays there. */
struct ob_err *pkt_open_bytes(const char *name, struct bytes file, struct pkt_reader **ret);
void pkt_close(struct pkt_reader *r);

/* PKT_ERR: all packets before the damage were given; pkt_reader_err tells,
 * and gives the error to its caller; then PKT_EOF follows. */
enum pkt_status { PKT_OK, PKT_EOF, PKT_ERR };
enum pkt_status pkt_next(struct pkt_reader *r, struct pkt *ret);
struct ob_err *pkt_reader_err(struct pkt_reader *r);

/* Packets that are in memory whole, one behind the other, for a tight loop that needs
 * no times. False: this file's need more than a look (pcapng, the other byte order,
 * old versions), and only pkt_next gives them. */
struct pkt_block {
	const u8 *p, *end;
	u32 hdr, max, snaplen;
};
bool pkt_block_begin(const struct pkt_reader *r, struct pkt_block *ret);
/* n packets of it were used; it lives until the next call on its reader. */
void pkt_block_end(struct pkt_reader *r, const struct pkt_block *b, u64 n);

/* The next one's bytes, or NULL: then pkt_next knows why. */
static inline const u8 *pkt_block_next(struct pkt_block *b, u32 *caplen, u32 *len)
{
	const u8 *h = b->p;
	size_t left = (size_t)(b->end - h);

	if (unlikely(left < b->hdr))
		return NULL;
	u32 n = get_le32(h + 8);
	if (unlikely(n > b->max || left - b->hdr < n))
		return NULL;
	*caplen = MIN(n, b->snaplen);
	*len = get_le32(h + 12);
	b->p = h + b->hdr + n;
	return h + b->hdr;
}

/* The interfaces of the current section known so far, by number; NULL beyond
 * the last. Lives until the next pkt_next. */
const struct pkt_iface *pkt_iface(const struct pkt_reader *r, u32 i);
const char *pkt_reader_name(const struct pkt_reader *r); /* "-" as given */

/* Of the section that the last packet is in: its options, as a writer takes them. */
struct bytes pkt_section(const struct pkt_reader *r);

/* ---- writing (write.c, write_pcap.c, write_ng.c) ----
 *
 * A file is valid at any time: whole packets are handed to the kernel, and
 * when the disk is full the file is cut back to the last whole one. */
struct pkt_writer_opts {
	u32 linktype; /* of every packet; may carry pkt_iface.ext. pcapng: if `forced` */
	u32 snaplen;  /* packets are cut to it; 0: pkt_max_snaplen */
	bool nano;    /* times in nanoseconds, else microseconds. pcapng: of pkt_write_like,
		       * as the interface has them when neither is set */
	bool micro;
	bool forced;                   /* pcapng: interfaces of others get that link type */
	bool pcapng;                   /* else pcap */
	bool unbuffered;               /* every packet is written at once */
	struct bytes section;          /* pcapng: options of the sections besides their own */
	const struct pkt_reader *from; /* its file must not be overwritten; or NULL */
};

struct pkt_writer;

/* path "-" is standard output. Create it when the input is open: an existing
 * file is emptied here. */
struct ob_err *pkt_create(const char *path, const struct pkt_writer_opts *opts,
			  struct pkt_writer **ret);
/* pcapng only, each: an interface more, whose number packets then have. One that
 * nobody adds is made of `linktype` when the first packet comes. */
struct ob_err *pkt_write_iface(struct pkt_writer *w, const struct pkt_iface *i);
/* What r knows by now of its section and its interfaces, unless the file has it:
 * before each packet of r. A section of r begins one in the file. */
struct ob_err *pkt_write_like(struct pkt_writer *w, const struct pkt_reader *r);

/* What happened at an interface; UINT64_MAX: not known. */
struct pkt_stats {
	u64 received; /* by the interface */
	u64 missed;   /* by it, for want of room */
	u64 accepted; /* by the filter */
	u64 dropped;  /* by the system, of what was accepted */
	u64 delivered;
	u64 start, end; /* ns since 1970 */
};
struct ob_err *pkt_write_stats(struct pkt_writer *w, u32 iface, const struct pkt_stats *s);

/* Bytes of the file, with those that wait. */
u64 pkt_writer_size(const struct pkt_writer *w);
/* Its descriptor, and whether pkt_create made the file. */
int pkt_writer_fd(const struct pkt_writer *w, bool *made);

/* Errors: OB_IO; OB_UNSUPPORTED for a packet of another link type, or of an
 * interface that is not in the file; OB_RANGE for a time that the format cannot hold. After OB_IO
 * every further write and flush fails likewise; pkt_finish tells only what was not yet told. */
struct ob_err *pkt_write(struct pkt_writer *w, const struct pkt *p);
struct ob_err *pkt_flush(struct pkt_writer *w);
struct ob_err *pkt_finish(struct pkt_writer *w); /* flushes and destroys; NULL allowed */

#endif
