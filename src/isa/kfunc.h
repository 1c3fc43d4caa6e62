/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions of the kernel that programs may call, by name (kfunc.def). */
#ifndef ISA_KFUNC_H
#define ISA_KFUNC_H

#include "base/base.h"

enum kfunc_flag {
	KFUNC_ACQUIRE = 1, /* its result must be released */
	KFUNC_RELEASE = 2, /* an argument is */
	KFUNC_MAYBE = 4,   /* its result may be null: KF_RET_NULL */
	KFUNC_TRUSTED = 8, /* no argument may be null: KF_TRUSTED_ARGS */
	KFUNC_RCU = 16,    /* the same; and they may be safe by RCU alone */
	KFUNC_SLEEP = 32,  /* it may sleep */
	KFUNC_NEW = 64,    /* of an iterator, which is its first argument */
	KFUNC_NEXT = 128,
	KFUNC_DESTROY = 256,
	KFUNC_LOCKED = 512,   /* it may be called while a lock is held */
	KFUNC_INSERTS = 1024, /* its second argument becomes part of its first */
	KFUNC_CALLS = 2048,   /* its third argument, at once */
};

enum kfunc {
	KFUNC_NONE,
#define KFUNC(name, ...) KFUNC_##name,
#include "isa/kfunc.def"
	KFUNC_COUNT
};

struct kfunc_row {
	const char *name; /* with bpf_ */
	bool here;
	u32 flags;
	u64 types; /* a set of program types */
};

/* KFUNC_NONE: programs may not call it. */
enum kfunc kfunc_find(const char *name);
const struct kfunc_row *kfunc_row(enum kfunc nr);

#endif
