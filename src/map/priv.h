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
extern const struct map_ops map_prog_array, map_perf_event_array, map_cgroup_array;
extern const struct map_ops map_array_of_maps, map_queue, map_stack, map_bloom, map_lpm;
extern const struct map_ops map_stack_trace, map_ringbuf, map_user_ringbuf;
extern const struct map_ops map_sk_storage, map_inode_storage, map_task_storage, map_cgrp_storage;
extern const struct map_ops map_cgroup_storage, map_percpu_cgroup_storage;
extern const struct map_ops map_devmap, map_devmap_hash, map_cpumap, map_xskmap, map_sockmap;
extern const struct map_ops map_sockhash, map_reuseport, map_struct_ops, map_arena;

/* Flags that say what the call and programs may do. */
enum { MAP_ACCESS = BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG };
/* Linux's limit of one piece of memory. */
enum { MAP_KMALLOC_MAX = 4 << 20 };

static inline bool map_access_ok(u32 flags)
{
	return (flags & (BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG)) !=
	       (BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG);
}

static inline u32 map_index(const void *key)
{
	u32 i;

	memcpy(&i, key, 4);
	return i;
}

/* array.c: for what is an array, too. */
int map_array_check(const struct map_attr *a);
u64 map_array_size(const struct map_attr *a);
int map_array_next(struct map *m, const void *key, void *to);

u32 map_hash_buckets(const struct map *m); /* hash_walk.c */

/* Rounds up to a multiple of a power of two. */
static inline u64 map_round(u64 n, u64 to) { return (n + to - 1) & ~(to - 1); }

/* Before memory of the block is first touched that was not there from the beginning
 * (map_ops.sure): 0 or -ENOMEM (map.c). */
int map_sure(const struct map *m, const void *from, u64 n);

/* ---- rings, as a process has them (ring.c) ---- */
enum { RING_HEAD = BPF_RINGBUF_HDR_SZ, RING_DATA = 2 * MAP_PAGE };
#define RING_BUSY    ((u32)BPF_RINGBUF_BUSY_BIT)
#define RING_DISCARD ((u32)BPF_RINGBUF_DISCARD_BIT)

struct map_ring {
	u64 *consumer, *producer;
	u8 *data; /* twice */
	u64 mask;
	u64 stuck_at; /* the consumer's position */
	u32 stuck;    /* records committed meanwhile */
};

static inline u32 *ring_header(const struct map_ring *r, u64 pos)
{
	return (u32 *)(void *)(r->data + (pos & r->mask));
}

static inline u64 ring_load(const u64 *p) { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
static inline u32 ring_len(const u32 *head) { return __atomic_load_n(head, __ATOMIC_ACQUIRE); }

static inline u64 ring_whole(u64 sample) { return map_round(sample + RING_HEAD, 8); }
static inline u64 ring_bytes(u32 len) { return ring_whole(len & ~(RING_BUSY | RING_DISCARD)); }

int map_ring_check(const struct map_attr *a);
u64 map_ring_size(const struct map_attr *a);
int map_ring_open(struct map *m);
void map_ring_close(struct map *m);
u64 map_ring_mappable(const struct map *m);
int map_ring_no_read(struct map *m, const void *key, void *value, u64 flags);
int map_ring_no_update(struct map *m, const void *key, const void *value, u64 flags, u32 slot);
int map_ring_no_remove(struct map *m, const void *key);
int map_ring_no_next(struct map *m, const void *key, void *next);

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

/* The kernel's fields of a copy that was given out. */
static inline void map_clear_fields(const struct map *m, u8 *value)
{
	for (u32 i = 0; i < m->head->attr.fields; i++)
		memset(value + m->head->attr.field[i].off, 0, m->head->attr.field[i].size);
}

#endif
