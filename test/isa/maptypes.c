/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of map types beside the running kernel: which helpers take a map of each
 * type, and which types programs that sleep may use. */
#include "isa/bpf.h"
#include "isa/isa.h"
#include "sys/sys.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { SIZE = 8 }; /* of keys and values, where nothing else is wanted */

static char text[1 << 16];

static int inner(void)
{
	union bpf_attr a = {
		.map_type = MAPTYPE_ARRAY, .key_size = 4, .value_size = SIZE, .max_entries = 1};

	return sys_linux_bpf(BPF_MAP_CREATE, &a, sizeof(a));
}

static int make(u32 type)
{
	union bpf_attr a = {.map_type = type, .key_size = 4, .value_size = SIZE, .max_entries = 4};

	switch (type) {
	case MAPTYPE_PROG_ARRAY:
	case MAPTYPE_PERF_EVENT_ARRAY:
	case MAPTYPE_CGROUP_ARRAY:
	case MAPTYPE_DEVMAP:
	case MAPTYPE_DEVMAP_HASH:
	case MAPTYPE_CPUMAP:
	case MAPTYPE_XSKMAP:
	case MAPTYPE_SOCKMAP:
	case MAPTYPE_SOCKHASH:
		a.value_size = 4;
		break;
	case MAPTYPE_ARRAY_OF_MAPS:
	case MAPTYPE_HASH_OF_MAPS:
		a.value_size = 4;
		a.inner_map_fd = (u32)inner();
		break;
	case MAPTYPE_LPM_TRIE:
		a.key_size = SIZE;
		a.map_flags = BPF_F_NO_PREALLOC;
		break;
	case MAPTYPE_CGROUP_STORAGE:
	case MAPTYPE_PERCPU_CGROUP_STORAGE:
		a.key_size = sizeof(struct bpf_cgroup_storage_key);
		a.max_entries = 0;
		break;
	case MAPTYPE_QUEUE:
	case MAPTYPE_STACK:
	case MAPTYPE_BLOOM_FILTER:
		a.key_size = 0;
		break;
	case MAPTYPE_RINGBUF:
	case MAPTYPE_USER_RINGBUF:
		a.key_size = a.value_size = 0;
		a.max_entries = 4096;
		break;
	}
	int fd = sys_linux_bpf(BPF_MAP_CREATE, &a, sizeof(a));
	if (a.inner_map_fd && (type == MAPTYPE_ARRAY_OF_MAPS || type == MAPTYPE_HASH_OF_MAPS))
		close((int)a.inner_map_fd);
	return fd;
}

static int load(u32 type, const struct ob_ebpf *code, u32 n, u32 flags)
{
	union bpf_attr a = {
		.prog_type = type,
		.insns = (u64)(uintptr_t)code,
		.insn_cnt = n,
		.license = (u64)(uintptr_t) "GPL",
		.log_buf = (u64)(uintptr_t)text,
		.log_size = sizeof(text),
		.log_level = 1,
		.prog_flags = flags,
	};

	text[0] = 0;
	int fd = sys_linux_bpf(BPF_PROG_LOAD, &a, sizeof(a));
	if (fd >= 0)
		close(fd);
	return fd;
}

/* What an argument of this kind may be, into r; 0: such an argument is not made here. */
static u32 argument(struct ob_ebpf *to, u8 r, u64 arg, int map)
{
	if (arg & HELPER_NULLABLE) {
		*to = (struct ob_ebpf){.code = 0xb7, .dst = r};
		return 1;
	}
	switch (helper_kind(arg)) {
	case HELPER_MAP:
		to[0] = (struct ob_ebpf){.code = 0x18, .dst = r, .src = 1, .imm = map};
		to[1] = (struct ob_ebpf){0};
		return 2;
	case HELPER_KEY:
	case HELPER_VALUE:
	case HELPER_OUT_VALUE:
	case HELPER_MEM:
	case HELPER_OUT:
		to[0] = (struct ob_ebpf){.code = 0xbf, .dst = r, .src = 10};
		to[1] = (struct ob_ebpf){.code = 0x07, .dst = r, .imm = -16};
		return 2;
	case HELPER_CTX:
		*to = (struct ob_ebpf){.code = 0xbf, .dst = r, .src = 6};
		return 1;
	case HELPER_ANY:
		*to = (struct ob_ebpf){.code = 0xb7, .dst = r};
		return 1;
	case HELPER_SIZE:
	case HELPER_SIZE0:
	case HELPER_ALLOC_SIZE:
		*to = (struct ob_ebpf){.code = 0xb7, .dst = r, .imm = SIZE};
		return 1;
	}
	return 0;
}

