/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers on maps. A program's register holds the address of a struct map. */
#include "kern/priv.h"

#include <errno.h>

static const void *at(u64 addr) { return (const void *)(uintptr_t)addr; }

u64 helper_map_lookup_elem(u64 map, u64 key, u64 r3, u64 r4, u64 r5, struct run *r)
{
	struct map *m = kern_map(r, map);

	(void)r3, (void)r4, (void)r5;
	if (!m || !kern_may(r, key, m->key_size, false) || !m->lookup)
		return 0;
	return (u64)(uintptr_t)m->lookup(m, at(key), r->slot);
}

u64 helper_map_update_elem(u64 map, u64 key, u64 value, u64 flags, u64 r5, struct run *r)
{
	struct map *m = kern_map(r, map);

	(void)r5;
	if (!m || !kern_may(r, key, m->key_size, false) ||
	    !kern_may(r, value, m->value_size, false))
		return 0;
	if (!m->ops->update)
		return (u64)-EOPNOTSUPP;
	return (u64)m->ops->update(m, at(key), at(value), flags, r->slot);
}

u64 helper_map_delete_elem(u64 map, u64 key, u64 r3, u64 r4, u64 r5, struct run *r)
{
	struct map *m = kern_map(r, map);

	(void)r3, (void)r4, (void)r5;
	if (!m || !kern_may(r, key, m->key_size, false))
		return 0;
	return (u64)(m->ops->remove ? m->ops->remove(m, at(key)) : -EOPNOTSUPP);
}
