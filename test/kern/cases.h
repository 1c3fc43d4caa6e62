/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that call helpers with random arguments, in the running kernel and here:
 * the same r0 and the same memory. A test has families of them. */
#ifndef TEST_KERN_CASES_H
#define TEST_KERN_CASES_H

#include "../programs.h"
#include "isa/bpf.h"
#include "kern/priv.h"
#include "sys/sys.h"

#include <errno.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MEM = 512, R0_AT = MEM - 8, MAPS = 3, TEXT = 8192, FICKLE = 20 };

static u64 cases = 150, seed = 1;
static struct rnd dice;

/* ---- one case: a program, its memory, and what its maps hold ---- */

static struct one {
	char text[TEXT];
	size_t n;
	u8 mem[MEM];
	u32 type; /* of the program, there */
	u32 maps;
	struct map_attr attr[MAPS];
	const void *value[MAPS]; /* of the first element, which is all that there is */
	bool frozen[MAPS];
	bool trusted; /* only trusted programs see the whole process */
	bool fickle;  /* there, it may fail for a moment: what another CPU or program does */
} c;

static void PRINTF(1, 2) say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	c.n += (size_t)vsnprintf(c.text + c.n, TEXT - c.n, fmt, ap);
	va_end(ap);
	if (c.n >= TEXT)
		abort();
}

static u32 add_map(u32 type, u32 key_size, u32 value_size, u32 max_entries)
{
	c.attr[c.maps] = (struct map_attr){.type = type,
					   .key_size = key_size,
					   .value_size = value_size,
					   .max_entries = max_entries,
					   .slots = 1};
	c.value[c.maps] = NULL;
	c.frozen[c.maps] = false;
	return c.maps++;
}

/* The memory is map 0, and r6 from here on. */
static void begin(void)
{
	c.n = 0;
	c.type = BPF_PROG_TYPE_SYSCALL;
	c.maps = 0;
	c.trusted = c.fickle = false;
	memset(c.mem, 0, MEM);
	c.value[add_map(BPF_MAP_TYPE_ARRAY, 4, MEM, 1)] = c.mem;
	say("r8 = r1\nr6 = map_idx_value 0, 0 ll\n");
}

static void call(u32 id) { say("call %u\n*(u64 *)(r6 + %d) = r0\n", id, R0_AT); }
static void number(u32 reg, u64 v) { say("r%u = 0x%llx ll\n", reg, (unsigned long long)v); }
static void memory(u32 reg, u32 off) { say("r%u = r6\nr%u += %u\n", reg, reg, off); }
static void end(void) { say("r0 = 0\nexit\n"); }

static u8 frozen_text[256]; /* what the second map holds, if it is a text */

/* ---- results ---- */

enum verdict { RAN, REFUSED, BROKEN };
struct result {
	enum verdict is;
	u8 mem[MEM];
};

static struct prog *program(struct ob_prog **ret)
{
	struct ob_err *err = ob_prog_assemble_ebpf("case", c.text, c.n, ret);

	if (err) {
		ob_err_print(err, stdout);
		ob_err_destroy(err);
		abort();
	}
	return (struct prog *)(uintptr_t)prog_private(*ret);
}

/* ---- there ---- */

static char log_text[1 << 16];

/* Types of a program whose functions are called back: all are static. */
static int kernel_types(void)
{
	static const char names[] = "\0int\0f";
	static const u32 types[] = {
		1, BTF_KIND_INT << 24,        4, 32 | BTF_INT_SIGNED << 24, /* 1: int */
		0, BTF_KIND_FUNC_PROTO << 24, 1,                            /* 2: int (void) */
		5, BTF_KIND_FUNC << 24,       2,                            /* 3: f */
	};
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
	union bpf_attr a = {.btf = (u64)(uintptr_t)&b,
			    .btf_size = sizeof(b.h) + sizeof(types) + sizeof(names)};

	memcpy(b.types, types, sizeof(types));
	memcpy(b.names, names, sizeof(names));
	return sys_linux_bpf(BPF_BTF_LOAD, &a, sizeof(a));
}

static int types_fd(void)
{
	static int btf = -1;

	if (btf < 0)
		btf = kernel_types();
	return btf;
}

