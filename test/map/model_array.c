/* SPDX-License-Identifier: BSD-2-Clause */
/* Random operations on arrays, queues, stacks, bloom filters, arrays of maps and
 * storages: ours, plain models and the kernel's.
 * Usage: model_array [operations of a type [seed [name [processes]]]]: what begins so */
#include "many.h"
#include "model.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { N = 7, SIZE = 12 };

static u8 values[N][VALUE_MAX];
static bool there[N];
static u32 bytes;

static void random_index(u8 *to)
{
	u32 i = pick(N + 2);

	if (!pick(20))
		i = UINT32_MAX - pick(3);
	memcpy(to, &i, 4);
}

static u32 index_of(const u8 *key)
{
	u32 i;

	memcpy(&i, key, 4);
	return i;
}

static void clear(void)
{
	memset(values, 0, sizeof(values));
	memset(there, 0, sizeof(there));
}

static int einval(void) { return -EINVAL; }
static int not_removed(const u8 *key)
{
	(void)key;
	return einval();
}

/* ---- arrays ---- */

static int array_read(const u8 *key, u8 *value)
{
	u32 i = index_of(key);

	if (i >= N)
		return -ENOENT;
	memcpy(value, values[i], bytes);
	return 0;
}

static int array_write(const u8 *key, const u8 *value, u64 flags)
{
	u32 i = index_of(key);

	if (flags > 2)
		return -EINVAL;
	if (i >= N)
		return -E2BIG;
	if (flags == 1)
		return -EEXIST;
	memcpy(values[i], value, bytes);
	return 0;
}

static int array_next(const u8 *key, u8 *next)
{
	u32 i = key && index_of(key) < N ? index_of(key) + 1 : 0;

	if (i == N)
		return -ENOENT;
	memcpy(next, &i, 4);
	return 0;
}

/* ---- arrays of maps: ids ---- */

enum { INNERS = 3 };
static u32 inner_id[INNERS];
static int inner_fd[INNERS];

static void random_id(u8 *to) { memcpy(to, &inner_id[pick(INNERS)], 4); }

static void id_to_fd(u8 *key, u8 *value)
{
	(void)key;
	for (u32 i = 0; i < INNERS; i++)
		if (!memcmp(value, &inner_id[i], 4)) {
			memcpy(value, &inner_fd[i], 4);
			return;
		}
}

static int ids_read(const u8 *key, u8 *value)
{
	u32 i = index_of(key);

	if (i >= N || !there[i])
		return -ENOENT;
	memcpy(value, values[i], 4);
	return 0;
}

static int ids_write(const u8 *key, const u8 *value, u64 flags)
{
	if (flags)
		return -EINVAL;
	int err = array_write(key, value, 0);
	if (!err)
		there[index_of(key)] = true;
	return err;
}

static int ids_remove(const u8 *key)
{
	u32 i = index_of(key);

	if (i >= N)
		return -E2BIG;
	bool was = there[i];
	there[i] = false;
	return was ? 0 : -ENOENT;
}

/* ---- queues and stacks: values[0] is the oldest ---- */

static u32 queued;
static bool is_stack;

static void no_queue(void) { queued = 0; }
static void no_key(u8 *to) { (void)to; }

static int queue_read(const u8 *key, u8 *value)
{
	(void)key;
	memset(value, 0, bytes);
	if (!queued)
		return -ENOENT;
	memcpy(value, values[is_stack ? queued - 1 : 0], bytes);
	return 0;
}

static int queue_take(const u8 *key, u8 *value)
{
	int err = queue_read(key, value);

	if (err)
		return err;
	queued--;
	if (!is_stack)
		memmove(values[0], values[1], sizeof(values[0]) * queued);
	return 0;
}

static int queue_write(const u8 *key, const u8 *value, u64 flags)
{
	(void)key;
	if (flags & 1 || flags > 2)
		return -EINVAL;
	if (queued == N && !flags)
		return -E2BIG;
	if (queued == N) {
		queued--;
		memmove(values[0], values[1], sizeof(values[0]) * queued);
	}
	memcpy(values[queued++], value, bytes);
	return 0;
}

static int no_next(const u8 *key, u8 *next)
{
	(void)key, (void)next;
	return -EINVAL;
}

/* ---- bloom filters: values are of 1,000 sorts, told by their first bytes ---- */

static bool seen[1000];

static void unsee(void) { memset(seen, 0, sizeof(seen)); }
static void random_sort(u8 *to) { put_le32(to, pick(LEN(seen))); }

static int bloom_read(const u8 *key, u8 *value)
{
	(void)key;
	return seen[get_le32(value)] ? 0 : -ENOENT;
}

static int bloom_write(const u8 *key, const u8 *value, u64 flags)
{
	(void)key;
	if (flags)
		return -EINVAL;
	seen[get_le32(value)] = true;
	return 0;
}

