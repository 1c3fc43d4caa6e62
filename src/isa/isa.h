/* SPDX-License-Identifier: BSD-2-Clause */
/* The instruction sets as tables: encode, decode, assemble, list. */
#ifndef ISA_H
#define ISA_H

#include "base/base.h"

/* ---- classic BPF (classic.def, classic.c, classic_asm.c, classic_dis.c) ---- */

enum { CBPF_MAXINSNS = 4096, CBPF_MEMWORDS = 16 };

/* One enumerator per row of classic.def: CB_LD_W_ABS, CB_ALU_ADD_K, ... */
enum cb_op {
#define CB(name, ...) CB_##name,
#include "isa/classic.def"
#undef CB
	CB_COUNT
};

/* Ancillary loads: `ld [SKF_AD_OFF + n]`. One row each in anc.def:
 * CA_PROTOCOL = 0, CA_PKTTYPE = 4, ... */
#define CBPF_AD_OFF 0xfffff000u		/* -0x1000 */
#define CBPF_NET_OFF 0xfff00000u	/* -0x100000 */
#define CBPF_LL_OFF 0xffe00000u		/* -0x200000 */

enum cb_anc {
#define CA(name, n, ...) CA_##name = n,
#include "isa/anc.def"
#undef CA
};

/* The row of an opcode, or -1: Linux's 49 rows, exact in all 16 bits. */
int cbpf_row(u16 code);
extern const u16 cbpf_code[CB_COUNT];	/* the opcode of a row */

/* Lists a program in the three forms of tcpdump -d, -dd, -ddd, byte for byte. */
enum cbpf_form { CBPF_TEXT = 1, CBPF_C = 2, CBPF_DECIMAL = 3 };
void cbpf_dis(struct buf *to, const struct ob_cbpf *code, u32 n, enum cbpf_form form);
/* One instruction as -d writes it, without the number: "jeq      #0x800           jt 2\tjf 5" */
void cbpf_dis_one(struct buf *to, const struct ob_cbpf *insn, u32 pc);

/* Reads any of the three forms, the assembler syntax of bpf_asm (labels,
 * `jeq #0x800, yes, no`), or raw -ddd. Errors have line and column. */
struct ob_err *cbpf_asm(struct arena *a, const char *name, const char *text, size_t n,
			struct ob_cbpf **code, u32 *count);
#endif
