/* SPDX-License-Identifier: BSD-2-Clause */
/* onebpf: the whole of BPF in one library. */
#ifndef ONEBPF_H
#define ONEBPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OB_VERSION_MAJOR 0
#define OB_VERSION_MINOR 1
#define OB_VERSION       "0.1.0"

/* The version of the library that is running, as OB_VERSION. */
const char *ob_version(void);

/* Errors are values. A function that can fail returns NULL for success and
 * otherwise an error that the caller owns; its results, which come last, are
 * written only on success. */
struct ob_err;

enum ob_code {
	OB_NOMEM = 1,   /* out of memory */
	OB_SYNTAX,      /* the text cannot be understood */
	OB_NAME,        /* a name is not known */
	OB_RANGE,       /* a number, length or offset is out of range */
	OB_UNSUPPORTED, /* understood, but cannot be done here */
	OB_NEVER,       /* the filter matches no packet */
	OB_REFUSED,     /* the program is not safe */
	OB_FORMAT,      /* a file is damaged or of an unknown kind */
	OB_CUT,         /* a file ends early */
	OB_IO,          /* the system refused an operation; see ob_err_errno */
	OB_PERM,        /* a right is missing */
	OB_FAULT,       /* a program did something wrong while it ran */
};

enum ob_code ob_err_code(const struct ob_err *err);
int ob_err_errno(const struct ob_err *err);          /* 0 when none is known */
const char *ob_err_reason(const struct ob_err *err); /* one line, no newline */
/* The place: line and column count from 1, 0 when there is none. */
unsigned ob_err_line(const struct ob_err *err);
unsigned ob_err_column(const struct ob_err *err);
/* Writes the error, its place, a caret under the mistake and its notes. */
void ob_err_print(const struct ob_err *err, FILE *to);
void ob_err_destroy(struct ob_err *err); /* NULL is allowed */

/* A classic instruction, laid out as Linux's struct sock_filter and as
 * libpcap's struct bpf_insn. */
struct ob_cbpf {
	uint16_t code;
	uint8_t jt, jf;
	uint32_t k;
};

#ifdef __cplusplus
}
#endif
#endif
