/* SPDX-License-Identifier: BSD-2-Clause */
/* The extended machine: decoded once to threaded code, run by one of two
 * loops, safe and fast (ebpf_loop.h).
 *
 * Every slot of the program is one op, so that distances stay what they are and
 * a pointer to an op tells its slot. op[n] is the end, where nobody should be.
 * Of the pairs that the fast loop does at once (ebpf_pairs.def) the first op
 * says so; the second stays whole, so that it can still be jumped to. */
#include "vm/vm.h"

#include <endian.h>
#include <stdlib.h>

struct op {
	const void *go; /* the label that does it */
	union {
		struct {
			u8 dst, src;
			s16 off; /* as in struct eb; that of goto, gotol and call is in imm */
			s32 imm;
		};
		u64 wide;   /* second slot of a 64-bit immediate: all of it */
		env_fn *fn; /* a call of a helper or kernel function */
	};
};

struct vm_ebpf {
	const struct env *env;
	u8 *func;         /* a bit a slot: LDDW_FUNC leads there; NULL: nowhere */
	bool safe, tails; /* with run-time checks; it has tail calls */
	u32 n;
	struct op op[];
};

/* Ops that are no rows. */
enum op_name {
	OP_TAIL_CALL = EB_OPS,
	OP_NO_CALL,  /* imm is not known to the environment */
	OP_NO_IMM64, /* nor is the 64-bit immediate */
	OP_PAIRS,
#define PAIR(kind, first, second) kind##_##first##_##second,
#include "vm/ebpf_pairs.def"
	OP_COUNT
};

enum { MAY_GOTO_MAX = 1 << 23 }; /* Linux's BPF_MAX_LOOPS, for each activation */
enum { E_MACHINE };              /* the word of run->engine that leads to the loop's machine */

/* A function that waits for the one that it called. */
struct caller {
	const struct vm_ebpf *c;
	const struct op *back;
	u64 kept[4]; /* r6 to r9 */
	u64 loops;
};

/* A run, or a callback in it. Registers and pc are the loop's. */
struct machine {
	const struct vm_ebpf *c; /* the program of the current function */
	struct run *r;
	u64 low, top;              /* the frames that are active */
	struct region read, write; /* where something was last found */
	/* Those that wait, up to end; below base they are another's. */
	struct caller *first, *base, *end;
	struct caller *up; /* behind those that wait, when a helper is called */
	u64 count;         /* of instructions, likewise, and at the end */
};

/* ---- what the loops call ---- */

/* Of the regions of the run, then of what else the environment allows. */
static __attribute__((noinline)) bool search(struct machine *m, u64 addr, u32 size, bool write)
{
	const struct env *env = m->c->env;

	for (u32 i = 0; i < m->r->regions; i++) {
		const struct region *g = &m->r->region[i];

		if ((write && !g->writable) || size > g->size || addr - g->at > g->size - size)
			continue;
		*(write ? &m->write : &m->read) = *g;
		return true;
	}
	return env->may_touch && env->may_touch(m->r, addr, size, write);
}

static inline bool reach(struct machine *m, u64 addr, u32 size, bool write)
{
	const struct region *last = write ? &m->write : &m->read;

	if (addr - m->low <= m->top - m->low - size)
		return true;
	return (size <= last->size && addr - last->at <= last->size - size) ||
	       search(m, addr, size, write);
}

/* The op of the function whose address it is, or NULL. */
static const struct op *function_at(const struct vm_ebpf *c, u64 addr)
{
	u64 off = addr - (uintptr_t)c->op, slot = off / sizeof(struct op);

	if (!c->func || off % sizeof(struct op) || slot >= c->n ||
	    !(c->func[slot / 8] >> slot % 8 & 1))
		return NULL;
	return c->op + slot;
}

static env_fn *helper_of(const struct vm_ebpf *c, u64 id)
{
	return id <= UINT32_MAX && c->env->helper ? c->env->helper(c->env->arg, (u32)id) : NULL;
}

