# SPDX-License-Identifier: BSD-2-Clause
# counting in a hash: as in the kernel
-- skip-unless "$TESTDIR/user/can"
-- file count.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");
SEC("xdp")
int count(struct xdp_md *ctx)
{
	unsigned char *p = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 key;
	__u64 one = 1, *n;
	if (p + 1 > end)
		return XDP_DROP;
	key = *p;
	n = bpf_map_lookup_elem(&counts, &key);
	if (n)
		__sync_fetch_and_add(n, 1);
	else
		bpf_map_update_elem(&counts, &key, &one, BPF_NOEXIST);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
-- file count.c
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
int main(void)
{
	struct bpf_object *o = bpf_object__open_file("count.bpf.o", NULL);
	if (!o || bpf_object__load(o))
		return 1;
	int prog = bpf_program__fd(bpf_object__find_program_by_name(o, "count"));
	int map = bpf_map__fd(bpf_object__find_map_by_name(o, "counts"));
	for (int i = 0; i < 100; i++) {
		unsigned char packet[64] = {i * i % 7};
		LIBBPF_OPTS(bpf_test_run_opts, t, .data_in = packet, .data_size_in = 64);
		int err = bpf_prog_test_run_opts(prog, &t);
		if (err || t.retval != 2)
			return printf("%d %u\n", err, t.retval);
	}
	for (unsigned key = 0; key < 8; key++) {
		unsigned long long n = 0;
		int err = bpf_map_lookup_elem(map, &key, &n);
		printf("%u: %d %llu\n", key, err, n);
	}
	unsigned key, found = 0;
	for (int err = bpf_map_get_next_key(map, NULL, &key); !err; found++)
		err = bpf_map_get_next_key(map, &key, &key);
	printf("%u keys\n", found);
	bpf_object__close(o);
}
-- sh
"$TESTDIR/user/build" count && "$TESTDIR/user/both" ./count
-- stdout
0: 0 15
1: 0 29
2: 0 28
3: -2 0
4: 0 28
5: -2 0
6: -2 0
7: -2 0
4 keys
====
# a ring buffer, read by epoll and poll: as in the kernel
-- skip-unless "$TESTDIR/user/can"
-- file ring.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct event {
	__u32 length, number;
	char text[24];
};
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");
__u32 number;
SEC("xdp")
int send(struct xdp_md *ctx)
{
	struct event *e = bpf_ringbuf_reserve(&ring, sizeof(*e), 0);
	if (!e)
		return XDP_DROP;
	e->length = ctx->data_end - ctx->data;
	e->number = number++;
	__builtin_memcpy(e->text, "abcdefghijklmnopqrstuvw", 24);
	bpf_ringbuf_submit(e, 0);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
-- file ring.c
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
struct event {
	unsigned length, number;
	char text[24];
};
static unsigned seen, wrong;
static int got(void *arg, void *data, size_t n)
{
	struct event *e = data;
	wrong += n != sizeof(*e) || e->number != seen || strcmp(e->text, "abcdefghijklmnopqrstuvw");
	seen++;
	return 0;
}
static int run(int prog, int times)
{
	int passed = 0;
	for (int i = 0; i < times; i++) {
		unsigned char packet[64] = {0};
		LIBBPF_OPTS(bpf_test_run_opts, t, .data_in = packet, .data_size_in = 64);
		passed += !bpf_prog_test_run_opts(prog, &t) && t.retval == 2;
	}
	return passed;
}
int main(void)
{
	struct bpf_object *o = bpf_object__open_file("ring.bpf.o", NULL);
	if (!o || bpf_object__load(o))
		return 1;
	int prog = bpf_program__fd(bpf_object__find_program_by_name(o, "send"));
	int map = bpf_map__fd(bpf_object__find_map_by_name(o, "ring"));
	struct ring_buffer *rb = ring_buffer__new(map, got, NULL, NULL);
	if (!rb)
		return 1;
	printf("empty %d\n", ring_buffer__poll(rb, 10));
	for (int round = 0; round < 50; round++) {
		int sent = run(prog, 3 + round % 5), before = seen, n = ring_buffer__poll(rb, 1000);
		if (n != sent || seen - before != sent)
			printf("round %d: %d %d %d\n", round, sent, n, seen - before);
	}
	printf("seen %u wrong %u\n", seen, wrong);
	struct pollfd fds[2] = {{map, POLLIN}, {ring_buffer__epoll_fd(rb), POLLIN}};
	printf("none %d", poll(fds, 2, 0));
	run(prog, 1);
	int n = poll(fds, 2, 1000);
	printf(" one %d %x %x", n, fds[0].revents, fds[1].revents);
	printf(" again %d", poll(fds, 2, 0));
	printf(" eaten %d", ring_buffer__consume(rb));
	printf(" none %d\n", poll(fds, 2, 20));
	printf("full %d", run(prog, 200));
	printf(" eaten %d\n", ring_buffer__consume(rb));
	ring_buffer__free(rb);
	bpf_object__close(o);
}
-- sh
"$TESTDIR/user/build" ring && "$TESTDIR/user/both" ./ring
-- stdout
empty 0
seen 250 wrong 0
none 0 one 2 1 1 again 2 eaten 1 none 0
full 102 eaten 102
====
# global data: set before the load, mapped, frozen: as in the kernel
-- skip-unless "$TESTDIR/user/can"
-- file data.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
const volatile __u32 step = 1;
__u64 sum = 1000;
__u32 calls;
static volatile char name[16] = "unset";
SEC("xdp")
int add(struct xdp_md *ctx)
{
	calls++;
	sum += step;
	name[0] = 'A' + calls % 26;
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
-- file data.c
#include <bpf/bpf.h>
#include "data.skel.h"
#include <stdio.h>
#include <sys/mman.h>
int main(void)
{
	struct data_bpf *s = data_bpf__open();
	if (!s)
		return 1;
	s->rodata->step = 7;
	s->data->sum = 5;
	if (data_bpf__load(s))
		return 2;
	for (int i = 0; i < 10; i++) {
		unsigned char packet[64] = {0};
		LIBBPF_OPTS(bpf_test_run_opts, t, .data_in = packet, .data_size_in = 64);
		if (bpf_prog_test_run_opts(bpf_program__fd(s->progs.add), &t))
			return 3;
		s->data->sum++;
	}
	printf("step %u sum %llu calls %u\n", s->rodata->step, s->data->sum, s->bss->calls);
	unsigned zero = 0;
	printf("frozen: %d", bpf_map_update_elem(bpf_map__fd(s->maps.rodata), &zero, "xxxx", 0));
	int fd = bpf_map__fd(s->maps.rodata);
	printf(" %d", mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	void *p = mmap(0, 4096, PROT_READ, MAP_SHARED, fd, 0);
	printf(" %d %d\n", p != MAP_FAILED, mprotect(p, 4096, PROT_READ | PROT_WRITE));
	data_bpf__destroy(s);
}
-- sh
"$TESTDIR/user/build" data && "$TESTDIR/user/both" ./data
-- stdout
step 7 sum 85 calls 10
frozen: -1 1 1 -1
====
# tail calls: as in the kernel
-- skip-unless "$TESTDIR/user/can"
-- file tail.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__uint(value_size, 4);
} next SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} calls SEC(".maps");
static void count(__u32 which)
{
	__u64 *n = bpf_map_lookup_elem(&calls, &which);
	if (n)
		(*n)++;
}
SEC("xdp")
int first(struct xdp_md *ctx)
{
	count(0);
	bpf_tail_call(ctx, &next, 1);
	count(3);
	return 10;
}
SEC("xdp")
int second(struct xdp_md *ctx)
{
	count(1);
	bpf_tail_call(ctx, &next, 2);
	return 11;
}
SEC("xdp")
int loop(struct xdp_md *ctx)
{
	count(2);
	bpf_tail_call(ctx, &next, 2);
	return 12;
}
char _license[] SEC("license") = "GPL";
-- file tail.c
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
static struct bpf_object *o;
static int prog(const char *name) { return bpf_program__fd(bpf_object__find_program_by_name(o, name)); }
static int map(const char *name) { return bpf_map__fd(bpf_object__find_map_by_name(o, name)); }
static void run(const char *what)
{
	unsigned char packet[64] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, t, .data_in = packet, .data_size_in = 64);
	int err = bpf_prog_test_run_opts(prog("first"), &t);
	printf("%s: %d %u", what, err, t.retval);
	for (unsigned i = 0; i < 4; i++) {
		unsigned long long n = 0;
		bpf_map_lookup_elem(map("calls"), &i, &n);
		printf(" %llu", n);
	}
	printf("\n");
}
int main(void)
{
	o = bpf_object__open_file("tail.bpf.o", NULL);
	if (!o || bpf_object__load(o))
		return 1;
	run("none");
	unsigned key = 1, fd = prog("second");
	printf("%d ", bpf_map_update_elem(map("next"), &key, &fd, 0));
	run("second");
	key = 2, fd = prog("loop");
	printf("%d ", bpf_map_update_elem(map("next"), &key, &fd, 0));
	run("loop");
	key = 1;
	printf("%d ", bpf_map_delete_elem(map("next"), &key));
	run("none again");
	key = 3, fd = map("calls");
	printf("%d\n", bpf_map_update_elem(map("next"), &key, &fd, 0));
	bpf_object__close(o);
}
-- sh
"$TESTDIR/user/build" tail && "$TESTDIR/user/both" ./tail
-- stdout
none: 0 10 1 0 0 1
0 second: 0 11 2 1 0 1
0 loop: 0 12 3 2 32 1
0 none again: 0 10 4 2 32 2
-22
====
# maps in maps: as in the kernel
-- skip-unless "$TESTDIR/user/can"
-- file inner.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} inner1 SEC(".maps"), inner2 SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, struct inner);
} outer SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct inner);
} fixed SEC(".maps") = {.values = {(void *)&inner1, (void *)&inner2}};
SEC("xdp")
int count(struct xdp_md *ctx)
{
	__u32 key = ctx->data_end - ctx->data, zero = 0, one = 1;
	void *in = bpf_map_lookup_elem(&outer, &key);
	__u64 *n;
	if (!in)
		return 1;
	n = bpf_map_lookup_elem(in, &zero);
	if (n)
		(*n)++;
	in = bpf_map_lookup_elem(&fixed, &one);
	if (!in)
		return 2;
	n = bpf_map_lookup_elem(in, &one);
	if (n)
		(*n)++;
	return 3;
}
char _license[] SEC("license") = "GPL";
-- file inner.c
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
static struct bpf_object *o;
static int map(const char *name) { return bpf_map__fd(bpf_object__find_map_by_name(o, name)); }
static int run(unsigned n)
{
	unsigned char packet[128] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, t, .data_in = packet, .data_size_in = n);
	int prog = bpf_program__fd(bpf_object__find_program_by_name(o, "count"));
	return bpf_prog_test_run_opts(prog, &t) ? -1 : (int)t.retval;
}
static unsigned long long at(int fd, unsigned key)
{
	unsigned long long n = 99;
	bpf_map_lookup_elem(fd, &key, &n);
	return n;
}
int main(void)
{
	o = bpf_object__open_file("inner.bpf.o", NULL);
	if (!o || bpf_object__load(o))
		return 1;
	printf("%d", run(64));
	int own = bpf_map_create(BPF_MAP_TYPE_ARRAY, "own", 4, 8, 2, NULL);
	int other = bpf_map_create(BPF_MAP_TYPE_ARRAY, "other", 4, 8, 3, NULL);
	unsigned key = 64, id = 0;
	printf(" %d", bpf_map_update_elem(map("outer"), &key, &own, BPF_ANY));
	printf(" %d", run(64));
	printf(" %d", run(64));
	printf(" %d", run(65));
	printf(" %d", bpf_map_update_elem(map("outer"), &key, &other, BPF_ANY));
	printf(" %llu %llu %llu\n", at(own, 0), at(map("inner1"), 1), at(map("inner2"), 1));
	struct bpf_map_info info = {0};
	unsigned n = sizeof(info);
	bpf_obj_get_info_by_fd(own, &info, &n);
	printf("%d %d", bpf_map_lookup_elem(map("outer"), &key, &id), id == info.id);
	printf(" %d", bpf_map_delete_elem(map("outer"), &key));
	printf(" %d\n", run(64));
	bpf_object__close(o);
}
-- sh
"$TESTDIR/user/build" inner && "$TESTDIR/user/both" ./inner
-- stdout
1 0 3 3 1 -22 2 0 2
0 0 0 1
====
# a perf buffer, its losses told: as in the kernel
-- skip-unless "$TESTDIR/user/can"
-- file perf.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} events SEC(".maps");
__u64 number;
SEC("xdp")
int send(struct xdp_md *ctx)
{
	__u64 e[3] = {number++, 7, ctx->data_end - ctx->data};
	return bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, e, sizeof(e)) ? XDP_DROP : XDP_PASS;
}
char _license[] SEC("license") = "GPL";
-- file perf.c
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
static unsigned seen, wrong;
static unsigned long long lost;
static void got(void *arg, int cpu, void *data, unsigned n)
{
	unsigned long long *e = data;
	wrong += n < 24 || e[1] != 7 || e[2] != 64;
	seen++;
}
static void missed(void *arg, int cpu, unsigned long long n) { lost += n; }
int main(void)
{
	struct bpf_object *o = bpf_object__open_file("perf.bpf.o", NULL);
	if (!o || bpf_object__load(o))
		return 1;
	int prog = bpf_program__fd(bpf_object__find_program_by_name(o, "send"));
	int map = bpf_map__fd(bpf_object__find_map_by_name(o, "events"));
	struct perf_buffer *pb = perf_buffer__new(map, 1, got, missed, NULL, NULL);
	if (!pb)
		return 2;
	printf("none %d\n", perf_buffer__poll(pb, 0));
	unsigned char packet[64] = {0};
	unsigned passed = 0, dropped = 0;
	for (int i = 0; i < 20; i++) {
		LIBBPF_OPTS(bpf_test_run_opts, t, .data_in = packet, .data_size_in = 64);
		passed += !bpf_prog_test_run_opts(prog, &t) && t.retval == 2;
		if (perf_buffer__poll(pb, 1000) != 1)
			printf("not woken\n");
	}
	printf("passed %u seen %u wrong %u lost %llu\n", passed, seen, wrong, lost);
	for (int i = 0; i < 1000; i++) {
		LIBBPF_OPTS(bpf_test_run_opts, t, .data_in = packet, .data_size_in = 64);
		dropped += !bpf_prog_test_run_opts(prog, &t) && t.retval == 1;
	}
	perf_buffer__consume(pb);
	LIBBPF_OPTS(bpf_test_run_opts, t, .data_in = packet, .data_size_in = 64);
	bpf_prog_test_run_opts(prog, &t);
	perf_buffer__consume(pb);
	printf("all there: %d, lost as told: %d\n", seen + dropped == 1021, dropped && lost == dropped);
	perf_buffer__free(pb);
	bpf_object__close(o);
}
-- sh
"$TESTDIR/user/build" perf && "$TESTDIR/user/both" taskset 1 ./perf
-- stdout
none 0
passed 20 seen 20 wrong 0 lost 0
all there: 1, lost as told: 1
====
# a reader that sleeps is woken by another process, every time
-- skip-unless "$TESTDIR/user/can"
-- file wake.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");
SEC("xdp")
int send(struct xdp_md *ctx)
{
	__u64 now = bpf_ktime_get_ns();
	return bpf_ringbuf_output(&ring, &now, sizeof(now), 0) ? XDP_DROP : XDP_PASS;
}
char _license[] SEC("license") = "GPL";
-- file wake.c
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
static unsigned long long now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}
static unsigned long long *sent;
static unsigned seen;
static unsigned long long sum[1000];
static int got(void *arg, void *data, size_t n)
{
	if (seen < 1000)
		sum[seen] = now() - *(unsigned long long *)data;
	seen++;
	return 0;
}
static int by(const void *a, const void *b)
{
	unsigned long long x = *(unsigned long long *)a, y = *(unsigned long long *)b;
	return x < y ? -1 : x > y;
}
/* A reader that sleeps in epoll; a child that writes, now and then. */
int main(void)
{
	struct bpf_object *o = bpf_object__open_file("wake.bpf.o", NULL);
	if (!o || bpf_object__load(o))
		return 1;
	int prog = bpf_program__fd(bpf_object__find_program_by_name(o, "send"));
	int map = bpf_map__fd(bpf_object__find_map_by_name(o, "ring"));
	if (!fork()) {
		for (int i = 0; i < 500; i++) {
			unsigned char packet[64] = {0};
			LIBBPF_OPTS(bpf_test_run_opts, t, .data_in = packet, .data_size_in = 64);
			usleep(500);
			if (bpf_prog_test_run_opts(prog, &t) || t.retval != 2)
				_exit(1);
		}
		_exit(0);
	}
	struct ring_buffer *rb = ring_buffer__new(map, got, NULL, NULL);
	while (seen < 500)
		if (ring_buffer__poll(rb, 2000) <= 0)
			break;
	int status;
	wait(&status);
	qsort(sum, seen < 1000 ? seen : 1000, sizeof(sum[0]), by);
	fprintf(stderr, "median %llu ns, 90%% %llu ns\n", sum[seen / 2], sum[seen * 9 / 10]);
	printf("seen %u, writer %d\n", seen, status);
	ring_buffer__free(rb);
	bpf_object__close(o);
}
-- sh
"$TESTDIR/user/build" wake && "$TESTDIR/user/both" ./wake
-- stdout
seen 500, writer 0
====
# epoll and select: levels, edges, one shot, one epoll in another, as in the kernel
-- skip-unless "$TESTDIR/user/can"
-- file ring.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct event {
	__u32 length, number;
	char text[24];
};
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");
__u32 number;
SEC("xdp")
int send(struct xdp_md *ctx)
{
	struct event *e = bpf_ringbuf_reserve(&ring, sizeof(*e), 0);
	if (!e)
		return XDP_DROP;
	e->length = ctx->data_end - ctx->data;
	e->number = number++;
	__builtin_memcpy(e->text, "abcdefghijklmnopqrstuvw", 24);
	bpf_ringbuf_submit(e, 0);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
-- file ring.c
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fcntl.h>
static int prog, map;
static struct ring_buffer *rb;
static int got(void *arg, void *data, size_t n) { return 0; }
static void run(void)
{
	unsigned char packet[64] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, t, .data_in = packet, .data_size_in = 64);
	bpf_prog_test_run_opts(prog, &t);
}
static int add(int ep, int op, int fd, unsigned events, unsigned long long data)
{
	struct epoll_event e = {events, {.u64 = data}};
	return epoll_ctl(ep, op, fd, &e) ? -errno : 0;
}
static void wait_for(const char *what, int ep, int ms)
{
	struct epoll_event e[4];
	int n = epoll_wait(ep, e, 4, ms);
	printf("%s: %d", what, n);
	for (int i = 0; i < n; i++)
		printf(" %x:%llu", e[i].events, (unsigned long long)e[i].data.u64);
	printf("\n");
}
int main(void)
{
	struct bpf_object *o = bpf_object__open_file("ring.bpf.o", NULL);
	if (!o || bpf_object__load(o))
		return 1;
	prog = bpf_program__fd(bpf_object__find_program_by_name(o, "send"));
	map = bpf_map__fd(bpf_object__find_map_by_name(o, "ring"));
	rb = ring_buffer__new(map, got, NULL, NULL);
	int ep = epoll_create1(0), outer = epoll_create1(0), pipes[2];
	pipe(pipes);
	printf("add %d again %d", add(ep, EPOLL_CTL_ADD, map, EPOLLIN, 7), add(ep, EPOLL_CTL_ADD, map, EPOLLIN, 7));
	printf(" pipe %d none %d", add(ep, EPOLL_CTL_ADD, pipes[0], EPOLLIN, 8), add(ep, EPOLL_CTL_MOD, 99, EPOLLIN, 8));
	printf(" outer %d\n", add(outer, EPOLL_CTL_ADD, ep, EPOLLIN, 9));
	wait_for("quiet", ep, 10);
	wait_for("quiet outer", outer, 10);
	run();
	wait_for("level", ep, 1000);
	wait_for("level", ep, 1000);
	wait_for("outer", outer, 1000);
	wait_for("outer", outer, 1000);
	write(pipes[1], "x", 1);
	wait_for("both", ep, 1000);
	ring_buffer__consume(rb);
	wait_for("pipe", ep, 1000);
	char c;
	read(pipes[0], &c, 1);
	wait_for("eaten", ep, 10);
	wait_for("eaten outer", outer, 10);
	printf("edge %d\n", add(ep, EPOLL_CTL_MOD, map, EPOLLIN | EPOLLET, 17));
	run();
	wait_for("edge", ep, 1000);
	wait_for("edge once", ep, 10);
	ring_buffer__consume(rb);
	run();
	wait_for("edge again", ep, 1000);
	ring_buffer__consume(rb);
	printf("once %d\n", add(ep, EPOLL_CTL_MOD, map, EPOLLIN | EPOLLONESHOT, 27));
	run();
	wait_for("once", ep, 1000);
	wait_for("no more", ep, 10);
	printf("rearm %d\n", add(ep, EPOLL_CTL_MOD, map, EPOLLIN | EPOLLONESHOT, 28));
	wait_for("rearmed", ep, 1000);
	ring_buffer__consume(rb);
	printf("out %d\n", add(ep, EPOLL_CTL_MOD, map, EPOLLOUT, 29));
	run();
	wait_for("not writable", ep, 10);
	fd_set in;
	struct timeval tv = {1, 0};
	FD_ZERO(&in);
	FD_SET(map, &in);
	FD_SET(pipes[0], &in);
	int n = select(64, &in, NULL, NULL, &tv);
	printf("select %d %d %d\n", n, !!FD_ISSET(map, &in), !!FD_ISSET(pipes[0], &in));
	ring_buffer__consume(rb);
	tv = (struct timeval){0, 10000};
	FD_SET(map, &in);
	n = select(64, &in, NULL, NULL, &tv);
	printf("select %d %d\n", n, !!FD_ISSET(map, &in));
	printf("del %d again %d\n", add(ep, EPOLL_CTL_DEL, map, 0, 0), add(ep, EPOLL_CTL_DEL, map, 0, 0));
	run();
	wait_for("deleted", ep, 10);
	int copy = fcntl(map, F_DUPFD_CLOEXEC, 50);
	printf("copy %d", add(ep, EPOLL_CTL_ADD, copy, EPOLLIN, 37));
	wait_for(", ready at once", ep, 0);
	dup2(pipes[1], copy);
	printf("another behind it %d\n", add(ep, EPOLL_CTL_ADD, copy, EPOLLOUT, 38));
	ring_buffer__consume(rb);
	wait_for("the pipe's", ep, 100);
	int hash = bpf_map_create(BPF_MAP_TYPE_HASH, "h", 4, 4, 1, NULL);
	printf("a hash %d\n", add(ep, EPOLL_CTL_ADD, prog, EPOLLIN, 40));
	fflush(stdout);
	if (!fork()) {
		run();
		_exit(0);
	}
	printf("child %d\n", ring_buffer__poll(rb, 1000));
	wait(NULL);
}
-- sh
"$TESTDIR/user/build" ring && "$TESTDIR/user/both" ./ring
-- stdout
add -17 again 0 pipe 0 none -9 outer 0
quiet: 0
quiet outer: 0
level: 1 1:7
level: 1 1:7
outer: 1 1:9
outer: 1 1:9
both: 2 1:7 1:8
pipe: 1 1:8
eaten: 0
eaten outer: 0
edge 0
edge: 1 1:17
edge once: 0
edge again: 1 1:17
once 0
once: 1 1:27
no more: 0
rearm 0
rearmed: 1 1:28
out 0
not writable: 0
select 1 1 0
select 0 0
del -2 again 0
deleted: 0
copy 0, ready at once: 1 1:37
another behind it 0
the pipe's: 1 4:38
a hash -1
child 1
====
# a writer that died with a record: its reader passes it, asleep or not
-- skip-unless "$TESTDIR/user/can"
-- file dead.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");
__u64 steps;
static long step(__u64 i, void *ctx)
{
	steps++;
	return 0;
}
static long many(__u64 i, void *ctx)
{
	bpf_loop(1 << 20, step, 0, 0);
	return 0;
}
SEC("xdp")
int hold(struct xdp_md *ctx)
{
	__u64 *e = bpf_ringbuf_reserve(&events, 8, 0);
	if (!e)
		return 1;
	*e = 1;
	bpf_loop(1 << 20, many, 0, 0);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
SEC("xdp")
int put(struct xdp_md *ctx)
{
	__u64 two = 2;
	return bpf_ringbuf_output(&events, &two, 8, 0);
}
char _license[] SEC("license") = "GPL";
-- file dead.c
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
static struct bpf_object *o;
static struct ring_buffer *rb;
static int take(void *ctx, void *data, size_t n)
{
	return *(long *)data == 2 ? 0 : -7;
}
static int run(const char *name)
{
	unsigned char packet[64] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, t, .data_in = packet, .data_size_in = 64);
	return bpf_prog_test_run_opts(bpf_program__fd(bpf_object__find_program_by_name(o, name)), &t);
}
static volatile unsigned long *mapped(const char *name)
{
	int fd = bpf_map__fd(bpf_object__find_map_by_name(o, name));
	return mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
}
/* Another process has a record in hand when it is killed. */
static void die(void)
{
	volatile unsigned long *steps = mapped("dead.bss");
	unsigned long old = *steps;
	pid_t pid = fork();
	if (!pid) {
		run("hold");
		_exit(0);
	}
	while (*steps == old)
		usleep(1000);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
static void *other(void *arg)
{
	usleep(100000);
	die();
	run("put");
	return NULL;
}
int main(void)
{
	struct rusage u;
	pthread_t t;
	int n = 0;
	o = bpf_object__open_file("dead.bpf.o", NULL);
	if (!o || bpf_object__load(o))
		return 1;
	int map = bpf_map__fd(bpf_object__find_map_by_name(o, "events"));
	rb = ring_buffer__new(map, take, NULL, NULL);
	die();
	run("put");
	for (int i = 0; i < 1000 && !n; i++)
		n = ring_buffer__poll(rb, 2000);
	printf("awake %d\n", n);
	pthread_create(&t, NULL, other, NULL);
	n = ring_buffer__poll(rb, 30000);
	for (int i = 0; i < 1000 && !n; i++)
		n = ring_buffer__poll(rb, 2000);
	pthread_join(t, NULL);
	getrusage(RUSAGE_SELF, &u);
	printf("asleep %d %s\n", n, u.ru_utime.tv_sec + u.ru_stime.tv_sec < 2 ? "" : "and spins");
}
-- sh
"$TESTDIR/user/build" dead && onebpf user --private -- ./dead
-- stdout
awake 1
asleep 1 
