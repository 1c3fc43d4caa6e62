/* SPDX-License-Identifier: BSD-2-Clause */
/* Random classic programs and packets for the tests that ask an oracle. */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include "isa/isa.h"

struct rnd {
	u64 s;
};

static inline u32 rnd(struct rnd *r)
{
	r->s ^= r->s << 13;
	r->s ^= r->s >> 7;
	r->s ^= r->s << 17;
	return (u32)(r->s * 0x2545f4914f6cdd1du >> 32);
}

/* In [0, n); n > 0. */
static inline u32 below(struct rnd *r, u32 n) { return (u32)((u64)rnd(r) * n >> 32); }

/* Numbers at which something changes. */
static inline u32 edge(struct rnd *r)
{
	static const u32 near[] = {0,
				   16,
				   32,
				   64,
				   0xff,
				   0xffff,
				   0x7fffffff,
				   0x80000000,
				   CBPF_AD_OFF,
				   CBPF_AD_OFF + 64,
				   CBPF_NET_OFF,
				   CBPF_LL_OFF,
				   0xffffffff,
				   0x800,
				   0x0fff0000};
	u32 base = near[below(r, LEN(near))];

	switch (below(r, 4)) {
	case 0:
		return base;
	case 1:
		return base + below(r, 9) - 4;
	case 2:
		return base + below(r, 80);
	default:
		return rnd(r);
	}
}

/* An instruction as the checker likes it, at pc of n. */
static inline struct ob_cbpf random_insn(struct rnd *r, u32 pc, u32 n, u16 stored)
{
	u32 row = below(r, CB_COUNT), room = n - pc - 1;
	struct ob_cbpf c = {.code = cbpf_rows[row].code, .k = below(r, 3) ? below(r, 64) : edge(r)};

	if (cbpf_rows[row].operand == CBO_MEM) {
		c.k = below(r, 16);
		while (cbpf_rows[row].reads & CB_M && stored && !(stored & 1 << c.k))
			c.k = below(r, 16);
	}
	switch (row) {
	case CB_ALU_LSH_K:
	case CB_ALU_RSH_K:
		c.k &= 31;
		break;
	case CB_ALU_DIV_K:
	case CB_ALU_MOD_K:
		c.k += !c.k;
		break;
	case CB_LD_W_ABS:
	case CB_LD_H_ABS:
	case CB_LD_B_ABS:
		if (c.k >= CBPF_AD_OFF || !below(r, 8))
			c.k = CBPF_AD_OFF + below(r, 16) * 4;
		break;
	case CB_LDX_IMM:
	case CB_LD_IMM:
		if (!below(r, 3))
			c.k = edge(r);
		break;
	case CB_JMP_JA:
		c.k = room ? below(r, MIN(room, 4u)) : 0;
		break;
	case CB_RET_K:
	case CB_RET_A:
		if (room && below(r, 4)) /* not too often */
			return random_insn(r, pc, n, stored);
		break;
	}
	if (cbpf_is_cond(c.code)) {
		c.jt = room ? (u8)below(r, MIN(room, 6u)) : 0;
		c.jf = room ? (u8)below(r, MIN(room, 6u)) : 0;
	}
	return c;
}

/* What interpreters like to do at once: a load, perhaps `and`, and a test of
 * what many packets have there. left: instructions behind the three. */
static inline void random_test(struct rnd *r, struct ob_cbpf *at, u32 left)
{
	static const int test[] = {CB_JMP_JEQ_K, CB_JMP_JEQ_K, CB_JMP_JSET_K, CB_JMP_JGT_K,
				   CB_JMP_JGE_K};
	u32 value = below(r, 2) ? 0 : below(r, 24);

	at[0].code = cbpf_rows[CB_LD_W_ABS + below(r, 6)].code;
	at[0].k = below(r, 40);
	at[1] = (struct ob_cbpf){cbpf_rows[CB_ALU_AND_K].code, 0, 0, rnd(r)};
	if (!below(r, 3)) {
		at[0].code = cbpf_rows[CB_LDX_MSH].code;
		at[1] = (struct ob_cbpf){cbpf_rows[CB_LD_H_IND].code, 0, 0, below(r, 20)};
	} else if (below(r, 2)) {
		at[1] = at[0];
	}
	at[2] = (struct ob_cbpf){cbpf_rows[test[below(r, LEN(test))]].code, 0, 0, value};
	at[2].jt = (u8)below(r, MIN(left, 3u));
	at[2].jf = (u8)below(r, MIN(left, 3u));
}

