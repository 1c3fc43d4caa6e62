/* SPDX-License-Identifier: BSD-2-Clause */
/* What helpers do with maps of one type, and who reads what they write. */
#ifndef MAP_HELPER_H
#define MAP_HELPER_H

#include "map/map.h"

/* ---- ring buffers (ringbuf.c) ---- */
void *map_ring_reserve(struct map *m, u64 size, u64 flags); /* NULL: no room */
void map_ring_commit(void *sample, u64 flags, struct map *m, bool discard);
int map_ring_output(struct map *m, const void *data, u64 size, u64 flags);
u64 map_ring_query(struct map *m, u64 what);
/* Is it a sample that this thread has reserved and not yet committed? */
bool map_ring_owns(const struct map *m, const void *sample);
/* Discards the record that is next to be read, if its writer died with it: did it? */
bool map_ring_pass(struct map *m);
/* For the one reader: each sample in turn, until fn returns other than 0. Samples
 * read; or what fn returned when that is negative; -EINVAL for a damaged ring. */
typedef long map_ring_fn(void *arg, const void *sample, u32 size);
long map_ring_read(struct map *m, map_ring_fn *fn, void *arg);
/* Sleeps until there is something to read, at most ms (-1: for ever). 0,
 * -ETIMEDOUT, -EINTR. */
int map_ring_wait(struct map *m, int ms);

/* ---- user ring buffers (ring_user.c) ----
 * bpf_user_ringbuf_drain: fn for each sample, until it returns 1. Samples, or
 * -EBUSY (another drains), -EINVAL, -E2BIG (what the writer says is wrong). */
long map_user_ring_drain(struct map *m, map_ring_fn *fn, void *arg, u64 flags);

/* ---- storages (storage.c) ----
 * Of an owner, as its key is: the value, made from `init` (NULL: zero) when there is
 * none; NULL: no memory. bpf_task_storage_get, bpf_get_local_storage, ... */
void *map_storage_get(struct map *m, u64 owner, const void *init, u32 slot);
/* A map of CGROUP_STORAGE or PERCPU_CGROUP_STORAGE has a value, zero at first, for what is
 * attached to a cgroup; any other is left alone. 0 or -ENOMEM. */
int map_storage_attach(struct map *m, u64 cgroup, u32 attach);

/* ---- stack traces (stack_trace.c) ----
 * bpf_get_stackid's latter half: the id of n addresses, the innermost first;
 * -EEXIST: another trace is there. flags: BPF_F_FAST_STACK_CMP, REUSE_STACKID. */
long map_stack_put(struct map *m, const u64 *ips, u32 n, u64 flags);

#endif
