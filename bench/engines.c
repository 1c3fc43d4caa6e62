/* SPDX-License-Identifier: BSD-2-Clause */
/* C programs on our engines and on the kernel's JIT, beside the same programs
 * compiled for this processor without vectors; and how long our JIT takes to
 * compile. All take turns within one run, and the fastest of several rounds
 * counts. What differs from the native program ends the benchmark. */
#include <math.h>
#include <stdlib.h>

#include "bench.h"
#include "jit/jit.h"
#include "programs.h"
#include "sys/sys.h"
#include "vm/vm.h"

/* Batches and rounds reach over seconds, so that each engine meets the machine
 * when it is idle. A batch loads the programs anew: where machine code happens to
 * lie may double its time. A call of the kernel waits 20 ms for others first, so
 * only each KERNEL_EACH-th round has one, with more runs. */
enum { BATCHES = 5, ROUNDS = 21, KERNEL_EACH = 7, COMPILE_ROUNDS = 15, LONG = 100000 };

enum way { NATIVE, INTERP, JIT, KERNEL, WAYS };

/* Runs of one round: each some 150 us, of the kernel more. */
static const u32 times[WAYS] = {[NATIVE] = 80, [INTERP] = 6, [JIT] = 80, [KERNEL] = 400};

struct engines {
	const struct program *of;
	struct prog *prog;
	struct vm_ebpf *vm;
	struct jit *jit;
	struct sys_prog *kernel; /* NULL where it may not be used */
};

static u8 mem[PROGRAM_MEM] __attribute__((aligned(64)));

_Noreturn static void give_up(const char *name, struct ob_err *err)
{
	fprintf(stderr, "%s: ", name);
	ob_err_print(err, stderr);
	exit(1);
}

static void must(const char *name, struct ob_err *err)
{
	if (err)
		give_up(name, err);
}

static const char *top(void)
{
	const char *dir = getenv("SRCDIR");

	return dir ? dir : ".";
}

/* ---- running ---- */

static void open_kernel(struct engines *e)
{
	struct ob_err *err = sys_prog_load(e->prog, PROGRAM_MEM, &e->kernel);

	if (err && ob_err_code(err) != OB_PERM && ob_err_code(err) != OB_UNSUPPORTED)
		give_up(e->of->name, err);
	ob_err_destroy(err);
}

static void open_engines(const struct program *p, struct engines *e)
{
	e->of = p;
	must(p->name, program_load(p, top(), &e->prog));
	must(p->name, vm_ebpf_create(e->prog, NULL, 0, &e->vm));
	must(p->name, jit_create(e->prog, NULL, 0, &e->jit));
	open_kernel(e);
}

static void close_engines(struct engines *e)
{
	vm_ebpf_destroy(e->vm);
	jit_destroy(e->jit);
	sys_prog_close(e->kernel);
	prog_destroy(e->prog);
}

/* Nanoseconds a run, and what the last returned. */
static double run(const struct engines *e, enum way w, u32 n, u64 *r0)
{
	u64 (*native)(void *, u64) = e->of->native;
	env_fn *jit = jit_entry(e->jit);
	struct run r = {0};
	u32 ns;
	double start = bench_now();

	switch (w) {
	case NATIVE:
		for (u32 i = 0; i < n; i++)
			*r0 = native(mem, PROGRAM_MEM);
		break;
	case INTERP:
		for (u32 i = 0; i < n; i++)
			*r0 = vm_ebpf_run(e->vm, (uintptr_t)mem, PROGRAM_MEM, 0, 0, 0, &r);
		break;
	case JIT:
		for (u32 i = 0; i < n; i++)
			*r0 = jit((uintptr_t)mem, PROGRAM_MEM, 0, 0, 0, NULL);
		break;
	case KERNEL:
		must(e->of->name, sys_prog_run(e->kernel, mem, n, r0, &ns));
		return ns;
	case WAYS:
		break;
	}
	return (bench_now() - start) * 1e9 / n;
}

static bool has(const struct engines *e, enum way w) { return w != KERNEL || e->kernel; }

/* Every engine returns what the native program does, and leaves such memory. */
static void compare(const struct engines *e)
{
	u8 want[PROGRAM_MEM];
	u64 r0[WAYS];

	for (u32 w = 0; w < WAYS; w++) {
		if (!has(e, w))
			continue;
		e->of->fill(mem);
		run(e, w, 1, &r0[w]);
		if (w == NATIVE)
			memcpy(want, mem, sizeof(want));
		if (r0[w] != r0[NATIVE] || memcmp(mem, want, sizeof(want)))
			give_up(e->of->name, err_new(OB_REFUSED, "engine %u differs", w));
	}
}

