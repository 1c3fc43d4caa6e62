/* SPDX-License-Identifier: BSD-2-Clause */
/* What verbs that take a filter share: its text, the names in it, its warnings. */
#ifndef TOOL_EXPR_H
#define TOOL_EXPR_H

#include "filter/filter.h"
#include "tool/opt.h"

/* Hosts, ports, protocols, networks and Ethernet addresses as this system
 * knows them (names.c). */
extern const struct filter_names expr_names;

/* Words that a filter is made of, for completion; ends with NULL. */
extern const char *const expr_words[];

/* The text of a whole file ("-": standard input), at most max bytes. */
struct ob_err *expr_read(const char *path, size_t max, struct buf *to);
/* The bytes that an option names: in hexadecimal, or @FILE. */
struct ob_err *expr_bytes(const char *option, const char *text, size_t max, struct buf *to);
/* The operands joined by spaces, or the file when it is not NULL. */
struct ob_err *expr_gather(char **operand, const char *file, struct buf *to);
/* A link type by name or number; the error says which name is near. */
struct ob_err *expr_linktype(const char *name, u32 *ret);
/* Prints the program's notes as warnings, with carets, to standard error. */
void expr_warn(const char *verb, const struct prog *p);

#endif