static int bloom_remove(const u8 *key)
{
	(void)key;
	return -EOPNOTSUPP;
}

static int bloom_next(const u8 *key, u8 *next)
{
	(void)key, (void)next;
	return -EOPNOTSUPP;
}

/* ---- storages: of sockets, files, processes, cgroups ---- */

static const u32 owned[] = {MAPTYPE_SK_STORAGE, MAPTYPE_INODE_STORAGE, MAPTYPE_TASK_STORAGE,
			    MAPTYPE_CGRP_STORAGE};
static int owners[N];
static char cgroups[N][64];

static const char *cgroup_root(void)
{
	struct statfs fs;

	return statfs("/sys/fs/cgroup", &fs) || fs.f_type != CGROUP2_SUPER_MAGIC
		       ? "/sys/fs/cgroup/unified"
		       : "/sys/fs/cgroup";
}

static int owner_of(u32 type, u32 i)
{
	switch (type) {
	case MAPTYPE_SK_STORAGE:
		return socket(AF_INET, SOCK_DGRAM, 0);
	case MAPTYPE_INODE_STORAGE:
		return memfd_create("owner", 0);
	case MAPTYPE_TASK_STORAGE: {
		pid_t child = fork();
		if (!child) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			pause();
			_exit(0);
		}
		return (int)syscall(SYS_pidfd_open, child, 0);
	}
	}
	snprintf(cgroups[i], sizeof(cgroups[i]), "%s/test-model-%d-%u", cgroup_root(), getpid(), i);
	mkdir(cgroups[i], 0700);
	return open(cgroups[i], O_RDONLY);
}

static bool has_owners(u32 type)
{
	for (u32 i = 0; i < LEN(owned); i++)
		if (owned[i] == type)
			return true;
	return false;
}

static void close_owners(u32 type)
{
	for (u32 i = 0; i < N; i++) {
		if (type == MAPTYPE_TASK_STORAGE)
			syscall(SYS_pidfd_send_signal, owners[i], SIGKILL, NULL, 0);
		close(owners[i]);
		if (type == MAPTYPE_CGRP_STORAGE)
			rmdir(cgroups[i]);
	}
}

/* False: there are none of them here. */
static bool open_owners(u32 type)
{
	bool good = true;

	for (u32 i = 0; i < N; i++) {
		owners[i] = owner_of(type, i);
		good &= owners[i] >= 0;
	}
	if (!good)
		close_owners(type);
	return good;
}

static void random_owner(u8 *to) { put_le64(to, pick(N)); }

static void owner_to_fd(u8 *key, u8 *value)
{
	(void)value;
	put_le32(key, (u32)owners[key[0]]);
}

static int storage_read(const u8 *key, u8 *value)
{
	if (!there[key[0]])
		return -ENOENT;
	memcpy(value, values[key[0]], bytes);
	return 0;
}

static int storage_write(const u8 *key, const u8 *value, u64 flags)
{
	if (flags > 2)
		return -EINVAL;
	if (flags == 1 && there[key[0]])
		return -EEXIST;
	if (flags == 2 && !there[key[0]])
		return -ENOENT;
	there[key[0]] = true;
	memcpy(values[key[0]], value, bytes);
	return 0;
}

static int storage_remove(const u8 *key)
{
	bool was = there[key[0]];

	there[key[0]] = false;
	return was ? 0 : -ENOENT;
}

static int storage_next(const u8 *key, u8 *next)
{
	(void)key, (void)next;
	return -ENOTSUPP_LINUX;
}

/* ---- all ---- */

static void stack_reset(void)
{
	no_queue();
	is_stack = true;
}

static void queue_reset(void)
{
	no_queue();
	is_stack = false;
}

