/* SPDX-License-Identifier: BSD-2-Clause */
/* What verbs that link objects know of the kernel: its types, settings, symbols. */
#ifndef TOOL_KERNEL_H
#define TOOL_KERNEL_H

#include "prog/object.h"

struct kernel {
	struct btf *types;            /* NULL: it does not describe them */
	bool own;                     /* a world of our own, which answers as Linux 6.18 */
	struct buf settings, symbols; /* read when they are first asked for */
	char text[32];
	struct btf **module; /* read when they are first asked for */
	u32 modules;
	bool module_read; /* or there is none to read */
};

/* types: a file with them; NULL: the running kernel's, if it has any. */
struct ob_err *kernel_open(bool own, const char *types, struct kernel *ret);
void kernel_close(struct kernel *k);
/* For object_link: what is asked is borrowed from k. */
struct object_target kernel_target(struct kernel *k);

#endif
