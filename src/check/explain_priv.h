/* SPDX-License-Identifier: BSD-2-Clause */
/* Explanations, inside: the path to the refusal with what was known before each of its
 * instructions. */
#ifndef CHECK_EXPLAIN_PRIV_H
#define CHECK_EXPLAIN_PRIV_H

#include "check/priv.h"

enum { NONE = UINT32_MAX };

/* What was known before an instruction; its frames are copies. */
struct shot {
	u32 pc;
	struct state s;
};

/* What the refusal is about: of this follow its words, and what is tried to mend it. */
enum cause {
	CAUSE_OTHER,
	CAUSE_UNSET,     /* a register that was never written, or is gone */
	CAUSE_STACK,     /* bytes of the stack that were never written */
	CAUSE_NULL,      /* a pointer that may be NULL */
	CAUSE_PACKET,    /* beyond what is known of the packet */
	CAUSE_BOUNDS,    /* beyond an object of known size */
	CAUSE_INDEX,     /* a pointer is moved by a number without bounds */
	CAUSE_NUMBER,    /* a number where a pointer is needed */
	CAUSE_MOVED,     /* the same: it pointed into the packet, until a call might move that */
	CAUSE_CTX_MOVED, /* the context's pointer is not as it was given */
	CAUSE_CTX_FIELD, /* no such field, or not to be written */
	CAUSE_HELPER,    /* not for this type of program */
	CAUSE_GPL,
	CAUSE_ARG,     /* an argument of another kind than the helper takes */
	CAUSE_LEAK,    /* a reference is kept */
	CAUSE_RESULT,  /* outside of what the program may return */
	CAUSE_LOOP,    /* no end was found */
	CAUSE_SIZE,    /* too much to walk */
	CAUSE_ADDRESS, /* an address would become known */
	CAUSE_GRAPH,   /* before any path was walked */
};

struct explain {
	struct explanation out; /* first: what is given away */
	struct arena arena;
	jmp_buf fail;
	const struct prog *p;
	struct check_how how;
	const struct explain_ask *ask;
	struct verify v; /* for what prints; nothing is verified with it */
	struct check_result r;
	struct {
		struct explain_note *v;
		u32 n, cap;
	} notes;

	struct shot *shot;
	u32 shots;
	bool before; /* it was refused before the last instruction of the path was looked at */

	enum cause cause;
	u32 reg;        /* which it is about, NONE */
	s64 from, size; /* of an access: from the pointer, bytes */
	s64 lo, hi;     /* of a result; of stack bytes */
	u32 ref;        /* CAUSE_LEAK: which */
	struct {
		const struct prog_map *from;
		struct prog_map *to;
	} map[16]; /* those that states point to, copied */
	u32 maps;
};

static inline const struct shot *last_shot(const struct explain *x)
{
	return x->shots ? &x->shot[x->shots - 1] : NULL;
}
static inline const struct frame *shot_frame(const struct shot *s) { return s->s.frame[s->s.top]; }

const char *explain_text(struct explain *x, const char *fmt, ...) PRINTF(2, 3);
void explain_note(struct explain *x, u32 pc, const char *fmt, ...) PRINTF(3, 4);
/* The instruction as the assembler has it; the line of C without blanks, or "". */
const char *explain_insn(struct explain *x, u32 pc);
const char *explain_source(const struct prog *p, u32 pc);

/* ---- explain_words.c ---- */
/* "0 to 255", "any number"; "a pointer into the packet, 14 bytes of which are ..." */
const char *explain_range(struct explain *x, const struct scalar *s);
const char *explain_reg(struct explain *x, const struct reg *r);

/* ---- explain_from.c: where a value came from ---- */
enum from_how {
	FROM_ENTRY,   /* an argument of the function */
	FROM_CONST,   /* an immediate, a map */
	FROM_LOAD,    /* memory, but no spilled register */
	FROM_RESULT,  /* of a call */
	FROM_GONE,    /* a call leaves nothing in r1 to r5 */
	FROM_PARTS,   /* arithmetic: goes on with the first operand */
	FROM_COPY,    /* goes on */
	FROM_LOW,     /* a copy of 32 bits, or of fewer with their sign: goes on */
	FROM_SPILL,   /* read back from the stack: goes on with what was stored */
	FROM_CHECK,   /* its range or kind has become smaller: goes on */
	FROM_NOWHERE, /* never written */
};
struct from {
	enum from_how how;
	u32 at;         /* the step of the path */
	u32 reg, frame; /* which held it before that */
};
struct origin {
	struct from v[64]; /* the last one first */
	u32 n;
};
/* Of register reg of that frame before step `at`. */
void explain_origin(const struct explain *x, u32 at, u32 frame, u32 reg, struct origin *ret);
/* The step where it began to exist, NONE. */
u32 origin_begin(const struct origin *o);
/* Tells of its life in notes. */
void explain_life(struct explain *x, u32 reg);

/* ---- explain_why.c ---- */
void explain_why(struct explain *x);

/* ---- explain_kfunc.c ---- */
/* A call of a function of the kernel; reg: which register Linux names. false: nothing is
 * known of it. */
bool explain_kfunc(struct explain *x, const struct eb *e, u32 reg);
/* What is wrong lies in the section that the program is in; what: "this call". */
bool explain_section(struct explain *x, const char *what);
/* "bpf_task_release on every path": of what that call returned. */
const char *explain_release(struct explain *x, const struct eb *e);

/* ---- explain_fix.c ---- */
void explain_fix(struct explain *x);

/* ---- explain_try.c ---- */
void explain_try(struct explain *x);

/* ---- explain.c ---- */
/* Verifies, and finds out why not; all but the change and the input. false: accepted. */
bool explain_find(struct explain *x);

#endif
