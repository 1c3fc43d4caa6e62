/* SPDX-License-Identifier: BSD-2-Clause */
/* Extended BPF as text, in the notation of clang and llvm-objdump. */
#include "isa/isa.h"

#include <stdlib.h>

/* What points at a slot: jumps, calls and function addresses. */
enum { JUMPED = 1, CALLED = 2 };

struct line {
	struct buf *to;
	const struct eb *e;
	const struct eb_row *row;
	const u8 *label; /* what points at each slot; NULL: distances are written */
	u32 pc, n;
};

/* 32-bit operations name their registers w0 to w10. */
static char letter(const struct line *l)
{
	u8 class = l->row->code & 7;

	if (class == 3 && l->row->form != EBF_STX)
		return ebpf_size(l->e->op) < 8 ? 'w' : 'r';
	return (class == 4 && l->row->form != EBF_SWAP) || class == 6 ? 'w' : 'r';
}

/* The places that labels can name. */
static bool nameable(const struct line *l, s64 target)
{
	return l->label && target >= 0 && target < l->n && l->label[target];
}

static void put_target(const struct line *l)
{
	s64 target = ebpf_target(l->e, l->pc);

	if (nameable(l, target))
		buf_printf(l->to, "%c%u", l->label[target] & CALLED ? 'F' : 'L', (u32)target);
	else
		buf_printf(l->to, "%+d", l->e->off);
}

static void put_offset(const struct line *l, s64 off)
{
	buf_printf(l->to, " %c %lld", off < 0 ? '-' : '+', (long long)(off < 0 ? -off : off));
}

/* [KIND] NUMBER [, NUMBER] */
static void put_wide(const struct line *l)
{
	u64 imm = (u64)l->e->imm;
	s32 low = (s32)imm, high = (s32)(imm >> 32);

	if (l->e->op == EB_LDDW) {
		buf_printf(l->to, imm < 10 ? "%llu" : "0x%llx", (unsigned long long)imm);
	} else if (l->e->op == EB_LDDW_FUNC) {
		buf_puts(l->to, "func ");
		put_target(l);
	} else {
		buf_printf(l->to, "%s %d", l->row->symbol, low);
		if (high || l->e->op == EB_LDDW_MAP_VALUE || l->e->op == EB_LDDW_MAP_IDX_VALUE)
			buf_printf(l->to, ", %d", high);
	}
}

/* "add" of "ATOMIC_ADD_FETCH_64" */
static void put_fetched(const struct line *l)
{
	for (const char *s = l->row->name + strlen("ATOMIC_"); *s != '_'; s++)
		buf_putc(l->to, (char)(*s | 0x20));
}

/* How each form is written. d, s: the registers; D, S: an address, register and
 * offset; r: r0 or w0; i: imm; h: imm without a sign; y: the symbol; u: the type of what is moved;
 * x, f: how that operation is called; w: a 64-bit immediate; >: a target. */
static const char *notation(enum eb_form form)
{
	switch (form) {
	case EBF_ALU_K:
		return "%d %y %i";
	case EBF_ALU_X:
		return "%d %y %s";
	case EBF_NEG:
		return "%d = -%d";
	case EBF_MOVSX:
		return "%d = (%y)%s";
	case EBF_SWAP:
		return "%d = %y %d";
	case EBF_JMP_K:
		return "if %d %y %i goto %>";
	case EBF_JMP_X:
		return "if %d %y %s goto %>";
	case EBF_JA:
		return "%y %>";
	case EBF_JAL:
		return "%y %>";
	case EBF_CALL:
		return "call %h";
	case EBF_LOCAL:
		return "call %>";
	case EBF_KFUNC:
		return "call kfunc %i";
	case EBF_CALLX:
		return "callx %d";
	case EBF_EXIT:
		return "exit";
	case EBF_LDDW:
		return "%d = %w ll";
	case EBF_ABS:
		return "r0 = *(%y *)skb[%i]";
	case EBF_IND:
		return "r0 = *(%y *)skb[%I]";
	case EBF_LDX:
		return "%d = *(%y *)(%S)";
	case EBF_ST:
		return "*(%y *)(%D) = %i";
	case EBF_STX:
		return "*(%y *)(%D) = %s";
	case EBF_ATOMIC:
		return "lock *(%u *)(%D) %y %s";
	case EBF_FETCH:
		return "%s = atomic_fetch_%f((%u *)(%D), %s)";
	case EBF_XCHG:
		return "%s = xchg%x(%D, %s)";
	case EBF_CMPXCHG:
		return "%r = cmpxchg%x(%D, %r, %s)";
	case EBF_LOAD_ACQ:
		return "%d = load_acquire((%u *)(%S))";
	case EBF_STORE_REL:
		return "store_release((%u *)(%D), %s)";
	case EBF_COUNT:
		break;
	}
	return "";
}

