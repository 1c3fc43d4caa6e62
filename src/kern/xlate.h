/* SPDX-License-Identifier: BSD-2-Clause */
/* What OBJ_GET_INFO shows of a program's code that was not loaded so: Linux writes calls of
 * bpf_loop out, where the function is always the same and the flags are 0. */
#ifndef KERN_XLATE_H
#define KERN_XLATE_H

#include "base/base.h"

struct xlate_loop {
	u32 pc, callee; /* of the call, and of the function: slots */
	s32 stack;      /* below the frame's end: where three registers are kept */
};

/* Where slot pc is found when the loops, in the order of their calls, are written out. */
u32 xlate_pc(const struct xlate_loop *loop, u32 loops, u32 pc);
/* The code with them written out: xlate_pc(.., n) slots that the caller frees. NULL: short of
 * memory, or a jump would be too far. */
struct ob_ebpf *xlate(const struct ob_ebpf *from, u32 n, const struct xlate_loop *loop, u32 loops);

#endif