static const struct model models[] = {
	{.name = "array",
	 .attr = {BPF_MAP_TYPE_ARRAY, 4, SIZE, N, .flags = 0},
	 .batches = MAP_BATCH_READ | MAP_BATCH_WRITE,
	 .random_key = random_index,
	 .reset = clear,
	 .read = array_read,
	 .write = array_write,
	 .remove = not_removed,
	 .next = array_next},
	{.name = "array that can be mapped",
	 .attr = {BPF_MAP_TYPE_ARRAY, 4, 400, N, .flags = BPF_F_MMAPABLE},
	 .batches = MAP_BATCH_READ | MAP_BATCH_WRITE,
	 .random_key = random_index,
	 .reset = clear,
	 .read = array_read,
	 .write = array_write,
	 .remove = not_removed,
	 .next = array_next},
	{.name = "per-CPU array",
	 .attr = {BPF_MAP_TYPE_PERCPU_ARRAY, 4, SIZE, N, .flags = 0},
	 .batches = MAP_BATCH_READ | MAP_BATCH_WRITE,
	 .random_key = random_index,
	 .reset = clear,
	 .read = array_read,
	 .write = array_write,
	 .remove = not_removed,
	 .next = array_next},
	{.name = "array of maps",
	 .attr = {BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, N, .flags = 0},
	 .batches = MAP_BATCH_READ | MAP_BATCH_WRITE,
	 .random_key = random_index,
	 .random_value = random_id,
	 .to_kernel = id_to_fd,
	 .reset = clear,
	 .read = ids_read,
	 .write = ids_write,
	 .remove = ids_remove,
	 .next = array_next},
	{.name = "queue",
	 .attr = {BPF_MAP_TYPE_QUEUE, 0, SIZE, N, .flags = 0},
	 .random_key = no_key,
	 .reset = queue_reset,
	 .read = queue_read,
	 .write = queue_write,
	 .take = queue_take,
	 .remove = not_removed,
	 .next = no_next},
	{.name = "stack",
	 .attr = {BPF_MAP_TYPE_STACK, 0, SIZE, N, .flags = 0},
	 .random_key = no_key,
	 .reset = stack_reset,
	 .read = queue_read,
	 .write = queue_write,
	 .take = queue_take,
	 .remove = not_removed,
	 .next = no_next},
	{.name = "bloom filter",
	 .attr = {BPF_MAP_TYPE_BLOOM_FILTER, 0, SIZE, 1000, .flags = 0},
	 .random_key = no_key,
	 .random_value = random_sort,
	 .reset = unsee,
	 .read = bloom_read,
	 .write = bloom_write,
	 .remove = bloom_remove,
	 .next = bloom_next,
	 .guesses = true},
#define STORAGE(called, nr)                                                             \
	{                                                                               \
		.name = (called), .attr = {(nr), 4, SIZE, .flags = BPF_F_NO_PREALLOC},  \
		.random_key = random_owner, .to_kernel = owner_to_fd, .reset = clear,   \
		.read = storage_read, .write = storage_write, .remove = storage_remove, \
		.next = storage_next                                                    \
	}
	STORAGE("socket storage", MAPTYPE_SK_STORAGE),
	STORAGE("file storage", MAPTYPE_INODE_STORAGE),
	STORAGE("task storage", MAPTYPE_TASK_STORAGE),
	STORAGE("cgroup storage", MAPTYPE_CGRP_STORAGE),
};

static void make_inner(u32 i)
{
	struct map_attr a = {BPF_MAP_TYPE_ARRAY, 4, 4, 1, .slots = 1};
	struct bpf_map_info info;
	union bpf_attr get = {.info.info_len = sizeof(info), .info.info = addr(&info)};

	inner_id[i] = i + 1;
	inner_fd[i] = kernel_map(&a, -1, -1);
	get.info.bpf_fd = (u32)inner_fd[i];
	if (inner_fd[i] >= 0 && !kernel_bpf(BPF_OBJ_GET_INFO_BY_FD, &get))
		inner_id[i] = info.id;
}

static u32 possible_cpus(void)
{
	unsigned last = 0;
	FILE *f = fopen("/sys/devices/system/cpu/possible", "r");

	if (f) {
		if (fscanf(f, "%*u-%u", &last) != 1)
			last = 0;
		fclose(f);
	}
	return last + 1;
}

int main(int argc, char **argv)
{
	u64 n = argc > 1 ? strtoull(argv[1], NULL, 0) : 30000;
	/* Linux waits for a grace period after each write to a map of maps. */
	u64 waiting = MIN(n, 400 + n / 2000);
	bool failed = false;

	rng_state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 4) {
		int which = many(atoi(argv[4]), &failed);
		if (which < 0)
			return failed;
		rng_state = hash_u64(rng_state + (u64)which);
		waiting = n;
	}
	for (u32 i = 0; i < INNERS; i++)
		make_inner(i);
	if (no_kernel())
		printf("skip the kernel's maps: it makes none for us\n");
	for (u32 i = 0; i < LEN(models); i++) {
		struct model t = models[i];
		if (argc > 3 && strncmp(t.name, argv[3], strlen(argv[3])))
			continue;
		t.attr.slots = possible_cpus();
		bytes = value_bytes(&t);
		t.inner = t.attr.type == BPF_MAP_TYPE_ARRAY_OF_MAPS ? inner_fd[0] : -1;
		bool owns = has_owners(t.attr.type);
		if (owns && !open_owners(t.attr.type)) {
			printf("skip %s: %s\n", t.name, strerror(errno));
			continue;
		}
		t.btf = owns ? kernel_btf(SIZE) : -1;
		failed |= run_model(&t, n, t.inner < 0 ? n : waiting);
		if (owns)
			close_owners(t.attr.type);
	}
	return failed;
}
