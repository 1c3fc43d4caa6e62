/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory for machine code: chunks that are mapped twice, once to write and once
 * to run, so that no page is both at one address.
 *
 * A chunk is cut into units of 64 bytes; a bit says that a unit is taken. It
 * belongs to the process that made it: a child shares its pages with its
 * parent, so it only runs what is there and takes from chunks of its own. */
#include "jit/priv.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { UNIT = 64, CHUNK = 1 << 20, TRAP = 0xcc };

#ifndef MFD_EXEC
#define MFD_EXEC 0x10u
#endif

struct chunk {
	struct chunk *next;
	u8 *rw, *rx;
	size_t size;
	u32 units, taken, from; /* from: no unit before it is free */
	pid_t owner;
	u8 *used; /* one a unit */
};

static struct {
	pthread_mutex_t lock;
	struct chunk *chunk;
} pool = {PTHREAD_MUTEX_INITIALIZER, NULL};

static int memory_file(size_t size)
{
	int fd = memfd_create("onebpf-jit", MFD_CLOEXEC | MFD_EXEC);

	if (fd < 0)
		fd = memfd_create("onebpf-jit", MFD_CLOEXEC);
	if (fd >= 0 && ftruncate(fd, (off_t)size) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Below the code that it will call, so that 32 bits reach it. */
static void *hint(const void *near, size_t size)
{
	enum { GAP = 64 << 20 };
	uintptr_t at = (uintptr_t)near & ~(uintptr_t)0xfffff;

	for (struct chunk *c = pool.chunk; c; c = c->next)
		if ((uintptr_t)c->rx < at)
			at = (uintptr_t)c->rx & ~(uintptr_t)0xfffff;
	return near && at > 2u * GAP + size ? (void *)(at - size - (pool.chunk ? 0 : GAP)) : NULL;
}

static struct chunk *chunk_create(size_t size, const void *near)
{
	struct chunk *c = calloc(1, sizeof(*c));
	u32 units = (u32)(size / UNIT);
	int fd = memory_file(size), why;

	if (c)
		c->used = calloc(units, 1);
	if (!c || !c->used || fd < 0)
		goto failed;
	c->size = size;
	c->units = units;
	c->owner = getpid();
	c->rw = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (c->rw == MAP_FAILED)
		goto failed;
	c->rx = mmap(hint(near, size), size, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
	if (c->rx == MAP_FAILED) {
		why = errno;
		munmap(c->rw, size);
		errno = why;
		goto failed;
	}
	close(fd);
	return c;
failed:
	why = errno;
	if (fd >= 0)
		close(fd);
	if (c)
		free(c->used);
	free(c);
	errno = why;
	return NULL;
}

/* units free ones in a row, or false. */
static bool find(const struct chunk *c, u32 units, u32 *ret)
{
	u32 row = 0;

	for (u32 i = c->from; i < c->units; i++) {
		row = c->used[i] ? 0 : row + 1;
		if (row == units) {
			*ret = i + 1 - units;
			return true;
		}
	}
	return false;
}

static bool take(struct chunk *c, u32 units, struct place *ret)
{
	u32 at;

	if (c->units - c->taken < units || !find(c, units, &at))
		return false;
	memset(c->used + at, 1, units);
	c->taken += units;
	if (at == c->from)
		c->from = at + units;
	*ret = (struct place){c->rw + (size_t)at * UNIT, c->rx + (size_t)at * UNIT,
			      (size_t)units * UNIT};
	return true;
}

bool pool_take(size_t size, const void *near, struct place *ret)
{
	u32 units = (u32)((size + UNIT - 1) / UNIT);
	pid_t me = getpid();
	bool ok = false;

	pthread_mutex_lock(&pool.lock);
	for (struct chunk *c = pool.chunk; c && !ok; c = c->next)
		ok = c->owner == me && take(c, units, ret);
	if (!ok) {
		size_t whole = ((size_t)units * UNIT + CHUNK - 1) & ~(size_t)(CHUNK - 1);
		struct chunk *c = chunk_create(whole, near);

		if (c) {
			c->next = pool.chunk;
			pool.chunk = c;
			ok = take(c, units, ret);
		}
	}
	pthread_mutex_unlock(&pool.lock);
	return ok;
}

static void chunk_destroy(struct chunk **at)
{
	struct chunk *c = *at;

	*at = c->next;
	munmap(c->rw, c->size);
	munmap(c->rx, c->size);
	free(c->used);
	free(c);
}

/* One empty chunk of the usual size is kept for the next program. */
void pool_give(struct place p)
{
	pthread_mutex_lock(&pool.lock);
	for (struct chunk **at = &pool.chunk; *at; at = &(*at)->next) {
		struct chunk *c = *at;

		if (p.rw < c->rw || p.rw >= c->rw + c->size)
			continue;
		if (c->owner != getpid())
			break;
		u32 from = (u32)((size_t)(p.rw - c->rw) / UNIT), units = (u32)(p.size / UNIT);
		memset(p.rw, TRAP, p.size);
		memset(c->used + from, 0, units);
		c->taken -= units;
		c->from = MIN(c->from, from);
		if (!c->taken && (c->size > CHUNK || c != pool.chunk))
			chunk_destroy(at);
		break;
	}
	pthread_mutex_unlock(&pool.lock);
}
