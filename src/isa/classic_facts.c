/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of a classic program: where it goes, what it uses, how long a
 * packet must be. Jumps go forward, so that each fact takes one pass; what a
 * jump of libpcap's dialect back may lead to is taken to be anything. */
#include "isa/extend.h"

enum { FAR_MAX = 1000 };

/* ---- what each instruction is ---- */

static u8 load_size(int row)
{
	switch (row) {
	case CB_LD_W_ABS:
	case CB_LD_W_IND:
		return 4;
	case CB_LD_H_ABS:
	case CB_LD_H_IND:
		return 2;
	case CB_LD_B_ABS:
	case CB_LD_B_IND:
	case CB_LDX_MSH:
		return 1;
	}
	return 0;
}

static s8 ancillary(const struct cx *x, int row, u32 k)
{
	s8 n = (s8)(k - CBPF_AD_OFF);

	if (row > CB_LD_B_ABS || !cbpf_anc(k))
		return -1;
	if (x->target != CBPF_FOR_LIBPCAP)
		return n;
	return row == CB_LD_B_ABS && (n == CA_VLAN_TAG || n == CA_VLAN_TAG_PRESENT) ? n : -1;
}

static u8 abs_load(const struct cx *x, u32 k, u64 end)
{
	if (x->target == CBPF_FOR_LIBPCAP)
		return end > UINT32_MAX ? CX_NEVER : CX_ABS;
	return k < 0x80000000 ? CX_ABS : k >= CBPF_LL_OFF ? CX_FAR : CX_NEVER;
}

/* Whether X + k wraps is for find_bounds to say. */
static void find_load(const struct cx *x, struct cx_insn *i, u32 k)
{
	i->anc = ancillary(x, i->row, k);
	i->size = i->anc >= 0 ? 0 : load_size(i->row);
	i->end = (u64)k + i->size;
	if (!i->size)
		i->load = CX_NONE;
	else if (cbpf_rows[i->row].operand != CBO_IND)
		i->load = abs_load(x, k, i->end);
	else if (x->target == CBPF_FOR_LIBPCAP)
		i->load = i->end > UINT32_MAX ? CX_NEVER : CX_IND;
	else
		i->load = CX_WRAP;
}

static void find_reads(struct cx_insn *i, u32 k)
{
	u8 reads = cbpf_rows[i->row].reads;

	i->reads = reads & (CB_A | CB_X);
	if (reads & CB_M)
		i->reads |= live_cell(k);
	if (i->anc == CA_NLATTR || i->anc == CA_NLATTR_NEST || i->anc == CA_ALU_XOR_X)
		i->reads |= LIVE_A | LIVE_X;
	if (i->anc >= 0 && cbpf_anc(k)->needs_dev)
		i->reads |= LIVE_A; /* which is returned without one */
}

static u32 writes(const struct cx *x, u32 pc)
{
	u8 w = cbpf_rows[x->i[pc].row].writes;

	return (w & (CB_A | CB_X)) | (w & CB_M ? live_cell(x->code[pc].k) : 0);
}

/* The instruction that a jump to pc comes to. */
static u32 thread(const struct cx *x, u32 pc)
{
	const struct cx_insn *i = &x->i[pc];

	return i->row == CB_JMP_JA && !i->back && i->to[0] - pc < FAR_MAX ? i->to[0] : pc;
}

static void find_ways(struct cx *x, u32 pc)
{
	const struct ob_cbpf *c = &x->code[pc];
	struct cx_insn *i = &x->i[pc];

	if (i->row == CB_RET_K || i->row == CB_RET_A) {
		i->ways = 0;
		return;
	}
	i->ways = 1;
	if (i->row == CB_JMP_JA) {
		i->to[0] = pc + 1 + c->k;
		i->back = i->to[0] <= pc;
	} else if (cbpf_is_cond(c->code)) {
		i->ways = 2;
		i->to[0] = thread(x, pc + 1 + c->jt);
		i->to[1] = thread(x, pc + 1 + c->jf);
		i->ways = i->to[0] == i->to[1] ? 1 : 2;
		return;
	} else {
		i->to[0] = pc + 1;
	}
	if (!i->back)
		i->to[0] = thread(x, i->to[0]);
}

