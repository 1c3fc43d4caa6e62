/* SPDX-License-Identifier: BSD-2-Clause */
/* What extended programs meet from outside, on both engines: helpers, kernel
 * functions, 64-bit immediates, tail calls, memory by leave, packets, threads;
 * and programs of a million instructions. */
#include <pthread.h>
#include <stdlib.h>

#include "check/check.h"
#include "jit/jit.h"
#include "vm/vm.h"

static u32 failed;

/* An engine in a mode, and a program prepared for it. */
struct code {
	bool jit;
	unsigned flags;
	struct vm_ebpf *vm;
	struct jit *j;
};

static const struct mode {
	const char *name;
	bool jit;
	unsigned flags;
} modes[] = {
	{"interpreter, safe", false, VM_SAFE}, {"interpreter, fast", false, 0},
	{"JIT, safe", true, JIT_SAFE},         {"JIT, fast", true, 0},
	{"JIT, hardened", true, JIT_HARDEN},
};

static const struct mode *mode; /* the one that is tested */

static bool safe(void) { return mode->flags & VM_SAFE; }
/* Trusted machine code goes on behind a helper that found a fault, and a packet
 * load without a packet. */
static bool stops(void) { return safe() || !mode->jit; }

static struct ob_err *prepare(const struct prog *p, const struct env *env, struct code *ret)
{
	*ret = (struct code){.jit = mode->jit};
	return mode->jit ? jit_create(p, env, mode->flags, &ret->j)
			 : vm_ebpf_create(p, env, mode->flags, &ret->vm);
}

static void release(struct code *c)
{
	vm_ebpf_destroy(c->vm);
	jit_destroy(c->j);
	*c = (struct code){0};
}

static const void *raw(const struct code *c) { return c->jit ? (const void *)c->j : c->vm; }

static u64 call(const struct code *c, u64 r1, u64 r2, struct run *r)
{
	return c->jit ? jit_entry(c->j)(r1, r2, 0, 0, 0, r)
		      : vm_ebpf_run(c->vm, r1, r2, 0, 0, 0, r);
}

static struct prog *assemble(const char *text)
{
	struct prog *p = NULL;
	struct ob_err *err = prog_assemble("test", text, strlen(text), &p);

	if (err) {
		ob_err_print(err, stdout);
		exit(1);
	}
	return p;
}

static void expect(const char *what, u64 got, u64 want)
{
	if (got == want)
		return;
	printf("    %s: %s: 0x%llx, not 0x%llx\n", mode->name, what, (unsigned long long)got,
	       (unsigned long long)want);
	failed++;
}

/* A program's whole life; what it returns. */
static u64 run_text(const char *text, const struct env *env, u64 r1, u64 r2, struct run *r)
{
	struct prog *p = assemble(text);
	struct code c;
	struct ob_err *err = prepare(p, env, &c);
	u64 r0 = 0;

	prog_destroy(p); /* which may be destroyed first */
	if (err) {
		ob_err_print(err, stdout);
		failed++;
		return 0;
	}
	r->env = env;
	r0 = call(&c, r1, r2, r);
	release(&c);
	return r0;
}

/* ---- helpers ---- */

static u64 decimal(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	++*(u32 *)r->arg;
	return r1 * 10000 + r2 * 1000 + r3 * 100 + r4 * 10 + r5;
}

static u64 trouble(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	(void)r3, (void)r4, (void)r5;
	r->fault = FAULT_WRITE;
	r->fault_addr = r1;
	r->fault_size = (u32)r2;
	return 99;
}

/* Where the stack is told to be, a helper finds what the program stored. */
static u64 on_stack(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	(void)r2, (void)r3, (void)r4, (void)r5;
	if (r1 - r->stack > r->stack_size || r->stack_size - (r1 - r->stack) < 8)
		return 0;
	return *(u64 *)(uintptr_t)r1;
}

static env_fn *helper(void *arg, u32 id)
{
	(void)arg;
	return id == 5            ? decimal
	       : id == 6          ? trouble
	       : id == 7          ? on_stack
	       : id == 0xffffffff ? decimal
				  : NULL;
}

