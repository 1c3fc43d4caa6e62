/* SPDX-License-Identifier: BSD-2-Clause */
/* Random extended programs of all rows, in shapes that compilers emit, for the
 * tests that compare engines.
 *
 * A function is a chain of pieces. Between them r6 is the given memory and all
 * other registers hold numbers, which never depend on where a stack lies; so
 * jumps may lead nearly anywhere and every engine must agree on every result.
 * The words of the stack from r10-64 up are set at the beginning. */
#ifndef PROGRAMS_EBPF_H
#define PROGRAMS_EBPF_H

#include "../programs.h"

enum {
	GEN_MAX = 1200,  /* slots of a program */
	GEN_MEM = 72,    /* bytes of memory that r1 leads to */
	GEN_TABLE = 40,  /* of what may only be read: r = map_value N ll */
	GEN_EXTRA = 24,  /* of what env->may_touch allows: r = map_idx_value N ll */
	GEN_WINDOW = 64, /* bytes of each stack frame that are used */
	GEN_FUNCS = 4,
	GEN_FIXES = 200,
};

/* What the environment of the programs has. */
enum {
	GEN_MIX = 5,      /* helper: a number from all arguments */
	GEN_POKE = 6,     /* helper: changes a byte of the memory */
	GEN_TROUBLE = 7,  /* helper: a fault when r1 % 16 is 0 */
	GEN_EACH = 1009,  /* helper: calls the function r2 r1 % 4 times */
	GEN_UNKNOWN = 99, /* no helper */
	GEN_KFUNC = 1234, /* kernel function: as GEN_MIX */
};

enum gen_kind {
	GEN_TIDY,   /* what is read was written before; may still fault */
	GEN_WILD,   /* anything; only safe engines may run it */
	GEN_KERNEL, /* what Linux's verifier lets pass */
};

struct gen {
	struct rnd r;
	const u8 *data; /* choices are made by these bytes first */
	size_t left;
	enum gen_kind kind;
	u32 n, from; /* slots so far, and where the function began */
	bool loop;   /* in a counted loop, which r9 counts */
	u32 funcs, func;
	u32 begin[GEN_FUNCS];
	bool tails;  /* there are tail calls */
	bool target; /* of tail calls, too, which set r1 only */
	u32 fixes;
	struct gen_fix {
		u32 slot;
		int to; /* the function that is called; -1 a jump on, -2 a jump back */
	} fix[GEN_FIXES];
	u8 hole[GEN_MAX];   /* no jump may lead here */
	u8 framed[GEN_MAX]; /* an access whose address is the stack's */
	struct eb code[GEN_MAX];
	struct ob_ebpf stored[GEN_MAX];
};

/* ---- choices ---- */

static inline u32 pick(struct gen *g, u32 n)
{
	if (!g->left)
		return below(&g->r, n);
	g->left--;
	return *g->data++ % n;
}

static inline bool one_in(struct gen *g, u32 n) { return !pick(g, n); }

static inline u64 number(struct gen *g)
{
	static const u64 near[] = {0,          0,          1,          8,          16,
				   32,         64,         0x7f,       0xff,       0x100,
				   0x7fff,     0xffff,     0x8000,     0x7fffffff, 0x80000000,
				   0xffffffff, 1ull << 32, 1ull << 63, -1ull,      INT64_MAX};

	switch (pick(g, 8)) {
	case 0:
		return (u64)rnd(&g->r) << 32 | rnd(&g->r);
	case 1:
		return rnd(&g->r);
	case 2:
		return (u64) - (s64)pick(g, 256);
	case 3:
		return pick(g, 256);
	case 4:
		return 1ull << pick(g, 64);
	default:
		return near[pick(g, LEN(near))] + pick(g, 3) - 1;
	}
}

static inline s32 small(struct gen *g) { return (s32)number(g); }

/* A register that holds a number. */
static inline u8 reg(struct gen *g)
{
	static const u8 regs[] = {0, 1, 2, 3, 4, 5, 7, 8, 9};

	return regs[pick(g, g->loop ? LEN(regs) - 1 : LEN(regs))];
}

static inline u8 reg_but(struct gen *g, u8 a)
{
	u8 b = reg(g);

	return b != a ? b : a == 8 ? 7 : 8;
}

static inline u8 size_log(struct gen *g) { return (u8)pick(g, 4); } /* 1 << it bytes */

