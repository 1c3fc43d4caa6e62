/* SPDX-License-Identifier: BSD-2-Clause */
/* The filter in memory, beside libpcap: how fast packets pass it, and how
 * long it takes to compile. Both sides take turns within one run, and the
 * fastest of several rounds counts, so that a busy machine hurts neither. */
#include <pcap.h>
#include <stdlib.h>

#include "bench.h"
#include "filter/filter.h"
#include "kern/kern.h"

/* Half of a small first-level cache. */
enum { PACKETS = 256, SIZE = 64, ROUNDS = 15, SNAPLEN = 262144 };

static u8 packet[MIX_COUNT][PACKETS][SIZE];

static const char *const filters[] = {
	"ip",
	"tcp port 80",
	"port 22",
	"host 10.1.0.7",
	"udp and src net 10.2.0.0/16",
	"tcp[tcpflags] & tcp-syn != 0 and not port 443",
};

_Noreturn static void give_up(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(1);
}

/* ---- the ways to run a filter ---- */

struct both {
	struct prog *ours;
	struct bpf_program theirs;
};

static struct prog *compile_ours(const char *text)
{
	struct filter_opts opts = {.linktype = 1, .snaplen = SNAPLEN};
	struct prog *p = NULL;
	struct ob_err *err = filter_compile(text, strlen(text), &opts, &p);

	if (err)
		give_up(text, ob_err_reason(err));
	return p;
}

static void compile_theirs(pcap_t *pcap, const char *text, struct bpf_program *ret)
{
	if (pcap_compile(pcap, ret, text, 1, PCAP_NETMASK_UNKNOWN))
		give_up(text, pcap_geterr(pcap));
}

/* Both layouts are the same: that of struct sock_filter. */
static struct prog *as_ours(const struct bpf_program *theirs)
{
	struct prog *p = NULL;

	_Static_assert(sizeof(struct bpf_insn) == sizeof(struct ob_cbpf), "one layout");
	if (prog_create_classic((const struct ob_cbpf *)theirs->bf_insns, theirs->bf_len, &p))
		give_up("prog", "out of memory");
	return p;
}

/* The loops are the same. Inlined, so that each filter is called from a place of its
 * own, as in a program that has one: a processor needs three cycles more for a call
 * that has led elsewhere before, half of what the shortest filter takes. */
static inline __attribute__((always_inline)) double time_ours(const struct kern_filter *f,
							      enum mix mix, u32 *matched)
{
	const u8(*p)[SIZE] = packet[mix];
	double start = bench_now();
	u32 n = 0;

	for (u32 i = 0; i < PACKETS * 32; i++)
		n += kern_filter_run(f, p[i % PACKETS], SIZE, SIZE, NULL) != 0;
	*matched = n;
	return (bench_now() - start) * 1e9 / (PACKETS * 32);
}

static inline __attribute__((always_inline)) double time_theirs(const struct bpf_insn *code,
								enum mix mix, u32 *matched)
{
	const u8(*p)[SIZE] = packet[mix];
	double start = bench_now();
	u32 n = 0;

	for (u32 i = 0; i < PACKETS * 32; i++)
		n += bpf_filter(code, p[i % PACKETS], SIZE, SIZE) != 0;
	*matched = n;
	return (bench_now() - start) * 1e9 / (PACKETS * 32);
}

static struct kern_filter *engine(const struct prog *p, unsigned flags)
{
	struct kern_filter *f = NULL;

	if (kern_filter_create(p, VM_LIBPCAP, flags, &f))
		give_up("kern", "cannot be made");
	return f;
}

enum way { OURS, INTERP, THEIRS, OURS_THEIR_CODE, THEIRS_OUR_CODE, WAYS };

/* How many times faster we are. */
static double compare_runs(const char *text, struct both *f, enum mix mix)
{
	struct prog *theirs = as_ours(&f->theirs);
	struct kern_filter *ours = engine(f->ours, 0), *their_code = engine(theirs, 0);
	struct kern_filter *interp = engine(f->ours, KERN_FILTER_INTERP);
	double best[WAYS] = {1e9, 1e9, 1e9, 1e9, 1e9};
	u32 n[WAYS];

	for (u32 round = 0; round < ROUNDS; round++) {
		double t[WAYS] = {
			[OURS] = time_ours(ours, mix, &n[OURS]),
			[INTERP] = time_ours(interp, mix, &n[INTERP]),
			[THEIRS] = time_theirs(f->theirs.bf_insns, mix, &n[THEIRS]),
			[OURS_THEIR_CODE] = time_ours(their_code, mix, &n[OURS_THEIR_CODE]),
			[THEIRS_OUR_CODE] = time_theirs((struct bpf_insn *)f->ours->classic, mix,
							&n[THEIRS_OUR_CODE]),
		};
		for (u32 i = 0; i < WAYS; i++)
			best[i] = MIN(best[i], t[i]);
	}
	for (u32 i = 1; i < WAYS; i++)
		if (n[i] != n[0])
			give_up(text, "not all match the same number of packets");
	printf("%-46s %-6s %4u%% %7.1f %7.1f %7.1f %7.2f %9.2f %9.2f\n", text, mix_name[mix],
	       n[0] * 100 / (PACKETS * 32), best[OURS], best[INTERP], best[THEIRS],
	       best[THEIRS] / best[OURS], best[THEIRS] / best[OURS_THEIR_CODE],
	       best[THEIRS_OUR_CODE] / best[OURS]);
	kern_filter_destroy(ours);
	kern_filter_destroy(interp);
	kern_filter_destroy(their_code);
	prog_destroy(theirs);
	return best[THEIRS] / best[OURS];
}

