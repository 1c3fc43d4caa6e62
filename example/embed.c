/* SPDX-License-Identifier: BSD-2-Clause */
/* A program as text, prepared, and run ten million times. The program was written
 * here, so it is trusted. `cc embed.c $(pkg-config --cflags --libs onebpf)` */
#include <onebpf.h>
#include <string.h>
#include <time.h>

enum { RUNS = 10000000 };

/* How often it has run, kept in memory. */
static const char text[] = "r0 = *(u64 *)(r1 + 0)\nr0 += 1\n*(u64 *)(r1 + 0) = r0\nexit\n";

int main(void)
{
	struct ob_run_opts opts = {.trusted = true};
	struct ob_prog *prog = NULL;
	struct ob_run *run = NULL;
	uint64_t memory = 0, result = 0;
	struct ob_err *err = ob_prog_assemble_ebpf("count", text, strlen(text), &prog);

	if (!err)
		err = ob_run_create(prog, &opts, &run);
	if (err) {
		ob_err_print(err, stderr);
		return 1;
	}
	clock_t start = clock();
	for (int i = 0; i < RUNS; i++)
		result = ob_run_fast(run, &memory, sizeof(memory));
	double ns = (double)(clock() - start) * (1e9 / CLOCKS_PER_SEC) / RUNS;
	printf("%llu, %.1f ns a run\n", (unsigned long long)result, ns);
	ob_run_destroy(run);
	ob_prog_destroy(prog);
	return 0;
}
