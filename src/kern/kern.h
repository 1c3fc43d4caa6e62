/* SPDX-License-Identifier: BSD-2-Clause */
/* Our kernel's beginning: an extended program, checked and prepared for an
 * engine, with the helpers that it calls. Its life is in onebpf.h:
 * ob_run_create, ob_run_destroy. */
#ifndef KERN_H
#define KERN_H

#include "prog/prog.h"

enum { KERN_BUDGET = 100000000 }; /* instructions of a run, when nothing is said */

/* Runs it, with memory, packet and arg as r has them. r's env is filled in, and
 * its budget when that is 0. What became of the run stays in r. */
u64 kern_call(const struct ob_run *k, const u64 reg[5], struct run *r);
/* The machine code; nothing for the interpreter. */
struct bytes kern_code(const struct ob_run *k);

#endif