static void find_kinds(struct cx *x)
{
	for (u32 pc = x->n; pc-- > 0;) {
		struct cx_insn *i = &x->i[pc];

		i->row = (u8)cbpf_row(x->code[pc].code);
		find_load(x, i, x->code[pc].k);
		find_reads(i, x->code[pc].k);
		find_ways(x, pc);
	}
}

/* ---- how great A, X and the cells can be ---- */

struct bounds {
	u32 a, x, m[CBPF_MEMWORDS];
};

static u32 all_below(u32 x) { return x ? UINT32_MAX >> __builtin_clz(x) : 0; }
static u32 fits(u64 x) { return x > UINT32_MAX ? UINT32_MAX : (u32)x; }

static void bound(const struct cx *x, u32 pc, struct bounds *b)
{
	const struct cx_insn *i = &x->i[pc];
	u32 k = x->code[pc].k;

	switch ((enum cb_op)i->row) {
	case CB_LD_IMM:
		b->a = k;
		break;
	case CB_LD_H_ABS:
	case CB_LD_H_IND:
		b->a = i->anc < 0 ? 0xffff : UINT32_MAX;
		break;
	case CB_LD_B_ABS:
	case CB_LD_B_IND:
		b->a = i->anc < 0 ? 0xff : UINT32_MAX;
		break;
	case CB_LD_MEM:
		b->a = b->m[k];
		break;
	case CB_LDX_IMM:
		b->x = k;
		break;
	case CB_LDX_MEM:
		b->x = b->m[k];
		break;
	case CB_LDX_LEN:
		b->x = UINT32_MAX;
		break;
	case CB_LDX_MSH:
		b->x = 60;
		break;
	case CB_ST:
		b->m[k] = b->a;
		break;
	case CB_STX:
		b->m[k] = b->x;
		break;
	case CB_TAX:
		b->x = b->a;
		break;
	case CB_TXA:
		b->a = b->x;
		break;
	case CB_ALU_ADD_K:
		b->a = fits((u64)b->a + k);
		break;
	case CB_ALU_ADD_X:
		b->a = fits((u64)b->a + b->x);
		break;
	case CB_ALU_MUL_K:
		b->a = fits((u64)b->a * k);
		break;
	case CB_ALU_DIV_K:
		b->a = k ? b->a / k : 0;
		break;
	case CB_ALU_AND_K:
		b->a = MIN(b->a, k);
		break;
	case CB_ALU_AND_X:
		b->a = MIN(b->a, b->x);
		break;
	case CB_ALU_OR_K:
	case CB_ALU_XOR_K:
		b->a = all_below(b->a | k);
		break;
	case CB_ALU_LSH_K:
		b->a = k < 32 ? fits((u64)b->a << k) : 0;
		break;
	case CB_ALU_RSH_K:
		b->a = k < 32 ? b->a >> k : 0;
		break;
	case CB_ALU_MOD_K:
		b->a = MIN(b->a, k - 1);
		break;
	default:
		if (cbpf_rows[i->row].writes & CB_A)
			b->a = UINT32_MAX;
	}
}

static void join(struct bounds *to, const struct bounds *b)
{
	to->a = MAX(to->a, b->a);
	to->x = MAX(to->x, b->x);
	for (u32 k = 0; k < CBPF_MEMWORDS; k++)
		to->m[k] = MAX(to->m[k], b->m[k]);
}

/* at: the bounds that jumps bring to an instruction; a jump back brings any. */
static void carry(struct cx *x, struct bounds **at, u32 to, const struct bounds *b)
{
	if (at[to])
		join(at[to], b);
	else
		at[to] = arena_dup(x->a, b, sizeof(*b));
}