static int kernel_map(u32 i)
{
	const struct map_attr *m = &c.attr[i];
	union bpf_attr a = {.map_type = m->type,
			    .key_size = m->key_size,
			    .value_size = m->value_size,
			    .max_entries = m->max_entries,
			    .map_flags = m->flags};
	if (m->flags & BPF_F_NO_PREALLOC) { /* a storage */
		a.btf_fd = (u32)types_fd();
		a.btf_key_type_id = a.btf_value_type_id = 1;
	}
	int fd = sys_linux_bpf(BPF_MAP_CREATE, &a, sizeof(a));
	u32 key = 0;

	if (fd < 0)
		return -1;
	a = (union bpf_attr){.map_fd = (u32)fd,
			     .key = (u64)(uintptr_t)&key,
			     .value = (u64)(uintptr_t)c.value[i]};
	if (c.value[i] && sys_linux_bpf(BPF_MAP_UPDATE_ELEM, &a, sizeof(a)))
		return -1;
	a = (union bpf_attr){.map_fd = (u32)fd};
	if (c.frozen[i] && sys_linux_bpf(BPF_MAP_FREEZE, &a, sizeof(a)))
		return -1;
	return fd;
}

/* Where functions begin, in order. */
static u32 functions(const struct prog *p, struct bpf_func_info *info)
{
	bool begins[4096] = {true};
	u32 n = 0;

	for (u32 pc = 0; pc < p->n; pc++)
		if (p->ext[pc].op == EB_LDDW_FUNC)
			begins[ebpf_target(&p->ext[pc], pc)] = true;
	for (u32 pc = 0; pc < p->n; pc++)
		if (begins[pc])
			info[n++] = (struct bpf_func_info){pc, 3};
	return n;
}

static int kernel_load(const struct prog *p, const int *fd, bool with_log)
{
	struct bpf_func_info info[16];
	struct ob_ebpf code[4096];

	memcpy(code, p->stored, p->n * sizeof(*code));
	for (u32 i = 0; i < p->n; i++)
		if (p->ext[i].op == EB_LDDW_MAP_IDX || p->ext[i].op == EB_LDDW_MAP_IDX_VALUE) {
			code[i].src = p->ext[i].op == EB_LDDW_MAP_IDX ? BPF_PSEUDO_MAP_FD
								      : BPF_PSEUDO_MAP_VALUE;
			code[i].imm = fd[code[i].imm];
		}
	union bpf_attr a = {.prog_type = c.type,
			    .prog_flags = c.type == BPF_PROG_TYPE_SYSCALL ? BPF_F_SLEEPABLE : 0,
			    .insns = (u64)(uintptr_t)code,
			    .insn_cnt = p->n,
			    .license = (u64)(uintptr_t) "GPL",
			    .log_buf = with_log ? (u64)(uintptr_t)log_text : 0,
			    .log_size = with_log ? sizeof(log_text) : 0,
			    .log_level = with_log,
			    .prog_btf_fd = (u32)types_fd(),
			    .func_info = (u64)(uintptr_t)info,
			    .func_info_rec_size = sizeof(*info),
			    .func_info_cnt = functions(p, info)};
	return sys_linux_bpf(BPF_PROG_LOAD, &a, sizeof(a));
}

static bool kernel_read(int map, u8 to[MEM])
{
	u32 key = 0;
	union bpf_attr a = {
		.map_fd = (u32)map, .key = (u64)(uintptr_t)&key, .value = (u64)(uintptr_t)to};

	return !sys_linux_bpf(BPF_MAP_LOOKUP_ELEM, &a, sizeof(a));
}

static void there(const struct prog *p, struct result *ret)
{
	int map[MAPS];

	for (u32 i = 0; i < c.maps; i++)
		map[i] = kernel_map(i);
	int fd = kernel_load(p, map, false);
	memcpy(ret->mem, c.mem, MEM);
	ret->is = fd < 0 ? REFUSED : RAN;
	if (fd >= 0) {
		u8 packet[64] = {0};
		union bpf_attr a = {.test = {.prog_fd = (u32)fd}};
		if (c.type == BPF_PROG_TYPE_SCHED_CLS || c.type == BPF_PROG_TYPE_XDP) {
			a.test.data_in = (u64)(uintptr_t)packet;
			a.test.data_size_in = sizeof(packet);
		}
		if (sys_linux_bpf(BPF_PROG_TEST_RUN, &a, sizeof(a)) ||
		    !kernel_read(map[0], ret->mem))
			ret->is = BROKEN;
		close(fd);
	}
	if (fd < 0 && getenv("WHY")) {
		kernel_load(p, map, true);
		printf("%s\n", log_text);
	}
	for (u32 i = 0; i < c.maps; i++)
		close(map[i]);
}

/* ---- here ---- */

static const struct ob_run_opts ways[] = {
	{.engine = OB_ENGINE_INTERP},
	{.engine = OB_ENGINE_BEST},
	{.engine = OB_ENGINE_INTERP, .trusted = true},
	{.engine = OB_ENGINE_BEST, .trusted = true},
};

