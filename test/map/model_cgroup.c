/* SPDX-License-Identifier: BSD-2-Clause */
/* Random operations on storages of cgroups, in which a value begins when a program is
 * attached: our world's, a plain model and the kernel's.
 * Usage: model_cgroup [operations of a type [seed]] */
#include "isa/bpf.h"
#include "kern/kern.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { OURS, LINUX, WORLDS, CGROUPS = 4, SIDES = 2, VALUE = 12, STRIDE = 16, WORDS = 512 };

static const struct config {
	const char *name;
	u32 type, key_size;
} configs[] = {
	{"cgroup storage", BPF_MAP_TYPE_CGROUP_STORAGE, 16},
	{"cgroup storage, shared", BPF_MAP_TYPE_CGROUP_STORAGE, 8},
	{"per-CPU cgroup storage", BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, 16},
	{"per-CPU cgroup storage, shared", BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, 8},
};

static struct {
	const struct config *c;
	int map[WORLDS], prog[WORLDS];
	u32 bytes;
	bool there[CGROUPS][SIDES];
	u64 value[CGROUPS][SIDES][WORDS];
} w;
static u64 rnd, cgroup_id[CGROUPS];
static int cgroup[CGROUPS];
static char path[CGROUPS][96];

static u32 below(u32 n) { return (u32)(hash_u64(rnd++) >> 32) % n; }
static u64 addr(const void *p) { return (u64)(uintptr_t)p; }

static long call(int world, int cmd, union bpfattr *a)
{
	if (world == OURS)
		return kern_bpf(cmd, &a->a, sizeof(*a));
	long ret = syscall(SYS_bpf, cmd, a, sizeof(*a));
	return ret < 0 ? -errno : ret;
}

/* ---- operations: what each of the three says ---- */

struct op {
	int cmd;
	u32 cgroup, side;
	u64 flags;
	struct bpf_cgroup_storage_key key;
	u64 value[WORDS];
};

static long in_world(int world, struct op *op, u64 *value)
{
	union bpfattr a = {.a = {.map_fd = (u32)w.map[world],
				 .key = addr(&op->key),
				 .value = addr(value),
				 .flags = op->flags}};

	memcpy(value, op->value, sizeof(op->value));
	if (op->cmd == BPF_MAP_DELETE_ELEM)
		a.a.value = a.a.flags = 0;
	if (op->cmd != BPF_PROG_ATTACH)
		return call(world, op->cmd, &a);
	a = (union bpfattr){.attach = {.target_fd = (u32)cgroup[op->cgroup],
				       .attach_bpf_fd = (u32)w.prog[world],
				       .attach_type = op->side}};
	long err = call(world, BPF_PROG_ATTACH, &a);
	return err ? err : call(world, BPF_PROG_DETACH, &a);
}

static long in_model(const struct op *op, u64 *value)
{
	u32 side = w.c->key_size == 8 ? 0 : op->side;
	bool *there = &w.there[op->cgroup][side], lock = op->flags & BPF_F_LOCK;
	u64 *at = w.value[op->cgroup][side];

	switch (op->cmd) {
	case BPF_PROG_ATTACH:
		if (!*there)
			memset(at, 0, sizeof(w.value[0][0]));
		*there = true;
		return 0;
	case BPF_MAP_DELETE_ELEM:
		return -EINVAL;
	case BPF_MAP_LOOKUP_AND_DELETE_ELEM:
		return op->flags ? -EINVAL : -ENOTSUPP_LINUX;
	case BPF_MAP_LOOKUP_ELEM:
		if (op->flags)
			return -EINVAL;
		memcpy(value, at, w.bytes);
		return *there ? 0 : -ENOENT;
	}
	if (lock || op->flags == BPF_NOEXIST || op->flags > BPF_EXIST)
		return -EINVAL;
	if (*there)
		memcpy(at, op->value, w.bytes);
	return *there ? 0 : -ENOENT;
}

static bool same_value(const u64 *a, const u64 *b)
{
	for (u32 i = 0; i < w.bytes; i += STRIDE)
		if (memcmp((const u8 *)a + i, (const u8 *)b + i, VALUE))
			return false;
	return true;
}

static bool one_op(u64 nr)
{
	static const int cmds[] = {BPF_MAP_LOOKUP_ELEM, BPF_MAP_LOOKUP_ELEM,
				   BPF_MAP_UPDATE_ELEM, BPF_MAP_UPDATE_ELEM,
				   BPF_MAP_DELETE_ELEM, BPF_MAP_LOOKUP_AND_DELETE_ELEM};
	static const u64 flags[] = {0, 0, 0, 0, BPF_EXIST, BPF_NOEXIST, 3, BPF_F_LOCK, 1ull << 33};
	static u64 got[WORLDS], value[WORLDS + 1][WORDS];
	struct op op = {.cmd = below(5000) ? cmds[below(LEN(cmds))] : BPF_PROG_ATTACH,
			.cgroup = below(CGROUPS),
			.side = below(SIDES)};

	if (op.cmd == BPF_MAP_UPDATE_ELEM || !below(100))
		op.flags = flags[below(LEN(flags))];
	op.key = (struct bpf_cgroup_storage_key){cgroup_id[op.cgroup], op.side};
	u32 padding = below(3);
	memcpy((u8 *)&op.key + 12, &padding, sizeof(padding));
	for (u32 i = 0; i < w.bytes / 8; i++)
		op.value[i] = below(1000);
	long want = in_model(&op, value[WORLDS]);
	for (int world = 0; world < WORLDS; world++) {
		got[world] = (u64)in_world(world, &op, value[world]);
		bool reads = op.cmd == BPF_MAP_LOOKUP_ELEM && !want;
		if ((long)got[world] == want && (!reads || same_value(value[world], value[WORLDS])))
			continue;
		printf("FAIL %s: operation %llu, command %d, flags 0x%llx: %s %ld, wanted %ld\n",
		       w.c->name, (unsigned long long)nr, op.cmd, (unsigned long long)op.flags,
		       world == OURS ? "ours" : "the kernel's", (long)got[world], want);
		return false;
	}
	return true;
}

