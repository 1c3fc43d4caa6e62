/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may read and write a map by the bpf() call: each type, its flags, frozen or not,
 * through each kind of descriptor, by each command, and by programs: in our world and in
 * the running kernel. */
#include "isa/bpf.h"
#include "kern/kern.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OURS, LINUX, WORLDS };
enum { WAYS = 10, COMMANDS = 12, ROOM = 4096 };

static const struct kind {
	const char *name;
	u32 type, key_size, value_size, max_entries, flags;
} kinds[] = {
	{"hash", BPF_MAP_TYPE_HASH, 4, 8, 4, 0},
	{"array", BPF_MAP_TYPE_ARRAY, 4, 8, 4, 0},
	{"array to map", BPF_MAP_TYPE_ARRAY, 4, 8, 4, BPF_F_MMAPABLE},
	{"prog_array", BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 4, 0},
	{"perf_event_array", BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 4, 0},
	{"percpu_hash", BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 4, 0},
	{"percpu_array", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 4, 0},
	{"stack_trace", BPF_MAP_TYPE_STACK_TRACE, 4, 8, 4, 0},
	{"cgroup_array", BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 4, 0},
	{"lru_hash", BPF_MAP_TYPE_LRU_HASH, 4, 8, 4, 0},
	{"lru_percpu_hash", BPF_MAP_TYPE_LRU_PERCPU_HASH, 4, 8, 4, 0},
	{"lpm_trie", BPF_MAP_TYPE_LPM_TRIE, 8, 8, 4, BPF_F_NO_PREALLOC},
	{"array_of_maps", BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 4, 0},
	{"hash_of_maps", BPF_MAP_TYPE_HASH_OF_MAPS, 4, 4, 4, 0},
	{"queue", BPF_MAP_TYPE_QUEUE, 0, 8, 4, 0},
	{"stack", BPF_MAP_TYPE_STACK, 0, 8, 4, 0},
	{"ringbuf", BPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0},
	{"bloom_filter", BPF_MAP_TYPE_BLOOM_FILTER, 0, 8, 4, 0},
	{"user_ringbuf", BPF_MAP_TYPE_USER_RINGBUF, 0, 0, 4096, 0},
	{"xskmap", BPF_MAP_TYPE_XSKMAP, 4, 4, 4, 0},
	{"sockmap", BPF_MAP_TYPE_SOCKMAP, 4, 4, 4, 0},
	{"sockhash", BPF_MAP_TYPE_SOCKHASH, 4, 4, 4, 0},
	{"reuseport_sockarray", BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, 4, 4, 4, 0},
};

static const u32 map_flags[] = {
	0,
	BPF_F_RDONLY,
	BPF_F_WRONLY,
	BPF_F_RDONLY | BPF_F_WRONLY,
	BPF_F_RDONLY_PROG,
	BPF_F_WRONLY_PROG,
	BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG,
	BPF_F_RDONLY | BPF_F_RDONLY_PROG,
};
/* As they are asked for of a descriptor that is found by id or pin. */
static const u32 open_flags[] = {0, BPF_F_RDONLY, BPF_F_WRONLY, BPF_F_RDONLY | BPF_F_WRONLY, 1u};

static const char *const pins[WORLDS] = {"/sys/fs/bpf/onebpf-access-ours",
					 "/sys/fs/bpf/onebpf-access-there"};

static char world_path[] = "/dev/shm/onebpf-access.XXXXXX";

static u64 to_user(const void *p) { return (u64)(uintptr_t)p; }

static long call(int world, int cmd, union bpf_attr *a)
{
	if (world == OURS)
		return kern_bpf(cmd, a, sizeof(*a));
	long ret = syscall(SYS_bpf, cmd, a, sizeof(*a));
	return ret < 0 ? -errno : ret;
}

static int inner(int world)
{
	union bpf_attr a = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};

	return (int)call(world, BPF_MAP_CREATE, &a);
}

