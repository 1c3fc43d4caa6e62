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

/* ---- captures: packets in files ----
 *
 * Reads pcap and pcapng of either byte order, plain or packed by gzip or zstd,
 * with bounded memory whatever the file says. Writes pcap. */
struct ob_packet {
	const uint8_t *data;	/* caplen bytes, until the next call */
	uint32_t caplen, len;	/* as captured; as it was on the wire */
	uint64_t ns;		/* nanoseconds since 1970 UTC */
	uint64_t nr;		/* in its file, counted from 1 */
	uint32_t linktype;	/* LINKTYPE_ number */
	uint32_t iface;		/* number of its interface in the section of a pcapng file */
};

struct ob_capture;

/* path "-" is standard input. Errors: OB_IO, OB_PERM, OB_FORMAT, OB_CUT. */
struct ob_err *ob_capture_open(const char *path, struct ob_capture **ret);
void ob_capture_close(struct ob_capture *c);		/* NULL is allowed */
/* Of the first interface. */
uint32_t ob_capture_linktype(const struct ob_capture *c);
uint32_t ob_capture_snaplen(const struct ob_capture *c);
/* The next packet, NULL at the end. A damaged or cut file gives all packets
 * before the damage, then the error with the byte offset, then the end. */
struct ob_err *ob_capture_next(struct ob_capture *c, const struct ob_packet **ret);

struct ob_capture_writer;

enum { OB_CAPTURE_NANO = 1 };	/* times in nanoseconds, else microseconds */

/* path "-" is standard output; an existing file is emptied. snaplen 0: the
 * usual limit of the link type. Errors: OB_IO, OB_PERM. */
struct ob_err *ob_capture_create(const char *path, uint32_t linktype, uint32_t snaplen,
				 unsigned flags, struct ob_capture_writer **ret);
/* Errors: OB_IO (the file then ends with a whole packet), OB_UNSUPPORTED for a
 * packet of another link type, OB_RANGE for a time after 2106. */
struct ob_err *ob_capture_write(struct ob_capture_writer *w, const struct ob_packet *packet);
struct ob_err *ob_capture_flush(struct ob_capture_writer *w);
/* Flushes, closes and destroys, also when it returns an error. */
struct ob_err *ob_capture_finish(struct ob_capture_writer *w);

/* A link type's name as tcpdump's -y knows it ("EN10MB"), or NULL; and the
 * number of a name (DLT_ or LINKTYPE_, any case) or of a decimal number. */
const char *ob_linktype_name(uint32_t linktype);
bool ob_linktype_find(const char *name, uint32_t *ret);

#ifdef __cplusplus
}
#endif
#endif
