/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes captures in memory for the tests of this room. */
#ifndef MAKE_H
#define MAKE_H

#include "pkt/pkt.h"

#include <stdlib.h>

struct file {
	struct buf b;
	bool big;
};

static inline void put16(struct file *f, u32 v)
{
	u8 p[2];

	if (f->big)
		put_be16(p, (u16)v);
	else
		put_le16(p, (u16)v);
	buf_add(&f->b, p, 2);
}

static inline void put32(struct file *f, u32 v)
{
	u8 p[4];

	if (f->big)
		put_be32(p, v);
	else
		put_le32(p, v);
	buf_add(&f->b, p, 4);
}

static inline void put_data(struct file *f, u32 n, u32 seed)
{
	for (u32 i = 0; i < n; i++)
		buf_putc(&f->b, (char)(seed + i));
}

static inline void put_header(struct file *f, u32 magic, u32 version, u32 snaplen, u32 type)
{
	put32(f, magic);
	put16(f, version >> 16);
	put16(f, version & 0xffff);
	put32(f, 0);
	put32(f, 0);
	put32(f, snaplen);
	put32(f, type);
}

static inline void put_packet(struct file *f, u32 sec, u32 frac, u32 caplen, u32 len)
{
	put32(f, sec);
	put32(f, frac);
	put32(f, caplen);
	put32(f, len);
	put_data(f, caplen, sec);
}

/* ---- pcapng: begin a block, fill it, end it ---- */
static inline size_t block_begin(struct file *f, u32 type)
{
	put32(f, type);
	put32(f, 0);
	return f->b.n - 8;
}

static inline void block_end(struct file *f, size_t at)
{
	while ((f->b.n - at) % 4)
		buf_putc(&f->b, 0);
	u32 n = (u32)(f->b.n - at + 4);
	put32(f, n);
	memcpy(f->b.p + at + 4, f->b.p + f->b.n - 4, 4);
}

static inline void put_section(struct file *f, bool big)
{
	f->big = big;
	size_t at = block_begin(f, 0x0a0d0d0a);
	put32(f, 0x1a2b3c4d);
	put16(f, 1);
	put16(f, 0);
	put32(f, ~0u);
	put32(f, ~0u);
	block_end(f, at);
}

/* tsresol < 0: not told. */
static inline void put_iface(struct file *f, u32 type, u32 snaplen, int tsresol, s64 offset,
			     const char *name)
{
	size_t at = block_begin(f, 1);

	put16(f, type);
	put16(f, 0);
	put32(f, snaplen);
	if (name) {
		put16(f, 2);
		put16(f, (u32)strlen(name));
		buf_puts(&f->b, name);
		while ((f->b.n - at) % 4)
			buf_putc(&f->b, 0);
	}
	if (tsresol >= 0) {
		put16(f, 9);
		put16(f, 1);
		buf_putc(&f->b, (char)tsresol);
		buf_add(&f->b, "\0\0\0", 3);
	}
	if (offset) {
		put16(f, 14);
		put16(f, 8);
		put32(f, f->big ? (u32)((u64)offset >> 32) : (u32)offset);
		put32(f, f->big ? (u32)offset : (u32)((u64)offset >> 32));
	}
	put32(f, 0);
	block_end(f, at);
}

static inline void put_enhanced(struct file *f, u32 iface, u64 time, u32 caplen, u32 len)
{
	size_t at = block_begin(f, 6);

	put32(f, iface);
	put32(f, (u32)(time >> 32));
	put32(f, (u32)time);
	put32(f, caplen);
	put32(f, len);
	put_data(f, caplen, iface);
	block_end(f, at);
}

static inline void put_old(struct file *f, u32 iface, u64 time, u32 caplen, u32 len)
{
	size_t at = block_begin(f, 2);

	put16(f, iface);
	put16(f, 7); /* drops */
	put32(f, (u32)(time >> 32));
	put32(f, (u32)time);
	put32(f, caplen);
	put32(f, len);
	put_data(f, caplen, iface);
	block_end(f, at);
}

static inline void put_simple(struct file *f, u32 len, u32 caplen)
{
	size_t at = block_begin(f, 3);

	put32(f, len);
	put_data(f, caplen, 0);
	block_end(f, at);
}

/* ---- reading what was made ---- */
struct seen {
	struct pkt pkt[64]; /* data is dead */
	u64 n;
	u64 bytes;   /* sum of all data, so that it is read */
	u64 lengths; /* of caplen and len, for each packet another part */
	enum pkt_status end;
	char error[256]; /* as it is printed; "" for none */
};

static inline void error_text(struct ob_err *err, char *to, size_t n)
{
	FILE *f = fmemopen(to, n, "w");

	ob_err_print(err, f);
	fclose(f);
	ob_err_destroy(err);
}

static inline void see_packet(const u8 *data, u32 caplen, u32 len, struct seen *to)
{
	for (u32 i = 0; i < caplen; i++)
		to->bytes += data[i];
	to->n++;
	to->lengths += to->n * (caplen + ((u64)len << 20));
}

static inline void see_next(struct pkt_reader *r, bool by_blocks, struct seen *to)
{
	struct pkt_block b;
	struct pkt p;
	const u8 *data;

	while ((to->end = pkt_next(r, &p)) == PKT_OK) {
		if (to->n < LEN(to->pkt))
			to->pkt[to->n] = p;
		see_packet(p.data, p.caplen, p.len, to);
		if (!by_blocks || !pkt_block_begin(r, &b))
			continue;
		u64 n = to->n;
		while ((data = pkt_block_next(&b, &p.caplen, &p.len)))
			see_packet(data, p.caplen, p.len, to);
		pkt_block_end(r, &b, to->n - n);
	}
}

static inline void see_way(struct bytes file, bool by_blocks, struct seen *to)
{
	struct pkt_reader *r;
	struct pkt p;
	struct ob_err *err = pkt_open_bytes("f", file, &r);

	*to = (struct seen){.end = PKT_ERR};
	if (err) {
		error_text(err, to->error, sizeof(to->error));
		return;
	}
	see_next(r, by_blocks, to);
	err = pkt_reader_err(r);
	if (err)
		error_text(err, to->error, sizeof(to->error));
	if (pkt_next(r, &p) != PKT_EOF)
		snprintf(to->error, sizeof(to->error), "no end after the end");
	pkt_close(r);
}

/* Packet by packet, and then block by block: that must be the same. */
static inline void see_bytes(struct bytes file, struct seen *to)
{
	struct seen blocks;

	see_way(file, true, &blocks);
	see_way(file, false, to);
	if (blocks.n != to->n || blocks.bytes != to->bytes || blocks.lengths != to->lengths ||
	    blocks.end != to->end || strcmp(blocks.error, to->error))
		snprintf(to->error, sizeof(to->error), "by blocks: %llu packets, \"%.100s\"",
			 (unsigned long long)blocks.n, blocks.error);
}

static inline void see(const struct file *f, struct seen *to)
{
	/* a copy of exactly that size, so that a sanitizer sees its end */
	u8 *p = malloc(f->b.n ? f->b.n : 1);

	memcpy(p, f->b.p, f->b.n);
	see_bytes((struct bytes){p, f->b.n}, to);
	free(p);
}

/* ---- results ---- */
static int failures;

#define EXPECT(name, cond, ...)                               \
	do {                                                  \
		if (!(cond)) {                                \
			printf("FAIL %s: %s: ", name, #cond); \
			printf(__VA_ARGS__);                  \
			printf("\n");                         \
			failures++;                           \
		}                                             \
	} while (0)

#endif
