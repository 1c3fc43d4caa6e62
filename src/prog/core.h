/* SPDX-License-Identifier: BSD-2-Clause */
/* CO-RE, "compile once, run everywhere": what a program knows of a kernel's types
 * (offsets, sizes, whether there is such a field) is adjusted to the kernel that it is
 * to run in. What libbpf makes of it is made. */
#ifndef PROG_CORE_H
#define PROG_CORE_H

#include "prog/btf_ext.h"
#include "prog/object.h"
#include "isa/isa.h"

/* The call that stands for an instruction whose relocation did not resolve. No verifier
 * takes it, but it may stand where control never comes. */
enum { CORE_POISON = 195896080 }; /* 0xbad2310 */

/* Instructions that are a part of a section: slots [first, first + n) of it. */
struct core_code {
	const char *name; /* of the function, for errors */
	struct ob_ebpf *insn;
	u32 n, first;
	struct arena *arena;    /* the misses' */
	struct core_miss *miss; /* added by core_apply; pc counts from insn[0] */
	u32 misses, cap;
};

/* Applies those of a section's relocations that lie in this part. What is missing in the
 * target is poisoned, and told as a miss; OB_REFUSED: ambiguous, or the instruction is
 * none that could be adjusted; OB_FORMAT, OB_UNSUPPORTED: the relocation itself is wrong. */
struct ob_err *core_apply(struct core *c, struct core_code *code, const struct bpf_core_relo *relo,
			  u32 relos);
/* "<byte_off> [7] struct sk_buff.hash (0:3 @ offset 12)", as libbpf names it. */
void core_put(struct buf *out, const struct btf *local, const struct bpf_core_relo *relo);

/* ---- names of types, found at once (btf_index.c) ---- */

struct btf_index;
/* Of the own types of a kind (ENUM and ENUM64 are one), by the name before "___".
 * NULL: no memory. */
struct btf_index *btf_index_create(const struct btf *b, u32 kind);
void btf_index_destroy(struct btf_index *x);
/* Those of that name (n bytes of it), in order: the next one's id, 0: none. *at is 0 at
 * first. */
u32 btf_index_next(const struct btf_index *x, const char *name, size_t n, u32 *at);

#endif
