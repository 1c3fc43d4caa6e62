/* SPDX-License-Identifier: BSD-2-Clause */
/* Values of C types, written by people. */
#ifndef TOOL_TYPED_H
#define TOOL_TYPED_H

#include "prog/prog.h"

/* One value at *text, of this type, into `size` bytes; *text is then behind it.
 *
 *	value  = number | 'c' | true | false | a name of the enum
 *	       | "text"                       an array of char
 *	       | { value, ... }               a struct or an array, in order
 *	       | { .name = value, ... }       a struct or union, the rest 0
 *
 * Without a type (0) a value of 1, 2, 4 or 8 bytes is a number, any other is given in
 * hexadecimal. OB_SYNTAX, OB_RANGE, OB_NAME. */
struct ob_err *typed_read(const char **text, const struct btf *b, u32 type, u8 *to, u32 size);

#endif
