/* SPDX-License-Identifier: BSD-2-Clause */
/* Iterators: one program that writes the id of every map, and one that writes every
 * element of a map, in our world and in the running kernel: they see what there is. */
#include "isa/bpf.h"
#include "kern/kern.h"
#include "prog/prog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static u32 failed;
static bool ours;

static void check(bool good, const char *what, long got)
{
	if (good)
		return;
	printf("FAIL %s: %s: %ld\n", ours ? "ours" : "the kernel", what, got);
	failed++;
}

static int call(int cmd, union bpfattr *a)
{
	long ret = ours ? kern_bpf(cmd, &a->a, sizeof(*a)) : syscall(__NR_bpf, cmd, a, sizeof(*a));

	return ret < 0 && !ours ? -errno : (int)ret;
}

/* ---- the kernel's types ---- */

static struct btf *types;

static bool read_types(void)
{
	struct stat st;
	int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY);
	u8 *p = fd < 0 || fstat(fd, &st) ? NULL : malloc((size_t)st.st_size);
	size_t n = 0;

	for (ssize_t got = 1; p && got > 0; n += (size_t)got)
		got = read(fd, p + n, (size_t)st.st_size - n);
	if (fd >= 0)
		close(fd);
	struct ob_err *err = p ? btf_read((struct bytes){p, n}, NULL, &types) : NULL;
	free(p);
	ob_err_destroy(err);
	return types != NULL;
}

static u32 offset(const char *of, const char *name)
{
	const struct btf_type *t = btf_type(types, btf_find(types, of, BTF_KIND_STRUCT));

	for (u32 i = 0; i < btf_len(t); i++)
		if (!strcmp(btf_name(types, btf_members(t)[i].name_off), name))
			return btf_member_at(t, i) / 8;
	return 0;
}

/* ---- programs ---- */

enum { SEQ_WRITE = 127 };

#define LDX(d, s, o)                                               \
	{                                                          \
		.code = 0x79, .dst_reg = d, .src_reg = s, .off = o \
	}
#define MOV(d, s)                                        \
	{                                                \
		.code = 0xbf, .dst_reg = d, .src_reg = s \
	}
#define MOVI(d, k)                                   \
	{                                            \
		.code = 0xb7, .dst_reg = d, .imm = k \
	}
#define ADDI(d, k)                                   \
	{                                            \
		.code = 0x07, .dst_reg = d, .imm = k \
	}
#define JEQ0(d, o)                                   \
	{                                            \
		.code = 0x15, .dst_reg = d, .off = o \
	}
#define CALL(k)                        \
	{                              \
		.code = 0x85, .imm = k \
	}
#define EXIT                 \
	{                    \
		.code = 0x95 \
	}

static int load(const struct bpf_insn *code, u32 n, const char *function)
{
	union bpfattr a = {.a = {.prog_type = BPF_PROG_TYPE_TRACING,
				 .expected_attach_type = BPF_TRACE_ITER,
				 .attach_btf_id = btf_find(types, function, BTF_KIND_FUNC),
				 .insn_cnt = n,
				 .insns = (u64)(uintptr_t)code,
				 .license = (u64)(uintptr_t) "GPL"}};

	return call(BPF_PROG_LOAD, &a);
}

static int load_ids(void)
{
	const struct bpf_insn code[] = {
		MOV(6, 1),
		LDX(1, 6, 0),
		LDX(1, 1, 0),
		LDX(2, 6, 8),
		JEQ0(2, 6),
		{.code = 0x61, .dst_reg = 2, .src_reg = 2, .off = (s16)offset("bpf_map", "id")},
		{.code = 0x63, .dst_reg = 10, .src_reg = 2, .off = -4},
		MOV(2, 10),
		ADDI(2, -4),
		MOVI(3, 4),
		CALL(SEQ_WRITE),
		MOVI(0, 0),
		EXIT};

	return load(code, LEN(code), "bpf_iter_bpf_map");
}

static int load_elements(void)
{
	static const struct bpf_insn code[] = {
		MOV(6, 1),
		LDX(7, 6, 0),
		LDX(7, 7, 0),
		LDX(8, 6, 16),
		LDX(9, 6, 24),
		JEQ0(8, 11),
		JEQ0(9, 10),
		LDX(2, 8, 0),
		{.code = 0x7b, .dst_reg = 10, .src_reg = 2, .off = -16},
		LDX(2, 9, 0),
		{.code = 0x7b, .dst_reg = 10, .src_reg = 2, .off = -8},
		MOV(1, 7),
		MOV(2, 10),
		ADDI(2, -16),
		MOVI(3, 16),
		CALL(SEQ_WRITE),
		{.code = 0x05, .off = 0},
		MOVI(0, 0),
		EXIT};

	return load(code, LEN(code), "bpf_iter_bpf_map_elem");
}

