/* SPDX-License-Identifier: BSD-2-Clause */
/* Waist 1. Everything that makes code ends in a struct prog; everything that
 * takes code begins with one. It is flat, relocated, complete, immutable. */
#ifndef PROG_H
#define PROG_H

#include "isa/isa.h"

enum prog_kind { PROG_CLASSIC };

/* The words of the source that an instruction serves: columns [from, to),
 * counted from 0; from == to when it serves none in particular. */
struct prog_span {
	u32 from, to;
};

struct prog {
	enum prog_kind kind;
	struct ob_cbpf *classic;
	u32 n;                  /* instructions */
	char *source;           /* the text it was made from, or NULL */
	struct prog_span *span; /* one an instruction, or NULL */
	struct prog_note {      /* what the maker wants the user to know */
		struct prog_span span;
		char *text;
	} * note;
	u32 notes;
	u32 checked; /* a bit for each enum ob_rules that it keeps */
};

/* The same object, as the users of the library know it. */
static inline struct ob_prog *prog_public(struct prog *p) { return (struct ob_prog *)p; }
static inline struct prog *prog_private(const struct ob_prog *p)
{
	return (struct prog *)(uintptr_t)p;
}

/* Copies the code; source, spans and notes may be added before anyone else
 * sees the program. */
struct ob_err *prog_create_classic(const struct ob_cbpf *code, u32 n, struct prog **ret);
void prog_destroy(struct prog *p);

#endif
