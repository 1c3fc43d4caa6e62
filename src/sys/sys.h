/* SPDX-License-Identifier: BSD-2-Clause */
/* Waist 2, the door: bpf(2). Today only Linux stands behind it. */
#ifndef SYS_H
#define SYS_H

#include "prog/prog.h"

union bpf_attr;

/* The system call itself: what it returns, or -1 and errno. */
int sys_linux_bpf(int cmd, union bpf_attr *attr, unsigned size);

/* A program in the kernel, to run there on given memory (linux_run.c).
 *
 * Our engines give r1 the memory and r2 its length. The kernel gives XDP
 * programs a context; so the program is loaded as a subprogram behind a few
 * instructions which make r1 and r2 from it, and which put all 64 bits of r0
 * into the packet behind the memory. */
struct sys_prog;
/* mem_len: the length of all memory that it will be run on, which the kernel's
 * verifier relies on. Errors: OB_PERM; OB_REFUSED with the last lines of the
 * verifier's log as notes; OB_RANGE when so much memory cannot be given;
 * OB_UNSUPPORTED where there is no bpf(2). */
struct ob_err *sys_prog_load(const struct prog *p, u32 mem_len, struct sys_prog **ret);
void sys_prog_close(struct sys_prog *s);
/* Runs it on mem (changed in place) and writes r0; ns: average of the repeats. */
struct ob_err *sys_prog_run(struct sys_prog *s, void *mem, u32 repeat, u64 *r0, u32 *ns);

#endif
