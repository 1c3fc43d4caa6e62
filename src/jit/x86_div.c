/* SPDX-License-Identifier: BSD-2-Clause */
/* Division: by div, or, by a constant, as a multiplication with its reciprocal
 * (Granlund and Montgomery, Division by Invariant Integers, 1994). */
#include "jit/x86.h"

static bool is_mod(u8 op)
{
	return (op >= EB_MOD_32_K && op <= EB_MOD_64_X) ||
	       (op >= EB_SMOD_32_K && op <= EB_SMOD_64_X);
}

static bool is_signed(u8 op)
{
	return (op >= EB_SDIV_32_K && op <= EB_SDIV_64_X) ||
	       (op >= EB_SMOD_32_K && op <= EB_SMOD_64_X);
}

static u32 skip(struct code *c)
{
	put8(c, 0xeb);
	put8(c, 0);
	return c->raw.n;
}

/* What div works on: rax and rdx are put aside where others need them. */
static void by_div(struct x86 *x, const struct op *o, bool w)
{
	struct code *c = &x->c;
	u8 d = x86_reg[o->e.dst], result = is_mod(o->e.op) ? RDX : RAX;
	bool sign = is_signed(o->e.op);
	bool rax = d != RAX && o->live & 1, rdx = d != RDX && o->live & 8;

	if (rax)
		mov(c, true, R10, RAX);
	if (rdx)
		mov(c, true, R11, RDX);
	if (d != RAX)
		mov(c, w, RAX, d);
	if (sign)
		put(c, w ? "\x48\x99" : "\x99", w ? 2 : 1); /* cqo, cdq */
	else
		rr(c, false, 0x31, RDX, RDX);
	rr(c, w, 0xf7, sign ? 7 : 6, R9);
	if (d != result)
		mov(c, w, d, result);
	if (rax)
		mov(c, true, RAX, R10);
	if (rdx)
		mov(c, true, RDX, R11);
}

void x86_divide(struct x86 *x, const struct op *o, bool w, u8 s)
{
	struct code *c = &x->c;
	u8 d = x86_reg[o->e.dst];
	bool mod = is_mod(o->e.op);
	u32 minus = 0;

	if (s != R9)
		mov(c, w, R9, s);
	rr(c, w, 0x85, R9, R9); /* test */
	u32 zero = hop(c, CC_E);
	if (is_signed(o->e.op)) { /* the smallest number by -1 would trap */
		alu_imm(c, w, 7, R9, -1);
		u32 normal = hop(c, CC_NE);
		if (mod)
			rr(c, false, 0x31, d, d);
		else
			rr(c, w, 0xf7, 3, d); /* neg */
		minus = skip(c);
		land(c, normal);
	}
	by_div(x, o, w);
	u32 done = skip(c);
	land(c, zero);
	if (!mod)
		rr(c, false, 0x31, d, d);
	else if (!w)
		mov(c, false, d, d);
	land(c, done);
	if (minus)
		land(c, minus);
}

/* n / k = n * m >> (bits + shift), exactly, for all n; m has one bit more than
 * the machine's words when `wide` is set. */
struct reciprocal {
	u64 m;
	u8 shift;
	bool wide;
};

static struct reciprocal reciprocal(u64 k, u32 bits)
{
	unsigned __int128 one = 1;
	u32 most = 64 - (u32)__builtin_clzll(k - 1); /* k > 1: ceil(log2(k)) */

	for (u32 s = 0; s < most; s++) {
		unsigned __int128 power = one << (bits + s), m = power / k + 1, e = m * k - power;

		if (e <= one << s && m < one << bits)
			return (struct reciprocal){(u64)m, (u8)s, false};
	}
	/* m = 2^bits + m': the sum may be 2^bits too large, so it is halved on the way */
	unsigned __int128 rest = (one << (bits + most - 1)) - ((unsigned __int128)k << (bits - 1));
	u64 m = (u64)((rest << 1) / k + 1);
	return (struct reciprocal){m, (u8)most, true};
}

/* r10 = the high word of d * m. */
static void high_word(struct x86 *x, const struct op *o, bool w, u64 m)
{
	struct code *c = &x->c;
	u8 d = x86_reg[o->e.dst];
	bool rdx = d != RDX && o->live & 8;

	if (!w) {
		mov(c, false, R10, d);
		mov_imm(c, R11, m);
		rr(c, true, 0xaf | X_0F, R10, R11); /* imul */
		rr(c, true, 0xc1, 5, R10);
		put8(c, 32);
		return;
	}
	if (rdx)
		mov(c, true, R11, RDX);
	if (d != RDX)
		mov(c, true, RDX, d);
	mov_imm(c, R10, m);
	put(c, "\xc4\x42\xb3\xf6\xd2", 5); /* mulx r10, r9, r10 */
	if (rdx)
		mov(c, true, RDX, R11);
}

/* r10 = d / k */
static void quotient(struct x86 *x, const struct op *o, bool w, u64 k)
{
	struct reciprocal r = reciprocal(k, w ? 64 : 32);
	struct code *c = &x->c;
	u8 shift = r.shift;

	high_word(x, o, w, r.m);
	if (r.wide) {
		mov(c, w, R9, x86_reg[o->e.dst]);
		rr(c, w, 0x29, R10, R9); /* sub */
		rr(c, w, 0xc1, 5, R9);
		put8(c, 1);
		rr(c, w, 0x01, R9, R10); /* add */
		shift--;
	}
	if (shift) {
		rr(c, w, 0xc1, 5, R10);
		put8(c, shift);
	}
}

bool x86_divide_by(struct x86 *x, const struct op *o, bool w, u64 k)
{
	struct code *c = &x->c;
	u8 d = x86_reg[o->e.dst];
	bool mod = is_mod(o->e.op);

	if (k < 2 || is_signed(o->e.op) || (w && !x->bmi2))
		return false;
	if (!(k & (k - 1))) {
		u8 log = (u8)__builtin_ctzll(k);

		if (mod && k - 1 > INT32_MAX)
			return false;
		if (mod)
			alu_imm(c, w, 4, d, (s32)(k - 1));
		else
			rr(c, w, 0xc1, 5, d), put8(c, log);
		return true;
	}
	quotient(x, o, w, k);
	if (!mod) {
		mov(c, w, d, R10);
		return true;
	}
	rr(c, w, 0x69, R10, R10); /* imul */
	put32(c, (u32)k);
	rr(c, w, 0x29, R10, d);
	return true;
}