/* Our keys, each once. What Linux says behind the last one means nothing. */
static bool walk(void)
{
	struct bpf_cgroup_storage_key key = {0}, next = {0};
	union bpfattr a = {.a = {.map_fd = (u32)w.map[OURS], .next_key = addr(&next)}};
	bool seen[CGROUPS][SIDES] = {{0}};
	u32 n = 0, all = 0;

	for (; !call(OURS, BPF_MAP_GET_NEXT_KEY, &a) && n <= CGROUPS * SIDES; n++) {
		for (u32 i = 0; i < CGROUPS; i++)
			if (cgroup_id[i] == next.cgroup_inode_id && next.attach_type < SIDES)
				seen[i][next.attach_type] = true;
		key = next;
		a.a.key = addr(&key);
	}
	for (u32 i = 0; i < CGROUPS * SIDES; i++)
		all += w.there[i / SIDES][i % SIDES];
	return n == all && !memcmp(seen, w.there, sizeof(seen));
}

/* ---- one configuration ---- */

static long load(int world, u32 maps)
{
	struct bpf_insn code[11];
	u32 n = 0;

	for (u32 i = 0; i < maps; i++) {
		union bpfattr m = {.a = {.map_type = w.c->type,
					 .key_size = w.c->key_size,
					 .value_size = VALUE}};
		int map = i ? (int)call(world, BPF_MAP_CREATE, &m) : w.map[world];
		code[n++] = (struct bpf_insn){.code = 0x18, .dst_reg = 1, .src_reg = 1, .imm = map};
		code[n++] = (struct bpf_insn){0};
		code[n++] = (struct bpf_insn){.code = 0xb7, .dst_reg = 2};
		code[n++] = (struct bpf_insn){.code = 0x85, .imm = 81}; /* get_local_storage */
	}
	code[n++] = (struct bpf_insn){.code = 0xb7, .imm = 1};
	code[n++] = (struct bpf_insn){.code = 0x95};
	union bpfattr a = {.a = {.prog_type = BPF_PROG_TYPE_CGROUP_SKB,
				 .insn_cnt = n,
				 .insns = addr(code),
				 .license = addr("GPL")}};
	return call(world, BPF_PROG_LOAD, &a);
}

static bool begin(const struct config *c)
{
	bool good = true;

	memset(&w, 0, sizeof(w));
	w.c = c;
	bool per_cpu = c->type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
	w.bytes = per_cpu ? STRIDE * (u32)sysconf(_SC_NPROCESSORS_CONF) : VALUE;
	for (int world = 0; world < WORLDS; world++) {
		union bpfattr m = {
			.a = {.map_type = c->type, .key_size = c->key_size, .value_size = VALUE}};
		w.map[world] = (int)call(world, BPF_MAP_CREATE, &m);
		w.prog[world] = (int)load(world, 1);
		good &= w.map[world] >= 0 && w.prog[world] >= 0 && load(world, 2) == -EBUSY;
	}
	return good && w.bytes <= sizeof(w.value[0][0]);
}

static bool run(const struct config *c, u64 n)
{
	if (!begin(c)) {
		printf("FAIL %s: it cannot be made: %d, %d; %d, %d\n", c->name, w.map[OURS],
		       w.map[LINUX], w.prog[OURS], w.prog[LINUX]);
		return false;
	}
	bool good = true;
	for (u64 i = 0; i < n && good; i++)
		good = one_op(i);
	if (good && !walk()) {
		printf("FAIL %s: its keys\n", c->name);
		good = false;
	}
	if (good)
		printf("ok %s: %llu operations\n", c->name, (unsigned long long)n);
	for (int world = 0; world < WORLDS; world++) {
		close(w.map[world]);
		close(w.prog[world]);
	}
	return good;
}

static bool make_cgroups(void)
{
	struct statfs fs;
	struct stat st;
	const char *root = statfs("/sys/fs/cgroup", &fs) || fs.f_type != CGROUP2_SUPER_MAGIC
				   ? "/sys/fs/cgroup/unified"
				   : "/sys/fs/cgroup";
	bool good = true;

	for (u32 i = 0; i < CGROUPS; i++) {
		snprintf(path[i], sizeof(path[i]), "%s/test-storage-%d-%u", root, getpid(), i);
		good &= !mkdir(path[i], 0700);
		cgroup[i] = open(path[i], O_RDONLY | O_DIRECTORY);
		good &= cgroup[i] >= 0 && !fstat(cgroup[i], &st);
		cgroup_id[i] = good ? st.st_ino : 0;
	}
	return good;
}

int main(int argc, char **argv)
{
	u64 n = argc > 1 ? strtoull(argv[1], NULL, 0) : 20000;
	bool good = true;

	rnd = hash_u64(argc > 2 ? strtoull(argv[2], NULL, 0) : 1);
	setvbuf(stdout, NULL, _IOLBF, 0);
	w.c = &configs[0];
	if (load(LINUX, 0) < 0)
		printf("skip storages of cgroups: the kernel takes no programs\n");
	else if (!make_cgroups())
		printf("skip storages of cgroups: no cgroups can be made\n");
	else
		for (u32 i = 0; i < LEN(configs); i++)
			good &= run(&configs[i], n);
	for (u32 i = 0; i < CGROUPS; i++)
		rmdir(path[i]);
	return !good;
}
