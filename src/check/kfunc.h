/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls of functions of the kernel, while they are looked at. */
#ifndef CHECK_KFUNC_H
#define CHECK_KFUNC_H

#include "check/priv.h"
#include "isa/isa.h"

struct kcall {
	const char *name;
	enum kfunc nr;
	const struct kfunc_row *row;
	const struct btf_type *proto;
	const struct btf *btf;
	u32 argc;
	u32 ref;         /* of an argument, or of the iterator */
	u32 release_reg; /* what is released, 0: nothing */
	bool releases_dynptr;
	bool has_number;
	u64 number;           /* of its constant argument */
	struct dynptr_is dyn; /* the dynptr that it was given last */
	struct frame *frame;  /* of the iterator: its lowest slot */
	u32 slot;
};

/* kfunc_arg.c */
int check_kfunc_args(struct verify *v, struct kcall *c);
/* kfunc_iter.c: the iterator in the stack that is the first argument, of that type */
int check_iter(struct verify *v, struct kcall *c, u32 regno, u32 id, const struct btf_type *t);
int iter_next(struct verify *v, struct kcall *c);

#endif
