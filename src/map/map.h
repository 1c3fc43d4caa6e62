/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps: each lives in one relocatable block of shared memory (a file or a memfd),
 * with offsets instead of pointers, so that several processes can use it.
 *
 * Lookups take no lock. A killed process leaves a map that works: what is locked
 * says who holds it (lock.c). Operations return 0 or a negative errno, Linux's. */
#ifndef MAP_H
#define MAP_H

#include "isa/isa.h"

enum { MAP_NAME = 16, MAP_FIELDS = 12, MAP_SLOTS_MAX = 1024 };

/* Parts of a value that belong to the kernel: they are neither copied nor shown. */
enum map_field_kind { MAP_SPIN_LOCK, MAP_TIMER, MAP_KPTR, MAP_WORKQUEUE, MAP_ROOT, MAP_OPAQUE };
struct map_field {
	u32 off;
	u16 size;
	u8 kind;
};

/* What BPF_MAP_CREATE says. */
struct map_attr {
	u32 type; /* enum bpf_map_type */
	u32 key_size, value_size, max_entries;
	u32 flags;
	u64 extra;
	u32 slots; /* copies of a per-CPU value, 1 to MAP_SLOTS_MAX: possible CPUs */
	u32 fields;
	struct map_field field[MAP_FIELDS]; /* by offset */
	char name[MAP_NAME];
};

struct map;

/* What a map asks of its owner, who may leave any hook NULL. */
struct map_host {
	/* A reader waits for what was written: wake it. */
	void (*wake)(struct map *m);
	/* The map that an element of a map of maps names, as this process has it;
	 * NULL: there is none. It lives as long as the element does. */
	struct map *(*inner)(struct map *m, u32 id);
	/* An element goes: its kernel fields are let go (timers, kptrs). */
	void (*drop)(struct map *m, u8 *value);
};

/* The block's first words, shared and never moved; it is the block's last page,
 * so that an array's values can be mapped from offset 0. */
struct map_head {
	u64 magic;
	u64 size; /* of the whole block, bytes */
	struct map_attr attr;
	u64 seed;
	u32 id; /* its owner's */
	u32 frozen;
	u8 host[1024];             /* its owner's, zeroed: BTF ids and the like */
	_Alignas(64) u8 own[2048]; /* its type's */
};

/* A map as a process has it. What is copied from the head never changes. */
struct map {
	const struct map_ops *ops;
	/* What programs call: ops->lookup, or what open() found to be better. */
	void *(*lookup)(struct map *m, const void *key, u32 slot);
	u8 *base; /* the block; element memory is where the type says */
	struct map_head *head;
	u32 type, key_size, value_size, max_entries, flags, slots;
	u32 stride; /* bytes from one value (or one slot's copy) to the next */
	u32 id;
	u8 *data;   /* the first element: what programs' array look-ups need */
	u64 mapped; /* bytes at data that are mapped there besides the block (rings), or 0 */
	void *own;  /* its type's, of this process only */
	int fd;     /* of the block; owned */
	u32 refs;   /* atomic */
	const struct map_host *host;
	void *arg; /* the host's */
};

/* Called for every element, as far as it returns 0. */
typedef long map_each_fn(struct map *m, void *key, void *value, void *arg);

/* Batch commands that go by keys. */
enum { MAP_BATCH_READ = 1, MAP_BATCH_WRITE = 2, MAP_BATCH_REMOVE = 4, MAP_BATCH_TAKE = 8 };

/* One type. A hook that may be NULL says what is answered then. `slot` is the
 * execution slot of the run that asks: whose copy of a per-CPU value it means. */
struct map_ops {
	u32 type;
	bool per_cpu;  /* a value for the bpf() call: round_up(value_size, 8) x slots */
	bool holds_fd; /* values are ids of maps or programs */
	bool sparse;   /* most of its block is never touched */
	u8 batches;    /* MAP_BATCH_*, 0 is ENOTSUPP; with `batch`, all of them */
	/* Flags that MAP_CREATE takes; more is EINVAL. */
	u32 flags;
	/* 0 or errno: sizes, as Linux's map_alloc_check. */
	int (*check)(const struct map_attr *a);
	/* Bytes of the block before its head (multiple of 4096), 0: more than Linux
	 * would give (E2BIG). */
	u64 (*size)(const struct map_attr *a);
	/* Of them, those from 0 on that it touches without map_sure(). NULL: all */
	u64 (*sure)(const struct map_attr *a);
	/* Fills in a new block, which is all zero; NULL: nothing to do. */
	void (*init)(struct map *m);
	/* Sets stride, data, own; after init, and in each process. NULL: nothing. */
	int (*open)(struct map *m);
	void (*close)(struct map *m); /* NULL: nothing */