static env_fn *kfunc(void *arg, u32 id, s32 btf)
{
	(void)arg;
	return id == 500 && btf == 3 ? decimal : NULL;
}

static bool imm64(void *arg, enum eb_op kind, u64 imm, u64 *ret)
{
	if (!arg)
		return false;
	*ret = imm * 16 + (u64)(kind - EB_LDDW);
	return true;
}

#define FIVE "r1 = 1; r2 = 2; r3 = 3; r4 = 4; r5 = 5;"

static void test_calls(void)
{
	u32 times = 0;
	struct run r = {.arg = &times};
	const struct env env = {.helper = helper, .kfunc = kfunc};

	expect("helper", run_text(FIVE "call 5; exit", &env, 0, 0, &r), 12345);
	expect("helper -1", run_text(FIVE ".insn 0xffffffff00000085; exit", &env, 0, 0, &r), 12345);
	expect("kfunc", run_text(FIVE ".insn 0x000001f400032085; exit", &env, 0, 0, &r), 12345);
	expect("callx", run_text(FIVE "r8 = 5; callx r8; exit", &env, 0, 0, &r), 12345);
	expect("kept",
	       run_text("r6 = 6; r9 = 9;" FIVE "call 5; r0 += r6; r0 += r9; exit", &env, 0, 0, &r),
	       12360);
	expect("in a function",
	       run_text("call f; r0 += 1; exit; f:" FIVE "call 5; exit", &env, 0, 0, &r), 12346);
	expect("calls", times, 6);
	if (!stops())
		return;
	expect("fault", run_text("r0 = 1; r1 = 0x77; r2 = 3; call 6; exit", &env, 0, 0, &r), 0);
	expect("its kind", r.fault, FAULT_WRITE);
	expect("its slot", r.fault_pc, 3);
	expect("its address", r.fault_addr, 0x77);
	expect("its size", r.fault_size, 3);
	expect("and later", run_text("r0 = 1; exit", &env, 0, 0, &r), 1);
	expect("none", r.fault, FAULT_NONE);
	expect("fault in a function",
	       run_text("call f; r0 = 5; exit; f: r0 = 1; call 6; exit", &env, 0, 0, &r), 0);
	expect("its slot", r.fault_pc, 4);
	if (!safe())
		return;
	expect("nothing is left",
	       run_text(FIVE "call 5; r0 = r1; r0 |= r2; r0 |= r3; r0 |= r4; "
			     "r0 |= r5; exit",
			&env, 0, 0, &r),
	       0);
	expect("stack",
	       run_text("r1 = 0x55; *(u64 *)(r10 - 512) = r1; r1 = r10; r1 += -512; call "
			"7; exit",
			&env, 0, 0, &r),
	       0x55);
	expect("stack of the caller",
	       run_text("r1 = 0x56; *(u64 *)(r10 - 8) = r1; r1 = r10; r1 += -8; call f; exit; f: "
			"call 7; exit",
			&env, 0, 0, &r),
	       0x56);
	expect("below the stack", run_text("r1 = r10; r1 += -516; call 7; exit", &env, 0, 0, &r),
	       0);
}

static void test_unknown(void)
{
	static const char *const texts[] = {"r0 = 1; call 8; exit",
					    "r0 = 1; .insn 0x000001f500032085; exit",
					    "r0 = 1; r1 = map_fd 9 ll; exit"};
	static const u32 kinds[] = {FAULT_CALL, FAULT_CALL, FAULT_IMM64};
	static const u64 addrs[] = {8, 501, 9};
	const struct env env = {.helper = helper, .kfunc = kfunc, .imm64 = imm64};

	for (u32 i = 0; i < LEN(texts); i++) {
		struct prog *p = assemble(texts[i]);
		struct run r = {.env = &env};
		struct code c;
		struct ob_err *err = prepare(p, &env, &c);

		if (!safe()) {
			expect("an error", err ? ob_err_code(err) : 0, OB_NAME);
			ob_err_destroy(err);
		} else {
			expect("fault", call(&c, 0, 0, &r), 0);
			expect("its kind", r.fault, kinds[i]);
			expect("its slot", r.fault_pc, 1);
			expect("its address", r.fault_addr, addrs[i]);
		}
		release(&c);
		prog_destroy(p);
	}
}

