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

/* How an operation is done: a family of the table without one does not build. */
enum how { BY_OPCODE, BY_MOV, BY_MUL, BY_SHIFT, BY_DIV };

struct way {
	u8 how;
	u8 op, digit; /* op r/m, reg; digit: which of the group with an immediate */
};

#define WAY_ADD                    \
	{                          \
		BY_OPCODE, 0x01, 0 \
	}
#define WAY_SUB                    \
	{                          \
		BY_OPCODE, 0x29, 5 \
	}
#define WAY_OR                     \
	{                          \
		BY_OPCODE, 0x09, 1 \
	}
#define WAY_AND                    \
	{                          \
		BY_OPCODE, 0x21, 4 \
	}
#define WAY_XOR                    \
	{                          \
		BY_OPCODE, 0x31, 6 \
	}
#define WAY_MOV              \
	{                    \
		BY_MOV, 0, 0 \
	}
#define WAY_MUL              \
	{                    \
		BY_MUL, 0, 0 \
	}
#define WAY_LSH                \
	{                      \
		BY_SHIFT, 0, 4 \
	}
#define WAY_RSH                \
	{                      \
		BY_SHIFT, 0, 5 \
	}
#define WAY_ARSH               \
	{                      \
		BY_SHIFT, 0, 7 \
	}
#define WAY_DIV              \
	{                    \
		BY_DIV, 0, 0 \
	}
#define WAY_SDIV             \
	{                    \
		BY_DIV, 0, 0 \
	}
#define WAY_MOD              \
	{                    \
		BY_DIV, 0, 0 \
	}
#define WAY_SMOD             \
	{                    \
		BY_DIV, 0, 0 \
	}

static const struct way ways[] = {
#define EB_ALU(name, ...) [EB_##name##_32_K / 4] = WAY_##name,
#define EB(...)
#include "isa/ebpf.def"
};

_Static_assert(EB_ADD_32_K == 0 && EB_ADD_64_X == 3 && EB_ARSH_64_X == 4 * LEN(ways) - 1,
	       "the table begins with families: 32_K, 32_X, 64_K, 64_X");

static void with_reg(struct x86 *x, const struct op *o, struct way way, bool w, u8 s)
{
	struct code *c = &x->c;
	u8 d = x86_reg[o->e.dst];

	switch ((enum how)way.how) {
	case BY_OPCODE:
		rr(c, w, way.op, s, d);
		return;
	case BY_MOV:
		if (d != s || !w)
			mov(c, w, d, s);
		return;
	case BY_MUL:
		multiply(x, w, d, s);
		return;
	case BY_SHIFT:
		shift(x, w, way.digit, d, s);
		return;
	case BY_DIV:
		x86_divide(x, o, w, s);
		return;
	}
}

static void with_imm(struct x86 *x, const struct op *o, struct way way, bool w, s32 imm)
{
	u8 d = x86_reg[o->e.dst];

	if (way.how == BY_SHIFT) {
		shift_imm(x, w, way.digit, d, imm);
	} else if (way.how == BY_MOV) {
		x86_const(x, w, d, imm);
	} else if (way.how == BY_OPCODE && !x->harden) {
		alu_imm(&x->c, w, way.digit, d, imm);
	} else if (way.how == BY_MUL && !x->harden) {
		multiply_imm(x, w, d, imm);
	} else if (way.how != BY_DIV || x->harden ||
		   !x86_divide_by(x, o, w, w ? (u64)(s64)imm : (u32)imm)) {
		x86_const(x, w, R9, imm);
		with_reg(x, o, way, w, R9);
	}
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

/* Byte order: le, be and bswap of a width. Here le only cuts. */
static void reorder(struct x86 *x, const struct eb_row *row, u8 d)
{
	bool little = (row->code & 15) == 4;

	if (row->value == 16 && little)
		rr(&x->c, false, 0xb7 | X_0F, d, d);
	else if (row->value == 16)
		rotate8(x, d);
	else if (!little)
		swap(x, row->value == 64, d);
	else if (row->value == 32)
		mov(&x->c, false, d, d);
}

/* What the table says is enough for these. */
static void unary(struct x86 *x, const struct eb *e)
{
	const struct eb_row *row = &ebpf_rows[e->op];
	u8 d = x86_reg[e->dst], s = x86_reg[e->src];
	bool w = (row->code & 7) == 7;

	if (row->form == EBF_NEG)
		rr(&x->c, w, 0xf7, 3, d);
	else if (row->form == EBF_SWAP)
		reorder(x, row, d);
	else if (row->value == 32)
		rr(&x->c, true, 0x63, d, s);
	else
		rr(&x->c, w, row->value == 8 ? 0xbe | X_0F | X_BYTE : 0xbf | X_0F, d, s);
}

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
	bool w = e->op & 2;

	if (e->op > EB_OPS)
		beyond_the_table(x, o);
	else if (e->op > EB_ARSH_64_X)
		unary(x, e);
	else if (e->op & 1)
		with_reg(x, o, ways[e->op / 4], w, x86_reg[e->src]);
	else
		with_imm(x, o, ways[e->op / 4], w, (s32)e->imm);
	if (e->op <= EB_ARSH_64_X && ways[e->op / 4].how == BY_OPCODE) {
		x->flags.at = x->c.raw.n;
		x->flags.reg = x86_reg[e->dst];
		x->flags.wide = w;
	}
}
