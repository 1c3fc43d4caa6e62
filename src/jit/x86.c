/* SPDX-License-Identifier: BSD-2-Clause */
/* x86-64 code from an extended program, slot by slot. */
#include "jit/x86.h"

#ifdef __x86_64__

#include <cpuid.h>
#include <stdlib.h>
#include <sys/random.h>

/* r0 is what C returns, r1 to r5 its arguments, r6 to r9 kept over calls. */
const u8 x86_reg[EBPF_REGS] = {RAX, RDI, RSI, RDX, RCX, R8, RBX, R13, R14, R15, R12};

u32 x86_aside(struct x86 *x, struct aside s)
{
	s.label = label_new(&x->c);
	vec_push(x->a, x->aside) = s;
	return s.label;
}

void x86_only_safe(struct x86 *x, const char *why)
{
	if (!x->safe && !x->err)
		x->err = err_new(OB_REFUSED, "%s", why);
}

void x86_const(struct x86 *x, bool w, u8 reg, s32 imm)
{
	u64 value = w ? (u64)(s64)imm : (u32)imm;

	if (!x->harden) {
		mov_imm(&x->c, reg, value);
		return;
	}
	x->random = hash_u64(x->random + 0x9e3779b97f4a7c15);
	s32 key = (s32)x->random;
	rr(&x->c, w, 0xc7, 0, reg); /* both are sign-extended */
	put32(&x->c, (u32)(imm ^ key));
	rr(&x->c, w, 0x81, 6, reg);
	put32(&x->c, (u32)key);
}

static void const64(struct x86 *x, u8 reg, u64 value)
{
	if (!x->harden) {
		mov_imm(&x->c, reg, value);
		return;
	}
	x->random = hash_u64(x->random + 0x9e3779b97f4a7c15);
	mov_imm(&x->c, reg, value ^ x->random);
	mov_imm(&x->c, R9, x->random);
	rr(&x->c, true, 0x31, R9, reg);
}

/* ---- what must be known before ---- */

/* Behind it another stretch of instructions is counted. */
static bool ends_stretch(const struct x86 *x, const struct eb *e)
{
	switch (ebpf_rows[e->op].form) {
	case EBF_JMP_K:
	case EBF_JMP_X:
	case EBF_JA:
	case EBF_JAL:
	case EBF_LOCAL:
	case EBF_CALLX:
	case EBF_EXIT:
	case EBF_ABS:
	case EBF_IND:
		return true;
	case EBF_CALL:
		return e->imm == EBPF_TAIL_CALL || x->calls_back;
	case EBF_KFUNC:
		return x->calls_back;
	}
	return false;
}

/* Who gives the address of a function away may be called back by a helper. */
static bool takes_addresses(const struct x86 *x)
{
	for (u32 pc = 0; pc < x->n; pc++)
		if (x->eb[pc].op == EB_LDDW_FUNC)
			return true;
	return false;
}

static void mark_targets(struct x86 *x)
{
	u8 *mark = x->ops.mark = arena_array(x->a, u8, x->n);

	mark[0] = MARK_FUNC | MARK_START | MARK_ENTRY;
	for (u32 pc = 0; pc < x->n; pc++) {
		const struct eb *e = &x->eb[pc];
		s64 to = ebpf_target(e, pc);

		if (e->op >= EB_COUNT)
			continue;
		bool jump = ebpf_is_jump((enum eb_op)e->op);
		bool call = e->op == EB_CALL_LOCAL || e->op == EB_LDDW_FUNC;
		bool ends = e->op == EB_EXIT || e->op == EB_JA || e->op == EB_JAL;
		if ((jump || call) && to >= 0 && to < x->n)
			mark[to] |= MARK_START | MARK_ENTRY | (call ? MARK_FUNC : 0);
		if (ends_stretch(x, e) && pc + 1 < x->n)
			mark[pc + 1] |= MARK_START | (ends ? MARK_ENTRY : 0);
	}
	/* Who jumps into a second half does not share its count with others. */
	for (u32 pc = 0; pc + 1 < x->n; pc++)
		if (x->eb[pc].op == EB_WIDE && mark[pc] & MARK_START)
			mark[pc + 1] |= MARK_START | MARK_ENTRY;
}

