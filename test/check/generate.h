/* SPDX-License-Identifier: BSD-2-Clause */
/* Random programs that aim at what a verifier gets wrong: bounds made by mixed
 * 32- and 64-bit arithmetic and comparisons, spilled and filled in other sizes,
 * that then move a pointer to a map's value, a packet or the stack close to its
 * end; in loops and functions, too.
 *
 * Of XDP, with one array of GEN_ENTRIES values. r6 is the context, r9 a value of
 * the map; the others are numbers, r4 and r5 sometimes pointers. */
#ifndef GENERATE_H
#define GENERATE_H

#include "machine.h"
#include "isa/maptype.h"
#include "isa/progtype.h"
#include "prog/prog.h"

#include <stdlib.h>

enum {
	GEN_MAX = 160,
	GEN_VALUE = 48,
	GEN_ENTRIES = 2,
	GEN_PACKET = 64, /* bytes at most */
	HELPER_LOOKUP = 1,
	HELPER_RANDOM = 7,
};

static struct gen {
	struct eb code[GEN_MAX];
	u32 n;
	u32 out[GEN_MAX], outs; /* jumps to the end */
	u32 call[8], calls;     /* of the function behind it */
	u16 numbers;            /* registers that hold numbers: a set */
	u8 spilled[8];          /* bytes of a number in fp-8, fp-16 ...; 0: none */
} g;

static inline u32 pick(u32 n) { return (u32)(rnd() % n); }

static inline void emit(enum eb_op op, u32 dst, u32 src, s32 off, s64 imm)
{
	if (g.n < GEN_MAX)
		g.code[g.n++] = (struct eb){
			.op = (u8)op, .dst = (u8)dst, .src = (u8)src, .off = off, .imm = imm};
}

static inline void emit_out(enum eb_op op, u32 dst, u32 src, s64 imm)
{
	g.out[g.outs++ % GEN_MAX] = g.n;
	emit(op, dst, src, 0, imm);
}

static inline void is_number(u32 r, bool yes)
{
	g.numbers = (u16)(yes ? g.numbers | 1u << r : g.numbers & ~(1u << r));
}

/* A register that holds a number; r8 always does. */
static inline u32 some_number(void)
{
	u32 r = pick(9);

	return g.numbers >> r & 1 ? r : 8;
}

static inline u32 some_target(void)
{
	static const u8 may[] = {0, 1, 2, 3, 8};

	return may[pick(LEN(may))];
}

static inline void gen_random(u32 r)
{
	emit(EB_CALL, 0, 0, 0, HELPER_RANDOM);
	for (u32 i = 1; i < 6; i++)
		is_number(i, false);
	is_number(0, true);
	emit(EB_MOV_64_X, r, 0, 0, 0);
	is_number(r, true);
}

static inline void gen_load(u32 r)
{
	static const u8 ops[] = {EB_LDX_W,  EB_LDX_H,  EB_LDX_B, EB_LDX_DW,
				 EB_LDSX_W, EB_LDSX_H, EB_LDSX_B};
	enum eb_op op = ops[pick(LEN(ops))];

	emit(op, r, 9, (s32)(pick(GEN_VALUE / 8) * 8 + (pick(3) ? 0 : pick(9 - ebpf_size(op)))), 0);
	is_number(r, true);
}

static inline s64 gen_imm(void) { return pick(2) ? (s64)pick(80) - 16 : (s32)number(); }

static inline void gen_alu(void)
{
	struct eb e = {.op = (u8)(EB_ADD_32_K + pick(EB_BSWAP64 - EB_ADD_32_K + 1))};
	u8 form = ebpf_rows[e.op].form;
	bool wide = (ebpf_rows[e.op].code & 7) == 7;
	u32 d = some_number(), s = some_number();
	s64 imm = gen_imm();

	if (pick(4) == 0) { /* a copy: two registers that know of each other */
		d = some_target();
		emit(pick(3) ? EB_MOV_64_X : EB_MOV_32_X, d, s, 0, 0);
		is_number(d, true);
		return;
	}
	if (form == EBF_ALU_K) {
		if ((e.op >= EB_LSH_32_K && e.op <= EB_RSH_64_X) || e.op >= EB_ARSH_32_K)
			imm = pick(wide ? 64 : 32);
		if (e.op >= EB_DIV_32_K && e.op <= EB_SMOD_64_X && !imm)
			imm = 7;
	} else if (form == EBF_SWAP)
		imm = ebpf_rows[e.op].value;
	else
		imm = 0;
	emit(e.op, d, has_src(&e) ? s : 0, 0, imm);
}

static inline enum eb_op gen_relation(bool with_src)
{
	return (enum eb_op)(EB_JEQ_32_K + 4 * pick(11) + 2 * pick(2) + with_src);
}