/* A program that gives the helper a map, or 0. */
static u32 caller(struct ob_ebpf *to, const struct helper_row *h, int map)
{
	bool has_map = false;
	u32 n = 0;

	to[n++] = (struct ob_ebpf){.code = 0xbf, .dst = 6, .src = 1};
	to[n++] = (struct ob_ebpf){.code = 0x7a, .dst = 10, .off = -8};
	to[n++] = (struct ob_ebpf){.code = 0x7a, .dst = 10, .off = -16};
	for (u32 i = 0; i < HELPER_ARGS && h->arg[i]; i++) {
		u32 k = argument(to + n, (u8)(i + 1), h->arg[i], map);
		if (!k)
			return 0;
		has_map |= helper_kind(h->arg[i]) == HELPER_MAP;
		n += k;
	}
	to[n++] = (struct ob_ebpf){.code = 0x85, .imm = (s32)h->id};
	to[n++] = (struct ob_ebpf){.code = 0xb7};
	to[n++] = (struct ob_ebpf){.code = 0x95};
	return has_map ? n : 0;
}

static u32 who_calls(const struct helper_row *h)
{
	static const u8 types[] = {PROGTYPE_SCHED_CLS,    PROGTYPE_XDP,    PROGTYPE_KPROBE,
				   PROGTYPE_SK_SKB,       PROGTYPE_SK_MSG, PROGTYPE_SK_REUSEPORT,
				   PROGTYPE_CGROUP_SYSCTL};

	for (u32 i = 0; i < LEN(types); i++)
		if (helper_for(h->id, types[i], 0))
			return types[i];
	return PROGTYPE_SOCK_OPS;
}

static u32 given, taken, wrong;

static void one_helper(u32 type, int map, const struct helper_row *h)
{
	struct ob_ebpf code[32];
	u32 n = caller(code, h, map);

	if (!n)
		return;
	bool ours = maptype_goes_with(type, h->id);
	bool theirs = load(who_calls(h), code, n, 0) >= 0;
	bool refused = strstr(text, "cannot pass map_type") != NULL;
	given += theirs || refused;
	taken += theirs;
	if ((theirs && !ours) || (refused && ours)) {
		wrong++;
		printf("    %s, map %s: %s\n%s\n", h->name, maptype_row(type)->name,
		       theirs ? "taken" : "refused", text);
	}
}

static void sleeps(u32 type, int map)
{
	const struct ob_ebpf code[] = {{.code = 0x18, .dst = 1, .src = 1, .imm = map},
				       {0},
				       {.code = 0xb7},
				       {.code = 0x95}};
	bool theirs = load(PROGTYPE_SYSCALL, code, 4, BPF_F_SLEEPABLE) >= 0;

	if (theirs != !!(maptype_row(type)->flags & MAPUSE_SLEEP)) {
		wrong++;
		printf("    %s in a program that sleeps: %s\n", maptype_row(type)->name, text);
	}
}

int main(void)
{
	u32 nr;

	if (!maptype_find("bloom_filter", 12, &nr) || nr != MAPTYPE_BLOOM_FILTER ||
	    maptype_row(MAPTYPE_COUNT) || maptype_find("bloom", 5, &nr)) {
		puts("FAIL names");
		return 1;
	}
	puts("ok names");
	int fd = make(MAPTYPE_ARRAY);
	const struct ob_ebpf code[] = {{.code = 0xb7}, {.code = 0x95}};
	if (fd < 0 || load(PROGTYPE_SCHED_CLS, code, 2, 0) < 0) {
		printf("skip kernel: %s\n", strerror(errno));
		return 0;
	}
	close(fd);
	for (u32 type = 1; type < MAPTYPE_COUNT; type++) {
		int map = make(type);
		if (map < 0) {
			printf("    %s cannot be made here: %s\n", maptype_row(type)->name,
			       strerror(errno));
			continue;
		}
		for (u32 id = 1; id < HELPER_COUNT; id++)
			one_helper(type, map, helper_row(id));
		sleeps(type, map);
		close(map);
	}
	printf("    %u pairs of map and helper are decided there, %u of them taken\n", given,
	       taken);
	printf("%s kernel: the same pairs\n", wrong || taken < 40 ? "FAIL" : "ok");
	return wrong || taken < 40;
}
