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
	/* Of a list or tree: the field that its root is, in whose types; of an object of the
	 * program's own: its type; does it own it? The function that it calls. */
	const struct btf_field *root;
	const struct btf *root_btf, *own_btf;
	u32 own, subprog;
	bool owns;
	struct frame *frame; /* of the iterator: its lowest slot */
	u32 slot;
};

/* kfunc_arg.c */
int check_kfunc_args(struct verify *v, struct kcall *c);
/* kfunc_iter.c: the iterator in the stack that is the first argument, of that type */
int check_iter(struct verify *v, struct kcall *c, u32 regno, u32 id, const struct btf_type *t);
int iter_next(struct verify *v, struct kcall *c);
/* kfunc_graph.c: arguments that are roots, nodes, objects of the program's own */
int check_root(struct verify *v, struct kcall *c, u32 regno, u32 kind);
int check_node(struct verify *v, struct kcall *c, u32 regno, u32 kind);
int check_own(struct verify *v, struct kcall *c, u32 regno);
int check_counted(struct verify *v, struct kcall *c, u32 regno);
int check_tree_callback(struct verify *v, struct kcall *c);
int check_insert(struct verify *v, const struct kcall *c); /* what is put in is borrowed now */
int give_own(struct verify *v, const struct kcall *c, struct reg *r);
void lend_own(const struct kcall *c, struct reg *r);
/* kfunc_irq.c */
int check_irq_flag(struct verify *v, const struct kcall *c, u32 regno);

#endif
