/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes of untrusted input, and numbers in either byte order. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "base/base.h"

struct bytes {
	const u8 *p;
	u64 n;
};

static inline bool bytes_has(struct bytes b, u64 off, u64 n)
{
	return off <= b.n && b.n - off >= n;
}

/* The part [off, off+n), cut to what there is. */
static inline struct bytes bytes_part(struct bytes b, u64 off, u64 n)
{
	off = MIN(off, b.n);
	return (struct bytes){b.p + off, MIN(n, b.n - off)};
}

static inline u16 get_be16(const u8 *p) { return (u16)(p[0] << 8 | p[1]); }
static inline u16 get_le16(const u8 *p) { return (u16)(p[1] << 8 | p[0]); }
static inline u32 get_be32(const u8 *p) { return (u32)get_be16(p) << 16 | get_be16(p + 2); }
static inline u32 get_le32(const u8 *p) { return (u32)get_le16(p + 2) << 16 | get_le16(p); }
static inline u64 get_le64(const u8 *p)
{
	u64 v;

	memcpy(&v, p, 8);
	return v;
}
static inline u64 get_be64(const u8 *p) { return __builtin_bswap64(get_le64(p)); }
static inline void put_le16(u8 *p, u16 v) { memcpy(p, &v, 2); }
static inline void put_be16(u8 *p, u16 v) { put_le16(p, __builtin_bswap16(v)); }
static inline void put_le32(u8 *p, u32 v) { memcpy(p, &v, 4); }
static inline void put_be32(u8 *p, u32 v) { put_le32(p, __builtin_bswap32(v)); }
static inline void put_le64(u8 *p, u64 v) { memcpy(p, &v, 8); }

#endif