/* What the iterator writes: bytes, or -errno. */
static long output(int prog, u32 map, void *to, size_t room)
{
	struct {
		u32 map_fd, more[3];
	} info = {map, {0}};
	union bpfattr a = {.link = {.prog_fd = (u32)prog, .attach_type = BPF_TRACE_ITER}};

	if (map) {
		a.link.iter.info = (u64)(uintptr_t)&info;
		a.link.iter.info_len = sizeof(info);
	}
	int link = call(BPF_LINK_CREATE, &a);
	if (link < 0)
		return link;
	a = (union bpfattr){.a = {.iter_create = {.link_fd = (u32)link}}};
	int fd = call(BPF_ITER_CREATE, &a);
	close(link);
	if (fd < 0)
		return fd;
	size_t n = 0;
	for (ssize_t got = 1; got > 0 && n < room; n += (size_t)got) {
		got = read(fd, (u8 *)to + n, room - n);
		if (got < 0)
			got = 0;
	}
	close(fd);
	return (long)n;
}

static int make_map(u32 max)
{
	union bpfattr a = {.a = {.map_type = BPF_MAP_TYPE_HASH,
				 .key_size = 8,
				 .value_size = 8,
				 .max_entries = max}};

	return call(BPF_MAP_CREATE, &a);
}

static u32 id_of(int fd)
{
	struct bpf_map_info i = {0};
	union bpfattr a = {.a = {.info = {(u32)fd, sizeof(i), (u64)(uintptr_t)&i}}};

	return call(BPF_OBJ_GET_INFO_BY_FD, &a) ? 0 : i.id;
}

static void ids(void)
{
	enum { MAPS = 5 };
	static u32 seen[4096];
	int prog = load_ids(), map[MAPS];

	check(prog >= 0, "the program for maps", prog);
	for (u32 i = 0; i < MAPS; i++)
		map[i] = make_map(4);
	long n = output(prog, 0, seen, sizeof(seen));
	check(n >= MAPS * 4 && n % 4 == 0, "what it writes", n);
	for (u32 i = 0; i < MAPS; i++) {
		u32 found = 0;
		for (long k = 0; k < n / 4; k++)
			found += seen[k] == id_of(map[i]);
		check(found == 1, "times that a map is seen", found);
		close(map[i]);
	}
	close(prog);
}

static void elements(void)
{
	enum { KEYS = 100 };
	static u64 pair[KEYS * 4];
	int prog = load_elements(), map = make_map(KEYS);
	u64 sum = 0;

	check(prog >= 0, "the program for elements", prog);
	for (u64 k = 0; k < KEYS; k++) {
		u64 v = k * k;
		union bpfattr a = {.a = {.map_fd = (u32)map,
					 .key = (u64)(uintptr_t)&k,
					 .value = (u64)(uintptr_t)&v}};
		check(!call(BPF_MAP_UPDATE_ELEM, &a), "update", (long)k);
	}
	long n = output(prog, (u32)map, pair, sizeof(pair));
	check(n == KEYS * 16, "bytes of all elements", n);
	for (long i = 0; i < n / 16; i++)
		sum += pair[2 * i] * pair[2 * i] == pair[2 * i + 1] ? pair[2 * i] + 1 : 0;
	check(sum == KEYS * (KEYS + 1) / 2, "sum of the keys", (long)sum);
	close(map);
	close(prog);
}

int main(void)
{
	char name[64], path[512];

	if (!read_types()) {
		puts("skip iterators: /sys/kernel/btf/vmlinux cannot be read");
		return 0;
	}
	snprintf(name, sizeof(name), "test-iter-%d", getpid());
	if (kern_world_dir(name, path, sizeof(path)) ||
	    kern_world_set(path, "kernel.unchecked", "1")) {
		puts("FAIL no world");
		return 1;
	}
	setenv("ONEBPF_WORLD", path, 1);
	ours = true;
	ids();
	elements();
	kern_world_remove(path);
	ours = false;
	int map = make_map(1);
	if (map < 0) {
		puts("skip kernel: its bpf() is not permitted here");
	} else {
		close(map);
		ids();
		elements();
	}
	btf_destroy(types);
	if (!failed)
		puts("ok iterators");
	return failed != 0;
}
