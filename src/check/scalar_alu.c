/* SPDX-License-Identifier: BSD-2-Clause */
/* Arithmetic on scalars. */
#include "check/halves.h"

enum alu {
#define EB(...)
#define EB_ALU(name, ...) ALU_##name,
#include "isa/ebpf.def"
	ALU_NEG
};

/* The table has four rows a family, one after the other. */
static enum alu family(enum eb_op op)
{
	return op == EB_NEG_32 || op == EB_NEG_64 ? ALU_NEG : (enum alu)((op - EB_ADD_32_K) / 4);
}
_Static_assert(EB_ARSH_64_X == EB_ADD_32_K + 4 * ALU_ARSH + 3, "four rows a family");

static struct range compute(enum alu op, const struct range *a, const struct range *b, u64 amounts,
			    u32 w)
{
	switch (op) {
	case ALU_ADD:
		return range_add(a, b, w);
	case ALU_SUB:
		return range_sub(a, b, w);
	case ALU_NEG: {
		const struct range zero = {0};
		return range_sub(&zero, a, w);
	}
	case ALU_MUL:
		return range_mul(a, b, w);
	case ALU_DIV:
		return range_div(a, b, w);
	case ALU_SDIV:
		return range_sdiv(a, b, w);
	case ALU_MOD:
		return range_mod(a, b, w);
	case ALU_SMOD:
		return range_smod(a, b, w);
	case ALU_AND:
		return range_and(a, b, w);
	case ALU_OR:
		return range_or(a, b, w);
	case ALU_XOR:
		return range_xor(a, b, w);
	case ALU_LSH:
		return range_lsh(a, amounts, w);
	case ALU_RSH:
		return range_rsh(a, amounts, w);
	case ALU_ARSH:
		return range_arsh(a, amounts, w);
	case ALU_MOV:
		break;
	}
	return *b;
}

/* The low half of the result depends on nothing but the low halves. */
static bool from_low(enum alu op)
{
	switch (op) {
	case ALU_DIV:
	case ALU_SDIV:
	case ALU_MOD:
	case ALU_SMOD:
	case ALU_RSH:
	case ALU_ARSH:
		return false;
	default:
		return true;
	}
}

/* Shifted by W - H or more, only the low half counts: with zeros above, or its sign. */
static struct range lsh_far(const struct scalar *d, u64 amounts)
{
	struct scalar zeros = *d, sign = *d;

	scalar_zext(&zeros, H / BYTE);
	scalar_sext(&sign, H / BYTE);
	struct range a = scalar_whole(&zeros), b = scalar_whole(&sign);
	a = range_lsh(&a, amounts, W);
	b = range_lsh(&b, amounts, W);
	range_meet(&a, &b);
	return a;
}

void scalar_alu(struct scalar *d, enum eb_op op, const struct scalar *s, bool is64)
{
	enum alu f = family(op);
	struct scalar none = scalar_const(0), *b = &none;
	struct scalar copy;

	if (f != ALU_NEG) {
		copy = *s;
		b = &copy;
	}
	struct range dw = scalar_whole(d), dh = scalar_half(d);
	struct range sw = scalar_whole(b), sh = scalar_half(b);
	bool shifts = f == ALU_LSH || f == ALU_RSH || f == ALU_ARSH;
	u64 amounts = !shifts ? 0 : is64 ? range_amounts(&sw, W) : range_amounts(&sh, H);

	struct range whole, half = range_any(H);
	if (!is64 || from_low(f))
		half = compute(f, &dh, &sh, amounts, H);
	if (is64) {
		bool far = f == ALU_LSH && !(amounts & ones(W - H));
		whole = far ? lsh_far(d, amounts) : compute(f, &dw, &sw, amounts, W);
		range_bits(&whole, (struct tnum){half.bits.value, half.bits.mask | ~ones(H)});
	} else {
		whole = (struct range){half.bits, half.umin, half.umax, 0, 0};
		whole.smin = range_any(W).smin;
		whole.smax = range_any(W).smax;
	}
	*d = scalar_of(&whole, &half);
	scalar_sync(d);
}
