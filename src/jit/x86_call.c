/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions and calls.
 *
 * r1 to r5 and the run lie where the C convention has its six arguments, so that
 * a helper is called as it is. rbp is the run while a program needs it, r12 is
 * r10. A function saves what it writes of r6 to r9; safe functions save them
 * all, so that even a jump into another function leaves by a fitting door. Their
 * frames lie in one block apart from the machine's stack. */
#include "jit/x86.h"

#include <errno.h>

enum { MAY_GOTO_MAX = 1 << 23, ARGS = 6, PAGE = 4096 };

static const u8 kept[] = {RBX, R13, R14, R15}; /* r6 to r9 */
static const u8 args[ARGS] = {RDI, RSI, RDX, RCX, R8, R9};

static bool is_main(const struct x86 *x) { return x->now == x->func.v; }

static void add_sp(struct code *c, s32 n)
{
	if (n)
		alu_imm(c, true, n < 0 ? 5 : 0, RSP, n < 0 ? -n : n);
}

/* Of the registers that a fast function must save, in the order of pushing. */
static u32 to_save(const struct x86 *x, u8 *reg)
{
	u32 n = 0;

	if (is_main(x) && x->needs_run)
		reg[n++] = RBP;
	if (x->now->fp)
		reg[n++] = R12;
	for (u32 i = 0; i < LEN(kept); i++)
		if (x->now->writes & 1 << (6 + i))
			reg[n++] = kept[i];
	return n;
}

/* Of fast code, whose helpers call back without a check. */
static void tell_callback(struct x86 *x)
{
	if (!x->calls_back)
		return;
	jump_to(&x->c, JUMP_LEA, 0, x->callback);
	x->c.jump.v[x->c.jump.n - 1].reg = R10;
	rm(&x->c, true, 0x89, R10, RBP, RUN(call));
}

static void fast_prologue(struct x86 *x)
{
	struct func *f = x->now;
	u8 reg[6];
	u32 n = to_save(x, reg), room = (f->fp ? EBPF_STACK : 0) + (f->may_goto ? 8 : 0);

	if ((f->calls || f->may_goto) && (8 + 8 * n + room) % 16)
		room += 8;
	f->room = room;
	for (u32 i = 0; i < n; i++)
		push(&x->c, reg[i]);
	if (is_main(x) && x->needs_run) {
		mov(&x->c, true, RBP, R9);
		tell_callback(x);
	}
	if (f->fp)
		mov(&x->c, true, R12, RSP);
	add_sp(&x->c, -(s32)room);
}

static void loops(struct x86 *x)
{
	rm(&x->c, true, 0xc7, 0, RSP, 0);
	put32(&x->c, MAY_GOTO_MAX);
}

void x86_prologue(struct x86 *x)
{
	label_here(&x->c, x->now->entry);
	if (!x->safe) {
		fast_prologue(x);
		if (x->now->may_goto)
			loops(x);
		return;
	}
	for (u32 i = 0; i < LEN(kept); i++)
		push(&x->c, kept[i]);
	add_sp(&x->c, -24);
	loops(x);
	jump_to(&x->c, JUMP_CALL, 0, x->zero);
}

void x86_epilogue(struct x86 *x)
{
	u8 reg[6];
	u32 n = LEN(kept);

	if (x->safe) {
		memcpy(reg, kept, sizeof(kept));
		add_sp(&x->c, 24);
	} else {
		n = to_save(x, reg);
		add_sp(&x->c, (s32)x->now->room);
	}
	while (n)
		pop(&x->c, reg[--n]);
}

void x86_leave(struct x86 *x)
{
	x86_epilogue(x);
	put8(&x->c, 0xc3);
}

/* In safe mode: what a call leaves in r1 to r5. */
void x86_clobber(struct x86 *x)
{
	for (u32 i = 1; x->safe && i <= 5; i++)
		mov_imm(&x->c, x86_reg[i], 0);
}

