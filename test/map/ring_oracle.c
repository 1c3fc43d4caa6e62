/* SPDX-License-Identifier: BSD-2-Clause */
/* Ring buffers and user ring buffers: ours and the kernel's, given the same calls
 * and the same bytes at random. Results, positions and what a reader sees are the
 * same.
 * Usage: ring_oracle [rounds [seed]] */
#include "kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { DATA = 4096, SIZES = 6, FLAGS = 4, STOP = 5 };
static const u32 sizes[SIZES] = {1, 8, 13, 200, 500, 0};
static const u32 flags[FLAGS] = {0, BPF_RB_NO_WAKEUP, BPF_RB_FORCE_WAKEUP, 4};

static u64 state = 1;

static u32 pick(u32 n)
{
	state += 0x9e3779b97f4a7c15u;
	return (u32)((hash_u64(state) >> 32) * n >> 32);
}

/* ---- the kernel's side ---- */

/* BTF that says: type 3 is a static function. */
static int function_btf(void)
{
	enum { INT = 1 << 24, PROTO = 13 << 24, FUNC = 12 << 24, TYPES = 4 * (4 + 3 + 3) };
	const u32 text[] = {
		0x0001eb9f, 24, 0,     TYPES, TYPES, 5,    1, INT,        4,
		32,         0,  PROTO, 1,     1,     FUNC, 2, 0x746e6900, 0,
	};
	union bpf_attr a = {.btf = (u64)(uintptr_t)text, .btf_size = 24 + TYPES + 5};

	return kernel_bpf(BPF_BTF_LOAD, &a);
}

/* callback: the instruction where one begins, or 0. */
static int load(const struct ob_ebpf *code, u32 n, u32 callback)
{
	const u32 info[] = {0, 3, callback, 3};
	int btf = callback ? function_btf() : -1;
	union bpf_attr a = {.prog_type = BPF_PROG_TYPE_SCHED_CLS,
			    .insns = (u64)(uintptr_t)code,
			    .insn_cnt = n,
			    .license = (u64)(uintptr_t) "GPL"};

	if (callback) {
		a.prog_btf_fd = (u32)btf;
		a.func_info = (u64)(uintptr_t)info;
		a.func_info_cnt = 2;
		a.func_info_rec_size = 8;
	}
	int fd = kernel_bpf(BPF_PROG_LOAD, &a);
	if (btf >= 0)
		close(btf);
	return fd;
}

static int run(int prog)
{
	u8 packet[64] = {0};
	union bpf_attr a = {.test.prog_fd = (u32)prog,
			    .test.data_in = (u64)(uintptr_t)packet,
			    .test.data_size_in = sizeof(packet)};
	int err = kernel_bpf(BPF_PROG_TEST_RUN, &a);

	return err ? err : (int)a.test.retval;
}

/* bpf_ringbuf_output of `size` bytes of 0x5a. */
static int output_prog(int map, u32 size, u32 flag)
{
	struct ob_ebpf code[96] = {{0x18, 2, 0, 0, 0x5a5a5a5a}, {0, 0, 0, 0, 0x5a5a5a5a}};
	u32 n = 2;

	for (s16 at = 8; at <= 504; at += 8)
		code[n++] = (struct ob_ebpf){0x7b, 10, 2, (s16)-at, 0};
	code[n++] = (struct ob_ebpf){0x18, 1, 1, 0, map};
	code[n++] = (struct ob_ebpf){0, 0, 0, 0, 0};
	code[n++] = (struct ob_ebpf){0xbf, 2, 10, 0, 0};
	code[n++] = (struct ob_ebpf){0x07, 2, 0, 0, -504};
	code[n++] = (struct ob_ebpf){0xb7, 3, 0, 0, (s32)size};
	code[n++] = (struct ob_ebpf){0xb7, 4, 0, 0, (s32)flag};
	code[n++] = (struct ob_ebpf){0x85, 0, 0, 0, BPF_FUNC_ringbuf_output};
	code[n++] = (struct ob_ebpf){0x95, 0, 0, 0, 0};
	return load(code, n, 0);
}

