/* SPDX-License-Identifier: BSD-2-Clause */
/* A verb is one const struct in one file. Parsing, help, completions and the
 * manual's option list all come from its option table. */
#ifndef TOOL_OPT_H
#define TOOL_OPT_H

#include "base/base.h"

enum { DONE = 0, NO = 1, UNSURE = 2 }; /* exit statuses */

enum opt_kind {
	OPT_GROUP = 1, /* a headline, `help` */
	OPT_COUNT,     /* no value: adds one to a u32 */
	OPT_TEXT,      /* a const char *, the last one given wins */
	OPT_LIST,      /* the same, all that are given: a struct opt_list */
	OPT_NUMBER,    /* a u64 within [min, max] */
	OPT_WORD,      /* one of `words`: its place, from 1, in a u32 */
	OPT_REFUSED,   /* known from elsewhere, not done here; `help` says why */
};

struct opt_list {
	const char *v[32];
	u32 n;
};

enum opt_complete { COMPLETE_NOTHING, COMPLETE_FILE, COMPLETE_INTERFACE, COMPLETE_USER };

struct opt {
	enum opt_kind kind;
	char letter;              /* 0: none */
	bool top;                 /* on the first screen of --help */
	const char *name;         /* long name, NULL: none */
	const char *arg;          /* what the value is called; NULL: takes none */
	const char *help;         /* one line, no full stop */
	const char *more;         /* further sentences for the manual, or NULL */
	size_t to;                /* offset in the verb's struct of options */
	u64 min, max;             /* OPT_NUMBER; max 0: no limit */
	const char *const *words; /* OPT_WORD; ends with NULL */
	enum opt_complete complete;
};

struct example {
	const char *question, *command;
};

struct verb {
	const char *name;
	const char *does;              /* one line, as in the list of verbs */
	const char *operands;          /* "[filter]" */
	const struct opt *opt;         /* ends with a kind of 0 */
	const struct example *example; /* ends with NULL */
	const char *const *words;      /* what operands are made of, for completion; or NULL */
	size_t size;                   /* of the struct of options, which begins as zeros */
	bool command;                  /* the first operand ends the options */
	/* Returns the exit status. operand ends with NULL. */
	int (*run)(const void *opts, char **operand);
};

/* Fills opts (size bytes of zeros) and gathers the operands in argv itself.
 * *help is set when --help, -h or --version was met: then nothing else counts. */
struct ob_err *opt_parse(const struct verb *v, char **argv, void *opts, char ***operand,
			 const char **asked);

/* Before anything is looked up (shared.c, static.c). */
void libraries_init(void);

/* Every verb, ends with NULL; and the one called so, or NULL. */
extern const struct verb *const verbs[];
const struct verb *verb_find(const char *name);
extern const struct verb verb_dump, verb_filter, verb_bench, verb_help, verb_completion;
extern const struct verb verb_asm, verb_check, verb_dis, verb_btf, verb_run, verb_load, verb_user,
	verb_doctor;

/* Texts made from a table (help.c). */
void help_first(const struct verb *v, FILE *to);
void help_full(const struct verb *v, FILE *to);
void help_mdoc(const struct verb *v, FILE *to);
void help_overview(FILE *to);
void help_isa(FILE *to);     /* onebpf-isa(7)'s operations (help_isa.c) */
void help_helpers(FILE *to); /* onebpf-run(1)'s helpers (help_helpers.c) */
void help_sandbox(FILE *to); /* onebpf-dump(1)'s system calls (help_sandbox.c) */
void help_maps(FILE *to);    /* onebpf-maps(7)'s types (help_maps.c) */
void help_version(bool json, FILE *to);

/* Prints "onebpf VERB: what: why" with notes and hints to standard error,
 * destroys the error and returns UNSURE; NO when the filter matches nothing. */
int fail(const char *verb, struct ob_err *err);
/* Standard output could take everything? Else says so: UNSURE. */
int flushed(const char *verb, int status);

#endif