/* ---- pieces ---- */

static inline struct eb *emit(struct gen *g, int op, u8 dst, u8 src, s32 off, s64 imm)
{
	struct eb *e = &g->code[g->n];

	g->hole[g->n] = g->framed[g->n] = false;
	*e = (struct eb){.op = (u8)op, .dst = dst, .src = src, .off = off, .imm = imm};
	g->n++;
	if (op >= EB_LDDW && op <= EB_LDDW_MAP_IDX_VALUE) {
		g->hole[g->n] = true;
		g->code[g->n++] = (struct eb){.op = EB_WIDE};
	}
	return e;
}

#define SET(dst, value)   emit(g, EB_MOV_64_K, dst, 0, 0, value)
#define ALU_K(op, dst, k) emit(g, EB_##op##_64_K, dst, 0, 0, k)
#define ALU_X(op, dst, s) emit(g, EB_##op##_64_X, dst, s, 0, 0)

/* The instruction before is an access of the stack; none may lead to it. */
static inline void of_frame(struct gen *g) { g->framed[g->n - 1] = true; }
static inline void no_entry(struct gen *g) { g->hole[g->n - 1] = true; }

static inline void jump_somewhere(struct gen *g, int op, u8 dst, u8 src, s64 imm)
{
	bool back = g->kind != GEN_KERNEL && one_in(g, 12);

	emit(g, op, dst, src, 0, imm);
	if (g->fixes < GEN_FIXES)
		g->fix[g->fixes++] = (struct gen_fix){g->n - 1, back ? -2 : -1};
}

/* A conditional jump of any kind. */
static inline int cond(struct gen *g, bool with_x)
{
	u32 wide = pick(g, 2) * 2;

	return EB_JEQ_32_K + (int)(4 * pick(g, 11) + wide + with_x);
}

static inline void branch(struct gen *g)
{
	bool x = pick(g, 2);

	jump_somewhere(g, cond(g, x), reg(g), x ? reg(g) : 0, x ? 0 : small(g));
}

/* Linux refuses to shift by a constant too great, and to divide by 0. */
static inline s32 operand(struct gen *g, int op)
{
	bool wide = (op - EB_ADD_32_K) & 2;
	int row = op - ((op - EB_ADD_32_K) & 3);

	if (row == EB_LSH_32_K || row == EB_RSH_32_K || row == EB_ARSH_32_K)
		if (g->kind == GEN_KERNEL || pick(g, 8))
			return (s32)pick(g, wide ? 64 : 32);
	s32 k = small(g);
	return g->kind == GEN_KERNEL && !k ? 1 : k;
}

static inline void alu(struct gen *g)
{
	int op = EB_ADD_32_K + (int)pick(g, EB_ARSH_64_X - EB_ADD_32_K + 1);
	bool x = (op - EB_ADD_32_K) & 1;

	emit(g, op, reg(g), x ? reg(g) : 0, 0, x ? 0 : operand(g, op));
}

static inline void unary(struct gen *g)
{
	int op = EB_NEG_32 + (int)pick(g, EB_BSWAP64 - EB_NEG_32 + 1);
	bool moves = op >= EB_MOVSX8_32 && op <= EB_MOVSX32_64;

	emit(g, op, reg(g), moves ? reg(g) : 0, 0, 0);
}

static inline void constant(struct gen *g)
{
	switch (pick(g, 4)) {
	case 0:
		emit(g, EB_LDDW, reg(g), 0, 0, (s64)number(g));
		break;
	case 1:
		emit(g, EB_MOV_32_K, reg(g), 0, 0, small(g));
		break;
	default:
		SET(reg(g), small(g));
	}
}

/* mov and an operation: dst = a op b. */
static inline void three_operands(struct gen *g)
{
	int op = EB_ADD_32_K + (int)pick(g, EB_ARSH_64_X - EB_ADD_32_K + 1);
	bool x = (op - EB_ADD_32_K) & 1;
	u8 a = reg(g), b = reg(g);

	emit(g, pick(g, 3) ? EB_MOV_64_X : EB_MOV_32_X, b, a, 0, 0);
	emit(g, op, b, x ? reg(g) : 0, 0, x ? 0 : operand(g, op));
}

