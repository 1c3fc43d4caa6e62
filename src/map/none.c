/* SPDX-License-Identifier: BSD-2-Clause */
/* Types that mean nothing without a kernel: devices, processors, kernel structures. Attributes are
 * checked as Linux does; then it is EOPNOTSUPP. */
#include "map/priv.h"

enum { CPUS_MAX = 8192 }; /* Linux's NR_CPUS, as distributions set it */

static u64 size(const struct map_attr *a)
{
	(void)a;
	return MAP_PAGE;
}

/* Their flags. */
enum { ANY_ACCESS = BPF_F_NUMA_NODE | BPF_F_RDONLY | BPF_F_WRONLY };

static bool values_of(const struct map_attr *a, u32 one, u32 other)
{
	return a->max_entries && (a->value_size == one || a->value_size == other);
}

static int check_devmap(const struct map_attr *a)
{
	if (a->key_size != 4 || !values_of(a, 4, 8))
		return -EINVAL;
	if (a->type == BPF_MAP_TYPE_DEVMAP_HASH && a->max_entries > 1u << 31)
		return -EINVAL;
	return -EOPNOTSUPP;
}

static int check_cpumap(const struct map_attr *a)
{
	if (a->key_size != 4 || !values_of(a, 4, 8))
		return -EINVAL;
	return a->max_entries > CPUS_MAX ? -E2BIG : -EOPNOTSUPP;
}

static int check_struct_ops(const struct map_attr *a)
{
	return a->key_size == 4 && a->max_entries == 1 ? -EOPNOTSUPP : -EINVAL;
}

static int check_arena(const struct map_attr *a)
{
	u64 bytes = (u64)a->max_entries * MAP_PAGE;

	if (a->key_size || a->value_size || !a->max_entries || !(a->flags & BPF_F_MMAPABLE) ||
	    a->extra % MAP_PAGE)
		return -EINVAL;
	if (bytes > (u64)1 << 32)
		return -E2BIG;
	if (a->extra >> 32 != (a->extra + bytes - 1) >> 32)
		return -ERANGE;
	return -EOPNOTSUPP;
}

#define NONE(name, nr, all, checks) \
	const struct map_ops name = {.type = (nr), .flags = (all), .check = (checks), .size = size}

NONE(map_devmap, BPF_MAP_TYPE_DEVMAP, ANY_ACCESS, check_devmap);
NONE(map_devmap_hash, BPF_MAP_TYPE_DEVMAP_HASH, ANY_ACCESS, check_devmap);
NONE(map_cpumap, BPF_MAP_TYPE_CPUMAP, BPF_F_NUMA_NODE, check_cpumap);
NONE(map_struct_ops, BPF_MAP_TYPE_STRUCT_OPS, MAPF_LINK | MAPF_VTYPE_BTF_OBJ_FD, check_struct_ops);
NONE(map_arena, MAPTYPE_ARENA, BPF_F_MMAPABLE | MAPF_SEGV_ON_FAULT | MAPF_NO_USER_CONV,
     check_arena);
