/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside classic to extended: what is known of a classic program before its
 * extended form is written (classic_facts.c, classic_ebpf.c). */
#ifndef ISA_EXTEND_H
#define ISA_EXTEND_H

#include "isa/isa.h"

/* Registers and cells of the classic machine, as sets. */
enum { LIVE_A = 1, LIVE_X = 2, LIVE_M = 4 };

static inline u32 live_cell(u32 k) { return (u32)LIVE_M << k; }

/* A load from the packet. */
enum cx_load {
	CX_NONE,
	CX_NEVER, /* beyond every packet */
	CX_ABS,   /* of [k, end) */
	CX_FAR,   /* at SKF_NET_OFF or SKF_LL_OFF */
	CX_IND,   /* of [X + k, X + end), where the sum cannot wrap */
	CX_WRAP,  /* the same, where it can */
};

#define CX_SURELY UINT64_MAX /* of need: whatever the packet is */

/* need: a packet of fewer bytes gives 0 from here on; needx: so does one of
 * fewer than X + needx bytes, where 0 says nothing. */
struct cx_insn {
	u8 row;  /* enum cb_op */
	u8 load; /* enum cx_load */
	u8 size; /* of the load */
	s8 anc;  /* enum cb_anc, or -1 */
	u8 ways; /* that it may go on: 0 to 2 */
	bool back;
	bool reached;
	bool dead;   /* it would only make what nobody reads */
	u8 raw;      /* A, loaded or used here, stands as in the packet: of so many bytes */
	u32 to[2];   /* where it goes on; of two ways the first is for true */
	u32 reads;   /* sets: what it looks at */
	u32 in, out; /* what is used from it on, and behind it */
	u32 xmax;    /* X behind it is at most this */
	u64 end;     /* of the load */
	u64 need, needx;
};

struct cx {
	struct arena *a;
	const struct ob_cbpf *code;
	u32 n;
	enum cbpf_target target;
	struct cx_insn *i;
	u32 uses; /* what the reached code reads or writes */
};

/* Fills i and uses. A path through `ja` is followed only so far that the
 * distance of a conditional jump stays within 16 bits. */
void cx_facts(struct cx *x);

#endif