static void gather_funcs(struct x86 *x)
{
	struct func *f = NULL;

	for (u32 pc = 0; pc < x->n; pc++) {
		const struct eb *e = &x->eb[pc];

		if (x->ops.mark[pc] & MARK_FUNC) {
			f = &vec_push(x->a, x->func);
			*f = (struct func){.from = pc, .entry = label_new(&x->c)};
		}
		if (e->op >= EB_COUNT)
			continue;
		enum eb_form form = ebpf_rows[e->op].form;
		bool call = form >= EBF_CALL && form <= EBF_CALLX;
		f->writes |= ebpf_writes(e);
		f->fp |= (ebpf_reads(e) | ebpf_writes(e)) >> 10 & 1;
		f->calls |= call;
		f->may_goto |= e->op == EB_MAY_GOTO;
		x->tails |= e->op == EB_CALL && e->imm == EBPF_TAIL_CALL;
		x->needs_run |= (call && form != EBF_LOCAL) || form == EBF_ABS || form == EBF_IND;
	}
}

static void measure_stretches(struct x86 *x)
{
	u32 n = 0;

	x->cost = arena_array(x->a, u32, x->n);
	for (u32 pc = x->n; pc-- > 0;) {
		if (pc + 1 < x->n && x->ops.mark[pc + 1] & MARK_START)
			n = 0;
		n += x->eb[pc].op < EB_COUNT;
		x->cost[pc] = n;
	}
}

struct func *x86_func(struct x86 *x, u32 slot)
{
	u32 lo = 0, hi = x->func.n;

	while (hi - lo > 1) {
		u32 mid = lo + (hi - lo) / 2;

		if (x->func.v[mid].from <= slot)
			lo = mid;
		else
			hi = mid;
	}
	return &x->func.v[lo];
}

/* ---- jumps ---- */

/* A family of the table without a condition does not build. */
enum {
	CC_JEQ = CC_E,
	CC_JNE = CC_NE,
	CC_JSET = CC_NE,
	CC_JGT = CC_A,
	CC_JGE = CC_AE,
	CC_JLT = CC_B,
	CC_JLE = CC_BE,
	CC_JSGT = CC_G,
	CC_JSGE = CC_GE,
	CC_JSLT = CC_L,
	CC_JSLE = CC_LE,
};

static const u8 conditions[] = {
#define EB_JMP(name, ...) [(EB_##name##_32_K - EB_JEQ_32_K) / 4] = CC_##name,
#define EB(...)
#include "isa/ebpf.def"
};

/* The label of a slot, or in safe mode of what happens where none is. */
static u32 landing(struct x86 *x, s64 to)
{
	if (to >= 0 && to < x->n)
		return (u32)to;
	x86_only_safe(x, "it leads out of the program");
	return x86_aside(x,
			 (struct aside){.kind = ASIDE_FAULT, .fault = FAULT_OP, .slot = (u32)to});
}

/* Goes there; backwards only after a look at the budget. cc: on that condition,
 * else always. */
static void go(struct x86 *x, enum jump_kind kind, u8 cc, s64 to, u32 pc)
{
	u32 over;

	if (!x->safe || to > pc) {
		jump_to(&x->c, kind, cc, landing(x, to));
		return;
	}
	over = label_new(&x->c);
	if (kind == JUMP_IF)
		jump_to(&x->c, JUMP_IF, cc ^ 1, over);
	x86_spend(x, pc);
	jump_to(&x->c, JUMP_ALWAYS, 0, landing(x, to));
	label_here(&x->c, over);
}

/* The low half of a register and a constant. */
static void test_bits(struct code *c, u8 d, u32 imm)
{
	if (imm == UINT32_MAX) {
		rr(c, false, 0x85, d, d);
	} else if (imm < 0x100) {
		rr(c, false, 0xf6 | X_BYTE, 0, d);
		put8(c, (u8)imm);
	} else {
		rr(c, false, 0xf7, 0, d);
		put32(c, imm);
	}
}

static void compare(struct x86 *x, const struct eb *e, bool w, bool bits)
{
	struct code *c = &x->c;
	u8 d = x86_reg[e->dst], s = x86_reg[e->src];

	if (!((e->op - EB_JEQ_32_K) & 1)) {
		s32 imm = (s32)e->imm;

		if (!bits && !imm) {
			rr(c, w, 0x85, d, d);
			return;
		}
		if (!bits && !x->harden) {
			alu_imm(c, w, 7, d, imm);
			return;
		}
		if (!x->harden && (!w || imm >= 0)) {
			test_bits(c, d, (u32)imm);
			return;
		}
		if (!x->harden) {
			rr(c, w, 0xf7, 0, d);
			put32(c, (u32)imm);
			return;
		}
		s = R9;
		x86_const(x, w, s, imm);
	}
	rr(c, w, bits ? 0x85 : 0x39, s, d);
}