static inline void gen_compare(void)
{
	bool with_src = pick(2);
	u32 d = some_number(), s = some_number(), skip = pick(4);
	u32 at = g.n;

	emit(gen_relation(with_src), d, with_src ? s : 0, 0, with_src ? 0 : gen_imm());
	if (!skip) {
		g.out[g.outs++ % GEN_MAX] = at;
		return;
	}
	for (u32 i = 0; i < skip; i++)
		gen_alu();
	if (g.n > at + 1 && g.n < GEN_MAX)
		g.code[at].off = (s32)(g.n - at - 1);
}

/* After this the number is most often at least low and at most high. */
static inline void gen_bound(u32 r, s32 low, s32 high)
{
	switch (pick(8)) {
	case 0:
		emit(pick(2) ? EB_AND_64_K : EB_AND_32_K, r, 0, 0, pick(2) ? high : (high | 1));
		break;
	case 1:
		emit_out(EB_JGT_64_K, r, 0, high);
		break;
	case 2:
		emit_out(EB_JGT_32_K, r, 0, high);
		if (pick(8))
			emit(EB_MOV_32_X, r, r, 0, 0);
		break;
	case 3:
		emit_out(EB_JSGT_64_K, r, 0, high);
		emit_out(pick(8) ? EB_JSLT_64_K : EB_JSLT_32_K, r, 0, low);
		break;
	case 4:
		emit_out(EB_JSGT_32_K, r, 0, high);
		emit_out(EB_JSLT_32_K, r, 0, low);
		emit(pick(2) ? EB_MOV_32_X : EB_MOVSX32_64, r, r, 0, 0);
		break;
	case 5:
		emit(pick(2) ? EB_MOD_64_K : EB_MOD_32_K, r, 0, 0, high + 1);
		break;
	case 6: {
		u32 s = some_number();
		emit_out(EB_JGT_64_K, s, 0, high);
		emit_out(pick(8) ? EB_JGT_64_X : EB_JGT_32_X, r, s, 0);
		break;
	}
	default:
		emit(EB_RSH_64_K, r, 0, 0, 58 + pick(3));
	}
}

/* A number between 0 and about high in r, from another. */
static inline void gen_offset(u32 r, s32 low, s32 high)
{
	u32 s = some_number();

	if (s != r)
		emit(pick(4) ? EB_MOV_64_X : EB_MOV_32_X, r, s, 0, 0);
	is_number(r, true);
	if (pick(40))
		gen_bound(pick(8) ? r : s, low, high);
	switch (pick(16)) {
	case 0:
		emit(pick(2) ? EB_ADD_64_K : EB_ADD_32_K, r, 0, 0, (s64)pick(9) - 2);
		break;
	case 1:
		emit(pick(2) ? EB_LSH_64_K : EB_RSH_32_K, r, 0, 0, pick(3));
		break;
	case 2:
		gen_alu();
	}
}

static inline void gen_touch(u32 ptr, s32 off, bool byte)
{
	static const u8 loads[] = {EB_LDX_W, EB_LDX_H, EB_LDX_B, EB_LDX_DW, EB_LDSX_W};
	static const u8 stores[] = {EB_STX_W, EB_STX_H, EB_STX_B, EB_STX_DW};
	static const u8 consts[] = {EB_ST_W, EB_ST_H, EB_ST_B, EB_ST_DW};
	u32 r = some_target();

	switch (pick(4)) {
	case 0:
		emit(byte ? EB_STX_B : stores[pick(LEN(stores))], ptr, some_number(), off, 0);
		break;
	case 1:
		emit(byte ? EB_ST_B : consts[pick(LEN(consts))], ptr, 0, off, (s32)number());
		break;
	default:
		emit(byte ? EB_LDX_B : loads[pick(LEN(loads))], r, ptr, off, 0);
		is_number(r, true);
	}
}

static inline void gen_value(void)
{
	s32 high = (s32)pick(GEN_VALUE),
	    off = GEN_VALUE - high - (s32)(pick(16) ? 8 + pick(4) : pick(10));

	gen_offset(3, 0, high);
	emit(EB_MOV_64_X, 4, 9, 0, 0);
	is_number(4, false);
	if (pick(3)) {
		emit(EB_ADD_64_X, 4, 3, 0, 0);
	} else {
		emit(EB_ADD_64_K, 4, 0, 0, high);
		emit(EB_SUB_64_X, 4, 3, 0, 0);
		off = GEN_VALUE - 8 - high;
	}
	gen_touch(4, off, false);
	if (!pick(4)) { /* what lies between two pointers is a number */
		emit(EB_SUB_64_X, 4, 9, 0, 0);
		is_number(4, true);
	}
}