/* Pairs of shifts: sign extension, zero extension, fields. */
static inline void shifts(struct gen *g)
{
	static const u8 same[] = {32, 48, 56, 16, 24, 1};
	bool wide = pick(g, 3), arith = pick(g, 2);
	u8 a = reg(g), k = one_in(g, 3) ? (u8)pick(g, 64) : same[pick(g, LEN(same))];
	u8 l = one_in(g, 4) ? (u8)pick(g, 64) : k;

	if (!wide)
		k &= 31, l &= 31;
	emit(g, wide ? EB_LSH_64_K : EB_LSH_32_K, a, 0, 0, k);
	emit(g, (arith ? EB_ARSH_32_K : EB_RSH_32_K) + (wide ? 2 : 0), a, 0, 0, l);
	if (one_in(g, 3))
		emit(g, pick(g, 2) ? EB_AND_64_K : EB_AND_32_K, a, 0, 0, small(g));
}

static inline void rotate(struct gen *g)
{
	int wide = pick(g, 3) ? 2 : 0;
	u8 a = reg(g), b = reg_but(g, a), bits = wide ? 64 : 32;
	u8 k = (u8)(1 + pick(g, bits - 1u)), l = one_in(g, 8) ? (u8)pick(g, bits) : bits - k;
	bool swap = pick(g, 2);

	emit(g, EB_MOV_32_X + (pick(g, 4) ? wide : 2), b, a, 0, 0);
	emit(g, (swap ? EB_RSH_32_K : EB_LSH_32_K) + wide, b, 0, 0, k);
	emit(g, (swap ? EB_LSH_32_K : EB_RSH_32_K) + wide, a, 0, 0, l);
	emit(g, (one_in(g, 4) ? EB_ADD_32_X : EB_OR_32_X) + wide, pick(g, 2) ? a : b,
	     pick(g, 2) ? a : b, 0, 0);
}

static inline void divide(struct gen *g)
{
	static const s32 by[] = {1,  2,   3,   5,         6,         7,          10, 60,
				 64, 100, 641, 1000,      4096,      1000000007, -1, -2,
				 -3, -7,  -10, INT32_MIN, INT32_MAX, 1 << 30};
	static const int ops[] = {EB_DIV_32_K, EB_MOD_32_K, EB_SDIV_32_K, EB_SMOD_32_K};

	emit(g, ops[pick(g, LEN(ops))] + 2 * (int)pick(g, 2), reg(g), 0, 0, by[pick(g, LEN(by))]);
}

/* As a switch: one number against many. */
static inline void chain(struct gen *g)
{
	u32 n = 2 + pick(g, 6);
	u8 a = reg(g);
	int op = pick(g, 2) ? EB_JEQ_64_K : EB_JEQ_32_K;
	s32 k = one_in(g, 3) ? small(g) : (s32)pick(g, 8);

	if (pick(g, 2))
		ALU_K(AND, a, 7);
	for (u32 i = 0; i < n; i++, k = (s32)((u32)k + (one_in(g, 4) ? (u32)small(g) & 15 : 1)))
		jump_somewhere(g, one_in(g, 5) ? EB_JGT_64_K + 2 * (int)pick(g, 2) - 2 : op, a, 0,
			       k);
}

/* A condition as a number, a maximum, an absolute value. */
static inline void select_one(struct gen *g)
{
	u8 a = reg(g), b = reg_but(g, a);
	bool x = pick(g, 2);
	int op = cond(g, x);

	switch (pick(g, 3)) {
	case 0:
		SET(b, pick(g, 2));
		emit(g, op, a, x ? b : 0, 1, x ? 0 : small(g));
		SET(b, pick(g, 2));
		break;
	case 1:
		emit(g, op, a, x ? b : 0, 1, x ? 0 : small(g));
		ALU_X(MOV, a, b);
		break;
	default:
		emit(g, EB_JSGE_64_K, a, 0, 1, pick(g, 2));
		emit(g, EB_NEG_64, a, 0, 0, 0);
	}
}

/* ---- memory ---- */

static const u8 gen_load[] = {EB_LDX_B, EB_LDX_H, EB_LDX_W, EB_LDX_DW};
static const u8 gen_store[] = {EB_STX_B, EB_STX_H, EB_STX_W, EB_STX_DW};

