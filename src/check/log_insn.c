/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions as Linux's log has them: kernel/bpf/disasm.c. */
#include "check/priv.h"

static char letter(u8 code) { return (code & 7) == 4 || (code & 7) == 6 ? 'w' : 'r'; }

static const char *type_text(const struct eb *e)
{
	static const char *const names[] = {[1] = "u8", [2] = "u16", [4] = "u32", [8] = "u64"};

	return names[ebpf_size((enum eb_op)e->op)];
}

static void put_call(struct buf *to, const struct verify *v, const struct eb *e)
{
	const struct helper_row *row = helper_row((u32)e->imm);

	if (e->op == EB_CALL_LOCAL)
		buf_printf(to, "call pc%+d", e->off);
	else if (e->op == EB_CALL_KFUNC)
		buf_printf(to, "call %s#%d", kfunc_name(v, e), (s32)e->imm);
	else
		buf_printf(to, "call %s%s#%d", row ? "bpf_" : "", row ? row->name : "unknown",
			   (s32)e->imm);
}

static void put_wide(struct buf *to, const struct verify *v, const struct eb *e)
{
	u64 imm = (u64)e->imm;

	(void)v;
	if (e->op != EB_LDDW && e->op != EB_LDDW_FUNC && e->op != EB_LDDW_BTF_ID)
		imm = 0; /* an address, which is nobody's business */
	if (e->op == EB_LDDW_FUNC)
		imm = (u32)e->off;
	buf_printf(to, "r%u = 0x%llx", e->dst, (unsigned long long)imm);
}

static void put_fetch(struct buf *to, const struct eb *e, const char *row)
{
	static const struct {
		const char *row, *name;
	} names[] = {{"ATOMIC_ADD", "add"}, {"ATOMIC_OR", "or"}, {"ATOMIC_AND", "and"}};
	const char *name = "xor";

	for (u32 i = 0; i < LEN(names); i++)
		if (!strncmp(row, names[i].row, strlen(names[i].row)))
			name = names[i].name;
	buf_printf(to, "r%u = atomic%s_fetch_%s((%s *)(r%u %+d), r%u)", e->src,
		   ebpf_size((enum eb_op)e->op) == 8 ? "64" : "", name, type_text(e), e->dst,
		   e->off, e->src);
}

static void put_memory(struct buf *to, const struct eb *e, const struct eb_row *row)
{
	const char *wide = ebpf_size((enum eb_op)e->op) == 8 ? "64" : "";

	switch ((enum eb_form)row->form) {
	case EBF_LDX:
		buf_printf(to, "r%u = *(%s *)(r%u %+d)", e->dst, row->symbol, e->src, e->off);
		break;
	case EBF_ST:
		buf_printf(to, "*(%s *)(r%u %+d) = %d", row->symbol, e->dst, e->off, (s32)e->imm);
		break;
	case EBF_STX:
		buf_printf(to, "*(%s *)(r%u %+d) = r%u", row->symbol, e->dst, e->off, e->src);
		break;
	case EBF_ATOMIC:
		buf_printf(to, "lock *(%s *)(r%u %+d) %s r%u", type_text(e), e->dst, e->off,
			   row->symbol, e->src);
		break;
	case EBF_FETCH:
		put_fetch(to, e, row->name);
		break;
	case EBF_XCHG:
		buf_printf(to, "r%u = atomic%s_xchg((%s *)(r%u %+d), r%u)", e->src, wide,
			   type_text(e), e->dst, e->off, e->src);
		break;
	case EBF_CMPXCHG:
		buf_printf(to, "r0 = atomic%s_cmpxchg((%s *)(r%u %+d), r0, r%u)", wide,
			   type_text(e), e->dst, e->off, e->src);
		break;
	case EBF_LOAD_ACQ:
		buf_printf(to, "r%u = load_acquire((%s *)(r%u %+d))", e->dst, type_text(e), e->src,
			   e->off);
		break;
	case EBF_STORE_REL:
		buf_printf(to, "store_release((%s *)(r%u %+d), r%u)", type_text(e), e->dst, e->off,
			   e->src);
		break;
	default:
		break;
	}
}

static void put_jump(struct buf *to, const struct eb *e, const struct eb_row *row)
{
	char c = letter(row->code);

	if (row->form == EBF_JMP_K)
		buf_printf(to, "if %c%u %s 0x%x goto pc%+d", c, e->dst, row->symbol, (u32)e->imm,
			   e->off);
	else if (row->form == EBF_JMP_X)
		buf_printf(to, "if %c%u %s %c%u goto pc%+d", c, e->dst, row->symbol, c, e->src,
			   e->off);
	else
		buf_printf(to, "%s pc%+d", row->symbol, e->off);
}

static void put_alu(struct buf *to, const struct eb *e, const struct eb_row *row)
{
	char c = letter(row->code);

	switch ((enum eb_form)row->form) {
	case EBF_ALU_K:
		buf_printf(to, "%c%u %s %d", c, e->dst, row->symbol, (s32)e->imm);
		break;
	case EBF_ALU_X:
		buf_printf(to, "%c%u %s %c%u", c, e->dst, row->symbol, c, e->src);
		break;
	case EBF_NEG:
		buf_printf(to, "%c%u = -%c%u", c, e->dst, c, e->dst);
		break;
	case EBF_MOVSX:
		buf_printf(to, "%c%u = (%s)%c%u", c, e->dst, row->symbol, c, e->src);
		break;
	default:
		buf_printf(to, "r%u = %s r%u", e->dst, row->symbol, e->dst);
	}
}

void put_insn(struct buf *to, const struct verify *v, u32 pc)
{
	const struct eb *e = insn_at(v, pc);
	const struct eb_row *row = &ebpf_rows[e->op];

	buf_printf(to, "(%02x) ", row->code);
	switch ((enum eb_form)row->form) {
	case EBF_ALU_K:
	case EBF_ALU_X:
	case EBF_NEG:
	case EBF_MOVSX:
	case EBF_SWAP:
		put_alu(to, e, row);
		break;
	case EBF_JMP_K:
	case EBF_JMP_X:
	case EBF_JA:
	case EBF_JAL:
		put_jump(to, e, row);
		break;
	case EBF_CALL:
	case EBF_LOCAL:
	case EBF_KFUNC:
		put_call(to, v, e);
		break;
	case EBF_CALLX:
		buf_printf(to, "callx r%u", e->dst);
		break;
	case EBF_EXIT:
		buf_puts(to, "exit");
		break;
	case EBF_LDDW:
		put_wide(to, v, e);
		break;
	case EBF_ABS:
		buf_printf(to, "r0 = *(%s *)skb[%d]", row->symbol, (s32)e->imm);
		break;
	case EBF_IND:
		buf_printf(to, "r0 = *(%s *)skb[r%u + %d]", row->symbol, e->src, (s32)e->imm);
		break;
	default:
		put_memory(to, e, row);
	}
}
