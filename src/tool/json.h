/* SPDX-License-Identifier: BSD-2-Clause */
/* What verbs that write JSON share. */
#ifndef TOOL_JSON_H
#define TOOL_JSON_H

#include "base/base.h"

/* A string of n bytes, in quotes; what is not ASCII as \u00NN. */
void json_text(struct buf *b, const char *s, size_t n);

#endif
