/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf run`: what its files share. */
#ifndef TOOL_RUN_H
#define TOOL_RUN_H

#include "kern/kern.h"
#include "sys/sys.h"
#include "tool/object.h"
#include "tool/opt.h"

struct run_cmd {
	u32 engine; /* enum run_engine */
	u32 raw, unchecked, harden, stats, json, show_mem, show_maps;
	u64 repeat, budget;
	const char *mem, *pkt, *type;
	struct opt_list map, data;
};

enum run_engine { RUN_BEST, RUN_INTERP, RUN_JIT, RUN_KERNEL, RUN_ALL };

/* ---- what is run, and on what (run_input.c) ---- */

/* The program of a file, "-" for standard input. */
struct ob_err *run_program(const struct run_cmd *c, const char *path, struct prog **ret);
/* The bytes that --mem or --pkt name; none without. */
struct ob_err *run_memory(const struct run_cmd *c, struct buf *to);

/* ---- one engine (run_engine.c) ---- */

struct job {
	const struct run_cmd *cmd;
	const struct prog *p;
	struct bytes mem;           /* as it is at first */
	u8 *work;                   /* where every engine finds its copy; NULL without memory */
	struct object_file *object; /* whose program g it is; NULL: p is not of an object */
};

/* What an engine made of it. */
struct outcome {
	const char *engine;
	struct ob_err *left_out; /* it could not run, and why; the rest is empty then */
	u64 r0;
	u8 *after; /* the memory */
	size_t after_n;
	struct buf maps; /* what they hold, if it is asked for: lines, or JSON */
	struct run run;  /* its fault, its count; nothing of the kernel */
	u64 runs;        /* how often it ran */
	double ns;       /* a run: without the first, if there were more */
	double prepare;  /* ns */
	bool counted;    /* run.count holds instructions */
	u64 code;        /* bytes of machine code, 0: not known */
};

/* Runs it as often as is wanted. An error: no engine could run this. */
struct ob_err *run_on(enum run_engine engine, const struct job *job, struct outcome *ret);
void outcome_deinit(struct outcome *o);
/* Does the result depend on more than the memory's bytes: on where they lie, on
 * the time, on chance? */
bool run_varies(const struct job *job, const struct outcome *before);

/* ---- programs of objects (run_object.c, run_maps.c) ---- */

/* Chooses the program, and sets variables. */
struct ob_err *run_object_begin(const struct run_cmd *c, struct object_file *f);
struct ob_err *run_on_object(enum run_engine engine, const struct job *job, struct outcome *o);
/* What the options say the maps hold before the run; and what they hold now. */
struct ob_err *run_set_variables(const struct run_cmd *c, const struct object *o);
struct ob_err *run_set_maps(const struct run_cmd *c, const struct sys_loaded *l);
void run_put_maps(const struct run_cmd *c, const struct sys_loaded *l, struct buf *to);

/* INT and TERM: the first one lets a repeated run end early, another one, or one
 * while a program runs for the first time, ends the command. */
void run_catch_signals(void);

#endif
