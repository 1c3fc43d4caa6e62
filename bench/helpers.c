/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers of our world beside the running kernel's: the same programs, which do 1,000
 * operations a run, on our JIT and on the kernel's. They take turns, and the fastest
 * of several rounds counts. */
#include <errno.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"
#include "isa/bpf.h"
#include "map/map.h"
#include "prog/prog.h"
#include "sys/sys.h"

enum { OPERATIONS = 1000, ROUNDS = 15, RUNS = 100, MEM = 64 };

struct row {
	const char *name;
	/* Done OPERATIONS times: r6 counts, r9 is the memory, a map's value; r7 is for
	 * results. NULL: the program calls a function so often. */
	const char *body;
	double limit_ns; /* that we set ourselves; 0: the kernel's time is */
};

static const struct row rows[] = {
	{"bpf_loop, an iteration", NULL, 3},
	{"probe_read_kernel, 8 bytes", "r1 = r10\nr1 += -8\nr2 = 8\nr3 = r9\ncall 113\nr7 += r0\n",
	 10},
	{"probe_read_kernel_str, 24 bytes",
	 "r1 = r10\nr1 += -40\nr2 = 40\nr3 = r9\ncall 115\nr7 += r0\n", 0},
	{"strtol", "r1 = r9\nr1 += 32\nr2 = 8\nr3 = 10\nr4 = r10\nr4 += -8\ncall 105\nr7 += r0\n",
	 0},
	{"csum_diff, 40 bytes", "r1 = 0\nr2 = 0\nr3 = r9\nr4 = 40\nr5 = 0\ncall 28\nr7 += r0\n", 0},
	{"ktime_get_ns", "call 5\nr7 += r0\n", 0},
	{"get_prandom_u32", "call 7\nr7 += r0\n", 0},
	{"get_current_pid_tgid", "call 14\nr7 += r0\n", 0},
};

static const u8 memory[MEM] = "a text of twenty-three.\0 .......-12345\0";

static struct ob_prog *assemble(const struct row *r)
{
	static const char loop[] =
		"*(u64 *)(r10 - 8) = 0\nr1 = %d\nr2 = func each ll\nr3 = r10\nr3 += -8\nr4 = 0\n"
		"call 181\nr0 = *(u64 *)(r10 - 8)\nexit\n"
		"each:\nr3 = *(u64 *)(r2 + 0)\nr3 += r1\n*(u64 *)(r2 + 0) = r3\nr0 = 0\nexit\n";
	static const char frame[] = "r9 = map_idx_value 0, 0 ll\nr6 = 0\nr7 = 0\nagain:\n"
				    "%sr6 += 1\nif r6 < %d goto again\nr0 = r7\nexit\n";
	char text[2048];
	struct ob_prog *p;
	int n = r->body ? snprintf(text, sizeof(text), frame, r->body, OPERATIONS)
			: snprintf(text, sizeof(text), loop, OPERATIONS);

	bench_must(r->name, ob_prog_assemble_ebpf(r->name, text, (size_t)n, &p));
	return p;
}

/* ---- here ---- */

static struct map *our_map(void)
{
	struct map_attr a = {.type = BPF_MAP_TYPE_ARRAY,
			     .key_size = 4,
			     .value_size = MEM,
			     .max_entries = 1,
			     .slots = 1};
	struct map *m;
	u32 key = 0;

	if (map_create(&a, -1, &m) || map_write(m, &key, memory, 0))
		bench_give_up("map", err_nomem());
	return m;
}

/* ns for one operation */
static double ours(struct ob_run *run)
{
	double start = bench_now();

	for (u32 i = 0; i < RUNS; i++)
		ob_run_fast(run, NULL, 0);
	return (bench_now() - start) * 1e9 / RUNS / OPERATIONS;
}

/* ---- there ---- */

static int kernel_map(void)
{
	union bpf_attr a = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = MEM, .max_entries = 1};
	int fd = sys_linux_bpf(BPF_MAP_CREATE, &a, sizeof(a));
	u32 key = 0;

	a = (union bpf_attr){
		.map_fd = (u32)fd, .key = (u64)(uintptr_t)&key, .value = (u64)(uintptr_t)memory};
	return fd < 0 || sys_linux_bpf(BPF_MAP_UPDATE_ELEM, &a, sizeof(a)) ? -1 : fd;
}

