/* SPDX-License-Identifier: BSD-2-Clause */
/* A map for one program alone, which its hash names: our world and the running kernel let
 * the same ones use it, and say the same. */
#include "kern/call.h"
#include "sys/sys.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

typedef int bpf_fn(int cmd, union bpf_attr *attr, unsigned size);

static int ours(int cmd, union bpf_attr *attr, unsigned size)
{
	int ret = kern_bpf(cmd, attr, size);

	if (ret < 0)
		errno = -ret;
	return ret < 0 ? -1 : ret;
}

static struct bpf_insn code[] = {
	{.code = 0x18, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD},
	{0},
	{.code = 0xb7, .imm = 1},
	{.code = 0x95},
};

static int make(bpf_fn *bpf, const u8 *hash, u32 size)
{
	union bpfattr a = {.a = {.map_type = BPF_MAP_TYPE_ARRAY,
				 .key_size = 4,
				 .value_size = 8,
				 .max_entries = 1}};

	a.map.excl_prog_hash = (u64)(uintptr_t)hash;
	a.map.excl_prog_hash_size = size;
	return bpf(BPF_MAP_CREATE, &a.a, sizeof(a));
}

/* 0 or an errno, and the log's first line. */
static int load(bpf_fn *bpf, int map, s32 result, char first[256])
{
	static char log[1 << 16];
	union bpf_attr a = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
			    .insns = (u64)(uintptr_t)code,
			    .insn_cnt = LEN(code),
			    .license = (u64)(uintptr_t) "GPL",
			    .log_buf = (u64)(uintptr_t)log,
			    .log_size = sizeof(log),
			    .log_level = 1};

	code[0].imm = map;
	code[2].imm = result;
	int fd = bpf(BPF_PROG_LOAD, &a, sizeof(a));
	snprintf(first, 256, "%.*s", (int)strcspn(log, "\n"), log);
	if (fd >= 0)
		close(fd);
	return fd < 0 ? errno : 0;
}

/* By the hash of a program that returns 1: it, another one, and one of the map's hash. */
static void ask(bpf_fn *bpf, int ret[4], char first[256])
{
	char none[256];
	u8 hash[32];

	code[0].imm = 0;
	code[2].imm = 1;
	kern_sha256((const u8 *)code, sizeof(code), hash);
	int map = make(bpf, hash, sizeof(hash));
	ret[0] = map < 0 ? errno : 0;
	ret[1] = load(bpf, map, 1, none);
	ret[2] = load(bpf, map, 2, first);
	close(map);
	ret[3] = make(bpf, hash, 31) < 0 ? errno : 0;
}

int main(void)
{
	int here[4], there[4];
	char said[2][256], name[32], path[256];
	union bpf_attr a = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4};

	if (sys_linux_bpf(BPF_MAP_CREATE, &a, sizeof(a)) < 0 && errno != EINVAL) {
		printf("skip exclusive: the kernel's bpf(): %s\n", strerror(errno));
		return 0;
	}
	snprintf(name, sizeof(name), "test-exclusive-%d", getpid());
	if (kern_world_dir(name, path, sizeof(path)) || setenv("ONEBPF_WORLD", path, 1) ||
	    kern_world_set(path, "kernel.unchecked", "1")) {
		puts("FAIL world");
		return 1;
	}
	ask(ours, here, said[0]);
	ask(sys_linux_bpf, there, said[1]);
	kern_world_remove(path);
	if (there[0] == E2BIG) {
		puts("skip exclusive: this kernel has no such maps");
		return 0;
	}
	bool ok = !memcmp(here, there, sizeof(here)) && !strcmp(said[0], said[1]);
	printf("%s exclusive: %d %d %d %d, in Linux %d %d %d %d\n", ok ? "ok" : "FAIL", here[0],
	       here[1], here[2], here[3], there[0], there[1], there[2], there[3]);
	if (!ok)
		printf("    `%s`, in Linux `%s`\n", said[0], said[1]);
	return !ok;
}
