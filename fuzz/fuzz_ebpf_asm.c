/* SPDX-License-Identifier: BSD-2-Clause */
/* The assembler for extended programs on any text. What it reads is listed, and
 * must be the same program when read back. */
#include <stdlib.h>

#include "isa/isa.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

static void fails(const char *what, struct ob_err *err)
{
	fprintf(stderr, "%s\n", what);
	if (err)
		ob_err_print(err, stderr);
	abort();
}

static void round_trip(struct arena *a, const struct ob_ebpf *code, u32 n)
{
	struct eb *rows = arena_array(a, struct eb, n);
	struct buf b = {0};
	struct ob_ebpf *again;
	struct eb_span *spans;
	u32 count;

	ebpf_decode(code, n, rows);
	ebpf_dis(&b, rows, n);
	struct ob_err *err = ebpf_asm(a, "listing", b.p, b.n, &again, &spans, &count);
	if (err)
		fails(b.p, err);
	if (count != n || memcmp(code, again, n * sizeof(*code)))
		fails(b.p, NULL);
	buf_deinit(&b);
}

/* An error has a place inside the text, and can be printed. */
static void error(struct ob_err *err, size_t n)
{
	static FILE *null;

	if (!null)
		null = fopen("/dev/null", "w");
	ob_err_print(err, null);
	if (ob_err_code(err) != OB_NOMEM && (!ob_err_line(err) || ob_err_column(err) > n + 1))
		fails("an error without a place", err);
	ob_err_destroy(err);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	struct arena a;
	struct ob_ebpf *code;
	struct eb_span *spans;
	char *text = malloc(n + !n); /* of just this size, for the sanitizer */
	u32 count;

	memcpy(text, data, n);
	arena_init(&a);
	a.limit = 1 << 24;
	struct ob_err *err = ebpf_asm(&a, "input", text, n, &code, &spans, &count);
	a.limit = 0;
	if (err) {
		error(err, n);
	} else {
		for (u32 i = 0; i < count; i++)
			if (spans[i].from >= spans[i].to || spans[i].to > n)
				fails("a span outside of the text", NULL);
		round_trip(&a, code, count);
	}
	arena_deinit(&a);
	free(text);
	return 0;
}
