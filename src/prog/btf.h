/* SPDX-License-Identifier: BSD-2-Clause */
/* BTF: the types of a program or of a kernel. A type is struct btf_type of
 * <linux/btf.h>, followed by what its kind has; its id is its place, from 1; id 0 is
 * void. Everything here is in the machine's byte order. */
#ifndef PROG_BTF_H
#define PROG_BTF_H

#include "base/base.h"

#include <linux/btf.h>

enum { BTF_SIZE_MAX = 16 << 20, BTF_CHAIN = 32 };

struct btf {
	struct bytes data;      /* as it was given, but in the machine's byte order */
	struct bytes types;     /* the type section */
	struct bytes strings;   /* the string section */
	u32 n;                  /* ids are below: void, those of the base, its own */
	u32 first;              /* the first own id */
	u32 first_str;          /* offset of its first string: behind the base's */
	bool swapped;           /* the file was in the other byte order */
	const struct btf *base; /* borrowed: whose types it goes on from; or NULL */
	/* ---- private ---- */
	u8 *mem;
	u32 *at;               /* where each own type begins in `types` */
	u32 *to, *to_size;     /* what each own type comes to (btf_resolve.c), or NULL */
	struct btf_meta *meta; /* structs with special fields, by id */
	u32 metas;
	bool old_tags;      /* those of kptrs are as before Linux 6.4 */
	struct arena arena; /* theirs */
};

/* ---- life ---- */

/* Reads a file's BTF in either byte order: whole sections, known kinds, and all ids
 * and names within bounds, so that what is below may be asked. It may still be none
 * that Linux takes. The bytes are copied. OB_FORMAT, OB_UNSUPPORTED, with the byte. */
struct ob_err *btf_read(struct bytes data, const struct btf *base, struct btf **ret);
/* What BPF_BTF_LOAD does: 0 or a negative errno. Its log is added to *log, line by line
 * as Linux writes it; NULL: none. kernel: types of the kernel that kptrs may point to
 * (btf_fields.c), NULL: none are known. */
int btf_load(struct bytes data, const struct btf *kernel, struct buf *log, struct btf **ret);
void btf_destroy(struct btf *b);

/* ---- types ---- */

static inline u32 btf_kind_of(const struct btf_type *t) { return BTF_INFO_KIND(t->info); }
static inline u32 btf_len(const struct btf_type *t) { return BTF_INFO_VLEN(t->info); }
static inline bool btf_flag(const struct btf_type *t) { return BTF_INFO_KFLAG(t->info); }
static inline bool btf_is(const struct btf_type *t, u32 kind) { return btf_kind_of(t) == kind; }
/* STRUCT or UNION */
bool btf_is_composite(const struct btf_type *t);
/* TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG */
bool btf_is_modifier(const struct btf_type *t);
/* "INT", "PTR", ... as Linux's log has them; "UNKNOWN". */
const char *btf_kind_name(u32 kind);

/* NULL: there is no such id. */
const struct btf_type *btf_type(const struct btf *b, u32 id);
/* NULL: no such offset. "" stands at offset 0. */
const char *btf_str(const struct btf *b, u32 off);
/* The name of a type, a member ...: "" for none. */
const char *btf_name(const struct btf *b, u32 off);
/* The first type of that name and kind (0: any), 0: none. */
u32 btf_find(const struct btf *b, const char *name, u32 kind);

/* What follows a type; each has btf_len(t) elements but the first two. */
static inline u32 btf_int(const struct btf_type *t) { return *(const u32 *)(t + 1); }
static inline const struct btf_array *btf_array_of(const struct btf_type *t)
{
	return (const struct btf_array *)(t + 1);
}
static inline const struct btf_member *btf_members(const struct btf_type *t)
{
	return (const struct btf_member *)(t + 1);
}
static inline const struct btf_param *btf_params(const struct btf_type *t)
{
	return (const struct btf_param *)(t + 1);
}
static inline const struct btf_enum *btf_enums(const struct btf_type *t)
{
	return (const struct btf_enum *)(t + 1);
}
static inline const struct btf_var_secinfo *btf_vars(const struct btf_type *t)
{
	return (const struct btf_var_secinfo *)(t + 1);
}
/* The value of an ENUM or ENUM64, sign extended where the kind flag says signed. */
s64 btf_enum_value(const struct btf_type *t, u32 i);
u32 btf_enum_name(const struct btf_type *t, u32 i); /* an offset */
/* Where member i lies in bits, and its bits when it is a bitfield, else 0. A struct
 * without the kind flag has bitfields as INTs of fewer bits. */
u32 btf_member_at(const struct btf_type *t, u32 i);
u32 btf_member_bits(const struct btf *b, const struct btf_type *t, u32 i);

/* The type behind modifiers (typedefs too), its id in *id unless that is NULL; NULL:
 * there is none, or more than BTF_CHAIN of them. */