/* A netlink attribute, a load relative to X, or to a small X of the packet's, a test
 * of some bits: chance seldom makes these whole. */
static inline void random_idiom(struct rnd *r, struct ob_cbpf *at, u32 left)
{
	static const u32 from[] = {0, CBPF_NET_OFF, CBPF_LL_OFF, 0xffffffc0};
	static const int load[] = {CB_LD_W_IND, CB_LD_H_IND, CB_LD_B_IND};
	u32 k = from[below(r, LEN(from))], x = rnd(r);

	static const int bitwise[] = {CB_ALU_AND_K, CB_ALU_OR_K, CB_ALU_XOR_K};
	static const int small[] = {CB_ALU_AND_K, CB_ALU_LSH_K, CB_ALU_RSH_K, CB_ALU_MOD_K};
	u32 idiom = below(r, 4);

	if (idiom == 0) {
		at[0] = (struct ob_cbpf){cbpf_rows[CB_LD_H_ABS].code, 0, 0, below(r, 40)};
		at[1] = (struct ob_cbpf){cbpf_rows[bitwise[below(r, 3)]].code, 0, 0, edge(r)};
		at[2] = (struct ob_cbpf){cbpf_rows[CB_JMP_JEQ_K].code, 0, 0, edge(r)};
		at[2].jt = left > 1;
		if (below(r, 2))
			at[2].k = below(r, 2) ? at[1].k & 0xffff : at[1].k;
	} else if (idiom == 1) {
		at[0] = (struct ob_cbpf){cbpf_rows[small[below(r, 4)]].code, 0, 0,
					 1 + below(r, 30)};
		at[1] = (struct ob_cbpf){cbpf_rows[CB_TAX].code, 0, 0, 0};
		at[2] = (struct ob_cbpf){cbpf_rows[load[below(r, 3)]].code, 0, 0, below(r, 40)};
	} else if (idiom == 2) {
		at[0] = (struct ob_cbpf){cbpf_rows[CB_LD_IMM].code, 0, 0,
					 below(r, 2) ? 0 : below(r, 40)};
		at[1] = (struct ob_cbpf){cbpf_rows[CB_LDX_IMM].code, 0, 0, below(r, 8)};
		at[2].code = cbpf_rows[CB_LD_W_ABS].code;
		at[2].k = CBPF_AD_OFF + (below(r, 2) ? CA_NLATTR : CA_NLATTR_NEST);
	} else {
		at[0] = (struct ob_cbpf){cbpf_rows[CB_LDX_IMM].code, 0, 0, x};
		at[1] = (struct ob_cbpf){cbpf_rows[load[below(r, 3)]].code, 0, 0,
					 k - x + below(r, 64)};
		at[2] = (struct ob_cbpf){cbpf_rows[CB_LDX_MSH].code, 0, 0, k + below(r, 64)};
	}
}

/* Mostly accepted: what is left to chance are cells, and jumps over stores. */
static inline void random_program(struct rnd *r, struct ob_cbpf *code, u32 n)
{
	u16 stored = 0;

	for (u32 pc = 0; pc < n; pc++) {
		code[pc] = random_insn(r, pc, n, stored);
		if (code[pc].code == cbpf_rows[CB_ST].code ||
		    code[pc].code == cbpf_rows[CB_STX].code)
			stored |= (u16)(1 << code[pc].k);
	}
	for (u32 i = below(r, 4); n > 4 && i; i--) {
		u32 pc = below(r, n - 3);

		if (below(r, 2))
			random_idiom(r, code + pc, n - pc - 3);
		else
			random_test(r, code + pc, n - pc - 3);
	}
	bool a = below(r, 2);
	code[n - 1] = (struct ob_cbpf){cbpf_rows[a ? CB_RET_A : CB_RET_K].code, 0, 0, edge(r)};
}

