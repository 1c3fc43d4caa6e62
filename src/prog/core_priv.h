/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside CO-RE: what a relocation asks for, and how far it has been followed. */
#ifndef PROG_CORE_PRIV_H
#define PROG_CORE_PRIV_H

#include "prog/btf_priv.h"
#include "prog/core.h"

enum {
	CORE_STEPS = 64,     /* BPF_CORE_SPEC_MAX_LEN */
	CORE_DEPTH = 32,     /* of types in types */
	CORE_WORK = 1 << 20, /* types that one relocation may look at */
	CORE_ALL = 1 << 28,  /* all of an object's */
	CORE_KINDS = 13,     /* enum bpf_core_relo_kind */
};

/* What is asked for in one BTF: "a member of a struct, then an element ...". Steps are
 * those that have a name or an index; the way includes anonymous members. */
struct core_spec {
	const struct btf *btf;
	u32 root, kind; /* a type; enum bpf_core_relo_kind */
	struct core_step {
		u32 type, at;     /* of this struct member `at`; of this type element `at` */
		const char *name; /* NULL: an element */
	} step[CORE_STEPS];
	u32 way[CORE_STEPS];
	u32 steps, ways;
	u32 bits; /* where it lies */
};

/* Why something is wrong, and the work that may still be done. */
struct core_job {
	const char *why;
	u32 left;
};
/* The three answers, where `why` tells of the last. */
enum { CORE_WRONG = -1, CORE_NO = 0, CORE_YES = 1 };
int core_wrong(struct core_job *j, const char *why);
/* False: too much work has been done, which is wrong. */
bool core_step(struct core_job *j);

bool core_of_field(u32 kind);
bool core_of_type(u32 kind);
bool core_of_enum(u32 kind);
const char *core_kind_name(u32 kind); /* "byte_off" */

/* ---- core_spec.c ---- */
/* NULL, or what is wrong. */
const char *core_parse(const struct btf *b, const struct bpf_core_relo *r, struct core_spec *ret);
void core_put_spec(struct buf *out, const struct core_spec *s);
/* Does the array behind the last of these steps end a struct, without a length? */
bool core_flexible(const struct core_spec *s, const struct btf_array *a);
/* False: it lies too far. */
bool core_move(struct core_spec *s, u64 n, s64 bytes);

/* ---- core_match.c: what is asked for here, in another BTF ---- */
int core_match(struct core_job *j, const struct core_spec *local, const struct btf *b, u32 id,
	       struct core_spec *ret);
/* core_types.c */
bool core_like_kinds(const struct btf_type *a, const struct btf_type *b);
bool core_like_names(const struct btf *a, u32 name, const struct btf *b, u32 other);
int core_compatible(struct core_job *j, const struct btf *a, u32 id, const struct btf *b,
		    u32 other);
int core_same(struct core_job *j, const struct btf *a, u32 id, const struct btf *b, u32 other);

/* ---- core_value.c ---- */
struct core_result {
	u64 was, is;
	u32 was_size, is_size; /* of what is loaded or stored, 0: unknown */
	u32 was_type, is_type;
	bool poison;            /* there is none */
	bool checks;            /* the instruction must hold what it was */
	bool bad_size;          /* its size cannot be adjusted */
	bool was_half, is_half; /* of 32 bits: how it goes on is the instruction's to tell */
};
/* is NULL: it was not found. NULL, or what is wrong. */
const char *core_value(const struct core_spec *was, const struct core_spec *is,
		       struct core_result *ret);

/* ---- core_patch.c ---- */
/* Instruction i of n. NULL, or why it is none that could be adjusted. */
const char *core_patch(struct ob_ebpf *insn, u32 n, u32 i, const struct core_result *r,
		       bool *poisoned);

size_t btf_essential(const char *name); /* the length of a name without flavour */

#endif
