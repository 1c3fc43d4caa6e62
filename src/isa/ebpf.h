/* SPDX-License-Identifier: BSD-2-Clause */
/* Extended BPF: instructions as stored (struct ob_ebpf, one slot each) and as
 * decoded (struct eb), and the table of what there is. */
#ifndef ISA_EBPF_H
#define ISA_EBPF_H

#include "base/base.h"

enum {
	EBPF_REGS = 11,   /* r0 to r10 */
	EBPF_STACK = 512, /* bytes of a function's stack frame */
	EBPF_FRAMES = 8,  /* functions that may be active at once */
	EBPF_TAILS = 33,  /* tail calls of one run */
	/* functions that may wait in a run: each tail call goes to a program with its own */
	EBPF_FRAMES_MOST = EBPF_FRAMES + EBPF_TAILS * (EBPF_FRAMES - 1),
	EBPF_MAX = 1 << 24,  /* instructions of a program that we take */
	EBPF_TAIL_CALL = 12, /* the helper that is an instruction */
};

/* One enumerator per row of ebpf.def: EB_ADD_64_K, EB_LDX_W, ... Two more are
 * no operations: EB_WIDE is the second slot of a 64-bit immediate, EB_BAD what
 * no row fits, with the 8 bytes as stored in imm. */
enum eb_op {
#define EB(name, ...) EB_##name,
#include "isa/ebpf.def"
	EB_COUNT,
	EB_WIDE = EB_COUNT,
	EB_BAD,
	EB_OPS
};

/* How an operation is written, and so which fields it has. */
enum eb_form {
	EBF_ALU_K,     /* r0 += 5             w0 += 5 */
	EBF_ALU_X,     /* r0 += r1            w0 += w1 */
	EBF_NEG,       /* r0 = -r0 */
	EBF_MOVSX,     /* r0 = (s8)r1         w0 = (s8)w1 */
	EBF_SWAP,      /* r0 = be16 r0 */
	EBF_JMP_K,     /* if r1 > 5 goto +3   if w1 > 5 goto +3 */
	EBF_JMP_X,     /* if r1 > r2 goto +3 */
	EBF_JA,        /* goto +3             may_goto +3 */
	EBF_JAL,       /* gotol +3            the distance is stored in imm */
	EBF_CALL,      /* call 5              helper */
	EBF_LOCAL,     /* call +3             the distance is stored in imm */
	EBF_KFUNC,     /* call kfunc 5        imm: BTF id, off: index of BTF */
	EBF_CALLX,     /* callx r1 */
	EBF_EXIT,      /* exit */
	EBF_LDDW,      /* r0 = 5 ll           r0 = map_fd 3 ll */
	EBF_ABS,       /* r0 = *(u16 *)skb[12] */
	EBF_IND,       /* r0 = *(u16 *)skb[r1 + 12] */
	EBF_LDX,       /* r0 = *(u32 *)(r1 + 4) */
	EBF_ST,        /* *(u32 *)(r1 + 4) = 5 */
	EBF_STX,       /* *(u32 *)(r1 + 4) = r2 */
	EBF_ATOMIC,    /* lock *(u64 *)(r1 + 0) += r2 */
	EBF_FETCH,     /* r2 = atomic_fetch_add((u64 *)(r1 + 0), r2) */
	EBF_XCHG,      /* r2 = xchg_64(r1 + 0, r2) */
	EBF_CMPXCHG,   /* r0 = cmpxchg_64(r1 + 0, r0, r2) */
	EBF_LOAD_ACQ,  /* r0 = load_acquire((u64 *)(r1 + 0)) */
	EBF_STORE_REL, /* store_release((u64 *)(r1 + 0), r2) */
	EBF_COUNT
};

/* RFC 9669 2.4: conformance groups; LINUX: what is in none of them. */
enum eb_group {
	EBG_BASE32,
	EBG_BASE64,
	EBG_DIVMUL32,
	EBG_DIVMUL64,
	EBG_ATOMIC32,
	EBG_ATOMIC64,
	EBG_PACKET,
	EBG_LINUX,
	EBG_COUNT
};

struct eb_row {
	const char *name; /* "ADD_64_K" */
	const char *symbol;
	u8 code, form, group;
	u16 value; /* of the field that ebpf_selector names */
};
extern const struct eb_row ebpf_rows[EB_COUNT];
extern const char *const ebpf_groups[EBG_COUNT]; /* "base32" */

