/* SPDX-License-Identifier: BSD-2-Clause */
/* The JIT where there is none for the processor. */
#include "jit/jit.h"

#ifndef __x86_64__

bool jit_here(void) { return false; }

struct ob_err *jit_create(const struct prog *p, const struct env *env, unsigned flags,
			  struct jit **ret)
{
	(void)p, (void)env, (void)flags, (void)ret;
	return err_new(OB_UNSUPPORTED, "there is no JIT for this processor");
}

void jit_destroy(struct jit *j) { (void)j; }

env_fn *jit_entry(const struct jit *j)
{
	(void)j;
	return NULL;
}

u64 jit_run_at(const struct jit *j, u64 fn, const u64 arg[5], struct run *r)
{
	(void)j, (void)fn, (void)arg, (void)r;
	return 0;
}

struct bytes jit_code(const struct jit *j)
{
	(void)j;
	return (struct bytes){NULL, 0};
}

const struct jit_piece *jit_pieces(const struct jit *j, u32 *n)
{
	(void)j;
	*n = 0;
	return NULL;
}

const char *jit_symbol(const struct jit *j, u64 addr, char buf[32])
{
	(void)j, (void)addr, (void)buf;
	return NULL;
}

#endif