static long make(int world, const struct kind *k, u32 flags)
{
	union bpf_attr a = {.map_type = k->type,
			    .key_size = k->key_size,
			    .value_size = k->value_size,
			    .max_entries = k->max_entries,
			    .map_flags = k->flags | flags};
	bool outer = k->type == BPF_MAP_TYPE_ARRAY_OF_MAPS || k->type == BPF_MAP_TYPE_HASH_OF_MAPS;
	int in = outer ? inner(world) : -1;

	a.inner_map_fd = (u32)MAX(in, 0);
	long fd = call(world, BPF_MAP_CREATE, &a);
	if (in >= 0)
		close(in);
	return fd;
}

/* ---- what is asked of a descriptor: each answer is a number ---- */

static long element(int world, int fd, int cmd, bool keyless)
{
	static u8 value[ROOM];
	u64 key = 1;
	union bpf_attr a = {
		.map_fd = (u32)fd, .key = keyless ? 0 : to_user(&key), .value = to_user(value)};

	memset(value, 0, sizeof(value));
	return call(world, cmd, &a);
}

static long batch(int world, int fd, int cmd)
{
	static u8 keys[ROOM], values[ROOM], out[ROOM];
	union bpf_attr a = {.batch = {.map_fd = (u32)fd,
				      .keys = to_user(keys),
				      .values = to_user(values),
				      .out_batch = to_user(out),
				      .count = 1}};

	memset(keys, 0, sizeof(keys));
	memset(values, 0, sizeof(values));
	if (cmd == BPF_MAP_UPDATE_BATCH || cmd == BPF_MAP_DELETE_BATCH)
		a.batch.out_batch = 0;
	return call(world, cmd, &a);
}

static long freeze(int world, int fd)
{
	union bpf_attr a = {.map_fd = (u32)fd};

	return call(world, BPF_MAP_FREEZE, &a);
}

static long mapped(int world, int fd, int prot)
{
	long p = world == OURS ? kern_mmap(NULL, 4096, prot, MAP_SHARED, fd, 0)
			       : (long)mmap(NULL, 4096, prot, MAP_SHARED, fd, 0);

	if (world == LINUX && p == -1)
		return -errno;
	if (p < 0 && p > -ROOM)
		return p;
	munmap((void *)p, 4096);
	return 0;
}

/* First what only reads, then what changes it. */
static long ask(int world, const struct kind *k, int fd, u32 what)
{
	switch (what) {
	case 0:
		return element(world, fd, BPF_MAP_LOOKUP_ELEM, !k->key_size);
	case 1:
		return element(world, fd, BPF_MAP_GET_NEXT_KEY, !k->key_size);
	case 2:
		return batch(world, fd, BPF_MAP_LOOKUP_BATCH);
	case 3:
		return mapped(world, fd, PROT_READ);
	case 4:
		return mapped(world, fd, PROT_READ | PROT_WRITE);
	case 5:
		return element(world, fd, BPF_MAP_UPDATE_ELEM, !k->key_size);
	case 6:
		return batch(world, fd, BPF_MAP_UPDATE_BATCH);
	case 7:
		return element(world, fd, BPF_MAP_LOOKUP_ELEM, !k->key_size);
	case 8:
		return element(world, fd, BPF_MAP_LOOKUP_AND_DELETE_ELEM, !k->key_size);
	case 9:
		return batch(world, fd, BPF_MAP_LOOKUP_AND_DELETE_BATCH);
	case 10:
		return element(world, fd, BPF_MAP_DELETE_ELEM, !k->key_size);
	default:
		return batch(world, fd, BPF_MAP_DELETE_BATCH);
	}
}

/* ---- descriptors: the first one, and what is found by id and by pin ---- */

static u32 id_of(int world, int fd)
{
	struct bpf_map_info info = {0};
	union bpf_attr a = {
		.info = {.bpf_fd = (u32)fd, .info_len = sizeof(info), .info = to_user(&info)}};

	return call(world, BPF_OBJ_GET_INFO_BY_FD, &a) ? 0 : info.id;
}

