/* SPDX-License-Identifier: BSD-2-Clause */
/* What OBJ_GET_INFO shows of a program with calls of bpf_loop: our world and the running
 * kernel write the same ones out, and move functions to the same places. */
#include "kern/call.h"
#include "sys/sys.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

typedef int bpf_fn(int cmd, union bpf_attr *attr, unsigned size);

enum { ROOM = 256, FUNCS = 3, T_MAIN = 5, T_BACK };

static int ours(int cmd, union bpf_attr *attr, unsigned size)
{
	int ret = kern_bpf(cmd, attr, size);

	if (ret < 0)
		errno = -ret;
	return ret < 0 ? -1 : ret;
}

#define KIND(kind, n) ((u32)BTF_KIND_##kind << 24 | (n))
static struct {
	struct btf_header head;
	u32 types[25];
	char names[16];
} types = {{.magic = BTF_MAGIC,
	    .version = BTF_VERSION,
	    .hdr_len = sizeof(struct btf_header),
	    .type_len = sizeof(types.types),
	    .str_off = sizeof(types.types),
	    .str_len = sizeof(types.names)},
	   {1, KIND(INT, 0), 4, 1 << 24 | 32,
	    /* 2: void *; 3: int (void *); 4: int (int, void *) */
	    0, KIND(PTR, 0), 0, 0, KIND(FUNC_PROTO, 1), 1, 1, 2, 0, KIND(FUNC_PROTO, 2), 1, 1, 1, 1,
	    2,
	    /* 5: main, 6: back */
	    5, KIND(FUNC, 0), 3, 10, KIND(FUNC, 0), 4},
	   "\0int\0main\0back"};

/* A loop whose flags are 0 and that is walked twice, one whose flags are not always, and
 * one in a function with more stack; jumps lead over all. */
static const struct bpf_insn code[] = {
	{0x62, 10, 0, -12, 7}, /*  0: *(u32 *)(r10 - 12) = 7 */
	{0x85, 0, 0, 0, BPF_FUNC_get_prandom_u32},
	{0xbf, 6, 0, 0, 0},  /*  2: r6 = r0 */
	{0x15, 6, 0, 16, 9}, /*  3: if r6 == 9 goto 20 */
	{0xb7, 1, 0, 0, 2},
	{0x18, 2, BPF_PSEUDO_FUNC, 0, 27}, /*  5: r2 = func 33 */
	{0},
	{0xb7, 3, 0, 0, 0},
	{0xb7, 4, 0, 0, 0},
	{0x85, 0, 0, 0, BPF_FUNC_loop}, /*  9 */
	{0xb7, 4, 0, 0, 0},
	{0x15, 6, 0, 1, 3}, /* 11: if r6 == 3 goto 13 */
	{0x05, 0, 0, 1, 0}, /* 12: goto 14 */
	{0xb7, 4, 0, 0, 1}, /* 13: r4 = 1 */
	{0xb7, 1, 0, 0, 2},
	{0x18, 2, BPF_PSEUDO_FUNC, 0, 17}, /* 15: r2 = func 33 */
	{0},
	{0xb7, 3, 0, 0, 0},
	{0x85, 0, 0, 0, BPF_FUNC_loop},   /* 18 */
	{0x85, 0, BPF_PSEUDO_CALL, 0, 2}, /* 19: call 22 */
	{0xb7, 0, 0, 0, 0},
	{0x95, 0, 0, 0, 0},    /* 21 */
	{0x7a, 10, 0, -32, 5}, /* 22: *(u64 *)(r10 - 32) = 5 */
	{0xb7, 1, 0, 0, 2},
	{0xb7, 3, 0, 0, 0},
	{0x18, 2, BPF_PSEUDO_FUNC, 0, 7}, /* 25: r2 = func 33 */
	{0},
	{0xb7, 4, 0, 0, 0},
	{0x85, 0, 0, 0, BPF_FUNC_loop}, /* 28 */
	{0x55, 0, 0, 1, 2},             /* 29: if r0 != 2 goto 31 */
	{0xb7, 0, 0, 0, 0},
	{0xb7, 0, 0, 0, 0},
	{0x95, 0, 0, 0, 0}, /* 32 */
	{0xb7, 0, 0, 0, 0}, /* 33: the function called back */
	{0x95, 0, 0, 0, 0},
};

struct shown {
	struct bpf_insn code[ROOM];
	u32 func[FUNCS][2];
	u32 n, funcs;
	s32 r0;
};

static const u32 funcs[FUNCS][2] = {{0, T_MAIN}, {22, T_MAIN}, {33, T_BACK}};