static inline void gen_stack(void)
{
	s32 high = (s32)pick(40), low = -64 + (s32)pick(12) - 4;

	gen_offset(3, 0, high);
	emit(EB_MOV_64_X, 4, 10, 0, 0);
	is_number(4, false);
	emit(EB_ADD_64_K, 4, 0, 0, low);
	emit(EB_ADD_64_X, 4, 3, 0, 0);
	gen_touch(4, (s32)pick(8), pick(20));
	memset(g.spilled, 0, sizeof(g.spilled));
}

static inline void gen_packet(void)
{
	static const u8 ends[] = {EB_JGT_64_X, EB_JGE_64_X};
	s32 need = (s32)pick(24) + 1;

	gen_offset(3, 0, (s32)pick(40));
	emit(EB_LDX_W, 4, 6, 0, 0);
	emit(EB_LDX_W, 1, 6, 4, 0);
	is_number(1, false);
	is_number(4, false);
	if (pick(3))
		emit(EB_ADD_64_X, 4, 3, 0, 0);
	emit(EB_MOV_64_X, 5, 4, 0, 0);
	is_number(5, false);
	emit(EB_ADD_64_K, 5, 0, 0, need);
	if (pick(3))
		emit_out(ends[pick(2)], 5, 1, 0);
	else { /* from the other side */
		emit(pick(2) ? EB_JLE_64_X : EB_JLT_64_X, 5, 1, 1, 0);
		emit_out(EB_JA, 0, 0, 0);
	}
	if (pick(12))
		gen_touch(4, (s32)pick((u32)need), need < 8 || pick(2));
	else
		gen_touch(5, need - 8 + (s32)pick(9), false);
}

static inline void gen_spill(void)
{
	u32 i = pick(8), r = some_number();
	static const u8 stores[] = {EB_STX_DW, EB_STX_DW, EB_STX_W, EB_STX_H};
	enum eb_op op = stores[pick(LEN(stores))];
	s32 at = -8 * (s32)(i + 1);

	if (ebpf_size(op) == 4 && pick(3) == 0)
		at += 4;
	emit(op, 10, r, at, 0);
	if (ebpf_size(op) == 8)
		g.spilled[i] = 8;
}

static inline void gen_fill(void)
{
	static const u8 loads[] = {EB_LDX_DW, EB_LDX_DW, EB_LDX_W, EB_LDX_H,
				   EB_LDX_B,  EB_LDSX_W, EB_LDSX_B};
	u32 i = pick(8), r = some_target();
	enum eb_op op = loads[pick(LEN(loads))];

	if (!g.spilled[i])
		return;
	emit(op, r, 10,
	     -8 * (s32)(i + 1) + (pick(3) ? 0 : (s32)(pick(2) * 4) % (9 - (s32)ebpf_size(op))), 0);
	is_number(r, true);
}

/* A pointer goes to the stack and comes back, or a part of it does. */
static inline void gen_spill_pointer(void)
{
	u32 i = pick(8), ptr = pick(4) ? 9 : 10;
	s32 at = -8 * (s32)(i + 1);

	emit(EB_STX_DW, 10, ptr, at, 0);
	g.spilled[i] = 0;
	if (!pick(30)) {
		emit(EB_STX_B, 10, some_number(), at + (s32)pick(8), 0);
		g.spilled[i] = 1;
	}
	for (u32 n = pick(3); n; n--)
		gen_alu();
	if (!pick(30)) {
		emit(EB_LDX_W, 3, 10, at + (s32)pick(2) * 4, 0);
		is_number(3, true);
		return;
	}
	emit(EB_LDX_DW, 4, 10, at, 0);
	is_number(4, false);
	if (pick(2)) {
		gen_offset(3, 0, (s32)pick(16));
		emit(pick(12) ? EB_ADD_64_X : EB_SUB_64_X, 4, 3, 0, 0);
	}
	gen_touch(4, ptr == 10 ? -24 - (s32)pick(32) : (s32)pick(GEN_VALUE - 24),
		  ptr == 10 || pick(3));
	if (ptr == 10)
		memset(g.spilled, 0, sizeof(g.spilled));
}

static inline void gen_atomic(void)
{
	static const u8 ops[] = {EB_ATOMIC_ADD_64, EB_ATOMIC_AND_FETCH_64, EB_XCHG_64, EB_XCHG_32,
				 EB_CMPXCHG_64};
	u32 i = pick(8), s = some_number();
	enum eb_op op = ops[pick(LEN(ops))];

	if (g.spilled[i])
		emit(op, 10, s, -8 * (s32)(i + 1), 0);
}