/* In safe mode: the budget is looked at. */
void x86_spend(struct x86 *x, u32 pc)
{
	if (!x->safe)
		return;
	rm(&x->c, true, 0x83, 7, RBP, ENGINE(E_LEFT));
	put8(&x->c, 0);
	jump_to(&x->c, JUMP_IF, CC_L,
		x86_aside(x,
			  (struct aside){.kind = ASIDE_FAULT, .fault = FAULT_BUDGET, .slot = pc}));
}

/* ---- calls of C ---- */

static void call_c(struct x86 *x, const void *fn)
{
	vec_push(x->a, x->c.jump) =
		(struct jump){.at = x->c.raw.n, .kind = JUMP_OUT, .addr = (u64)(uintptr_t)fn};
	put8(&x->c, 0);
}

static void tell_run(struct x86 *x)
{
	struct code *c = &x->c;

	if (!x->safe)
		return;
	if (x->calls_back) {
		mov_imm(c, R10, (u64)(uintptr_t)x->jit);
		rm(c, true, 0x89, R10, RBP, ENGINE(E_JIT));
	}
	rm(c, true, 0x8d, R10, R12, -EBPF_STACK);
	rm(c, true, 0x89, R10, RBP, RUN(stack));
	rm(c, true, 0x8b, R11, RBP, ENGINE(E_TOP));
	rr(c, true, 0x29, R10, R11);
	rm(c, true, 0x89, R11, RBP, RUN(stack_size));
}

/* A helper may have ended the run. */
static void after_helper(struct x86 *x, u32 pc)
{
	if (!x->safe)
		return;
	rm(&x->c, false, 0x83, 7, RBP, RUN(fault));
	put8(&x->c, 0);
	jump_to(&x->c, JUMP_IF, CC_NE,
		x86_aside(x, (struct aside){.kind = ASIDE_SLOT, .slot = pc}));
	x86_clobber(x);
}

/* bpf_loop without a helper between: rbx counts, r13 is the end, r14 the function, r15
 * its context. */
static void call_loop(struct x86 *x)
{
	struct code *c = &x->c;
	u32 again = label_new(c), done = label_new(c), end = label_new(c);
	u32 bad = label_new(c), many = label_new(c);

	rr(c, true, 0x85, RCX, RCX);
	jump_to(c, JUMP_IF, CC_NE, bad);
	alu_imm(c, false, 7, RDI, ENV_LOOPS_MAX);
	jump_to(c, JUMP_IF, CC_A, many);
	for (u32 i = 0; i < LEN(kept); i++)
		push(c, kept[i]);
	mov_imm(c, RBX, 0);
	mov(c, false, R13, RDI);
	mov(c, true, R14, RSI);
	mov(c, true, R15, RDX);
	rr(c, false, 0x85, R13, R13);
	jump_to(c, JUMP_IF, CC_E, done);
	label_here(c, again);
	mov(c, false, RDI, RBX);
	mov(c, true, RSI, R15);
	rr(c, false, 0xff, 2, R14); /* call */
	rr(c, false, 0xff, 0, RBX); /* inc */
	rr(c, true, 0x85, RAX, RAX);
	jump_to(c, JUMP_IF, CC_NE, done);
	rr(c, false, 0x39, R13, RBX);
	jump_to(c, JUMP_IF, CC_B, again);
	label_here(c, done);
	mov(c, false, RAX, RBX);
	for (u32 i = LEN(kept); i-- > 0;)
		pop(c, kept[i]);
	jump_to(c, JUMP_ALWAYS, 0, end);
	label_here(c, bad);
	mov_imm(c, RAX, (u64)-EINVAL);
	jump_to(c, JUMP_ALWAYS, 0, end);
	label_here(c, many);
	mov_imm(c, RAX, (u64)-E2BIG);
	label_here(c, end);
}

