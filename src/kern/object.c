/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects as this process has them: mapped once, found by their file. */
#include "kern/world.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUCKETS = 256, SWEEP_EVERY = 64 };

static const u64 magic = 0x31746a626f66706f; /* "opfobjt1" */

/* The cache. The lock is held for moments only; a fork waits for it. */
static struct object *bucket[BUCKETS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void before_fork(void) { pthread_mutex_lock(&lock); }
static void after_fork(void) { pthread_mutex_unlock(&lock); }

static void prepare_forks(void)
{
	static bool done;

	if (!__atomic_exchange_n(&done, true, __ATOMIC_ACQ_REL))
		pthread_atfork(before_fork, after_fork, after_fork);
}

static const struct object_ops *const kinds[OBJECT_KINDS] = {
	[OBJECT_MAP] = &object_map_ops,   [OBJECT_PROG] = &object_prog_ops,
	[OBJECT_BTF] = &object_btf_ops,   [OBJECT_LINK] = &object_link_ops,
	[OBJECT_PERF] = &object_perf_ops, [OBJECT_EVENT] = &object_event_ops,
};

static struct object **place(ino_t ino) { return &bucket[hash_u64(ino) % BUCKETS]; }

static struct object *find(ino_t ino)
{
	for (struct object *o = *place(ino); o; o = o->next)
		if (o->ino == ino) {
			__atomic_fetch_add(&o->refs, 1, __ATOMIC_RELAXED);
			return o;
		}
	return NULL;
}

void object_put(struct object *o)
{
	if (!o || __atomic_sub_fetch(&o->refs, 1, __ATOMIC_ACQ_REL))
		return;
	kinds[o->kind]->close(o->p);
	free(o);
}

/* Adds it, or returns the one that another thread added meanwhile. Two holders. */
static struct object *enter(struct object *o)
{
	pthread_mutex_lock(&lock);
	struct object *have = find(o->ino);
	if (!have) {
		o->refs = 2;
		o->next = *place(o->ino);
		*place(o->ino) = o;
	}
	pthread_mutex_unlock(&lock);
	if (!have)
		return o;
	o->refs = 1;
	object_put(o);
	return have;
}

/* Takes out what has no name any more and nobody here uses. */
static void forget_dead(struct world *w)
{
	struct object *dead = NULL;

	pthread_mutex_lock(&lock);
	for (u32 i = 0; i < BUCKETS; i++)
		for (struct object **at = &bucket[i], *o; (o = *at);) {
			char name[64];
			struct stat st;
			snprintf(name, sizeof(name), "bpf-%s.%u", object_kinds[o->kind], o->id);
			if (__atomic_load_n(&o->refs, __ATOMIC_ACQUIRE) > 1 ||
			    (!fstatat(w->dir, name, &st, 0) && st.st_ino == o->ino)) {
				at = &o->next;
				continue;
			}
			*at = o->next;
			o->next = dead;
			dead = o;
		}
	pthread_mutex_unlock(&lock);
	while (dead) {
		struct object *o = dead;
		dead = o->next;
		object_put(o);
	}
}

/* ---- from a descriptor ---- */

/* What a file says of itself, whatever name it was opened by (a pin's). */
static bool kind_of(int fd, off_t size, enum object_kind *kind, u32 *id)
{
	struct object_head h;

	if (size < WORLD_PAGE)
		return false;
	if (pread(fd, &h, offsetof(struct object_head, own), size - WORLD_PAGE) !=
	    (ssize_t)offsetof(struct object_head, own))
		return false;
	if (h.magic == magic && h.kind < OBJECT_KINDS) {
		*kind = (enum object_kind)h.kind;
		*id = h.id;
		return true;
	}
	*kind = OBJECT_MAP; /* map_open will see whether it is one */
	return true;
}

static int meet(int fd, const struct stat *st, struct object **ret)
{
	char self[64];
	enum object_kind kind;
	u32 id = 0;

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	int own = open(self, O_RDWR | O_CLOEXEC);
	if (own < 0)
		return -EINVAL;
	if (!kind_of(own, st->st_size, &kind, &id)) {
		close(own);
		return -EINVAL;
	}
	struct object *o = calloc(1, sizeof(*o));
	if (!o) {
		close(own);
		return -ENOMEM;
	}
	int err = kinds[kind]->open(own, id, &o->p);
	if (err) {
		free(o);
		return err;
	}
	o->kind = kind;
	o->id = kind == OBJECT_MAP ? ((struct map *)o->p)->id : id;
	o->ino = st->st_ino;
	*ret = enter(o);
	return 0;
}

int object_of(int fd, struct object **ret)
{
	struct world *w = world();
	struct stat st;

	if (!w)
		return -errno;
	if (fstat(fd, &st))
		return -EBADF;
	if (st.st_dev != w->dev || !S_ISREG(st.st_mode))
		return -EINVAL;
	pthread_mutex_lock(&lock);
	struct object *o = find(st.st_ino);
	pthread_mutex_unlock(&lock);
	if (!o)
		return meet(fd, &st, ret);
	*ret = o;
	return 0;
}

int object_get(int fd, enum object_kind kind, struct object **ret)
{
	struct object *o;
	int err = object_of(fd, &o);

	if (err)
		return err;
	if (o->kind != kind) {
		object_put(o);
		return -EINVAL;
	}
	*ret = o;
	return 0;
}

int object_get_id(enum object_kind kind, u32 id, struct object **ret)
{
	struct world *w = world();

	if (!w)
		return -errno;
	int fd = world_open_id(w, kind, id, O_RDWR);
	if (fd < 0)
		return fd;
	int err = object_get(fd, kind, ret);
	close(fd);
	return err;
}

int object_mode(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags < 0 ? -EBADF : flags & O_ACCMODE;
}

/* ---- new ones ---- */

int object_add(struct world *w, enum object_kind kind, u32 id, void *p, int fd, int mode)
{
	struct object *o = calloc(1, sizeof(*o));
	struct stat st;

	prepare_forks();
	int ret = !o ? -ENOMEM : fstat(fd, &st) ? -errno : world_publish(w, kind, id, fd, mode);
	if (ret < 0) {
		free(o);
		kinds[kind]->close(p);
		close(fd);
		return ret;
	}
	*o = (struct object){.kind = kind, .id = id, .ino = st.st_ino, .p = p};
	object_put(enter(o));
	if (id % SWEEP_EVERY == 0) {
		world_sweep(w);
		forget_dead(w);
	}
	return ret;
}

/* ---- files of objects that are no maps ---- */

int object_map_file(int fd, enum object_kind kind, struct object_file *ret)
{
	struct stat st;

	if (fstat(fd, &st) || st.st_size < WORLD_PAGE || st.st_size % WORLD_PAGE)
		return -EINVAL;
	u8 *p = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return -ENOMEM;
	*ret = (struct object_file){p, (size_t)st.st_size - WORLD_PAGE,
				    (struct object_head *)(void *)(p + st.st_size - WORLD_PAGE)};
	const struct object_head *h = ret->head;
	if (h->magic == magic && h->kind == kind && h->size == (u64)st.st_size)
		return 0;
	object_unmap(ret);
	return -EINVAL;
}

void object_unmap(struct object_file *f)
{
	if (f->blob)
		munmap((void *)(uintptr_t)f->blob, f->n + WORLD_PAGE);
	f->blob = NULL;
}

int object_file(struct world *w, enum object_kind kind, const void *blob, size_t n,
		struct object_file *ret)
{
	size_t size = (n + WORLD_PAGE - 1) / WORLD_PAGE * WORLD_PAGE + WORLD_PAGE;
	int fd = world_begin(w);

	if (fd < 0)
		return fd;
	u8 *p = ftruncate(fd, (off_t)size) || file_sure(fd, 0, size)
			? MAP_FAILED
			: mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) {
		close(fd);
		return -ENOMEM;
	}
	if (blob)
		memcpy(p, blob, n);
	*ret = (struct object_file){p, size - WORLD_PAGE,
				    (struct object_head *)(void *)(p + size - WORLD_PAGE)};
	ret->head->magic = magic;
	ret->head->kind = kind;
	ret->head->id = world_new_id(w, kind);
	ret->head->size = size;
	return fd;
}

