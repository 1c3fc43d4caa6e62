/* SPDX-License-Identifier: BSD-2-Clause */
/* Object files, for the verbs that take them. */
#ifndef TOOL_OBJECT_H
#define TOOL_OBJECT_H

#include "prog/object.h"
#include "tool/program.h"

struct object_file {
	struct buf bytes;
	struct object *o;
	struct object_program *g; /* that FILE:NAME says; NULL: none is said */
};

/* Is it FILE or FILE:NAME of an object file? An error only says that it is one, and
 * damaged. */
struct ob_err *object_file_open(const char *operand, struct object_file *ret, bool *is);
void object_file_close(struct object_file *f);
/* The program that is said, or the only one. */
struct ob_err *object_file_program(const struct object_file *f, struct object_program **ret);

/* A program's type: by its name; and is there one, by its section or by what was said? */
struct ob_err *object_type_find(const char *name, u32 *ret);
struct ob_err *object_typed(const struct object_program *g);

/* For a listing: programs with their sections, lines of C and the names of what they
 * refer to. */
void object_file_list(const struct object_file *f, const struct object_program *g,
		      enum program_form form, struct buf *to);

#endif
