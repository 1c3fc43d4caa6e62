/* SPDX-License-Identifier: BSD-2-Clause */
/* Interpreters: the classic and the extended machine, and CSPF, the stack machine before it. */
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

/* A program decoded for the interpreter. It must have passed the checker
 * (CHECK_LINUX or CHECK_LIBPCAP); it may be destroyed before its decoded form. */
struct vm_classic;
struct ob_err *vm_classic_create(const struct prog *p, enum vm_dialect d, struct vm_classic **ret);
void vm_classic_destroy(struct vm_classic *c);
/* Returns what the program returns: bytes to keep, 0 to drop. Thread-safe. */
u32 vm_classic_run(const struct vm_classic *c, const struct vm_pkt *pkt);
/* The same, and the number of instructions that were executed. */
u32 vm_classic_run_counted(const struct vm_classic *c, const struct vm_pkt *pkt, u64 *count);

/* What classic programs in extended code call (enum cbpf_call), or NULL. */
env_fn *vm_classic_helper(u32 id);

/* An extended program, decoded for the interpreter with what env resolves; the
 * program may be destroyed before it, env may not. Safe mode (VM_SAFE) runs
 * anything: what is not allowed becomes a fault of the run. Without it the
 * program must be verified, and what env cannot resolve is an error (OB_NAME). */
enum { VM_SAFE = 1 };
struct vm_ebpf;
struct ob_err *vm_ebpf_create(const struct prog *p, const struct env *env, unsigned flags,
			      struct vm_ebpf **ret);
void vm_ebpf_destroy(struct vm_ebpf *c);
/* Returns r0, or 0 when r->fault is set. Any number of threads may run it, each
 * with a struct run of its own. */
u64 vm_ebpf_run(const struct vm_ebpf *c, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r);
/* The same from one of its functions on, whose address a run of it has given to a
 * helper; FAULT_CALL when it is none. */
u64 vm_ebpf_run_at(const struct vm_ebpf *c, u64 fn, const u64 arg[5], struct run *r);

/* The CSPF stack machine. The program must have passed check_cspf. A packet
 * word beyond the end rejects; an odd last byte is never seen. */
struct vm_cspf;
struct ob_err *vm_cspf_create(const u16 *word, u32 n, struct vm_cspf **ret);
void vm_cspf_destroy(struct vm_cspf *c);
bool vm_cspf_run(const struct vm_cspf *c, const u8 *data, u32 len);
/* The same, and the number of operations (an action with its operator) done. */
bool vm_cspf_run_counted(const struct vm_cspf *c, const u8 *data, u32 len, u64 *count);

#endif
