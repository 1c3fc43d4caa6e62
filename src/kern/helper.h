/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside our kernel: what the functions behind helper.def share. */
#ifndef KERN_HELPER_H
#define KERN_HELPER_H

#include "isa/bpf.h"
#include "kern/priv.h"

#include <errno.h>

/* The function of a helper: its registers are r1 to r5, the run is r. */
#define BPF_HELPER(name)                                                              \
	u64 helper_##name(UNUSED u64 r1, UNUSED u64 r2, UNUSED u64 r3, UNUSED u64 r4, \
			  UNUSED u64 r5, UNUSED struct run *r)
#define UNUSED __attribute__((unused))

static inline void *addr_of(u64 reg) { return (void *)(uintptr_t)reg; }
static inline u64 reg_of(const void *p) { return (u64)(uintptr_t)p; }
static inline u64 minus(s64 errnum) { return (u64)-errnum; }
/* What a helper is given as a size is 32 bits wide, as in Linux. */
static inline u32 size_of(u64 reg) { return (u32)reg; }

static inline bool kern_trusts(const struct run *r)
{
	return ((const struct ob_run *)r->env->arg)->opts.trusted;
}

/* ---- who runs ---- */
u64 kern_cgroup_id(void); /* of this process; 0: it is not to be had */
/* Where the thread is, if that is known; those two words into a struct pt_regs. */
bool kern_regs_of(struct run *r, struct kern_regs *ret);
void kern_regs_put(u8 *pt_regs, const struct kern_regs *regs);
/* What bpf_get_stack answers. Needs: `size` bytes at `to` may be written. */
u64 kern_stack_of(struct run *r, u64 to, u32 size, u64 flags);
/* At this address is no object of the kind that a helper takes: the run's fault, and 0. */
u64 kern_no_object(struct run *r, u64 at);

/* ---- memory (mem.c; kern_may in priv.h) ---- */

/* Memory of a helper's own, which a callback may read meanwhile. */
struct lent {
	const void *p;
	u64 size;
	const struct lent *up;
};
bool kern_lent(const struct run *r, u64 at, u64 size);
static inline void kern_lend(struct run *r, struct lent *l, const void *p, u64 size)
{
	*l = (struct lent){p, size, r->lent};
	r->lent = l;
}
static inline void kern_take_back(struct run *r, const struct lent *l) { r->lent = l->up; }

/* Runs a function of the program, whose address a run of it has given to a helper; with
 * memory lent to it, or NULL. */
u64 kern_call_at(const struct ob_run *k, u64 fn, const u64 reg[5], struct run *r,
		 const struct lent *lent);

/* Does it run for the whole process? Not an untrusted one of a library user. */
bool kern_sees_all(const struct run *r);
/* May the run look there at all (or write), and find it or not? */
bool kern_sees(struct run *r, u64 at, u64 size, bool write);
/* Why an address cannot be read, which was asked for as the kernel's: -ERANGE, -EFAULT. */
s64 kern_bad_address(u64 at, bool kernels);
/* Bytes of anywhere: 0, or -EFAULT. */
int kern_memory_of(struct run *r, void *to, u32 size, u64 at);
/* A text of anywhere: its bytes with the 0, which is always written, or -EFAULT. */
long kern_text_of(struct run *r, char *to, u32 size, u64 at);
/* May the run touch a text up to its 0? There must be one in the first bytes. */
bool kern_may_text(struct run *r, u64 at, u32 most);

#endif
