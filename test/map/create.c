/* SPDX-License-Identifier: BSD-2-Clause */
/* Attributes of every map type: ours answers what the running kernel's
 * BPF_MAP_CREATE answers.
 * Usage: create [attributes of a type [seed]] */
#include "isa/bpf.h"
#include "kernel.h"
#include "map/map.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST_BYTES = 8 << 20 };

static u64 state;
static int failed;
static int inner; /* for maps of maps */

static u32 pick(u32 n)
{
	state = hash_add(state, n);
	return (u32)(hash_u64(state) % n);
}

#define ONE_OF(list) ((list)[pick(LEN(list))])

static const u32 keys[] = {0, 1, 3, 4, 5, 8, 12, 16, 20, 260, 261, 512, 513};
static const u32 values[] = {
	0,     1,     4,     5,       7,       8,       12,      16,      31,       32,
	64,    1016,  1024,  1056,    32761,   32768,   32769,   65407,   65408,    65488,
	65489, 65504, 65505, 4194016, 4194017, 4194024, 4194304, 4194305, 1u << 31, UINT32_MAX};
static const u32 entries[] = {0,    1,    2,    3,     64,      1000,
			      4096, 8192, 8193, 12288, 1 << 20, (1 << 20) + 1};
static const u64 extras[] = {0, 1, 5, 15, 16, 4096, (1ull << 32) - 4096, 1ull << 32};

/* key, value, entries, flags of a good one */
static const u32 usual[MAPTYPE_COUNT + 1][4] = {
	[BPF_MAP_TYPE_HASH] = {4, 8, 64},
	[BPF_MAP_TYPE_ARRAY] = {4, 8, 64},
	[BPF_MAP_TYPE_PROG_ARRAY] = {4, 4, 64},
	[BPF_MAP_TYPE_PERF_EVENT_ARRAY] = {4, 4, 64},
	[BPF_MAP_TYPE_PERCPU_HASH] = {4, 8, 64},
	[BPF_MAP_TYPE_PERCPU_ARRAY] = {4, 8, 64},
	[BPF_MAP_TYPE_STACK_TRACE] = {4, 64, 64},
	[BPF_MAP_TYPE_CGROUP_ARRAY] = {4, 4, 64},
	[BPF_MAP_TYPE_LRU_HASH] = {4, 8, 64},
	[BPF_MAP_TYPE_LRU_PERCPU_HASH] = {4, 8, 64},
	[BPF_MAP_TYPE_LPM_TRIE] = {8, 8, 64, BPF_F_NO_PREALLOC},
	[BPF_MAP_TYPE_ARRAY_OF_MAPS] = {4, 4, 64},
	[BPF_MAP_TYPE_HASH_OF_MAPS] = {4, 4, 64},
	[BPF_MAP_TYPE_DEVMAP] = {4, 4, 64},
	[BPF_MAP_TYPE_SOCKMAP] = {4, 4, 64},
	[BPF_MAP_TYPE_CPUMAP] = {4, 4, 2},
	[BPF_MAP_TYPE_XSKMAP] = {4, 4, 64},
	[BPF_MAP_TYPE_SOCKHASH] = {4, 4, 64},
	[BPF_MAP_TYPE_CGROUP_STORAGE] = {8, 8, 0},
	[BPF_MAP_TYPE_REUSEPORT_SOCKARRAY] = {4, 8, 64},
	[BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE] = {16, 8, 0},
	[BPF_MAP_TYPE_QUEUE] = {0, 8, 64},
	[BPF_MAP_TYPE_STACK] = {0, 8, 64},
	[BPF_MAP_TYPE_SK_STORAGE] = {4, 8, 0, BPF_F_NO_PREALLOC},
	[BPF_MAP_TYPE_DEVMAP_HASH] = {4, 4, 64},
	[BPF_MAP_TYPE_STRUCT_OPS] = {4, 64, 1},
	[BPF_MAP_TYPE_RINGBUF] = {0, 0, 4096},
	[BPF_MAP_TYPE_INODE_STORAGE] = {4, 8, 0, BPF_F_NO_PREALLOC},
	[BPF_MAP_TYPE_TASK_STORAGE] = {4, 8, 0, BPF_F_NO_PREALLOC},
	[BPF_MAP_TYPE_BLOOM_FILTER] = {0, 8, 64},
	[BPF_MAP_TYPE_USER_RINGBUF] = {0, 0, 4096},
	[MAPTYPE_CGRP_STORAGE] = {4, 8, 0, BPF_F_NO_PREALLOC},
	[MAPTYPE_ARENA] = {0, 0, 64, BPF_F_MMAPABLE},
};

