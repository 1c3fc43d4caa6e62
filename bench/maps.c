/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps of our world beside the running kernel's: the same programs, which do 1,000
 * operations a run, on our JIT and on the kernel's. They take turns within one run,
 * and the fastest of several rounds counts. */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "isa/bpf.h"
#include "jit/jit.h"
#include "kern/kern.h"
#include "map/map.h"
#include "sys/sys.h"

enum { OPERATIONS = 1000, ENTRIES = 1024, MEM = 64, ROUNDS = 40, OURS_EACH = 10, RUNS = 20 };

struct row {
	const char *name;
	struct map_attr map;
	bool fill;
	u64 (*key)(u64 i); /* that it is filled with; NULL: i */
	/* Done OPERATIONS times; r6 counts them, r9 is the memory, the key (r6) is at
	 * fp - 8 and a value at fp - 16; r7 is for results. */
	const char *body;
};

#define HASH(t) .map = {.type = t, .key_size = 8, .value_size = 8, .max_entries = ENTRIES}

#define KEY                    \
	"r2 = r10\nr2 += -8\n" \
	"r1 = map_idx 0 ll\n"
#define VALUE "r3 = r10\nr3 += -16\nr4 = 0\n"
/* Keys that were not there for long: a number that goes on from run to run. */
#define NEW_KEY "r1 = *(u64 *)(r9 + 0)\nr1 += 1\n*(u64 *)(r9 + 0) = r1\n*(u64 *)(r10 - 8) = r1\n"

#define LOOKUP KEY "call 1\nif r0 == 0 goto next\nr0 = *(u64 *)(r0 + 0)\nr7 += r0\n"
#define UPDATE KEY VALUE "call 2\nr7 += r0\n"
#define DELETE KEY "call 3\nr7 += r0\n"

/* Of a trie: addresses of 4 bytes, anywhere; prefixes of 16 to 32 bits. */
#define ADDRESS                                                \
	"w1 = w6\nw1 *= -1640531535\n*(u32 *)(r10 - 4) = r1\n" \
	"r1 = 32\n*(u32 *)(r10 - 8) = r1\n"
#define TRIE(key_bytes)                        \
	.map = {.type = BPF_MAP_TYPE_LPM_TRIE, \
		.key_size = (key_bytes),       \
		.value_size = 8,               \
		.max_entries = ENTRIES,        \
		.flags = BPF_F_NO_PREALLOC}
#define PUSH "r2 = r10\nr2 += -16\nr1 = map_idx 0 ll\nr3 = 0\ncall 87\nr7 += r0\n"
#define POP  "r2 = r10\nr2 += -16\nr1 = map_idx 0 ll\ncall 88\nr7 += r0\n"
#define PEEK "r2 = r10\nr2 += -16\nr1 = map_idx 0 ll\ncall 89\nr7 += r0\n"

#define ARRAY(t)  .map = {.type = t, .key_size = 4, .value_size = 8, .max_entries = ENTRIES}
#define NO_KEY(t) .map = {.type = t, .value_size = 8, .max_entries = ENTRIES}

static u64 prefix(u64 i) { return (16 + i % 17) | (u64)(u32)(i * 0x9e3779b1u) << 32; }

static const struct row rows[] = {
	{"hash look-up", HASH(BPF_MAP_TYPE_HASH), .fill = true, .body = LOOKUP},
	{"hash update", HASH(BPF_MAP_TYPE_HASH), .fill = true, .body = UPDATE},
	{"hash delete and insert", HASH(BPF_MAP_TYPE_HASH), .fill = true, .body = DELETE UPDATE},
	{"per-CPU hash look-up", HASH(BPF_MAP_TYPE_PERCPU_HASH), .fill = true, .body = LOOKUP},
	{"per-CPU hash update", HASH(BPF_MAP_TYPE_PERCPU_HASH), .fill = true, .body = UPDATE},
	{"LRU hash look-up", HASH(BPF_MAP_TYPE_LRU_HASH), .fill = true, .body = LOOKUP},
	{"LRU hash update", HASH(BPF_MAP_TYPE_LRU_HASH), .fill = true, .body = UPDATE},
	{"LRU hash insert, another goes", HASH(BPF_MAP_TYPE_LRU_HASH), .fill = true,
	 .body = NEW_KEY UPDATE},
	{"array look-up", ARRAY(BPF_MAP_TYPE_ARRAY), .fill = true, .body = LOOKUP},
	{"array update", ARRAY(BPF_MAP_TYPE_ARRAY), .fill = true, .body = UPDATE},
	{"per-CPU array look-up", ARRAY(BPF_MAP_TYPE_PERCPU_ARRAY), .fill = true, .body = LOOKUP},
	{"trie look-up", TRIE(8), .fill = true, .key = prefix, .body = ADDRESS LOOKUP},
	{"trie update", TRIE(8), .fill = true, .key = prefix, .body = ADDRESS UPDATE},
	{"queue push and pop", NO_KEY(BPF_MAP_TYPE_QUEUE), .body = PUSH POP},
	{"stack push and pop", NO_KEY(BPF_MAP_TYPE_STACK), .body = PUSH POP},
	{"bloom filter push and peek", NO_KEY(BPF_MAP_TYPE_BLOOM_FILTER), .body = PUSH PEEK},
};

