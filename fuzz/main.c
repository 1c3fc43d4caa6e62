/* SPDX-License-Identifier: BSD-2-Clause */
/* Drives a fuzzer where libFuzzer is not: inputs from a seed, no feedback.
 *
 * FUZZ_RUNS inputs, or FUZZ_SECONDS long (a fraction is allowed), made from
 * FUZZ_SEED; arguments are files to run once each instead. Input number i is a
 * function of the seed and i alone, so that a failure is found again by the
 * seed and the number, and it is kept in a file of its own. Inputs are random
 * bytes, or changed copies of the files in fuzz/seed/NAME. */
#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

enum { INPUT_MAX = 8192, SEEDS_MAX = 256 };

static struct {
	const char *name;
	u64 seed, number, random;
	struct bytes file[SEEDS_MAX];
	u32 files;
	u8 input[INPUT_MAX];
	size_t n;
} fuzz;

static u64 any(void)
{
	fuzz.random ^= fuzz.random << 13;
	fuzz.random ^= fuzz.random >> 7;
	fuzz.random ^= fuzz.random << 17;
	return fuzz.random * 0x2545f4914f6cdd1du;
}

static size_t below(size_t n) { return n ? (size_t)(any() >> 16) % n : 0; }

/* Short ones are more likely than long ones. */
static void make_random(void)
{
	fuzz.n = below((size_t)8 << below(10));
	for (size_t i = 0; i < fuzz.n; i++)
		fuzz.input[i] = (u8)(any() >> 24);
}

static void cut_out(size_t at, size_t n)
{
	memmove(fuzz.input + at, fuzz.input + at + n, fuzz.n - at - n);
	fuzz.n -= n;
}

static void put_in(size_t at, const u8 *p, size_t n)
{
	n = MIN(n, INPUT_MAX - fuzz.n);
	memmove(fuzz.input + at + n, fuzz.input + at, fuzz.n - at);
	memcpy(fuzz.input + at, p, n);
	fuzz.n += n;
}

static void change(void)
{
	static const u8 edge[] = {0, 1, 0x7f, 0x80, 0xff, '(', ')', ' '};
	size_t at = below(fuzz.n), n = below(MIN(fuzz.n - at, 16) + 1);
	struct bytes other = fuzz.file[below(fuzz.files)];
	u8 some[16];

	switch (fuzz.n ? below(6) : 3) {
	case 0:
		fuzz.input[at] ^= (u8)(1 << below(8));
		break;
	case 1:
		fuzz.input[at] = edge[below(sizeof edge)];
		break;
	case 2:
		cut_out(at, n);
		break;
	case 3:
		at = below(other.n);
		put_in(below(fuzz.n), other.p + at, below(MIN(other.n - at, 64) + 1));
		break;
	case 4:
		memcpy(some, fuzz.input + at, n);
		put_in(at, some, n);
		break;
	case 5:
		memset(fuzz.input + at, (int)below(256), n);
		break;
	}
}

static void make_changed(void)
{
	struct bytes from = fuzz.file[below(fuzz.files)];

	fuzz.n = MIN(from.n, INPUT_MAX);
	memcpy(fuzz.input, from.p, fuzz.n);
	for (size_t i = below(8); i > 0; i--)
		change();
}

static void try_number(u64 number)
{
	fuzz.number = number;
	fuzz.random = hash_add(hash_u64(fuzz.seed + 1), number) | 1;
	any();
	if (fuzz.files && below(4))
		make_changed();
	else
		make_random();
	LLVMFuzzerTestOneInput(fuzz.input, fuzz.n);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Says how to see it again. The process is lost anyhow, so stdio may be used. */
static void failed(int signal)
{
	const char *dir = getenv("TMPDIR");
	char keep[512];
	FILE *f;

	snprintf(keep, sizeof(keep), "%s/fuzz-input", dir ? dir : "/tmp");
	f = fopen(keep, "w");
	if (f) {
		fwrite(fuzz.input, 1, fuzz.n, f);
		fclose(f);
	}
	fprintf(stderr, "FUZZ_SEED=%llu, input %llu of %zu bytes, kept as %s\n",
		(unsigned long long)fuzz.seed, (unsigned long long)fuzz.number, fuzz.n, keep);
	_exit(128 + signal);
}

static struct bytes get_file(const char *path)
{
	char *text = NULL;
	size_t cap = 0, n = 0;
	FILE *f = fopen(path, "r");
	FILE *to = open_memstream(&text, &cap);

	if (!f) {
		perror(path);
		exit(2);
	}
	for (int c; (c = getc(f)) != EOF; n++)
		putc(c, to);
	fclose(f);
	fclose(to);
	return (struct bytes){(u8 *)text, n};
}

static void get_seeds(const char *program)
{
	char pattern[512];
	glob_t g;

	snprintf(pattern, sizeof pattern, "%s/fuzz/seed/%s/*", getenv("SRCDIR") ?: ".", program);
	if (glob(pattern, 0, NULL, &g))
		return;
	for (size_t i = 0; i < g.gl_pathc && fuzz.files < SEEDS_MAX; i++)
		fuzz.file[fuzz.files++] = get_file(g.gl_pathv[i]);
	globfree(&g);
}

static u64 env_number(const char *name)
{
	const char *value = getenv(name);

	return value ? strtoull(value, NULL, 0) : 0;
}

int main(int argc, char **argv)
{
	static const int fatal[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGALRM};
	const char *length = getenv("FUZZ_SECONDS");
	double seconds = length ? atof(length) : 0;
	u64 runs = env_number("FUZZ_RUNS"), done = 0;
	double end = now() + (runs || seconds > 0 ? seconds : 1);

	fuzz.name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	fuzz.seed = env_number("FUZZ_SEED");
	if (LLVMFuzzerInitialize)
		LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++) {
		struct bytes b = get_file(argv[i]);

		LLVMFuzzerTestOneInput(b.p, b.n);
	}
	if (argc > 1)
		return 0;
	for (size_t i = 0; i < LEN(fatal); i++)
		signal(fatal[i], failed);
	get_seeds(fuzz.name);
	while (runs ? done < runs : now() < end) {
		alarm(20);
		try_number(done++);
	}
	printf("ok %s: %llu inputs\n", fuzz.name, (unsigned long long)done);
	return 0;
}
