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
	/* Told of each instruction that is simulated, and what was known; may be NULL. */
	void (*seen)(void *arg, u32 pc, const struct check_state *before);
	void *arg;
};

struct check_result {
	u32 insns;        /* that were simulated */
	u32 states, peak; /* that were kept; at once at most */
	u32 most;         /* at one instruction */
	u32 stack;        /* bytes of the deepest chain of calls */
	u32 pc;           /* where it was refused */
	u64 memory, ns;
};

/* May the program run? 0, or a negative errno as Linux's BPF_PROG_LOAD: EINVAL, EACCES,
 * EPERM, E2BIG, ENOMEM, EFAULT. The program has passed check_ebpf or not; its map, type,
 * attach, btf, func and line are looked at. ret may be NULL. */
int check_verify(const struct prog *p, const struct check_how *how, struct check_result *ret);

#endif
