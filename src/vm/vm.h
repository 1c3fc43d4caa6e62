/* SPDX-License-Identifier: BSD-2-Clause */
/* Interpreters: the classic machine, and CSPF, the stack machine before it. */
#ifndef VM_H
#define VM_H

#include "prog/prog.h"

struct vm_pkt {
	const u8 *data;
	u32 caplen;                /* bytes at data */
	u32 len;                   /* bytes that were on the wire: `ld len` */
	const struct ob_meta *anc; /* NULL: as all zero */
};

enum vm_dialect {
	VM_LINUX,   /* X + k wraps, shifts use X & 31, ancillary loads */
	VM_LIBPCAP, /* X + k does not wrap, shifts >= 32 give 0 */
};

/* A run jumps back at most this often; after that the packet is dropped. The
 * loops of libpcap's protochain advance at least 8 bytes a turn. */
enum { VM_BACK_MAX = 1 << 16 };

/* A program decoded for the interpreter. It must have passed the checker
 * (CHECK_LINUX or CHECK_LIBPCAP); it may be destroyed before its decoded form. */
struct vm_classic;
struct ob_err *vm_classic_create(const struct prog *p, enum vm_dialect d, struct vm_classic **ret);
void vm_classic_destroy(struct vm_classic *c);
/* Returns what the program returns: bytes to keep, 0 to drop. Thread-safe. */
u32 vm_classic_run(const struct vm_classic *c, const struct vm_pkt *pkt);
/* The same, and the number of instructions that were executed. */
u32 vm_classic_run_counted(const struct vm_classic *c, const struct vm_pkt *pkt, u64 *count);

/* The CSPF stack machine. The program must have passed check_cspf. A packet
 * word beyond the end rejects; an odd last byte is never seen. */
struct vm_cspf;
struct ob_err *vm_cspf_create(const u16 *word, u32 n, struct vm_cspf **ret);
void vm_cspf_destroy(struct vm_cspf *c);
bool vm_cspf_run(const struct vm_cspf *c, const u8 *data, u32 len);
/* The same, and the number of operations (an action with its operator) done. */
bool vm_cspf_run_counted(const struct vm_cspf *c, const u8 *data, u32 len, u64 *count);

#endif
