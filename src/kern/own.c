/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory of objects that programs allocate. It is one file in the world, mapped at the same
 * address by each process, so that pointers which lie in values of maps mean the same to
 * all of them.
 *
 *	chunk 0: struct heap        chunk n: struct chunk, then blocks of one type
 *
 * What was an object of some type is only used again for one of that type: a program that
 * still looks at it (under RCU, as Linux says) finds numbers where it knew numbers. */
#include "kern/own.h"
#include "kern/world.h"
#include "map/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define HEAP_AT    ((u64)0x200000000000)
#define HEAP_MAGIC ((u64)0x31706165686f62)
enum { CHUNK = 1 << 16, POOLS = 1024, NUMBERS_FROM = 16 };
enum { HEAP_SIZE_SHIFT = 36 };

struct pool {
	u32 btf, type;
	u64 free;       /* a block that was given back, and so on; 0: none */
	u64 fresh, end; /* where blocks begin that were never used */
};
struct heap {
	u64 magic;
	struct map_lock lock;
	u64 used;    /* bytes, whole chunks */
	u64 numbers; /* atomic */
	struct pool pool[POOLS];
};
_Static_assert(sizeof(struct heap) <= CHUNK, "it is chunk 0");

struct chunk {
	u64 magic;
	u32 btf, type, size, copies;
	u32 step, blocks;
	u8 rest[32];
};
struct block {
	u64 next; /* of free ones */
	u32 live; /* atomic */
	u32 rest;
};

static struct heap *heap; /* NULL: not mapped yet */

/* ---- the file ---- */