/* A comparison with 0 behind the operation that made the number. */
static bool has_flags(const struct x86 *x, const struct eb *e, bool w)
{
	bool equal = e->op == EB_JEQ_32_K || e->op == EB_JEQ_64_K || e->op == EB_JNE_32_K ||
		     e->op == EB_JNE_64_K;

	return equal && !e->imm && x->flags.at == x->c.raw.n && x->flags.at &&
	       x->flags.reg == x86_reg[e->dst] && (w || !x->flags.wide);
}

/* `r0 = constant; exit` stands there. */
static bool is_verdict(const struct x86 *x, s64 pc, u64 *ret)
{
	const struct eb *e;

	if (pc < 0 || pc + 1 >= x->n)
		return false;
	e = &x->ops.op[pc].e;
	if (e->dst || x->ops.op[pc + 1].e.op != EB_EXIT)
		return false;
	*ret = e->op == EB_MOV_32_K ? (u32)e->imm : (u64)e->imm;
	return e->op == EB_MOV_32_K || e->op == EB_MOV_64_K;
}

/* Two verdicts need no jump that may be foreseen wrongly. */
static bool choose(struct x86 *x, u8 cc, s64 to, u32 pc)
{
	struct code *c = &x->c;
	u64 yes, no;

	if (x->safe || x->harden || !is_verdict(x, to, &yes) || !is_verdict(x, pc + 1, &no))
		return false;
	mov_imm_only(c, RAX, no);
	mov_imm_only(c, R10, yes);
	rr(c, true, 0x40 | X_0F | cc, RAX, R10); /* cmov */
	x86_leave(x);
	return true;
}

static void branch(struct x86 *x, const struct eb *e, u32 pc)
{
	u8 nr = e->op - EB_JEQ_32_K, cc = conditions[nr / 4];
	s64 to = ebpf_target(e, pc);

	if (!has_flags(x, e, nr & 2))
		compare(x, e, nr & 2, e->op >= EB_JSET_32_K && e->op <= EB_JSET_64_X);
	if (!choose(x, cc, to, pc))
		go(x, JUMP_IF, cc, to, pc);
}

static void may_goto(struct x86 *x, const struct eb *e, u32 pc)
{
	struct code *c = &x->c;
	u32 on = label_new(c);

	rm(c, true, 0x83, 5, RSP, 0); /* sub [rsp], 1 */
	put8(c, 1);
	jump_to(c, JUMP_IF, CC_AE, on);
	rm(c, true, 0xc7, 0, RSP, 0);
	put32(c, 0);
	go(x, JUMP_ALWAYS, 0, ebpf_target(e, pc), pc);
	label_here(c, on);
}

/* ---- 64-bit immediates ---- */

/* What it stands for; false: nothing, which trusted programs may not name. */
static bool resolve(struct x86 *x, const struct eb *e, u32 pc, u64 *value)
{
	const struct env *env = x->env;

	if (e->op == EB_LDDW || e->op == EB_LDDW_FUNC ||
	    (env->imm64 && env->imm64(env->arg, (enum eb_op)e->op, *value, value)))
		return true;
	if (!x->safe && !x->err)
		x->err = prog_err_at(err_new(OB_NAME,
					     "the 64-bit immediate 0x%llx stands for nothing here",
					     (unsigned long long)*value),
				     x->p, pc);
	return false;
}

static void imm64(struct x86 *x, const struct eb *e, u32 pc)
{
	u8 d = x86_reg[e->dst];
	s64 to = ebpf_target(e, pc);
	u64 value = (u64)e->imm;

	if (e->op == EB_LDDW_FUNC && to >= 0 && to < x->n) {
		jump_to(&x->c, JUMP_LEA, 0, x86_func(x, (u32)to)->entry);
		x->c.jump.v[x->c.jump.n - 1].reg = d;
		return;
	}
	if (e->op == EB_LDDW_FUNC)
		value = 0;
	if (!resolve(x, e, pc, &value)) {
		jump_to(&x->c, JUMP_ALWAYS, 0,
			x86_aside(x, (struct aside){.kind = ASIDE_FAULT,
						    .fault = FAULT_IMM64,
						    .slot = pc,
						    .addr = value}));
		return;
	}
	const64(x, d, value);
}

/* ---- one slot ---- */

