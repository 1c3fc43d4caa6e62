/* SPDX-License-Identifier: BSD-2-Clause */
/* The programs in bench/engines, as gcc or clang compiled them for this
 * processor and as clang did for BPF. */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include "prog/prog.h"

enum { PROGRAM_MEM = 3072, PROGRAMS = 9 };

struct program {
	const char *name;
	u64 (*native)(void *mem, u64 len);
	void (*fill)(u8 *mem); /* PROGRAM_MEM bytes, always the same */
};

extern const struct program programs[PROGRAMS];

/* Reads bench/engines/NAME.s below top. */
struct ob_err *program_load(const struct program *p, const char *top, struct prog **ret);

/* One program of at least n slots: all of them, one behind the other, as often
 * as it takes. copies: how many programs are in it. Returns what the last does. */
struct ob_err *program_chain(const char *top, u32 n, struct prog **ret, u32 *copies);

#endif
