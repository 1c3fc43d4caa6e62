/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel behind a door can do, found by trying it. */
#include "sys/load_priv.h"

#include <unistd.h>

enum { READ_KERNEL = 113, COARSE_CLOCK = 160, GET_COOKIE = 174, WORDS = 16 };

#define CALL(nr)                          \
	{                                 \
		.code = 0x85, .imm = (nr) \
	}
#define ZERO                 \
	{                    \
		.code = 0xb7 \
	}
#define EXIT                 \
	{                    \
		.code = 0x95 \
	}

static bool made(int fd)
{
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* ---- programs and maps ---- */

static int prog(const struct sys_door *d, u32 type, u32 attach, const char *name,
		const struct ob_ebpf *code, u32 n)
{
	union bpf_attr a = {.prog_type = type,
			    .expected_attach_type = attach,
			    .insns = (u64)(uintptr_t)code,
			    .insn_cnt = n,
			    .license = (u64)(uintptr_t) "GPL"};

	snprintf(a.prog_name, sizeof(a.prog_name), "%s", name);
	return d->bpf(BPF_PROG_LOAD, &a, sizeof(a));
}

static const struct ob_ebpf nothing[] = {ZERO, EXIT};

static bool name(const struct sys_door *d)
{
	return made(prog(d, BPF_PROG_TYPE_SOCKET_FILTER, 0, "onebpf_name", nothing, 2));
}

static bool expected(const struct sys_door *d)
{
	return made(
		prog(d, BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE, "", nothing, 2));
}

/* Of a type that may call it, with arguments that every version takes. */
static bool read_kernel(const struct sys_door *d)
{
	const struct ob_ebpf code[] = {
		{.code = 0xbf, .dst = 1, .src = 10}, /* r1 = r10 */
		{.code = 0x07, .dst = 1, .imm = -8}, /* r1 += -8 */
		{.code = 0xb7, .dst = 2, .imm = 8},  /* r2 = 8 */
		{.code = 0xb7, .dst = 3},            /* r3 = 0 */
		CALL(READ_KERNEL),
		EXIT,
	};

	return made(prog(d, BPF_PROG_TYPE_TRACEPOINT, 0, "", code, LEN(code)));
}

static bool coarse_clock(const struct sys_door *d)
{
	const struct ob_ebpf code[] = {CALL(COARSE_CLOCK), EXIT};

	return made(prog(d, BPF_PROG_TYPE_SOCKET_FILTER, 0, "", code, LEN(code)));
}

static bool cookie(const struct sys_door *d)
{
	const struct ob_ebpf code[] = {CALL(GET_COOKIE), EXIT};

	return made(prog(d, BPF_PROG_TYPE_TRACEPOINT, 0, "", code, LEN(code)));
}

/* A link onto no event at all: EBADF where there are such links. */
static bool perf_link(const struct sys_door *d)
{
	int fd = prog(d, BPF_PROG_TYPE_TRACEPOINT, 0, "", nothing, 2);
	union bpf_attr a = {.link_create = {.prog_fd = (u32)fd,
					    .target_fd = (u32)-1,
					    .attach_type = BPF_PERF_EVENT}};
	int link = fd < 0 ? fd : d->bpf(BPF_LINK_CREATE, &a, sizeof(a));

	made(fd);
	return link == -EBADF;
}

static bool array_mmap(const struct sys_door *d)
{
	union bpf_attr a = {.map_type = BPF_MAP_TYPE_ARRAY,
			    .key_size = 4,
			    .value_size = 4,
			    .max_entries = 1,
			    .map_flags = BPF_F_MMAPABLE};

	return made(d->bpf(BPF_MAP_CREATE, &a, sizeof(a)));
}

/* ---- types ---- */

#define INFO(kind, len) ((u32)(kind) << 24 | (len))
#define INT_TYPE        0, INFO(BTF_KIND_INT, 0), 4, BTF_INT_SIGNED << 24 | 32
#define VAR_TYPE        1, INFO(BTF_KIND_VAR, 0), 1, BTF_VAR_GLOBAL_ALLOCATED
#define PROTO_TYPE      0, INFO(BTF_KIND_FUNC_PROTO, 1), 0, 3, 1
#define SECTION_TYPE    INFO(BTF_KIND_DATASEC, 1), 4, 2, 0, 4

static bool types(const struct sys_door *d, const u32 *word, u32 n)
{
	static const char strings[] = "\0x\0a\0?.b"; /* 0, 1, 3, 5; .b: 6 */
	struct {
		struct btf_header head;
		u32 word[WORDS];
		char strings[sizeof(strings)];
	} b = {.head = {.magic = BTF_MAGIC,
			.version = BTF_VERSION,
			.hdr_len = sizeof(struct btf_header),
			.type_len = n * 4,
			.str_off = n * 4,
			.str_len = sizeof(strings)}};

	memcpy(b.word, word, n * 4);
	memcpy((u8 *)&b.word[n], strings, sizeof(strings));
	union bpf_attr a = {.btf = (u64)(uintptr_t)&b,
			    .btf_size = (u32)(sizeof(b.head) + n * 4 + sizeof(strings))};
	return made(d->bpf(BPF_BTF_LOAD, &a, sizeof(a)));
}

#define TYPES(feature, ...)                                               \
	static bool feature(const struct sys_door *d)                     \
	{                                                                 \
		static const u32 word[] = {__VA_ARGS__};                  \
		_Static_assert(LEN(word) <= WORDS, "room for " #feature); \
		return types(d, word, LEN(word));                         \
	}

TYPES(btf, INT_TYPE)
TYPES(btf_func, INT_TYPE, PROTO_TYPE, 1, INFO(BTF_KIND_FUNC, 0), 2)
TYPES(btf_global_func, INT_TYPE, PROTO_TYPE, 1, INFO(BTF_KIND_FUNC, BTF_FUNC_GLOBAL), 2)
TYPES(btf_datasec, INT_TYPE, VAR_TYPE, 6, SECTION_TYPE)
TYPES(btf_question, INT_TYPE, VAR_TYPE, 5, SECTION_TYPE)
TYPES(btf_float, 1, INFO(BTF_KIND_FLOAT, 0), 4)
TYPES(btf_decl_tag, INT_TYPE, VAR_TYPE, 1, INFO(BTF_KIND_DECL_TAG, 0), 2, (u32)-1)
TYPES(btf_type_tag, INT_TYPE, 1, INFO(BTF_KIND_TYPE_TAG, 0), 1, 0, INFO(BTF_KIND_PTR, 0), 2)
TYPES(btf_enum64, 0, INFO(BTF_KIND_ENUM64, 1), 8, 1, 0, 0)

static bool (*const tries[FEATURE_COUNT])(const struct sys_door *d) = {
	[FEATURE_NAME] = name,
	[FEATURE_EXPECTED_ATTACH] = expected,
	[FEATURE_READ_KERNEL] = read_kernel,
	[FEATURE_ARRAY_MMAP] = array_mmap,
	[FEATURE_MEMORY_BY_CGROUP] = coarse_clock,
	[FEATURE_PERF_LINK] = perf_link,
	[FEATURE_COOKIE] = cookie,
	[FEATURE_BTF] = btf,
	[FEATURE_BTF_FUNC] = btf_func,
	[FEATURE_BTF_GLOBAL_FUNC] = btf_global_func,
	[FEATURE_BTF_DATASEC] = btf_datasec,
	[FEATURE_BTF_QUESTION] = btf_question,
	[FEATURE_BTF_FLOAT] = btf_float,
	[FEATURE_BTF_DECL_TAG] = btf_decl_tag,
	[FEATURE_BTF_TYPE_TAG] = btf_type_tag,
	[FEATURE_BTF_ENUM64] = btf_enum64,
};

/* Our own world has all of them; its programs are not to be judged by a probe. */
bool feature_has(struct features *f, enum feature which)
{
	if (!f->found[which])
		f->found[which] = 1 + (f->door->own || tries[which](f->door));
	return f->found[which] == 2;
}