static int open_file(void)
{
	int fd = openat(world()->dir, "heap", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : fd;
}

static int begin(int fd)
{
	u64 size = (u64)1 << HEAP_SIZE_SHIFT;
	struct rlimit most;

	/* Else a signal would tell. */
	if (!getrlimit(RLIMIT_FSIZE, &most) && most.rlim_cur < size)
		return -ENOMEM;
	if (ftruncate(fd, (off_t)size) || file_sure(fd, 0, CHUNK))
		return -ENOMEM;
	void *p = mmap((void *)(uintptr_t)HEAP_AT, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_NORESERVE | MAP_FIXED_NOREPLACE, fd, 0);
	if (p == MAP_FAILED)
		return -ENOMEM;
	if (p != (void *)(uintptr_t)HEAP_AT) {
		munmap(p, size);
		return -ENOMEM;
	}
	struct heap *h = p;
	u64 none = 0;
	__atomic_compare_exchange_n(&h->used, &none, CHUNK, false, __ATOMIC_RELAXED,
				    __ATOMIC_RELAXED);
	none = 0;
	__atomic_compare_exchange_n(&h->numbers, &none, NUMBERS_FROM, false, __ATOMIC_RELAXED,
				    __ATOMIC_RELAXED);
	__atomic_store_n(&heap, h, __ATOMIC_RELEASE);
	return 0;
}

int own_open(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	int err = 0;

	if (likely(__atomic_load_n(&heap, __ATOMIC_ACQUIRE)))
		return 0;
	pthread_mutex_lock(&lock);
	if (!heap) {
		int fd = open_file();
		err = fd < 0 ? fd : begin(fd);
		if (fd >= 0)
			close(fd);
	}
	pthread_mutex_unlock(&lock);
	return err;
}

static struct heap *the_heap(void)
{
	return own_open() ? NULL : __atomic_load_n(&heap, __ATOMIC_ACQUIRE);
}

/* ---- blocks ---- */

u32 own_stride(u32 size) { return (size + 7) & ~7u; }

static u32 step_of(u32 size, u32 copies)
{
	return (u32)((sizeof(struct block) + (u64)own_stride(size) * copies + 15) & ~(u64)15);
}

/* Needs: the lock. NULL: there are too many types. */
static struct pool *pool_of(struct heap *h, u32 btf, u32 type)
{
	u32 at = (u32)hash_u64((u64)btf << 32 | type) % POOLS;

	for (u32 i = 0; i < POOLS; i++, at = (at + 1) % POOLS) {
		struct pool *p = &h->pool[at];
		if (!p->btf)
			*p = (struct pool){.btf = btf, .type = type};
		if (p->btf == btf && p->type == type)
			return p;
	}
	return NULL;
}

/* Needs: the lock. More blocks of that type. */
static bool grow(struct heap *h, struct pool *p, u32 size, u32 copies)
{
	u32 step = step_of(size, copies), n = MAX((u32)(CHUNK - sizeof(struct chunk)) / step, 1u);
	u64 bytes = (sizeof(struct chunk) + (u64)step * n + CHUNK - 1) / CHUNK * CHUNK;
	u64 at = h->used;

	if (bytes > ((u64)1 << HEAP_SIZE_SHIFT) - at)
		return false;
	int fd = open_file();
	bool ok = fd >= 0 && !file_sure(fd, at, bytes);
	if (fd >= 0)
		close(fd);
	if (!ok)
		return false;
	struct chunk *c = (struct chunk *)(void *)((u8 *)h + at);
	*c = (struct chunk){.btf = p->btf,
			    .type = p->type,
			    .size = size,
			    .copies = copies,
			    .step = step,
			    .blocks = n};
	c->magic = HEAP_MAGIC;
	h->used = at + bytes;
	p->fresh = HEAP_AT + at + sizeof(*c);
	p->end = p->fresh + (u64)step * n;
	return true;
}

static struct block *block_at(u64 at) { return (struct block *)(void *)(uintptr_t)at; }

static struct block *take(struct heap *h, u32 btf, u32 type, u32 size, u32 copies)
{
	struct pool *p = pool_of(h, btf, type);

	if (p && p->free) {
		struct block *b = block_at(p->free);
		p->free = b->next;
		return b;
	}
	if (!p || (p->fresh == p->end && !grow(h, p, size, copies)))
		return NULL;
	struct block *b = block_at(p->fresh);
	p->fresh += step_of(size, copies);
	return b;
}

void *own_new(u32 btf, u32 type, u32 size, u32 copies)
{
	struct heap *h = the_heap();

	if (!h || map_lock(&h->lock) < 0)
		return NULL;
	struct block *b = take(h, btf, type, size, copies);
	map_unlock(&h->lock);
	if (!b)
		return NULL;
	memset(b + 1, 0, (size_t)own_stride(size) * copies);
	__atomic_store_n(&b->live, 1, __ATOMIC_RELEASE);
	return b + 1;
}

void own_free(const struct own *o)
{
	struct block *b = (struct block *)(void *)o->at - 1;
	struct heap *h = the_heap();
	u32 live = 1;

	if (!h || !__atomic_compare_exchange_n(&b->live, &live, 0, false, __ATOMIC_ACQ_REL,
					       __ATOMIC_RELAXED))
		return;
	if (map_lock(&h->lock) < 0)
		return; /* it is lost, to a signal's handler */
	struct pool *p = pool_of(h, o->btf, o->type);
	if (p) {
		b->next = p->free;
		p->free = (u64)(uintptr_t)b;
	}
	map_unlock(&h->lock);
}

bool own_has(u64 at, u64 size)
{
	const struct heap *h = __atomic_load_n(&heap, __ATOMIC_ACQUIRE);
	u64 used = h ? __atomic_load_n(&h->used, __ATOMIC_RELAXED) : 0;

	return at >= HEAP_AT + CHUNK && at - HEAP_AT <= used && used - (at - HEAP_AT) >= size;
}

bool own_find(u64 at, struct own *ret)
{
	if (!own_has(at, 1))
		return false;
	u64 from = at & ~(u64)(CHUNK - 1), off = at - from;
	const struct chunk *c = (const struct chunk *)(const void *)(uintptr_t)from;
	if (c->magic != HEAP_MAGIC || off < sizeof(*c))
		return false;
	u64 nr = (off - sizeof(*c)) / c->step;
	struct block *b = block_at(from + sizeof(*c) + nr * c->step);
	if (nr >= c->blocks || !__atomic_load_n(&b->live, __ATOMIC_ACQUIRE))
		return false;
	*ret = (struct own){(u8 *)(b + 1), c->btf, c->type, c->size, c->copies};
	return true;
}

u64 own_number(void)
{
	struct heap *h = the_heap();

	return h ? __atomic_add_fetch(&h->numbers, 1, __ATOMIC_RELAXED) : OWN_BUSY + 1;
}

u64 own_count(void)
{
	const struct heap *h = the_heap();
	u64 n = 0;

	for (u64 at = CHUNK; h && at < h->used; at += CHUNK) {
		const struct chunk *c = (const struct chunk *)(const void *)((const u8 *)h + at);
		for (u32 i = 0; c->magic == HEAP_MAGIC && i < c->blocks; i++)
			n += block_at(HEAP_AT + at + sizeof(*c) + (u64)i * c->step)->live;
	}
	return n;
}