/* The program that a tail call goes to, or NULL. */
static const struct vm_ebpf *tail_of(const struct machine *m, u64 map, u64 index)
{
	const struct vm_ebpf *to = NULL;

	if (m->r->tails < EBPF_TAILS)
		to = m->c->env->tail(m->r, map, index);
	return to && to->safe == m->c->safe ? to : NULL;
}

/* NULL when it is not in the packet. */
/* Numbers of any alignment at an address. Atomic operations of unaligned ones
 * are as atomic as the processor makes them. */
#define ANY_ALIGNMENT __attribute__((no_sanitize("alignment")))
#define MEMORY(bits)                                                                  \
	static inline u##bits get##bits(u64 addr)                                     \
	{                                                                             \
		u##bits v;                                                            \
                                                                                      \
		memcpy(&v, (const void *)(uintptr_t)addr, sizeof(v));                 \
		return v;                                                             \
	}                                                                             \
	static inline void put##bits(u64 addr, u##bits v)                             \
	{                                                                             \
		memcpy((void *)(uintptr_t)addr, &v, sizeof(v));                       \
	}                                                                             \
	static inline ANY_ALIGNMENT u##bits get_acquire##bits(u64 addr)               \
	{                                                                             \
		return __atomic_load_n((u##bits *)(uintptr_t)addr, __ATOMIC_ACQUIRE); \
	}                                                                             \
	static inline ANY_ALIGNMENT void put_release##bits(u64 addr, u##bits v)       \
	{                                                                             \
		__atomic_store_n((u##bits *)(uintptr_t)addr, v, __ATOMIC_RELEASE);    \
	}
MEMORY(8)
MEMORY(16)
MEMORY(32)
MEMORY(64)
#undef MEMORY

#define EXCHANGE(bits)                                                                       \
	static inline ANY_ALIGNMENT u##bits xchg##bits(u64 addr, u##bits v)                  \
	{                                                                                    \
		return __atomic_exchange_n((u##bits *)(uintptr_t)addr, v, __ATOMIC_SEQ_CST); \
	}                                                                                    \
	static inline ANY_ALIGNMENT u##bits cmpxchg##bits(u64 addr, u##bits old, u##bits v)  \
	{                                                                                    \
		__atomic_compare_exchange_n((u##bits *)(uintptr_t)addr, &old, v, false,      \
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);             \
		return old;                                                                  \
	}
EXCHANGE(32)
EXCHANGE(64)
#undef EXCHANGE

/* ATOMIC_ADD_32(addr, s) ..: what was there before. */
#define RMW(name, bits, builtin)                                                 \
	static inline ANY_ALIGNMENT u##bits name##_##bits(u64 addr, u##bits s)   \
	{                                                                        \
		return builtin((u##bits *)(uintptr_t)addr, s, __ATOMIC_SEQ_CST); \
	}
#define RMW_BOTH(name, builtin) RMW(name, 32, builtin) RMW(name, 64, builtin)
RMW_BOTH(ATOMIC_ADD, __atomic_fetch_add)
RMW_BOTH(ATOMIC_OR, __atomic_fetch_or)
RMW_BOTH(ATOMIC_AND, __atomic_fetch_and)
RMW_BOTH(ATOMIC_XOR, __atomic_fetch_xor)
#undef RMW
#undef RMW_BOTH

/* ---- arithmetic and conditions: ADD_32(d, s), JEQ_64(d, s) .. ---- */

#define OF(type, name, bits, ...)                              \
	static inline type name##_##bits(u##bits d, u##bits s) \
	{                                                      \
		typedef u##bits U __attribute__((unused));     \
		typedef s##bits S __attribute__((unused));     \
		enum { BITS = bits };                          \
                                                               \
		(void)d, (void)s;                              \
		return __VA_ARGS__;                            \
	}
#define EB_ALU(name, code, value, g32, g64, symbol, ...) \
	OF(u32, name, 32, __VA_ARGS__) OF(u64, name, 64, __VA_ARGS__)
#define EB_JMP(name, code, symbol, ...) \
	OF(bool, name, 32, __VA_ARGS__) OF(bool, name, 64, __VA_ARGS__)
#define EB(...)
#include "isa/ebpf.def"
#undef OF

/* ---- whole operations, for pairs ----
 *
 * Of the op o, with dst at d and src (of loads: the base) at s, which the caller
 * knows to be the same as something that it has at hand. */

#define DO static inline __attribute__((always_inline))
#define DO_ALU(name, bits)                                                       \
	DO void do_##name##_##bits##_K(u64 *d, const u64 *s, const struct op *o) \
	{                                                                        \
		(void)s;                                                         \
		*d = name##_##bits((u##bits)d[0], (u##bits)(u64)(s64)o->imm);    \
	}                                                                        \
	DO void do_##name##_##bits##_X(u64 *d, const u64 *s, const struct op *o) \
	{                                                                        \
		(void)o;                                                         \
		*d = name##_##bits((u##bits)d[0], (u##bits)s[0]);                \
	}
#define EB_ALU(name, ...) DO_ALU(name, 32) DO_ALU(name, 64)
#define DO_JMP(name, bits)                                                             \
	DO bool do_##name##_##bits##_K(const u64 *d, const u64 *s, const struct op *o) \
	{                                                                              \
		(void)s;                                                               \
		return name##_##bits((u##bits)d[0], (u##bits)(u64)(s64)o->imm);        \
	}                                                                              \
	DO bool do_##name##_##bits##_X(const u64 *d, const u64 *s, const struct op *o) \
	{                                                                              \
		(void)o;                                                               \
		return name##_##bits((u##bits)d[0], (u##bits)s[0]);                    \
	}
#define EB_JMP(name, ...) DO_JMP(name, 32) DO_JMP(name, 64)
#define EB(...)
#include "isa/ebpf.def"
#define DO_MEM(name, bits)                                              \
	DO void do_LDX_##name(u64 *d, const u64 *s, const struct op *o) \
	{                                                               \
		*d = get##bits(*s + (u64)(s64)o->off);                  \
	}                                                               \
	DO void do_STX_##name(u64 *d, const u64 *s, const struct op *o) \
	{                                                               \
		put##bits(*d + (u64)(s64)o->off, (u##bits)s[0]);        \
	}
DO_MEM(B, 8)
DO_MEM(H, 16)
DO_MEM(W, 32)
DO_MEM(DW, 64)
DO void do_BE16(u64 *d, const u64 *s, const struct op *o)
{
	(void)s, (void)o, *d = htobe16((u16)*d);
}
DO void do_BE32(u64 *d, const u64 *s, const struct op *o)
{
	(void)s, (void)o, *d = htobe32((u32)*d);
}

/* ---- the loops ---- */

#define SAFE 1
#define LOOP safe_loop
#include "vm/ebpf_loop.h"
#undef SAFE
#undef LOOP
#define SAFE 0
#define LOOP fast_loop
#include "vm/ebpf_loop.h"
#undef SAFE
#undef LOOP

static u64 loop(struct machine *m, const struct op *pc, const u64 arg[5])
{
	return m->c->safe ? safe_loop(m, pc, arg, NULL) : fast_loop(m, pc, arg, NULL);
}

static const struct op *callback_op(const struct machine *m, u64 fn)
{
	struct run *r = m->r;
	const struct op *to;

	if (!m->c->safe)
		return (const struct op *)(uintptr_t)fn;
	if (m->count > (r->budget ? r->budget : UINT64_MAX)) {
		r->fault = FAULT_BUDGET;
		return NULL;
	}
	to = function_at(m->c, fn);
	if (to && m->up < m->end)
		return to;
	r->fault = to ? FAULT_DEPTH : FAULT_CALL;
	r->fault_addr = to ? 0 : fn;
	return NULL;
}

/* run->call: a loop in the helper that the other loop waits for. */
static u64 call_back(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	struct machine *m = (struct machine *)(uintptr_t)r->engine[E_MACHINE];
	const struct op *pc = r->fault ? NULL : callback_op(m, r->fn);
	u64 stack = r->stack, stack_size = r->stack_size;
	u32 depth = r->depth, deepest = r->deepest;

	if (!pc)
		return 0;
	struct machine inner = {.c = m->c,
				.r = r,
				.low = m->low - EBPF_STACK,
				.top = m->top,
				.first = m->first,
				.base = m->up + 1,
				.end = m->end,
				.count = m->count};
	u64 r0 = loop(&inner, pc, (u64[5]){r1, r2, r3, r4, r5});
	m->count = inner.count;
	r->engine[E_MACHINE] = (uintptr_t)m;
	r->env = m->c->env;
	r->depth = depth;
	r->deepest = deepest;
	r->stack = stack;
	r->stack_size = stack_size;
	r->fault_inside = r->fault;
	return r0;
}

static u64 run_at(const struct vm_ebpf *c, const struct op *pc, const u64 arg[5], struct run *r)
{
	const u32 frames = c->tails ? EBPF_FRAMES_MOST : EBPF_FRAMES;
	struct caller caller[frames - 1];
	u8 stack[frames * EBPF_STACK] __attribute__((aligned(16)));
	u64 top = (uintptr_t)stack + sizeof(stack);
	struct machine m = {.c = c,
			    .r = r,
			    .low = top - EBPF_STACK,
			    .top = top,
			    .first = caller,
			    .base = caller,
			    .end = caller + EBPF_FRAMES - 1};

	run_begin(r);
	r->call = call_back;
	u64 r0 = loop(&m, pc, arg);
	r->count = m.count;
	return r0;
}

u64 vm_ebpf_run(const struct vm_ebpf *c, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	return run_at(c, c->op, (u64[5]){r1, r2, r3, r4, r5}, r);
}

u64 vm_ebpf_run_at(const struct vm_ebpf *c, u64 fn, const u64 arg[5], struct run *r)
{
	const struct op *to = function_at(c, fn);

	if (to)
		return run_at(c, to, arg, r);
	run_begin(r);
	r->fault = FAULT_CALL;
	r->fault_addr = fn;
	return 0;
}

/* ---- decoding ---- */

struct job {
	const struct prog *prog;
	struct vm_ebpf *c;
	const void *const *label;
	struct ob_err *err;
};

/* What the environment does not know is an error unless it may be met. */
static enum op_name unknown(struct job *j, u32 pc, enum op_name met, const char *what, u64 nr)
{
	if (!j->c->safe && !j->err)
		j->err = prog_err_at(err_new(OB_NAME, what, (unsigned long long)nr), j->prog, pc);
	return met;
}

static int decode_call(struct job *j, u32 pc, struct op *op)
{
	const struct eb *e = &j->prog->ext[pc];
	const struct env *env = j->c->env;
	env_fn *fn = NULL;

	if (e->op == EB_CALL && e->imm == EBPF_TAIL_CALL && env->tail) {
		j->c->tails = true;
		return OP_TAIL_CALL;
	}
	if (e->op == EB_CALL && env->helper)
		fn = env->helper(env->arg, (u32)e->imm);
	else if (e->op == EB_CALL_KFUNC && env->kfunc)
		fn = env->kfunc(env->arg, (u32)e->imm, e->off);
	if (!fn)
		return (int)unknown(j, pc, OP_NO_CALL,
				    e->op == EB_CALL ? "there is no helper %llu here"
						     : "there is no kernel function %llu here",
				    (u32)e->imm);
	op->fn = fn;
	return EB_CALL;
}

static int decode_imm64(struct job *j, u32 pc, struct op *op)
{
	const struct eb *e = &j->prog->ext[pc];
	struct vm_ebpf *c = j->c;
	const struct env *env = c->env;
	s64 to;

	op[1].wide = (u64)e->imm;
	switch (e->op) {
	case EB_LDDW:
		return EB_LDDW;
	case EB_LDDW_FUNC:
		to = ebpf_target(e, pc);
		op[1].wide = 0;
		if (to < 0 || to >= c->n)
			return EB_LDDW; /* a function that nothing can call */
		c->func[to / 8] |= (u8)(1 << to % 8);
		op[1].wide = (uintptr_t)&c->op[to];
		return EB_LDDW;
	}
	if (env->imm64 && env->imm64(env->arg, (enum eb_op)e->op, (u64)e->imm, &op[1].wide))
		return EB_LDDW;
	return (int)unknown(j, pc, OP_NO_IMM64,
			    "the 64-bit immediate 0x%llx stands for nothing here", (u64)e->imm);
}

/* Fills op, and a second slot's, but for go; returns the op's name. */
static int decode(struct job *j, u32 pc, struct op *op)
{
	const struct eb *e = &j->prog->ext[pc];

	if (e->op == EB_WIDE || e->op == EB_BAD)
		return e->op;
	op->dst = e->dst;
	op->src = e->src;
	op->off = (s16)e->off;
	op->imm = (s32)e->imm;
	switch (ebpf_rows[e->op].form) {
	case EBF_JA:
	case EBF_JAL:
	case EBF_LOCAL:
		op->imm = e->off;
		return e->op;
	case EBF_CALL:
	case EBF_KFUNC:
		return decode_call(j, pc, op);
	case EBF_LDDW:
		return decode_imm64(j, pc, op);
	}
	return e->op;
}

/* The pair that instruction a and the one behind it, b, are, or 0. */
static int pair_of(const struct eb *a, const struct eb *b)
{
	u32 both = (u32)a->op << 8 | b->op;

	if (a->dst == b->dst)
		switch (both) {
#define PAIR_SAME(first, second)            \
	case EB_##first << 8 | EB_##second: \
		return SAME_##first##_##second;
#define PAIR_USED(first, second)
#define PAIR_ANY(first, second)
#define PAIR(kind, first, second) PAIR_##kind(first, second)
#include "vm/ebpf_pairs.def"
		}
	if (a->dst == b->src)
		switch (both) {
#undef PAIR_SAME
#undef PAIR_USED
#define PAIR_SAME(first, second)
#define PAIR_USED(first, second)            \
	case EB_##first << 8 | EB_##second: \
		return USED_##first##_##second;
#define PAIR(kind, first, second) PAIR_##kind(first, second)
#include "vm/ebpf_pairs.def"
		}
	switch (both) {
#undef PAIR_USED
#undef PAIR_ANY
#define PAIR_USED(first, second)
#define PAIR_ANY(first, second)             \
	case EB_##first << 8 | EB_##second: \
		return ANY_##first##_##second;
#define PAIR(kind, first, second) PAIR_##kind(first, second)
#include "vm/ebpf_pairs.def"
	}
	return 0;
}

static struct ob_err *fill(struct vm_ebpf *c, const struct prog *p)
{
	struct job j = {.prog = p, .c = c};

	if (c->safe)
		safe_loop(NULL, NULL, NULL, &j.label);
	else
		fast_loop(NULL, NULL, NULL, &j.label);
	for (u32 pc = 0; pc < p->n; pc++) {
		int name = decode(&j, pc, &c->op[pc]);
		int pair = c->safe || pc + 1 == p->n ? 0 : pair_of(&p->ext[pc], &p->ext[pc + 1]);

		c->op[pc].go = j.label[pair ? pair : name];
	}
	c->op[p->n].go = j.label[EB_BAD];
	return j.err;
}

/* Programs with function addresses need the marks. */
static bool takes_addresses(const struct prog *p)
{
	for (u32 i = 0; i < p->n; i++)
		if (p->ext[i].op == EB_LDDW_FUNC)
			return true;
	return false;
}

struct ob_err *vm_ebpf_create(const struct prog *p, const struct env *env, unsigned flags,
			      struct vm_ebpf **ret)
{
	static const struct env none;
	struct vm_ebpf *c = calloc(1, sizeof(*c) + ((size_t)p->n + 1) * sizeof(struct op));

	if (!c)
		return err_nomem();
	c->env = env ? env : &none;
	c->safe = flags & VM_SAFE;
	c->n = p->n;
	if (takes_addresses(p) && !(c->func = calloc(p->n / 8 + 1, 1))) {
		vm_ebpf_destroy(c);
		return err_nomem();
	}
	struct ob_err *err = fill(c, p);
	if (err) {
		vm_ebpf_destroy(c);
		return err;
	}
	*ret = c;
	return NULL;
}

void vm_ebpf_destroy(struct vm_ebpf *c)
{
	if (!c)
		return;
	free(c->func);
	free(c);
}
