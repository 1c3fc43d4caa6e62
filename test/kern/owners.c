/* SPDX-License-Identifier: BSD-2-Clause */
/* Storages, whose keys are descriptors, and arrays of descriptors: our world answers
 * what the running kernel answers. */
#include "isa/bpf.h"
#include "kern/kern.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OURS, LINUX, WORLDS };

static int failed;

static long call(int world, int cmd, union bpf_attr *a)
{
	if (world == OURS)
		return kern_bpf(cmd, a, sizeof(*a));
	long ret = syscall(__NR_bpf, cmd, a, sizeof(*a));
	return ret < 0 ? -errno : ret;
}

/* An int as key, a long as value. */
static long load_btf(int world)
{
	static const struct {
		struct btf_header head;
		u32 type[8];
		char text[10];
	} btf = {.head = {BTF_MAGIC, BTF_VERSION, 0, sizeof(btf.head), 0, sizeof(btf.type),
			  sizeof(btf.type), sizeof(btf.text)},
		 .type = {1, BTF_KIND_INT << 24, 4, BTF_INT_SIGNED << 24 | 32, 5,
			  BTF_KIND_INT << 24, 8, 64},
		 .text = "\0int\0long"};
	union bpf_attr a = {.btf = (u64)(uintptr_t)&btf};

	a.btf_size = offsetof(__typeof__(btf), text) + sizeof(btf.text);
	return call(world, BPF_BTF_LOAD, &a);
}

static int make(int world, u32 type, u32 value_size)
{
	union bpf_attr a = {.map_type = type, .key_size = 4, .value_size = value_size};

	if (value_size == 8) {
		a.map_flags = BPF_F_NO_PREALLOC;
		a.btf_fd = (u32)load_btf(world);
		a.btf_key_type_id = 1;
		a.btf_value_type_id = 2;
	} else {
		a.max_entries = 4;
	}
	return (int)call(world, BPF_MAP_CREATE, &a);
}

struct step {
	int cmd, key;
	u64 flags;
};

/* What a map answers to a step, and what it then says of the value. */
static long step(int world, int map, const struct step *s, u64 *value)
{
	union bpf_attr a = {.map_fd = (u32)map,
			    .key = (u64)(uintptr_t)&s->key,
			    .value = s->cmd == BPF_MAP_DELETE_ELEM ? 0 : (u64)(uintptr_t)value,
			    .flags = s->flags};

	return call(world, s->cmd, &a);
}

static void compare(const char *what, const int map[WORLDS], const struct step *s, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		u64 value[WORLDS] = {i + 100, i + 100};
		long ret[WORLDS];

		for (int w = 0; w < WORLDS; w++)
			ret[w] = step(w, map[w], &s[i], &value[w]);
		if (ret[OURS] == ret[LINUX] && value[OURS] == value[LINUX])
			continue;
		printf("FAIL %s: step %u, command %d: %ld and %llu, in Linux %ld and %llu\n", what,
		       i, s[i].cmd, ret[OURS], (unsigned long long)value[OURS], ret[LINUX],
		       (unsigned long long)value[LINUX]);
		failed = 1;
	}
}

/* Two owners, one of them by two descriptors, and what is none. */
static void storage(const char *what, u32 type, int owner, int other, int wrong)
{
	int again = dup(owner);
	const struct step steps[] = {
		{BPF_MAP_LOOKUP_ELEM, owner, 0},
		{BPF_MAP_DELETE_ELEM, owner, 0},
		{BPF_MAP_UPDATE_ELEM, owner, BPF_EXIST},
		{BPF_MAP_UPDATE_ELEM, owner, BPF_NOEXIST},
		{BPF_MAP_UPDATE_ELEM, again, BPF_NOEXIST},
		{BPF_MAP_LOOKUP_ELEM, again, 0},
		{BPF_MAP_LOOKUP_ELEM, other, 0},
		{BPF_MAP_UPDATE_ELEM, other, BPF_ANY},
		{BPF_MAP_UPDATE_ELEM, again, BPF_EXIST},
		{BPF_MAP_LOOKUP_ELEM, owner, 0},
		{BPF_MAP_LOOKUP_ELEM, other, 0},
		{BPF_MAP_DELETE_ELEM, again, 0},
		{BPF_MAP_LOOKUP_ELEM, owner, 0},
		{BPF_MAP_LOOKUP_ELEM, other, 0},
		{BPF_MAP_LOOKUP_ELEM, wrong, 0},
		{BPF_MAP_UPDATE_ELEM, wrong, BPF_ANY},
		{BPF_MAP_DELETE_ELEM, wrong, 0},
		{BPF_MAP_LOOKUP_ELEM, -1, 0},
		{BPF_MAP_UPDATE_ELEM, -1, 17},
		{BPF_MAP_DELETE_ELEM, 9999, 0},
		{BPF_MAP_LOOKUP_AND_DELETE_ELEM, owner, 0},
	};
	int map[WORLDS] = {make(OURS, type, 8), make(LINUX, type, 8)};

	compare(what, map, steps, LEN(steps));
	close(again);
}

/* Wrong in several ways: which is told first? */
static void arrays(void)
{
	static const u32 types[] = {MAPTYPE_PROG_ARRAY, MAPTYPE_PERF_EVENT_ARRAY,
				    MAPTYPE_CGROUP_ARRAY};
	static const struct step steps[] = {
		{BPF_MAP_UPDATE_ELEM, 0, 0},           {BPF_MAP_UPDATE_ELEM, 4, 0},
		{BPF_MAP_UPDATE_ELEM, 0, BPF_NOEXIST}, {BPF_MAP_UPDATE_ELEM, 4, BPF_EXIST},
		{BPF_MAP_LOOKUP_ELEM, 4, 0},           {BPF_MAP_DELETE_ELEM, 4, 0},
	};

	for (u32 i = 0; i < LEN(types); i++) {
		int map[WORLDS] = {make(OURS, types[i], 4), make(LINUX, types[i], 4)};
		compare("an array of descriptors", map, steps, LEN(steps));
	}
}

static int pidfd(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int main(void)
{
	union bpf_attr a = {
		.map_type = MAPTYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
	long may = call(LINUX, BPF_MAP_CREATE, &a);

	if (may < 0) {
		printf("skip owners: the kernel's bpf(): %s\n", strerror((int)-may));
		return 0;
	}
	char name[] = "/tmp/owners.XXXXXX";
	int file = mkstemp(name), null = open("/dev/null", O_RDWR);
	unlink(name);
	storage("files", MAPTYPE_INODE_STORAGE, file, null, 9999);
	storage("sockets", MAPTYPE_SK_STORAGE, socket(AF_INET, SOCK_DGRAM, 0),
		socket(AF_INET, SOCK_STREAM, 0), null);
	storage("processes", MAPTYPE_TASK_STORAGE, pidfd(getpid()), pidfd(getppid()), null);
	storage("cgroups", MAPTYPE_CGRP_STORAGE, null, file, 9999);
	arrays();
	if (!failed)
		puts("ok owners");
	return failed;
}
