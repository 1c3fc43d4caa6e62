/* SPDX-License-Identifier: BSD-2-Clause */
/* A map's block: made, opened, shared, let go; and what is the same for all
 * types in the commands of the bpf() call. */
#include "map/priv.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static const u64 magic = 0x31706d2d6670626f; /* "obpf-mp1" */

_Static_assert(sizeof(struct map_head) <= MAP_PAGE, "the head is a page");

static const struct map_ops *const types[] = {
	&map_array,    &map_percpu_array,    &map_hash,         &map_percpu_hash,
	&map_lru_hash, &map_lru_percpu_hash, &map_hash_of_maps,
};

const struct map_ops *map_ops(u32 type)
{
	for (u32 i = 0; i < LEN(types); i++)
		if (types[i]->type == type)
			return types[i];
	return NULL;
}

/* ---- the block ---- */

int map_check(const struct map_attr *a)
{
	const struct map_ops *ops = map_ops(a->type);

	if (!ops || (a->flags & ~ops->flags) || !a->slots || a->slots > MAP_SLOTS_MAX)
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
	if (ftruncate(fd, (off_t)size)) {
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

int map_read(struct map *m, const void *key, void *value, u64 flags)
{
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
	return 0;
}

int map_write(struct map *m, const void *key, const void *value, u64 flags)
{
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
	if (__atomic_load_n(&m->head->mapped_writable, __ATOMIC_ACQUIRE) ||
	    __atomic_exchange_n(&m->head->frozen, 1, __ATOMIC_ACQ_REL))
		return -EBUSY;
	return 0;
}