const struct btf_type *btf_skip(const struct btf *b, u32 from, u32 *id);
/* Bytes of a type, -1: it has no size. */
s64 btf_size(const struct btf *b, u32 id);
/* What C gives it here, 0: it has none. */
u32 btf_align(const struct btf *b, u32 id);

/* ---- the fields of a value that belong to the kernel (btf_fields.c) ---- */

/* Linux's bits: enum btf_field_type. */
enum {
	BTF_SPIN_LOCK = 1 << 0,
	BTF_TIMER = 1 << 1,
	BTF_KPTR_UNREF = 1 << 2,
	BTF_KPTR_REF = 1 << 3,
	BTF_KPTR_PERCPU = 1 << 4,
	BTF_LIST_HEAD = 1 << 5,
	BTF_LIST_NODE = 1 << 6,
	BTF_RB_ROOT = 1 << 7,
	BTF_RB_NODE = 1 << 8,
	BTF_REFCOUNT = 1 << 9,
	BTF_WORKQUEUE = 1 << 10,
	BTF_UPTR = 1 << 11,
	BTF_RES_SPIN_LOCK = 1 << 12,
	BTF_TASK_WORK = 1 << 13,
	BTF_KPTR = BTF_KPTR_UNREF | BTF_KPTR_REF | BTF_KPTR_PERCPU,
	BTF_ROOT = BTF_LIST_HEAD | BTF_RB_ROOT,
	BTF_NODE = BTF_LIST_NODE | BTF_RB_NODE,
	BTF_FIELDS = 11,
};

struct btf_field {
	u32 kind, off, size;
	u32 type;     /* what a kptr points to, what a root contains: an id */
	u32 node_off; /* of a root: where the node lies in that */
	bool kernels; /* type is one of the kernel's types */
};
struct btf_fields {
	u32 kinds; /* a bit for each kind there is */
	u32 n;
	int err; /* a map's: why its values' fields are none that can be used, then n is 0 */
	struct btf_field field[BTF_FIELDS]; /* by offset */
};
struct btf_meta {
	u32 id;
	struct btf_fields *fields;
};

/* The fields of a struct or data section, of the kinds in mask. 0, EINVAL, E2BIG,
 * EEXIST, ENOENT as Linux. n is 0 where there are none. */
int btf_fields(const struct btf *b, u32 id, u32 mask, u32 value_size, const struct btf *kernel,
	       struct btf_fields *ret);
/* Those of a struct that a program may allocate, NULL: it has none. */
const struct btf_fields *btf_meta(const struct btf *b, u32 id);

/* What MAP_CREATE asks of its types (btf_map.c): 0 or a negative errno, and the fields of
 * its values. b has been loaded by btf_load. */
struct btf_map {
	u32 type, key_size, value_size, max_entries, flags;
	u32 key, value; /* ids */
};
int btf_map_check(const struct btf *b, const struct btf_map *m, const struct btf *kernel,
		  struct btf_fields *ret);

/* ---- made and written (btf_write.c, btf_dedup.c) ---- */

/* A maker adds types behind those of base, which may be NULL. len words of elements
 * follow an added type one by one; third: its type or size. Want of memory is told by
 * finish, which leaves the maker to be destroyed. */
struct btf_maker *btf_maker_create(const struct btf *base); /* NULL: no memory */
void btf_maker_destroy(struct btf_maker *m);
u32 btf_maker_name(struct btf_maker *m, const char *name); /* an offset */
u32 btf_maker_add(struct btf_maker *m, const char *name, u32 kind, bool flag, u32 len, u32 third);
void btf_maker_word(struct btf_maker *m, u32 word);
struct ob_err *btf_maker_finish(struct btf_maker *m, struct btf **ret);
/* Its bytes as a file has them; swapped: in the other byte order. */
void btf_write(struct buf *out, const struct btf *b, bool swapped);
/* The same with equal types as one; variables stay as they are. OB_UNSUPPORTED. */
struct ob_err *btf_dedup(const struct btf *b, struct btf **ret);

/* ---- as text ---- */

/* A line, and one for each of its elements, as `bpftool btf dump` writes them. */
void btf_put_raw(struct buf *out, const struct btf *b, u32 id);
/* As a C header (btf_c.c): n types and what they need, or all of them (ids NULL), each
 * behind what it needs. The text is `bpftool btf dump ... format c`'s, without its frame.
 * OB_FORMAT when there is no way to say the types in C. */
struct ob_err *btf_put_c(struct buf *out, const struct btf *b, const u32 *ids, u32 n);
/* A value, as bpf_snprintf_btf writes it; flags: BTF_F_COMPACT ... of <linux/bpf.h>. What
 * the value is too short for is 0. */
void btf_put_value(struct buf *out, const struct btf *b, u32 id, struct bytes value, u64 flags);

#endif