/* An offset at which that many bytes lie in size; at times not quite. */
static inline s32 offset(struct gen *g, u32 size, u32 bytes)
{
	if (g->kind != GEN_KERNEL && one_in(g, 60))
		return one_in(g, 3) ? (s16)rnd(&g->r) : (s32)(size - bytes + pick(g, 9)) - 2;
	if (one_in(g, 8))
		return (s32)(size - bytes);
	if (pick(g, 2))
		return (s32)(pick(g, size / bytes) * bytes);
	return (s32)pick(g, size - bytes + 1);
}

static inline void touch(struct gen *g, u8 base, s32 off, u8 log, bool framed)
{
	u8 a = reg(g), signed_load[] = {EB_LDSX_B, EB_LDSX_H, EB_LDSX_W, EB_LDX_DW};

	switch (pick(g, 8)) {
	case 0:
	case 1:
	case 2:
		emit(g, gen_load[log], a, base, off, 0);
		break;
	case 3:
		emit(g, signed_load[log], a, base, off, 0);
		break;
	case 4:
	case 5:
		emit(g, gen_store[log], base, a, off, 0);
		break;
	case 6:
		emit(g, gen_store[log] - EB_STX_W + EB_ST_W, base, 0, off, small(g));
		break;
	default:
		emit(g, gen_load[log], a, base, off, 0);
		g->framed[g->n - 1] = framed;
		alu(g);
		emit(g, gen_store[log], base, a, off, 0);
	}
	g->framed[g->n - 1] = framed;
}

static inline void atomic(struct gen *g, u8 base, s32 off, bool framed)
{
	static const u8 rows[] = {EB_LOAD_ACQ_B,  EB_LOAD_ACQ_H,  EB_LOAD_ACQ_W,  EB_LOAD_ACQ_DW,
				  EB_STORE_REL_B, EB_STORE_REL_H, EB_STORE_REL_W, EB_STORE_REL_DW};

	if (g->kind != GEN_KERNEL && one_in(g, 4)) {
		int op = rows[pick(g, LEN(rows))];
		bool load = ebpf_rows[op].form == EBF_LOAD_ACQ;

		emit(g, op, load ? reg(g) : base, load ? base : reg(g), off, 0);
	} else {
		emit(g, EB_ATOMIC_ADD_32 + (int)pick(g, EB_CMPXCHG_64 - EB_ATOMIC_ADD_32 + 1), base,
		     reg(g), off, 0);
	}
	g->framed[g->n - 1] = framed;
}

/* Of what lies outside of the window nothing is known, but that r10+4096 is
 * above the stack. */
static inline s32 stack_offset(struct gen *g, u32 bytes)
{
	s32 off = offset(g, GEN_WINDOW, bytes) - GEN_WINDOW;

	if (g->kind == GEN_KERNEL)
		return off & -(s32)bytes;
	if (g->kind == GEN_WILD)
		return one_in(g, 20) ? -(s32)(480 + pick(g, 50)) : off;
	if (off < -GEN_WINDOW || off + (s32)bytes > 0)
		return EBPF_FRAMES * EBPF_STACK + (off & 0xfff);
	return off;
}

static inline void on_stack(struct gen *g)
{
	u8 log = size_log(g);

	if (one_in(g, 4))
		atomic(g, 10, stack_offset(g, 8) & ~7, true);
	else
		touch(g, 10, stack_offset(g, 1u << log), log, true);
}

/* Through a register that points into the frame, and is a number again. */
static inline void at_stack_pointer(struct gen *g)
{
	u8 a = reg(g), b = reg_but(g, a), log = size_log(g);
	s32 down = (s32)pick(g, 8) * 8, off = stack_offset(g, 1u << log);

	ALU_X(MOV, b, 10);
	ALU_K(ADD, b, -down);
	no_entry(g);
	if (pick(g, 2))
		emit(g, gen_load[log], a, b, off + down, 0);
	else
		emit(g, gen_store[log], b, a, off + down, 0);
	of_frame(g);
	no_entry(g);
	if (g->kind != GEN_KERNEL && pick(g, 2)) {
		ALU_X(SUB, b, 10);
		no_entry(g);
	} else {
		SET(b, small(g));
	}
}