static void find_bounds(struct cx *x)
{
	struct bounds **at = arena_array(x->a, struct bounds *, x->n), any, b = {0};
	bool here = true;

	memset(&any, 0xff, sizeof(any));
	for (u32 pc = 0; pc < x->n; pc++)
		if (x->i[pc].back)
			carry(x, at, x->i[pc].to[0], &any);
	for (u32 pc = 0; pc < x->n; pc++) {
		struct cx_insn *i = &x->i[pc];

		if (!here && !at[pc])
			b = any; /* no way leads here */
		else if (!here)
			b = *at[pc];
		else if (at[pc])
			join(&b, at[pc]);
		if (i->load == CX_WRAP && b.x + i->end <= 0x80000000)
			i->load = CX_IND;
		bound(x, pc, &b);
		i->xmax = b.x;
		here = false;
		for (u32 way = 0; way < i->ways; way++)
			if (i->to[way] == pc + 1)
				here = true;
			else if (!i->back)
				carry(x, at, i->to[way], &b);
	}
}

/* ---- what is used, how long the packet must be ---- */

/* Does nothing but write A, X or a cell. */
static bool is_pure(const struct cx *x, const struct cx_insn *i)
{
	if (i->load || i->row == CB_ALU_DIV_X || i->row == CB_ALU_MOD_X)
		return false;
	if (i->anc >= 0)
		return x->target != CBPF_FOR_LIBPCAP && i->anc != CA_IFINDEX && i->anc != CA_HATYPE;
	return cbpf_rows[i->row].writes != 0;
}

static void find_live(struct cx *x, u32 pc, u32 all)
{
	struct cx_insn *i = &x->i[pc];
	u32 w = writes(x, pc);

	i->out = i->back ? all : 0;
	for (u32 way = 0; way < i->ways; way++)
		i->out |= i->back ? 0 : x->i[i->to[way]].in;
	i->dead = (is_pure(x, i) && !(w & i->out)) ||
		  (i->ways == 1 && cbpf_is_cond(x->code[pc].code));
	i->in = i->dead ? i->out : (i->out & ~w) | i->reads;
}

static void find_need(struct cx *x, u32 pc)
{
	struct cx_insn *i = &x->i[pc];
	u32 k = x->code[pc].k;

	if (i->ways && !i->back) {
		const struct cx_insn *t = &x->i[i->to[0]], *f = &x->i[i->to[i->ways - 1]];

		i->need = MIN(t->need, f->need);
		i->needx = MIN(t->needx, f->needx);
	}
	if (i->anc == CA_IFINDEX || i->anc == CA_HATYPE)
		i->need = i->needx = 0; /* they may return A */
	if ((i->row == CB_RET_K && !k) || i->load == CX_NEVER || i->need > UINT32_MAX ||
	    i->needx > UINT32_MAX)
		i->need = i->needx = CX_SURELY;
	if (i->need == CX_SURELY)
		return;
	if (cbpf_rows[i->row].writes & CB_X) {
		if (i->row == CB_LDX_IMM && i->needx)
			i->need = MAX(i->need, i->needx + k);
		i->needx = 0;
	}
	if (i->load == CX_ABS || i->load == CX_IND)
		i->need = MAX(i->need, i->end);
	if (i->load == CX_IND)
		i->needx = MAX(i->needx, i->end);
	if (i->need > UINT32_MAX)
		i->need = i->needx = CX_SURELY;
}

static void find_backward(struct cx *x)
{
	u32 all = 0;

	for (u32 pc = 0; pc < x->n; pc++)
		all |= x->i[pc].reads;
	for (u32 pc = x->n; pc-- > 0;) {
		find_live(x, pc, all);
		find_need(x, pc);
	}
}

/* ---- what is reached ---- */

