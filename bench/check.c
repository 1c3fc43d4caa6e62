/* SPDX-License-Identifier: BSD-2-Clause */
/* The verifier beside the running kernel's, which tells its time (log level 4):
 * instructions that each simulates in a second on the same programs. They take turns, and
 * the fastest of several rounds counts. Below: a program of nearly a million
 * instructions, against the limits that we set ourselves. */
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench.h"
#include "check/check.h"
#include "isa/bpf.h"
#include "sys/sys.h"

enum { ROUNDS = 5, LOG = 1 << 16, LARGE = 190000, MB = 1 << 20 };

/* Each writes a program. */
static void bounded_loop(struct buf *b)
{
	buf_puts(b, "r0 = 0\nr1 = 0\nl:\nr2 = r1\nr2 &= 7\nr2 <<= 1\nr0 += r2\nr1 += 1\n"
		    "if r1 < 50000 goto l\nexit\n");
}

static void many_branches(struct buf *b)
{
	buf_puts(b, "r6 = *(u32 *)(r1 + 0)\n*(u64 *)(r10 - 8) = r6\n*(u64 *)(r10 - 16) = r6\n"
		    "*(u64 *)(r10 - 24) = r6\nr0 = 0\n");
	for (u32 i = 0; i < 10000; i++)
		buf_printf(b,
			   "if r6 == %u goto l%u\nr0 = *(u64 *)(r10 - %u)\n"
			   "r6 = *(u8 *)(r10 - %u)\nl%u:\n",
			   i, i, 8 * (1 + i % 3), 8 * (1 + i % 3), i);
	buf_puts(b, "r0 = 0\nexit\n");
}

static void random_loop(struct buf *b)
{
	buf_puts(b, "r7 = *(u32 *)(r1 + 0)\nr7 &= 255\nr8 = 0\n*(u64 *)(r10 - 8) = 0\nl:\n"
		    "if r8 >= r7 goto done\nr9 = *(u64 *)(r10 - 8)\nr9 += 3\n"
		    "*(u64 *)(r10 - 8) = r9\nr8 += 1\ncall 7\nif r0 > 5 goto l\nr8 += 1\ngoto l\n"
		    "done:\nr0 = *(u64 *)(r10 - 8)\nexit\n");
}

static void calls(struct buf *b)
{
	buf_puts(b, "r6 = 0\nl:\nr1 = r6\nr2 = r10\nr2 += -16\n*(u64 *)(r10 - 16) = 7\ncall f\n"
		    "r6 += 1\nif r6 < 3000 goto l\nr0 = 0\nexit\n"
		    "f:\nr3 = *(u64 *)(r2 + 0)\nr4 = 5\nif r1 > 10 goto g\nr4 = r3\ng:\n"
		    "*(u64 *)(r2 + 0) = r4\nr0 = r1\nexit\n");
}

static void straight(struct buf *b)
{
	buf_puts(b, "r0 = *(u32 *)(r1 + 0)\nr2 = r0\n");
	for (u32 i = 0; i < LARGE; i++)
		buf_puts(b, "r2 += r0\nr2 &= 255\nr3 = r2\nr3 *= 3\nr3 ^= r0\n");
	buf_puts(b, "exit\n");
}

static const struct row {
	const char *name;
	void (*write)(struct buf *b);
} rows[] = {{"a loop of 50,000 turns", bounded_loop},
	    {"10,000 branches, stack", many_branches},
	    {"a loop whose ways meet", random_loop},
	    {"3,000 calls of a function", calls},
	    {"950,000 in a row", straight}};

struct figure {
	u32 insns;
	double seconds;
	u64 memory;
};

static struct prog *assemble(const struct row *r)
{
	struct buf b = {0};
	struct prog *p;

	r->write(&b);
	bench_must(r->name, prog_assemble(r->name, b.p, b.n, &p));
	buf_deinit(&b);
	p->type = PROGTYPE_SOCKET_FILTER;
	return p;
}

static void ours(const struct prog *p, struct figure *f)
{
	struct check_how how = {.level = CHECK_PRIVILEGED, .gpl = true};
	struct check_result r;
	double began = bench_now();

	if (check_verify(p, &how, &r))
		bench_give_up("our verifier", NULL);
	double took = bench_now() - began;
	f->insns = r.insns;
	f->memory = r.memory;
	f->seconds = f->seconds ? MIN(f->seconds, took) : took;
}

/* False: the kernel may not be asked. */
static bool theirs(const struct prog *p, struct figure *f)
{
	static char log[LOG];
	union bpf_attr a = {.prog_type = p->type,
			    .insn_cnt = p->n,
			    .insns = (u64)(uintptr_t)p->stored,
			    .license = (u64)(uintptr_t) "GPL",
			    .log_level = 4,
			    .log_size = LOG,
			    .log_buf = (u64)(uintptr_t)log};
	unsigned long long us;

	int fd = sys_linux_bpf(BPF_PROG_LOAD, &a, sizeof(a));
	if (fd < 0)
		return false;
	close(fd);
	const char *at = strstr(log, "processed ");
	if (!at || sscanf(at, "processed %u", &f->insns) != 1 ||
	    sscanf(log, "verification time %llu", &us) != 1)
		return false;
	double took = (double)us / 1e6;
	f->seconds = f->seconds ? MIN(f->seconds, took) : took;
	return true;
}

static void measure(const struct row *r, bool *kernel, struct figure *a, struct figure *b)
{
	struct prog *p = assemble(r);

	for (u32 i = 0; i < ROUNDS; i++) {
		ours(p, a);
		*kernel = *kernel && theirs(p, b);
	}
	prog_destroy(p);
}

int main(void)
{
	bool kernel = true;
	struct figure a = {0}, b = {0};

	printf("%-28s %10s %12s %12s %7s\n", "million instructions a second", "insns", "ours",
	       "kernel", "ratio");
	for (u32 i = 0; i < LEN(rows); i++) {
		a = b = (struct figure){0};
		measure(&rows[i], &kernel, &a, &b);
		double x = a.insns / a.seconds / 1e6;
		printf("%-28s %10u %12.2f", rows[i].name, a.insns, x);
		if (kernel) {
			double y = b.insns / b.seconds / 1e6;
			printf(" %12.2f %7.2f%s\n", y, x / y,
			       a.insns == b.insns ? "" : "  (it simulates others)");
		} else {
			printf(" %12s\n", "-");
		}
	}
	printf("%s: %.2f s (limit 2), %.0f MB (limit 1,024)\n", rows[LEN(rows) - 1].name, a.seconds,
	       (double)a.memory / MB);
	return a.seconds > 2 || a.memory > (u64)1024 * MB;
}