/* Keeps a pointer to the frame on the stack. */
static inline void spill(struct gen *g)
{
	u8 a = reg(g), b = reg_but(g, a);

	ALU_X(MOV, a, 10);
	ALU_K(ADD, a, -16);
	emit(g, EB_STX_DW, 10, a, -GEN_WINDOW - 8, 0);
	of_frame(g);
	SET(a, small(g));
	emit(g, EB_LDX_DW, a, 10, -GEN_WINDOW - 8, 0);
	of_frame(g);
	no_entry(g);
	emit(g, EB_LDX_W, b, a, 4 * (s32)pick(g, 4), 0);
	of_frame(g);
	no_entry(g);
	SET(a, small(g));
	no_entry(g);
	emit(g, EB_ST_DW, 10, 0, -GEN_WINDOW - 8, 0);
	of_frame(g);
}

static inline void in_memory(struct gen *g)
{
	u8 log = size_log(g);

	if (g->kind != GEN_KERNEL && one_in(g, 4))
		atomic(g, 6, offset(g, GEN_MEM, 8), false);
	else
		touch(g, 6, offset(g, GEN_MEM, 1u << log), log, false);
}

/* base + (index << scale) + offset */
static inline void indexed(struct gen *g)
{
	u8 index = reg(g), base = reg_but(g, index), log = size_log(g);
	u8 scale = (u8)pick(g, 4);

	ALU_K(AND, index, 7);
	if (scale)
		ALU_K(LSH, index, scale);
	if (one_in(g, 3))
		emit(g, EB_MOV_32_X, index, index, 0, 0);
	ALU_X(MOV, base, 6);
	ALU_X(ADD, base, index);
	if (one_in(g, 3))
		ALU_K(ADD, base, (s32)pick(g, 4));
	touch(g, base, (s32)pick(g, 4), MIN(log, (u8)2), false);
}

/* A number of several bytes, as compilers load what may not be aligned. */
static inline void from_bytes(struct gen *g)
{
	u8 a = reg(g), b = reg_but(g, a), n = (u8)(2 + pick(g, 3));
	s32 off = offset(g, GEN_MEM, n);
	bool big = pick(g, 2);

	emit(g, EB_LDX_B, a, 6, big ? off : off + n - 1, 0);
	for (u8 i = 1; i < n; i++) {
		ALU_K(LSH, a, 8);
		emit(g, EB_LDX_B, b, 6, big ? off + i : off + n - 1 - i, 0);
		ALU_X(OR, pick(g, 8) ? a : b, pick(g, 8) ? b : a);
	}
}

static inline void load_and_swap(struct gen *g)
{
	static const u8 rows[] = {EB_BE16,    EB_BE32,    EB_BE64,   EB_LE16,
				  EB_BSWAP16, EB_BSWAP32, EB_BSWAP64};
	u8 a = reg(g), log = size_log(g);

	emit(g, gen_load[log], a, 6, offset(g, GEN_MEM, 1u << log), 0);
	emit(g, rows[pick(g, LEN(rows))], a, 0, 0, 0);
	if (pick(g, 2))
		jump_somewhere(g, cond(g, false), a, 0, small(g));
}

/* What is not the memory: a table to read, and what the environment allows. */
static inline void elsewhere(struct gen *g)
{
	u8 a = reg(g), b = reg_but(g, a), log = size_log(g);
	bool table = pick(g, 2);
	s32 off = offset(g, table ? GEN_TABLE : GEN_EXTRA, 1u << log);

	emit(g, table ? EB_LDDW_MAP_VALUE : EB_LDDW_MAP_IDX_VALUE, a, 0, 0, 0);
	if (table ? one_in(g, 40) : pick(g, 2))
		emit(g, gen_store[log], a, b, off, 0);
	else
		emit(g, gen_load[log], b, a, off, 0);
}

/* ---- the pairs that the interpreter does at once ---- */

enum { GEN_SAME, GEN_USED, GEN_ANY };

/* One of a pair. base: of a load or store, which is at off then. */
static inline void one_of_pair(struct gen *g, int op, u8 dst, u8 src, u8 base, s32 off)
{
	bool k = false;

	switch ((enum eb_form)ebpf_rows[op].form) {
	case EBF_LDX:
		emit(g, op, dst, base, off, 0);
		break;
	case EBF_STX:
		emit(g, op, base, src, off, 0);
		break;
	case EBF_JA:
		jump_somewhere(g, op, 0, 0, 0);
		break;
	case EBF_JMP_K:
		k = true;
		/* fall through */
	case EBF_JMP_X:
		jump_somewhere(g, op, dst, k ? 0 : src, k ? small(g) : 0);
		break;
	case EBF_ALU_K:
		emit(g, op, dst, 0, 0, operand(g, op));
		break;
	default:
		emit(g, op, dst, ebpf_rows[op].form == EBF_ALU_X ? src : 0, 0, 0);
	}
}

