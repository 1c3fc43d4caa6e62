/* SPDX-License-Identifier: BSD-2-Clause */
/* Machine code from extended programs. */
#ifndef JIT_H
#define JIT_H

#include "prog/prog.h"

enum {
	JIT_SAFE = 1,   /* as VM_SAFE: checks every access, counts instructions */
	JIT_HARDEN = 2, /* constants of the program are blinded */
	JIT_PLAIN = 4,  /* only what every processor of the kind has */
	JIT_NO_OPT = 8, /* instruction by instruction, no peepholes */
};

/* False where there is no JIT for this processor. */
bool jit_here(void);

/* Compiles. The program may be destroyed before the code; env may not. As for
 * vm_ebpf_create, a program must be verified unless JIT_SAFE is given. */
struct jit;
struct ob_err *jit_create(const struct prog *p, const struct env *env, unsigned flags,
			  struct jit **ret);
void jit_destroy(struct jit *j);

/* The code as a function: r0, or 0 when r->fault is set. r may be NULL if the
 * program is not JIT_SAFE and calls no helper, does no tail call and loads from
 * no packet. Any number of threads may run it. */
env_fn *jit_entry(const struct jit *j);
/* As vm_ebpf_run_at. */
u64 jit_run_at(const struct jit *j, u64 fn, const u64 arg[5], struct run *r);

/* ---- to look at it ---- */

/* The machine code, for reading. */
struct bytes jit_code(const struct jit *j);
/* Which slot each piece of it serves: pieces in order, the first begins at 0;
 * slot JIT_FRAME is what belongs to none (prologue, stubs). */
enum { JIT_FRAME = UINT32_MAX };
struct jit_piece {
	u32 at; /* byte of the code */
	u32 slot;
};
const struct jit_piece *jit_pieces(const struct jit *j, u32 *n);
/* What an absolute address in the code means ("helper 5"), or NULL. */
const char *jit_symbol(const struct jit *j, u64 addr, char buf[32]);

#endif