static void call_helper(struct x86 *x, const struct eb *e, u32 pc)
{
	const struct env *env = x->env;
	env_fn *fn = NULL;

	if (e->op == EB_CALL && env->helper)
		fn = env->helper(env->arg, (u32)e->imm);
	else if (e->op == EB_CALL_KFUNC && env->kfunc)
		fn = env->kfunc(env->arg, (u32)e->imm, e->off);
	if (!fn && !x->safe && !x->err)
		x->err = prog_err_at(err_new(OB_NAME,
					     e->op == EB_CALL
						     ? "there is no helper %u here"
						     : "there is no kernel function %u here",
					     (u32)e->imm),
				     x->p, pc);
	if (!fn) {
		jump_to(&x->c, JUMP_ALWAYS, 0,
			x86_aside(x, (struct aside){.kind = ASIDE_FAULT,
						    .fault = FAULT_CALL,
						    .slot = pc,
						    .addr = (u32)e->imm}));
		return;
	}
	vec_push(x->a, x->symbol) = (struct jit_symbol){(u64)(uintptr_t)fn, (u32)e->imm};
	tell_run(x);
	mov(&x->c, true, R9, RBP);
	call_c(x, (const void *)fn);
	after_helper(x, pc);
}

/* r0 = 0, or base + stride * (index * slots + slot); r1 and r3 go. */
static void lookup_array(struct x86 *x, const struct env_lookup *l)
{
	struct code *c = &x->c;
	u32 end = label_new(c);

	rm(c, false, 0x8b, RDI, RSI, 0);
	mov_imm(c, RAX, 0);
	alu_imm(c, false, 7, RDI, (s32)l->max);
	jump_to(c, JUMP_IF, CC_AE, end);
	if (l->slots > 1) {
		rr(c, true, 0x69, RDI, RDI); /* imul rdi, rdi, slots */
		put32(c, l->slots);
	}
	if (l->slots) {
		rm(c, false, 0x8b, RDX, RBP, RUN(slot));
		rr(c, true, 0x01, RDX, RDI);
	}
	mov_imm(c, RAX, l->base);
	if (l->stride == 8) {
		rmx(c, true, 0x8d, RAX, RAX, RDI, 3, 0);
	} else {
		rr(c, true, 0x69, RDI, RDI);
		put32(c, l->stride);
		rr(c, true, 0x01, RDI, RAX);
	}
	label_here(c, end);
}

void x86_lookup(struct x86 *x, const struct op *o, u32 pc)
{
	const struct eb *map = &x->eb[o->disp];
	struct env_lookup l = {0};
	u64 value;

	if (!x->env->imm64 ||
	    !x->env->imm64(x->env->arg, (enum eb_op)map->op, (u64)map->imm, &value))
		return; /* the immediate's own slot has said so */
	if (!x->env->lookup || !x->env->lookup(x->env->arg, value, &l) || (!l.base && !l.fn)) {
		mov_imm(&x->c, RDI, value);
		call_helper(x, &x->eb[pc], pc);
	} else if (l.base) {
		lookup_array(x, &l);
	} else {
		mov_imm(&x->c, RDI, value);
		rm(&x->c, false, 0x8b, RDX, RBP, RUN(slot));
		call_c(x, l.fn);
	}
}

static void tail_call(struct x86 *x, u32 pc)
{
	struct code *c = &x->c;
	u32 on = label_new(c);

	x86_spend(x, pc);
	push(c, RDI);
	add_sp(c, -8);
	mov(c, true, RDI, RBP);
	mov_imm(c, RCX, (u64)(uintptr_t)x->env);
	call_c(x, (const void *)tail_target);
	add_sp(c, 8);
	pop(c, RDI);
	rr(c, true, 0x85, RAX, RAX);
	jump_to(c, JUMP_IF, CC_E, on);
	for (u32 i = 2; x->safe && i <= 5; i++)
		mov_imm(c, x86_reg[i], 0);
	if (!x->safe)
		mov(c, true, R9, RBP);
	x86_epilogue(x);
	rr(c, false, 0xff, 4, RAX); /* jmp rax */
	label_here(c, on);
	mov_imm(c, RAX, UINT64_MAX);
	x86_clobber(x);
}