/* Fields, as sets. */
enum { EB_DST = 1, EB_SRC = 2, EB_OFF = 4, EB_IMM = 8 };
u8 ebpf_uses(enum eb_form form);
/* The one field that tells the rows of this opcode apart, or 0. */
u8 ebpf_selector(u8 code);

/* An instruction, decoded. Nobody looks at the stored form afterwards. */
struct eb {
	u8 op; /* enum eb_op */
	u8 dst, src;
	bool imm_form; /* callx with its register stored in imm, as clang < 19 did */
	/* Of memory; or of a jump or local call (whichever field stores it) and
	 * of LDDW_FUNC: slots from the next instruction to the target. */
	s32 off;
	s64 imm; /* sign-extended; LDDW*: first slot's low, second's high */
};

/* The row that fits the first slot of an instruction, or -1. */
int ebpf_row(struct ob_ebpf i);
/* Decodes n slots, one struct eb for each; what is none becomes EB_BAD. */
void ebpf_decode(const struct ob_ebpf *from, u32 n, struct eb *to);
/* The exact inverse. */
void ebpf_encode(const struct eb *from, u32 n, struct ob_ebpf *to);
/* Why slot i of n is EB_BAD: one sentence, into why. */
void ebpf_why_bad(const struct ob_ebpf *from, u32 n, u32 i, char *why, size_t size);

/* The target of a jump, local call or LDDW_FUNC at pc; may lie anywhere. */
static inline s64 ebpf_target(const struct eb *e, u32 pc) { return (s64)pc + 1 + e->off; }
static inline bool ebpf_is_cond(enum eb_op op) { return op >= EB_JEQ_32_K && op <= EB_JSLE_64_X; }
/* Jumps there, or may: not calls. */
static inline bool ebpf_is_jump(enum eb_op op) { return op >= EB_JEQ_32_K && op <= EB_MAY_GOTO; }
/* Bytes that a load, store or atomic moves; 0 for any other. */
u32 ebpf_size(enum eb_op op);

/* The registers that an instruction reads and writes, as sets: bit i is ri.
 * Calls and packet loads leave nothing in r1 to r5. (ebpf_regs.c) */
u16 ebpf_reads(const struct eb *e);
u16 ebpf_writes(const struct eb *e);

/* ---- text (ebpf_asm.c, ebpf_dis.c) ---- */

/* One instruction at pc as llvm-objdump writes it: "if r1 > 5 goto +3". */
void ebpf_dis_one(struct buf *to, const struct eb *insn, u32 pc);
/* A whole program that ebpf_asm reads back exactly. */
void ebpf_dis(struct buf *to, const struct eb *code, u32 n);
/* The same with lines (comments) before an instruction, and behind it what ends its
 * line. */
struct eb_notes {
	void *arg;
	void (*before)(void *arg, u32 pc, struct buf *to);
	void (*behind)(void *arg, u32 pc, struct buf *to);
};
void ebpf_dis_noted(struct buf *to, const struct eb *code, u32 n, const struct eb_notes *notes);
/* What the older notation calls an operation: "add64", "lock fetch_add32". */
enum { EBPF_MNEMONIC = 32 };
void ebpf_mnemonic(char to[EBPF_MNEMONIC], enum eb_op op);
/* One instruction in that notation: "jgt r1, 5, +3". */
void ebpf_dis_old(struct buf *to, const struct eb *insn);

/* Where a slot's text stands: characters [from, to) of the source. */
struct eb_span {
	u32 from, to;
};
/* Reads the notation of clang and of llvm-objdump, and the older mnemonics
 * (`add64 r0, r1`). Errors with line, column and caret. spans: one a slot. */
struct ob_err *ebpf_asm(struct arena *a, const char *name, const char *text, size_t n,
			struct ob_ebpf **code, struct eb_span **spans, u32 *count);
/* `r1 = map counts ll` is the number (map_idx) that counts has in this list, which ends
 * with NULL. */
struct ob_err *ebpf_asm_maps(struct arena *a, const char *name, const char *text, size_t n,
			     const char *const *maps, struct ob_ebpf **code, struct eb_span **spans,
			     u32 *count);

#endif