static void find_reached(struct cx *x)
{
	u32 *stack = arena_array(x->a, u32, x->n + 1), n = 0;

	x->i[0].reached = true;
	stack[n++] = 0;
	while (n) {
		struct cx_insn *i = &x->i[stack[--n]];

		for (u32 way = 0; i->need != CX_SURELY && way < i->ways; way++)
			if (!x->i[i->to[way]].reached) {
				x->i[i->to[way]].reached = true;
				stack[n++] = i->to[way];
			}
	}
	for (u32 pc = 0; pc < x->n; pc++) {
		struct cx_insn *i = &x->i[pc];

		i->reached &= i->need != CX_SURELY;
		if (i->reached && !i->dead)
			x->uses |= i->reads | (writes(x, pc) & i->out);
	}
	x->uses |= x->i[0].in;
}

/* ---- the byte order of A ----
 *
 * A web is a value of A: what is loaded in some places and used in some, as far
 * as one use may see any of these loads. If its loads have one size and its uses
 * mind no byte order, it stays as it stands in the packet, and the constants are
 * swapped instead. Found by union and find over the A in front of each
 * instruction, and that which each makes. The 0 of the beginning is 0 in any order. */

struct webs {
	u32 *up;  /* of pc: in front of it; of n + pc: made by it */
	u8 *size; /* of the loads that make it, or SEVERAL */
};

enum { SEVERAL = 0xff };

static u32 find(struct webs *w, u32 v)
{
	while (w->up[v] != v)
		v = w->up[v] = w->up[w->up[v]];
	return v;
}

static void mark(struct webs *w, u32 v, u8 size)
{
	v = find(w, v);
	w->size[v] = !w->size[v] || w->size[v] == size ? size : SEVERAL;
}

static void unite(struct webs *w, u32 a, u32 b)
{
	a = find(w, a);
	b = find(w, b);
	if (a == b)
		return;
	w->up[b] = a;
	if (w->size[b])
		mark(w, a, w->size[b]);
}

/* Works on each byte by itself. */
static bool is_bitwise(int row)
{
	return row == CB_ALU_AND_K || row == CB_ALU_OR_K || row == CB_ALU_XOR_K;
}

/* Marks what an instruction asks of A, and returns the A behind it. */
static u32 web_behind(struct cx *x, struct webs *w, u32 pc)
{
	const struct cx_insn *i = &x->i[pc];
	bool makes = cbpf_rows[i->row].writes & CB_A;
	u32 made = x->n + pc;

	if (i->dead)
		return pc;
	if (is_bitwise(i->row)) {
		if (i->row != CB_ALU_AND_K && x->code[pc].k > 0xffff)
			mark(w, pc, 4);
		return pc;
	}
	if (i->reads & LIVE_A && i->row != CB_JMP_JEQ_K && i->row != CB_JMP_JSET_K)
		mark(w, pc, SEVERAL);
	if (makes)
		mark(w, made, i->load && i->size > 1 ? i->size : SEVERAL);
	return makes ? made : pc;
}

static void find_webs(struct cx *x)
{
	struct webs w = {arena_array(x->a, u32, (u64)x->n * 2),
			 arena_array(x->a, u8, (u64)x->n * 2)};

	for (u32 v = 0; v < x->n * 2; v++)
		w.up[v] = v;
	for (u32 pc = 0; pc < x->n; pc++) {
		struct cx_insn *i = &x->i[pc];
		u32 behind = i->reached ? web_behind(x, &w, pc) : 0;

		for (u32 way = 0; i->reached && way < i->ways; way++)
			if (x->i[i->to[way]].in & LIVE_A)
				unite(&w, behind, i->to[way]);
	}
	for (u32 pc = 0; pc < x->n; pc++) {
		u8 size = w.size[find(&w, x->i[pc].load ? x->n + pc : pc)];

		x->i[pc].raw = size == SEVERAL ? 0 : size;
	}
}

void cx_facts(struct cx *x)
{
	x->i = arena_array(x->a, struct cx_insn, x->n);
	find_kinds(x);
	find_bounds(x);
	find_backward(x);
	find_reached(x);
	if (x->target != CBPF_FOR_SOCKET)
		find_webs(x);
}