/* ---- calls of the program's own functions ---- */

static void enter(struct x86 *x, u32 pc)
{
	struct code *c = &x->c;

	rm(c, false, 0x8b, R10, RBP, RUN(depth));
	rm(c, false, 0x3b, R10, RBP, RUN(deepest));
	jump_to(c, JUMP_IF, CC_AE,
		x86_aside(x,
			  (struct aside){.kind = ASIDE_FAULT, .fault = FAULT_DEPTH, .slot = pc}));
}

static void deeper(struct x86 *x)
{
	rm(&x->c, false, 0xff, 0, RBP, RUN(depth)); /* inc */
	alu_imm(&x->c, true, 5, R12, EBPF_STACK);
}

/* The function may have gone on in another program. */
static void back(struct x86 *x)
{
	if (x->tails) {
		mov_imm(&x->c, R10, (u64)(uintptr_t)x->env);
		rm(&x->c, true, 0x89, R10, RBP, RUN(env));
	}
	alu_imm(&x->c, true, 0, R12, EBPF_STACK);
	rm(&x->c, false, 0xff, 1, RBP, RUN(depth)); /* dec */
}

static void call_local(struct x86 *x, const struct eb *e, u32 pc)
{
	s64 to = ebpf_target(e, pc);

	x86_spend(x, pc);
	if (x->safe)
		enter(x, pc);
	if (to < 0 || to >= x->n) {
		x86_only_safe(x, "it calls out of the program");
		jump_to(&x->c, JUMP_ALWAYS, 0,
			x86_aside(x, (struct aside){.kind = ASIDE_FAULT,
						    .fault = FAULT_OP,
						    .slot = (u32)to}));
		return;
	}
	if (x->safe)
		deeper(x);
	else if (!to && x->needs_run) /* the first function takes it from there */
		mov(&x->c, true, R9, RBP);
	jump_to(&x->c, JUMP_CALL, 0, x86_func(x, (u32)to)->entry);
	if (x->safe)
		back(x);
}

static void callx(struct x86 *x, const struct eb *e, u32 pc)
{
	struct code *c = &x->c;
	u32 local = label_new(c), done = label_new(c);

	x86_spend(x, pc);
	mov(c, true, R11, x86_reg[e->dst]);
	for (u32 i = 0; i < ARGS; i++)
		push(c, args[i]);
	mov(c, true, RDI, RBP);
	mov(c, true, RSI, R11);
	mov_imm(c, RDX, (u64)(uintptr_t)x->jit);
	call_c(x, (const void *)safe_callx);
	for (u32 i = ARGS; i-- > 0;)
		pop(c, args[i]);
	rr(c, true, 0x85, RAX, RAX);
	jump_to(c, JUMP_IF, CC_E,
		x->safe ? x86_aside(x, (struct aside){.kind = ASIDE_SLOT, .slot = pc}) : done);
	rm(c, false, 0x83, 7, RBP, ENGINE(E_LOCAL));
	put8(c, 0);
	jump_to(c, JUMP_IF, CC_NE, local);
	tell_run(x);
	mov(c, true, R9, RBP);
	rr(c, false, 0xff, 2, RAX); /* call rax */
	after_helper(x, pc);
	jump_to(c, JUMP_ALWAYS, 0, done);
	label_here(c, local);
	if (x->safe) {
		enter(x, pc);
		deeper(x);
	}
	mov(c, true, R9, RBP);
	rr(c, false, 0xff, 2, RAX);
	if (x->safe)
		back(x);
	label_here(c, done);
}

void x86_call(struct x86 *x, const struct eb *e, u32 pc)
{
	if (e->op == EB_CALL_LOCAL)
		call_local(x, e, pc);
	else if (e->op == EB_CALLX)
		callx(x, e, pc);
	else if (e->op == EB_CALL && e->imm == EBPF_TAIL_CALL && x->env->tail)
		tail_call(x, pc);
	else if (e->op == EB_CALL && !x->safe && e->imm && (u32)e->imm == x->env->loop)
		call_loop(x);
	else
		call_helper(x, e, pc);
}

