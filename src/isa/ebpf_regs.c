/* SPDX-License-Identifier: BSD-2-Clause */
/* Which registers an extended instruction reads and writes. */
#include "isa/isa.h"

enum { R0 = 1, ARGS = 0x3e }; /* r1 to r5 */

u16 ebpf_reads(const struct eb *e)
{
	u16 dst = (u16)(1u << e->dst), src = (u16)(1u << e->src);
	bool mov = e->op >= EB_MOV_32_K && e->op <= EB_MOV_64_X;

	if (e->op >= EB_COUNT)
		return 0;
	switch ((enum eb_form)ebpf_rows[e->op].form) {
	case EBF_ALU_K:
		return mov ? 0 : dst;
	case EBF_ALU_X:
		return mov ? src : dst | src;
	case EBF_NEG:
	case EBF_SWAP:
	case EBF_JMP_K:
	case EBF_ST:
		return dst;
	case EBF_MOVSX:
	case EBF_IND:
	case EBF_LDX:
	case EBF_LOAD_ACQ:
		return src;
	case EBF_JMP_X:
	case EBF_STX:
	case EBF_ATOMIC:
	case EBF_FETCH:
	case EBF_XCHG:
	case EBF_STORE_REL:
		return dst | src;
	case EBF_CMPXCHG:
		return dst | src | R0;
	case EBF_CALL:
	case EBF_LOCAL:
	case EBF_KFUNC:
		return ARGS;
	case EBF_CALLX:
		return dst | ARGS;
	case EBF_EXIT:
		return R0;
	case EBF_JA:
	case EBF_JAL:
	case EBF_LDDW:
	case EBF_ABS:
	case EBF_COUNT:
		break;
	}
	return 0;
}

u16 ebpf_writes(const struct eb *e)
{
	if (e->op >= EB_COUNT)
		return 0;
	switch ((enum eb_form)ebpf_rows[e->op].form) {
	case EBF_ALU_K:
	case EBF_ALU_X:
	case EBF_NEG:
	case EBF_MOVSX:
	case EBF_SWAP:
	case EBF_LDDW:
	case EBF_LDX:
	case EBF_LOAD_ACQ:
		return (u16)(1u << e->dst);
	case EBF_FETCH:
	case EBF_XCHG:
		return (u16)(1u << e->src);
	case EBF_CMPXCHG:
		return R0;
	case EBF_ABS:
	case EBF_IND:
	case EBF_CALL:
	case EBF_LOCAL:
	case EBF_KFUNC:
	case EBF_CALLX:
		return R0 | ARGS;
	case EBF_JMP_K:
	case EBF_JMP_X:
	case EBF_JA:
	case EBF_JAL:
	case EBF_EXIT:
	case EBF_ST:
	case EBF_STX:
	case EBF_ATOMIC:
	case EBF_STORE_REL:
	case EBF_COUNT:
		break;
	}
	return 0;
}
