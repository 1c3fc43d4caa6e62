/* SPDX-License-Identifier: BSD-2-Clause */
/* The assembler on any text. What it reads is listed in each form, and must be
 * the same program when read back. */
#include <stdlib.h>

#include "isa/isa.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

/* What -d does not show cannot come back. */
static void bare(struct ob_cbpf *code, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		int row = cbpf_row(code[i].code);
		u8 operand = row < 0 || row == CB_LDX_LEN ? (u8)CBO_NONE : cbpf_rows[row].operand;

		if (!cbpf_is_cond(code[i].code))
			code[i].jt = code[i].jf = 0;
		if (operand == CBO_NONE || operand == CBO_X || operand == CBO_LEN)
			code[i].k = 0;
	}
}

static void round_trip(struct arena *a, struct ob_cbpf *code, u32 n, enum cbpf_form form)
{
	struct buf b = {0};
	struct ob_cbpf *again;
	u32 count;

	if (form == CBPF_TEXT)
		bare(code, n);
	cbpf_dis(&b, code, n, form);
	struct ob_err *err = cbpf_asm(a, "listing", b.p, b.n, &again, &count);
	if (err) {
		ob_err_print(err, stderr);
		abort();
	}
	if (count != n || memcmp(code, again, n * sizeof(*code)))
		abort();
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
		abort();
	ob_err_destroy(err);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	struct arena a;
	struct ob_cbpf *code;
	char *text = malloc(n + 1); /* of just this size, for the sanitizer */
	u32 count;

	memcpy(text, data, n);
	arena_init(&a);
	a.limit = 1 << 24;
	struct ob_err *err = cbpf_asm(&a, "input", text, n, &code, &count);
	a.limit = 0;
	if (err)
		error(err, n);
	else
		for (enum cbpf_form form = CBPF_DECIMAL; form >= CBPF_TEXT; form--)
			round_trip(&a, code, count, form);
	arena_deinit(&a);
	free(text);
	return 0;
}