/* ---- the pieces that safe functions share ---- */

static const u8 saved[] = {RBP, RBX, R12, R13, R14, R15};

static void save(struct code *c)
{
	for (u32 i = 0; i < LEN(saved); i++)
		push(c, saved[i]);
}

static void restore(struct code *c)
{
	for (u32 i = LEN(saved); i-- > 0;)
		pop(c, saved[i]);
}

static s32 frames(const struct x86 *x)
{
	return (x->tails ? EBPF_FRAMES_MOST : EBPF_FRAMES) * EBPF_STACK;
}

/* Page by page, so that a stack that is too short ends at its guard. */
static void make_room(struct x86 *x)
{
	struct code *c = &x->c;
	s32 n = frames(x) + 8, pages = n / PAGE;

	if (pages > 1) {
		mov_imm(c, R11, (u64)pages);
		u32 again = c->raw.n;
		add_sp(c, -PAGE);
		put(c, "\x48\x83\x0c\x24\x00", 5); /* or qword [rsp], 0 */
		rr(c, false, 0xff, 1, R11);        /* dec */
		put8(c, 0x75);
		put8(c, (u8)(again - (c->raw.n + 1)));
		n -= pages * PAGE;
	}
	add_sp(c, -n);
}

/* The entry of a safe program: saves what C wants saved, makes room for the
 * frames. Then a function is called. */
static void begin(struct x86 *x)
{
	struct code *c = &x->c;

	save(c);
	make_room(x);
	mov(c, true, RBP, R9);
	rm(c, true, 0x8d, R12, RSP, frames(x));
	for (u32 i = 0; i < ARGS; i++)
		push(c, args[i]);
	mov(c, true, RDI, RBP);
	mov(c, true, RSI, R12);
	mov_imm(c, RDX, (u64)(uintptr_t)x->env);
	call_c(x, (const void *)safe_begin);
	for (u32 i = ARGS; i-- > 0;)
		pop(c, args[i]);
	rm(c, true, 0x89, RSP, RBP, ENGINE(E_SP));
}

/* The program's first function is run. */
void x86_begin(struct x86 *x)
{
	struct code *c = &x->c;

	if (!x->safe)
		return;
	begin(x);
	jump_to(c, JUMP_CALL, 0, x->func.v[0].entry);
	label_here(c, x->main_end);
	rm(c, true, 0x8b, R10, RBP, ENGINE(E_LIMIT));
	rm(c, true, 0x2b, R10, RBP, ENGINE(E_LEFT));
	rm(c, true, 0x89, R10, RBP, RUN(count));
	add_sp(c, frames(x) + 8);
	restore(c);
	put8(c, 0xc3);
}

/* A frame of zeros, and r0 and r6 to r9. */
static void zero_piece(struct x86 *x)
{
	struct code *c = &x->c;

	label_here(c, x->zero);
	rm(c, true, 0x8d, R10, R12, -EBPF_STACK);
	mov_imm(c, R11, EBPF_STACK / 16);
	put(c, "\x66\x0f\xef\xc0", 4); /* pxor xmm0, xmm0 */
	u32 again = c->raw.n;
	put(c, "\x41\x0f\x11\x02", 4); /* movups [r10], xmm0 */
	alu_imm(c, true, 0, R10, 16);
	rr(c, false, 0xff, 1, R11); /* dec */
	put8(c, 0x75);
	put8(c, (u8)(again - (c->raw.n + 1)));
	mov_imm(c, RAX, 0);
	for (u32 i = 0; i < LEN(kept); i++)
		mov_imm(c, kept[i], 0);
	put8(c, 0xc3);
}

