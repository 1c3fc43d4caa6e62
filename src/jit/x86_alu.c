/* SPDX-License-Identifier: BSD-2-Clause */
/* Arithmetic: r9, r10 and r11 are free for it. */
#include "jit/x86.h"

static bool is_signed(u8 op) { return op >= EB_SDIV_32_K && op <= EB_SDIV_64_X; }

/* d / s or d % s. rax and rdx are what div works on, so they are put aside. */
static void divide(struct x86 *x, bool w, bool sign, bool mod, u8 d, u8 s)
{
	struct code *c = &x->c;

	if (s != R9)
		mov(c, w, R9, s);
	rr(c, w, 0x85, R9, R9); /* test */
	u32 zero = hop(c, CC_E), done_neg = 0;
	if (sign) { /* the smallest number by -1 would trap */
		alu_imm(c, w, 7, R9, -1);
		u32 normal = hop(c, CC_NE);
		if (mod)
			rr(c, false, 0x31, d, d);
		else
			rr(c, w, 0xf7, 3, d); /* neg */
		put8(c, 0xeb);
		put8(c, 0);
		done_neg = c->raw.n;
		land(c, normal);
	}
	if (d != RAX)
		mov(c, true, R10, RAX);
	if (d != RDX)
		mov(c, true, R11, RDX);
	if (d != RAX)
		mov(c, w, RAX, d);
	if (sign)
		put(c, w ? "\x48\x99" : "\x99", w ? 2 : 1); /* cqo, cdq */
	else
		rr(c, false, 0x31, RDX, RDX);
	rr(c, w, 0xf7, sign ? 7 : 6, R9);
	u8 result = mod ? RDX : RAX;
	if (d != result)
		mov(c, w, d, result);
	if (d != RAX)
		mov(c, true, RAX, R10);
	if (d != RDX)
		mov(c, true, RDX, R11);
	put8(c, 0xeb);
	put8(c, 0);
	u32 done = c->raw.n;
	land(c, zero);
	if (!mod)
		rr(c, false, 0x31, d, d);
	else if (!w)
		mov(c, false, d, d);
	land(c, done);
	if (done_neg)
		land(c, done_neg);
}

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

static void with_reg(struct x86 *x, u8 op64k, bool w, u8 d, u8 s)
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
		divide(x, w, is_signed(op64k), false, d, s);
		return;
	case EB_MOD_64_K:
	case EB_SMOD_64_K:
		divide(x, w, op64k == EB_SMOD_64_K, true, d, s);
		return;
	}
}

static void with_imm(struct x86 *x, u8 op64k, bool w, u8 d, s32 imm)
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
		}
	}
	x86_const(x, w, R9, imm);
	with_reg(x, op64k, w, d, R9);
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

void x86_alu(struct x86 *x, const struct eb *e)
{
	u8 d = x86_reg[e->dst], s = x86_reg[e->src];
	bool w = e->op & 2;

	if (e->op > EB_ARSH_64_X)
		unary(x, e);
	else if (e->op & 1)
		with_reg(x, (u8)((e->op & ~3) | 2), w, d, s);
	else
		with_imm(x, (u8)((e->op & ~3) | 2), w, d, (s32)e->imm);
}