static long another(int world, int fd, u32 way)
{
	union bpf_attr by_id = {.map_id = id_of(world, fd), .open_flags = open_flags[way / 2]};
	union bpf_attr by_pin = {.pathname = to_user(pins[world]),
				 .file_flags = open_flags[way / 2]};

	return way % 2 ? call(world, BPF_OBJ_GET, &by_pin)
		       : call(world, BPF_MAP_GET_FD_BY_ID, &by_id);
}

static long pin(int world, int fd)
{
	union bpf_attr a = {.bpf_fd = (u32)fd, .pathname = to_user(pins[world])};

	return call(world, BPF_OBJ_PIN, &a);
}

static void unpin(int world)
{
	char path[ROOM];

	snprintf(path, sizeof(path), "%s/fs%s", world_path, strrchr(pins[OURS], '/'));
	unlink(world == LINUX ? pins[world] : path);
}

/* ---- both ---- */

static u32 compared, differ;

static void same(const struct kind *k, u32 flags, int way, const char *what, u32 nr,
		 const long got[WORLDS])
{
	compared++;
	if (got[OURS] == got[LINUX] || (got[OURS] >= 0 && got[LINUX] >= 0))
		return;
	/* What a map of maps gives is a map, whose struct ours is not. */
	if (got[OURS] == -EACCES && got[LINUX] >= 0 && !way && nr == BPF_FUNC_map_lookup_elem &&
	    (k->type == BPF_MAP_TYPE_ARRAY_OF_MAPS || k->type == BPF_MAP_TYPE_HASH_OF_MAPS))
		return;
	if (differ++ < 40)
		printf("    %s, flags 0x%x, way %d, %s %u: %ld here, %ld there\n", k->name, flags,
		       way, what, nr, got[OURS], got[LINUX]);
}

static void commands(const struct kind *k, u32 flags, int way, const long fd[WORLDS])
{
	for (u32 c = 0; c < COMMANDS; c++) {
		long got[WORLDS];
		for (int w = 0; w < WORLDS; w++)
			got[w] = ask(w, k, (int)fd[w], c);
		same(k, flags, way, "command", c, got);
	}
}

static void through_others(const struct kind *k, u32 flags, const long fd[WORLDS])
{
	long got[WORLDS], other[WORLDS];

	for (int w = 0; w < WORLDS; w++)
		got[w] = pin(w, (int)fd[w]);
	same(k, flags, 0, "pin", 0, got);
	for (u32 way = 0; way < WAYS; way++) {
		for (int w = 0; w < WORLDS; w++)
			other[w] = another(w, (int)fd[w], way);
		same(k, flags, (int)way, "open", 0, other);
		if (other[OURS] >= 0 && other[LINUX] >= 0)
			commands(k, flags, (int)way, other);
		for (int w = 0; w < WORLDS; w++)
			if (other[w] >= 0)
				close((int)other[w]);
	}
	for (int w = 0; w < WORLDS; w++)
		unpin(w);
}

/* What programs do with it: helpers, and with the value that a look-up finds. */
enum { READ_VALUE, WRITE_VALUE, ADD_VALUE, VALUE_WAYS };

static long load_user(int world, const struct kind *k, int map, int helper, u32 with_value)
{
	static const struct bpf_insn value[VALUE_WAYS][2] = {
		{{.code = 0x61, .dst_reg = 1}, {.code = 0xb7}},
		{{.code = 0x62}, {.code = 0xb7}},
		{{.code = 0xc3, .src_reg = 10, .dst_reg = 0}, {.code = 0xb7}},
	};
	bool keyless = !k->key_size;
	const struct bpf_insn code[] = {
		{.code = 0x7a, .dst_reg = 10, .off = -8},
		{.code = 0x7a, .dst_reg = 10, .off = -16},
		{.code = 0x18, .dst_reg = 1, .src_reg = 1, .imm = map},
		{0},
		{.code = 0xbf, .dst_reg = 2, .src_reg = 10},
		{.code = 0x07, .dst_reg = 2, .imm = -8},
		{.code = 0xbf, .dst_reg = 3, .src_reg = 10},
		{.code = 0x07, .dst_reg = 3, .imm = -16},
		{.code = 0xb7, .dst_reg = keyless ? 3 : 4},
		{.code = 0x85, .imm = helper},
		{.code = 0x55, .off = 2}, /* if r0 != 0 goto */
		{.code = 0xb7},
		{.code = 0x95},
		value[with_value][0],
		value[with_value][1],
		{.code = 0x95},
	};
	u32 n = helper == BPF_FUNC_map_lookup_elem ? LEN(code) : 13;
	union bpf_attr a = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
			    .insn_cnt = n,
			    .insns = to_user(code),
			    .license = to_user("GPL")};
	struct bpf_insn plain[13];

	if (n == 13) {
		memcpy(plain, code, sizeof(plain));
		plain[10] = (struct bpf_insn){.code = 0xb7};
		a.insns = to_user(plain);
	}
	long fd = call(world, BPF_PROG_LOAD, &a);
	if (fd >= 0)
		close((int)fd);
	return MIN(fd, 0);
}