/* The first of a pair, so that it makes a pointer into the memory in a. */
static inline void pointer(struct gen *g, int op, u8 a)
{
	u8 b = reg_but(g, a);

	if (ebpf_size((enum eb_op)op)) {
		emit(g, EB_STX_DW, 6, 6, 0, 0);
		emit(g, op, a, 6, 0, 0);
		return;
	}
	SET(b, (s32)pick(g, 8));
	ALU_X(MOV, a, 6);
	emit(g, EB_ST_B, 6, 0, 0, small(g)); /* the mov shall not be of a pair */
	if (ebpf_rows[op].form == EBF_ALU_K)
		emit(g, op, a, 0, 0, (s32)pick(g, 8));
	else
		emit(g, op, a, b, 0, 0);
}

static inline void pair(struct gen *g)
{
	static const struct {
		u8 kind, first, second;
	} pairs[] = {
#define PAIR(kind, first, second) {GEN_##kind, EB_##first, EB_##second},
#include "vm/ebpf_pairs.def"
	};
	u32 i = below(&g->r, LEN(pairs)), kind = pairs[i].kind;
	int first = pairs[i].first, second = pairs[i].second;
	u32 size1 = ebpf_size((enum eb_op)first), size2 = ebpf_size((enum eb_op)second);
	bool far = kind == GEN_USED && ebpf_rows[second].form == EBF_LDX;
	u8 a = reg(g);

	if (far)
		pointer(g, first, a);
	else
		one_of_pair(g, first, a, reg(g), 6, size1 ? offset(g, GEN_MEM, size1) : 0);
	one_of_pair(g, second, kind == GEN_SAME ? a : reg(g), kind == GEN_USED ? a : reg(g),
		    far ? a : 6, size2 ? offset(g, GEN_MEM - 8, size2) : 0);
}

/* ---- calls ---- */

/* r1 to r5 are nobody's after a call. */
static inline void set_arguments(struct gen *g)
{
	for (u8 i = 1; i <= 5; i++) {
		if (one_in(g, 3))
			ALU_X(MOV, i,
			      pick(g, 2)              ? 0
			      : g->kind == GEN_KERNEL ? 7
						      : 6 + (u8)pick(g, 3));
		else
			SET(i, small(g));
	}
}

static inline void call_local(struct gen *g)
{
	u32 to = g->func + 1 + pick(g, GEN_FUNCS);

	if (g->kind != GEN_KERNEL && one_in(g, 20))
		to = pick(g, g->funcs); /* itself, or one before */
	if (to >= g->funcs || g->fixes >= GEN_FIXES)
		return;
	ALU_X(MOV, 1, 6);
	if (g->kind != GEN_KERNEL && one_in(g, 3)) {
		u8 a = (u8)(7 + pick(g, g->loop ? 2 : 3));

		emit(g, EB_LDDW_FUNC, a, 0, 0, 0);
		g->fix[g->fixes++] = (struct gen_fix){g->n - 2, (int)to};
		emit(g, EB_CALLX, a, 0, 0, 0);
		no_entry(g);
		SET(a, small(g));
		set_arguments(g);
		return;
	}
	emit(g, EB_CALL_LOCAL, 0, 0, 0, 0);
	g->fix[g->fixes++] = (struct gen_fix){g->n - 1, (int)to};
	set_arguments(g);
}

/* A helper that calls a function of the program. */
static inline void call_back(struct gen *g)
{
	u32 to = g->func + 1 + pick(g, GEN_FUNCS);

	if (one_in(g, 20))
		to = pick(g, g->funcs);
	if (to >= g->funcs || g->fixes >= GEN_FIXES)
		return;
	if (g->kind == GEN_WILD && one_in(g, 10)) {
		SET(2, small(g));
	} else {
		emit(g, EB_LDDW_FUNC, 2, 0, 0, 0);
		g->fix[g->fixes++] = (struct gen_fix){g->n - 2, (int)to};
	}
	emit(g, EB_CALL, 0, 0, 0, GEN_EACH);
	no_entry(g);
	set_arguments(g);
}

