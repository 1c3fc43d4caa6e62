/* SPDX-License-Identifier: BSD-2-Clause */
/* Dynptrs: 16 bytes on the program's stack that say where memory is. A run that is not
 * trusted may have written them itself: what they lead to is looked at as any address. */
#ifndef KERN_DYNPTR_H
#define KERN_DYNPTR_H

#include "kern/packet.h"

enum { DYNPTR_LOCAL = 1, DYNPTR_RING, DYNPTR_SKB, DYNPTR_XDP };
#define DYNPTR_RDONLY (1u << 31)
enum { DYNPTR_SIZE_MAX = (1 << 24) - 1 };

/* Linux's struct bpf_dynptr_kern:
 *
 *	31        30 .. 28    27 .. 24    23 .. 0
 *	read-only kind        0           bytes */
struct dynptr {
	u64 data; /* 0: it is none; of a packet, its context */
	u32 size, offset;
};

static inline s64 dynptr_check(u32 size) { return size > DYNPTR_SIZE_MAX ? -E2BIG : 0; }
static inline struct dynptr dynptr_of(u64 data, u32 size, u32 kind)
{
	return (struct dynptr){data, size | kind << 28, 0};
}
static inline u32 dynptr_size(const struct dynptr *d) { return d->size & DYNPTR_SIZE_MAX; }
static inline bool dynptr_rdonly(const struct dynptr *d) { return d->size >> 31; }

static inline u32 dynptr_kind(const struct dynptr *d) { return d->size >> 28 & 7; }
static inline bool dynptr_is_packet(const struct dynptr *d)
{
	return dynptr_kind(d) == DYNPTR_SKB || dynptr_kind(d) == DYNPTR_XDP;
}

/* Bytes that the dynptr covers: 0, or a negative errno. */
s64 dynptr_load(struct run *r, const struct dynptr *d, u64 off, void *to, u32 n);
s64 dynptr_store(struct run *r, const struct dynptr *d, u64 off, const void *from, u32 n);
/* The packet that it is of; else that is the run's fault, and NULL. */
struct kern_pkt *dynptr_packet(struct run *r, const struct dynptr *d);
/* May programs of this type write to packets? */
bool dynptr_may_write(const struct run *r);

static inline bool dynptr_get(struct run *r, u64 at, struct dynptr *ret)
{
	if (!kern_may(r, at, sizeof(*ret), false))
		return false;
	memcpy(ret, addr_of(at), sizeof(*ret));
	return true;
}
static inline void dynptr_put(u64 at, const struct dynptr *d)
{
	memcpy(addr_of(at), d, sizeof(*d));
}

#endif
