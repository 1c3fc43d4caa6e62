/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that are loaded with relocations of CO-RE: in our world and in the running
 * kernel the same errno, and the same result of a run.
 * Usage: relocate [cases [seed]] */
#include "isa/bpf.h"
#include "kern/kern.h"

#include <errno.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OURS, LINUX, WORLDS };

/* Names, by their places in the text. */
enum {
	N_INT = 1,
	N_TASK = 5,
	N_PID = 17,
	N_COMM = 21,
	N_NONE = 26,
	N_WEIGHT = 31,
	N_F = 38,
	N_00 = 40,
	N_01 = 44,
	N_02 = 48,
	N_03 = 52,
	N_0 = 56,
	N_BAD = 58,
	N_FLAVOR = 60,
	N_CHAR = 75,
};
static const char names[] = "\0int\0task_struct\0pid\0comm\0none\0weight\0f\0"
			    "0:0\0"
			    "0:1\0"
			    "0:2\0"
			    "0:3\0"
			    "0\0x\0task_struct___\0char";

#define STRUCT(n) (BTF_KIND_STRUCT << 24 | (n))
static const u32 types[] = {
	N_INT,    BTF_KIND_INT << 24,
	4,        32 | BTF_INT_SIGNED << 24, /* 1 */
	0,        BTF_KIND_FUNC_PROTO << 24,
	1, /* 2 */
	N_F,      BTF_KIND_FUNC << 24,
	2, /* 3 */
	N_CHAR,   BTF_KIND_INT << 24,
	1,        8 | BTF_INT_CHAR << 24, /* 4 */
	0,        BTF_KIND_ARRAY << 24,
	0,        4,
	1,        16, /* 5 */
	N_TASK,   STRUCT(3),
	24,       N_PID,
	1,        0,
	N_COMM,   5,
	32,       N_NONE,
	1,        160, /* 6 */
	N_WEIGHT, STRUCT(1),
	4,        N_PID,
	1,        0, /* 7 */
	N_FLAVOR, STRUCT(1),
	4,        N_PID,
	1,        0, /* 8 */
};

static u64 cases = 400, state = 1;
static u32 below(u32 n) { return (u32)(hash_u64(state += 0x9e3779b97f4a7c15) >> 33) % n; }
static bool one_in(u32 n) { return !below(n); }
static u64 to_user(const void *p) { return (u64)(uintptr_t)p; }

static long call(int world, int cmd, union bpf_attr *a)
{
	if (world == OURS)
		return kern_bpf(cmd, a, sizeof(*a));
	long ret = syscall(SYS_bpf, cmd, a, sizeof(*a));
	return ret < 0 ? -errno : ret;
}

static long load_types(int world)
{
	struct {
		struct btf_header h;
		u32 types[LEN(types)];
		char names[sizeof(names)];
	} b = {.h = {.magic = BTF_MAGIC,
		     .version = BTF_VERSION,
		     .hdr_len = sizeof(b.h),
		     .type_len = sizeof(types),
		     .str_off = sizeof(types),
		     .str_len = sizeof(names)}};
	union bpf_attr a = {.btf = to_user(&b),
			    .btf_size = sizeof(b.h) + sizeof(types) + sizeof(names)};

	memcpy(b.types, types, sizeof(types));
	memcpy(b.names, names, sizeof(names));
	return call(world, BPF_BTF_LOAD, &a);
}

/* ---- cases ---- */

static struct {
	struct ob_ebpf insn[4];
	u8 record[2][256];
	u32 relos, size, offset;
	bool plain; /* no records of functions: then nothing is relocated */
} c;

static void make_record(u8 *to)
{
	static const u32 texts[] = {N_00, N_00, N_01, N_02, N_03, N_0, N_0, N_BAD};
	static const u32 of[] = {6, 6, 6, 7, 8, 1, 5, 3, 99};
	struct bpf_core_relo r = {
		.insn_off = one_in(20) ? below(64) : 0,
		.type_id = of[below(LEN(of))],
		.access_str_off = one_in(30) ? below(200) : texts[below(LEN(texts))],
		.kind = one_in(30) ? below(20) : below(13),
	};

	memset(to, 0, 256);
	memcpy(to, &r, sizeof(r));
	if (one_in(20))
		to[16 + below(240)] = 1;
}

