/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside our kernel: a prepared program, its helpers, and what it is called with. */
#ifndef KERN_PRIV_H
#define KERN_PRIV_H

#include "jit/jit.h"
#include "kern/kern.h"
#include "map/map.h"
#include "vm/vm.h"

struct ob_run {
	const struct prog *p; /* borrowed: for the place of a fault */
	struct ob_run_opts opts;
	struct ob_helper *helper; /* the caller's, copied */
	struct env env;           /* its arg is this struct */
	struct vm_ebpf *vm;       /* one of the two is NULL */
	struct jit *jit;
	env_fn *entry;    /* of jit */
	bool direct;      /* entry runs without a struct run */
	struct map **map; /* that its instructions name; held */
	u32 maps;
	u32 slots;                    /* a library user's: one of so many it needs; 0: none */
	const struct kern_prog *prog; /* that this is the code of; NULL: a library user's */
};

enum { KERN_REGIONS = 6 };
struct kern_pkt; /* packet.c: a packet that helpers may change */

/* A thread's registers, for walks of its stack. */
struct kern_regs {
	u64 ip, fp;
};

/* What a program of our world is called with: the arg of its struct run. */
struct kern_ctx {
	const struct kern_prog *prog;
	void *ctx; /* r1: laid out as linux/bpf.h says */
	u32 ctx_size;
	struct kern_pkt *pkt;         /* NULL: it has none */
	u64 cookie;                   /* bpf_get_attach_cookie */
	u64 func_ip;                  /* bpf_get_func_ip */
	struct buf *seq;              /* of an iterator: what it writes */
	const struct kern_regs *regs; /* where the thread was; NULL: as ctx says, if it does */
	u32 args;       /* of a traced function: words at ctx, behind which is its result */
	s32 retval;     /* bpf_get_retval, bpf_set_retval */
	void *local[2]; /* bpf_get_local_storage: shared, per CPU; NULL: not yet */
	/* What it may touch besides its stack and maps (safe mode): kern_prog_call
	 * makes the first one its context; who prepares a packet adds that. */
	struct region region[KERN_REGIONS];
	u32 regions;
	u32 fault; /* enum env_fault: how the run ended */
};

/* NULL: the run is a library user's. */
static inline struct kern_ctx *kern_ctx(const struct run *r)
{
	const struct ob_run *k = r->env->arg;

	return k->prog ? r->arg : NULL;
}

/* A map that a program hands to a helper: its register holds the address of a
 * struct map. In safe mode it is looked up; one that is none is the run's fault,
 * and NULL. */
struct map *kern_map(struct run *r, u64 reg);

/* ob_run_create for a program of our world, or for a library user's (prog NULL). */
struct ob_err *kern_prepare(const struct prog *p, const struct ob_run_opts *o,
			    const struct kern_prog *prog, struct ob_run **ret);

/* Maps that this process has, whatever program they belong to (object.c). */
bool kern_is_map(const struct map *m);
bool kern_in_map(u64 addr, u32 size);
/* The ring buffer in which this thread has reserved a sample, or NULL. */
struct map *kern_ring_of(const void *sample);
/* env->tail: the engine's program in a slot of a program array, or NULL. */
const void *kern_tail(struct run *r, u64 map, u64 index);

/* Our own helper of this number, or NULL (helper.c). */
env_fn *kern_helper(u32 id);
/* Each is in the file of its family: helper_map.c, helper_text.c ... */
#define LINUX(name)
#define INSN(name)
#define DENIED(name)
#define HERE(name)                   env_fn helper_##name;
#define HELPER(id, name, where, ...) where(name)
#include "isa/helper.def"
#undef LINUX
#undef INSN
#undef DENIED
#undef HERE

/* May the run touch these bytes? If not, that is its fault. A trusted one may. */
bool kern_may(struct run *r, u64 at, u64 size, bool write);
/* The same without a fault. */
bool kern_allows(struct run *r, u64 at, u64 size, bool write);

#endif
