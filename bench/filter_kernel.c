/* SPDX-License-Identifier: BSD-2-Clause */
/* A filter on our JIT beside the same filter on the kernel's, each without what an
 * empty filter takes: the kernel's runs carry the work of BPF_PROG_TEST_RUN, which is
 * more than a filter's. The kernel has it twice: as a socket filter, whose loads call
 * its helpers, and with our very code on a packet in an array, where its verifier
 * takes the checks of a known length out. Each packet is run many times, so that all
 * foresee all jumps. They take turns; the fastest of several rounds counts. */
#include <errno.h>
#include <linux/bpf.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"
#include "filter/filter.h"
#include "kern/kern.h"
#include "sys/sys.h"

/* The kernel takes a header of Ethernet away before a socket filter sees the rest. */
enum { PACKETS = 16, SIZE = 64, HEADER = 14, ROUNDS = 9, REPEAT = 20000, SNAPLEN = 262144 };

static const char *const filters[] = {
	"ip",
	"tcp port 80",
	"port 22",
	"host 10.1.0.7",
	"udp and src net 10.2.0.0/16",
	"tcp[tcpflags] & tcp-syn != 0 and not port 443",
};

static u8 packet[PACKETS][HEADER + SIZE];

static const double NOISE = 0.5; /* ns */

enum way { OURS, SOCKET, ARRAY, WAYS };

struct filter {
	const char *text;
	struct kern_filter *ours;
	int fd[WAYS], map; /* of the kernel */
};

static int load(const struct ob_ebpf *code, u32 n)
{
	union bpf_attr a = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = (u64)(uintptr_t)code,
		.insn_cnt = n,
		.license = (u64)(uintptr_t) "BSD",
	};
	int fd = sys_linux_bpf(BPF_PROG_LOAD, &a, sizeof(a));

	if (fd < 0 && (errno == EPERM || errno == ENOSYS)) {
		puts("skipped: the kernel lets no program be loaded here");
		exit(0);
	}
	if (fd < 0)
		bench_give_up("load", err_sys(errno, "the kernel does not take it"));
	return fd;
}

static int load_socket(const struct prog *p)
{
	struct prog *ext;

	bench_must("extended", prog_extend(p, CBPF_FOR_SOCKET, &ext));
	int fd = load(ext->stored, ext->n);
	prog_destroy(ext);
	return fd;
}

static int make_map(void)
{
	union bpf_attr a = {.map_type = BPF_MAP_TYPE_ARRAY,
			    .key_size = 4,
			    .value_size = SIZE,
			    .max_entries = 1};
	int fd = sys_linux_bpf(BPF_MAP_CREATE, &a, sizeof(a));

	if (fd < 0)
		bench_give_up("map", err_sys(errno, "cannot be made"));
	return fd;
}

/* What our engines are given in r1 to r4, and the program behind it. */
static int load_array(const struct prog *p, int map)
{
	const struct ob_ebpf args[] = {
		{.code = 0x18, .dst = 1, .src = BPF_PSEUDO_MAP_VALUE, .imm = map},
		{0},
		{.code = 0xb7, .dst = 2, .imm = SIZE},
		{.code = 0xb7, .dst = 3, .imm = SIZE},
		{.code = 0xb7, .dst = 4, .imm = 0},
	};
	struct prog *ext;

	bench_must("extended", prog_extend(p, CBPF_FOR_LIBPCAP, &ext));
	struct ob_ebpf *code = malloc(sizeof(args) + ext->n * sizeof(*code));
	if (!code)
		bench_give_up("code", err_nomem());
	memcpy(code, args, sizeof(args));
	memcpy(code + LEN(args), ext->stored, ext->n * sizeof(*code));
	int fd = load(code, (u32)LEN(args) + ext->n);
	free(code);
	prog_destroy(ext);
	return fd;
}

static struct filter open_prog(const char *text, struct prog *p)
{
	struct filter f = {.text = text, .map = make_map()};

	bench_must(text, kern_filter_create(p, VM_LIBPCAP, 0, &f.ours));
	f.fd[SOCKET] = load_socket(p);
	f.fd[ARRAY] = load_array(p, f.map);
	prog_destroy(p);
	return f;
}

static struct filter open_filter(const char *text)
{
	struct filter_opts opts = {.linktype = 1, .snaplen = SNAPLEN};
	struct prog *p = NULL;

	bench_must(text, filter_compile(text, strlen(text), &opts, &p));
	return open_prog(text, p);
}

static struct filter open_empty(void)
{
	static const struct ob_cbpf ret = {.code = 0x06};
	struct prog *p = NULL;