static void no_op(struct x86 *x, u32 pc)
{
	x86_only_safe(x, "there is what is no instruction");
	jump_to(&x->c, JUMP_ALWAYS, 0, landing(x, -1));
	x->aside.v[x->aside.n - 1].slot = pc;
}

/* A row of the table that is not here does not build: the compiler misses it. */
static void operation(struct x86 *x, const struct op *o, u32 pc)
{
	const struct eb *e = &o->e;

	switch ((enum eb_form)ebpf_rows[e->op].form) {
	case EBF_ALU_K:
	case EBF_ALU_X:
	case EBF_NEG:
	case EBF_MOVSX:
	case EBF_SWAP:
		x86_alu(x, o);
		return;
	case EBF_JMP_K:
	case EBF_JMP_X:
		branch(x, e, pc);
		return;
	case EBF_JA:
	case EBF_JAL:
		if (e->op == EB_MAY_GOTO)
			may_goto(x, e, pc);
		else
			go(x, JUMP_ALWAYS, 0, ebpf_target(e, pc), pc);
		return;
	case EBF_CALL:
	case EBF_LOCAL:
	case EBF_KFUNC:
	case EBF_CALLX:
		x86_call(x, e, pc);
		return;
	case EBF_EXIT:
		x86_leave(x);
		return;
	case EBF_LDDW:
		imm64(x, e, pc);
		return;
	case EBF_ABS:
	case EBF_IND:
		x86_packet(x, e, pc);
		return;
	case EBF_LDX:
	case EBF_ST:
	case EBF_STX:
	case EBF_ATOMIC:
	case EBF_FETCH:
	case EBF_XCHG:
	case EBF_CMPXCHG:
	case EBF_LOAD_ACQ:
	case EBF_STORE_REL:
		x86_mem(x, o, pc);
		return;
	case EBF_COUNT:
		return;
	}
}

/* From here on the code serves this slot. */
static void piece(struct x86 *x, u32 slot)
{
	u32 label = label_new(&x->c);

	label_here(&x->c, label);
	x->jit->piece[x->jit->pieces++] = (struct jit_piece){label, slot};
}

/* What values.c made. */
static void better(struct x86 *x, const struct op *o, u32 pc)
{
	struct code *c = &x->c;

	u64 value = (u64)x->eb[pc].imm;

	switch (o->e.op) {
	case OP_NOP:
		if (ebpf_rows[x->eb[pc].op].form == EBF_LDDW)
			resolve(x, &x->eb[pc], pc, &value);
		return;
	case OP_LEA_32:
	case OP_LEA_64:
		x86_lea(x, o);
		return;
	case OP_ROL_32:
	case OP_ROL_64:
	case OP_ZX8:
	case OP_ZX16:
		x86_alu(x, o);
		return;
	case OP_LDBE_H:
	case OP_LDBE_W:
	case OP_LDBE_DW:
		x86_load_big(x, o);
		return;
	case OP_LOOKUP:
		x86_lookup(x, o, pc);
		return;
	case OP_JNSET:
		test_bits(c, x86_reg[o->e.dst], (u32)o->e.imm);
		if (!choose(x, CC_E, ebpf_target(&o->e, pc), pc))
			go(x, JUMP_IF, CC_E, ebpf_target(&o->e, pc), pc);
		return;
	}
}

static void slot(struct x86 *x, u32 pc)
{
	const struct op *o = &x->ops.op[pc];

	if (x->ops.mark[pc] & MARK_FUNC) {
		/* From above it is entered without a call: behind its prologue. */
		if (pc && x->safe)
			jump_to(&x->c, JUMP_ALWAYS, 0, pc);
		piece(x, JIT_FRAME);
		x->now = x86_func(x, pc);
		x86_prologue(x);
	}
	label_here(&x->c, pc);
	piece(x, pc);
	if (x->ops.mark[pc] & MARK_START)
		x->flags.at = 0;
	if (x->safe && x->ops.mark[pc] & MARK_START && x->cost[pc]) {
		rm(&x->c, true, 0x81, 5, RBP, ENGINE(E_LEFT));
		put32(&x->c, x->cost[pc]);
	}
	if (o->e.op < EB_COUNT)
		operation(x, o, pc);
	else if (o->e.op < EB_OPS)
		no_op(x, pc);
	else
		better(x, o, pc);
}

/* ---- the whole ---- */

/* Nothing falls into a second half, but a jump may lead there. */
static void second_half(struct x86 *x, u32 pc)
{
	u32 over;

	if (!(x->ops.mark[pc] & MARK_START))
		return;
	over = label_new(&x->c);
	jump_to(&x->c, JUMP_ALWAYS, 0, over);
	slot(x, pc);
	label_here(&x->c, over);
}

