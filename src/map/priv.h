/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the map room: the types, locks that survive their holder, and what
 * types share. */
#ifndef MAP_PRIV_H
#define MAP_PRIV_H

#include "isa/bpf.h"
#include "map/map.h"

#include <errno.h>
#include <stdatomic.h>

enum { MAP_PAGE = 4096 };

extern const struct map_ops map_array, map_percpu_array;
extern const struct map_ops map_hash, map_percpu_hash, map_lru_hash, map_lru_percpu_hash,
	map_hash_of_maps;

/* Rounds up to a multiple of a power of two. */
static inline u64 map_round(u64 n, u64 to) { return (n + to - 1) & ~(to - 1); }

/* The type's part of the head. */
#define map_own(m, type) ((type *)(void *)(m)->head->own)

/* Checks that most types share. */
/* flags: those of BPF_ANY, BPF_NOEXIST, BPF_EXIST, BPF_F_LOCK. exists: is the key
 * there? 0, EEXIST, ENOENT, EINVAL */
static inline int map_update_flags(u64 flags, bool exists)
{
	if ((flags & ~(u64)BPF_F_LOCK) > BPF_EXIST)
		return -EINVAL;
	if (exists && (flags & ~(u64)BPF_F_LOCK) == BPF_NOEXIST)
		return -EEXIST;
	if (!exists && (flags & ~(u64)BPF_F_LOCK) == BPF_EXIST)
		return -ENOENT;
	return 0;
}

/* Lets the kernel's fields of an element go that is deleted or replaced. */
static inline void map_drop(struct map *m, u8 *value)
{
	if (unlikely(m->head->attr.fields) && m->host && m->host->drop)
		m->host->drop(m, value);
}

#endif