static inline void gen_call(void)
{
	if (g.calls == LEN(g.call))
		return;
	for (u32 r = 1; r < 3; r++)
		if (!(g.numbers >> r & 1))
			emit(EB_MOV_64_X, r, 8, 0, 0);
	g.call[g.calls++] = g.n;
	emit(EB_CALL_LOCAL, 0, 0, 0, 0);
	g.numbers &= ~0x3eu;
	is_number(0, true);
}

static inline void gen_loop(void)
{
	u32 top, times = 2 + pick(6);

	emit(EB_MOV_64_K, 7, 0, 0, pick(3));
	is_number(7, true);
	top = g.n;
	u16 before = g.numbers;
	if (pick(2)) {
		emit(EB_MOV_64_X, 4, 9, 0, 0);
		is_number(4, false);
		emit(EB_ADD_64_X, 4, 7, 0, 0);
		gen_touch(4, GEN_VALUE - (s32)times * 2 - (s32)pick(10), true);
	} else {
		is_number(7, !pick(16)); /* the loop may never end */
		gen_alu();
	}
	g.numbers &= before;
	is_number(7, true);
	emit(EB_ADD_64_K, 7, 0, 0, 1 + pick(2));
	emit(pick(2) ? EB_JLT_64_K : EB_JSLE_32_K, 7, 0, 0, times);
	g.code[g.n - 1].off = (s32)top - (s32)g.n;
}

static inline void gen_begin(void)
{
	emit(EB_MOV_64_X, 6, 1, 0, 0);
	emit(EB_ST_W, 10, 0, -4, pick(GEN_ENTRIES + 1));
	emit(EB_MOV_64_X, 2, 10, 0, 0);
	emit(EB_ADD_64_K, 2, 0, 0, -4);
	emit(EB_LDDW_MAP_IDX, 1, 0, 0, 0);
	emit(EB_WIDE, 0, 0, 0, 0);
	emit(EB_CALL, 0, 0, 0, HELPER_LOOKUP);
	emit_out(EB_JEQ_64_K, 0, 0, 0);
	emit(EB_MOV_64_X, 9, 0, 0, 0);
	g.numbers = 0;
	gen_load(8);
	gen_load(7);
	if (pick(2))
		gen_random(pick(2) ? 7 : 8);
	gen_load(0);
	gen_load(3);
}

/* The end, and the function behind it. */
static inline void gen_end(void)
{
	u32 end = g.n;

	emit(EB_MOV_64_K, 0, 0, 0, 0);
	emit(EB_EXIT, 0, 0, 0, 0);
	for (u32 i = 0; i < g.outs; i++)
		g.code[g.out[i]].off = (s32)(end - g.out[i] - 1);
	for (u32 i = 0; i < g.calls; i++)
		g.code[g.call[i]].off = (s32)(g.n - g.call[i] - 1);
	if (!g.calls)
		return;
	g.numbers = 6;
	emit(EB_MOV_64_X, 8, 1, 0, 0);
	emit(EB_MOV_64_X, 0, 2, 0, 0);
	g.numbers = 1 << 8 | 7;
	for (u32 i = pick(4); i; i--)
		gen_alu();
	if (pick(2)) {
		emit(EB_STX_DW, 10, 8, -8, 0);
		emit(pick(2) ? EB_LDX_DW : EB_LDX_W, 0, 10, -8, 0);
	}
	emit(EB_EXIT, 0, 0, 0, 0);
}

static inline void generate(void)
{
	static void (*const parts[])(void) = {
		gen_alu,     gen_alu,   gen_alu,    gen_alu,           gen_compare,
		gen_compare, gen_value, gen_value,  gen_value,         gen_packet,
		gen_stack,   gen_spill, gen_spill,  gen_fill,          gen_fill,
		gen_loop,    gen_call,  gen_atomic, gen_spill_pointer, gen_spill_pointer,
	};

	do {
		g = (struct gen){0};
		gen_begin();
		for (u32 i = 4 + pick(16); i; i--)
			parts[pick(LEN(parts))]();
		gen_end();
	} while (g.n >= GEN_MAX);
}

static const struct prog_map gen_map = {.name = "",
					.type = MAPTYPE_ARRAY,
					.key_size = 4,
					.value_size = GEN_VALUE,
					.max_entries = GEN_ENTRIES};

/* Of what generate made. */
static inline struct prog *gen_prog(void)
{
	struct ob_ebpf insns[GEN_MAX];
	struct prog *p;

	ebpf_encode(g.code, g.n, insns);
	if (prog_create_ebpf(insns, g.n, &p))
		abort();
	p->type = PROGTYPE_XDP;
	p->map = &gen_map;
	p->maps = 1;
	return p;
}

#endif