	bench_must("empty", prog_create_classic(&ret, 1, &p));
	return open_prog("empty", p);
}

static void close_filter(struct filter *f)
{
	kern_filter_destroy(f->ours);
	close(f->fd[SOCKET]);
	close(f->fd[ARRAY]);
	close(f->map);
}

/* ---- running: nanoseconds a run ---- */

static double time_ours(const struct kern_filter *f, const u8 *p, u32 *verdict)
{
	double start = bench_now();
	u32 got = 0;

	for (u32 i = 0; i < REPEAT; i++)
		got |= kern_filter_run(f, p + HEADER, SIZE, SIZE, NULL);
	*verdict = got;
	return (bench_now() - start) * 1e9 / REPEAT;
}

static double time_theirs(int fd, const u8 *p, u32 *verdict)
{
	union bpf_attr a = {
		.test.prog_fd = (u32)fd,
		.test.data_in = (u64)(uintptr_t)p,
		.test.data_size_in = HEADER + SIZE,
		.test.repeat = REPEAT,
	};
	double start = bench_now();

	if (sys_linux_bpf(BPF_PROG_TEST_RUN, &a, sizeof(a)))
		bench_give_up("test run", err_sys(errno, "refused"));
	*verdict = a.test.retval;
	return (bench_now() - start) * 1e9 / REPEAT;
}

static void fill_map(int map, const u8 *p)
{
	u32 key = 0;
	union bpf_attr a = {
		.map_fd = (u32)map,
		.key = (u64)(uintptr_t)&key,
		.value = (u64)(uintptr_t)(p + HEADER),
	};

	if (sys_linux_bpf(BPF_MAP_UPDATE_ELEM, &a, sizeof(a)))
		bench_give_up("map", err_sys(errno, "cannot be filled"));
}

/* A round: the fastest of each packet, and how many match. */
static u32 measure(const struct filter *f, double best[PACKETS][WAYS])
{
	u32 matched = 0, got[WAYS];

	for (u32 i = 0; i < PACKETS; i++) {
		fill_map(f->map, packet[i]);
		for (u32 w = 0; w < WAYS; w++) {
			double ns = w == OURS ? time_ours(f->ours, packet[i], &got[w])
					      : time_theirs(f->fd[w], packet[i], &got[w]);

			best[i][w] = fmin(best[i][w], ns);
			if (!got[w] != !got[OURS])
				bench_give_up(f->text,
					      err_new(OB_REFUSED, "packet %u: verdicts differ", i));
		}
		matched += got[OURS] != 0;
	}
	return matched;
}

static double mean(double of[PACKETS][WAYS], u32 w)
{
	double sum = 0;

	for (u32 i = 0; i < PACKETS; i++)
		sum += of[i][w];
	return sum / PACKETS;
}

/* Are we never slower? On the array by no more than what two such differences differ
 * by from run to run. */
static bool compare(const struct filter *empty, const struct filter *f)
{
	double more[WAYS], e[PACKETS][WAYS], t[PACKETS][WAYS];
	u32 matched = 0;

	for (u32 i = 0; i < PACKETS * WAYS; i++)
		e[i / WAYS][i % WAYS] = t[i / WAYS][i % WAYS] = INFINITY;
	for (u32 i = 0; i < ROUNDS; i++) {
		measure(empty, e);
		matched = measure(f, t);
	}
	printf("%-46s %4u%%", f->text, matched * 100 / PACKETS);
	for (u32 w = 0; w < WAYS; w++) {
		more[w] = mean(t, w) - mean(e, w);
		printf(" %7.1f %7.1f", mean(t, w), more[w]);
	}
	puts("");
	return more[OURS] <= more[SOCKET] && more[OURS] <= more[ARRAY] + NOISE;
}

int main(void)
{
	u32 fastest = 0;
	struct filter empty = open_empty();

	puts("A filter in memory, ns a packet of 64 bytes, and by how much that is more than what "
	     "an\nempty filter takes there.");
	printf("%-46s %5s %15s %15s %15s\n", "filter", "match", "onebpf", "socket filter",
	       "on an array");
	for (u32 i = 0; i < PACKETS; i++)
		mix_packet(MIX_MIXED, i, packet[i] + HEADER, SIZE);
	for (u32 i = 0; i < LEN(filters); i++) {
		struct filter f = open_filter(filters[i]);

		fastest += compare(&empty, &f);
		close_filter(&f);
	}
	close_filter(&empty);
	printf("\nnever slower than a socket filter, nor by %.1f ns than on an array: %s\n", NOISE,
	       fastest == LEN(filters) ? "kept" : "missed");
	return 0;
}
