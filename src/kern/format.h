/* SPDX-License-Identifier: BSD-2-Clause */
/* The format strings that programs give: those of trace_printk, snprintf, seq_printf. */
#ifndef KERN_FORMAT_H
#define KERN_FORMAT_H

#include "kern/priv.h"

enum { FORMAT_ARGS = 12, FORMAT_BIN = 512 };

/* Arguments as the format needs them, one behind the other: numbers of 4 or 8
 * bytes, aligned to 4; characters; texts with their 0. */
struct format {
	const char *fmt; /* with its 0 */
	u32 used;        /* of bin; may exceed it when the last text was too long */
	u8 bin[FORMAT_BIN];
};

/* Reads what is to be printed. 0; EINVAL: the format is none that Linux takes, or
 * n arguments are too few; ENOSPC: more than bin holds. */
int format_take(struct format *f, struct run *r, const char *fmt, const u64 *arg, u32 n);
/* Writes at most size bytes with the 0; returns the length of the whole text. */
u32 format_print(const struct format *f, char *to, u32 size);

#endif