static void here(const struct ob_prog *p, const struct ob_run_opts *way, struct result *ret)
{
	struct ob_run_opts opts = *way;
	struct map *map[MAPS] = {NULL};
	struct ob_run *run = NULL;
	u64 r0;

	for (u32 i = 0; i < c.maps; i++) {
		u32 key = 0;
		if (map_create(&c.attr[i], -1, &map[i]) ||
		    (c.value[i] && map_write(map[i], &key, c.value[i], 0)))
			abort();
	}
	opts.map = (struct ob_map *const *)map;
	opts.maps = c.maps;
	struct ob_err *err = ob_run_create(p, &opts, &run);
	if (!err)
		err = ob_run_call(run, NULL, 0, &r0);
	memcpy(ret->mem, map[0]->data, MEM);
	if (err)
		ob_err_print(err, stdout);
	ret->is = err ? BROKEN : RAN;
	ob_err_destroy(err);
	ob_run_destroy(run);
	for (u32 i = 0; i < c.maps; i++)
		map_put(map[i]);
}

/* ---- the two ---- */

static void dump(const char *who, const struct result *r)
{
	printf("    %s %s, r0 0x%llx:", who,
	       r->is == RAN       ? "ran"
	       : r->is == REFUSED ? "refused it"
				  : "failed",
	       (unsigned long long)get_le64(r->mem + R0_AT));
	for (u32 i = 0; i < R0_AT; i++)
		if (r->mem[i] != c.mem[i])
			printf(" %u:%02x", i, r->mem[i]);
	printf("\n");
}

/* A program that the kernel refuses must answer EINVAL here. */
static bool agree(const struct result *theirs, const struct result *ours)
{
	if (theirs->is == REFUSED)
		return ours->is == RAN && (s64)get_le64(ours->mem + R0_AT) == -EINVAL;
	return ours->is == theirs->is && !memcmp(ours->mem, theirs->mem, MEM);
}

static u64 refused;

static bool compare(void)
{
	struct result theirs, ours;
	struct ob_prog *p;
	bool ok = true;

	there(program(&p), &theirs);
	refused += theirs.is == REFUSED;
	for (u32 i = 0; ok && i < LEN(ways); i++) {
		if (c.trusted && !ways[i].trusted)
			continue;
		here(p, &ways[i], &ours);
		ok = agree(&theirs, &ours);
		for (u32 k = 0; !ok && c.fickle && k < FICKLE; k++) {
			there((struct prog *)(uintptr_t)prog_private(p), &theirs);
			ok = agree(&theirs, &ours);
		}
		if (!ok) {
			fwrite(c.text, 1, c.n, stdout);
			printf("    way %u, text `%s`\n", i, frozen_text);
			dump("there", &theirs);
			dump("here", &ours);
		}
	}
	ob_prog_destroy(p);
	return ok;
}

/* ---- arguments ---- */

static u32 in(u32 from, u32 to) { return from + below(&dice, to - from + 1); }
static bool one_in(u32 n) { return !below(&dice, n); }
static u64 any64(void)
{
	u64 v = (u64)rnd(&dice) << 32 | rnd(&dice);

	return v >> below(&dice, 64);
}

/* Text of these letters; at times bytes of any kind. */
static void fill(u32 at, u32 n, const char *letters)
{
	for (u32 i = 0; i < n; i++)
		c.mem[at + i] = one_in(200) ? (u8)rnd(&dice)
					    : (u8)letters[below(&dice, (u32)strlen(letters))];
}

struct family {
	const char *name;
	void (*make)(void);
};

static bool family(const struct family *f, u32 nr)
{
	refused = 0;
	for (u64 i = 0; i < cases; i++) {
		dice.s = hash_u64(seed * 1000003 + nr * 7919 + i) | 1;
		f->make();
		if (!compare()) {
			printf("FAIL %s: case %llu differs\n", f->name, (unsigned long long)i);
			return false;
		}
	}
	bool enough = refused < cases / 2;
	printf("    %llu cases, the kernel refuses %llu\n%s %s: the same there\n",
	       (unsigned long long)cases, (unsigned long long)refused, enough ? "ok" : "FAIL",
	       f->name);
	return enough;
}

static bool no_kernel(void)
{
	struct ob_prog *p;

	begin();
	end();
	int map = kernel_map(0), fd = kernel_load(program(&p), &map, false);
	close(map);
	if (fd < 0)
		printf("skip kernel: it lets no program be loaded: %s\n", strerror(errno));
	else
		close(fd);
	ob_prog_destroy(p);
	return fd < 0;
}

/* Arguments of the test: cases, seed. */
static int run_families(const struct family *f, u32 n, int argc, char **argv)
{
	bool ok = true;

	if (argc > 1)
		cases = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 0);
	if (no_kernel())
		return 0;
	for (u32 i = 0; i < n; i++)
		ok &= family(&f[i], i);
	return !ok;
}

#endif
