/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that call helpers with random arguments, in the running kernel and here:
 * the same r0 and the same memory.
 * Usage: helpers_kernel [cases [seed]] */
#include "../programs.h"
#include "isa/bpf.h"
#include "kern/priv.h"
#include "sys/sys.h"

#include <errno.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MEM = 512, R0_AT = MEM - 8, MAPS = 3, TEXT = 8192 };

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

static int kernel_map(u32 i)
{
	const struct map_attr *m = &c.attr[i];
	union bpf_attr a = {.map_type = m->type,
			    .key_size = m->key_size,
			    .value_size = m->value_size,
			    .max_entries = m->max_entries,
			    .map_flags = m->flags};
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
	static int btf = -1;
	struct bpf_func_info info[16];
	struct ob_ebpf code[4096];

	memcpy(code, p->stored, p->n * sizeof(*code));
	for (u32 i = 0; i < p->n; i++)
		if (p->ext[i].op == EB_LDDW_MAP_IDX || p->ext[i].op == EB_LDDW_MAP_IDX_VALUE) {
			code[i].src = p->ext[i].op == EB_LDDW_MAP_IDX ? BPF_PSEUDO_MAP_FD
								      : BPF_PSEUDO_MAP_VALUE;
			code[i].imm = fd[code[i].imm];
		}
	if (btf < 0)
		btf = kernel_types();
	union bpf_attr a = {.prog_type = c.type,
			    .prog_flags = c.type == BPF_PROG_TYPE_SYSCALL ? BPF_F_SLEEPABLE : 0,
			    .insns = (u64)(uintptr_t)code,
			    .insn_cnt = p->n,
			    .license = (u64)(uintptr_t) "GPL",
			    .log_buf = with_log ? (u64)(uintptr_t)log_text : 0,
			    .log_size = with_log ? sizeof(log_text) : 0,
			    .log_level = with_log,
			    .prog_btf_fd = (u32)btf,
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
		if (c.type == BPF_PROG_TYPE_SCHED_CLS) {
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
		here(p, &ways[i], &ours);
		ok = agree(&theirs, &ours);
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

/* ---- families ---- */

static void strto(void)
{
	u32 n = in(1, 40);

	begin();
	if (one_in(3))
		fill(0, n, " \t\xa0+-0x19af7zZ");
	else
		snprintf((char *)c.mem, 64, one_in(2) ? "%s%s%llx" : "%s%s%lld",
			 one_in(3) ? " " : "", one_in(3) ? "0x" : "", (long long)any64());
	memset(c.mem + 128, 0x77, 8);
	memory(1, 0);
	number(2, n);
	number(3, one_in(8) ? any64() : (u64[]){0, 8, 10, 16}[below(&dice, 4)]);
	memory(4, 128);
	call(one_in(2) ? BPF_FUNC_strtol : BPF_FUNC_strtoul);
	end();
}

/* A text that may only be read: a map. */
static void frozen(u32 size)
{
	u32 i = add_map(BPF_MAP_TYPE_ARRAY, 4, size, 1);

	c.attr[i].flags = BPF_F_RDONLY_PROG;
	c.value[i] = frozen_text;
	c.frozen[i] = true;
}

static void compare_texts(void)
{
	u32 n = in(1, 20), same = below(&dice, 20);

	begin();
	fill(0, n, "ab");
	memset(frozen_text, 0, sizeof(frozen_text));
	memcpy(frozen_text, c.mem, same);
	for (u32 i = same; i < 20; i++)
		frozen_text[i] = "ab\0c\xff"[below(&dice, 5)];
	frozen(24);
	memory(1, 0);
	number(2, n);
	say("r3 = map_idx_value 1, 0 ll\n");
	call(BPF_FUNC_strncmp);
	end();
}

/* ---- formats ---- */

/* address: its argument is one. Where there may be no room (tight), Linux reads %pI4
 * and the like from what was left by others: not there. */
static char *format_piece(char *to, bool tight, bool *takes, bool *address)
{
	static const char *const specs[] = {"d",   "i",   "u",   "x",   "X",   "ld",  "lld",
					    "lu",  "llu", "lx",  "llX", "li",  "px",  "pB",
					    "ps",  "pS",  "s",   "s",   "pks", "pus", "pi4",
					    "pI4", "pi6", "pI6", "c",   "c",   "pxa", "pI4z"};
	static const char *const odd[] = {"hd",  "f",  "pZ", "pi5", "",  "n",    "llld", "#x",
					  ".3d", "*d", "sa", "ps1", "o", "\x80", "\x01", "z"};
	static const char *const flags[] = {"", "", "", "", "-", "0", "+", " ", "-0", "+0", "0 "};

	*takes = false;
	if (one_in(3)) {
		for (u32 n = in(1, 6); n; n--)
			*to++ = "abc :,\n%z."[below(&dice, 7)];
		return to;
	}
	if (one_in(9))
		return to + sprintf(to, "%%%%");
	to += sprintf(to, "%%%s", flags[below(&dice, LEN(flags))]);
	if (one_in(3))
		to += sprintf(to, "%u", in(1, 30));
	const char *what =
		one_in(40) ? odd[below(&dice, LEN(odd))] : specs[below(&dice, LEN(specs))];
	if (tight && *what == 'p' && !strchr("xsS", what[1]))
		what = "x";
	*takes = true;
	*address = !strcmp(what, "s") || !strcmp(what, "pks") || strpbrk(what, "46");
	to += sprintf(to, "%s", what);
	return to + sprintf(to, "%s", one_in(3) ? " " : one_in(2) ? "," : "");
}

static void format(void)
{
	u32 pieces = in(1, 8), args = one_in(6) ? in(0, 13) : 12;
	u32 size = one_in(3) ? in(0, 100) : in(400, 430);
	char *to = (char *)frozen_text;
	bool address[13] = {false};
	u32 used = 0;

	begin();
	memset(frozen_text, 0, sizeof(frozen_text));
	for (u32 i = 0; i < pieces; i++) {
		bool takes;
		to = format_piece(to, size < 400, &takes, &address[used]);
		used += takes;
	}
	frozen(sizeof(frozen_text));
	fill(440, 60, one_in(2) ? "abcdef" : "ab cd\xff");
	c.mem[440 + in(0, 59)] = 0;
	for (u32 i = 0; i < 12; i++) {
		number(1, one_in(6) ? 0 : any64());
		if (i < used && address[i] && !one_in(8))
			say("r1 = r6\nr1 += %u\n", in(440, 499));
		say("*(u64 *)(r10 - %u) = r1\n", 8 * (12 - i));
	}
	memory(1, 0);
	number(2, size);
	say("r3 = map_idx_value 1, 0 ll\nr4 = r10\nr4 += -96\n");
	number(5, one_in(20) ? in(0, 96) : 8 * MIN(args, 12u));
	call(BPF_FUNC_snprintf);
	end();
}

/* ---- loops, reading ---- */

static void loop(void)
{
	u32 n = one_in(6) ? (u32)any64() : in(0, 50);

	if (n > 1000 && n <= 8 << 20)
		n = 8 << 20;
	begin();
	put_le64(c.mem + 8, any64());
	put_le64(c.mem + 16, n > 1000 ? in(0, 1000) : in(0, 60));
	put_le64(c.mem + 24, one_in(2));
	number(1, n);
	say("r2 = func round ll\nr3 = r10\nr3 += -16\n");
	say("*(u64 *)(r10 - 16) = 0\nr0 = *(u64 *)(r6 + 16)\n*(u64 *)(r10 - 8) = r0\n");
	number(4, one_in(20) ? any64() : 0);
	call(BPF_FUNC_loop);
	say("w0 = w0\n*(u64 *)(r6 + %d) = r0\n", R0_AT); /* inlined, it is 32 bits there */
	say("r1 = *(u64 *)(r10 - 16)\n*(u64 *)(r6 + 32) = r1\n");
	end();
	say("round:\nr3 = *(u64 *)(r2 + 0)\nr3 *= 31\nr3 += r1\n*(u64 *)(r2 + 0) = r3\n");
	say("r4 = *(u64 *)(r2 + 8)\nr0 = 0\nif r4 != r1 goto on\nr0 = 1\non:\nexit\n");
}

static void read_memory(void)
{
	static const u32 ids[] = {BPF_FUNC_probe_read_kernel, BPF_FUNC_probe_read_user,
				  BPF_FUNC_probe_read_kernel_str, BPF_FUNC_probe_read_user_str,
				  BPF_FUNC_copy_from_user};
	static const u64 nowhere[] = {
		0,          1,     4095, 0x7ffffffff000, 0x7fffffffefff, 0x800000000000,
		1ull << 63, -1ull, -8ull};

	begin();
	fill(0, 64, "abcdefghij");
	number(3, nowhere[below(&dice, LEN(nowhere))]);
	memory(1, 0);
	number(2, in(1, 64));
	call(ids[below(&dice, LEN(ids))]);
	end();
}

static void read_text(void)
{
	begin();
	fill(0, 100, "abcdefghijk");
	fill(128, 64, "abcdefghijk");
	c.mem[128 + in(0, 63)] = 0;
	c.mem[192] = 0;
	memory(1, 0);
	memory(3, in(128, 180));
	number(2, in(1, 80));
	call(one_in(2) ? BPF_FUNC_probe_read_kernel_str : BPF_FUNC_probe_read_kernel);
	end();
}

static void checksum(void)
{
	u32 from = 4 * in(0, 20), to = 4 * in(0, 20);

	begin();
	c.type = BPF_PROG_TYPE_SCHED_CLS;
	for (u32 i = 0; i < 160; i++)
		c.mem[i] = one_in(3) ? 0xff : (u8)rnd(&dice);
	memory(1, 0);
	number(2, one_in(6) ? in(0, 80) : from);
	memory(3, 80);
	number(4, one_in(6) ? in(0, 80) : to);
	number(5, one_in(3) ? 0 : any64());
	if (one_in(6))
		say("r1 = 0\nr2 = 0\n");
	call(BPF_FUNC_csum_diff);
	end();
}

/* ---- dynptrs, ring buffers: several calls, each with its r0 from 256 on ---- */

enum { CALLS = 16 };

static void keep(u32 nr) { say("*(u64 *)(r6 + %u) = r0\n", 256 + 8 * nr); }

/* An offset or length about as long as n. */
static u64 about(u32 n) { return one_in(12) ? any64() : one_in(3) ? n + in(0, 2) - 1 : in(0, n); }

static void dynptr_call(u32 size)
{
	u32 n = in(1, 40);

	switch (in(0, 2)) {
	case 0:
		memory(1, 128);
		number(2, n);
		say("r3 = r10\nr3 += -16\n");
		number(4, about(size));
		number(5, one_in(20) ? any64() : 0);
		say("call %u\n", BPF_FUNC_dynptr_read);
		break;
	case 1:
		say("r1 = r10\nr1 += -16\n");
		number(2, about(size));
		memory(3, 64 + in(0, 20));
		number(4, n);
		number(5, one_in(20) ? any64() : 0);
		say("call %u\n", BPF_FUNC_dynptr_write);
		break;
	default:
		say("r1 = r10\nr1 += -16\n");
		number(2, about(size));
		number(3, n);
		say("call %u\n", BPF_FUNC_dynptr_data);
		say("if r0 == 0 goto +2\nr0 = *(u8 *)(r0 + %u)\nr0 += 1\n", in(0, n - 1));
	}
}

static void dynptrs(void)
{
	u32 size = in(1, 64);

	begin();
	fill(0, 128, "abcdefghijklmn");
	memory(1, 0);
	number(2, size);
	number(3, one_in(10) ? any64() : 0);
	say("r4 = r10\nr4 += -16\n");
	call(BPF_FUNC_dynptr_from_mem);
	for (u32 i = 0; i < 8; i++) {
		dynptr_call(size);
		keep(i);
	}
	end();
}

static void ring_map(u32 reg) { say("r%u = map_idx 1 ll\n", reg); }

static u64 ring_flags(void) { return one_in(8) ? any64() : one_in(2) ? 0 : in(0, 2); }

static void ring_call(u32 nr)
{
	u32 n = in(1, one_in(3) ? 400 : 40);

	ring_map(1);
	switch (in(0, 5)) {
	case 0:
	case 1:
		memory(2, 0);
		number(3, MIN(n, 200u));
		number(4, ring_flags());
		say("call %u\n", BPF_FUNC_ringbuf_output);
		keep(nr);
		break;
	case 2:
	case 3:
		number(2, n = one_in(3) ? 4 * n : n);
		number(3, one_in(10) ? any64() : 0);
		say("call %u\nif r0 == 0 goto none%u\n*(u8 *)(r0 + %u) = 5\nr7 = 7\n*(u64 *)(r6 + "
		    "%u) = r7\n",
		    BPF_FUNC_ringbuf_reserve, nr, n - 1, 256 + 8 * nr);
		say("r1 = r0\n");
		number(2, one_in(2) ? 0 : in(1, 2));
		say("call %u\nnone%u:\n",
		    one_in(2) ? BPF_FUNC_ringbuf_submit : BPF_FUNC_ringbuf_discard, nr);
		break;
	case 4:
		number(2, one_in(3) ? any64() : n);
		number(3, one_in(10) ? any64() : 0);
		say("r4 = r10\nr4 += -16\ncall %u\n", BPF_FUNC_ringbuf_reserve_dynptr);
		keep(nr);
		say("r1 = r10\nr1 += -16\n");
		number(2, in(0, 2));
		say("call %u\n",
		    one_in(2) ? BPF_FUNC_ringbuf_submit_dynptr : BPF_FUNC_ringbuf_discard_dynptr);
		break;
	default:
		number(2, in(0, 4));
		say("call %u\n", BPF_FUNC_ringbuf_query);
		keep(nr);
	}
}

static void rings(void)
{
	begin();
	add_map(BPF_MAP_TYPE_RINGBUF, 0, 0, 4096);
	fill(0, 200, "abcdefghijklmn");
	for (u32 i = 0; i < CALLS; i++)
		ring_call(i);
	end();
}

/* ---- maps ---- */

static void map_call(u32 nr)
{
	u32 key = in(0, 5);

	say("r1 = map_idx 1 ll\n");
	say("*(u32 *)(r10 - 8) = %u\nr2 = r10\nr2 += -8\n", key);
	switch (in(0, 3)) {
	case 0:
	case 1:
		memory(3, 8 * in(0, 15));
		number(4, one_in(10) ? any64() & ~(u64)BPF_F_LOCK : in(0, 2));
		say("call %u\n", BPF_FUNC_map_update_elem);
		break;
	case 2:
		say("call %u\n", BPF_FUNC_map_delete_elem);
		break;
	default:
		say("call %u\nif r0 == 0 goto +1\nr0 = *(u64 *)(r0 + 0)\n",
		    BPF_FUNC_map_lookup_elem);
	}
	keep(nr);
}

static void maps(void)
{
	static const u32 types[] = {BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY};

	u32 type = types[below(&dice, LEN(types))];

	begin();
	add_map(type, 4, 8, 4);
	fill(0, 128, "abcdefghijklmn");
	for (u32 i = 0; i < CALLS; i++)
		map_call(i);
	say("*(u64 *)(r10 - 24) = 0\nr1 = map_idx 1 ll\nr2 = func each ll\nr3 = r10\nr3 += -24\n");
	number(4, one_in(10) ? any64() : 0);
	call(BPF_FUNC_for_each_map_elem);
	say("r1 = *(u64 *)(r10 - 24)\n*(u64 *)(r6 + 496) = r1\n");
	end();
	/* A sum, whatever the order; of an array, whose order is known, until one. */
	say("each:\nr1 = *(u64 *)(r3 + 0)\nr2 = *(u32 *)(r2 + 0)\nr1 *= r2\n"
	    "r5 = *(u64 *)(r4 + 0)\nr5 += r1\n*(u64 *)(r4 + 0) = r5\nr0 = 0\n"
	    "if r2 != %u goto on\nr0 = 1\non:\nexit\n",
	    type == BPF_MAP_TYPE_ARRAY ? in(0, 6) : 77);
}

static void stack_like(void)
{
	static const u32 types[] = {BPF_MAP_TYPE_QUEUE, BPF_MAP_TYPE_STACK};

	begin();
	add_map(types[in(0, 1)], 0, 8, 5);
	fill(0, 128, "abcdefghijklmn");
	for (u32 i = 0; i < CALLS; i++) {
		say("r1 = map_idx 1 ll\n");
		u32 what = in(0, 3);
		memory(2, what < 2 ? 8 * in(0, 9) : 128 + 8 * in(0, 9));
		number(3, one_in(10) ? any64() : 2 * in(0, 1));
		say("call %u\n", what < 2    ? BPF_FUNC_map_push_elem
				 : what == 2 ? BPF_FUNC_map_pop_elem
					     : BPF_FUNC_map_peek_elem);
		keep(i);
	}
	end();
}

/* ---- who runs: the thread is the same in both worlds ---- */

static void who_call(u32 nr)
{
	struct stat st;

	switch (in(0, 6)) {
	case 0:
		say("call %u\n", BPF_FUNC_get_current_pid_tgid);
		break;
	case 1:
		say("call %u\n", BPF_FUNC_get_current_uid_gid);
		break;
	case 2:
		say("call %u\n", BPF_FUNC_get_current_cgroup_id);
		break;
	case 3:
		number(1, one_in(8) ? (u32)any64() : in(0, 4));
		say("call %u\n", BPF_FUNC_get_current_ancestor_cgroup_id);
		break;
	case 4:
		memory(1, 0);
		number(2, in(1, 40));
		say("call %u\n", BPF_FUNC_get_current_comm);
		break;
	case 5:
		stat("/proc/self/ns/pid", &st);
		number(1, one_in(4) ? any64() : st.st_dev);
		number(2, one_in(4) ? any64() : st.st_ino);
		memory(3, 64);
		number(4, one_in(4) ? in(1, 16) : 8);
		say("call %u\n", BPF_FUNC_get_ns_current_pid_tgid);
		break;
	default:
		number(1, 65 + (u32)any64() % 1000000);
		say("call %u\n", one_in(2) ? BPF_FUNC_send_signal : BPF_FUNC_send_signal_thread);
	}
	keep(nr);
}

static void who(void)
{
	begin();
	fill(0, 128, "abc");
	for (u32 i = 0; i < CALLS; i++)
		who_call(i);
	end();
}

/* ---- perf events: a map that has none ---- */

static u64 event_flags(void)
{
	return one_in(4) ? any64() : one_in(3) ? BPF_F_CURRENT_CPU : in(0, 6);
}

static void events(void)
{
	begin();
	add_map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 128);
	c.type = BPF_PROG_TYPE_RAW_TRACEPOINT;
	fill(0, 64, "abc");
	for (u32 i = 0; i < CALLS; i++) {
		bool read = one_in(2);
		say(read ? "r1 = map_idx 1 ll\n" : "r1 = r8\n");
		if (read) {
			number(2, event_flags());
			memory(3, 8 * in(0, 4));
			number(4, one_in(3) ? in(1, 30) : 24);
		} else {
			say("r2 = map_idx 1 ll\n");
			number(3, event_flags());
			memory(4, 0);
			number(5, in(1, 60));
		}
		say("call %u\n",
		    read ? BPF_FUNC_perf_event_read_value : BPF_FUNC_perf_event_output);
		keep(i);
	}
	end();
}

static const struct {
	const char *name;
	void (*make)(void);
} families[] = {
	{"strtol", strto},
	{"strncmp", compare_texts},
	{"snprintf", format},
	{"loop", loop},
	{"probe_read bad", read_memory},
	{"probe_read", read_text},
	{"csum_diff", checksum},
	{"dynptrs", dynptrs},
	{"ring buffers", rings},
	{"maps", maps},
	{"queues", stack_like},
	{"who runs", who},
	{"perf events", events},
};

static bool family(u32 nr)
{
	refused = 0;
	for (u64 i = 0; i < cases; i++) {
		dice.s = hash_u64(seed * 1000003 + nr * 7919 + i) | 1;
		families[nr].make();
		if (!compare()) {
			printf("FAIL %s: case %llu differs\n", families[nr].name,
			       (unsigned long long)i);
			return false;
		}
	}
	bool enough = refused < cases / 2;
	printf("    %llu cases, the kernel refuses %llu\n%s %s: the same there\n",
	       (unsigned long long)cases, (unsigned long long)refused, enough ? "ok" : "FAIL",
	       families[nr].name);
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

int main(int argc, char **argv)
{
	bool ok = true;

	if (argc > 1)
		cases = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 0);
	if (no_kernel())
		return 0;
	for (u32 i = 0; i < LEN(families); i++)
		ok &= family(i);
	return !ok;
}