/* Flags that say what other fields, which are not here, mean. */
static const u32 not_ours = MAPF_PATH_FD | MAPF_TOKEN_FD | MAPF_VTYPE_BTF_OBJ_FD;

static struct map_attr random_attr(u32 type)
{
	const u32 *u = usual[type];
	struct map_attr a = {.type = type,
			     .slots = 1,
			     .key_size = u[0],
			     .value_size = u[1],
			     .max_entries = u[2],
			     .flags = u[3]};

	for (u32 n = pick(5); n; n--)
		switch (pick(5)) {
		case 0:
			a.key_size = ONE_OF(keys);
			break;
		case 1:
			a.value_size = ONE_OF(values);
			break;
		case 2:
			a.max_entries = ONE_OF(entries);
			break;
		case 3:
			a.extra = ONE_OF(extras);
			break;
		default:
			a.flags ^= (1u << pick(20)) & ~not_ours;
		}
	/* Linux takes the memory. */
	if ((u64)a.value_size * a.max_entries > MOST_BYTES && a.max_entries > 2)
		a.max_entries = 1 + pick(2);
	return a;
}

/* What ours answers where Linux has the type and we do not. */
static bool alike(u32 type, int ours, int theirs)
{
	/* Linux also wants what is not here: BTF of its structures; its NR_CPUS. */
	if (ours == -EOPNOTSUPP && type == BPF_MAP_TYPE_STRUCT_OPS)
		return theirs == -EINVAL;
	if (ours == -EOPNOTSUPP && type == BPF_MAP_TYPE_CPUMAP)
		return !theirs || theirs == -E2BIG;
	return ours == theirs || (ours == -EOPNOTSUPP && !theirs);
}

static bool is_storage(u32 type)
{
	return type == BPF_MAP_TYPE_SK_STORAGE || type == BPF_MAP_TYPE_INODE_STORAGE ||
	       type == BPF_MAP_TYPE_TASK_STORAGE || type == MAPTYPE_CGRP_STORAGE;
}

static bool one(u32 type, u32 *good)
{
	struct map_attr a = random_attr(type);
	int btf = is_storage(type) ? kernel_btf(a.value_size) : -1;
	int fd = kernel_map(&a, btf, inner), theirs = MIN(fd, 0), ours = map_check(&a);

	if (fd >= 0)
		close(fd);
	if (btf >= 0)
		close(btf);
	*good += !theirs;
	if (alike(type, ours, theirs))
		return true;
	printf("    type %u, key %u, value %u, entries %u, flags 0x%x, extra 0x%llx: %d, Linux "
	       "%d\n",
	       type, a.key_size, a.value_size, a.max_entries, a.flags, (unsigned long long)a.extra,
	       ours, theirs);
	return false;
}

static void compare(u32 type, u64 n)
{
	u32 good = 0;
	u64 i = 0;

	while (i < n && one(type, &good))
		i++;
	printf("%s type %u: %u of %llu are good\n", i == n ? "ok" : "FAIL", type, good,
	       (unsigned long long)i);
	failed |= i != n;
}

int main(int argc, char **argv)
{
	u64 n = argc > 1 ? strtoull(argv[1], NULL, 0) : 60;
	struct map_attr array = {BPF_MAP_TYPE_ARRAY, 4, 4, 1, .slots = 1};

	inner = kernel_map(&array, -1, -1);
	state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	if (inner < 0) {
		printf("skip create: the kernel makes no map: %s\n", strerror(-inner));
		return 0;
	}
	for (u32 type = 0; type <= MAPTYPE_COUNT; type++)
		if (map_ops(type) || !type || type == MAPTYPE_COUNT)
			compare(type, n);
	return failed;
}
