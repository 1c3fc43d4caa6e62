/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls of bpf_loop written out, as Linux's inline_bpf_loop does. */
#include "kern/xlate.h"

#include "isa/bpf.h"

#include <errno.h>
#include <stdlib.h>

enum {
	LOOPS_MAX = 1 << 23,
	CALL = BPF_JMP | BPF_CALL,
	MOV = BPF_ALU64 | BPF_MOV,
	STORE = BPF_STX | BPF_MEM | BPF_DW,
	LOAD = BPF_LDX | BPF_MEM | BPF_DW,
};

/* r6 counts to, r7 counts, r8 is the context; their place in the stack is added to off,
 * and the distance of the function to imm. */
static const struct ob_ebpf loop_code[] = {
	{BPF_JMP | BPF_JLE, 1, 0, 2, LOOPS_MAX},
	{BPF_ALU | BPF_MOV, 0, 0, 0, -E2BIG},
	{BPF_JMP | BPF_JA, 0, 0, 16, 0},
	{STORE, 10, 6, 0, 0},
	{STORE, 10, 7, 8, 0},
	{STORE, 10, 8, 16, 0},
	{MOV | BPF_X, 6, 1, 0, 0},
	{BPF_ALU | BPF_MOV, 7, 0, 0, 0},
	{MOV | BPF_X, 8, 3, 0, 0},
	{BPF_JMP | BPF_JGE | BPF_X, 7, 6, 5, 0},
	{MOV | BPF_X, 1, 7, 0, 0},
	{MOV | BPF_X, 2, 8, 0, 0},
	{CALL, 0, BPF_PSEUDO_CALL, 0, 0},
	{BPF_ALU64 | BPF_ADD, 7, 0, 0, 1},
	{BPF_JMP | BPF_JEQ, 0, 0, -6, 0},
	{MOV | BPF_X, 0, 7, 0, 0},
	{LOAD, 6, 10, 0, 0},
	{LOAD, 7, 10, 8, 0},
	{LOAD, 8, 10, 16, 0},
};

u32 xlate_pc(const struct xlate_loop *loop, u32 loops, u32 pc)
{
	u32 before = 0, end = loops;

	while (before < end) {
		u32 mid = before + (end - before) / 2;
		if (loop[mid].pc < pc)
			before = mid + 1;
		else
			end = mid;
	}
	return pc + before * ((u32)LEN(loop_code) - 1);
}

/* ---- distances ---- */

struct job {
	const struct xlate_loop *loop;
	u32 loops;
};

static s64 moved(const struct job *j, u32 pc, s64 by)
{
	return (s64)xlate_pc(j->loop, j->loops, (u32)(pc + 1 + by)) -
	       (s64)xlate_pc(j->loop, j->loops, pc) - 1;
}

static bool move_off(const struct job *j, u32 pc, struct ob_ebpf *e)
{
	s64 to = moved(j, pc, e->off);

	e->off = (s16)to;
	return to == e->off;
}

static bool move(const struct job *j, u32 pc, struct ob_ebpf *e)
{
	u32 class = BPF_CLASS(e->code), op = BPF_OP(e->code);
	bool far = e->code == (BPF_JMP32 | BPF_JA);
	bool calls = e->code == CALL && e->src == BPF_PSEUDO_CALL;

	if (far || calls || (e->code == (BPF_LD | BPF_IMM | BPF_DW) && e->src == BPF_PSEUDO_FUNC)) {
		e->imm = (s32)moved(j, pc, e->imm);
		return true;
	}
	if ((class != BPF_JMP && class != BPF_JMP32) || op == BPF_CALL || op == BPF_EXIT)
		return true;
	return move_off(j, pc, e);
}

static void write_out(const struct job *j, const struct xlate_loop *l, struct ob_ebpf *to)
{
	u32 at = xlate_pc(j->loop, j->loops, l->pc);

	memcpy(to, loop_code, sizeof(loop_code));
	for (u32 i = 0; i < LEN(loop_code); i++)
		if (to[i].code == STORE || to[i].code == LOAD)
			to[i].off = (s16)(to[i].off + l->stack);
		else if (to[i].code == CALL)
			to[i].imm = (s32)(xlate_pc(j->loop, j->loops, l->callee) - (at + i + 1));
}

struct ob_ebpf *xlate(const struct ob_ebpf *from, u32 n, const struct xlate_loop *loop, u32 loops)
{
	struct job j = {loop, loops};
	struct ob_ebpf *to = malloc((size_t)xlate_pc(loop, loops, n) * sizeof(*to));
	u32 at = 0, l = 0;

	for (u32 pc = 0; to && pc < n; pc++) {
		if (l < loops && loop[l].pc == pc) {
			write_out(&j, &loop[l++], &to[at]);
			at += LEN(loop_code);
			continue;
		}
		to[at] = from[pc];
		if (!move(&j, pc, &to[at++])) {
			free(to);
			return NULL;
		}
		if (from[pc].code == (BPF_LD | BPF_IMM | BPF_DW))
			to[at++] = from[++pc];
	}
	return to;
}
