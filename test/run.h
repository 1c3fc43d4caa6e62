/* SPDX-License-Identifier: BSD-2-Clause */
/* The runner of the checks: what its files share. doc/testing.md has the format. */
#ifndef RUN_H
#define RUN_H

#include "base/base.h"

struct part {
	const char *name; /* "sh", "stdout", ... */
	const char *arg;  /* the rest of its line, "" when there is none */
	const char *body; /* the lines below, each ends with \n */
	u32 line;
};

struct test {
	const char *path; /* below test/, as "filter/port.t" */
	const char *title;
	u32 line;
	u32 n;
	struct part *part;
};

/* Reads one file: NULL, or why and on which line it cannot be understood. */
const char *test_read(struct arena *a, const char *path, char *text, struct test **ret, u32 *count,
		      u32 *line);
/* The part of that name, or NULL. */
const struct part *test_part(const struct test *t, const char *name);

/* ---- what a test did: made in a process of its own, text goes to `out` ---- */
enum outcome { PASS, FAIL, SKIP };

/* The text of a file, the caller's; "" when there is none or it is NULL. */
char *read_all(FILE *f);
/* Compares whole texts; prints a difference and returns false. */
bool same_text(FILE *out, const char *what, const char *want, const char *got);
/* Every line of `want` must be part of a line of `got`, in that order. */
bool has_lines(FILE *out, const char *what, const char *want, const char *got);

/* shell.c: -- sh; machine.c: -- asm, -- filter; ebpf.c: -- ebpf */
enum outcome run_shell(const struct test *t, const char *top, FILE *out);
enum outcome run_machine(const struct test *t, const char *top, FILE *out);
enum outcome run_ebpf(const struct test *t, FILE *out);

/* names.c: what the filters of the checks may name */
extern const struct filter_names test_names;

#endif
