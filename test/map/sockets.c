/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps of sockets are as the running kernel's are while they are empty. */
#include "kern/kern.h"
#include "map/priv.h"

#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OURS, LINUX, ENTRIES = 3 };

static long call(int world, int cmd, union bpfattr *a)
{
	if (world == OURS)
		return kern_bpf(cmd, &a->a, sizeof(*a));
	long ret = syscall(SYS_bpf, cmd, a, sizeof(*a));
	return ret < 0 ? -errno : ret;
}

static int make(int world, u32 type, u32 key, u32 value)
{
	union bpfattr a = {.a = {.map_type = type,
				 .key_size = key,
				 .value_size = value,
				 .max_entries = ENTRIES}};

	return (int)call(world, BPF_MAP_CREATE, &a);
}

/* What the command answers, and the key that it found. */
static long ask(int world, int fd, int cmd, const u32 *key)
{
	u64 to[64] = {0};
	union bpfattr a = {
		.a = {.map_fd = (u32)fd, .key = (u64)(uintptr_t)key, .value = (u64)(uintptr_t)to}};
	long ret = call(world, cmd, &a);

	return ret || cmd != BPF_MAP_GET_NEXT_KEY ? ret : (long)(u32)to[0] + 1;
}

static bool same(const char *name, u32 type, u32 key_size, u32 value_size)
{
	static const int cmds[] = {BPF_MAP_LOOKUP_ELEM, BPF_MAP_DELETE_ELEM, BPF_MAP_GET_NEXT_KEY,
				   BPF_MAP_LOOKUP_AND_DELETE_ELEM};
	int fd[] = {make(OURS, type, key_size, value_size),
		    make(LINUX, type, key_size, value_size)};
	bool good = fd[OURS] >= 0 && fd[LINUX] >= 0;

	for (u32 key = 0; good && key <= ENTRIES; key++)
		for (u32 i = 0; i < LEN(cmds); i++) {
			u32 words[128] = {key};
			long ours = ask(OURS, fd[OURS], cmds[i], words);
			long theirs = ask(LINUX, fd[LINUX], cmds[i], words);

			if (ours != theirs)
				printf("    command %d, key %u: %ld, in Linux %ld\n", cmds[i], key,
				       ours, theirs);
			good &= ours == theirs;
		}
	printf("%s %s, values of %u bytes\n", good ? "ok" : "FAIL", name, value_size);
	close(fd[OURS]);
	close(fd[LINUX]);
	return good;
}

int main(void)
{
	bool good = true;

	if (make(LINUX, BPF_MAP_TYPE_SOCKMAP, 4, 4) < 0) {
		printf("skip maps of sockets: the kernel gives none\n");
		return 0;
	}
	good &= same("xskmap", BPF_MAP_TYPE_XSKMAP, 4, 4);
	for (u32 size = 4; size <= 8; size += 4) {
		good &= same("sockmap", BPF_MAP_TYPE_SOCKMAP, 4, size);
		good &= same("sockhash", BPF_MAP_TYPE_SOCKHASH, 4, size);
		good &= same("sockhash of long keys", BPF_MAP_TYPE_SOCKHASH, 512, size);
		good &= same("reuseport_sockarray", BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, 4, size);
	}
	return !good;
}
