/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls of functions of the kernel, by their id in its BTF. */
#include "check/priv.h"

const char *kfunc_name(const struct verify *v, const struct eb *e)
{
	const struct btf *b = v->how->kernel;
	const struct btf_type *t = b && !e->off ? btf_type(b, (u32)e->imm) : NULL;

	return t && btf_is(t, BTF_KIND_FUNC) ? btf_name(b, t->name_off) : "<invalid>";
}

u8 kfunc_facts(const struct verify *v, const struct eb *e)
{
	(void)v, (void)e;
	return 0;
}

bool kfunc_may_lock(const struct verify *v, const struct eb *e)
{
	(void)v, (void)e;
	return false;
}

int check_kfunc(struct verify *v, const struct eb *e)
{
	return say(v, -EINVAL, "calling kernel function %s is not allowed\n", kfunc_name(v, e));
}
