/* SPDX-License-Identifier: BSD-2-Clause */
/* A map's block: made, opened, shared, let go; and what is the same for all
 * types in the commands of the bpf() call. */
#include "map/priv.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static const u64 magic = 0x31706d2d6670626f; /* "obpf-mp1" */

_Static_assert(sizeof(struct map_head) <= MAP_PAGE, "the head is a page");

static const struct map_ops *const types[MAPTYPE_COUNT] = {
	[BPF_MAP_TYPE_HASH] = &map_hash,
	[BPF_MAP_TYPE_ARRAY] = &map_array,
	[BPF_MAP_TYPE_PROG_ARRAY] = &map_prog_array,
	[BPF_MAP_TYPE_PERF_EVENT_ARRAY] = &map_perf_event_array,
	[BPF_MAP_TYPE_PERCPU_HASH] = &map_percpu_hash,
	[BPF_MAP_TYPE_PERCPU_ARRAY] = &map_percpu_array,
	[BPF_MAP_TYPE_STACK_TRACE] = &map_stack_trace,
	[BPF_MAP_TYPE_CGROUP_ARRAY] = &map_cgroup_array,
	[BPF_MAP_TYPE_LRU_HASH] = &map_lru_hash,
	[BPF_MAP_TYPE_LRU_PERCPU_HASH] = &map_lru_percpu_hash,
	[BPF_MAP_TYPE_LPM_TRIE] = &map_lpm,
	[BPF_MAP_TYPE_ARRAY_OF_MAPS] = &map_array_of_maps,
	[BPF_MAP_TYPE_HASH_OF_MAPS] = &map_hash_of_maps,
	[BPF_MAP_TYPE_DEVMAP] = &map_devmap,
	[BPF_MAP_TYPE_SOCKMAP] = &map_sockmap,
	[BPF_MAP_TYPE_CPUMAP] = &map_cpumap,
	[BPF_MAP_TYPE_XSKMAP] = &map_xskmap,
	[BPF_MAP_TYPE_SOCKHASH] = &map_sockhash,
	[BPF_MAP_TYPE_CGROUP_STORAGE] = &map_cgroup_storage,
	[BPF_MAP_TYPE_REUSEPORT_SOCKARRAY] = &map_reuseport,
	[BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE] = &map_percpu_cgroup_storage,
	[BPF_MAP_TYPE_QUEUE] = &map_queue,
	[BPF_MAP_TYPE_STACK] = &map_stack,
	[BPF_MAP_TYPE_SK_STORAGE] = &map_sk_storage,
	[BPF_MAP_TYPE_DEVMAP_HASH] = &map_devmap_hash,
	[BPF_MAP_TYPE_STRUCT_OPS] = &map_struct_ops,
	[BPF_MAP_TYPE_RINGBUF] = &map_ringbuf,
	[BPF_MAP_TYPE_INODE_STORAGE] = &map_inode_storage,
	[BPF_MAP_TYPE_TASK_STORAGE] = &map_task_storage,
	[BPF_MAP_TYPE_BLOOM_FILTER] = &map_bloom,
	[BPF_MAP_TYPE_USER_RINGBUF] = &map_user_ringbuf,
	[MAPTYPE_CGRP_STORAGE] = &map_cgrp_storage,
	[MAPTYPE_ARENA] = &map_arena,
};

const struct map_ops *map_ops(u32 type) { return type < LEN(types) ? types[type] : NULL; }

/* ---- the block ---- */

int map_check(const struct map_attr *a)
{
	const struct map_ops *ops = map_ops(a->type);

	if (!ops || (a->flags & ~ops->flags) || !a->slots || a->slots > MAP_SLOTS_MAX)
		return -EINVAL;
	if (a->extra && a->type != BPF_MAP_TYPE_BLOOM_FILTER && a->type != MAPTYPE_ARENA)
		return -EINVAL;
	if ((a->flags & BPF_F_RDONLY) && (a->flags & BPF_F_WRONLY))
		return -EINVAL;
	int err = ops->check(a);
	if (err)
		return err;
	return ops->size(a) ? 0 : -E2BIG;
}

/* Takes fd, also when it fails. */
static int attach(int fd, u64 size, struct map **ret)
{
	struct map *m = calloc(1, sizeof(*m));
	void *p = m ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;

	if (p == MAP_FAILED) {
		free(m);
		close(fd);
		return -ENOMEM;
	}
	m->base = m->data = p;
	m->head = (struct map_head *)(m->base + size - MAP_PAGE);
	m->fd = fd;
	m->refs = 1;
	*ret = m;
	return 0;
}

/* What the head says, in this process's map. */
static int adopt(struct map *m)
{
	const struct map_attr *a = &m->head->attr;

	m->ops = map_ops(a->type);
	m->lookup = m->ops->lookup;
	m->type = a->type;
	m->key_size = a->key_size;
	m->value_size = a->value_size;
	m->max_entries = a->max_entries;
	m->flags = a->flags;
	m->slots = a->slots;
	m->stride = (u32)map_round(a->value_size, 8);
	m->id = m->head->id;
	return m->ops->open ? m->ops->open(m) : 0;
}

static int finish(struct map *m, int err, struct map **ret)
{
	if (err) {
		m->ops = NULL; /* it has not been opened */
		map_put(m);
		return err;
	}
	*ret = m;
	return 0;
}

/* Where files have a limit, what cannot be had is told now, not by SIGBUS when it is
 * first touched. What the type takes later, it makes sure then (map_sure). */