static int load(bpf_fn *bpf)
{
	static char log[1 << 16];
	union bpf_attr a = {.btf = (u64)(uintptr_t)&types, .btf_size = sizeof(types)};
	int btf = bpf(BPF_BTF_LOAD, &a, sizeof(a));

	if (btf < 0)
		return -1;
	a = (union bpf_attr){.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
			     .insns = (u64)(uintptr_t)code,
			     .insn_cnt = LEN(code),
			     .license = (u64)(uintptr_t) "GPL",
			     .prog_btf_fd = (u32)btf,
			     .func_info_rec_size = sizeof(funcs[0]),
			     .func_info = (u64)(uintptr_t)funcs,
			     .func_info_cnt = FUNCS,
			     .log_buf = (u64)(uintptr_t)log,
			     .log_size = sizeof(log),
			     .log_level = 1};
	int fd = bpf(BPF_PROG_LOAD, &a, sizeof(a));
	if (fd < 0)
		fprintf(stderr, "%s\n", log);
	close(btf);
	return fd;
}

static bool show(bpf_fn *bpf, struct shown *to)
{
	u8 packet[64] = {0};
	int fd = load(bpf);
	struct bpf_prog_info i = {.xlated_prog_insns = (u64)(uintptr_t)to->code,
				  .xlated_prog_len = sizeof(to->code),
				  .func_info = (u64)(uintptr_t)to->func,
				  .func_info_rec_size = sizeof(to->func[0]),
				  .nr_func_info = FUNCS};
	union bpf_attr a = {
		.info = {.bpf_fd = (u32)fd, .info_len = sizeof(i), .info = (u64)(uintptr_t)&i}};
	union bpf_attr t = {.test = {.prog_fd = (u32)fd,
				     .data_in = (u64)(uintptr_t)packet,
				     .data_size_in = sizeof(packet)}};

	if (fd < 0 || bpf(BPF_OBJ_GET_INFO_BY_FD, &a, sizeof(a)) ||
	    bpf(BPF_PROG_TEST_RUN, &t, sizeof(t)))
		return false;
	close(fd);
	to->n = i.xlated_prog_len / 8;
	to->funcs = i.nr_func_info;
	to->r0 = (s32)t.test.retval;
	return true;
}

/* Addresses in the kernel are left out. */
static bool same_insn(const struct bpf_insn *a, const struct bpf_insn *b)
{
	bool helper = a->code == 0x85 && !a->src_reg && b->code == 0x85 && !b->src_reg;
	bool func = a->code == 0x18 && a->src_reg == BPF_PSEUDO_FUNC && b->code == 0x18;

	return helper || func || (!a->code && !b->code) || !memcmp(a, b, sizeof(*a));
}

static bool same(const struct shown *a, const struct shown *b)
{
	if (a->n != b->n || a->funcs != b->funcs || a->r0 != b->r0) {
		printf("FAIL xlated: %u insns, %u functions, r0 %d; the kernel's %u, %u, %d\n",
		       a->n, a->funcs, a->r0, b->n, b->funcs, b->r0);
		return false;
	}
	for (u32 i = 0; i < a->n; i++) {
		const struct bpf_insn *x = &a->code[i], *y = &b->code[i];
		if (same_insn(x, y))
			continue;
		printf("FAIL xlated: insn %u is %02x %u %u %d %d, the kernel's %02x %u %u %d %d\n",
		       i, x->code, x->dst_reg, x->src_reg, x->off, x->imm, y->code, y->dst_reg,
		       y->src_reg, y->off, y->imm);
		return false;
	}
	for (u32 i = 0; i < FUNCS; i++)
		if (a->func[i][0] != b->func[i][0]) {
			printf("FAIL xlated: function %u begins at %u, the kernel's at %u\n", i,
			       a->func[i][0], b->func[i][0]);
			return false;
		}
	return true;
}

int main(void)
{
	static struct shown here, there;
	char name[32], path[256];

	snprintf(name, sizeof(name), "test-xlated-%d", getpid());
	if (kern_world_dir(name, path, sizeof(path)) || setenv("ONEBPF_WORLD", path, 1)) {
		puts("FAIL world");
		return 1;
	}
	bool ok = show(ours, &here);
	kern_world_remove(path);
	if (!ok || here.n != LEN(code) + 2 * 18) {
		printf("FAIL xlated: ours has %u insns: %s\n", here.n, strerror(errno));
		return 1;
	}
	puts("ok ours");
	if (!show(sys_linux_bpf, &there)) {
		printf("skip linux: the kernel's bpf(): %s\n", strerror(errno));
		return 0;
	}
	if (!same(&here, &there))
		return 1;
	puts("ok linux");
	return 0;
}
