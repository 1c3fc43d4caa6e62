/* SPDX-License-Identifier: BSD-2-Clause */
/* Arithmetic: r9, r10 and r11 are free for it. */
#include "jit/x86.h"

/* which: shl 4, shr 5, sar 7 */
static void shift(struct x86 *x, bool w, u8 which, u8 d, u8 s)
{
	struct code *c = &x->c;

	if (x->bmi2) {
		shift_bmi2(c, w, which == 4 ? 1 : which == 5 ? 3 : 2, d, d, s);
	} else if (s == RCX && d != RCX) {
		rr(c, w, 0xd3, which, d);
	} else {
		u8 on = d == RCX ? R11 : d;

		mov(c, true, R10, RCX);
		if (d == RCX)
			mov(c, true, R11, RCX);
		if (s != RCX)
			mov(c, true, RCX, s);
		rr(c, w, 0xd3, which, on);
		mov(c, true, RCX, d == RCX ? R11 : R10);
	}
}

static void shift_imm(struct x86 *x, bool w, u8 which, u8 d, s64 imm)
{
	u8 count = (u8)imm & (w ? 63 : 31);

	if (!count) {
		if (!w)
			mov(&x->c, false, d, d);
		return;
	}
	rr(&x->c, w, 0xc1, which, d);
	put8(&x->c, count);
}

static void multiply(struct x86 *x, bool w, u8 d, u8 s) { rr(&x->c, w, 0xaf | X_0F, d, s); }

static void multiply_imm(struct x86 *x, bool w, u8 d, s32 imm)
{
	bool small = imm >= -128 && imm < 128;

	rr(&x->c, w, small ? 0x6b : 0x69, d, d);
	if (small)
		put8(&x->c, (u8)imm);
	else
		put32(&x->c, (u32)imm);
}

static void with_reg(struct x86 *x, const struct op *o, u8 op64k, bool w, u8 d, u8 s)
{
	struct code *c = &x->c;

	switch (op64k) {
	case EB_ADD_64_K:
		rr(c, w, 0x01, s, d);
		return;
	case EB_SUB_64_K:
		rr(c, w, 0x29, s, d);
		return;
	case EB_OR_64_K:
		rr(c, w, 0x09, s, d);
		return;
	case EB_AND_64_K:
		rr(c, w, 0x21, s, d);
		return;
	case EB_XOR_64_K:
		rr(c, w, 0x31, s, d);
		return;
	case EB_MOV_64_K:
		if (d != s || !w)
			mov(c, w, d, s);
		return;
	case EB_MUL_64_K:
		multiply(x, w, d, s);
		return;
	case EB_LSH_64_K:
		shift(x, w, 4, d, s);
		return;
	case EB_RSH_64_K:
		shift(x, w, 5, d, s);
		return;
	case EB_ARSH_64_K:
		shift(x, w, 7, d, s);
		return;
	case EB_DIV_64_K:
	case EB_SDIV_64_K:
	case EB_MOD_64_K:
	case EB_SMOD_64_K:
		x86_divide(x, o, w, s);
		return;
	}
}

static void with_imm(struct x86 *x, const struct op *o, u8 op64k, bool w, u8 d, s32 imm)
{
	struct code *c = &x->c;

	switch (op64k) {
	case EB_LSH_64_K:
		shift_imm(x, w, 4, d, imm);
		return;
	case EB_RSH_64_K:
		shift_imm(x, w, 5, d, imm);
		return;
	case EB_ARSH_64_K:
		shift_imm(x, w, 7, d, imm);
		return;
	case EB_MOV_64_K:
		x86_const(x, w, d, imm);
		return;
	}
	if (!x->harden) {
		switch (op64k) {
		case EB_ADD_64_K:
			alu_imm(c, w, 0, d, imm);
			return;
		case EB_OR_64_K:
			alu_imm(c, w, 1, d, imm);
			return;
		case EB_AND_64_K:
			alu_imm(c, w, 4, d, imm);
			return;
		case EB_SUB_64_K:
			alu_imm(c, w, 5, d, imm);
			return;
		case EB_XOR_64_K:
			alu_imm(c, w, 6, d, imm);
			return;
		case EB_MUL_64_K:
			multiply_imm(x, w, d, imm);
			return;
		case EB_DIV_64_K:
		case EB_MOD_64_K:
			if (x86_divide_by(x, o, w, w ? (u64)(s64)imm : (u32)imm))
				return;
			break;
		}
	}
	x86_const(x, w, R9, imm);
	with_reg(x, o, op64k, w, d, R9);
}

