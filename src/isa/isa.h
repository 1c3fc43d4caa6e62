/* SPDX-License-Identifier: BSD-2-Clause */
/* The instruction sets as tables: encode, decode, assemble, list. */
#ifndef ISA_H
#define ISA_H

#include "base/base.h"

#include "isa/ebpf.h" /* extended BPF */
#include "isa/format.h"
#include "isa/helper.h"
#include "isa/kfunc.h"
#include "isa/maptype.h"
#include "isa/progtype.h"

/* ---- classic BPF (classic.def, classic.c, classic_asm.c, classic_dis.c) ---- */

enum { CBPF_MAXINSNS = 4096, CBPF_MEMWORDS = 16 };
/* A run in libpcap's dialect jumps back at most this often; after that the packet
 * is dropped. The loops of its protochain advance at least 8 bytes a turn. */
enum { CBPF_BACK_MAX = 1 << 16 };

/* One enumerator per row of classic.def: CB_LD_W_ABS, CB_ALU_ADD_K, ... */
enum cb_op {
#define CB(name, ...) CB_##name,
#include "isa/classic.def"
	CB_COUNT
};

/* What an instruction reads and writes. */
enum { CB_A = 1, CB_X = 2, CB_M = 4, CB_P = 8, CB_L = 16 };

/* How an operand is written; the comment shows it. */
enum cb_operand {
	CBO_NONE,
	CBO_ABS, /* [12], [proto] */
	CBO_IND, /* [x + 14] */
	CBO_HEX, /* #0x800 */
	CBO_DEC, /* #14 */
	CBO_X,   /* x */
	CBO_MEM, /* M[3] */
	CBO_LEN, /* #pktlen */
	CBO_MSH, /* 4*([14]&0xf) */
	CBO_JA,  /* 7 */
};

struct cb_row {
	const char *mnemonic;
	u16 code;
	u8 operand;       /* enum cb_operand */
	u8 reads, writes; /* sets of CB_A, CB_X, CB_M, CB_P, CB_L */
	bool seccomp;     /* allowed there, in some form */
};
extern const struct cb_row cbpf_rows[CB_COUNT];

/* The row of an opcode, or -1: Linux's 49 rows, exact in all 16 bits. */
int cbpf_row(u16 code);

static inline bool cbpf_is_cond(u16 code) { return (code & 7) == 5 && (code & 0xf0); }

/* Ancillary loads: `ld [SKF_AD_OFF + n]`. One row each in anc.def:
 * CA_PROTOCOL = 0, CA_PKTTYPE = 4, ... */
#define CBPF_AD_OFF  0xfffff000u /* -0x1000 */
#define CBPF_NET_OFF 0xfff00000u /* -0x100000 */
#define CBPF_LL_OFF  0xffe00000u /* -0x200000 */

enum cb_anc {
#define CA(name, n, ...) CA_##name = n,
#include "isa/anc.def"
#undef CA
};
enum { CA_MAX = 64 };
struct cb_anc_row {
	const char *dis, *text; /* as tcpdump -d and as assembler text write it */
	bool needs_dev;
};
/* The row of the ancillary load at k, or NULL when k is not one. */
const struct cb_anc_row *cbpf_anc(u32 k);

/* Lists a program in the three forms of tcpdump -d, -dd, -ddd, byte for byte. */
enum cbpf_form { CBPF_TEXT = 1, CBPF_C = 2, CBPF_DECIMAL = 3 };
void cbpf_dis(struct buf *to, const struct ob_cbpf *code, u32 n, enum cbpf_form form);
/* One instruction as -d writes it, without the number: "jeq      #0x800           jt 2\tjf 5" */
void cbpf_dis_one(struct buf *to, const struct ob_cbpf *insn, u32 pc);

