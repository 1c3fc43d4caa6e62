/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers by number and by name: who may call them, what they take and return. */
#ifndef ISA_HELPER_H
#define ISA_HELPER_H

#include "base/base.h"

enum { HELPER_ARGS = 5 };

/* What an argument or a result is: the first byte of its kind. Behind each, what
 * Linux calls it (ARG_..., RET_...). */
enum helper_kind {
	HELPER_NONE,          /* there is no such argument: DONTCARE */
	HELPER_ANY,           /* any value: ANYTHING */
	HELPER_CTX,           /* the context: PTR_TO_CTX */
	HELPER_MAP,           /* CONST_MAP_PTR */
	HELPER_KEY,           /* memory of the map's key_size, read: PTR_TO_MAP_KEY */
	HELPER_VALUE,         /* the same of its value_size; or the result: PTR_TO_MAP_VALUE */
	HELPER_OUT_VALUE,     /* the same, written, need not be initialised */
	HELPER_MEM,           /* memory that is read, or of BYTES, or of the size behind it;
			       * or the result: PTR_TO_MEM | MEM_RDONLY */
	HELPER_OUT,           /* written, need not be initialised: PTR_TO_UNINIT_MEM */
	HELPER_INOUT,         /* read and written: PTR_TO_MEM | MEM_WRITE */
	HELPER_SIZE,          /* of the memory before it, not 0: CONST_SIZE */
	HELPER_SIZE0,         /* of the memory before it: CONST_SIZE_OR_ZERO */
	HELPER_ALLOC_SIZE,    /* of the result: CONST_ALLOC_SIZE_OR_ZERO */
	HELPER_CONST_STR,     /* a text in a read-only map: PTR_TO_CONST_STR */
	HELPER_STACK,         /* of the caller's stack: PTR_TO_STACK */
	HELPER_FUNC,          /* a function of the program: PTR_TO_FUNC */
	HELPER_SPIN_LOCK,     /* PTR_TO_SPIN_LOCK */
	HELPER_TIMER,         /* PTR_TO_TIMER */
	HELPER_KPTR_DEST,     /* KPTR_XCHG_DEST */
	HELPER_DYNPTR,        /* PTR_TO_DYNPTR */
	HELPER_OUT_DYNPTR,    /* not yet initialised: PTR_TO_DYNPTR | MEM_UNINIT */
	HELPER_RINGBUF_MEM,   /* what ringbuf_reserve gave: PTR_TO_RINGBUF_MEM */
	HELPER_SOCKET,        /* a full socket: PTR_TO_SOCKET */
	HELPER_SOCK_COMMON,   /* any socket: PTR_TO_SOCK_COMMON */
	HELPER_TCP_SOCK,      /* result: RET_PTR_TO_TCP_SOCK */
	HELPER_BTF_SOCK,      /* either of them, or by BTF: PTR_TO_BTF_ID_SOCK_COMMON */
	HELPER_BTF_ID,        /* a kernel object of the type below: PTR_TO_BTF_ID */
	HELPER_PERCPU_BTF_ID, /* a per-CPU variable: PTR_TO_PERCPU_BTF_ID */
	HELPER_MEM_OR_BTF_ID, /* result: RET_PTR_TO_MEM_OR_BTF_ID */
	HELPER_INT,           /* result: RET_INTEGER */
	HELPER_VOID,          /* result: RET_VOID */
};

/* And the bits above it. */
enum {
	HELPER_NULLABLE = 1 << 8,
	HELPER_RDONLY = 1 << 9,   /* also a dynptr that may only be read */
	HELPER_RINGBUF = 1 << 10, /* memory in a ring buffer */
	HELPER_RELEASE = 1 << 11, /* the reference is given up */
	HELPER_ALIGNED = 1 << 12,
	HELPER_TRUSTED = 1 << 13,
	HELPER_IN_MEM = 1 << 14,  /* a dynptr onto memory */
	HELPER_IN_RING = 1 << 15, /* a dynptr onto a record of a ring buffer */
};
static inline u32 helper_kind(u64 arg) { return arg & 0xff; }
/* Memory of so many bytes; 0: of the size that the next argument says. */
static inline u32 helper_bytes(u64 arg) { return arg >> 32 & 0xffff; }
/* "task_struct"; NULL: none, or any. */
const char *helper_btf(u64 arg);

/* flags of a helper */
enum {
	HELPER_GPL = 1,      /* only for programs under a licence that goes with the GPL */
	HELPER_PKT = 2,      /* memory in the packet will do */
	HELPER_SLEEP = 4,    /* it may sleep */
	HELPER_FAST = 8,     /* a fast call, which keeps r1 to r5 */
	HELPER_ASKS = 16,    /* Linux asks further who calls it */
	HELPER_BPF = 32,     /* only with CAP_BPF */
	HELPER_PERFMON = 64, /* only with CAP_PERFMON, too */
};

/* Does a licence go with the GPL? NULL: no. license_is_gpl_compatible */
bool license_is_gpl(const char *license);

/* In our world it: cannot be called, does what it does, or has nothing to act on and answers
 * EOPNOTSUPP (or NULL). */
enum helper_here { HELPER_ELSEWHERE, HELPER_HERE, HELPER_DENIED };

struct helper_row {
	u32 id;
	const char *name;
	u8 here;    /* enum helper_here */
	u8 flags;   /* HELPER_GPL ... */
	u64 types;  /* of programs that may call it: type_bit() */
	u64 result; /* kind, its bits, its bytes */
	u64 arg[HELPER_ARGS];
};

/* NULL: there is none. A name is Linux's, with or without bpf_. */
const struct helper_row *helper_row(u32 id);
const struct helper_row *helper_find(const char *name, size_t n);
/* The same as a program of this type has it: arguments may differ. NULL: it may not
 * call it. EXT: ask with the type of its target. */
const struct helper_row *helper_for(u32 id, u32 type, u32 attach);
/* The table's rows, in the order of their numbers; the last has id HELPER_COUNT - 1. */
enum { HELPER_COUNT = 212 };
enum helper_id {
#define HELPER(id, name, ...) HELPERID_##name = id,
#include "isa/helper.def"
};

#endif