static void put_one(const struct line *l, char what)
{
	const struct eb *e = l->e;

	switch (what) {
	case 'd':
		buf_printf(l->to, "%c%u", letter(l), e->dst);
		break;
	case 's':
		buf_printf(l->to, "%c%u", letter(l), e->src);
		break;
	case 'D':
		buf_printf(l->to, "r%u", e->dst);
		put_offset(l, e->off);
		break;
	case 'S':
		buf_printf(l->to, "r%u", e->src);
		put_offset(l, e->off);
		break;
	case 'y':
		buf_puts(l->to, l->row->symbol);
		break;
	case 'i':
		buf_printf(l->to, "%lld", (long long)e->imm);
		break;
	case 'I':
		buf_printf(l->to, "r%u", e->src);
		if (e->imm)
			put_offset(l, e->imm);
		break;
	case 'h':
		buf_printf(l->to, "%u", (u32)e->imm);
		break;
	case 'r':
		buf_printf(l->to, "%c0", letter(l));
		break;
	case 'u':
		buf_printf(l->to, "u%u", 8 * ebpf_size(e->op));
		break;
	case 'x':
		buf_puts(l->to, ebpf_size(e->op) == 4 ? "32_32" : "_64");
		break;
	case 'f':
		put_fetched(l);
		break;
	case 'w':
		put_wide(l);
		break;
	case '>':
		put_target(l);
		break;
	}
}

static void put(const struct line *l, const char *fmt)
{
	for (; *fmt; fmt++)
		if (*fmt == '%')
			put_one(l, *++fmt);
		else
			buf_putc(l->to, *fmt);
}

static void put_insn(const struct line *l)
{
	put(l, notation(l->row->form));
	if (l->row->form == EBF_KFUNC && l->e->off)
		buf_printf(l->to, ", %d", l->e->off);
}

static void put_raw(struct buf *to, struct ob_ebpf i)
{
	u64 raw;

	memcpy(&raw, &i, sizeof(raw));
	buf_printf(to, ".insn 0x%016llx", (unsigned long long)raw);
}

void ebpf_dis_one(struct buf *to, const struct eb *e, u32 pc)
{
	struct line l = {.to = to, .e = e, .pc = pc};
	struct ob_ebpf i;

	if (e->op < EB_COUNT) {
		l.row = &ebpf_rows[e->op];
		put_insn(&l);
	} else if (e->op == EB_WIDE) {
		buf_puts(to, ".wide");
	} else {
		memcpy(&i, &e->imm, sizeof(i));
		put_raw(to, i);
	}
}

/* ---- a whole program ---- */

static bool has_target(const struct eb *e)
{
	return ebpf_is_jump(e->op) || e->op == EB_CALL_LOCAL || e->op == EB_LDDW_FUNC;
}

/* A label cannot stand within a 64-bit immediate. */
static u8 *find_labels(const struct eb *code, u32 n)
{
	u8 *label = calloc(n + 1, 1);

	for (u32 i = 0; label && i < n; i++) {
		s64 target = ebpf_target(&code[i], i);

		if (has_target(&code[i]) && target >= 0 && target < n && code[target].op != EB_WIDE)
			label[target] |= ebpf_is_jump(code[i].op) ? JUMPED : CALLED;
	}
	return label;
}

/* What the notation cannot give back is listed raw, and what it means behind
 * it: a target outside of the program, callx of before clang 19. */
static bool needs_raw(const struct line *l)
{
	s64 target = ebpf_target(l->e, l->pc);

	return l->e->imm_form || (has_target(l->e) && (target < 0 || target >= l->n));
}

static void list_raw(const struct line *l, const struct eb *e)
{
	struct ob_ebpf i[2];
	u32 n = l->row->form == EBF_LDDW ? 2 : 1;

	ebpf_encode(e, n, i);
	for (u32 k = 0; k < n; k++) {
		put_raw(l->to, i[k]);
		if (k + 1 < n)
			buf_puts(l->to, "\n\t");
	}
	buf_puts(l->to, " // ");
	put_insn(l);
}

void ebpf_dis_noted(struct buf *to, const struct eb *code, u32 n, const struct eb_notes *notes)
{
	u8 *label = find_labels(code, n);

	if (!label) {
		to->oom = true;
		return;
	}
	for (u32 i = 0; i < n; i++) {
		struct line l = {to, &code[i], NULL, label, i, n};

		if (code[i].op == EB_WIDE && i && code[i - 1].op < EB_COUNT)
			continue;
		if (label[i])
			buf_printf(to, "%s%c%u:\n", label[i] & CALLED && i ? "\n" : "",
				   label[i] & CALLED ? 'F' : 'L', i);
		if (notes)
			notes->before(notes->arg, i, to);
		buf_putc(to, '\t');
		if (code[i].op < EB_COUNT)
			l.row = &ebpf_rows[code[i].op];
		if (l.row && needs_raw(&l))
			list_raw(&l, &code[i]);
		else if (l.row)
			put_insn(&l);
		else
			ebpf_dis_one(to, &code[i], i);
		if (notes)
			notes->behind(notes->arg, i, to);
		buf_putc(to, '\n');
	}
	free(label);
}

void ebpf_dis(struct buf *to, const struct eb *code, u32 n) { ebpf_dis_noted(to, code, n, NULL); }