static void test_imm64(void)
{
	char some;
	const struct env env = {.arg = &some, .imm64 = imm64};
	struct run r = {0};

	expect("map_fd", run_text("r0 = map_fd 5 ll; exit", &env, 0, 0, &r), 0x51);
	expect("map_value",
	       run_text(".insn 0x0000000500002018; .insn 0x0000000700000000; exit", &env, 0, 0, &r),
	       0x7000000052);
	expect("btf_id", run_text(".insn 0x0000000500003018; .insn 0; exit", &env, 0, 0, &r), 0x53);
	expect("map_idx", run_text(".insn 0x0000000500005018; .insn 0; exit", &env, 0, 0, &r),
	       0x55);
	expect("map_idx_value",
	       run_text(".insn 0x0000000500006018; .insn 0x0000000700000000; exit", &env, 0, 0, &r),
	       0x7000000056);
	expect("number", run_text("r0 = 5 ll; exit", &env, 0, 0, &r), 5);
}

/* ---- tail calls ---- */

static struct {
	struct code code[4];
	u32 asked;
} tails;

static const void *tail(struct run *r, u64 map, u64 wide)
{
	u32 index = (u32)wide;

	(void)r;
	tails.asked++;
	return map == 0x1234 && index < LEN(tails.code) ? raw(&tails.code[index]) : NULL;
}

static void test_tails(void)
{
	static const char *const texts[] = {
		/* itself, as long as it may, and counts */
		"r2 = *(u64 *)(r1 + 0); r2 += 1; *(u64 *)(r1 + 0) = r2; r6 = r1; r2 = 0x1234; r3 = "
		"0x700000000 ll; call 12; r0 = *(u64 *)(r6 + 0); exit",
		/* in a function: the target comes back to where it was called */
		"r6 = 5; call f; r0 += r6; exit; f: r6 = 100; r2 = 0x1234; r3 = 2; call 12; r0 = "
		"1000; exit",
		"r6 = 7; *(u64 *)(r10 - 8) = r6; r0 = 70; exit",
		/* itself, in a function: all of them wait */
		"call f; r0 += 1; exit; f: r2 = 0x1234; r3 = 3; call 12; r0 = 0; exit"};
	const struct env env = {.tail = tail};
	u64 mem = 0;
	const struct region region = {(uintptr_t)&mem, sizeof(mem), true};
	struct run r = {.env = &env, .region = &region, .regions = 1};
	struct prog *p[LEN(texts)];

	tails.asked = 0;
	for (u32 i = 0; i < LEN(p); i++) {
		p[i] = assemble(texts[i]);
		if (prepare(p[i], &env, &tails.code[i]))
			exit(1);
	}
	expect("as often as it may", call(&tails.code[0], (uintptr_t)&mem, 0, &r), 34);
	expect("tails", r.tails, 33);
	if (!stops())
		r.tails = 0; /* nor does it begin with a clean run */
	expect("from a function", call(&tails.code[1], (uintptr_t)&mem, 0, &r), 75);
	expect("one", r.tails, 1);
	if (!stops())
		r.tails = 0;
	expect("functions of programs that wait", call(&tails.code[3], 0, 0, &r), 34);
	expect("no fault", r.fault, 0);
	expect("no such program", run_text("r2 = 0x1234; r3 = 9; call 12; exit", &env, 0, 0, &r),
	       UINT64_MAX);
	expect("no such map", run_text("r2 = 5; r3 = 0; call 12; exit", &env, 0, 0, &r),
	       UINT64_MAX);
	for (u32 i = 0; i < LEN(p); i++) {
		release(&tails.code[i]);
		prog_destroy(p[i]);
	}
}

/* ---- memory by leave ---- */

static u64 leave[2];

