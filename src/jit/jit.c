/* SPDX-License-Identifier: BSD-2-Clause */
/* The JIT from outside. */
#include "jit/priv.h"

#ifdef __x86_64__

#include <stdlib.h>

bool jit_here(void) { return true; }

static struct ob_err *compile(const struct prog *p, const struct env *env, unsigned flags,
			      struct jit *j)
{
	struct arena a;
	jmp_buf fail;
	struct ob_err *err;

	arena_init(&a);
	a.fail = &fail;
	if (setjmp(fail))
		err = err_nomem();
	else
		err = x86_compile(&a, p, env, flags, j);
	arena_deinit(&a);
	return err;
}

struct ob_err *jit_create(const struct prog *p, const struct env *env, unsigned flags,
			  struct jit **ret)
{
	struct jit *j = calloc(1, sizeof(*j));

	if (!j)
		return err_nomem();
	if (!p->n) {
		free(j);
		return err_new(OB_REFUSED, "a program without instructions");
	}
	struct ob_err *err = compile(p, env, flags, j);
	if (err)
		jit_destroy(j);
	else
		*ret = j;
	return err;
}

void jit_destroy(struct jit *j)
{
	if (!j)
		return;
	if (j->place.rw)
		pool_give(j->place);
	free(j->piece);
	free(j->func);
	free(j->symbol);
	free(j);
}

env_fn *jit_entry(const struct jit *j) { return j->entry; }

struct bytes jit_code(const struct jit *j) { return (struct bytes){j->place.rx, j->size}; }

const struct jit_piece *jit_pieces(const struct jit *j, u32 *n)
{
	*n = j->pieces;
	return j->piece;
}

const char *jit_symbol(const struct jit *j, u64 addr, char buf[32])
{
	for (u32 i = 0; i < j->symbols; i++)
		if (j->symbol[i].addr == addr) {
			snprintf(buf, 32, "helper %u", j->symbol[i].id);
			return buf;
		}
	return NULL;
}

#endif