static int reserve(const struct map_attr *a, int fd, u64 size)
{
	const struct map_ops *ops = map_ops(a->type);
	u64 n = ops->sure ? ops->sure(a) : size - MAP_PAGE;
	struct statfs fs;

	if (fstatfs(fd, &fs) || !fs.f_blocks)
		return 0;
	if (!ops->sparse && !(a->flags & BPF_F_NO_PREALLOC) && fs.f_bavail * (u64)fs.f_bsize < size)
		return -ENOMEM;
	if (file_sure(fd, size - MAP_PAGE, MAP_PAGE))
		return -ENOMEM;
	return n ? file_sure(fd, 0, n) : 0;
}

int map_sure(const struct map *m, const void *from, u64 n)
{
	return file_sure(m->fd, (u64)((const u8 *)from - m->base), n);
}

int map_create(const struct map_attr *a, int fd, struct map **ret)
{
	int err = map_check(a);
	struct map *m;

	if (!err && fd < 0 && (fd = memfd_create("bpf-map", MFD_CLOEXEC)) < 0)
		err = -errno;
	if (err) {
		if (fd >= 0)
			close(fd);
		return err;
	}
	u64 size = map_ops(a->type)->size(a) + MAP_PAGE;
	if (ftruncate(fd, (off_t)size) || reserve(a, fd, size)) {
		close(fd);
		return -ENOMEM;
	}
	err = attach(fd, size, &m);
	if (err)
		return err;
	m->head->size = size;
	m->head->attr = *a;
	if (!(a->flags & BPF_F_ZERO_SEED) && getrandom(&m->head->seed, 8, 0) != 8)
		m->head->seed = (u64)(uintptr_t)m ^ (u64)getpid() << 40;
	m->ops = map_ops(a->type);
	m->key_size = a->key_size;
	m->value_size = a->value_size;
	m->max_entries = a->max_entries;
	m->slots = a->slots;
	m->flags = a->flags;
	if (m->ops->init)
		m->ops->init(m);
	atomic_thread_fence(memory_order_release);
	m->head->magic = magic;
	return finish(m, adopt(m), ret);
}

int map_open(int fd, struct map **ret)
{
	struct stat st;
	struct map *m;

	if (fstat(fd, &st) || st.st_size < MAP_PAGE || st.st_size % MAP_PAGE) {
		close(fd);
		return -EINVAL;
	}
	int err = attach(fd, (u64)st.st_size, &m);
	if (err)
		return err;
	const struct map_head *h = m->head;
	bool good = h->magic == magic && h->size == (u64)st.st_size && !map_check(&h->attr) &&
		    map_ops(h->attr.type)->size(&h->attr) + MAP_PAGE == h->size;
	return finish(m, good ? adopt(m) : -EINVAL, ret);
}

struct map *map_get(struct map *m)
{
	__atomic_fetch_add(&m->refs, 1, __ATOMIC_RELAXED);
	return m;
}

void map_put(struct map *m)
{
	if (!m || __atomic_sub_fetch(&m->refs, 1, __ATOMIC_ACQ_REL))
		return;
	if (m->ops && m->ops->close)
		m->ops->close(m);
	munmap(m->base,
	       (size_t)(m->head->size ? m->head->size : (u64)((u8 *)m->head + MAP_PAGE - m->base)));
	if (m->fd >= 0)
		close(m->fd);
	free(m);
}

/* ---- the call's commands ---- */

u32 map_value_bytes(const struct map *m)
{
	if (m->ops->per_cpu)
		return (u32)map_round(m->value_size, 8) * m->slots;
	return m->ops->holds_fd ? 4 : m->value_size;
}

/* Of the call's commands: BPF_F_LOCK needs a lock in the value. */
static bool bad_lock(const struct map *m, u64 flags)
{
	return unlikely(flags & BPF_F_LOCK) && !map_has_lock(m);
}

int map_read(struct map *m, const void *key, void *value, u64 flags)
{
	if (flags & ~(u64)BPF_F_LOCK || bad_lock(m, flags))
		return -EINVAL;
	if (m->ops->read)
		return m->ops->read(m, key, value, flags);
	if (!m->ops->lookup)
		return -EOPNOTSUPP;
	void *from = m->ops->lookup(m, key, 0);
	if (!from)
		return -ENOENT;
	if (flags & BPF_F_LOCK)
		map_copy_locked(m, value, from, from);
	else
		map_copy(m, value, from);
	map_clear_fields(m, value);
	return 0;
}

int map_write(struct map *m, const void *key, const void *value, u64 flags)
{
	if (bad_lock(m, flags))
		return -EINVAL;
	if (m->ops->write)
		return m->ops->write(m, key, value, flags);
	return m->ops->update ? m->ops->update(m, key, value, flags, 0) : -EOPNOTSUPP;
}

int map_remove(struct map *m, const void *key)
{
	return m->ops->remove ? m->ops->remove(m, key) : -EOPNOTSUPP;
}

int map_take(struct map *m, const void *key, void *value, u64 flags)
{
	if (flags & ~(u64)BPF_F_LOCK || bad_lock(m, flags))
		return -EINVAL;
	return m->ops->take ? m->ops->take(m, key, value, flags) : -ENOTSUPP_LINUX;
}

int map_next(struct map *m, const void *key, void *next)
{
	return m->ops->next ? m->ops->next(m, key, next) : -EOPNOTSUPP;
}

int map_freeze(struct map *m)
{
	if (m->type == BPF_MAP_TYPE_STRUCT_OPS || m->head->attr.fields)
		return -ENOTSUPP_LINUX;
	return __atomic_exchange_n(&m->head->frozen, 1, __ATOMIC_ACQ_REL) ? -EBUSY : 0;
}