static bool may_touch(struct run *r, u64 addr, u32 size, bool write)
{
	++*(u32 *)r->arg;
	return addr - (uintptr_t)leave <= sizeof(leave) - size &&
	       (!write || addr >= (uintptr_t)&leave[1]);
}

static void test_may_touch(void)
{
	u32 asked = 0;
	const struct env env = {.may_touch = may_touch};
	const u64 table = 6;
	u64 mem = 5;
	const struct region region[] = {{(uintptr_t)&table, 8, false}, {(uintptr_t)&mem, 8, true}};
	struct run r = {.region = region, .regions = 2, .arg = &asked};

	leave[0] = 7;
	expect("read", run_text("r0 = *(u64 *)(r1 + 0); exit", &env, (uintptr_t)leave, 0, &r), 7);
	expect("write",
	       run_text("*(u64 *)(r1 + 8) = 9; r0 = 1; exit", &env, (uintptr_t)leave, 0, &r), 1);
	expect("what was written", leave[1], 9);
	if (!safe())
		return;
	expect("asked", asked, 2);
	run_text("*(u64 *)(r1 + 0) = 9; exit", &env, (uintptr_t)leave, 0, &r);
	expect("no write", r.fault, FAULT_WRITE);
	run_text("r0 = *(u64 *)(r1 + 9); exit", &env, (uintptr_t)leave, 0, &r);
	expect("too far", r.fault, FAULT_READ);
	asked = 0;
	expect("regions",
	       run_text("r0 = *(u64 *)(r1 + 0); r3 = *(u64 *)(r2 + 0); r0 += r3; "
			"*(u64 *)(r2 + 0) = r0; exit",
			&env, (uintptr_t)&table, (uintptr_t)&mem, &r),
	       11);
	expect("nobody asked", asked, 0);
	run_text("r0 = *(u64 *)(r1 + 0); *(u64 *)(r1 + 0) = r0; exit", &env, (uintptr_t)&table, 0,
		 &r);
	expect("a region that may be read only", r.fault, FAULT_WRITE);
}

/* ---- packets ---- */

static void test_packets(void)
{
	static const u8 bytes[] = {0x81, 0x82, 0x83, 0x84, 0x85, 0x86};
	static const struct {
		const char *text;
		u64 r0;
	} cases[] = {
		{"r0 = *(u8 *)skb[5]; exit", 0x86},
		{"r0 = *(u16 *)skb[4]; exit", 0x8586},
		{"r0 = *(u32 *)skb[1]; exit", 0x82838485},
		{"r6 = 3; r0 = *(u8 *)skb[r6 + 2]; exit", 0x86},
		{"r6 = 3; r0 = *(u16 *)skb[r6 + 0]; exit", 0x8485},
		{"r6 = 3; r0 = *(u32 *)skb[r6 - 1]; exit", 0x83848586},
		{"r6 = 0x100000003 ll; r0 = *(u8 *)skb[r6 + 0]; exit", 0x84},
		{"r6 = -1; r0 = *(u8 *)skb[r6 + 1]; exit", 0x81},
		/* beyond the packet the function ends with 0 */
		{"r0 = *(u8 *)skb[6]; r0 = 5; exit", 0},
		{"r0 = *(u16 *)skb[5]; r0 = 5; exit", 0},
		{"r0 = *(u32 *)skb[3]; r0 = 5; exit", 0},
		{"r0 = *(u8 *)skb[-1]; r0 = 5; exit", 0},
		{"r6 = -1; r0 = *(u8 *)skb[r6 + 0]; r0 = 5; exit", 0},
		{"call f; r0 += 7; exit; f: r0 = *(u8 *)skb[6]; r0 = 5; exit", 7},
	};
	u8 *pkt = malloc(sizeof(bytes));
	struct run r = {.pkt = memcpy(pkt, bytes, sizeof(bytes)), .pkt_len = sizeof(bytes)};
	static const struct env env;

	for (u32 i = 0; i < LEN(cases); i++) {
		expect(cases[i].text, run_text(cases[i].text, &env, 0, 0, &r), cases[i].r0);
		expect("fault", r.fault, FAULT_NONE);
	}
	if (safe())
		expect("nothing is left",
		       run_text("r2 = 5; r0 = *(u8 *)skb[0]; r0 = r2; exit", &env, 0, 0, &r), 0);
	r.pkt = NULL;
	if (stops()) {
		run_text("r0 = 1; r0 = *(u8 *)skb[0]; exit", &env, 0, 0, &r);
		expect("no packet", r.fault, FAULT_PACKET);
		expect("its slot", r.fault_pc, 1);
	}
	free(pkt);
}

