/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside classic to extended: what is known of a classic program
 * (classic_facts.c), and how its extended form is written (classic_ebpf.c, its
 * loads in classic_load.c). */
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

/* ---- writing ---- */

enum { A = 0, PKT = 1, CAPLEN = 2, LEN = 3, META = 4, CTX = 6, FP = 10 };
enum { KEPT = 6 }; /* the first that a called function keeps */
/* Stack, from r10 down: cells; registers that a call would lose. */
enum { CELLS_AT = -64, SPILL_AT = -72 };
enum { NOWHERE = INT32_MIN };

/* What is known of the packet at a place in the code. */
struct known {
	bool set;
	u64 have;  /* it has so many bytes */
	u64 havex; /* it has X + havex, unless that is 0 */
	s64 bias;  /* register p is the packet + X + bias, or NOWHERE */
};

struct fixup {
	u32 slot, to;
};

struct job {
	struct cx x;
	struct known *known; /* in front of an instruction, by all ways that were written */
	u32 *at;             /* the slot of an instruction */
	u32 *next;           /* the next that is reached */
	u32 pc;
	struct known now;
	s8 rx, rp, save;        /* registers, or -1 */
	s8 cell[CBPF_MEMWORDS]; /* register, or -1: on the stack */
	s8 turns;               /* register that counts jumps back */
	u32 taken;              /* registers, a set */
	struct {
		struct eb *v;
		u32 n, cap;
	} code;
	struct {
		u32 *v;
		u32 n, cap;
	} from, rejects; /* rejects: slots of jumps that wait for one */
	struct {
		struct fixup *v;
		u32 n, cap;
	} jumps;
	struct ob_err *err;
};

static inline u32 put(struct job *j, enum eb_op op, int dst, int src, s32 off, s64 imm)
{
	vec_push(j->x.a, j->from) = j->pc;
	vec_push(j->x.a, j->code) =
		(struct eb){.op = (u8)op, .dst = (u8)dst, .src = (u8)src, .off = off, .imm = imm};
	return j->code.n - 1;
}

static inline void put_k(struct job *j, enum eb_op op, int dst, u32 k)
{
	put(j, op, dst, 0, 0, (s32)k);
}

static inline void put_x(struct job *j, enum eb_op op, int dst, int src)
{
	put(j, op, dst, src, 0, 0);
}

static inline void load(struct job *j, u32 size, int dst, int src, s32 off)
{
	put(j, size == 4 ? EB_LDX_W : size == 2 ? EB_LDX_H : EB_LDX_B, dst, src, off, 0);
}

static inline void reject_if(struct job *j, enum eb_op op, int dst, int src, u32 k)
{
	vec_push(j->x.a, j->rejects) = put(j, op, dst, src, 0, (s32)k);
}

/* Linux gives extended socket filters no such thing. */
static inline void refuse(struct job *j, const char *what)
{
	if (!j->err)
		j->err = err_at_insn(err_new(OB_UNSUPPORTED,
					     "an extended socket filter of Linux has no %s", what),
				     j->pc);
}

/* classic_load.c: loads from the packet and ancillary loads of the target. */
void cx_load(struct job *j, const struct cx_insn *i);
void cx_load_len(struct job *j, int dst);
/* X is another. */
void cx_new_x(struct job *j);

#endif
