/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs programs of programs_ebpf.h on every engine, and compares. All see the
 * same memory at the same, fixed address, and behind it none. */
#ifndef ENGINES_EBPF_H
#define ENGINES_EBPF_H

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "jit/jit.h"
#include "programs_ebpf.h"
#include "vm/vm.h"

enum { ENG_PACKET = 40, ENG_BUDGET = 3000 };

/* An engine in one of its modes. */
struct eng {
	const char *name;
	bool jit;
	unsigned flags;
};
static const struct eng engs[] = {
	{"interpreter, safe", false, VM_SAFE},
	{"interpreter, fast", false, 0},
	{"JIT, safe", true, JIT_SAFE},
	{"JIT, safe, plain", true, JIT_SAFE | JIT_PLAIN},
	{"JIT, safe, hardened", true, JIT_SAFE | JIT_HARDEN},
	{"JIT, safe, not optimised", true, JIT_SAFE | JIT_NO_OPT},
	{"JIT, fast", true, 0},
	{"JIT, plain", true, JIT_PLAIN},
	{"JIT, hardened", true, JIT_HARDEN},
	{"JIT, not optimised", true, JIT_NO_OPT},
};

static inline bool eng_safe(const struct eng *e) { return e->flags & 1; }

/* What a run did. */
struct done {
	u64 r0, count, addr;
	u32 fault, pc, size, tails;
	u8 mem[GEN_MEM], extra[GEN_EXTRA];
};

static struct {
	u8 *mem, *table, *extra, *packet; /* each ends where a page ends */
	u8 fresh[GEN_MEM];
	const void *target[2]; /* of tail calls, as the engine that runs has them */
	u64 reg[3];            /* r3 to r5 */
	u32 limit;             /* of the packet; ENG_PACKET + 1: none */
	struct gen gen[2];
	struct prog *prog[2];
	char why[400];
} w;

/* ---- the environment ---- */

static inline u64 eng_mix(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	(void)r;
	return hash_u64(r1 + 3 * r2 + 5 * r3 + 7 * r4 + 11 * r5);
}

static inline u64 eng_poke(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	(void)r3, (void)r4, (void)r5;
	u8 *mem = r->arg;

	mem[r1 % GEN_MEM] ^= (u8)r2;
	return mem[r2 % GEN_MEM];
}

static inline u64 eng_trouble(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	(void)r3, (void)r4, (void)r5;
	if (r1 % 16)
		return r2;
	r->fault = FAULT_READ;
	r->fault_addr = r2;
	r->fault_size = 3;
	return 1;
}

static inline u64 eng_each(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	u64 mem = (uintptr_t)r->arg, sum = r3;

	for (u64 i = 0; i < r1 % 4 && !r->fault; i++)
		sum = hash_u64(sum + run_callback(r, r2, mem, sum, i, r4, r5));
	return sum;
}

static inline env_fn *eng_helper(void *arg, u32 id)
{
	(void)arg;
	return id == GEN_MIX       ? eng_mix
	       : id == GEN_POKE    ? eng_poke
	       : id == GEN_TROUBLE ? eng_trouble
	       : id == GEN_EACH    ? eng_each
				   : NULL;
}

static inline env_fn *eng_kfunc(void *arg, u32 id, s32 btf)
{
	(void)arg;
	return id == GEN_KFUNC && !btf ? eng_mix : NULL;
}

static inline bool eng_imm64(void *arg, enum eb_op kind, u64 imm, u64 *ret)
{
	(void)arg;
	if (kind == EB_LDDW_MAP_VALUE)
		*ret = (uintptr_t)w.table + imm;
	else if (kind == EB_LDDW_MAP_IDX_VALUE)
		*ret = (uintptr_t)w.extra + imm;
	return kind == EB_LDDW_MAP_VALUE || kind == EB_LDDW_MAP_IDX_VALUE;
}

static inline const void *eng_tail(struct run *r, u64 map, u64 wide)
{
	u32 index = (u32)wide;

	(void)r, (void)map;
	return index < 2 ? w.target[!index] : NULL;
}