	/* ---- from a program ---- */
	/* The value, which stays readable though another may delete it. NULL hook:
	 * the type has no look-up for programs. */
	void *(*lookup)(struct map *m, const void *key, u32 slot);
	int (*update)(struct map *m, const void *key, const void *value, u64 flags, u32 slot);
	int (*remove)(struct map *m, const void *key);
	/* Queues, stacks, bloom filters. NULL: EOPNOTSUPP */
	int (*push)(struct map *m, const void *value, u64 flags);
	int (*pop)(struct map *m, void *value);
	int (*peek)(struct map *m, void *value);
	/* bpf_for_each_map_elem: elements visited, or errno. NULL: EINVAL */
	long (*each)(struct map *m, map_each_fn *fn, void *arg, u32 slot);

	/* ---- from the bpf() call: values are copied in and out ----
	 * NULL: made of those above (map.c), or what Linux answers. */
	int (*read)(struct map *m, const void *key, void *value, u64 flags);
	int (*write)(struct map *m, const void *key, const void *value, u64 flags);
	int (*take)(struct map *m, const void *key, void *value, u64 flags);
	int (*next)(struct map *m, const void *key, void *next); /* key NULL: the first */
	/* Batches by bucket (hashes); NULL: by keys. */
	int (*batch)(struct map *m, const void *in, void *out, void *keys, void *values, u32 *count,
		     u64 flags, bool take);
	/* How mmap() may see it: bytes from offset 0, 0: not at all. */
	u64 (*mappable)(const struct map *m);
};

/* NULL: no such type here. */
const struct map_ops *map_ops(u32 type);

/* EINVAL, E2BIG, EOPNOTSUPP ... as MAP_CREATE answers, without making it. */
int map_check(const struct map_attr *a);
/* fd: an empty file of the caller's, open for reading and writing, which is taken
 * and becomes the block; -1: a memfd named bpf-map. */
int map_create(const struct map_attr *a, int fd, struct map **ret);
/* A block that map_create made, of any process. fd is taken. EINVAL: it is none. */
int map_open(int fd, struct map **ret);
struct map *map_get(struct map *m); /* one holder more */
void map_put(struct map *m);        /* one less; NULL is allowed */

/* Are these bytes in its elements' memory? */
static inline bool map_has(const struct map *m, u64 addr, u64 size)
{
	u64 n = m->mapped ? m->mapped : (u64)((u8 *)m->head - m->data);
	u64 off = addr - (u64)(uintptr_t)m->data;

	return off <= n && n - off >= size;
}

/* ---- what the bpf() call does with a map; sizes are the caller's affair ---- */
u32 map_value_bytes(const struct map *m); /* of a value, as the call copies it */
int map_read(struct map *m, const void *key, void *value, u64 flags);
int map_write(struct map *m, const void *key, const void *value, u64 flags);
int map_remove(struct map *m, const void *key);
int map_take(struct map *m, const void *key, void *value, u64 flags);
int map_next(struct map *m, const void *key, void *next); /* two buffers */
/* The batch commands; *count: room in elements, then how many were done. in: where
 * the last one ended, NULL to begin; out: where this one ends. Sizes of in and out
 * by map_batch_bytes. */
u32 map_batch_bytes(const struct map *m);
int map_batch(struct map *m, const void *in, void *out, void *keys, void *values, u32 *count,
	      u64 flags, bool take);
/* Is `in` (NULL: no) behind the last bucket of a hash? */
bool map_batch_is_over(const struct map *m, const void *in);
/* Does Linux have this command for the type? (ENOTSUPP) */
bool map_can_batch(const struct map *m, u32 what); /* MAP_BATCH_* */
int map_batch_write(struct map *m, const void *keys, const void *values, u32 *count, u64 flags);
int map_batch_remove(struct map *m, const void *keys, u32 *count, u64 flags);
/* The id in an element of an array of objects (array_fd.c), 0: none. */
u32 map_id(const struct map *m, const void *key);
/* No more writing from the call. EBUSY, EINVAL, ENOTSUPP as Linux. */
int map_freeze(struct map *m);

/* ---- values (value.c) ---- */
/* Is there a spin lock in its values? */
static inline bool map_has_lock(const struct map *m)
{
	for (u32 i = 0; i < m->head->attr.fields; i++)
		if (m->head->attr.field[i].kind == MAP_SPIN_LOCK)
			return true;
	return false;
}

/* Copies all but the kernel's fields. */
void map_copy(const struct map *m, void *to, const void *from);
/* The same under the value's own spin lock (BPF_F_LOCK). */
void map_copy_locked(const struct map *m, void *to, const void *from, void *locked_value);
/* bpf_spin_lock, bpf_spin_unlock: the word holds its holder's thread. */
void map_spin_lock(u32 *word);
void map_spin_unlock(u32 *word);

#include "map/helper.h" /* rings, storages, stack traces */

#endif
