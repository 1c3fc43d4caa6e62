/* SPDX-License-Identifier: BSD-2-Clause */
/* Our kernel: the bpf() call and what belongs to it; programs, checked and prepared
 * for an engine, with the helpers that they call; and packet filters. */
#ifndef KERN_H
#define KERN_H

#include "vm/vm.h"

#include <sys/types.h>

/* ---- extended programs (run.c); their life is in onebpf.h: ob_run_create,
 * ob_run_destroy ---- */

enum { KERN_BUDGET = 100000000 }; /* instructions of a run, when nothing is said */

/* Runs it, with memory, packet and arg as r has them. r's env is filled in, and
 * its budget when that is 0. What became of the run stays in r. */
u64 kern_call(const struct ob_run *k, const u64 reg[5], struct run *r);
/* The machine code; nothing for the interpreter. */
struct bytes kern_code(const struct ob_run *k);

/* ---- packet filters (filter.c) ----
 *
 * A classic program that has passed the checker (CHECK_LINUX or, for VM_LIBPCAP,
 * CHECK_LIBPCAP) as machine code, or in the interpreter where there is no JIT or
 * memory cannot be made executable. It may be destroyed before the filter. */
struct kern_filter {
	env_fn *direct;                /* machine code that needs no struct run, or NULL */
	const struct ob_meta *unknown; /* what a packet without one gets */
};
enum { KERN_FILTER_INTERP = 1 }; /* the interpreter anyway */
struct ob_err *kern_filter_create(const struct prog *classic, enum vm_dialect d, unsigned flags,
				  struct kern_filter **ret);
void kern_filter_destroy(struct kern_filter *f);
bool kern_filter_is_jit(const struct kern_filter *f);
u32 kern_filter_run_any(const struct kern_filter *f, const struct vm_pkt *pkt);
/* What vm_classic_run returns. meta may be NULL. Thread-safe. */
static inline u32 kern_filter_run(const struct kern_filter *f, const void *data, u32 caplen,
				  u32 len, const struct ob_meta *meta)
{
	if (likely(f->direct))
		return (u32)f->direct((u64)(uintptr_t)data, caplen, len,
				      (u64)(uintptr_t)(meta ? meta : f->unknown), 0, NULL);
	struct vm_pkt pkt = {(const u8 *)data, caplen, len, meta};
	return kern_filter_run_any(f, &pkt);
}

/* ---- the bpf() call (bpf.c) ----
 *
 * As Linux's: a descriptor, an id or 0, or a negative errno. It is answered by the
 * world that ONEBPF_WORLD names, a directory, or by one that goes with the
 * process. */
union bpf_attr;
int kern_bpf(int cmd, union bpf_attr *attr, unsigned size);

/* What a world does with a program that no verifier has seen. */
enum kern_unchecked {
	KERN_REFUSE,      /* the usual */
	KERN_RUN_CHECKED, /* it is checked while it runs */
	KERN_RUN_TRUSTED, /* nothing is checked: to measure our own programs */
};

/* Where a user's worlds are; the directory of one of this name, which is made: 0 or
 * -errno. */
int kern_world_top(char *path, size_t n);
int kern_world_dir(const char *name, char *path, size_t n);
int kern_world_remove(const char *path);
/* What this process may do in its world: a set of bits, CAP_BPF and what else
 * <linux/capability.h> has. All, when nothing is said. CAP_SYS_ADMIN stands for any. */
void kern_rights_set(u64 caps);
bool kern_capable(u32 cap);
/* Settings of the world in this directory: "kernel.unchecked" (enum kern_unchecked),
 * "kernel.watch", "kernel.cpus", "kernel.unprivileged_bpf_disabled", "net.core.bpf_jit_enable",
 * "net.core.bpf_jit_harden". ENOENT: no such name, ERANGE, EINVAL */
int kern_world_set(const char *path, const char *name, const char *value);
/* The same in the world that goes with this process; EBUSY: ONEBPF_WORLD names another. */
int kern_world_own(const char *name, const char *value);

/* Runs the program behind fd, of whatever type, on these bytes as its context: 0, or
 * -errno, EFAULT for a fault. */
int kern_prog_run(int fd, void *ctx, u32 size, u64 *r0);
/* What the run of this thread did wrong that was the last one to do so. */
const struct run *kern_last_fault(void);

/* Makes a folder for pins, below /sys/fs/bpf as the world has it: 0, also when it is
 * there, or -errno. */
int kern_pin_folder(const char *path);

/* mmap() on a descriptor of this process's world: the address, or -errno. */
long kern_mmap(void *at, size_t n, int prot, int flags, int fd, off_t off);

/* A file that is readable once the ring buffer or perf event behind fd has been written
 * to: what is in it means nothing, and is read before the ring is. Or -errno. */
int kern_wait_open(int fd);

/* Discards the next record of the ring buffer behind fd, if its writer died with it:
 * did it? */
bool kern_ring_pass(int fd);

/* What programs of this process's world print, from the first line that nobody has
 * read: the reading end of a pipe, or -errno. */
int kern_trace_open(void);
/* A file of what the iterator (a link) behind fd writes now: a descriptor, or -errno;
 * EIO for all else, of which nothing can be read. */
int kern_iter_read(int fd);

/* ---- perf events that belong to bpf() (perf.c) ----
 *
 * perf_event_open(): a descriptor or -errno; ENOSYS: of a kind that is Linux's
 * affair. And ioctl() on one. */
int kern_perf_open(const void *attr, int pid, int cpu, int group, unsigned long flags);
int kern_perf_ioctl(int fd, unsigned long cmd, unsigned long arg);

/* ---- what else is known of this process's world (fdinfo.c) ---- */
u32 kern_cpus(void);             /* possible CPUs; 0: there is no world */
u32 kern_unprivileged_off(void); /* kernel.unprivileged_bpf_disabled */
/* Is fd an object of it? The kind's name ("map") and its id. */
const char *kern_object(int fd, u32 *id);
/* What /proc/PID/fdinfo tells of the object behind fd. */
void kern_fdinfo(int fd, struct buf *to);

#endif
