/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the room of packet files: a source of bytes, and formats on it. */
#ifndef PKT_PRIV_H
#define PKT_PRIV_H

#include "pkt/pkt.h"

/* ---- input.c: bytes from a file, a pipe or memory, unpacked ----
 *
 * Invariant: buf <= p <= end <= buf + cap; [p, end) is read and not yet used.
 * `base` is the offset of buf in the stream that the format sees. */
struct input {
	const u8 *p, *end;
	u8 *buf;
	size_t cap;
	u64 base;
	int fd; /* -1: mem */
	struct bytes mem;
	bool regular, eof, stopped;
	const struct unpacker *unpacker; /* NULL: plain */
	void *state;
	u8 *raw; /* packed bytes: [raw_at, raw_n) are left */
	size_t raw_at, raw_n;
	struct pkt_reader_opts opts;
	const char *name; /* for errors */
	struct ob_err *err;
};

struct ob_err *input_open(struct input *in, const char *path);
struct ob_err *input_open_bytes(struct input *in, struct bytes file);
void input_close(struct input *in);
bool input_fill(struct input *in, size_t n);

/* Makes n bytes stand at p: false when the stream has fewer, or fails (err).
 * Memory grows only as bytes arrive, never because n is large. */
static inline bool input_need(struct input *in, size_t n)
{
	return likely((size_t)(in->end - in->p) >= n) || input_fill(in, n);
}

static inline size_t input_left(const struct input *in) { return (size_t)(in->end - in->p); }

static inline u64 input_off(const struct input *in) { return in->base + (u64)(in->p - in->buf); }

/* More packed bytes, at in->raw: false at their end or on error. */
bool input_raw(struct input *in);
void input_fail(struct input *in, struct ob_err *err); /* takes err; keeps the first */

/* ---- unpack.c ----
 *
 * open makes the state or returns NULL (no memory). read gives up to n bytes,
 * 0 at the end of the stream or on error, which it tells by input_fail. */
struct unpacker {
	const char *name;
	u8 magic[4];
	u8 magic_n;
	void *(*open)(void);
	size_t (*read)(void *state, struct input *in, u8 *to, size_t n);
	void (*close)(void *state);
};

const struct unpacker *unpacker_find(const u8 *p, size_t n);

/* ---- formats (pcap.c, pcapng.c) ----
 *
 * is sees the first 4 bytes. open reads up to the first interface. next
 * gives a packet; on PKT_ERR the error is in r->err. */
struct format {
	const char *name;
	bool (*is)(const u8 magic[4]);
	struct ob_err *(*open)(struct pkt_reader *r);
	enum pkt_status (*next)(struct pkt_reader *r, struct pkt *ret);
};

extern const struct format format_pcap, format_pcapng;

/* swap.c: turns the host-order headers of a packet from a machine of the other
 * byte order. */
void swap_headers(u32 linktype, u8 *p, u32 n);

struct pkt_reader {
	struct input in;
	const struct format *format;
	enum pkt_status (*next)(struct pkt_reader *r, struct pkt *ret);
	bool big; /* the file's, or section's, byte order */
	u64 nr;   /* packets given */
	struct ob_err *err;
	char *name;
	struct pkt_iface *iface; /* of this section */
	u32 niface, iface_cap;
	struct {
		u32 hdr;    /* bytes of a packet header */
		u32 max;    /* caplen beyond this is damage */
		u32 scale;  /* nanoseconds in a unit */
		u8 lengths; /* enum lengths */
	} pcap;
	u32 max_block;
	/* pcapng: of this section, and of its interfaces, which point into kept */
	struct bytes options;
	struct arena kept;
	u64 section; /* a number that no other section of any reader has */
};

static inline u16 get16(const struct pkt_reader *r, const u8 *p)
{
	return r->big ? get_be16(p) : get_le16(p);
}

static inline u32 get32(const struct pkt_reader *r, const u8 *p)
{
	return r->big ? get_be32(p) : get_le32(p);
}

static inline u64 get64(const struct pkt_reader *r, const u8 *p)
{
	return r->big ? get_be64(p) : get_le64(p);
}

/* A packet's bytes are in the reader's own buffer. */
static inline void turn_headers(const struct pkt_reader *r, const struct pkt *p)
{
	if (unlikely(r->big))
		swap_headers(p->linktype, r->in.buf + (p->data - r->in.buf), p->caplen);
}

/* A section begins; of pcap, the file. */
void reader_section(struct pkt_reader *r);
/* A new interface, with microseconds and all else 0; NULL without memory. */
struct pkt_iface *reader_add_iface(struct pkt_reader *r);

/* The file is damaged at off. */
struct ob_err *damage(const struct pkt_reader *r, u64 off, const char *fmt, ...) PRINTF(3, 4);
enum pkt_status damaged(struct pkt_reader *r, struct ob_err *err);
/* Fewer than n bytes are left at p: the reading failed, or the file is cut in
 * `what`. */
struct ob_err *cut(struct pkt_reader *r, u64 n, const char *what);

/* ---- options.c ---- */
struct option {
	u16 code;
	struct bytes value;
};
/* The next of options in a little-endian block. False: the last one was given, or
 * what follows is damaged, which *why tells. */
bool option_next(struct bytes *b, struct option *ret, const char **why);

/* Turns the numbers of a block's options from big-endian to little-endian. */
enum option_block { OPTIONS_SECTION, OPTIONS_IFACE, OPTIONS_PACKET };
void options_turn(enum option_block kind, u8 *p, size_t n);

/* ---- a writer: write.c, and a kind of file on it ----
 *
 * begin writes what stands before any packet. record tells how long the record
 * at p is, of which n bytes are there: 0 when it is cut; and whether it is a
 * packet. w->written bytes are before it. packet writes one whose bytes are cut to caplen. */
struct writing {
	struct ob_err *(*begin)(struct pkt_writer *w, const struct pkt_writer_opts *o);
	size_t (*record)(const struct pkt_writer *w, const u8 *p, size_t n, bool *packet);
	struct ob_err *(*packet)(struct pkt_writer *w, const struct pkt *p, u32 caplen);
};

extern const struct writing writing_pcap, writing_ng;

/* Invariant: buf holds whole records, and the file ends with a whole record after
 * every write that succeeds. */
struct pkt_writer {
	const struct writing *kind;
	int fd;
	int errnum; /* of the write that failed */
	u32 linktype, snaplen;
	u32 max; /* what packets are cut to */
	bool nano, micro, forced, unbuffered, told, made;
	bool whole; /* the write failed, and the file ends with a whole packet */
	u8 *buf;
	size_t n, cap;
	u64 written, packets; /* whole ones, in the file */
	char *name;
	struct {                  /* pcapng */
		struct buf block; /* the one that is made */
		struct buf options;
		u64 *units; /* of time a second, of each interface */
		u32 *linktype;
		u32 ifaces, cap;
		u64 section; /* the reader's that is written of */
	} ng;
};

/* Room for a record of n bytes; NULL: *err. It is part of the file after writer_done. */
u8 *writer_room(struct pkt_writer *w, size_t n, struct ob_err **err);
struct ob_err *writer_done(struct pkt_writer *w, size_t n);
const char *writer_shown(const struct pkt_writer *w);

#endif
