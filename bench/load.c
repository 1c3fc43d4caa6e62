/* SPDX-License-Identifier: BSD-2-Clause */
/* A large object, opened, relocated and linked: beside libbpf, which then asks the
 * kernel to load it, in a way that it refuses before it looks at the code. Both read the
 * kernel's types for it. They take turns, and the fastest of several rounds counts, in
 * time of the processor. */
#include <dlfcn.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "prog/object.h"

enum { ROUNDS = 7, PROGRAMS = 40, STATEMENTS = 90, FUNCTIONS = 60, LOOKUPS = 30 };

/* ---- the object ---- */

static const char head[] =
	"#define SEC(n) __attribute__((section(n)))\n"
	"typedef unsigned int u32;\n"
	"struct { int (*type)[1]; int (*max_entries)[8]; u32 *key; long *value; }\n"
	"	m0 SEC(\".maps\"), m1 SEC(\".maps\"), m2 SEC(\".maps\"), m3 SEC(\".maps\");\n"
	"static void *(*lookup)(void *, const void *) = (void *)1;\n"
	"long total; int data[64] = {1}; const volatile int limit = 3;\n"
	"struct task_struct { int pid, tgid; unsigned flags; long start_time; }\n"
	"	__attribute__((preserve_access_index));\n"
	"char LICENSE[] SEC(\"license\") = \"GPL\";\n";

static void put_statement(FILE *to, int i)
{
	fprintf(to, "	x ^= x >> %d; x *= %d; x += t->%s + data[x & 31];\n", i % 30 + 1, 2 * i + 3,
		i % 3 ? "tgid" : "start_time");
}

static void put_source(FILE *to)
{
	fputs(head, to);
	for (int f = 0; f < FUNCTIONS; f++) {
		fprintf(to,
			"static __attribute__((noinline)) long f%d(struct task_struct *t, long "
			"x)\n{\n",
			f);
		for (int i = 0; i < LOOKUPS; i++)
			put_statement(to, f + i);
		if (f % 4)
			fprintf(to, "	x += f%d(t, x);\n", f - 1);
		fprintf(to, "	total += x;\n	return x;\n}\n");
	}
	for (int p = 0; p < PROGRAMS; p++) {
		fprintf(to,
			"SEC(\"sk_lookup\") int p%d(struct task_struct *t)\n{\n	long x = %d, *v; "
			"u32 k;\n",
			p, p);
		for (int i = 0; i < STATEMENTS; i++) {
			put_statement(to, p + i);
			if (i % (STATEMENTS / LOOKUPS) == 0)
				fprintf(to, "	k = x; v = lookup(&m%d, &k); if (v) *v += limit;\n",
					i % 4);
		}
		fprintf(to, "	return x + f%d(t, x);\n}\n", p);
	}
}

static bool compile(char *path)
{
	char command[256];
	int fd = mkstemp(path);
	FILE *to;

	if (fd < 0)
		return false;
	close(fd);
	snprintf(command, sizeof(command),
		 "$(command -v clang-19 || command -v clang-14 || command -v clang) -g -O2 -w "
		 "-target bpf -x c -c -o %s - 2>/dev/null",
		 path);
	to = popen(command, "we");
	if (!to)
		return false;
	put_source(to);
	return !pclose(to);
}

static struct bytes get_file(const char *path)
{
	struct buf b = {0};
	FILE *f = fopen(path, "re");
	size_t n;

	while (f && buf_room(&b, 1 << 16) && (n = fread(b.p + b.n, 1, 1 << 16, f)))
		b.n += n;
	if (f)
		fclose(f);
	return (struct bytes){(u8 *)b.p, b.n};
}

/* ---- ours ---- */

static size_t held(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static struct btf *kernel_types(void)
{
	struct bytes b = get_file("/sys/kernel/btf/vmlinux");
	struct btf *types = NULL;

	ob_err_destroy(btf_read(b, NULL, &types));
	free((void *)(uintptr_t)b.p);
	return types;
}

static double ours(struct bytes file, u32 *insns, size_t *memory, double *types)
{
	double start = bench_cpu();
	struct btf *kernel = kernel_types();
	const struct object_target to = {.kernel = kernel};
	size_t before = held();
	struct object *o;

	*types = bench_cpu() - start;
	bench_must("open", object_open("bench.o", file, &o));
	bench_must("link", object_link(o, &to));
	double took = bench_cpu() - start;
	*memory = held() - before;
	*insns = 0;
	for (u32 i = 0; i < o->progs; i++)
		*insns += o->prog[i].prog->n;
	object_close(o);
	btf_destroy(kernel);
	return took;
}

/* ---- libbpf, as <bpf/libbpf.h> declares it ---- */

struct bpf_object;
struct bpf_program;
typedef int print_fn(int level, const char *fmt, va_list ap);
print_fn *libbpf_set_print(print_fn *fn);
struct bpf_object *bpf_object__open_mem(const void *p, size_t n, const void *opts);
struct bpf_program *bpf_object__next_program(const struct bpf_object *o, struct bpf_program *p);
int bpf_object__load(struct bpf_object *o);
void bpf_object__close(struct bpf_object *o);
int bpf_program__set_expected_attach_type(struct bpf_program *p, int type);

static void *lib;

#define CALL(name, ...) ((__typeof__(&name))dlsym(lib, #name))(__VA_ARGS__)

static int quiet(int level, const char *fmt, va_list ap)
{
	(void)level;
	(void)fmt;
	(void)ap;
	return 0;
}

static double theirs(struct bytes file)
{
	double start = bench_cpu();
	struct bpf_object *o = CALL(bpf_object__open_mem, file.p, file.n, NULL);
	struct bpf_program *p = NULL;

	while (o && (p = CALL(bpf_object__next_program, o, p)))
		CALL(bpf_program__set_expected_attach_type, p, 3);
	if (o)
		CALL(bpf_object__load, o);
	double took = bench_cpu() - start;
	if (o)
		CALL(bpf_object__close, o);
	return took;
}

int main(void)
{
	char path[] = "/tmp/onebpf-bench-XXXXXX";
	double us = 1e9, them = 1e9, types = 0;
	size_t memory = 0;
	u32 insns = 0;

	if (!compile(path)) {
		printf("left out: there is no clang here\n");
		unlink(path);
		return 0;
	}
	struct bytes file = get_file(path);
	lib = geteuid() ? NULL : dlopen("libbpf.so.1", RTLD_NOW);
	if (lib)
		CALL(libbpf_set_print, quiet);
	for (int i = 0; i < ROUNDS; i++) {
		us = MIN(us, ours(file, &insns, &memory, &types));
		if (lib)
			them = MIN(them, theirs(file));
	}
	printf("%-44s %10s %10s %7s\n", "", "ms", "libbpf", "ratio");
	printf("open, CO-RE, link: %6u instructions, %4llu KB", insns,
	       (unsigned long long)file.n / 1024);
	if (lib)
		printf(" %10.2f %10.2f %7.2f\n", us * 1e3, them * 1e3, us / them);
	else
		printf(" %10.2f %10s\n", us * 1e3, "not here");
	printf("of this the kernel's types: %.2f ms\n", types * 1e3);
	printf("memory: %.2f times the file, at most 4: %s\n", (double)memory / (double)file.n,
	       memory <= 4 * file.n ? "kept" : "MISSED");
	unlink(path);
	free((void *)(uintptr_t)file.p);
	return memory > 4 * file.n;
}
