/* SPDX-License-Identifier: BSD-2-Clause */
/* Format strings that programs give to helpers: what Linux's bpf_bprintf_prepare takes. */
#ifndef ISA_FORMAT_H
#define ISA_FORMAT_H

#include "base/base.h"

enum format_kind {
	FORMAT_NONE, /* there is no such conversion */
	FORMAT_INT,
	FORMAT_CHAR,
	FORMAT_TEXT,
	FORMAT_POINTER,
	FORMAT_BACKTRACE,
	FORMAT_IP
};

/* One conversion: %[flags][width]what */
struct format_spec {
	enum format_kind kind;
	bool left, zero, plus, space;
	s32 width; /* -1: none */
	u8 bytes;  /* of an integer: 4 or 8; of an IP address: 4 or 16 */
	char what; /* d i u x X; of a pointer the letter behind p, or 0; of an IP i or I */
	u32 len;   /* of its text, % included */
};

/* s leads to a %, behind which is none. */
struct format_spec format_spec(const char *s);
/* May a format have this character? */
bool format_may(char c);
/* Does Linux take it, with so many arguments? */
bool format_valid(const char *s, u32 args);

#endif
