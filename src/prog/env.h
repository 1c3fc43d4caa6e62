/* SPDX-License-Identifier: BSD-2-Clause */
/* What an extended program meets when it runs: the functions that it calls,
 * the memory that it may touch, and what became of it. Both engines, vm and
 * jit, take these; who fills them in (kern) knows helpers and maps. */
#ifndef PROG_ENV_H
#define PROG_ENV_H

#include "isa/isa.h"

struct run;

/* A helper or kernel function. r is the run that calls it; what it returns
 * becomes r0. It may set r->fault (and addr, size), which ends the run. */
typedef u64 env_fn(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r);

/* Asked when a program is prepared, but for the last two, which are asked
 * while it runs. Any hook may be NULL: then there is nothing of its kind. */
/* A look-up (helper 1) in one map, without a helper: in an array, whose values lie at
 * base + (index * slots + the run's slot) * stride; else by a function of the map's. */
struct env_lookup {
	u64 base; /* 0: it is no array */
	u32 max, slots, stride;
	void *fn; /* void *fn(map, key, slot), NULL: there is none */
};

enum { ENV_LOOPS_MAX = 8 * 1024 * 1024 };

struct env {
	void *arg;                                    /* given to all but the last two */
	env_fn *(*helper)(void *arg, u32 id);         /* NULL: there is none */
	env_fn *(*kfunc)(void *arg, u32 id, s32 btf); /* NULL: there is none */
	/* What a 64-bit immediate of kind EB_LDDW_MAP_FD ... stands for (not
	 * EB_LDDW, EB_LDDW_FUNC: they are the engine's); false: nothing. */
	bool (*imm64)(void *arg, enum eb_op kind, u64 imm, u64 *ret);
	/* How look-ups in the map that an immediate stands for are done; false: by the
	 * helper. For trusted programs. */
	bool (*lookup)(void *arg, u64 map, struct env_lookup *ret);
	/* The helper that is Linux's bpf_loop(n, fn, ctx, flags), whose work an engine may
	 * do itself in trusted programs: E2BIG for more than ENV_LOOPS_MAX. 0: there is none. */
	u32 loop;
	/* The prepared program (of the same engine) that a tail call goes to,
	 * NULL to go on behind the call. */
	const void *(*tail)(struct run *r, u64 map, u64 index); /* its low half counts */
	/* May these bytes be touched, which no region of the run has? Asked in
	 * safe mode only. */
	bool (*may_touch)(struct run *r, u64 addr, u32 size, bool write);
};

enum env_fault {
	FAULT_NONE,
	FAULT_READ,   /* addr, size */
	FAULT_WRITE,  /* addr, size */
	FAULT_BUDGET, /* too many instructions */
	FAULT_OP,     /* EB_BAD, EB_WIDE, or past the end */
	FAULT_DEPTH,  /* more than EBPF_FRAMES functions of a program active */
	FAULT_CALL,   /* no such helper or function: addr is its number */
	FAULT_IMM64,  /* a 64-bit immediate stands for nothing: addr is its value */
	FAULT_PACKET, /* a packet load without a packet */
	FAULT_THROWN, /* none: an exception ends the run, whose result is addr (kern) */
	FAULT_COUNT
};

struct region {
	u64 at, size;
	bool writable;
};

/* One run. The caller fills in the first part; the engine keeps the second.
 *
 * Safe mode: every access lies in a stack frame of this run, in a region, or
 * env->may_touch allows it. The budget counts instructions; it is looked at
 * where control goes backwards or into a function, so that a run ends soon
 * after it is used up, at the same instruction in every engine. */
struct run {
	const struct env *env; /* in safe mode: of the program that control is in */
	void *arg;             /* for helpers */
	const struct region *region;
	u32 regions;
	const u8 *pkt; /* for the historical packet loads; NULL: there is none */
	u32 pkt_len;
	/* Those at negative offsets read from the network or the link-layer header (SKF_NET_OFF,
	 * SKF_LL_OFF), if it is said where in pkt these begin; pkt_back bytes lie before pkt. */
	bool pkt_layers;
	s32 pkt_net, pkt_mac;
	u32 pkt_back;
	u64 budget;      /* safe mode: at most so many instructions, 0: no limit */
	u32 slot;        /* whose copy of per-CPU values it has (kern) */
	bool slot_outer; /* which is that of the run that this is inside of (kern) */

	u64 count;    /* safe mode: instructions that were executed */
	u32 fault;    /* enum env_fault */
	u32 fault_pc; /* slot of the instruction at fault */
	u32 fault_size;
	u64 fault_addr;
	bool fault_inside; /* it was a callback's: fault_pc is told */
	u32 tails, depth;  /* tail calls so far; functions active besides main */
	u32 deepest;       /* that depth may be: tail calls add to it */
	/* Where its stack frames lie, which helpers may then touch: the engine says
	 * it in safe mode before it calls one. */
	u64 stack, stack_size;
	const struct lent *lent; /* by helpers to callbacks, for their time (kern) */
	/* Calls fn, a function of the program that calls the helper; the engine's. */
	env_fn *call;
	u64 fn;
	u64 engine[16]; /* private to the engine */
};

/* For helpers: calls back the function whose address (`r2 = func f ll`) the program
 * gave; returns its r0. In safe mode fn may be anything. It counts as any other
 * function of the run, for depth and budget, and what it does wrong is the run's
 * fault: a helper looks at r->fault and returns. */
static inline u64 run_callback(struct run *r, u64 fn, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	r->fn = fn;
	return r->call(r1, r2, r3, r4, r5, r);
}

/* Where a historical packet load reads; NULL: beyond the packet, which ends the run. */
static inline const u8 *run_packet_at(const struct run *r, u32 off, u32 size)
{
	s64 at = off;

	if (off > INT32_MAX && (!r->pkt_layers || off < CBPF_LL_OFF))
		return NULL;
	if (off > INT32_MAX && off >= CBPF_NET_OFF)
		at = (s64)r->pkt_net + (u32)(off - CBPF_NET_OFF);
	else if (off > INT32_MAX)
		at = (s64)r->pkt_mac + (u32)(off - CBPF_LL_OFF);
	return at >= -(s64)r->pkt_back && at + size <= r->pkt_len ? r->pkt + at : NULL;
}

/* Clears the second part; engines call it at their beginning. */
static inline void run_begin(struct run *r)
{
	r->count = 0;
	r->fault = r->fault_pc = r->fault_size = 0;
	r->fault_addr = 0;
	r->fault_inside = false;
	r->tails = r->depth = 0;
	r->deepest = EBPF_FRAMES - 1;
	r->stack = r->stack_size = 0;
}

/* The run's fault as an error: OB_FAULT with its instruction, "read of 4 bytes
 * at 0x7f..., which is in none of ..."; NULL when there was none. */
struct prog;
struct ob_err *run_err(const struct run *r, const struct prog *p);

#endif
