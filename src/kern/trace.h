/* SPDX-License-Identifier: BSD-2-Clause */
/* What programs print: a ring of lines in shared memory, as Linux's trace_pipe. */
#ifndef KERN_TRACE_H
#define KERN_TRACE_H

#include "base/base.h"

/* A ring as this process has it. */
struct trace;

/* fd: a file of the caller's, open for reading and writing, which is taken; an
 * empty one becomes a ring. 0, EINVAL for what is none, ENOMEM. */
int trace_open(int fd, struct trace **ret);
void trace_close(struct trace *t); /* NULL is allowed */

/* Writes the line "comm-pid [cpu] ..... time: bpf_trace_printk: text". Takes no
 * lock: who is killed or stopped meanwhile loses this line, and no other. */
void trace_write(struct trace *t, u32 cpu, const char *text, size_t n);
/* The same into this process's own, or nowhere. */
void trace_print(u32 cpu, const char *text, size_t n);
/* Which ring that is: borrowed, NULL for none. Returns the one before. */
struct trace *trace_use(struct trace *t);

/* A reader: each has all lines from its beginning on; lines that it was too slow
 * for are counted. */
struct trace_reader {
	u64 at;
	u64 lost;     /* lines, at most: a cell has no more than one */
	u64 since_ns; /* that the line at `at` is waited for */
};
/* From the next line on; old: from the oldest that there is. */
void trace_begin(struct trace *t, struct trace_reader *r, bool old);
/* The next line, with a newline and a 0, cut to size: its length; 0: there is none
 * within ms milliseconds (-1: for ever; 0: now). */
size_t trace_read(struct trace *t, struct trace_reader *r, char *line, size_t size, int ms);

#endif
