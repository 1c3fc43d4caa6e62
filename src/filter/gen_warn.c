/* SPDX-License-Identifier: BSD-2-Clause */
/* Warnings: filters that mean something else than most people think. */
#include "filter/gen.h"

void gen_warn(struct gen *g, const struct tree *t)
{
	(void)g;
	(void)t;
}
