/* SPDX-License-Identifier: BSD-2-Clause */
/* Fields that many protocols have, and how tcpdump writes them. */
#ifndef PRINT_PART_H
#define PRINT_PART_H

#include "print/priv.h"

/* A table and its length, for put_word, word_of and put_bits. */
#define WORDS(w) (w), LEN(w)

static inline u32 pdu_be24(struct print_state *s, struct pdu d, u32 off)
{
	const u8 *p = pdu_need(s, d, off, 3);

	return (u32)p[0] << 16 | get_be16(p + 1);
}

static inline u64 pdu_be64(struct print_state *s, struct pdu d, u32 off)
{
	return get_be64(pdu_need(s, d, off, 8));
}

static inline u16 pdu_le16(struct print_state *s, struct pdu d, u32 off)
{
	return get_le16(pdu_need(s, d, off, 2));
}

static inline u32 pdu_le32(struct print_state *s, struct pdu d, u32 off)
{
	return get_le32(pdu_need(s, d, off, 4));
}

/* n bytes from off on; less of them are here when the packet is cut. */
static inline struct pdu pdu_part(struct pdu d, u32 off, u32 n)
{
	d = pdu_clip(pdu_skip(d, off), n);
	d.len = n;
	return d;
}

/* n characters as cat -v shows them; cut where the packet ends. */
void put_chars(struct print_state *s, struct pdu d, u32 off, u32 n);
/* The same, up to a zero byte. */
void put_padded(struct print_state *s, struct pdu d, u32 off, u32 n);
/* 1w2d3h4m5s */
void put_span(struct print_state *s, u32 seconds);
/* An address of ISO 8348: 49.0001.0203 */
void put_nsap(struct print_state *s, struct pdu d, u32 off, u32 n);
/* What is here of n bytes, in hexadecimal. */
void put_bytes(struct print_state *s, const char *indent, struct pdu d, u32 off, u32 n);
/* A float of IEEE 754, single precision. */
float pdu_float(struct print_state *s, struct pdu d, u32 off);

#endif
