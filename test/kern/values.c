/* SPDX-License-Identifier: BSD-2-Clause */
/* Values of a packet's socket, and of a cgroup for its program, in test runs: what random
 * programs make of them in our world and in the running kernel.
 * Usage: values [cases [seed]] */
#include "../programs.h"
#include "isa/bpf.h"
#include "kern/priv.h"
#include "sys/sys.h"

#include <errno.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { TEXT = 16384, CALLS = 12 };

typedef int bpf_fn(int cmd, union bpf_attr *attr, unsigned size);

static int ours(int cmd, union bpf_attr *attr, unsigned size)
{
	int ret = kern_bpf(cmd, attr, size);

	if (ret < 0)
		errno = -ret;
	return ret < 0 ? -1 : ret;
}

static bpf_fn *const worlds[] = {ours, sys_linux_bpf};

/* ---- a program: r6 its context, r7 what it saw ---- */

static struct rnd dice;
static struct {
	char text[TEXT];
	size_t n;
	u32 type, maps, map_type[2];
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

static bool one_in(u32 n) { return !below(&dice, n); }
static void see(void) { say("r7 *= 31\nr7 += r0\n"); }

static void end(void)
{
	say("r0 = r7\n%sexit\n", c.type == PROGTYPE_CGROUP_SKB ? "r0 &= 1\n" : "");
}

/* What the value held, then something else is there. */
static void touch(u32 nr)
{
	say("if r0 == 0 goto none%u\nr1 = *(u32 *)(r0 + 0)\nr2 = r1\nr2 *= 5\nr2 += %u\n"
	    "*(u32 *)(r0 + 0) = r2\nr0 = r1\nr0 += 1\nnone%u:\n",
	    nr, nr, nr);
}

static void socket_values(void)
{
	c.type = PROGTYPE_SCHED_CLS;
	c.maps = 2;
	c.map_type[0] = c.map_type[1] = MAPTYPE_SK_STORAGE;
	say("r8 = *(u64 *)(r6 + 168)\nif r8 == 0 goto out\nr1 = r8\ncall %u\nif r0 == 0 goto "
	    "out\nr8 = r0\n",
	    HELPERID_sk_fullsock);
	for (u32 i = 0; i < CALLS; i++) {
		say("r1 = map_idx %u ll\nr2 = r8\n", below(&dice, 2));
		if (one_in(4)) {
			say("call %u\n", HELPERID_sk_storage_delete);
		} else {
			say("r3 = 0\n");
			if (one_in(2))
				say("*(u32 *)(r10 - 4) = %u\nr3 = r10\nr3 += -4\n",
				    rnd(&dice) >> 1);
			say("r4 = %u\ncall %u\n", one_in(6) ? 2 : below(&dice, 2),
			    HELPERID_sk_storage_get);
			touch(i);
		}
		see();
	}
	if (one_in(2)) {
		say("r1 = r6\nr2 = r8\nr3 = %u\ncall %u\n", below(&dice, 2), HELPERID_sk_assign);
		see();
	}
	say("r1 = r8\ncall %u\n", one_in(2) ? HELPERID_skc_to_tcp_sock : HELPERID_skc_to_udp6_sock);
	say("if r0 == 0 goto +1\nr0 = 1\n");
	see();
	say("out:\n");
	end();
}

/* A result of 0 or 1 tells little: it is one bit of what was counted. */
static void cgroup_values(void)
{
	c.type = PROGTYPE_CGROUP_SKB;
	c.maps = 2;
	c.map_type[0] = MAPTYPE_CGROUP_STORAGE;
	c.map_type[1] = MAPTYPE_PERCPU_CGROUP_STORAGE;
	for (u32 i = 0; i < CALLS / 2; i++) {
		say("r1 = map_idx %u ll\nr2 = 0\ncall %u\n", below(&dice, 2),
		    HELPERID_get_local_storage);
		say("r1 = *(u32 *)(r0 + 0)\nr2 = r1\nr2 *= 5\nr2 += %u\n*(u32 *)(r0 + 0) = r2\nr0 "
		    "= "
		    "r1\n",
		    i + 1);
		see();
	}
	say("*(u32 *)(r6 + 48) = r7\nr7 >>= %u\n", below(&dice, 8));
	end();
}

static void make_program(void)
{
	c.n = 0;
	say("r6 = r1\nr7 = 0\n");
	if (one_in(3))
		cgroup_values();
	else
		socket_values();
}

/* ---- in one world ---- */

static int load_types(bpf_fn *bpf)
{
	static const struct {
		struct btf_header head;
		u32 type[4];
		char text[5];
	} b = {.head = {BTF_MAGIC, BTF_VERSION, 0, sizeof(b.head), 0, sizeof(b.type),
			sizeof(b.type), sizeof(b.text)},
	       .type = {1, BTF_KIND_INT << 24, 4, BTF_INT_SIGNED << 24 | 32},
	       .text = "\0int"};
	union bpf_attr a = {.btf = (u64)(uintptr_t)&b,
			    .btf_size = offsetof(__typeof__(b), text) + sizeof(b.text)};

	return bpf(BPF_BTF_LOAD, &a, sizeof(a));
}

static int make_map(bpf_fn *bpf, u32 type, int types)
{
	union bpf_attr a = {.map_type = type, .key_size = 4, .value_size = 4};

	if (type == MAPTYPE_SK_STORAGE || type == MAPTYPE_TASK_STORAGE) {
		a.map_flags = BPF_F_NO_PREALLOC;
		a.btf_fd = (u32)types;
		a.btf_key_type_id = a.btf_value_type_id = 1;
	} else {
		a.key_size = 8;
	}
	return bpf(BPF_MAP_CREATE, &a, sizeof(a));
}

static char log_text[1 << 16];

static int load(bpf_fn *bpf, const struct prog *p, const int map[2])
{
	struct ob_ebpf code[1024];

	memcpy(code, p->stored, p->n * sizeof(*code));
	for (u32 i = 0; i < p->n; i++)
		if (p->ext[i].op == EB_LDDW_MAP_IDX) {
			code[i].src = BPF_PSEUDO_MAP_FD;
			code[i].imm = map[code[i].imm];
		}
	union bpf_attr a = {.prog_type = c.type,
			    .insns = (u64)(uintptr_t)code,
			    .insn_cnt = p->n,
			    .license = (u64)(uintptr_t) "GPL",
			    .log_buf = (u64)(uintptr_t)log_text,
			    .log_size = sizeof(log_text),
			    .log_level = 1};
	return bpf(BPF_PROG_LOAD, &a, sizeof(a));
}

struct result {
	int err;
	u32 retval, mark;
};

/* The program twice, several times each. */
static struct result run(bpf_fn *bpf, const struct prog *p, u32 repeat)
{
	int types = load_types(bpf);
	int map[2] = {make_map(bpf, c.map_type[0], types), make_map(bpf, c.map_type[1], types)};
	int fd = load(bpf, p, map);
	struct result r = {fd < 0 ? errno : 0, 0, 0};
	u8 packet[64] = {[12] = 8, [14] = 0x45};

