/* SPDX-License-Identifier: BSD-2-Clause */
/* A classic program becomes an extended one, with its text and its spans. */
#include "prog/prog.h"

#include <stdlib.h>

/* The slots of an instruction serve the words that it served. */
static struct ob_err *add_source(struct prog *to, const struct prog *p, const u32 *from)
{
	if ((p->name && !(to->name = strdup(p->name))) ||
	    (p->source && !(to->source = strdup(p->source))))
		return err_nomem();
	if (!p->span)
		return NULL;
	to->span = calloc(to->n, sizeof(*to->span));
	if (!to->span)
		return err_nomem();
	for (u32 i = 0; i < to->n; i++)
		if (from[i] < p->n)
			to->span[i] = p->span[from[i]];
	return NULL;
}

struct ob_err *prog_extend(const struct prog *p, enum cbpf_target target, struct prog **ret)
{
	struct prog *to = NULL;
	struct ob_ebpf *code;
	struct arena a;
	u32 *from, n;

	arena_init(&a);
	struct ob_err *err = cbpf_extend(&a, p->classic, p->n, target, &code, &from, &n);
	if (!err)
		err = prog_create_ebpf(code, n, &to);
	if (!err)
		err = add_source(to, p, from);
	arena_deinit(&a);
	if (err)
		prog_destroy(to);
	else
		*ret = to;
	return err;
}

/* ---- for the library's users ---- */

_Static_assert((int)CBPF_FOR_LINUX == OB_FOR_LINUX && (int)CBPF_FOR_LIBPCAP == OB_FOR_LIBPCAP &&
		       (int)CBPF_FOR_SOCKET == OB_FOR_SOCKET,
	       "the targets have public names");

struct ob_err *ob_prog_extend(const struct ob_prog *prog, enum ob_extended_for target,
			      struct ob_prog **ret)
{
	const struct prog *p = prog_private(prog);
	struct prog *to;

	struct ob_err *err =
		prog_may_run(p, target == OB_FOR_LIBPCAP ? OB_DIALECT_LIBPCAP : OB_DIALECT_LINUX);
	if (!err)
		err = prog_extend(p, (enum cbpf_target)target, &to);
	if (!err)
		*ret = prog_public(to);
	return err;
}
