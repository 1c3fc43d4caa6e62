/* SPDX-License-Identifier: BSD-2-Clause */
/* What bpf() refuses to whom: each set of rights, every type of map and program, and
 * the commands that need one, in our world and in the running kernel. */
#include "isa/bpf.h"
#include "isa/isa.h"
#include "kern/kern.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OURS, LINUX };

static const u32 caps[] = {CAP_SYS_ADMIN, CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN};
static u32 differ;
static bool disabled; /* kernel.unprivileged_bpf_disabled, in both */

static long call(int world, int cmd, union bpfattr *a)
{
	if (world == OURS)
		return kern_bpf(cmd, &a->a, sizeof(*a));
	long ret = syscall(SYS_bpf, cmd, a, sizeof(*a));
	return ret < 0 ? -errno : ret;
}

/* Of the rights that count these, and no others. */
static bool take(u32 set)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];
	u64 all = 0;

	if (syscall(SYS_capget, &head, data))
		return false;
	for (u32 i = 0; i < LEN(caps); i++) {
		u32 bit = CAP_TO_MASK(caps[i]), *to = &data[CAP_TO_INDEX(caps[i])].effective;

		*to = set >> i & 1 ? *to | bit : *to & ~bit;
		all |= (u64)(set >> i & 1) << caps[i];
	}
	kern_rights_set(all);
	return !syscall(SYS_capset, &head, data);
}

static long make_map(int world, u32 type, u32 unused)
{
	union bpfattr a = {
		.a = {.map_type = type, .key_size = 4, .value_size = 4, .max_entries = 1}};

	(void)unused;
	if (type == MAPTYPE_RINGBUF || type == MAPTYPE_USER_RINGBUF) {
		a.a.key_size = a.a.value_size = 0;
		a.a.max_entries = 4096;
	} else if (type == MAPTYPE_ARENA) {
		a.a.key_size = a.a.value_size = 0;
		a.a.map_flags = BPF_F_MMAPABLE;
	} else if (type == MAPTYPE_CGROUP_STORAGE || type == MAPTYPE_PERCPU_CGROUP_STORAGE) {
		a.a.key_size = 8;
		a.a.max_entries = 0;
	} else if (type == MAPTYPE_LPM_TRIE) {
		a.a.key_size = 8;
		a.a.map_flags = BPF_F_NO_PREALLOC;
	} else if (type == MAPTYPE_STACK_TRACE) {
		a.a.value_size = 8;
	} else if (type == MAPTYPE_QUEUE || type == MAPTYPE_STACK || type == MAPTYPE_BLOOM_FILTER) {
		a.a.key_size = 0;
	}
	return call(world, BPF_MAP_CREATE, &a);
}

static long load(int world, u32 type, u32 insns)
{
	struct ob_ebpf *code = calloc(insns, sizeof(*code));
	u32 attach = 0;

	while (!prog_expects(type, attach) && attach < ATTACH_COUNT)
		attach++;
	for (u32 i = 0; i < insns; i++)
		code[i] = (struct ob_ebpf){.code = 0xb7, .imm = 1};
	code[insns - 1] = (struct ob_ebpf){.code = 0x95};
	union bpfattr a = {.a = {.prog_type = type,
				 .insn_cnt = insns,
				 .insns = (u64)(uintptr_t)code,
				 .license = (u64)(uintptr_t) "GPL",
				 .expected_attach_type = attach}};
	long ret = call(world, BPF_PROG_LOAD, &a);
	free(code);
	return ret;
}

static long command(int world, u32 cmd, u32 unused)
{
	union bpfattr a = {.byte = {0}};

	(void)unused;
	if (cmd == BPF_ENABLE_STATS)
		a.a.enable_stats.type = 99;
	return call(world, (int)cmd, &a);
}

/* Is one refused for want of a right where the other is not? */
static void same(u32 set, const char *what, long (*fn)(int, u32, u32), u32 nr, u32 more)
{
	long ours = fn(OURS, nr, more), theirs = fn(LINUX, nr, more);

	if ((ours == -EPERM) != (theirs == -EPERM)) {
		printf("    %s %u, rights %x: %ld, in Linux %ld\n", what, nr, set, ours, theirs);
		differ++;
	}
	if (ours >= 0)
		close((int)ours);
	if (theirs >= 0)
		close((int)theirs);
}

static u32 compare(u32 set)
{
	static const u32 commands[] = {
		BPF_PROG_GET_NEXT_ID,   BPF_MAP_GET_NEXT_ID,   BPF_BTF_GET_NEXT_ID,
		BPF_LINK_GET_NEXT_ID,   BPF_PROG_GET_FD_BY_ID, BPF_MAP_GET_FD_BY_ID,
		BPF_BTF_GET_FD_BY_ID,   BPF_LINK_GET_FD_BY_ID, BPF_ENABLE_STATS,
		BPF_TASK_FD_QUERY,      BPF_PROG_QUERY,        BPF_BTF_LOAD,
		BPF_OBJ_GET_INFO_BY_FD, BPF_MAP_LOOKUP_ELEM};
	u32 before = differ;

	for (u32 type = 1; type < MAPTYPE_COUNT; type++)
		if (make_map(OURS, type, 0) != -EOPNOTSUPP)
			same(set, "map type", make_map, type, 0);
	/* Those are left out that the kernel may lack, or refuses for other reasons. */
	for (u32 type = 1; type < PROGTYPE_COUNT; type++)
		if (type != PROGTYPE_LIRC_MODE2 && type != PROGTYPE_EXT && type != PROGTYPE_LSM)
			same(set, "program type", load, type, 2);
	same(set, "long program of type", load, PROGTYPE_SOCKET_FILTER, 4097);
	for (u32 i = 0; i < LEN(commands); i++)
		same(set, "command", command, commands[i], 0);
	return differ - before;
}

static bool setting(void)
{
	FILE *f = fopen("/proc/sys/kernel/unprivileged_bpf_disabled", "r");
	int v = f ? fgetc(f) : '2';

	if (f)
		fclose(f);
	return v != '0';
}

int main(void)
{
	disabled = setting();
	if (kern_world_own("kernel.unprivileged_bpf_disabled", disabled ? "2" : "0") ||
	    kern_world_own("kernel.unchecked", "1")) {
		printf("FAIL a world\n");
		return 1;
	}
	if (!take((1 << LEN(caps)) - 1)) {
		printf("skip rights: the rights of root are needed to give them up\n");
		return 0;
	}
	for (u32 set = 0; set < 1u << LEN(caps); set++) {
		if (!take(set)) {
			printf("FAIL rights %x cannot be taken\n", set);
			return 1;
		}
		printf("%s rights %x\n", compare(set) ? "FAIL" : "ok", set);
	}
	return differ != 0;
}
