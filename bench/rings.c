/* SPDX-License-Identifier: BSD-2-Clause */
/* Ring buffers of our world beside the running kernel's: events that the same
 * program writes, and how soon a sleeping reader is awake. They take turns within
 * one run, and the fastest of several rounds counts. */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"
#include "isa/bpf.h"
#include "jit/jit.h"
#include "kern/kern.h"
#include "map/map.h"
#include "sys/sys.h"

enum { EVENTS = 1000, RING = 1 << 20, MEM = 64, ROUNDS = 300, WAKES = 400, PAUSE_US = 300 };

struct row {
	const char *name;
	const char *body; /* one event of 16 bytes; r9 is the memory */
};

#define RESERVE "r1 = map_idx 0 ll\nr2 = 16\nr3 = 0\ncall 131\nif r0 == 0 goto next\n"
#define OUTPUT  "r1 = map_idx 0 ll\nr2 = r10\nr2 += -16\nr3 = 16\n"

static const struct row rows[] = {
	{"reserve and submit",
	 RESERVE "*(u64 *)(r0 + 0) = r6\n*(u64 *)(r0 + 8) = r6\nr1 = r0\nr2 = 0\ncall 132\n"},
	{"reserve and submit, no wake-up",
	 RESERVE "*(u64 *)(r0 + 0) = r6\n*(u64 *)(r0 + 8) = r6\nr1 = r0\nr2 = 1\ncall 132\n"},
	{"reserve and discard", RESERVE "r1 = r0\nr2 = 0\ncall 133\n"},
	{"output", OUTPUT "r4 = 0\ncall 130\n"},
};

struct side {
	struct prog *prog[2]; /* that names our map, and the kernel's */
	struct map *map;
	struct ob_run *run;
	int fd;
	struct sys_prog *kernel;  /* NULL where it may not be used */
	u64 *consumer, *producer; /* of the kernel's */
	u64 mem[MEM / 8];
};

static void open_kernel(const struct row *r, struct side *s)
{
	union bpf_attr a = {.map_type = BPF_MAP_TYPE_RINGBUF, .max_entries = RING};

	s->fd = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &a, sizeof(a));
	if (s->fd < 0)
		return;
	s->prog[1] = bench_for_kernel(s->prog[0], s->fd);
	struct ob_err *err = sys_prog_load(s->prog[1], MEM, &s->kernel);
	if (err && ob_err_code(err) != OB_PERM && ob_err_code(err) != OB_UNSUPPORTED)
		bench_give_up(r->name, err);
	ob_err_destroy(err);
	s->consumer = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
	s->producer = mmap(NULL, 4096, PROT_READ, MAP_SHARED, s->fd, 4096);
	if (s->consumer == MAP_FAILED || s->producer == MAP_FAILED)
		bench_give_up("ring", err_sys(errno, "mmap"));
}

