/* SPDX-License-Identifier: BSD-2-Clause */
/* Arrays of other objects: PROG_ARRAY, PERF_EVENT_ARRAY, CGROUP_ARRAY,
 * ARRAY_OF_MAPS. An element is the object's id, 0 for none; who calls has made
 * the id of a descriptor, and holds the object. */
#include "map/priv.h"

static int check(const struct map_attr *a)
{
	return a->value_size == 4 ? map_array_check(a) : -EINVAL;
}

static u64 size(const struct map_attr *a) { return map_round(4 * (u64)a->max_entries, MAP_PAGE); }

static int open_ids(struct map *m)
{
	m->stride = 4;
	return 0;
}

static u32 *id_of(const struct map *m, const void *key)
{
	u32 i = map_index(key);

	return likely(i < m->max_entries) ? (u32 *)(void *)m->data + i : NULL;
}

u32 map_id(const struct map *m, const void *key)
{
	const u32 *id = id_of(m, key);

	return likely(id != NULL) ? __atomic_load_n(id, __ATOMIC_ACQUIRE) : 0;
}

static int read_id(struct map *m, const void *key, void *value, u64 flags)
{
	u32 id = map_id(m, key);

	(void)flags;
	if (!id)
		return -ENOENT;
	memcpy(value, &id, 4);
	return 0;
}

/* Of what Linux has no id to tell. */
static int read_none(struct map *m, const void *key, void *value, u64 flags)
{
	(void)m, (void)key, (void)value, (void)flags;
	return -ENOTSUPP_LINUX;
}

static int write_id(struct map *m, const void *key, const void *value, u64 flags)
{
	u32 *to = id_of(m, key), id;

	if (flags != BPF_ANY)
		return -EINVAL;
	if (!to)
		return -E2BIG;
	memcpy(&id, value, 4);
	__atomic_store_n(to, id, __ATOMIC_RELEASE);
	return 0;
}

static int remove_id(struct map *m, const void *key)
{
	u32 *at = id_of(m, key);

	if (!at)
		return -E2BIG;
	return __atomic_exchange_n(at, 0, __ATOMIC_ACQ_REL) ? 0 : -ENOENT;
}

static void *lookup_map(struct map *m, const void *key, u32 slot)
{
	u32 id = map_id(m, key);

	(void)slot;
	return id && m->host && m->host->inner ? m->host->inner(m, id) : NULL;
}

/* What all four have. */
#define IDS                                                                                  \
	.holds_fd = true, .check = check, .size = size, .open = open_ids, .write = write_id, \
	.remove = remove_id, .next = map_array_next

const struct map_ops map_prog_array = {
	.type = BPF_MAP_TYPE_PROG_ARRAY,
	.flags = BPF_F_NUMA_NODE | BPF_F_RDONLY | BPF_F_WRONLY,
	IDS,
	.read = read_id,
};

const struct map_ops map_perf_event_array = {
	.type = BPF_MAP_TYPE_PERF_EVENT_ARRAY,
	.flags = BPF_F_NUMA_NODE | BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_PRESERVE_ELEMS,
	IDS,
	.read = read_none,
};

const struct map_ops map_cgroup_array = {
	.type = BPF_MAP_TYPE_CGROUP_ARRAY,
	.flags = BPF_F_NUMA_NODE | BPF_F_RDONLY | BPF_F_WRONLY,
	IDS,
	.read = read_none,
};

const struct map_ops map_array_of_maps = {
	.type = BPF_MAP_TYPE_ARRAY_OF_MAPS,
	.flags = BPF_F_NUMA_NODE | BPF_F_RDONLY | BPF_F_WRONLY,
	.batches = MAP_BATCH_READ | MAP_BATCH_WRITE,
	IDS,
	.lookup = lookup_map,
	.read = read_id,
};