/* r11: address, r10: what, r9: slot. */
static void check_piece(struct x86 *x)
{
	static const u8 used[] = {RAX, RDI, RSI, RDX, RCX, R8, R11};
	struct code *c = &x->c;

	label_here(c, x->check);
	for (u32 i = 0; i < LEN(used); i++)
		push(c, used[i]);
	mov(c, true, RDI, RBP);
	mov(c, true, RSI, R11);
	mov(c, false, RDX, R10);
	mov(c, false, RCX, R9);
	call_c(x, (const void *)safe_check);
	put(c, "\x84\xc0", 2); /* test al, al */
	for (u32 i = LEN(used); i-- > 0;)
		pop(c, used[i]);
	jump_to(c, JUMP_IF, CC_E, x->stop);
	put8(c, 0xc3);
}

static void aside_piece(struct x86 *x, const struct aside *s)
{
	struct code *c = &x->c;

	label_here(c, s->label);
	if (s->kind == ASIDE_CHECK) {
		mov_imm(c, R9, s->slot);
		mov_imm(c, R10, s->what);
		jump_to(c, JUMP_CALL, 0, x->check);
		jump_to(c, JUMP_ALWAYS, 0, s->back);
		return;
	}
	if (s->kind == ASIDE_FAULT) {
		rm(c, false, 0xc7, 0, RBP, RUN(fault));
		put32(c, s->fault);
		mov_imm(c, R10, s->addr);
		rm(c, true, 0x89, R10, RBP, RUN(fault_addr));
	}
	if (s->kind == ASIDE_SLOT && x->calls_back) {
		rm(c, false, 0x80, 7, RBP, RUN(fault_inside));
		put8(c, 0);
		jump_to(c, JUMP_IF, CC_NE, x->stop);
	}
	rm(c, false, 0xc7, 0, RBP, RUN(fault_pc));
	put32(c, s->slot);
	jump_to(c, JUMP_ALWAYS, 0, x->stop);
}

/* Callbacks of run->fn: from C, and as a run. */

static void fast_callbacks(struct x86 *x)
{
	struct code *c = &x->c;

	label_here(c, x->callback);
	push(c, RBP);
	mov(c, true, RBP, R9);
	rm(c, false, 0xff, 2, RBP, RUN(fn)); /* call */
	pop(c, RBP);
	put8(c, 0xc3);
	label_here(c, x->entry_at);
	push(c, RBP);
	mov(c, true, RBP, R9);
	tell_callback(x);
	rm(c, false, 0xff, 2, RBP, RUN(fn));
	pop(c, RBP);
	put8(c, 0xc3);
}

static void safe_callbacks(struct x86 *x)
{
	struct code *c = &x->c;

	label_here(c, x->callback);
	save(c);
	add_sp(c, -8);
	mov(c, true, RBP, R9);
	rm(c, true, 0x8b, R12, RBP, RUN(stack));
	rm(c, true, 0x89, RSP, RBP, ENGINE(E_SP));
	rm(c, false, 0xff, 2, RBP, RUN(fn));
	add_sp(c, 8);
	restore(c);
	put8(c, 0xc3);
	label_here(c, x->entry_at);
	begin(x);
	rm(c, false, 0xff, 2, RBP, RUN(fn));
	jump_to(c, JUMP_ALWAYS, 0, x->main_end);
}

/* A fault ends what was called where E_SP was the stack, as if it returned. */
void x86_shared(struct x86 *x)
{
	struct code *c = &x->c;

	if (x->calls_back && !x->safe)
		fast_callbacks(x);
	if (!x->safe)
		return;
	for (u32 i = 0; i < x->aside.n; i++)
		aside_piece(x, &x->aside.v[i]);
	label_here(c, x->stop);
	rm(c, true, 0x8b, RSP, RBP, ENGINE(E_SP));
	add_sp(c, -8);
	mov_imm(c, RAX, 0);
	put8(c, 0xc3);
	zero_piece(x);
	check_piece(x);
	if (x->calls_back)
		safe_callbacks(x);
}