/* bpf_user_ringbuf_drain whose callback stops after STOP samples. */
static int drain_prog(int map, u32 flag)
{
	enum { CALLBACK = 11 };
	const struct ob_ebpf code[] = {
		{0xb7, 1, 0, 0, 0},         {0x7b, 10, 1, -8, 0},
		{0x18, 1, 1, 0, map},       {0, 0, 0, 0, 0},
		{0x18, 2, 4, 0, 6},         {0, 0, 0, 0, 0},
		{0xbf, 3, 10, 0, 0},        {0x07, 3, 0, 0, -8},
		{0xb7, 4, 0, 0, (s32)flag}, {0x85, 0, 0, 0, BPF_FUNC_user_ringbuf_drain},
		{0x95, 0, 0, 0, 0},         {0x79, 3, 2, 0, 0},
		{0x07, 3, 0, 0, 1},         {0x57, 3, 0, 0, 7},
		{0x7b, 2, 3, 0, 0},         {0xb7, 0, 0, 0, 0},
		{0x55, 3, 0, 1, STOP},      {0xb7, 0, 0, 0, 1},
		{0x95, 0, 0, 0, 0},
	};
	return load(code, LEN(code), CALLBACK);
}

struct ring {
	u64 *consumer, *producer;
	u8 *data;
};

static bool map_kernel(int fd, bool user, struct ring *r)
{
	int all = PROT_READ | PROT_WRITE, first = user ? PROT_READ : all,
	    second = user ? all : PROT_READ;
	void *c = mmap(NULL, 4096, first, MAP_SHARED, fd, 0);
	u8 *p = mmap(NULL, 4096 + DATA, second, MAP_SHARED, fd, 4096);

	*r = (struct ring){c, (u64 *)(void *)p, p + 4096};
	return c != MAP_FAILED && p != MAP_FAILED;
}

static struct ring map_ours(const struct map *m)
{
	return (struct ring){(u64 *)(void *)m->base, (u64 *)(void *)(m->base + 4096),
			     m->base + 8192};
}

/* Both maps of a type; false: the kernel gives none. */
static bool both(u32 type, struct map **m, int *fd, struct ring r[2])
{
	struct map_attr a = {.type = type, .max_entries = DATA, .slots = 1};

	*fd = kernel_map(&a, -1, -1);
	if (*fd < 0 || !map_kernel(*fd, type == BPF_MAP_TYPE_USER_RINGBUF, &r[1]))
		return false;
	if (map_create(&a, -1, m))
		abort();
	r[0] = map_ours(*m);
	return true;
}

static const char *same(const struct ring r[2])
{
	if (*r[0].consumer != *r[1].consumer)
		return "the consumer's position";
	return *r[0].producer != *r[1].producer ? "the producer's position" : NULL;
}

/* Records that were written and not read: what pads them may be anything. */
static const char *same_records(const struct ring r[2])
{
	for (u64 at = *r[0].consumer; at < *r[0].producer;) {
		u64 head = get_le64(r[0].data + at % DATA);
		if (head != get_le64(r[1].data + at % DATA))
			return "a header";
		at += 8;
		for (u32 i = 0; i < (u32)head; i++)
			if (r[0].data[(at + i) % DATA] != r[1].data[(at + i) % DATA])
				return "a sample";
		at += ((u32)head + 7) & ~7u;
	}
	return NULL;
}

/* ---- ring buffers ---- */