struct side {
	struct prog *prog[2]; /* that names our map, and the kernel's */
	struct map *map;
	struct ob_run *run;
	int fd;
	struct sys_prog *kernel; /* NULL where it may not be used */
	u64 mem[MEM / 8];
};

/* ---- both sides ---- */

static long bpf(int cmd, union bpf_attr *a) { return syscall(SYS_bpf, cmd, a, sizeof(*a)); }

static void fill_kernel(int fd, u64 key, const u64 *value)
{
	union bpf_attr a = {
		.map_fd = (u32)fd, .key = (u64)(uintptr_t)&key, .value = (u64)(uintptr_t)value};

	if (bpf(BPF_MAP_UPDATE_ELEM, &a))
		bench_give_up("kernel's map", err_sys(errno, "cannot be filled"));
}

static void fill(const struct row *r, struct side *s)
{
	static u64 value[MAP_SLOTS_MAX];

	for (u64 i = 0; i < ENTRIES; i++) {
		for (u32 slot = 0; slot < MAP_SLOTS_MAX; slot++)
			value[slot] = i;
		u64 key = r->key ? r->key(i) : i;
		if (map_write(s->map, &key, value, 0))
			bench_give_up("map", err_new(OB_RANGE, "it cannot be filled"));
		if (s->kernel)
			fill_kernel(s->fd, key, value);
	}
}

static void open_kernel(const struct row *r, struct side *s)
{
	union bpf_attr a = {.map_type = r->map.type,
			    .key_size = r->map.key_size,
			    .value_size = r->map.value_size,
			    .max_entries = r->map.max_entries,
			    .map_flags = r->map.flags};

	s->fd = (int)bpf(BPF_MAP_CREATE, &a);
	if (s->fd < 0)
		return;
	s->prog[1] = bench_for_kernel(s->prog[0], s->fd);
	struct ob_err *err = sys_prog_load(s->prog[1], MEM, &s->kernel);
	if (err && ob_err_code(err) != OB_PERM && ob_err_code(err) != OB_UNSUPPORTED)
		bench_give_up(r->name, err);
	ob_err_destroy(err);
}

static void open_side(const struct row *r, struct side *s)
{
	struct map_attr a = r->map;

	*s = (struct side){.prog = {bench_loop(r->name, r->body, OPERATIONS)}, .fd = -1};
	a.slots = (u32)sysconf(_SC_NPROCESSORS_CONF);
	if (map_create(&a, -1, &s->map))
		bench_give_up(r->name, err_new(OB_RANGE, "no such map"));
	struct ob_map *map = (struct ob_map *)s->map;
	const struct ob_run_opts opts = {
		.engine = OB_ENGINE_JIT, .trusted = true, .map = &map, .maps = 1};
	bench_must(r->name, ob_run_create(prog_public(s->prog[0]), &opts, &s->run));
	open_kernel(r, s);
	if (r->fill)
		fill(r, s);
}

static void close_side(struct side *s)
{
	ob_run_destroy(s->run);
	map_put(s->map);
	sys_prog_close(s->kernel);
	if (s->fd >= 0)
		close(s->fd);
	prog_destroy(s->prog[0]);
	prog_destroy(s->prog[1]);
}

/* Nanoseconds an operation. */
static double ours(struct side *s, u32 runs)
{
	double start = bench_now();

	for (u32 i = 0; i < runs; i++)
		ob_run_fast(s->run, s->mem, MEM);
	return (bench_now() - start) * 1e9 / runs / OPERATIONS;
}

