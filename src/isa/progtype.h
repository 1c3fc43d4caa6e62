/* SPDX-License-Identifier: BSD-2-Clause */
/* Program types, their contexts and the names of the bpf() call, as tables:
 * prog.def, context.def, call.def. */
#ifndef ISA_PROGTYPE_H
#define ISA_PROGTYPE_H

#include "base/base.h"

enum prog_type {
#define PROG(nr, id, ...) PROGTYPE_##id = nr,
#include "isa/prog.def"
	PROGTYPE_COUNT
};

enum attach_type {
#define ATTACH(nr, id, name) ATTACH_##id = nr,
#include "isa/call.def"
	ATTACH_COUNT,
	ATTACH_NONE = 0, /* where a section names none, as in a program that expects none */
};

enum bpf_link {
#define LINK(nr, id, name) BPFLINK_##id = nr,
#include "isa/call.def"
	BPFLINK_COUNT
};

/* Sets of program types and of attach types: bit n is number n. */
static inline u64 type_bit(u32 nr) { return nr < 64 ? (u64)1 << nr : 0; }

/* How BPF_PROG_TEST_RUN runs a type. */
enum prog_run {
	RUN_NONE,
	RUN_SKB,
	RUN_XDP,
	RUN_FLOW,
	RUN_SK_LOOKUP,
	RUN_RAW_TP,
	RUN_TRACING,
	RUN_STRUCT_OPS,
	RUN_SYSCALL,
	RUN_NETFILTER,
};

enum prog_ctx {
	CTX_NONE,
#define CONTEXT(id, type, size) CTX_##id,
#include "isa/context.def"
	CTX_COUNT
};

enum { RETURNS_ANY = INT32_MIN };

struct prog_row {
	const char *name; /* "sched_cls" */
	u8 ctx;           /* enum prog_ctx */
	u8 run;           /* enum prog_run */
	s32 lo, hi;       /* RETURNS_ANY: whatever it likes */
};

/* NULL: Linux has no such type. */
const struct prog_row *prog_row(u32 type);
bool prog_find(const char *name, size_t n, u32 *ret);
/* What a program may return that is attached so; false: whatever it likes. */
bool prog_returns(u32 type, u32 attach, s32 *lo, s32 *hi);
/* May a program of this type be loaded with this expected attach type? */
bool prog_expects(u32 type, u32 attach);

/* Onto what PROG_ATTACH puts programs of which type (UNSPEC: none) for this attach type. */
enum attach_onto { ONTO_NOTHING, ONTO_CGROUP, ONTO_LSM, ONTO_DEVICE, ONTO_NETNS, ONTO_SOCKMAP };
enum attach_onto attach_onto(u32 attach, u32 *type);

/* ---- contexts ---- */

enum ctx_kind {
	FIELD_SCALAR,
	FIELD_PACKET,
	FIELD_PACKET_END,
	FIELD_PACKET_META,
	FIELD_FLOW_KEYS, /* struct bpf_flow_keys, writable */
	FIELD_SOCK,
	FIELD_SOCK_OR_NULL,
	FIELD_SOCK_COMMON_OR_NULL,
	FIELD_BUFFER,  /* of a writable tracepoint */
	FIELD_TRUSTED, /* a kernel object: struct nf_hook_state, struct sk_buff */
};

enum { CTX_FIRST = 16 };

struct ctx_field {
	u8 ctx; /* enum prog_ctx */
	u8 kind;
	u16 off, size;
	u8 reads, writes; /* sets of 1, 2, 4, 8; CTX_FIRST */
	u64 readers, writers;
	const char *name;
};

struct ctx_row {
	const char *type; /* "__sk_buff" */
	u32 size;
};
extern const struct ctx_row ctx_rows[CTX_COUNT];

/* The field that an access of `size` bytes at `off` reads or writes, or NULL: it is
 * refused. Not for CTX_BTF, which has no fields here. */
const struct ctx_field *ctx_field(u32 type, u32 attach, u32 off, u32 size, bool write);
/* The fields of a context, in order; n: how many. */
const struct ctx_field *ctx_fields(enum prog_ctx ctx, u32 *n);

/* ---- sections of object files ---- */

enum {
	SECTION_MORE = 1,
	SECTION_SLEEP = 2,
	SECTION_FRAGS = 4,
	SECTION_BTF = 8,
	SECTION_EXPECT = 16,
	SECTION_OFFER = 32
};
struct section_row {
	const char *prefix;
	u8 type, attach, flags;
};
/* NULL: no type of program has such a section. "kprobe/do_exit", "xdp". */
const struct section_row *section_find(const char *name, size_t n);

/* ---- numbers and names ---- NULL, false: there is none */
const char *command_name(u32 nr);
const char *attach_name(u32 nr);
const char *bpflink_name(u32 nr);
bool attach_find(const char *name, size_t n, u32 *ret);

#endif
