/* SPDX-License-Identifier: BSD-2-Clause */
/* x86-64 instructions as bytes. */
#ifndef JIT_X86_H
#define JIT_X86_H

#include "jit/op.h"
#include "jit/priv.h"

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 };
enum { CC_B = 2, CC_AE, CC_E, CC_NE, CC_BE, CC_A, CC_NS = 9, CC_L = 12, CC_GE, CC_LE, CC_G };
/* Flags of an opcode: two bytes (0f xx), operand size 16, byte registers. */
enum { X_0F = 0x100, X_66 = 0x200, X_BYTE = 0x400, X_LOCK = 0x800, X_0F38 = 0x1000 };

static inline void put(struct code *c, const void *p, u32 n)
{
	if (c->raw.n + n > c->raw.cap) {
		u32 cap = MAX(c->raw.cap * 2, c->raw.n + n + 4096);
		u8 *v = arena_raw(c->a, cap);

		if (c->raw.n)
			memcpy(v, c->raw.v, c->raw.n);
		c->raw.v = v;
		c->raw.cap = cap;
	}
	memcpy(c->raw.v + c->raw.n, p, n);
	c->raw.n += n;
}
static inline void put8(struct code *c, u8 v) { put(c, &v, 1); }
static inline void put32(struct code *c, u32 v) { put(c, &v, 4); }
static inline void put64(struct code *c, u64 v) { put(c, &v, 8); }

/* lock, 66, rex, 0f, opcode: all that stands before ModRM. */
static inline void head3(struct code *c, bool w, u32 op, u8 reg, u8 index, u8 rm)
{
	u8 rex = (u8)((w ? 8 : 0) | (reg >> 3) << 2 | (index >> 3) << 1 | rm >> 3);

	if (op & X_LOCK)
		put8(c, 0xf0);
	if (op & X_66)
		put8(c, 0x66);
	if (rex || op & X_BYTE)
		put8(c, 0x40 | rex);
	if (op & (X_0F | X_0F38))
		put8(c, 0x0f);
	if (op & X_0F38)
		put8(c, 0x38);
	put8(c, (u8)op);
}

static inline void head(struct code *c, bool w, u32 op, u8 reg, u8 rm)
{
	head3(c, w, op, reg, 0, rm);
}

/* op reg, rm */
static inline void rr(struct code *c, bool w, u32 op, u8 reg, u8 rm)
{
	head(c, w, op, reg, rm);
	put8(c, (u8)(0xc0 | (reg & 7) << 3 | (rm & 7)));
}

enum { NONE = 0xff };

/* op reg, [base + (index << scale) + disp]; base and index may be NONE. */
static inline void rmx(struct code *c, bool w, u32 op, u8 reg, u8 base, u8 index, u8 scale,
		       s32 disp)
{
	u8 b = base == NONE ? RBP : base, i = index == NONE ? RSP : index;
	bool none = base == NONE || (!disp && (base & 7) != RBP);
	bool small = !none && disp >= -128 && disp < 128;
	bool sib = base == NONE || index != NONE || (base & 7) == RSP;

	head3(c, w, op, reg, index == NONE ? 0 : index, base == NONE ? 0 : base);
	put8(c, (u8)((none ? 0 : small ? 0x40 : 0x80) | (reg & 7) << 3 | (sib ? RSP : b & 7)));
	if (sib)
		put8(c, (u8)(scale << 6 | (i & 7) << 3 | (b & 7)));
	if (small)
		put8(c, (u8)disp);
	else if (!none || base == NONE)
		put32(c, (u32)disp);
}

/* op reg, [base + disp] */
static inline void rm(struct code *c, bool w, u32 op, u8 reg, u8 base, s32 disp)
{
	rmx(c, w, op, reg, base, NONE, 0, disp);
}

/* add 0, or 1, and 4, sub 5, xor 6, cmp 7: with an immediate. */
static inline void alu_imm(struct code *c, bool w, u8 which, u8 reg, s32 imm)
{
	bool small = imm >= -128 && imm < 128;

	rr(c, w, small ? 0x83 : 0x81, which, reg);
	if (small)
		put8(c, (u8)imm);
	else
		put32(c, (u32)imm);
}

static inline void mov(struct code *c, bool w, u8 to, u8 from) { rr(c, w, 0x89, from, to); }

static inline void mov_imm(struct code *c, u8 to, u64 imm)
{
	if (!imm) {
		rr(c, false, 0x31, to, to);
	} else if (imm <= UINT32_MAX) {
		head(c, false, (u8)(0xb8 | (to & 7)), 0, to);
		put32(c, (u32)imm);
	} else if (imm == (u64)(s64)(s32)imm) {
		rr(c, true, 0xc7, 0, to);
		put32(c, (u32)imm);
	} else {
		head(c, true, (u8)(0xb8 | (to & 7)), 0, to);
		put64(c, imm);
	}
}