/* ---- threads ---- */

enum { THREADS = 4, TURNS = 20000 };

struct thread {
	const struct code *code;
	u64 *mem;
	u64 r0;
};

static void *in_thread(void *arg)
{
	struct thread *t = arg;
	static const struct env env;
	const struct region region = {(uintptr_t)t->mem, 32, true};
	struct run r = {.env = &env, .region = &region, .regions = 1};

	t->r0 = call(t->code, (uintptr_t)t->mem, TURNS, &r);
	return NULL;
}

static void test_threads(void)
{
	/* a sum each way that there is: += , fetch, 32 bits, compare and exchange */
	struct prog *p = assemble("again: r3 = 1;"
				  "lock *(u64 *)(r1 + 0) += r3;"
				  "r3 = atomic_fetch_add((u64 *)(r1 + 8), r3);"
				  "r3 = 1;"
				  "lock *(u32 *)(r1 + 16) += w3;"
				  "retry: r0 = *(u64 *)(r1 + 24);"
				  "r4 = r0;"
				  "r5 = r0;"
				  "r5 += 1;"
				  "r0 = cmpxchg_64(r1 + 24, r0, r5);"
				  "if r0 != r4 goto retry;"
				  "r2 += -1;"
				  "if r2 != 0 goto again;"
				  "r0 = 1; exit");
	static const struct env env;
	u64 mem[4] = {0};
	struct thread t[THREADS];
	pthread_t id[THREADS];
	struct code c;

	if (prepare(p, &env, &c))
		exit(1);
	for (u32 i = 0; i < THREADS; i++) {
		t[i] = (struct thread){&c, mem, 0};
		pthread_create(&id[i], NULL, in_thread, &t[i]);
	}
	for (u32 i = 0; i < THREADS; i++) {
		pthread_join(id[i], NULL);
		expect("ended", t[i].r0, 1);
	}
	for (u32 i = 0; i < 4; i++)
		expect("sum", mem[i], THREADS * TURNS);
	release(&c);
	prog_destroy(p);
}

/* ---- large programs ---- */

enum { MILLION = 1000000 };

static void run_large(const char *what, struct eb *e, u32 n, u64 want, u64 count)
{
	struct ob_ebpf *stored = malloc(n * sizeof(*stored));
	static const struct env env;
	struct run r = {.env = &env};
	struct prog *p;
	struct code c;

	ebpf_encode(e, n, stored);
	if (prog_create_ebpf(stored, n, &p))
		exit(1);
	struct ob_err *err = check_ebpf(p);
	if (!err)
		err = prepare(p, &env, &c);
	if (err) {
		ob_err_print(err, stdout);
		exit(1);
	}
	expect(what, call(&c, 0, 0, &r), want);
	expect("fault", r.fault, FAULT_NONE);
	if (safe())
		expect("count", r.count, count);
	release(&c);
	prog_destroy(p);
	free(stored);
}