/* Loads and compares all, then lets them take turns. */
static void measure_batch(double best[PROGRAMS][WAYS])
{
	struct engines e[PROGRAMS] = {0};
	u64 r0;

	for (u32 i = 0; i < PROGRAMS; i++) {
		open_engines(&programs[i], &e[i]);
		compare(&e[i]);
	}
	for (u32 k = 0; k < ROUNDS * PROGRAMS; k++) {
		u32 i = k % PROGRAMS, ways = k / PROGRAMS % KERNEL_EACH ? KERNEL : WAYS;

		e[i].of->fill(mem);
		for (u32 w = 0; w < ways; w++)
			if (has(&e[i], w))
				best[i][w] = fmin(best[i][w], run(&e[i], w, times[w], &r0));
	}
	for (u32 i = 0; i < PROGRAMS; i++)
		close_engines(&e[i]);
}

enum { INTERP_NATIVE, JIT_NATIVE, JIT_KERNEL, RATIOS };

static void print_target(const char *what, double is, double most)
{
	if (isnan(is))
		printf("%-42s %9s  (not measured)\n", what, "-");
	else
		printf("%-42s %9.2f  at most %5.2f: %s\n", what, is, most,
		       is <= most ? "kept" : "missed");
}

static void bench_run(void)
{
	double mean[RATIOS] = {0}, worst = 0, best[PROGRAMS][WAYS];

	for (u32 i = 0; i < PROGRAMS * WAYS; i++)
		best[i / WAYS][i % WAYS] = INFINITY;
	for (u32 i = 0; i < BATCHES; i++)
		measure_batch(best);
	printf("A run in nanoseconds, and beside others; below 1: faster than they are.\n"
	       "%-10s %8s %8s %8s %8s  %10s %10s %10s\n",
	       "program", "native", "interp", "jit", "kernel", "int/native", "jit/native",
	       "jit/kernel");
	for (u32 i = 0; i < PROGRAMS; i++) {
		double *ns = best[i];

		if (isinf(ns[KERNEL]))
			ns[KERNEL] = NAN;
		double ratio[] = {ns[INTERP] / ns[NATIVE], ns[JIT] / ns[NATIVE],
				  ns[JIT] / ns[KERNEL]};

		printf("%-10s %8.0f %8.0f %8.0f %8.0f  %10.2f %10.2f %10.2f\n", programs[i].name,
		       ns[NATIVE], ns[INTERP], ns[JIT], ns[KERNEL], ratio[0], ratio[1], ratio[2]);
		worst = fmax(worst, ratio[JIT_NATIVE]);
		for (u32 k = 0; k < RATIOS; k++)
			mean[k] += log(ratio[k]) / PROGRAMS;
	}
	puts("");
	print_target("JIT / native, geometric mean", exp(mean[JIT_NATIVE]), 1.20);
	print_target("JIT / native, worst", worst, 1.60);
	print_target("JIT / the kernel's, geometric mean", exp(mean[JIT_KERNEL]), 0.95);
	print_target("interpreter / native, geometric mean", exp(mean[INTERP_NATIVE]), 12);
}

/* ---- compiling ---- */

/* Microseconds of work to compile and to free. */
static double compile(const struct prog *p, u32 n)
{
	double start = bench_cpu();

	for (u32 i = 0; i < n; i++) {
		struct jit *j = NULL;

		must("compile", jit_create(p, NULL, 0, &j));
		jit_destroy(j);
	}
	return (bench_cpu() - start) * 1e6 / n;
}

/* The interpreter's own preparation, in the same unit. */
static double decode(const struct prog *p, u32 n)
{
	double start = bench_cpu();

	for (u32 i = 0; i < n; i++) {
		struct vm_ebpf *vm = NULL;

		must("decode", vm_ebpf_create(p, NULL, 0, &vm));
		vm_ebpf_destroy(vm);
	}
	return (bench_cpu() - start) * 1e6 / n;
}

static double bench_one(const char *name, const struct prog *p, u32 n)
{
	double jit = INFINITY, vm = INFINITY;

	for (u32 i = 0; i < COMPILE_ROUNDS; i++) {
		jit = fmin(jit, compile(p, n));
		vm = fmin(vm, decode(p, n));
	}
	printf("%-10s %8u %10.1f %10.1f %10.3f\n", name, p->n, vm, jit, jit / p->n);
	return jit;
}

static void bench_compile(void)
{
	double small = 0, large;
	struct prog *p = NULL;
	u32 copies;

	printf("\nCompiling, microseconds.\n%-10s %8s %10s %10s %10s\n", "program", "slots",
	       "interp", "jit", "jit/slot");
	for (u32 i = 0; i < PROGRAMS; i++) {
		must(programs[i].name, program_load(&programs[i], top(), &p));
		double us = bench_one(programs[i].name, p, 50);
		if (p->n < 50)
			small = fmax(small, us);
		prog_destroy(p);
	}
	must("chain", program_chain(top(), LONG, &p, &copies));
	large = bench_one("all, long", p, 1) / p->n;
	prog_destroy(p);
	puts("");
	print_target("below 50 slots, the slowest, us", small, 15);
	print_target("of 100,000 slots, us a slot", large, 0.5);
}

int main(void)
{
	if (!jit_here()) {
		puts("skipped: there is no JIT for this processor");
		return 0;
	}
	bench_run();
	bench_compile();
	return 0;
}
