/* SPDX-License-Identifier: BSD-2-Clause */
/* Cases that are a program or a filter: every engine must agree. */
#include "run.h"

enum outcome run_machine(const struct test *t, const char *top, FILE *out)
{
	(void)t, (void)top;
	fprintf(out, "    no machine yet\n");
	return FAIL;
}