static inline u32 add_insn(struct ob_cbpf *code, u32 n, int row, u32 k)
{
	code[n] = (struct ob_cbpf){.code = cbpf_rows[row].code, .k = k};
	return n + 1;
}

/* Every `ret a` becomes a jump to a tail that folds A and X to one word, which is
 * never 0. */
enum { TAIL = 10 };
static inline u32 add_tail(struct ob_cbpf *code, u32 n)
{
	for (u32 i = 0; i < n; i++)
		if (code[i].code == cbpf_rows[CB_RET_A].code)
			code[i] =
				(struct ob_cbpf){.code = cbpf_rows[CB_JMP_JA].code, .k = n - i - 1};
	n = add_insn(code, n, CB_ST, 0);
	n = add_insn(code, n, CB_TXA, 0);
	n = add_insn(code, n, CB_ALU_MUL_K, 0x9e3779b1);
	n = add_insn(code, n, CB_TAX, 0);
	n = add_insn(code, n, CB_LD_MEM, 0);
	n = add_insn(code, n, CB_ALU_ADD_X, 0);
	n = add_insn(code, n, CB_ALU_OR_K, 1);
	return add_insn(code, n, CB_RET_A, 0);
}

/* `ret a` becomes `A == k ? all : 1 byte`. */
static inline u32 expect(struct ob_cbpf *code, u32 n, u32 k)
{
	n = add_insn(code, n - 1, CB_JMP_JEQ_K, k);
	code[n - 1].jf = 1;
	n = add_insn(code, n, CB_RET_K, UINT32_MAX);
	return add_insn(code, n, CB_RET_K, 1);
}

/* One to three faults. */
static inline void mutate(struct rnd *r, struct ob_cbpf *code, u32 n)
{
	for (u32 times = 1 + below(r, 3); times; times--) {
		struct ob_cbpf *c = &code[below(r, n)];

		switch (below(r, 7)) {
		case 0:
			c->code ^= (u16)(1 << below(r, 16));
			break;
		case 1:
			c->code = (u16)rnd(r) & 0xff;
			break;
		case 2:
			c->k = edge(r);
			break;
		case 3:
			c->jt = (u8)rnd(r);
			break;
		case 4:
			c->jf = (u8)rnd(r);
			break;
		case 5:
			c->k = n - (u32)(c - code) - below(r, 4);
			break;
		case 6:
			code[n - 1] = code[below(r, n)];
			break;
		}
	}
}

static inline void random_packet(struct rnd *r, u8 *p, u32 n)
{
	u32 kind = below(r, 3);

	for (u32 i = 0; i < n; i++)
		p[i] = (u8)(kind ? rnd(r) : below(r, 3) ? 0 : below(r, 24));
	/* netlink attributes, some nested: lengths and types in host order */
	for (u32 i = 0, step; kind == 2 && i + 4 <= n; i += step) {
		p[i] = (u8)(4 + below(r, 20));
		p[i + 1] = 0;
		p[i + 2] = (u8)below(r, 8);
		p[i + 3] = below(r, 4) ? 0 : 0x80; /* NLA_F_NESTED */
		step = below(r, 2) ? 4 : (p[i] + 3u) & ~3u;
	}
}

static inline void print_program(const char *why, const struct ob_cbpf *code, u32 n)
{
	struct buf b = {0};

	cbpf_dis(&b, code, n, CBPF_TEXT);
	cbpf_dis(&b, code, n, CBPF_C);
	fprintf(stderr, "%s:\n%s", why, b.p ? b.p : "");
	buf_deinit(&b);
}

#endif