static inline void call_out(struct gen *g)
{
	static const u8 helpers[] = {GEN_MIX, GEN_MIX, GEN_MIX, GEN_POKE, GEN_POKE, GEN_TROUBLE};
	u8 a = reg(g);

	switch (pick(g, 8)) {
	case 0:
		emit(g, EB_CALL_KFUNC, 0, 0, 0, GEN_KFUNC);
		break;
	case 1:
		SET(a, one_in(g, 8) ? small(g) : helpers[pick(g, LEN(helpers))]);
		emit(g, EB_CALLX, a, 0, 0, 0);
		break;
	case 2:
		ALU_X(MOV, 1, 6);
		if (pick(g, 4))
			SET(3, pick(g, 4));
		emit(g, EB_CALL, 0, 0, 0, EBPF_TAIL_CALL);
		g->tails = true;
		break;
	default:
		emit(g, EB_CALL, 0, 0, 0,
		     g->kind == GEN_WILD && one_in(g, 30) ? GEN_UNKNOWN
							  : helpers[pick(g, LEN(helpers))]);
	}
	set_arguments(g);
}

static inline void from_packet(struct gen *g)
{
	int op = EB_LD_ABS_W + (int)pick(g, 6);
	u8 a = reg(g);

	if (op >= EB_LD_IND_W)
		ALU_K(AND, a, 15);
	emit(g, op, 0, op >= EB_LD_IND_W ? a : 0, 0, one_in(g, 10) ? small(g) : (s32)pick(g, 40));
	set_arguments(g);
}

/* ---- functions ---- */

static inline void piece(struct gen *g);

static inline void counted_loop(struct gen *g)
{
	u32 n = 1 + pick(g, 4);

	if (g->loop) {
		branch(g);
		return;
	}
	/* Linux's verifier walks every round. */
	SET(9, 1 + (s32)pick(g, g->kind == GEN_KERNEL ? 2 : 8));
	u32 top = g->n;
	g->loop = true;
	for (u32 i = 0; i < n; i++)
		g->kind == GEN_KERNEL ? alu(g) : piece(g);
	g->loop = false;
	ALU_K(ADD, 9, -1);
	emit(g, one_in(g, 3) ? EB_JSGT_64_K : EB_JNE_64_K, 9, 0, (s32)top - (s32)g->n - 1, 0);
	/* Who jumps into it has another counter, which it may not see the end of. */
	if (g->kind == GEN_KERNEL)
		memset(g->hole + top, true, g->n - top);
}

static inline void jump(struct gen *g)
{
	static const u8 rows[] = {EB_JA, EB_JAL, EB_MAY_GOTO};

	jump_somewhere(g, rows[pick(g, LEN(rows))], 0, 0, 0);
}

static inline void if_else(struct gen *g)
{
	u32 test = g->n, skip;

	emit(g, cond(g, false), reg(g), 0, 0, small(g));
	alu(g);
	skip = g->n;
	emit(g, pick(g, 2) ? EB_JA : EB_JAL, 0, 0, 0, 0);
	g->code[test].off = (s32)(g->n - test) - 1;
	alu(g);
	if (pick(g, 2))
		in_memory(g);
	g->code[skip].off = (s32)(g->n - skip) - 1;
}

static inline void leave_early(struct gen *g)
{
	if (pick(g, 3)) {
		branch(g);
		return;
	}
	emit(g, cond(g, true), reg(g), reg(g), 2, 0);
	ALU_X(MOV, 0, reg(g));
	emit(g, EB_EXIT, 0, 0, 0, 0);
}

static inline void piece(struct gen *g)
{
	/* clang-format off */
	static void (*const pieces[])(struct gen *) = {
		alu, alu, alu, unary, constant, three_operands, shifts, rotate, divide, chain,
		select_one, branch, branch, if_else, leave_early, in_memory, in_memory, on_stack,
		on_stack, from_bytes, load_and_swap, at_stack_pointer, spill, counted_loop,
		call_local,
		/* not for Linux: */
		jump, indexed, indexed, elsewhere, call_out, call_out, call_back, from_packet,
		pair, pair, pair,
	};
	/* clang-format on */

	pieces[pick(g, g->kind == GEN_KERNEL ? LEN(pieces) - 11 : LEN(pieces))](g);
}

