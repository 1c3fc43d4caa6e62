/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside BTF: the kinds, the state of a check, and what its passes share. */
#ifndef PROG_BTF_PRIV_H
#define PROG_BTF_PRIV_H

#include "isa/bpf.h"
#include "prog/prog.h"

#include <errno.h>
#include <stdlib.h>

enum {
	BTF_HEAD = sizeof(struct btf_header),
	BTF_ONE = sizeof(struct btf_type),
	BTF_KINDS = BTF_KIND_MAX + 1,
	BTF_NAME_MAX = 512, /* KSYM_NAME_LEN */
	BTF_PTR = 8,        /* bytes of a pointer */
};

/* How a kind is stored: the words behind the first three, once or for each of its
 * elements: n a name, t a type, # a number. */
struct btf_shape {
	const char *name;
	const char *words;
	u32 n; /* of words */
	bool each;
	bool refers; /* the third word is a type, not a size */
};
extern const struct btf_shape btf_shapes[BTF_KINDS];

/* Bytes of such a type. */
static inline u32 btf_bytes(const struct btf_type *t)
{
	const struct btf_shape *s = &btf_shapes[btf_kind_of(t)];

	return BTF_ONE + 4 * s->n * (s->each ? btf_len(t) : 1);
}

/* ---- life (btf.c) ---- */
/* A copy of the bytes, in which the types will be aligned. NULL: no memory. */
struct btf *btf_new(struct bytes data, const struct btf_header *h, const struct btf *base);
/* One type more, which begins at this offset of the section: there is room for what that
 * holds. */
static inline void btf_add(struct btf *b, u32 at) { b->at[b->n++ - b->first] = at; }

/* ---- making (btf_write.c) ---- */
/* A type of b once more, with the types that its own become. */
u32 btf_maker_copy(struct btf_maker *m, const struct btf *b, u32 id, const u32 *id_of);

/* ---- byte order (btf_read.c) ---- */
void btf_swap_header(u8 *p);
void btf_swap_words(u8 *p, u64 n);

/* ---- checking, as the kernel does (btf_check.c, btf_resolve.c) ---- */
enum btf_mode { BTF_ANY, BTF_POINTER, BTF_COMPOSITE };

struct btf_check {
	struct btf *b;
	struct buf *log; /* NULL: nobody reads it */
	u32 id;          /* what lines are about */
	bool resolving;  /* the second pass */
	/* the second pass's */
	u8 *state; /* of each own type */
	enum btf_mode mode;
	u32 depth;
	struct btf_visit {
		const struct btf_type *t;
		u32 id, next; /* the member or variable to go on with */
	} stack[BTF_CHAIN];
};

void btf_say(struct btf_check *c, const char *fmt, ...) PRINTF(2, 3);
/* "[3] INT int size=4 ...", with what is wrong with it, or NULL. Returns EINVAL. */
int btf_say_type(struct btf_check *c, const struct btf_type *t, const char *why);
int btf_say_member(struct btf_check *c, const struct btf_type *t, const struct btf_member *m,
		   const char *why);
int btf_say_var(struct btf_check *c, const struct btf_type *t, const struct btf_var_secinfo *v,
		const char *why);

bool btf_valid_name(const struct btf *b, u32 off); /* an identifier */
bool btf_valid_off(const struct btf *b, u32 off);

int btf_resolve(struct btf_check *c);
int btf_check_tags(struct btf_check *c);
/* Finds b's metas. */
int btf_find_metas(struct btf *b, const struct btf *kernel);
/* Ownership among the fields of a struct or of a map's value. */
int btf_check_fields(const struct btf *b, const struct btf_fields *f, const struct btf *kernel);

/* The type that has the size, after btf_resolve; *id and *size (which may be NULL) follow. */
const struct btf_type *btf_sized(const struct btf *b, u32 *id, u32 *size);
bool btf_no_size(const struct btf_type *t); /* or no type */
bool btf_regular_int(const struct btf_type *t);

#endif
