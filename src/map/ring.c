/* SPDX-License-Identifier: BSD-2-Clause */
/* What RINGBUF and USER_RINGBUF share: their block as a process has it, and what
 * both types lack. */
#include "map/priv.h"

#include <stdlib.h>
#include <sys/mman.h>

int map_ring_check(const struct map_attr *a)
{
	u32 n = a->max_entries;

	return !a->key_size && !a->value_size && n && !(n & (n - 1)) && n % MAP_PAGE == 0 ? 0
											  : -EINVAL;
}

u64 map_ring_size(const struct map_attr *a) { return RING_DATA + (u64)a->max_entries; }

int map_ring_open(struct map *m)
{
	size_t n = m->max_entries;
	struct map_ring *r = calloc(1, sizeof(*r));
	u8 *p = r ? mmap(NULL, RING_DATA + 2 * n, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
		  : MAP_FAILED;

	if (p == MAP_FAILED) {
		free(r);
		return -ENOMEM;
	}
	if (mmap(p, RING_DATA + n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, m->fd, 0) ==
		    MAP_FAILED ||
	    mmap(p + RING_DATA + n, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, m->fd,
		 RING_DATA) == MAP_FAILED) {
		munmap(p, RING_DATA + 2 * n);
		free(r);
		return -ENOMEM;
	}
	*r = (struct map_ring){.consumer = (u64 *)(void *)p,
			       .producer = (u64 *)(void *)(p + MAP_PAGE),
			       .data = p + RING_DATA,
			       .mask = n - 1,
			       .stuck_at = UINT64_MAX};
	m->own = r;
	m->data = r->data;
	m->mapped = 2 * n;
	return 0;
}

void map_ring_close(struct map *m)
{
	struct map_ring *r = m->own;

	munmap(r->data - RING_DATA, RING_DATA + 2 * (r->mask + 1));
	free(r);
}

u64 map_ring_mappable(const struct map *m) { return RING_DATA + 2 * (u64)m->max_entries; }

/* ---- what the type lacks ---- */

int map_ring_no_read(struct map *m, const void *key, void *value, u64 flags)
{
	(void)m, (void)key, (void)value, (void)flags;
	return -ENOTSUPP_LINUX;
}

int map_ring_no_update(struct map *m, const void *key, const void *value, u64 flags, u32 slot)
{
	(void)m, (void)key, (void)value, (void)flags, (void)slot;
	return -ENOTSUPP_LINUX;
}

int map_ring_no_remove(struct map *m, const void *key)
{
	(void)m, (void)key;
	return -ENOTSUPP_LINUX;
}

int map_ring_no_next(struct map *m, const void *key, void *next)
{
	(void)m, (void)key, (void)next;
	return -ENOTSUPP_LINUX;
}