static void bench_run(pcap_t *pcap)
{
	double lowest = 1e9;

	puts("A filter in memory, ns a packet of 64 bytes; more than 1: we are faster.\n"
	     "The last two: libpcap's machine beside ours on the same code, its and ours.");
	printf("%-46s %-6s %5s %7s %7s %7s %7s %9s %9s\n", "filter", "mix", "match", "onebpf",
	       "interp", "libpcap", "ratio", "its code", "our code");
	for (size_t i = 0; i < LEN(filters); i++) {
		struct both f = {.ours = compile_ours(filters[i])};

		compile_theirs(pcap, filters[i], &f.theirs);
		for (int mix = 0; mix < MIX_COUNT; mix++) {
			double ratio = compare_runs(filters[i], &f, (enum mix)mix);

			lowest = MIN(lowest, ratio);
		}
		pcap_freecode(&f.theirs);
		prog_destroy(f.ours);
	}
	printf("\nthe lowest ratio: %.2f, at least 3.00: %s\n", lowest,
	       lowest >= 3 ? "kept" : "missed");
}

/* ---- compiling ---- */

static char *hosts(u32 n)
{
	struct buf b = {0};

	for (u32 i = 0; i < n; i++) {
		u32 a = (u32)hash_u64(i);

		buf_printf(&b, "%shost 10.%u.%u.%u", i ? " or " : "", a & 255, a >> 8 & 255,
			   a >> 16 & 255);
	}
	return b.p;
}

static double compile_time(pcap_t *pcap, const char *text, u32 times, u32 *insns)
{
	double start = bench_now();

	for (u32 i = 0; i < times; i++) {
		struct bpf_program theirs;

		if (pcap) {
			compile_theirs(pcap, text, &theirs);
			*insns = theirs.bf_len;
			pcap_freecode(&theirs);
		} else {
			struct prog *p = compile_ours(text);

			*insns = p->n;
			prog_destroy(p);
		}
	}
	return (bench_now() - start) * 1e6 / times;
}

static void compare_compile(pcap_t *pcap, const char *name, const char *text, u32 times, u32 rounds)
{
	double ours = 1e12, theirs = 1e12;
	u32 n = 0, m = 0;

	for (u32 i = 0; i < rounds; i++) {
		ours = MIN(ours, compile_time(NULL, text, times, &n));
		if (pcap)
			theirs = MIN(theirs, compile_time(pcap, text, times, &m));
	}
	if (pcap)
		printf("%-46s %10.1f %10.1f %7.2f %7u %7u\n", name, ours, theirs, theirs / ours, n,
		       m);
	else
		printf("%-46s %10.1f %10s %7s %7u\n", name, ours, "", "", n);
}

static void bench_compile(pcap_t *pcap)
{
	static const u32 sets[] = {10, 100, 400, 1000};

	puts("\nCompiling it, microseconds; more than 1: we are faster.");
	printf("%-46s %10s %10s %7s %7s %7s\n", "filter", "onebpf", "libpcap", "ratio", "insns",
	       "its");
	for (size_t i = 0; i < LEN(filters); i++)
		compare_compile(pcap, filters[i], filters[i], 50, 15);
	for (size_t i = 0; i < LEN(sets); i++) {
		char name[32], *text = hosts(sets[i]);

		snprintf(name, sizeof(name), "%u hosts", sets[i]);
		/* a thousand cost libpcap a minute and a gigabyte */
		compare_compile(sets[i] > 400 ? NULL : pcap, name, text, 1, sets[i] < 400 ? 5 : 1);
		free(text);
	}
}

int main(void)
{
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, SNAPLEN);

	if (!pcap)
		give_up("libpcap", "cannot be opened");
	for (int mix = 0; mix < MIX_COUNT; mix++)
		for (u32 i = 0; i < PACKETS; i++)
			mix_packet((enum mix)mix, i, packet[mix][i], SIZE);
	bench_run(pcap);
	bench_compile(pcap);
	pcap_close(pcap);
	return 0;
}