static void emit(struct x86 *x)
{
	for (u32 i = 0; i < x->n; i++)
		label_new(&x->c);
	gather_funcs(x);
	x->main_end = label_new(&x->c);
	x->stop = label_new(&x->c);
	x->zero = label_new(&x->c);
	x->check = label_new(&x->c);
	x->callback = label_new(&x->c);
	x->entry_at = label_new(&x->c);
	if (x->safe)
		piece(x, JIT_FRAME);
	x86_begin(x);
	for (u32 pc = 0; pc < x->n; pc++)
		if (x->eb[pc].op == EB_WIDE)
			second_half(x, pc);
		else
			slot(x, pc);
	if (x->safe)
		jump_to(&x->c, JUMP_ALWAYS, 0, landing(x, x->n));
	if (x->safe || x->calls_back)
		piece(x, JIT_FRAME);
	x86_shared(x);
}

static const u8 *at_label(const struct x86 *x, u32 label)
{
	return x->jit->place.rx + x->c.label.v[label].at;
}

static struct ob_err *finish(struct x86 *x)
{
	struct jit *j = x->jit;
	struct ob_err *err = link_code(&x->c, &j->place, &j->size);

	if (err)
		return err;
	j->entry = (env_fn *)(uintptr_t)j->place.rx;
	j->safe = x->safe;
	j->env = x->env;
	j->tail_entry = at_label(x, x->func.v[0].entry);
	if (x->calls_back) {
		j->callback = (env_fn *)(uintptr_t)at_label(x, x->callback);
		j->entry_at = (env_fn *)(uintptr_t)at_label(x, x->entry_at);
	}
	j->func = malloc(x->func.n * sizeof(*j->func));
	j->symbol = malloc(MAX(x->symbol.n, 1u) * sizeof(*j->symbol));
	if (!j->func || !j->symbol)
		return err_nomem();
	for (u32 i = 0; i < x->func.n; i++)
		j->func[i] = at_label(x, x->func.v[i].entry);
	j->funcs = x->func.n;
	if (x->symbol.n)
		memcpy(j->symbol, x->symbol.v, x->symbol.n * sizeof(*j->symbol));
	j->symbols = x->symbol.n;
	for (u32 i = 0; i < j->pieces; i++)
		j->piece[i].at = x->c.label.v[j->piece[i].at].at;
	return NULL;
}

/* Asked once: under a hypervisor cpuid takes microseconds. */
static bool has_movbe(void)
{
	enum { UNKNOWN, NO, YES };
	static u32 known;
	u32 a, b, c, d, answer = __atomic_load_n(&known, __ATOMIC_RELAXED);

	if (answer == UNKNOWN) {
		answer = __get_cpuid(1, &a, &b, &c, &d) && c & bit_MOVBE ? YES : NO;
		__atomic_store_n(&known, answer, __ATOMIC_RELAXED);
	}
	return answer == YES;
}

struct ob_err *x86_compile(struct arena *a, const struct prog *p, const struct env *env,
			   unsigned flags, struct jit *j)
{
	static const struct env none;
	struct x86 *x = arena_new(a, struct x86);

	x->c.a = x->a = a;
	x->p = p;
	x->env = env ? env : &none;
	x->eb = p->ext;
	x->n = p->n;
	x->jit = j;
	x->safe = flags & JIT_SAFE;
	x->harden = flags & JIT_HARDEN;
	x->movbe = !(flags & JIT_PLAIN) && has_movbe();
	x->bmi2 = !(flags & JIT_PLAIN) && __builtin_cpu_supports("bmi2");
	if (x->harden && getrandom(&x->random, sizeof(x->random), 0) < 0)
		x->random = (uintptr_t)x;
	j->piece = calloc((size_t)x->n * 2 + 4, sizeof(*j->piece));
	if (!j->piece)
		return err_nomem();
	x->ops.a = a;
	x->ops.p = p;
	x->ops.n = x->n;
	x->ops.safe = x->safe;
	x->calls_back = takes_addresses(x);
	mark_targets(x);
	if (x->safe)
		measure_stretches(x);
	ops_make(&x->ops);
	/* What is blinded stays the constants that there are. */
	if (!(flags & (JIT_NO_OPT | JIT_HARDEN)))
		ops_simplify(&x->ops);
	emit(x);
	return x->err ? x->err : finish(x);
}

#endif