static void programs(const struct kind *k, u32 flags, u32 frozen, const long fd[WORLDS])
{
	static const int helpers[] = {BPF_FUNC_map_lookup_elem, BPF_FUNC_map_update_elem,
				      BPF_FUNC_map_delete_elem, BPF_FUNC_map_push_elem,
				      BPF_FUNC_map_pop_elem,    BPF_FUNC_map_peek_elem};

	for (u32 h = 0; h < LEN(helpers); h++)
		for (u32 v = 0; v < (h ? 1 : VALUE_WAYS); v++) {
			long got[WORLDS];
			/* Linux looks for the one value of a constant array. */
			if (!h && v == READ_VALUE && frozen && (flags & BPF_F_RDONLY_PROG) &&
			    k->type == BPF_MAP_TYPE_ARRAY)
				continue;
			for (int w = 0; w < WORLDS; w++)
				got[w] = load_user(w, k, (int)fd[w], helpers[h], v);
			same(k, flags, (int)v, "helper", (u32)helpers[h], got);
		}
}

/* frozen: 1 through a descriptor that may only be read, if there is one; 2 at once */
static void try(const struct kind *k, u32 flags, u32 frozen)
{
	long fd[WORLDS], got[WORLDS];

	for (int w = 0; w < WORLDS; w++)
		fd[w] = make(w, k, flags);
	same(k, flags, -1, "create", 0, fd);
	if (fd[OURS] < 0 || fd[LINUX] < 0)
		goto out;
	for (u32 f = 0; f < frozen; f++) {
		for (int w = 0; w < WORLDS; w++) {
			long at = f + 1 < frozen ? another(w, (int)fd[w], 2) : fd[w];
			got[w] = at < 0 ? at : freeze(w, (int)at);
			if (at >= 0 && at != fd[w])
				close((int)at);
		}
		same(k, flags, -1, "freeze", frozen, got);
	}
	commands(k, flags, -1, fd);
	programs(k, flags, frozen, fd);
	through_others(k, flags, fd);
out:
	for (int w = 0; w < WORLDS; w++)
		if (fd[w] >= 0)
			close((int)fd[w]);
}

int main(void)
{
	union bpf_attr a = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
	long fd = call(LINUX, BPF_MAP_CREATE, &a);

	if (fd < 0 || access("/sys/fs/bpf", W_OK)) {
		printf("skip access: the kernel's: it is not permitted here: %s\n",
		       strerror(errno));
		return 0;
	}
	close((int)fd);
	if (!mkdtemp(world_path) || setenv("ONEBPF_WORLD", world_path, 1))
		abort();
	for (u32 k = 0; k < LEN(kinds); k++)
		for (u32 f = 0; f < LEN(map_flags); f++)
			for (u32 frozen = 0; frozen < 3; frozen++)
				try(&kinds[k], map_flags[f], frozen);
	kern_world_remove(world_path);
	printf("%s access: %u answers are the kernel's, %u differ\n", differ ? "FAIL" : "ok",
	       compared - differ, differ);
	return differ != 0;
}
