/* SPDX-License-Identifier: BSD-2-Clause */
/* Waist 2, the door: bpf(2), which Linux or our own world answers. */
#ifndef SYS_H
#define SYS_H

#include "prog/prog.h"
#include "sys/load.h"

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

/* ---- worlds (world.c) ----
 *
 * A world's directory belongs to one user and has mode 0700. */
#define SYS_WORLD   "ONEBPF_WORLD"        /* in the environment: the directory */
#define SYS_RIGHTS  "ONEBPF_UNPRIVILEGED" /* in the environment: no rights in the world */
#define SYS_LIBRARY "onebpf-user-"        /* the preload library's name begins so */

struct sys_world {
	const char *name, *path;
	u32 maps, progs, links, btfs;
};
struct sys_worlds {
	struct sys_world *v;
	u32 n, cap;
};
/* The directory of this name, made if there is none. OB_NAME, OB_PERM, OB_IO */
struct ob_err *sys_world_make(const char *name, struct buf *path);
/* All of this user's, by name. */
struct ob_err *sys_world_list(struct arena *a, struct sys_worlds *ret);
/* With all that is in it. OB_NAME: there is none; OB_REFUSED: a process holds
 * an object of it. */
struct ob_err *sys_world_remove(const char *name);
/* Puts the preload library there, unless it is there, and gives its path. */
struct ob_err *sys_world_library(const char *world, struct bytes content, struct buf *path);
/* Linux's bpf(2) answers ENOSYS to this process and its children (guard.c). */
struct ob_err *sys_guard(void);
/* Why the preload library cannot get into this program ("is statically linked"),
 * or NULL (reach.c). Scripts: their interpreter. Async-signal-safe. */
const char *sys_out_of_reach(const char *path);

#endif
