/* SPDX-License-Identifier: BSD-2-Clause */
/* A program's life. */
#include "prog/prog.h"

#include <stdlib.h>

struct ob_err *prog_create_classic(const struct ob_cbpf *code, u32 n, struct prog **ret)
{
	struct prog *p = calloc(1, sizeof(*p));
	struct ob_cbpf *copy = malloc(MAX(n, 1u) * sizeof(*copy));

	if (!p || !copy) {
		free(p);
		free(copy);
		return err_nomem();
	}
	if (n)
		memcpy(copy, code, n * sizeof(*copy));
	p->kind = PROG_CLASSIC;
	p->classic = copy;
	p->n = n;
	*ret = p;
	return NULL;
}

void prog_destroy(struct prog *p)
{
	if (!p)
		return;
	for (u32 i = 0; i < p->notes; i++)
		free(p->note[i].text);
	free(p->note);
	free(p->span);
	free(p->source);
	free(p->classic);
	free(p);
}
