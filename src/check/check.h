/* SPDX-License-Identifier: BSD-2-Clause */
/* May this program run? The classic checker, and the verifier of extended programs. */
#ifndef CHECK_H
#define CHECK_H

#include "prog/prog.h"

enum check_profile {
	CHECK_LINUX,   /* bpf_check_classic */
	CHECK_SECCOMP, /* the same, then seccomp_check_filter */
	CHECK_LIBPCAP, /* pcap_validate_filter: backward `ja` and unset M[] pass */
};

/* NULL when the program may run; else OB_REFUSED with instruction and reason. */
struct ob_err *check_classic(const struct ob_cbpf *code, u32 n, enum check_profile profile);

/* Stage one of the verifier, for an extended program: every slot is an
 * instruction, jumps stay in their function (and out of the second half of a
 * 64-bit immediate), no function goes on behind its end, no callx, r10 is not
 * written. Functions begin at slot 0 and where local calls and function
 * addresses lead. OB_REFUSED with the instruction. */
struct ob_err *check_ebpf(const struct prog *p);

/* The same for a CSPF program: its length, its actions and operators, its
 * literals, and the depth of its stack at every word. */
struct ob_err *check_cspf(const u16 *word, u32 n);

/* ---- the verifier (verify.c) ---- */

enum check_level {
	CHECK_SEED,         /* the rules of 2014 to 2018: 4,096 instructions, no loops */
	CHECK_UNPRIVILEGED, /* nothing of the kernel's addresses may be learnt, even by guesses */
	CHECK_CAPABLE,      /* CAP_BPF alone: all that is proved, but no addresses */
	CHECK_PRIVILEGED,   /* CAP_BPF and CAP_PERFMON */
};

struct check_state; /* what is known before an instruction (priv.h: struct state) */

struct check_how {
	enum check_level level;
	bool gpl;                 /* the licence goes with the GPL */
	u32 prog_flags;           /* BPF_F_STRICT_ALIGNMENT ... */
	u32 log;                  /* Linux's levels: 1 paths, 2 all, 4 numbers */
	struct buf *text;         /* the log is added there; NULL: none */
	bool here;                /* only helpers that our world has */
	bool no_prune;            /* states are never taken as covered by others */
	const struct btf *kernel; /* types of the kernel, NULL: none are known */
	u32 attach_btf_id;        /* in the kernel's types: what the program is attached to */
	u64 memory;               /* bytes at most, 0: 1 GB */
	u32 cpus;                 /* that there may be, 0: not known */
	u32 limit;                /* instructions that are simulated, 0: the level's */
	u32 path_max;             /* paths end behind so many, unproved; 0: at their end */
	/* Told of each instruction that is simulated, and what was known; may be NULL. */
	void (*seen)(void *arg, u32 pc, const struct check_state *before);
	/* Told of a kept state that does not cover the one that comes to the same place: the
	 * first thing that differs ("r6", "fp-8", "" for what is held), as it was kept and as
	 * it is. May be NULL. */
	void (*missed)(void *arg, u32 pc, const char *what, const char *kept, const char *is);
	/* Told of each bpf_loop of an accepted program that Linux writes out: the call, the
	 * function, and where it keeps registers, below the frame's end. May be NULL. */
	void (*loop)(void *arg, u32 pc, u32 callee, s32 stack);
	void *arg;
};

struct check_result {
	u32 insns;        /* that were simulated */
	u32 states, peak; /* that were kept; at once at most */
	u32 most;         /* at one instruction */
	u32 stack;        /* bytes of the deepest chain of calls */
	u32 pc;           /* where it was refused */
	u32 context;      /* bytes that its context must have, as far as it is accessed */
	bool plain;       /* it touches its stack, its context, a packet, values of maps and what
			   * helpers gave it, and nothing else */
	u32 trace;        /* what `seen` has left in the refused state, 0: there is none */
	u64 memory, ns;
};

/* May the program run? 0, or a negative errno as Linux's BPF_PROG_LOAD: EINVAL, EACCES,
 * EPERM, E2BIG, ENOMEM, EFAULT. The program has passed check_ebpf or not; its map, type,
 * attach, btf, func and line are looked at. ret may be NULL. */
int check_verify(const struct prog *p, const struct check_how *how, struct check_result *ret);

/* A state as the log has it, without a newline. */
void check_state_put(struct buf *to, const struct prog *p, const struct check_state *s);
/* Which registers are still read, a set for each slot (of p->n); false: the program's shape is
 * refused, or memory is short. */
bool check_live(const struct prog *p, u16 *live);

/* ---- explanations (explain*.c) ---- */

/* What a refused program is run on, to see it misbehave. */
struct explain_trial {
	const u8 *packet; /* or the context's bytes */
	u32 n;
	bool fills; /* its maps have elements, whose values are all bytes `fill` */
	u8 fill;
};
struct explain_fate {
	u32 fault; /* enum env_fault */
	u32 pc, size;
	u64 addr, r0;
};
struct explain_ask {
	/* Runs it in a machine that checks every access; false: it cannot be run. NULL: no
	 * input is looked for. */
	bool (*run)(void *arg, const struct explain_trial *t, struct explain_fate *ret);
	/* What the kernel's types have not, if that instruction was made one that no kernel
	 * takes because of it (CO-RE). May be NULL. */
	const char *(*missing)(void *arg, u32 pc);
	void *arg;
};

struct explain_note {
	u32 pc;
	const char *text;
};
struct explain_step {
	u32 pc, frame;
	const char *state; /* what was known before it, as the log has it */
};

/* All text is the explanation's. */
struct explanation {
	int err;           /* as check_verify returned it */
	u32 pc;            /* the refused instruction; a function's first when it is no one's */
	const char *what;  /* "this load may leave the packet" */
	const char *knew;  /* what the verifier believed, NULL: there is nothing to be said */
	const char *needs; /* and what it needed */
	const char *words; /* Linux's, lines */
	struct explain_note *note; /* where it was lost, in the program's order */
	u32 notes;
	struct explain_step *path; /* the shortest one, or its end; the last is refused */
	u32 steps, skipped;        /* skipped: that the path had before these */
	u32 full;                  /* the path that was found first, if it was longer; else 0 */
	const char *input;         /* that was tried and misbehaved, or NULL */
	const char *change;        /* which makes it pass, or NULL; lines */
	const char *advice;        /* where no change was found, or NULL */
};

/* Why a program is refused that check_verify refuses as how says (whose text, log and seen
 * are not used). NULL: it is accepted; or memory is short. ask may be NULL. */
struct explanation *check_explain(const struct prog *p, const struct check_how *how,
				  const struct explain_ask *ask);
void explanation_destroy(struct explanation *x); /* NULL is allowed */
/* As a compiler would say it: places, lines of C, notes. */
void explanation_put(struct buf *to, const struct explanation *x, const struct prog *p);
/* The line of the source that instruction came from; NULL: not known. */
const struct prog_line *explain_line(const struct prog *p, u32 pc);
/* "drop.c:14", or "insn 7" where no source is known. */
void explain_place(struct buf *to, const struct prog *p, u32 pc);

#endif
