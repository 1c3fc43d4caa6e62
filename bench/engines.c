/* SPDX-License-Identifier: BSD-2-Clause */
/* C programs on our engines and on the kernel's JIT, beside the same compiled
 * by gcc -O2 without vectors. clang makes the BPF code when the benchmark runs. */
#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"
#include "jit/jit.h"
#include "sys/sys.h"
#include "vm/vm.h"

enum { MEM = 1024, ROUNDS = 9 };

typedef u64 native_fn(void *mem, u64 len);

static const char *const names[] = {"fnv", "checksum", "siphash", "primes", "copy", "machine"};

struct engines {
	native_fn *native;
	struct prog *prog;
	struct vm_ebpf *vm;
	struct jit *jit;
	struct sys_prog *kernel;
};

static u8 mem[MEM] __attribute__((aligned(16)));

static void fill(u8 *p)
{
	u64 x = 88172645463325252u;

	for (u32 i = 0; i < MEM; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		p[i] = (u8)x;
	}
}

_Noreturn static void give_up(const char *name, const char *why)
{
	fprintf(stderr, "%s: %s\n", name, why);
	exit(1);
}

static void shell(const char *name, const char *fmt, ...) PRINTF(2, 3);
static void shell(const char *name, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (system(line))
		give_up(name, line);
}

static struct prog *read_code(const char *name, const char *path)
{
	static struct ob_ebpf code[4096];
	struct prog *p;
	FILE *f = fopen(path, "r");

	if (!f)
		give_up(name, path);
	size_t n = fread(code, sizeof(*code), LEN(code), f);
	fclose(f);
	if (prog_create_ebpf(code, (u32)n, &p))
		give_up(name, "no memory");
	return p;
}

static void prepare(const char *name, const char *dir, struct engines *e)
{
	char path[512];

	shell(name,
	      "gcc -O2 -fno-tree-vectorize -fno-tree-slp-vectorize -fno-strict-aliasing "
	      "-shared -fPIC -o %s/%s.so bench/engines/%s.c",
	      dir, name, name);
	shell(name,
	      "clang -O2 -target bpf -mcpu=v3 -fno-strict-aliasing -c -o %s/%s.o "
	      "bench/engines/%s.c",
	      dir, name, name);
	shell(name, "llvm-objcopy -O binary --only-section=.text %s/%s.o %s/%s.raw", dir, name, dir,
	      name);
	snprintf(path, sizeof(path), "%s/%s.so", dir, name);
	void *so = dlopen(path, RTLD_NOW);
	if (!so)
		give_up(name, dlerror());
	e->native = (native_fn *)dlsym(so, "prog");
	snprintf(path, sizeof(path), "%s/%s.raw", dir, name);
	e->prog = read_code(name, path);
	if (vm_ebpf_create(e->prog, NULL, 0, &e->vm) || jit_create(e->prog, NULL, 0, &e->jit))
		give_up(name, "cannot be prepared");
	struct ob_err *err = sys_prog_load(e->prog, MEM, &e->kernel);
	if (err) {
		fprintf(stderr, "%s: without the kernel: ", name);
		ob_err_print(err, stderr);
		ob_err_destroy(err);
		e->kernel = NULL;
	}
}

/* Nanoseconds a run, and what it returned. */
static double once(const struct engines *e, u32 which, u64 *r0)
{
	u32 times = which == 1 ? 50 : 500, ns;
	struct run r = {0};

	if (which == 3) {
		u8 copy[MEM];

		fill(copy);
		if (!e->kernel || sys_prog_run(e->kernel, copy, 5000, r0, &ns))
			return NAN;
		return ns;
	}
	double start = bench_now();
	for (u32 i = 0; i < times; i++)
		*r0 = which == 0   ? e->native(mem, MEM)
		      : which == 1 ? vm_ebpf_run(e->vm, (uintptr_t)mem, MEM, 0, 0, 0, &r)
				   : jit_entry(e->jit)((uintptr_t)mem, MEM, 0, 0, 0, NULL);
	return (bench_now() - start) * 1e9 / times;
}

int main(void)
{
	char dir[] = "/tmp/onebpf-bench-XXXXXX";
	double mean[3] = {0};

	if (system("command -v clang llvm-objcopy gcc >/dev/null") || !mkdtemp(dir)) {
		puts("skipped: needs clang, llvm-objcopy and gcc");
		return 0;
	}
	printf("%-10s %9s %9s %9s %9s %9s %9s %9s\n", "ns a run", "native", "interp", "jit",
	       "kernel", "int/nat", "jit/nat", "jit/kern");
	for (u32 i = 0; i < LEN(names); i++) {
		double best[4] = {INFINITY, INFINITY, INFINITY, INFINITY};
		struct engines e = {0};
		u64 r0[4];

		prepare(names[i], dir, &e);
		fill(mem);
		for (u32 k = 0; k < ROUNDS; k++)
			for (u32 w = 0; w < 4; w++)
				best[w] = fmin(best[w], once(&e, w, &r0[w]));
		if (r0[0] != r0[1] || r0[0] != r0[2] || (e.kernel && r0[0] != r0[3]))
			give_up(names[i], "the engines differ");
		double ratio[] = {best[1] / best[0], best[2] / best[0], best[2] / best[3]};
		printf("%-10s %9.0f %9.0f %9.0f %9.0f %9.2f %9.2f %9.2f\n", names[i], best[0],
		       best[1], best[2], best[3], ratio[0], ratio[1], ratio[2]);
		for (u32 w = 0; w < 3; w++)
			mean[w] += log(ratio[w]) / LEN(names);
	}
	printf("%-50s %9.2f %9.2f %9.2f\n", "geometric mean", exp(mean[0]), exp(mean[1]),
	       exp(mean[2]));
	shell("clean", "rm -rf %s", dir);
	return 0;
}