/* ---- what programs do with maps of this process ---- */

bool kern_is_map(const struct map *m)
{
	bool found = false;

	pthread_mutex_lock(&lock);
	for (u32 i = 0; i < BUCKETS && !found; i++)
		for (const struct object *o = bucket[i]; o && !found; o = o->next)
			found = o->kind == OBJECT_MAP && o->p == m;
	pthread_mutex_unlock(&lock);
	return found;
}

/* The first map for which it holds, or NULL. */
static struct map *find_map(bool (*holds)(const struct map *m, u64 at, u64 size), u64 at, u64 size)
{
	struct map *found = NULL;

	pthread_mutex_lock(&lock);
	for (u32 i = 0; i < BUCKETS && !found; i++)
		for (const struct object *o = bucket[i]; o && !found; o = o->next)
			if (o->kind == OBJECT_MAP && holds(o->p, at, size))
				found = o->p;
	pthread_mutex_unlock(&lock);
	return found;
}

bool kern_in_map(u64 addr, u32 size) { return find_map(map_has, addr, size); }

static bool is_ring_of(const struct map *m, u64 at, u64 size)
{
	(void)size;
	return m->type == MAPTYPE_RINGBUF && map_ring_owns(m, (void *)(uintptr_t)at);
}

struct map *kern_ring_of(const void *sample)
{
	return find_map(is_ring_of, (u64)(uintptr_t)sample, 0);
}