static void test_large(void)
{
	struct eb *e = malloc(MILLION * sizeof(*e));

	for (u32 i = 0; i < MILLION; i++)
		e[i] = (struct eb){.op = EB_ADD_64_K, .imm = 1};
	e[0] = (struct eb){.op = EB_MOV_64_K};
	e[MILLION - 1] = (struct eb){.op = EB_EXIT};
	run_large("straight", e, MILLION, MILLION - 2, MILLION);

	/* over everything by one gotol, and back by another */
	e[1] = (struct eb){.op = EB_JAL, .off = MILLION - 6};
	e[2] = (struct eb){.op = EB_EXIT};
	e[MILLION - 4] = (struct eb){.op = EB_MOV_64_K, .imm = 7};
	e[MILLION - 3] = (struct eb){.op = EB_JAL, .off = -(MILLION - 4)};
	run_large("gotol", e, MILLION, 7, 5);

	/* hops of the longest short jumps, forward, then a conditional one each */
	for (u32 i = 1; i < MILLION - 1; i++)
		e[i] = (struct eb){.op = EB_ADD_64_K, .imm = 1};
	u32 hops = 0;
	for (u32 i = 1; i + 32768 < MILLION - 1; i += 32768, hops++)
		e[i] = (struct eb){.op = hops % 2 ? EB_JA : EB_JNE_64_K, .off = 32767, .imm = -1};
	u32 rest = MILLION - 2 - hops * 32768;
	run_large("hops", e, MILLION, rest, 2 + hops + rest);

	/* a chain of calls to functions far away */
	for (u32 i = 0; i < MILLION; i++)
		e[i] = (struct eb){.op = EB_EXIT};
	for (u32 i = 0; i < 7; i++) {
		u32 at = i * 140000;

		e[at] = (struct eb){.op = EB_CALL_LOCAL, .off = 140000 - 1};
		e[at + 1] = (struct eb){.op = EB_ADD_64_K, .imm = 1 << i};
	}
	e[7 * 140000] = (struct eb){.op = EB_MOV_64_K, .imm = 1000};
	run_large("calls", e, MILLION, 1127, 7 + 2 + 7 * 2);
	free(e);
}

/* ---- programs of any bytes: no crash, and what runs ends ---- */

static struct ob_ebpf junk_slot(u64 seed)
{
	u64 a = hash_u64(seed), b = hash_u64(~seed);
	struct eb e = {.op = (u8)(a % EB_COUNT),
		       .dst = (u8)(a >> 8) % EBPF_REGS,
		       .src = (u8)(a >> 16) % EBPF_REGS,
		       .off = (s32)(a >> 24 & 15) - 6,
		       .imm = (s32)(a >> 32 & 15) - 6};
	struct ob_ebpf ret;

	ebpf_encode(&e, 1, &ret);
	if (b % 8 == 0) {
		memcpy(&a, &ret, sizeof(a));
		a ^= 1ull << (b >> 8 & 63);
		memcpy(&ret, &a, sizeof(ret));
	}
	return ret;
}

static void test_junk(void)
{
	static const struct env env;
	u64 s = 1, ran = 0;

	for (u32 k = 0; k < 4000; k++) {
		struct ob_ebpf code[24];
		struct run r = {.env = &env, .budget = 1000};
		struct prog *p;
		struct code c;

		for (u32 i = 0; i < LEN(code); i++)
			code[i] = junk_slot(s++);
		if (prog_create_ebpf(code, LEN(code), &p))
			exit(1);
		ob_err_destroy(check_ebpf(p));
		if (prepare(p, &env, &c))
			exit(1);
		call(&c, 0, 0, &r);
		ran += r.count;
		release(&c);
		prog_destroy(p);
	}
	expect("some ran", ran > 8000, 1);
}

int main(void)
{
	static const struct {
		const char *name;
		void (*run)(void);
		bool safe_only;
	} tests[] = {
		{"calls", test_calls, false},
		{"unknown", test_unknown, false},
		{"imm64", test_imm64, false},
		{"tails", test_tails, false},
		{"may_touch", test_may_touch, false},
		{"packets", test_packets, false},
		{"threads", test_threads, false},
		{"large", test_large, false},
		{"junk", test_junk, true},
	};
	u32 all = 0;

	for (u32 i = 0; i < LEN(tests); i++) {
		failed = 0;
		for (u32 k = 0; k < LEN(modes); k++) {
			mode = &modes[k];
			if ((!mode->jit || jit_here()) && (!tests[i].safe_only || safe()))
				tests[i].run();
		}
		printf("%s %s\n", failed ? "FAIL" : "ok", tests[i].name);
		all += failed;
	}
	return all != 0;
}