static void open_side(const struct row *r, struct side *s, u32 events)
{
	struct map_attr a = {.type = BPF_MAP_TYPE_RINGBUF, .max_entries = RING, .slots = 1};

	*s = (struct side){.prog = {bench_loop(r->name, r->body, events)}, .fd = -1};
	if (map_create(&a, -1, &s->map))
		bench_give_up(r->name, err_new(OB_RANGE, "no such map"));
	struct ob_map *map = (struct ob_map *)s->map;
	const struct ob_run_opts opts = {
		.engine = OB_ENGINE_JIT, .trusted = true, .map = &map, .maps = 1};
	bench_must(r->name, ob_run_create(prog_public(s->prog[0]), &opts, &s->run));
	open_kernel(r, s);
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

static long skip(void *arg, const void *sample, u32 size)
{
	(void)sample, (void)size;
	++*(u64 *)arg;
	return 0;
}

/* ---- events: nanoseconds of one, written; then read, or passed ---- */

static double ours(struct side *s, double *reading)
{
	u64 n = 0;
	double start = bench_now();

	ob_run_fast(s->run, s->mem, MEM);
	double written = bench_now();
	map_ring_read(s->map, skip, &n);
	*reading = (bench_now() - written) * 1e9 / EVENTS;
	return (written - start) * 1e9 / EVENTS;
}

static double theirs(const struct row *r, struct side *s)
{
	u64 r0;
	u32 ns;

	bench_must(r->name, sys_prog_run(s->kernel, s->mem, 1, &r0, &ns));
	if (*s->producer - *s->consumer != EVENTS * 24)
		bench_give_up(r->name, err_new(OB_REFUSED, "the kernel's events are not there"));
	__atomic_store_n(s->consumer, *s->producer, __ATOMIC_RELEASE);
	return (double)ns / EVENTS;
}

static void measure(const struct row *r)
{
	double best = INFINITY, kernel = INFINITY, read = INFINITY, reading;
	struct side s;

	open_side(r, &s, EVENTS);
	for (u32 i = 0; i < ROUNDS; i++) {
		best = fmin(best, ours(&s, &reading));
		read = fmin(read, reading);
		if (s.kernel)
			kernel = fmin(kernel, theirs(r, &s));
	}
	if (s.kernel)
		printf("%-34s %8.1f %8.1f %8.2f %8.1f\n", r->name, best, kernel, kernel / best,
		       read);
	else
		printf("%-34s %8.1f %8s %8s %8.1f\n", r->name, best, "-", "-", read);
	close_side(&s);
}

/* ---- a reader that sleeps ---- */

struct reader {
	struct side *side;
	bool kernel;
	double awake; /* when it was; 0: it is not */
	bool end;
};

static void wait_kernel(struct side *s, int epoll)
{
	struct epoll_event e;

	while (*s->producer == *s->consumer)
		epoll_wait(epoll, &e, 1, 100);
	__atomic_store_n(s->consumer, *s->producer, __ATOMIC_SEQ_CST);
}

static void *reader(void *arg)
{
	struct reader *r = arg;
	struct epoll_event e = {.events = EPOLLIN};
	int epoll = epoll_create1(0);
	u64 n = 0;

	if (r->kernel)
		epoll_ctl(epoll, EPOLL_CTL_ADD, r->side->fd, &e);
	while (!__atomic_load_n(&r->end, __ATOMIC_ACQUIRE)) {
		if (r->kernel)
			wait_kernel(r->side, epoll);
		else if (map_ring_wait(r->side->map, -1))
			continue;
		double now = bench_now();
		if (!r->kernel)
			map_ring_read(r->side->map, skip, &n);
		__atomic_store(&r->awake, &now, __ATOMIC_RELEASE);
	}
	close(epoll);
	return NULL;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void write_one(const struct row *r, struct side *s, bool kernel)
{
	u64 r0;
	u32 ns;

	if (kernel)
		bench_must(r->name, sys_prog_run(s->kernel, s->mem, 1, &r0, &ns));
	else
		ob_run_fast(s->run, s->mem, MEM);
}

/* Microseconds from before the event is written to the reader being awake: the
 * median, and the 90th of 100. */
static void wake_ups(const struct row *r, bool kernel, double ret[2])
{
	double took[WAKES], none = 0, awake;
	struct reader to = {.kernel = kernel};
	struct side s;
	pthread_t id;

	open_side(r, &s, 1);
	to.side = &s;
	if (pthread_create(&id, NULL, reader, &to))
		bench_give_up("thread", err_nomem());
	for (u32 i = 0; i <= WAKES; i++) {
		usleep(PAUSE_US);
		__atomic_store(&to.awake, &none, __ATOMIC_RELEASE);
		if (i == WAKES)
			__atomic_store_n(&to.end, true, __ATOMIC_RELEASE);
		double start = bench_now();
		write_one(r, &s, kernel);
		do
			__atomic_load(&to.awake, &awake, __ATOMIC_ACQUIRE);
		while (awake == 0);
		if (i < WAKES)
			took[i] = (awake - start) * 1e6;
	}
	pthread_join(id, NULL);
	qsort(took, WAKES, sizeof(*took), by_size);
	ret[0] = took[WAKES / 2];
	ret[1] = took[WAKES * 9 / 10];
	close_side(&s);
}

int main(void)
{
	double we[2], they[2];

	if (!jit_here()) {
		puts("skipped: there is no JIT for this processor");
		return 0;
	}
	printf("An event of 16 bytes, nanoseconds; more than 1: we are faster. The last: to read "
	       "it.\n"
	       "%-34s %8s %8s %8s %8s\n",
	       "", "onebpf", "kernel", "ratio", "reading");
	for (u32 i = 0; i < LEN(rows); i++)
		measure(&rows[i]);
	wake_ups(&rows[0], false, we);
	printf("\nA sleeping reader is awake after so many microseconds: half of all, 9 of 10\n"
	       "%-34s %8.1f %8.1f  at most 50: %s\n",
	       "onebpf", we[0], we[1], we[0] <= 50 ? "kept" : "missed");
	struct side s;
	open_side(&rows[0], &s, 1);
	if (s.kernel) {
		wake_ups(&rows[0], true, they);
		printf("%-34s %8.1f %8.1f  with its BPF_PROG_TEST_RUN\n", "kernel", they[0],
		       they[1]);
	}
	close_side(&s);
	return 0;
}