static void make(u64 nr)
{
	static const u32 sizes[] = {16, 16, 16, 16, 16, 16, 20, 64, 252, 256, 12, 18, 260, 0};
	static const s32 imms[] = {0, 0, 1, 1, 4, 16, 20, 24, 6, 7, 8, 60, 56, 32, -1};

	state = hash_u64(nr);
	memset(&c, 0, sizeof(c));
	s32 imm = imms[below(LEN(imms))];
	bool wide = one_in(4);
	c.insn[0] = (struct ob_ebpf){.code = wide ? 0x18 : 0xb7, .imm = imm};
	if (wide)
		c.insn[1] = (struct ob_ebpf){0};
	else
		c.insn[1] = (struct ob_ebpf){.code = 0x07, .imm = 0};
	c.insn[2] = (struct ob_ebpf){.code = 0x57, .imm = INT32_MAX};
	c.insn[3] = (struct ob_ebpf){.code = 0x95};
	c.relos = one_in(10) ? below(3) : 1;
	c.size = sizes[below(LEN(sizes))];
	c.plain = one_in(20);
	make_record(c.record[0]);
	make_record(c.record[1]);
	if (c.size && c.size <= 256) /* the second record lies where it is looked for */
		memmove(c.record[0] + c.size, c.record[1], 256 < 512 - c.size ? 256 : 512 - c.size);
}

struct result {
	long err;
	u32 value;
};

static struct result run(int world, int btf)
{
	struct bpf_func_info info = {0, 3};
	u8 packet[64] = {0};
	union bpf_attr a = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
			    .insns = to_user(c.insn),
			    .insn_cnt = 4,
			    .license = to_user("GPL"),
			    .prog_btf_fd = (u32)btf,
			    .func_info = to_user(&info),
			    .func_info_rec_size = sizeof(info),
			    .func_info_cnt = !c.plain,
			    .core_relos = to_user(c.record),
			    .core_relo_cnt = c.relos,
			    .core_relo_rec_size = c.size};
	struct result r = {.err = call(world, BPF_PROG_LOAD, &a)};

	if (r.err < 0)
		return r;
	int fd = (int)r.err;
	a = (union bpf_attr){.test = {.prog_fd = (u32)fd,
				      .data_in = to_user(packet),
				      .data_size_in = sizeof(packet)}};
	r.err = call(world, BPF_PROG_TEST_RUN, &a);
	r.value = a.test.retval;
	close(fd);
	return r;
}

int main(int argc, char **argv)
{
	u64 seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	long btf[WORLDS];
	u32 ran = 0, differ = 0;

	if (argc > 1)
		cases = strtoull(argv[1], NULL, 0);
	for (int w = 0; w < WORLDS; w++)
		btf[w] = load_types(w);
	if (btf[LINUX] < 0 || access("/sys/kernel/btf/vmlinux", R_OK)) {
		printf("skip relocate: the kernel's: it is not permitted here: %s\n",
		       strerror((int)-btf[LINUX]));
		return 0;
	}
	for (u64 i = 0; i < cases; i++) {
		struct result r[WORLDS];

		make(seed * 1000003 + i);
		for (int w = 0; w < WORLDS; w++)
			r[w] = run(w, (int)btf[w]);
		ran += !r[LINUX].err;
		if (r[OURS].err == r[LINUX].err && r[OURS].value == r[LINUX].value)
			continue;
		const struct bpf_core_relo *relo = (const void *)c.record[0];
		if (differ++ < 10)
			printf("    case %llu: %u relos of %u, type %u, text %u, kind %u, imm %d: "
			       "here %ld, %u; there %ld, %u\n",
			       (unsigned long long)i, c.relos, c.size, relo->type_id,
			       relo->access_str_off, relo->kind, c.insn[0].imm, r[OURS].err,
			       r[OURS].value, r[LINUX].err, r[LINUX].value);
	}
	bool ok = !differ && ran > cases / 20;
	printf("%s relocate: %llu programs, of which %u ran, are the kernel's\n",
	       ok ? "ok" : "FAIL", (unsigned long long)cases, ran);
	return !ok;
}
