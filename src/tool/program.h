/* SPDX-License-Identifier: BSD-2-Clause */
/* Extended programs in files, for the verbs that read or write them. */
#ifndef TOOL_PROGRAM_H
#define TOOL_PROGRAM_H

#include "prog/prog.h"
#include "tool/opt.h"

enum program_form {
	PROGRAM_RAW,     /* the bytes of the slots, little-endian */
	PROGRAM_HEX,     /* the same in hexadecimal, a slot a line */
	PROGRAM_C,       /* initialisers of struct bpf_insn */
	PROGRAM_TEXT,    /* what the assembler reads, with labels */
	PROGRAM_OBJDUMP, /* index, bytes and text, as llvm-objdump -d */
};
/* In that order, for an option; ends with NULL. */
extern const char *const program_forms[];

/* The one operand of a verb. */
struct ob_err *program_operand(char **operand, const char **path);
/* The program of a file, "-" for standard input: bytes, hexadecimal or
 * assembler text, as the content says; raw: bytes in any case. */
struct ob_err *program_read(const char *path, bool raw, struct prog **ret);
/* The same; text may name these maps, a list that ends with NULL. */
struct ob_err *program_read_maps(const char *path, const char *const *maps, struct prog **ret);
void program_write(const struct prog *p, enum program_form form, struct buf *to);
/* With notes, where the form has room for them. */
void program_write_noted(const struct prog *p, enum program_form form, struct buf *to,
			 const struct eb_notes *notes);
/* One slot, as PROGRAM_HEX has it. */
void program_hex(struct buf *to, const struct ob_ebpf *i);

/* Writes a file: all of it, or what was there before stays. A device or a pipe is
 * written as it is. */
struct ob_err *program_save(const char *path, const void *p, size_t n);

#endif