/* int f(void), for every function: whoever calls back wants to know. */
static int kernel_types(void)
{
	struct {
		struct btf_header h;
		u32 types[10];
		char names[8];
	} b = {.h = {.magic = BTF_MAGIC,
		     .version = BTF_VERSION,
		     .hdr_len = sizeof(b.h),
		     .type_len = sizeof(b.types),
		     .str_off = sizeof(b.types),
		     .str_len = 7},
	       .types = {1, BTF_KIND_INT << 24, 4, 32 | BTF_INT_SIGNED << 24, 0,
			 BTF_KIND_FUNC_PROTO << 24, 1, 5, BTF_KIND_FUNC << 24, 2},
	       .names = "\0int\0f"};
	union bpf_attr a = {.btf = (u64)(uintptr_t)&b,
			    .btf_size = sizeof(b.h) + sizeof(b.types) + 7};

	return sys_linux_bpf(BPF_BTF_LOAD, &a, sizeof(a));
}

static int kernel_load(const struct prog *p, int map)
{
	struct bpf_func_info info[2] = {{0, 3}};
	struct ob_ebpf code[128];
	u32 funcs = 1;

	memcpy(code, p->stored, p->n * sizeof(*code));
	for (u32 i = 0; i < p->n; i++) {
		if (p->ext[i].op == EB_LDDW_MAP_IDX_VALUE) {
			code[i].src = BPF_PSEUDO_MAP_VALUE;
			code[i].imm = map;
		}
		if (p->ext[i].op == EB_LDDW_FUNC)
			info[funcs++] = (struct bpf_func_info){(u32)ebpf_target(&p->ext[i], i), 3};
	}
	union bpf_attr a = {.prog_type = BPF_PROG_TYPE_SCHED_CLS,
			    .insns = (u64)(uintptr_t)code,
			    .insn_cnt = p->n,
			    .license = (u64)(uintptr_t) "Dual BSD/GPL",
			    .prog_btf_fd = (u32)kernel_types(),
			    .func_info = (u64)(uintptr_t)info,
			    .func_info_rec_size = sizeof(*info),
			    .func_info_cnt = funcs};
	return sys_linux_bpf(BPF_PROG_LOAD, &a, sizeof(a));
}

static double theirs(int fd)
{
	u8 packet[64] = {0};
	union bpf_attr a = {.test = {.prog_fd = (u32)fd,
				     .data_in = (u64)(uintptr_t)packet,
				     .data_size_in = sizeof(packet),
				     .repeat = RUNS}};

	if (sys_linux_bpf(BPF_PROG_TEST_RUN, &a, sizeof(a)))
		bench_give_up("kernel", err_sys(errno, "cannot run it"));
	return (double)a.test.duration / OPERATIONS;
}

/* ---- both ---- */

static bool measure(const struct row *r, struct map *map, int kernel)
{
	struct ob_prog *p = assemble(r);
	const struct ob_run_opts opts = {
		.trusted = true, .map = (struct ob_map *const *)&map, .maps = 1};
	double best = 1e9, other = 1e9;
	struct ob_run *run;

	bench_must(r->name, ob_run_create(p, &opts, &run));
	int fd = kernel < 0 ? -1 : kernel_load(prog_private(p), kernel);
	for (u32 i = 0; i < ROUNDS; i++) {
		double a = ours(run), b = fd < 0 ? 0 : theirs(fd);
		best = MIN(best, a);
		other = MIN(other, b);
	}
	double limit = r->limit_ns > 0 ? r->limit_ns : other;
	bool kept = fd < 0 || best <= limit;
	if (fd < 0)
		printf("%-32s %8.2f        -        -\n", r->name, best);
	else
		printf("%-32s %8.2f %8.2f %8.2f  %s\n", r->name, best, other, best / other,
		       kept ? "kept" : "not kept");
	if (fd >= 0)
		close(fd);
	ob_run_destroy(run);
	ob_prog_destroy(p);
	return kept;
}

int main(void)
{
	struct map *map = our_map();
	int kernel = kernel_map();
	u32 kept = 0;

	printf("Nanoseconds, on our JIT and on the kernel's; the ratio below 1: ours is faster.\n"
	       "Limits: 3 ns for bpf_loop, 10 for probe_read of 8 bytes, else the kernel's "
	       "time.\n");
	printf("%-32s %8s %8s %8s\n", "helper", "onebpf", "kernel", "ratio");
	for (u32 i = 0; i < LEN(rows); i++)
		kept += measure(&rows[i], map, kernel);
	printf("%u of %zu limits are kept\n", kept, LEN(rows));
	map_put(map);
	return 0;
}
