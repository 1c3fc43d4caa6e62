/* SPDX-License-Identifier: BSD-2-Clause */
/* A benchmark is one const struct in one file, named in bench.c. */
#ifndef TOOL_BENCH_H
#define TOOL_BENCH_H

#include "tool/opt.h"

struct bench {
	const char *name, *does;
	/* argument ends with NULL; seconds 0: its own choice. Returns the exit status. */
	int (*run)(char **argument, u32 seconds);
};

#endif