static double theirs(const struct row *r, struct side *s, u32 runs)
{
	u64 r0;
	u32 ns;

	bench_must(r->name, sys_prog_run(s->kernel, s->mem, runs, &r0, &ns));
	return (double)ns / OPERATIONS;
}

/* Both must do the same: what they return, on maps with the same contents. */
static void compare(const struct row *r, struct side *s)
{
	u64 r0, want;
	u32 ns;

	if (!s->kernel)
		return;
	s->mem[0] = ENTRIES;
	bench_must(r->name, sys_prog_run(s->kernel, s->mem, 1, &r0, &ns));
	s->mem[0] = ENTRIES;
	want = ob_run_fast(s->run, s->mem, MEM);
	if (r0 != want)
		bench_give_up(r->name, err_new(OB_REFUSED, "ours returns %llu, the kernel's %llu",
					       (unsigned long long)want, (unsigned long long)r0));
}

static void measure(const struct row *r)
{
	double best = INFINITY, kernel = INFINITY;
	struct side s;

	open_side(r, &s);
	compare(r, &s);
	for (u32 i = 0; i < ROUNDS; i++) {
		/* A call of the kernel waits 20 ms for others first. */
		for (u32 k = 0; k < OURS_EACH; k++)
			best = fmin(best, ours(&s, RUNS));
		if (s.kernel)
			kernel = fmin(kernel, theirs(r, &s, RUNS));
	}
	close_side(&s);
	if (s.kernel)
		printf("%-34s %8.1f %8.1f %8.2f\n", r->name, best, kernel, kernel / best);
	else
		printf("%-34s %8.1f %8s %8s\n", r->name, best, "-", "-");
}

/* ---- two threads ---- */

struct thread {
	struct side *side;
	bool kernel;
	u64 mem[MEM / 8];
	double seconds; /* of its processor: others on the machine do not count */
};

enum { THREAD_RUNS = 100 * RUNS };

static double cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void *work(void *arg)
{
	struct thread *t = arg;
	double start = cpu_now();

	if (t->kernel)
		theirs(&rows[0], t->side, THREAD_RUNS);
	for (u32 i = 0; i < THREAD_RUNS && !t->kernel; i++)
		ob_run_fast(t->side->run, t->mem, MEM);
	t->seconds = cpu_now() - start;
	return NULL;
}

/* Operations a second of n threads at once. */
static double together(struct side *s, bool kernel, u32 n)
{
	struct thread t[2] = {{.side = s, .kernel = kernel}, {.side = s, .kernel = kernel}};
	pthread_t id[2];
	double rate = 0;

	for (u32 i = 0; i < n; i++)
		if (pthread_create(&id[i], NULL, work, &t[i]))
			bench_give_up("thread", err_nomem());
	for (u32 i = 0; i < n; i++)
		pthread_join(id[i], NULL);
	for (u32 i = 0; i < n; i++)
		rate += (double)THREAD_RUNS * OPERATIONS / t[i].seconds;
	return rate;
}

/* The best round of each counts: what else the machine does only slows them down. */
struct ratio {
	double one, two;
};

static double measure_ratio(struct side *s, bool kernel, struct ratio *r)
{
	r->one = fmax(r->one, together(s, kernel, 1));
	r->two = fmax(r->two, together(s, kernel, 2));
	return r->two / r->one;
}

/* Two processors may be two halves of one, so the kernel's ratio stands beside ours. */
static void two_threads(const struct row *r)
{
	struct ratio mine = {0}, other = {0};
	double ours = 0, kernel = 0;
	struct side s;

	open_side(r, &s);
	for (u32 i = 0; i < ROUNDS; i++) {
		ours = measure_ratio(&s, false, &mine);
		if (s.kernel)
			kernel = measure_ratio(&s, true, &other);
	}
	printf("%-34s %8.2f %8.2f  at least 1.80: %s\n", r->name, ours, kernel,
	       ours >= 1.8 ? "kept" : "missed");
	close_side(&s);
}

int main(void)
{
	if (!jit_here()) {
		puts("skipped: there is no JIT for this processor");
		return 0;
	}
	printf("An operation of a program, nanoseconds; more than 1: we are faster.\n"
	       "%-34s %8s %8s %8s\n",
	       "8-byte keys, 1,024 entries", "onebpf", "kernel", "ratio");
	for (u32 i = 0; i < LEN(rows); i++)
		measure(&rows[i]);
	puts("\nTwo threads do so many times what one does, in processor time:");
	two_threads(&rows[0]);
	return 0;
}
