/* SPDX-License-Identifier: BSD-2-Clause */
/* Between code selection (emit.c) and layout (encode.c). */
#ifndef FILTER_EMIT_H
#define FILTER_EMIT_H

#include "filter/priv.h"

/* What the registers and the scratch cells are known to hold. */
struct state {
	struct val *A, *X, *M[CBPF_MEMWORDS];
	u32 held; /* the cells that are not NULL, as bits */
};

/* An instruction, what A and X hold before it, and what it writes. */
struct ins {
	u16 code;
	u32 k;
	struct val *A, *X;
	struct val *result;
};

/* The code of a node: straight, then a jump for N_TEST. An edge may enter at
 * an instruction behind the first if it brings what those before compute. */
struct block {
	struct node *node;
	struct ins *v;
	u32 n, cap;
	u16 jump; /* opcode, for N_TEST */
	u32 jump_k;
	bool swapped;         /* the ways of the jump are those of the node, swapped */
	u32 enter_t, enter_f; /* where in the successor its edges enter */
	struct state out;
	struct edge *in;
	u32 *place; /* encode.c: of each instruction, from the end; the nearest copy */
};

struct code emit_encode(struct filter *f, struct order o);

#endif