static inline bool eng_may_touch(struct run *r, u64 addr, u32 size, bool write)
{
	u64 off = addr - (uintptr_t)w.extra;

	(void)r, (void)write;
	return off <= GEN_EXTRA && GEN_EXTRA - off >= size;
}

static const struct env eng_env = {.helper = eng_helper,
				   .kfunc = eng_kfunc,
				   .imm64 = eng_imm64,
				   .tail = eng_tail,
				   .may_touch = eng_may_touch};

/* ---- the memory ---- */

/* n bytes before a page that cannot be touched. */
static inline u8 *eng_place(u32 nr, u32 n)
{
	enum { BASE = 0x20000000, FAR = 1 << 20 };
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	u8 *p = mmap((void *)(uintptr_t)(BASE + nr * FAR), 2 * page, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (p == MAP_FAILED || mprotect(p + page, page, PROT_NONE))
		abort();
	return p + page - n;
}

static inline void eng_setup(void)
{
	if (w.mem)
		return;
	w.mem = eng_place(0, GEN_MEM);
	w.table = eng_place(1, GEN_TABLE);
	w.extra = eng_place(2, GEN_EXTRA);
	w.packet = eng_place(3, ENG_PACKET);
	for (u32 i = 0; i < GEN_TABLE; i++)
		w.table[i] = (u8)(i * 37);
	for (u32 i = 0; i < ENG_PACKET; i++)
		w.packet[i] = (u8)(200 - i * 11);
}

/* ---- running ---- */

static inline bool eng_prepare(const struct eng *e, u32 i, void **ret)
{
	struct ob_err *err =
		e->jit ? jit_create(w.prog[i], &eng_env, e->flags, (struct jit **)ret)
		       : vm_ebpf_create(w.prog[i], &eng_env, e->flags, (struct vm_ebpf **)ret);

	if (!err)
		return true;
	snprintf(w.why, sizeof(w.why), "%s: cannot be prepared: %s", e->name, ob_err_reason(err));
	ob_err_destroy(err);
	return false;
}

static inline void eng_release(const struct eng *e, void *code)
{
	if (e->jit)
		jit_destroy(code);
	else
		vm_ebpf_destroy(code);
}

static inline void eng_run(const struct eng *e, void *const code[2], struct done *ret)
{
	const struct region region[] = {{(uintptr_t)w.mem, GEN_MEM, true},
					{(uintptr_t)w.table, GEN_TABLE, false}};
	struct run r = {.env = &eng_env,
			.arg = w.mem,
			.region = region,
			.regions = LEN(region),
			.pkt = w.limit <= ENG_PACKET ? w.packet : NULL,
			.pkt_len = w.limit,
			.budget = ENG_BUDGET};
	u64 mem = (uintptr_t)w.mem;

	memcpy(w.mem, w.fresh, GEN_MEM);
	memset(w.extra, 0x5a, GEN_EXTRA);
	w.target[0] = w.gen[0].target ? code[0] : NULL;
	w.target[1] = code[1];
	memset(ret, 0, sizeof(*ret));
	ret->r0 = e->jit ? jit_entry(code[0])(mem, GEN_MEM, w.reg[0], w.reg[1], w.reg[2], &r)
			 : vm_ebpf_run(code[0], mem, GEN_MEM, w.reg[0], w.reg[1], w.reg[2], &r);
	ret->fault = r.fault;
	ret->count = r.count;
	ret->pc = r.fault_pc;
	ret->addr = r.fault_addr;
	ret->size = r.fault_size;
	ret->tails = r.tails;
	memcpy(ret->mem, w.mem, GEN_MEM);
	memcpy(ret->extra, w.extra, GEN_EXTRA);
}

/* The address of a fault on the stack is the engine's. */
static inline bool eng_same_fault(const struct done *a, const struct done *b)
{
	bool framed = (a->pc < w.gen[0].n && w.gen[0].framed[a->pc]) ||
		      (w.prog[1] && a->pc < w.gen[1].n && w.gen[1].framed[a->pc]);

	return a->fault == b->fault && a->pc == b->pc && a->size == b->size &&
	       (framed || a->addr == b->addr);
}

static inline bool eng_differs(const struct eng *e, const struct done *a, const struct done *b)
{
	const char *what = !eng_same_fault(a, b)                              ? "fault"
			   : a->r0 != b->r0                                   ? "r0"
			   : memcmp(a->mem, b->mem, GEN_MEM)                  ? "memory"
			   : memcmp(a->extra, b->extra, GEN_EXTRA)            ? "extra memory"
			   : !a->fault && a->tails != b->tails && eng_safe(e) ? "tail calls"
			   : !a->fault && eng_safe(e) && a->count != b->count ? "count"
									      : NULL;

	if (what)
		snprintf(w.why, sizeof(w.why),
			 "%s: %s: r0 0x%llx, fault %u at %u of 0x%llx (%u), count %llu; not r0 "
			 "0x%llx, fault %u at %u of 0x%llx (%u), count %llu",
			 e->name, what, (unsigned long long)b->r0, b->fault, b->pc,
			 (unsigned long long)b->addr, b->size, (unsigned long long)b->count,
			 (unsigned long long)a->r0, a->fault, a->pc, (unsigned long long)a->addr,
			 a->size, (unsigned long long)a->count);
	return what;
}

/* Runs what is in w.gen on an engine; false with w.why. */
static inline bool eng_try(const struct eng *e, struct done *ret)
{
	void *code[2] = {NULL, NULL};
	bool ok = eng_prepare(e, 0, &code[0]) && (!w.prog[1] || eng_prepare(e, 1, &code[1]));

	if (ok)
		eng_run(e, code, ret);
	eng_release(e, code[0]);
	eng_release(e, code[1]);
	return ok;
}

/* All engines on one program, made by this seed and these bytes. Returns false
 * with w.why on a difference; *first is what the first engine did. */
static inline bool eng_compare(enum gen_kind kind, u64 seed, const u8 *data, size_t n,
			       struct done *first)
{
	struct rnd r = {hash_u64(seed) | 1};
	struct done other;
	bool ok = true;

	eng_setup();
	for (u32 i = 0; i < GEN_MEM; i++)
		w.fresh[i] = (u8)(rnd(&r) >> 24);
	for (u32 i = 0; i < 3; i++)
		w.reg[i] = (u64)rnd(&r) << below(&r, 33);
	w.limit = below(&r, 8) ? below(&r, ENG_PACKET + 1) : ENG_PACKET + 1;
	generate(&w.gen[0], kind, seed, data, n, seed & 1);
	if (prog_create_ebpf(w.gen[0].stored, w.gen[0].n, &w.prog[0]))
		abort();
	w.prog[1] = NULL;
	if (w.gen[0].tails) {
		generate(&w.gen[1], kind, ~seed, NULL, 0, true);
		if (prog_create_ebpf(w.gen[1].stored, w.gen[1].n, &w.prog[1]))
			abort();
	}
	ok = eng_try(&engs[0], first);
	for (u32 i = 1; ok && i < LEN(engs); i++) {
		if ((engs[i].jit && !jit_here()) ||
		    (!eng_safe(&engs[i]) && (first->fault || kind == GEN_WILD)))
			continue;
		ok = eng_try(&engs[i], &other) && !eng_differs(&engs[i], first, &other);
	}
	return ok;
}

/* After eng_compare, for its reader: the programs. */
static inline void eng_show(FILE *to)
{
	struct buf b = {0};

	for (u32 i = 0; i < 2 && w.prog[i]; i++) {
		buf_printf(&b, "program %u:\n", i);
		for (u32 pc = 0; pc < w.prog[i]->n; pc++) {
			buf_printf(&b, "%4u: ", pc);
			ebpf_dis_one(&b, &w.prog[i]->ext[pc], pc);
			buf_putc(&b, '\n');
		}
	}
	fputs(b.p ? b.p : "", to);
	buf_deinit(&b);
}

static inline void eng_done(void)
{
	prog_destroy(w.prog[0]);
	prog_destroy(w.prog[1]);
	w.prog[0] = w.prog[1] = NULL;
}

#endif