/* The same, and the flags stay. */
static inline void mov_imm_only(struct code *c, u8 to, u64 imm)
{
	if (imm) {
		mov_imm(c, to, imm);
		return;
	}
	head(c, false, (u8)(0xb8 | (to & 7)), 0, to);
	put32(c, 0);
}

static inline void push(struct code *c, u8 reg) { head(c, false, (u8)(0x50 | (reg & 7)), 0, reg); }
static inline void pop(struct code *c, u8 reg) { head(c, false, (u8)(0x58 | (reg & 7)), 0, reg); }

/* shlx (66), shrx (f2), sarx (f3): to = from shifted by count. VEX.0F38.F7 */
static inline void shift_bmi2(struct code *c, bool w, u8 pp, u8 to, u8 from, u8 count)
{
	put8(c, 0xc4);
	put8(c, (u8)((to < 8 ? 0x80 : 0) | 0x40 | (from < 8 ? 0x20 : 0) | 2));
	put8(c, (u8)((w ? 0x80 : 0) | (~count & 15) << 3 | pp));
	put8(c, 0xf7);
	put8(c, (u8)(0xc0 | (to & 7) << 3 | (from & 7)));
}

/* A short jump forward within one operation: over = hop(...); ...; land(over). */
static inline u32 hop(struct code *c, u8 cc)
{
	put8(c, 0x70 | cc);
	put8(c, 0);
	return c->raw.n;
}
static inline void land(struct code *c, u32 from) { c->raw.v[from - 1] = (u8)(c->raw.n - from); }

/* ---- inside x86*.c ---- */

/* Machine code that stands behind the program's: what is rare. */
struct aside {
	u32 label, back; /* back: where it goes on (ASIDE_CHECK) */
	u32 slot;
	u8 kind, fault;
	u32 what; /* for safe_check */
	u64 addr;
};
enum { ASIDE_FAULT, ASIDE_SLOT, ASIDE_CHECK };

struct func {
	u32 from, entry; /* slot; label */
	u16 writes;      /* registers */
	bool fp, calls, may_goto;
	u32 room; /* bytes below the saved registers */
};

struct x86 {
	struct code c;
	struct arena *a;
	const struct prog *p;
	const struct env *env;
	const struct eb *eb;
	struct jit *jit;
	u32 n;
	bool safe, harden, bmi2, movbe;
	bool needs_run, calls_back, tails;
	struct ops ops;
	u32 *cost; /* safe: instructions of the stretch that begins here */
	struct {
		struct func *v;
		u32 n, cap;
	} func;
	struct func *now;
	/* Labels of the shared pieces. */
	u32 main_end, stop, zero, check, callback, entry_at;
	struct {
		struct aside *v;
		u32 n, cap;
	} aside;
	struct {
		struct jit_symbol *v;
		u32 n, cap;
	} symbol;
	u64 random;
	/* The zero flag tells of this register, at this byte of the raw code. */
	struct {
		u32 at;
		u8 reg;
		bool wide;
	} flags;
	struct ob_err *err;
};

extern const u8 x86_reg[EBPF_REGS];

/* Refuses it, unless in safe mode it is met as a fault. */
void x86_only_safe(struct x86 *x, const char *why);
u32 x86_aside(struct x86 *x, struct aside s);
struct func *x86_func(struct x86 *x, u32 slot);
/* The place of a run's word: [rbp + this]. */
#define RUN(field)   ((s32)offsetof(struct run, field))
#define ENGINE(word) ((s32)(offsetof(struct run, engine) + 8 * (word)))
/* imm, blinded when asked for, into reg: sign-extended to w ? 64 : 32 bits. */
void x86_const(struct x86 *x, bool w, u8 reg, s32 imm);

/* x86_alu.c */
void x86_alu(struct x86 *x, const struct op *o);
/* x86_div.c: dst / s or dst % s; by a constant: false if it cannot be multiplied */
void x86_divide(struct x86 *x, const struct op *o, bool w, u8 s);
bool x86_divide_by(struct x86 *x, const struct op *o, bool w, u64 k);
/* x86_mem.c */
void x86_mem(struct x86 *x, const struct op *o, u32 pc);
void x86_lea(struct x86 *x, const struct op *o);
void x86_load_big(struct x86 *x, const struct op *o);
void x86_packet(struct x86 *x, const struct eb *e, u32 pc);
/* x86_call.c: functions, and the pieces that they share */
void x86_prologue(struct x86 *x);
void x86_epilogue(struct x86 *x); /* all but ret */
void x86_leave(struct x86 *x);
void x86_call(struct x86 *x, const struct eb *e, u32 pc);
void x86_lookup(struct x86 *x, const struct op *o, u32 pc);
void x86_clobber(struct x86 *x);
void x86_spend(struct x86 *x, u32 pc);
void x86_begin(struct x86 *x);
void x86_shared(struct x86 *x);

#endif
