/* SPDX-License-Identifier: BSD-2-Clause */
/* Arithmetic: on numbers; what has a pointer in it goes to pointer.c. */
#include "check/priv.h"

static void copy_if_same(struct verify *v, struct reg *dst, struct reg *src, bool same)
{
	if (same)
		give_id(v, src);
	*dst = *src;
	if (!same)
		reg_unlink(dst);
}

static int move_reg(struct verify *v, const struct eb *e)
{
	struct reg *dst = &regs(v)[e->dst], *src = &regs(v)[e->src];

	if (op_is64(e->op)) {
		give_id(v, src);
		*dst = *src;
		return 0;
	}
	if (reg_leaks(v, src))
		return say(v, -EACCES, "R%u partial copy of pointer\n", e->src);
	if (src->type != REG_SCALAR) {
		reg_unknown(v, dst);
		scalar_zext(&dst->v, 4);
		return 0;
	}
	copy_if_same(v, dst, src, reg_width(src) <= 32);
	scalar_zext(&dst->v, 4);
	return 0;
}

static int move_signed(struct verify *v, const struct eb *e)
{
	u32 bits = ebpf_rows[e->op].value;
	bool is64 = ebpf_rows[e->op].code == 0xbf;
	int err = read_reg(v, e->src);

	if (!err)
		err = write_reg_kept(v, e->dst);
	if (err)
		return err;
	struct reg *dst = &regs(v)[e->dst], *src = &regs(v)[e->src];
	if (reg_leaks(v, src))
		return say(v, -EACCES,
			   is64 ? "R%u sign-extension part of pointer\n"
				: "R%u partial copy of pointer\n",
			   e->src);
	if (src->type != REG_SCALAR) {
		reg_unknown(v, dst);
	} else {
		copy_if_same(v, dst, src, src->v.umax < (u64)1 << (bits - 1));
		scalar_sext(&dst->v, bits / 8);
	}
	if (!is64)
		scalar_zext(&dst->v, 4);
	return 0;
}

static int move(struct verify *v, const struct eb *e)
{
	bool x = op_is_x(e->op);
	int err = x ? read_reg(v, e->src) : 0;

	if (!err)
		err = write_reg_kept(v, e->dst);
	if (err)
		return err;
	if (x)
		return move_reg(v, e);
	reg_const(v, &regs(v)[e->dst], op_is64(e->op) ? (u64)e->imm : (u32)e->imm);
	return 0;
}

/* NEG, and swaps of bytes. */
static int change(struct verify *v, const struct eb *e)
{
	struct reg *dst = &regs(v)[e->dst];
	u8 form = ebpf_rows[e->op].form;
	int err = read_reg(v, e->dst);

	if (err)
		return err;
	if (reg_leaks(v, dst))
		return say(v, -EACCES, "R%u pointer arithmetic prohibited\n", e->dst);
	if (dst->type != REG_SCALAR)
		return write_reg(v, e->dst);
	err = write_reg_kept(v, e->dst);
	if (err)
		return err;
	if (form == EBF_NEG)
		scalar_alu(&dst->v, EB_NEG_64, &dst->v, e->op == EB_NEG_64);
	else
		scalar_swap(&dst->v, (enum eb_op)e->op, ebpf_rows[e->op].value);
	reg_unlink(dst);
	return 0;
}

/* What the bounds of dst and src came from, the result comes from. */
static int compute(struct verify *v, const struct eb *e, struct reg *dst, const struct reg *src)
{
	enum eb_op op = op_family(e->op);
	bool is64 = op_is64(e->op), sums = op == EB_ADD_64_X || op == EB_SUB_64_X;

	if (sums) {
		int why = spec_number(v, e);
		if (why)
			return spec_refuse(v, e, why, false);
	}
	s64 n = is64 ? (s64)src->v.bits.value : (s32)src->v.bits.value;
	n = op == EB_SUB_64_X ? -n : n;
	bool plus = v->capable && sums && dst->id && !(dst->id & ID_PLUS) && n == (s32)n &&
		    (is64 ? scalar_is_const(&src->v) : scalar_is_const32(&src->v));
	scalar_alu(&dst->v, op, &src->v, is64);
	dst->off = plus ? (s32)n : 0;
	dst->id = plus ? dst->id | (is64 ? ID_PLUS64 : ID_PLUS32) : 0;
	return 0;
}

static int pointer_and_pointer(struct verify *v, const struct eb *e)
{
	if (op_family(e->op) == EB_SUB_64_X && v->leaks) {
		reg_unknown(v, &regs(v)[e->dst]);
		return 0;
	}
	return say(v, -EACCES, "R%u pointer %s pointer prohibited\n", e->dst,
		   ebpf_rows[e->op].symbol);
}

static int combine(struct verify *v, const struct eb *e)
{
	struct reg *dst = &regs(v)[e->dst], *src = &v->scratch[0];
	bool x = op_is_x(e->op);
	int err = 0;

	if (dst->type == REG_ARENA)
		return 0;
	if (x)
		src = &regs(v)[e->src];
	else
		reg_const(v, src, (u64)e->imm);
	if (reg_points(src)) {
		if (reg_points(dst))
			return pointer_and_pointer(v, e);
		err = precise_reg(v, e->dst);
		return err ? err : add_to_pointer(v, e, src, dst, true);
	}
	if (x && (reg_points(dst) || dst->precise))
		err = precise_reg(v, e->src);
	if (err)
		return err;
	return reg_points(dst) ? add_to_pointer(v, e, dst, src, false) : compute(v, e, dst, src);
}

static int check_operands(struct verify *v, const struct eb *e)
{
	enum eb_op op = op_family(e->op);
	int err = op_is_x(e->op) ? read_reg(v, e->src) : 0;

	if (!err)
		err = read_reg(v, e->dst);
	if (err || op_is_x(e->op))
		return err ? err : write_reg_kept(v, e->dst);
	if ((op == EB_DIV_64_X || op == EB_MOD_64_X || op == EB_SDIV_64_X || op == EB_SMOD_64_X) &&
	    !e->imm)
		return say(v, -EINVAL, "div by zero\n");
	if ((op == EB_LSH_64_X || op == EB_RSH_64_X || op == EB_ARSH_64_X) &&
	    (e->imm < 0 || e->imm >= (op_is64(e->op) ? 64 : 32)))
		return say(v, -EINVAL, "invalid shift %d\n", (s32)e->imm);
	return write_reg_kept(v, e->dst);
}

int check_alu(struct verify *v, const struct eb *e)
{
	switch ((enum eb_form)ebpf_rows[e->op].form) {
	case EBF_NEG:
	case EBF_SWAP:
		return change(v, e);
	case EBF_MOVSX:
		return move_signed(v, e);
	default:
		break;
	}
	if (op_family(e->op) == EB_MOV_64_X)
		return move(v, e);
	int err = check_operands(v, e);
	return err ? err : combine(v, e);
}
