/* SPDX-License-Identifier: BSD-2-Clause */
/* What BPF_PROG_LOAD asks of the verifier. */
#ifndef KERN_VERIFY_H
#define KERN_VERIFY_H

#include "check/check.h"
#include "kern/call.h"
#include "kern/xlate.h"

enum { VERIFY_MAPS = 64 };

struct verify_load {
	const struct prog_head *head; /* type, attach, flags, gpl, funcs, lines */
	const struct ob_ebpf *insn;   /* maps are indices */
	u32 n;
	struct object *const *map;
	u32 maps;
	struct object *btf;    /* or NULL */
	const u8 *func, *line; /* records of 8 and 16 bytes */
	struct user_log *log;
};

/* What the verifier has found besides. */
struct verified {
	u32 insns;       /* that were simulated */
	u32 context;     /* struct check_result's */
	bool plain;      /* the same */
	struct buf loop; /* struct xlate_loop each */
};

/* 0 or a negative errno; the log ends with the numbers. */
int kern_verify(const struct verify_load *l, struct verified *ret);

/* The relocations of CO-RE that come with a program (relocate.c): 0 or a negative errno. */
int kern_relocate(const union bpfattr *attr, u64 uattr, const struct kern_btf *types,
		  struct ob_ebpf *insn, u32 n, struct user_log *log);

#endif
