/* SPDX-License-Identifier: BSD-2-Clause */
/* Dynptrs: two slots of the stack that stand for memory of a size that is known only when
 * the program runs. */
#include "check/priv.h"

int destroy_dynptr(struct verify *v, struct frame *f, u32 slot)
{
	if (slot >= f->slots || f->stack[slot].type[SLOT - 1] != SLOT_DYNPTR)
		return 0;
	return say(v, -EINVAL, "cannot overwrite referenced dynptr\n");
}

int release_dynptr(struct verify *v, u32 regno)
{
	(void)v, (void)regno;
	return -EINVAL;
}

int check_dynptr_arg(struct verify *v, struct call *c, u32 regno, u64 arg)
{
	(void)c, (void)arg;
	return say(v, -EINVAL, "Expected an initialized dynptr as arg #%u\n", regno - 1);
}

void give_sample(struct verify *v, struct reg *r)
{
	reg_zero_off(r, REG_DYNPTR);
	r->id = ++v->ids;
}

int check_special_args(struct verify *v, struct call *c)
{
	(void)v, (void)c;
	return 0;
}
