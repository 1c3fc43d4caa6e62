/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers by number and by name, and what they take. */
#ifndef ISA_HELPER_H
#define ISA_HELPER_H

#include "base/base.h"

enum { HELPER_ARGS = 5 };

enum helper_kind {
	HELPER_NONE,   /* there is no such argument */
	HELPER_NUMBER, /* any value */
	HELPER_MEM,    /* memory that is read; its size follows */
	HELPER_SIZE,   /* of the memory before, more than 0 */
	HELPER_LONG,   /* 8 bytes of memory that are written */
	HELPER_MAP,    /* the address of a map */
	HELPER_KEY,    /* memory of the map's key_size that is read */
	HELPER_VALUE,  /* memory of the map's value_size that is read */
	HELPER_TEXT,   /* memory that is read up to its first 0 */
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