static void rotate(struct x86 *x, bool w, u8 to, u8 from, u8 left)
{
	struct code *c = &x->c;

	if (to == from || !x->bmi2) {
		if (to != from)
			mov(c, w, to, from);
		rr(c, w, 0xc1, 0, to);
		put8(c, left);
		return;
	}
	put8(c, 0xc4); /* rorx: VEX.F2.0F3A.F0 */
	put8(c, (u8)((to < 8 ? 0x80 : 0) | 0x40 | (from < 8 ? 0x20 : 0) | 3));
	put8(c, (u8)((w ? 0x80 : 0) | 0x7b));
	put8(c, 0xf0);
	put8(c, (u8)(0xc0 | (to & 7) << 3 | (from & 7)));
	put8(c, (u8)((w ? 64 : 32) - left));
}

static void rotate8(struct x86 *x, u8 d)
{
	rr(&x->c, false, 0xc1 | X_66, 0, d); /* rol d16, 8 */
	put8(&x->c, 8);
	rr(&x->c, false, 0xb7 | X_0F, d, d); /* movzx */
}

static void swap(struct x86 *x, bool w, u8 d) { head(&x->c, w, (u8)(0xc8 | (d & 7)) | X_0F, 0, d); }

static void unary(struct x86 *x, const struct eb *e)
{
	struct code *c = &x->c;
	u8 d = x86_reg[e->dst], s = x86_reg[e->src];

	switch (e->op) {
	case EB_NEG_32:
	case EB_NEG_64:
		rr(c, e->op == EB_NEG_64, 0xf7, 3, d);
		return;
	case EB_MOVSX8_32:
	case EB_MOVSX8_64:
		rr(c, e->op == EB_MOVSX8_64, 0xbe | X_0F | X_BYTE, d, s);
		return;
	case EB_MOVSX16_32:
	case EB_MOVSX16_64:
		rr(c, e->op == EB_MOVSX16_64, 0xbf | X_0F, d, s);
		return;
	case EB_MOVSX32_64:
		rr(c, true, 0x63, d, s);
		return;
	case EB_LE16:
		rr(c, false, 0xb7 | X_0F, d, d);
		return;
	case EB_LE32:
		mov(c, false, d, d);
		return;
	case EB_BE16:
	case EB_BSWAP16:
		rotate8(x, d);
		return;
	case EB_BE32:
	case EB_BSWAP32:
		swap(x, false, d);
		return;
	case EB_BE64:
	case EB_BSWAP64:
		swap(x, true, d);
		return;
	}
}

_Static_assert(EB_ADD_64_K == EB_ADD_32_K + 2 && EB_ADD_64_X == EB_ADD_32_K + 3 && EB_ADD_32_K == 0,
	       "rows of a family: 32_K, 32_X, 64_K, 64_X");

static void beyond_the_table(struct x86 *x, const struct op *o)
{
	struct code *c = &x->c;
	u8 d = x86_reg[o->e.dst], s = x86_reg[o->e.src];

	switch (o->e.op) {
	case OP_ROL_32:
	case OP_ROL_64:
		rotate(x, o->e.op == OP_ROL_64, d, s, (u8)o->e.imm);
		return;
	case OP_ZX8:
		rr(c, false, 0xb6 | X_0F | X_BYTE, d, s);
		return;
	case OP_ZX16:
		rr(c, false, 0xb7 | X_0F, d, s);
		return;
	}
}

void x86_alu(struct x86 *x, const struct op *o)
{
	const struct eb *e = &o->e;
	u8 d = x86_reg[e->dst], s = x86_reg[e->src];
	bool w = e->op & 2;

	if (e->op > EB_OPS)
		beyond_the_table(x, o);
	else if (e->op > EB_ARSH_64_X)
		unary(x, e);
	else if (e->op & 1)
		with_reg(x, o, (u8)((e->op & ~3) | 2), w, d, s);
	else
		with_imm(x, o, (u8)((e->op & ~3) | 2), w, d, (s32)e->imm);
}
