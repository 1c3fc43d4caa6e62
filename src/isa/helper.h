/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers by number and by name, and what they take. */
#ifndef ISA_HELPER_H
#define ISA_HELPER_H

#include "base/base.h"

enum { HELPER_ARGS = 5 };

enum helper_kind {
	HELPER_NONE,   /* there is no such argument */
	HELPER_NUMBER, /* any value */
};

struct helper_row {
	u32 id;
	const char *name;
	bool gpl;
	u8 result, arg[HELPER_ARGS]; /* enum helper_kind */
};

/* NULL: there is none. A name is Linux's, with or without bpf_. */
const struct helper_row *helper_row(u32 id);
const struct helper_row *helper_find(const char *name, size_t n);

#endif