/* Reads any of the three forms; the assembler syntax of bpf_asm (labels,
 * `jeq #0x800, yes, no`, comments); or the one line `N,code jt jf k,...` of
 * xt_bpf. Errors have line and column. At most CBPF_ASM_MAX instructions;
 * whether they may run is the checker's business. */
enum { CBPF_ASM_MAX = 1 << 20 };
struct ob_err *cbpf_asm(struct arena *a, const char *name, const char *text, size_t n,
			struct ob_cbpf **code, u32 *count);

/* ---- classic to extended (classic_ebpf.c, classic_facts.c) ----
 *
 * For our engines: r1 is the packet, r2 the number of its bytes, r3 how many it
 * had on the wire, r4 a struct ob_meta, r0 the verdict; NULL in r4 is allowed in
 * libpcap's dialect, where it means that nothing is known. The upper halves of
 * r2 and r3 are 0. Calls are those of enum cbpf_call. For a socket filter of
 * Linux: r1 is its struct __sk_buff. */
enum cbpf_target { CBPF_FOR_LINUX, CBPF_FOR_LIBPCAP, CBPF_FOR_SOCKET };
enum cbpf_call {
	CBPF_CALL_RANDOM = 7, /* as Linux's: () to 32 bits */
	CBPF_CALL_CPU = 8,    /* for a socket filter only */
	/* (packet, its bytes, A, X) to A */
	CBPF_CALL_NLATTR = 0x6f620000 + CA_NLATTR,
	CBPF_CALL_NLATTR_NEST = 0x6f620000 + CA_NLATTR_NEST,
};

/* The same program in extended code, slot by slot, and the classic instruction
 * that each slot serves, or n for none. It must have passed the checker. Errors: OB_UNSUPPORTED
 * with the instruction for what Linux does not give to extended socket filters,
 * OB_NOMEM. */
struct ob_err *cbpf_extend(struct arena *a, const struct ob_cbpf *code, u32 n,
			   enum cbpf_target target, struct ob_ebpf **ret, u32 **from, u32 *count);

/* ---- CSPF (cspf.def, cspf.c) ---- */

enum { CSPF_MAXWORDS = 255, CSPF_OPSHIFT = 10, CSPF_ACTIONS = 1 << CSPF_OPSHIFT };

enum cspf_action {
	CSPF_NOPUSH = 0,
	CSPF_PUSHLIT = 1, /* pushes the next word of the program */
#define CSPF_CONST(name, code, value) CSPF_##name = code,
#include "isa/cspf.def"
	CSPF_PUSHWORD = 16, /* + n: pushes the n-th 16-bit word of the packet */
};

enum cspf_binop {
	CSPF_NOP = 0,
#define CSPF_BINARY(name, code, result)     CSPF_##name = code,
#define CSPF_END(name, code, when, verdict) CSPF_##name = code,
#include "isa/cspf.def"
};

struct cspf {
	u16 word[CSPF_MAXWORDS];
	u32 n;
};

static inline u32 cspf_action(u16 w) { return w & (CSPF_ACTIONS - 1); }
static inline u32 cspf_binop(u16 w) { return w >> CSPF_OPSHIFT; }
/* "PUSHZERO", "EQ"; NULL when there is none with this code (or it is PUSHWORD+n). */
const char *cspf_action_name(u32 action);
const char *cspf_binop_name(u32 binop);
/* COR, CAND, CNOR or CNAND: may end the program, and pushes nothing. */
bool cspf_binop_ends(u32 binop);
/* The constant that an action pushes, or -1 when it pushes none. */
s32 cspf_const(u32 action);

/* One operation a line, behind the index of its word: "(001) PUSHLIT 0x0800 EQ".
 * What is no operation is listed as ".word 0x1c00". cspf_asm gives back exactly
 * the words that were listed; it ignores case, indices, and comments from ';'. */
void cspf_dis(struct buf *to, const u16 *word, u32 n);
struct ob_err *cspf_asm(const char *name, const char *text, size_t n, struct cspf *ret);

#endif
