/* SPDX-License-Identifier: BSD-2-Clause */
/* Waist 1. Everything that makes code ends in a struct prog; everything that
 * takes code begins with one. It is flat, relocated, complete, immutable. */
#ifndef PROG_H
#define PROG_H

#include "isa/isa.h"
#include "prog/btf.h" /* types */
#include "prog/elf.h"
#include "prog/env.h" /* struct env, struct run: what a program meets */

enum prog_kind { PROG_CLASSIC, PROG_EXTENDED };

/* The words of the source that an instruction serves: columns [from, to),
 * counted from 0; from == to when it serves none in particular. */
struct prog_span {
	u32 from, to;
};

/* The shape of a map that a program uses: what a checker must know of it. */
struct prog_map {
	const char *name; /* "" for none */
	u32 type, key_size, value_size, max_entries, flags;
	u64 extra;             /* map_extra */
	const struct btf *btf; /* whose types those below are, or NULL */
	u32 key, value;        /* ids, 0: none */
	const struct btf_fields
		*fields; /* of its values that are the kernel's; NULL: none, or not known */
	const struct prog_map *inner; /* of a map of maps, or NULL */
	struct bytes fixed;           /* the value of a map that nobody writes any more */
};

/* Where a function begins, its type (FUNC) in the program's BTF. */
struct prog_func {
	u32 pc, type;
};
/* From which line of C the instructions from here on were made. */
struct prog_line {
	u32 pc;
	const char *file, *text; /* of its BTF */
	u32 line, col;           /* from 1 */
};

struct prog {
	enum prog_kind kind;
	struct ob_cbpf *classic; /* PROG_CLASSIC */
	struct eb *ext;          /* PROG_EXTENDED: one a slot */
	struct ob_ebpf *stored;  /* PROG_EXTENDED: the same, encoded */
	u32 n;                   /* instructions, slots */
	char *name;              /* of the file it came from, or NULL */
	char *source;            /* the text it was made from, or NULL */
	struct prog_span *span;  /* one an instruction, or NULL */
	struct prog_note {       /* what the maker wants the user to know */
		struct prog_span span;
		char *text;
	} * note;
	u32 notes;
	/* What an object file or a loader knows besides; all borrowed. The immediates
	 * EB_LDDW_MAP_IDX and EB_LDDW_MAP_IDX_VALUE are indices into map. */
	u32 type, attach; /* enum prog_type, enum attach_type */
	const struct prog_map *map;
	u32 maps;
	const struct btf *btf; /* NULL: then there are no func and line */
	const struct prog_func *func;
	u32 funcs;
	const struct prog_line *line;
	u32 lines;
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
/* The same for extended code, which may be anything (EB_BAD). */
struct ob_err *prog_create_ebpf(const struct ob_ebpf *code, u32 n, struct prog **ret);
void prog_destroy(struct prog *p);

/* Assembles extended code (isa/ebpf_asm.c), with the text and its spans. */
struct ob_err *prog_assemble(const char *name, const char *text, size_t n, struct prog **ret);
/* The same, where the text names these maps (ends with NULL). */
struct ob_err *prog_assemble_maps(const char *name, const char *text, size_t n,
				  const char *const *maps, struct prog **ret);
/* The same program in extended code (cbpf_extend in isa.h), with its text and the
 * spans of its instructions. It must have passed the checker. */
struct ob_err *prog_extend(const struct prog *classic, enum cbpf_target target, struct prog **ret);
/* NULL when the library's user has had it checked by rules that hold for the
 * dialect, else OB_REFUSED; OB_UNSUPPORTED for an extended program. */
struct ob_err *prog_may_run(const struct prog *classic, enum ob_dialect dialect);
/* Adds the instruction, as text and by its number, and its line of the source
 * where there is one. */
struct ob_err *prog_err_at(struct ob_err *err, const struct prog *p, u32 pc);

/* ---- what a program knows of the kernel's types (core.c; core.h has the rest) ---- */

struct core;
/* local: the object's types. kernel: where they are looked for; NULL: nowhere, which is an
 * error of each relocation that asks for it. module: as in struct object_target. All are
 * borrowed. */
struct ob_err *core_create(const struct btf *local, const struct btf *kernel,
			   const struct btf *(*module)(void *arg, u32 i), void *arg,
			   struct core **ret);
void core_destroy(struct core *c); /* NULL is allowed */
/* Applies a relocation of CO-RE to a program; what is missing in the kernel's types is
 * poisoned. Names are looked up in tables that the first relocations make. */
struct bpf_core_relo;
struct ob_err *core_adjust(struct core *c, struct ob_ebpf *insn, u32 n,
			   const struct bpf_core_relo *relo);

#endif