static const char *ring_buffers(u64 n)
{
	int fd, prog[SIZES][FLAGS];
	struct ring r[2];
	struct map *m;
	const char *why = NULL;
	u8 bytes[512];

	memset(bytes, 0x5a, sizeof(bytes));
	if (!both(BPF_MAP_TYPE_RINGBUF, &m, &fd, r))
		return "skip";
	for (u32 i = 0; i < SIZES; i++)
		for (u32 f = 0; f < FLAGS; f++)
			if ((prog[i][f] = output_prog(fd, sizes[i], flags[f])) < 0)
				return "no program is loaded";
	for (u64 i = 0; i < n && !why; i++) {
		u32 s = pick(SIZES), f = pick(8) ? pick(3) : 3;
		if (map_ring_output(m, bytes, sizes[s], flags[f]) != run(prog[s][f]))
			why = "what output returns";
		if (!why)
			why = same(r);
		if (!why && !pick(4))
			why = same_records(r);
		if (!pick(10))
			*r[0].consumer = *r[1].consumer = *r[0].producer;
		if (map_ring_query(m, BPF_RB_AVAIL_DATA) != *r[0].producer - *r[0].consumer ||
		    map_ring_query(m, BPF_RB_RING_SIZE) != DATA ||
		    map_ring_query(m, BPF_RB_PROD_POS) != *r[0].producer || map_ring_query(m, 4))
			why = "what query returns";
	}
	map_put(m);
	close(fd);
	return why;
}

/* ---- user ring buffers: headers and positions may be anything ---- */

static void write_both(struct ring r[2], u64 at, u64 v)
{
	memcpy(r[0].data + at % DATA, &v, 8);
	memcpy(r[1].data + at % DATA, &v, 8);
}

static u64 some_header(void)
{
	u32 len = pick(20) ? pick(100) : pick(2) ? 5000 : (1 << 24) + pick(3);

	if (!pick(6))
		len |= (u32)BPF_RINGBUF_DISCARD_BIT;
	if (!pick(20))
		len |= (u32)BPF_RINGBUF_BUSY_BIT;
	return len;
}

static void some_records(struct ring r[2])
{
	u64 at = *r[0].consumer;

	for (u32 n = pick(9); n; n--) {
		u64 h = some_header();
		write_both(r, at, h);
		at += (((h & 0x3fffffff) + 7) & ~(u64)7) + 8;
	}
	if (!pick(20))
		at += pick(40);
	if (!pick(10))
		at -= MIN(at, (u64)8 * pick(4));
	*r[0].producer = *r[1].producer = at;
}

static long count(void *arg, const void *sample, u32 size)
{
	(void)sample, (void)size;
	return ++*(u64 *)arg == STOP;
}

static const char *user_rings(u64 n)
{
	int fd, prog[FLAGS];
	struct ring r[2];
	struct map *m;
	const char *why = NULL;
	u64 done = 0;

	if (!both(BPF_MAP_TYPE_USER_RINGBUF, &m, &fd, r))
		return "skip";
	for (u32 f = 0; f < FLAGS; f++)
		if ((prog[f] = drain_prog(fd, flags[f])) < 0)
			return "no program is loaded";
	for (u64 i = 0; i < n && !why; i++) {
		u32 f = pick(8) ? pick(3) : 3;
		u64 samples = 0;
		if (pick(3))
			some_records(r);
		long ours = map_user_ring_drain(m, count, &samples, flags[f]);
		if (ours != run(prog[f]))
			why = "what drain returns";
		if (ours >= 0 && (u64)ours != samples)
			why = "ours does not count what it gives";
		if (!why)
			why = same(r);
		done += samples;
	}
	if (!why && done < n / 2)
		why = "hardly a sample was drained";
	map_put(m);
	close(fd);
	return why;
}

static bool tell(const char *name, const char *why)
{
	if (why && !strcmp(why, "skip"))
		printf("skip %s: the kernel makes none for us\n", name);
	else
		printf("%s %s%s%s\n", why ? "FAIL" : "ok", name, why ? ": not the same: " : "",
		       why ? why : "");
	return !why || !strcmp(why, "skip");
}

int main(int argc, char **argv)
{
	u64 n = argc > 1 ? strtoull(argv[1], NULL, 0) : 5000;

	state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	bool good = tell("ring buffers", ring_buffers(n));
	good &= tell("user ring buffers", user_rings(n));
	return !good;
}
