/* SPDX-License-Identifier: BSD-2-Clause */
/* Several classic programs become one, which takes what any of them takes. */
#include "tap/priv.h"

#include <stdlib.h>

/* What the next one relies on: A and X begin as 0. Cells are written before they are
 * read, which the checker sees to. */
enum { RESET = 2 };

static struct ob_cbpf insn(int row, u32 k)
{
	return (struct ob_cbpf){.code = cbpf_rows[row].code, .k = k};
}

/* `ret #0` becomes a jump to `next`; whoever takes the packet takes it whole. */
static bool redirect(struct ob_cbpf *at, u32 n, u32 next)
{
	for (u32 pc = 0; pc < n; pc++) {
		int row = cbpf_row(at[pc].code);

		if (row == CB_RET_A)
			return false;
		if (row == CB_RET_K)
			at[pc] = at[pc].k ? insn(CB_RET_K, UINT32_MAX)
					  : insn(CB_JMP_JA, next - pc - 1);
	}
	return true;
}

struct ob_err *join_filters(const struct prog *const *p, u32 n, struct prog **ret)
{
	u32 all = 1, at = 0;
	bool ok = true;

	for (u32 i = 0; i < n; i++)
		all += p[i]->n + RESET;
	struct ob_cbpf *code = calloc(all, sizeof(*code));
	if (!code)
		return err_nomem();
	for (u32 i = 0; i < n; i++) {
		memcpy(code + at, p[i]->classic, p[i]->n * sizeof(*code));
		ok &= redirect(code + at, p[i]->n, p[i]->n);
		at += p[i]->n;
		code[at++] = insn(CB_LD_IMM, 0);
		code[at++] = insn(CB_TAX, 0);
	}
	code[at] = insn(CB_RET_K, 0);
	struct ob_err *err = ok ? prog_create_classic(code, all, ret)
				: err_new(OB_UNSUPPORTED, "a filter returns a number of its own");
	free(code);
	return err;
}