	for (u32 i = 0; i < 2 && fd >= 0; i++) {
		struct __sk_buff skb = {0};
		union bpf_attr a = {.test = {.prog_fd = (u32)fd,
					     .data_in = (u64)(uintptr_t)packet,
					     .data_size_in = sizeof(packet),
					     .ctx_out = (u64)(uintptr_t)&skb,
					     .ctx_size_out = sizeof(skb),
					     .repeat = repeat}};
		r.err = bpf(BPF_PROG_TEST_RUN, &a, sizeof(a)) ? errno : 0;
		r.retval = r.retval * 33 + a.test.retval;
		r.mark = r.mark * 33 + skb.mark;
	}
	close(fd);
	close(map[0]);
	close(map[1]);
	close(types);
	return r;
}

static bool one_case(void)
{
	u32 repeat = below(&dice, 4);
	struct ob_prog *p;

	make_program();
	struct ob_err *err = ob_prog_assemble_ebpf("case", c.text, c.n, &p);
	if (err) {
		ob_err_print(err, stdout);
		abort();
	}
	struct result r[2];
	for (u32 w = 0; w < 2; w++)
		r[w] = run(worlds[w], prog_private(p), repeat);
	ob_prog_destroy(p);
	if (!r[1].err && !memcmp(&r[0], &r[1], sizeof(r[0])))
		return true;
	printf("%s    errno %d, result %#x, mark %#x, in Linux %d, %#x, %#x\n%s\n", c.text,
	       r[0].err, r[0].retval, r[0].mark, r[1].err, r[1].retval, r[1].mark, log_text);
	return false;
}

/* ---- what a program made of its task is what the call finds by a pidfd ---- */

static long value_of(bpf_fn *bpf, int map, int key)
{
	u32 value = 0;
	union bpf_attr a = {
		.map_fd = (u32)map, .key = (u64)(uintptr_t)&key, .value = (u64)(uintptr_t)&value};

	return bpf(BPF_MAP_LOOKUP_ELEM, &a, sizeof(a)) ? -errno : (long)value;
}

static bool task_value(bpf_fn *bpf, const struct prog *p)
{
	int types = load_types(bpf), map[2] = {make_map(bpf, MAPTYPE_TASK_STORAGE, types), 0};
	int me = (int)syscall(SYS_pidfd_open, getpid(), 0);
	int parent = (int)syscall(SYS_pidfd_open, getppid(), 0);
	int fd = load(bpf, p, map);
	union bpf_attr a = {.test = {.prog_fd = (u32)fd}};
	u32 value = 50;

	bool ok = value_of(bpf, map[0], me) == -ENOENT && !bpf(BPF_PROG_TEST_RUN, &a, sizeof(a)) &&
		  value_of(bpf, map[0], me) == 41 && value_of(bpf, map[0], parent) == -ENOENT;
	a = (union bpf_attr){
		.map_fd = (u32)map[0], .key = (u64)(uintptr_t)&me, .value = (u64)(uintptr_t)&value};
	ok = ok && !bpf(BPF_MAP_UPDATE_ELEM, &a, sizeof(a));
	a = (union bpf_attr){.test = {.prog_fd = (u32)fd}};
	ok = ok && !bpf(BPF_PROG_TEST_RUN, &a, sizeof(a)) && value_of(bpf, map[0], me) == 51;
	close(fd);
	close(me);
	close(parent);
	close(map[0]);
	close(types);
	return ok;
}

static bool task_values(void)
{
	struct ob_prog *p;

	c.n = 0;
	c.type = PROGTYPE_RAW_TRACEPOINT;
	say("call %u\nr2 = r0\nr1 = map_idx 0 ll\n*(u32 *)(r10 - 4) = 40\nr3 = r10\nr3 += -4\n"
	    "r4 = 1\ncall %u\nif r0 == 0 goto out\nr1 = *(u32 *)(r0 + 0)\nr1 += 1\n"
	    "*(u32 *)(r0 + 0) = r1\nout:\nr0 = 0\nexit\n",
	    HELPERID_get_current_task_btf, HELPERID_task_storage_get);
	struct ob_err *err = ob_prog_assemble_ebpf("case", c.text, c.n, &p);
	if (err) {
		ob_err_print(err, stdout);
		abort();
	}
	bool here = task_value(ours, prog_private(p)),
	     there = task_value(sys_linux_bpf, prog_private(p));
	ob_prog_destroy(p);
	printf("%s a task's value%s%s\n", here && there ? "ok" : "FAIL", here ? "" : ": ours",
	       there ? "" : ": the kernel's");
	return here && there;
}

int main(int argc, char **argv)
{
	u64 cases = argc > 1 ? strtoull(argv[1], NULL, 0) : 200;
	u64 seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	char name[32], path[256];
	int fd = load_types(sys_linux_bpf);

	if (fd < 0) {
		printf("skip values: the kernel's bpf(): %s\n", strerror(errno));
		return 0;
	}
	close(fd);
	snprintf(name, sizeof(name), "test-values-%d", getpid());
	if (kern_world_dir(name, path, sizeof(path)) || setenv("ONEBPF_WORLD", path, 1) ||
	    kern_world_set(path, "kernel.unchecked", "1")) {
		puts("FAIL world");
		return 1;
	}
	bool ok = task_values();
	for (u64 i = 0; i < cases && ok; i++) {
		dice.s = hash_u64(seed * 1000003 + i) | 1;
		ok = one_case();
	}
	kern_world_remove(path);
	printf("%s values of sockets and cgroups: the same there\n", ok ? "ok" : "FAIL");
	return !ok;
}
