/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf dis`: what its files share. */
#ifndef TOOL_DIS_H
#define TOOL_DIS_H

#include "prog/prog.h"

/* Compiles with these flags (jit.h) and lists instructions and machine code. */
struct ob_err *dis_native(const struct prog *p, unsigned flags, struct buf *to);

/* One x86-64 instruction at p, as assembler text, for reading. False: no Zydis
 * is here, or this is no instruction. addr: where it runs. */
const char *zydis_missing(void); /* why no Zydis is here; NULL: it is */
bool zydis_one(const u8 *p, size_t n, u64 addr, u32 *len, char *text, size_t size);

#endif
