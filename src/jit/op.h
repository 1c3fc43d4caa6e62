/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions on their way to machine code, and what makes them fewer.
 *
 *	struct eb[] --ops_make--> struct op[], one a slot
 *	  liveness (op.c): which registers are needed where a region begins
 *	  for each region: values.c looks for better operations with the same
 *	  results, then ops_sweep (op.c) drops those whose results nobody needs
 *
 * A region is a stretch of slots that is entered at its first one only; it may
 * be left by conditional jumps in its middle. Nothing is moved: what takes the
 * place of several slots stands in the last of them, the others become OP_NOP.
 * Nothing here knows the processor. */
#ifndef JIT_OP_H
#define JIT_OP_H

#include "prog/prog.h"

enum {
	NOREG = 15,
	REGION_MAX = 256, /* slots; a longer one is cut */
	SAFE_EXIT = 0x3f, /* who is not trusted may look at what a callee left: r0 to r5 */
};

/* What no row of ebpf.def says in one instruction, and machines can. */
enum {
	OP_NOP = EB_OPS,
	OP_LEA_32, /* dst = base + (index << scale) + disp */
	OP_LEA_64,
	OP_ROL_32, /* dst = src rotated left by imm */
	OP_ROL_64,
	OP_ZX8, /* dst = (u8)src */
	OP_ZX16,
	OP_LDBE_H, /* as EB_LDX_*, big-endian */
	OP_LDBE_W,
	OP_LDBE_DW,
	OP_JNSET,  /* jump if no bit of the low half of dst & imm is set */
	OP_LOOKUP, /* r0 = a look-up by r2 in the map of the immediate at slot disp */
	OP_COUNT
};
_Static_assert(OP_COUNT <= 256, "struct eb keeps an operation in a byte");

/* The address of a memory operand is base + (index << scale) + disp, each of
 * the registers may be NOREG; e.off then says nothing. */
struct op {
	struct eb e; /* e.op may be one of the above */
	u8 base, index, scale;
	u16 live; /* registers that are needed behind it */
	s32 disp;
};

/* Marks of a slot. */
enum {
	MARK_FUNC = 1,  /* a function begins */
	MARK_START = 2, /* a stretch that is counted begins */
	MARK_ENTRY = 4, /* a region begins */
};

struct ops {
	struct arena *a;
	const struct prog *p;
	u32 n;
	u8 *mark;
	struct op *op;
	u16 *live_in; /* at MARK_ENTRY */
	bool safe;    /* faults count: what may cause one stays */
};

/* Needs: mark. Fills op. */
void ops_make(struct ops *o);
void ops_simplify(struct ops *o);

/* values.c: better operations for slots [from, to) of a region. */
void ops_values(struct ops *o, u32 from, u32 to);

u16 op_reads(const struct op *op);
u16 op_writes(const struct op *op);
bool op_has_address(u8 op);
/* What may be live where a jump at pc leads. */
u16 op_target_live(const struct ops *o, u32 pc);

#endif
