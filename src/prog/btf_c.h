/* SPDX-License-Identifier: BSD-2-Clause */
/* Types as a C header: what the order (btf_order.c) and the text (btf_c.c) share. */
#ifndef PROG_BTF_C_H
#define PROG_BTF_C_H

#include "prog/btf_priv.h"

enum { C_DEPTH = 200 };

/* How far a type has come. */
enum { C_NEW, C_BEGUN, C_DONE };

struct c_type {
	u8 order, text;  /* C_NEW ... */
	bool forward;    /* it was declared without its body */
	bool referenced; /* by another */
	bool named;      /* its name is settled */
	u32 copy;        /* 0 or 1: the first of its name, else it becomes NAME___2 ... */
};

struct c_names; /* how often each name came */

struct c_out {
	const struct btf *b;
	struct buf *out;
	struct c_type *type;
	struct c_names *tags, *idents; /* of structs, unions, enums; of the others */
	u32 *queue, queued;            /* definitions, in order */
	u64 left, largest;             /* steps and bytes, so that hostile types end, too */
	u32 depth;
	u32 bad; /* a type that cannot be said, 0: none */
	const char *why;
};

/* Remembers the first thing that is wrong. */
static inline void c_fail(struct c_out *c, u32 id, const char *why)
{
	if (!c->why) {
		c->bad = id;
		c->why = why;
	}
}

/* May it go deeper? c_leave follows when it may. */
static inline bool c_enter(struct c_out *c, u32 id)
{
	if (c->why)
		return false;
	if (c->depth == C_DEPTH)
		c_fail(c, id, "types nest too deep");
	else if (!c->left || c->out->n > c->largest)
		c_fail(c, id, "there is no end to it");
	if (c->why)
		return false;
	c->depth++;
	c->left--;
	return true;
}
static inline void c_leave(struct c_out *c) { c->depth--; }

/* Queues the definitions that a type needs, and itself. */
void c_order(struct c_out *c, u32 id);

/* ---- names (btf_names.c) ---- */
struct c_names *c_names_create(void);
void c_names_destroy(struct c_names *n);
/* How often the name has come, with this time; 0: no memory. */
u32 c_names_count(struct c_names *n, const char *name);
/* Writes a type's name, which is the only one of its kind. */
void c_put_name(struct c_out *c, u32 id);

#endif
