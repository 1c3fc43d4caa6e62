/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the JIT.
 *
 *	struct eb[] --x86*.c--> struct code: bytes, jumps, labels --link.c--> its place
 *
 * A jump takes one byte of the raw code until link.c has found how long it must
 * be; a label knows how many jumps are before it. */
#ifndef JIT_PRIV_H
#define JIT_PRIV_H

#include "jit/jit.h"

/* ---- executable memory (pool.c) ---- */

/* size bytes, of which rw is for writing and rx for running. */
struct place {
	u8 *rw;
	const u8 *rx;
	size_t size;
};
/* near: an address that calls should reach in 32 bits. False: errno says why. */
bool pool_take(size_t size, const void *near, struct place *ret);
void pool_give(struct place p);

/* ---- raw code (link.c) ---- */

enum jump_kind {
	JUMP_ALWAYS, /* jmp: 2 or 5 bytes */
	JUMP_IF,     /* jcc: 2 or 6 bytes */
	JUMP_CALL,   /* call: 5 bytes */
	JUMP_LEA,    /* lea reg, [label]: 7 bytes */
	JUMP_OUT,    /* call of a C function: 5 bytes, or 13 when it is far */
};

struct jump {
	u32 at;    /* byte of the raw code */
	u32 label; /* not JUMP_OUT */
	u64 addr;  /* JUMP_OUT */
	u8 kind, cc, reg;
	bool far;
};

struct label {
	u32 at, jumps;
};

struct code {
	struct arena *a;
	struct {
		u8 *v;
		u32 n, cap;
	} raw;
	struct {
		struct jump *v;
		u32 n, cap;
	} jump;
	struct {
		struct label *v;
		u32 n, cap;
	} label;
};

u32 label_new(struct code *c);
void label_here(struct code *c, u32 label);
void jump_to(struct code *c, enum jump_kind kind, u8 cc, u32 label);

/* Finds the length of every jump, takes a place and puts the code there. The
 * labels then hold final offsets. */
struct ob_err *link_code(struct code *c, struct place *ret, u32 *size);

/* ---- a finished program ---- */

struct jit {
	struct place place;
	u32 size;
	env_fn *entry;
	const u8 *tail_entry; /* where tail calls of the same mode go */
	bool safe;
	const struct env *env;
	struct jit_piece *piece;
	u32 pieces;
	/* Of a program whose functions may be called back: calls run->fn from C, and
	 * as a run that begins there. */
	env_fn *callback, *entry_at;
	const u8 **func; /* where functions begin, ascending */
	u32 funcs;
	struct jit_symbol {
		u64 addr;
		u32 id;
	} * symbol;
	u32 symbols;
};

struct ob_err *x86_compile(struct arena *a, const struct prog *p, const struct env *env,
			   unsigned flags, struct jit *j);

/* ---- what safe code keeps in struct run's engine[] (safe.c) ---- */
enum {
	E_LEFT,  /* instructions left, signed */
	E_LIMIT, /* E_LEFT at the beginning */
	E_TOP,   /* the top of the stack of frames */
	E_SP,    /* the machine's stack pointer, to end the run from anywhere */
	E_LOCAL, /* of callx: a function of the program, not a helper */
	E_JIT,   /* struct jit of the code that calls a helper */
	E_AT,    /* the first region: its address, */
	E_READ,  /* and for accesses of 1, 2, 4 and 8 bytes how many addresses */
	E_WRITE = E_READ + 4,
	E_COUNT = E_WRITE + 4
};
_Static_assert(E_COUNT <= 16, "struct run has 16 words for the engine");

void safe_begin(struct run *r, u64 top, const struct env *env);
/* size, and 256 for a write; false: r->fault is set. */
bool safe_check(struct run *r, u64 addr, u32 what, u32 slot);
/* Where to go on, or NULL behind the call. */
const void *tail_target(struct run *r, u64 map, u64 index, const struct env *env);
/* The code of a function or helper that callx's value means, or NULL. */
const void *safe_callx(struct run *r, u64 value, const struct jit *j);
/* run->call of safe code. */
env_fn safe_callback;

#endif