static inline void prologue(struct gen *g)
{
	static const u8 rest[] = {0, 7, 8, 9};
	bool tidy = g->kind != GEN_WILD;

	ALU_X(MOV, 6, 1);
	if (g->kind == GEN_KERNEL) /* r1 is no number */
		SET(1, small(g));
	for (u8 i = 2; i <= 5; i++)
		if (g->kind == GEN_KERNEL || (tidy && g->target && !g->func))
			SET(i, small(g));
	for (u32 i = 0; i < LEN(rest); i++)
		if (tidy || pick(g, 2))
			SET(rest[i], small(g));
	for (s32 off = -GEN_WINDOW; tidy && off < 0; off += 8)
		emit(g, EB_ST_DW, 10, 0, off, small(g));
}

/* All that is known goes into r0. */
static inline void epilogue(struct gen *g)
{
	for (u8 i = 1; i <= 9; i++) {
		if (i == 6)
			continue;
		ALU_K(MUL, 0, 0x01000193);
		ALU_X(XOR, 0, i);
	}
	emit(g, EB_EXIT, 0, 0, 0, 0);
}

static inline void fix_jumps(struct gen *g, u32 first_fix)
{
	for (u32 i = first_fix; i < g->fixes; i++) {
		u32 at = g->fix[i].slot, to, room = g->n - at - 1;

		if (g->fix[i].to >= 0)
			continue;
		if (g->fix[i].to == -2)
			to = g->from + pick(g, at - g->from + 1);
		else
			to = at + 1 + pick(g, pick(g, 3) ? MIN(room, 12u) : room);
		while (to < g->n && g->hole[to])
			to++;
		g->code[at].off = (s32)to - (s32)at - 1;
	}
}

static inline void function(struct gen *g, u32 most)
{
	u32 pieces = 2 + pick(g, 24), first_fix = g->fixes;

	g->from = g->begin[g->func] = g->n;
	prologue(g);
	for (u32 i = 0; i < pieces && g->n - g->from < most; i++)
		piece(g);
	epilogue(g);
	fix_jumps(g, first_fix);
}

/* Slots that are no instructions, and jumps out of the program. */
static inline void go_wild(struct gen *g)
{
	for (u32 i = pick(g, 3); i; i--) {
		struct eb *e = &g->code[below(&g->r, g->n)];

		if (ebpf_is_jump((enum eb_op)e->op)) {
			s32 off = one_in(g, 2) ? (s16)rnd(&g->r) : (s32)pick(g, 64) - 32;
			s64 to = e - g->code + 1 + off;

			if (to < 0 || to >= g->n || !g->hole[to] || g->code[to].op == EB_WIDE)
				e->off = off;
		}
		if (e->op != EB_WIDE && (e->op < EB_LDDW || e->op > EB_LDDW_MAP_IDX_VALUE) &&
		    one_in(g, 4))
			*e = (struct eb){.op = EB_BAD, .imm = (s64)rnd(&g->r) << 8 | 0xff};
	}
}

/* A program, in g->stored and g->n; seed and the bytes at data decide. One that
 * is a target may be tail-called. */
static inline void generate(struct gen *g, enum gen_kind kind, u64 seed, const u8 *data, size_t n,
			    bool target)
{
	enum { PIECE_MOST = 130 }; /* slots, a loop of several included */

	g->r.s = hash_u64(seed + 1) | 1;
	g->data = data;
	g->left = n;
	g->kind = kind;
	g->n = g->fixes = 0;
	g->loop = g->tails = false;
	g->target = target;
	g->funcs = one_in(g, 2) ? 1 : 1 + pick(g, kind == GEN_KERNEL ? 2 : GEN_FUNCS);
	for (g->func = 0; g->func < g->funcs; g->func++)
		function(g, (kind == GEN_KERNEL ? 300 : GEN_MAX - g->funcs * (PIECE_MOST + 40)) /
				    g->funcs);
	for (u32 i = 0; i < g->fixes; i++)
		if (g->fix[i].to >= 0)
			g->code[g->fix[i].slot].off =
				(s32)g->begin[g->fix[i].to] - (s32)g->fix[i].slot - 1;
	if (kind == GEN_WILD)
		go_wild(g);
	ebpf_encode(g->code, g->n, g->stored);
}

#undef SET
#undef ALU_K
#undef ALU_X

#endif
