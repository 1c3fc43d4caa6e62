/* SPDX-License-Identifier: BSD-2-Clause */
/* What a user of the library does with an extended program, by onebpf.h alone. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "onebpf.h"

static int failed;

static void check(const char *name, bool good)
{
	printf("%s %s%s\n", good ? "ok" : "FAIL", name, good ? "" : ": not as wanted");
	failed |= !good;
}

/* The code of the error, which is destroyed; 0 for none. */
static int code(struct ob_err *err)
{
	int ret = err ? (int)ob_err_code(err) : 0;

	ob_err_destroy(err);
	return ret;
}

static struct ob_prog *assemble(const char *text)
{
	struct ob_prog *p = NULL;
	struct ob_err *err = ob_prog_assemble_ebpf("text", text, strlen(text), &p);

	if (err)
		ob_err_print(err, stdout);
	ob_err_destroy(err);
	return p;
}

/* Every way to prepare a program that this processor has, but for harden. */
static const struct ob_run_opts ways[] = {
	{.engine = OB_ENGINE_INTERP},
	{.engine = OB_ENGINE_JIT},
	{.engine = OB_ENGINE_INTERP, .trusted = true},
	{.engine = OB_ENGINE_JIT, .trusted = true},
};
enum { WAYS = sizeof(ways) / sizeof(*ways) };

static struct ob_run *prepare(const char *text, const struct ob_run_opts *opts, struct ob_prog **p)
{
	struct ob_run *run = NULL;

	*p = assemble(text);
	struct ob_err *err = *p ? ob_run_create(*p, opts, &run) : NULL;
	if (err && ob_err_code(err) == OB_UNSUPPORTED && opts->engine == OB_ENGINE_JIT)
		printf("skip the JIT: %s\n", ob_err_reason(err));
	else if (err)
		check(ob_err_reason(err), false);
	ob_err_destroy(err);
	return run;
}

static bool has_slots(const struct ob_prog *p, const struct ob_ebpf *want, uint32_t n)
{
	uint32_t count;
	const struct ob_ebpf *code = p ? ob_prog_ebpf(p, &count) : NULL;

	return code && count == n && !memcmp(code, want, n * sizeof(*want));
}

static void programs(void)
{
	static const struct ob_ebpf mov[] = {{.code = 0xb7, .imm = 5}, {.code = 0x95}};
	static const struct ob_ebpf bad[] = {{.code = 0xb7, .imm = 5}, {.code = 0xff}};
	static const struct ob_cbpf ret = {.code = 6};
	struct ob_prog *p, *q;
	uint32_t n = 9;
	char text[200] = "";
	FILE *f = fmemopen(text, sizeof(text), "w");

	check("made from slots", !ob_prog_create_ebpf(mov, 2, &p));
	check("slots are given back", has_slots(p, mov, 2) && !ob_prog_code(p, &n) && !n);
	check("it keeps the rules", !ob_prog_check(p, OB_RULES_EBPF));
	check("not those of others", code(ob_prog_check(p, OB_RULES_LINUX)) == OB_REFUSED);
	check("it is listed", !ob_prog_list(p, OB_LIST_TEXT, f));
	check("as text only", code(ob_prog_list(p, OB_LIST_C, f)) == OB_UNSUPPORTED);
	fclose(f);
	q = assemble(text);
	check("the listing is read back", has_slots(q, mov, 2));
	ob_prog_destroy(q);
	ob_prog_destroy(p);
	check("bad slots are refused", !ob_prog_create_ebpf(bad, 2, &p) &&
					       code(ob_prog_check(p, OB_RULES_EBPF)) == OB_REFUSED);
	ob_prog_destroy(p);
	struct ob_err *err = ob_prog_assemble_ebpf("mine", "r0 = 1\nrit\n", 11, &p);
	check("an error has its line",
	      err && ob_err_code(err) == OB_SYNTAX && ob_err_line(err) == 2);
	ob_err_destroy(err);
	check("a classic program has no slots",
	      !ob_prog_create(&ret, 1, &p) && !ob_prog_ebpf(p, &n) && !n);
	check("and is not run here",
	      code(ob_run_create(p, NULL, &(struct ob_run *){NULL})) == OB_UNSUPPORTED);
	check("nor kept to these rules", code(ob_prog_check(p, OB_RULES_EBPF)) == OB_REFUSED);
	ob_prog_destroy(p);
	check("there is a limit", code(ob_prog_create_ebpf(mov, 1 << 25, &p)) == OB_RANGE);
}

static void options(void)
{
	struct ob_run_opts both = {.trusted = true, .unchecked = true};
	struct ob_run_opts budget = {.trusted = true, .budget = 1};
	struct ob_run_opts harden = {.engine = OB_ENGINE_INTERP, .harden = true};
	struct ob_run_opts loose = {.unchecked = true};
	struct ob_prog *p = assemble("r0 = 1\nexit\n"), *bad;
	static const struct ob_ebpf slots[] = {{.code = 0xff}};
	struct ob_run *run = NULL;
	uint64_t r0 = 3;

	check("trusted and unchecked", code(ob_run_create(p, &both, &run)) == OB_REFUSED);
	check("trusted with a budget", code(ob_run_create(p, &budget, &run)) == OB_UNSUPPORTED);
	check("a hardened interpreter", code(ob_run_create(p, &harden, &run)) == OB_UNSUPPORTED);
	ob_prog_destroy(p);
	check("its shape is checked", !ob_prog_create_ebpf(slots, 1, &bad) &&
					      code(ob_run_create(bad, NULL, &run)) == OB_REFUSED);
	check("but not when it is not wanted", !ob_run_create(bad, &loose, &run));
	check("then it faults", code(ob_run_call(run, NULL, 0, &r0)) == OB_FAULT && r0 == 3);
	ob_run_destroy(run);
	ob_prog_destroy(bad);
	ob_run_destroy(NULL);
}

static void calls(const struct ob_run_opts *way)
{
	struct ob_prog *p;
	struct ob_run *run = prepare(
		"r3 = *(u8 *)(r1 + 1)\n*(u8 *)(r1 + 0) = r3\nr0 = r2\nr0 += r3\nexit\n", way, &p);
	uint8_t mem[2] = {1, 200};
	uint64_t r0 = 0;

	if (run) {
		check("the engine that was asked for", ob_run_engine(run) == way->engine);
		check("r1, r2 and r0",
		      !ob_run_call(run, mem, 2, &r0) && r0 == 202 && mem[0] == 200);
		check("the same, fast", ob_run_fast(run, mem, 2) == 202);
		r0 = 7;
		if (!way->trusted)
			check("beyond the memory",
			      code(ob_run_call(run, mem, 1, &r0)) == OB_FAULT && r0 == 7 &&
				      !ob_run_fast(run, mem, 1));
	}
	ob_run_destroy(run);
	ob_prog_destroy(p);
}

static void five_registers(const struct ob_run_opts *way)
{
	struct ob_prog *p;
	struct ob_run *run =
		prepare("r0 = *(u32 *)(r1 + 0)\nr6 = *(u32 *)(r2 + 0)\nr0 += r6\nr0 += r3\n"
			"r0 += r4\nr0 += r5\n*(u32 *)(r2 + 0) = 5\nexit\n",
			way, &p);
	uint32_t a = 1, b = 20;
	struct ob_region region[] = {{&a, sizeof(a), false}, {&b, sizeof(b), true}};
	struct ob_run_args args = {.reg = {(uintptr_t)&a, (uintptr_t)&b, 300, 4000, 50000},
				   .region = region,
				   .regions = 2};
	uint64_t r0 = 0;

	if (run) {
		check("five registers",
		      !ob_run_call_args(run, &args, &r0) && r0 == 54321 && b == 5);
		region[1].writable = false;
		if (!way->trusted)
			check("a region that is only read",
			      code(ob_run_call_args(run, &args, &r0)) == OB_FAULT);
		args.regions = OB_REGIONS_MAX + 1;
		check("too many regions", code(ob_run_call_args(run, &args, &r0)) == OB_RANGE);
	}
	ob_run_destroy(run);
	ob_prog_destroy(p);
}

static uint64_t digits(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
		       struct ob_call *call)
{
	++*(int *)ob_call_arg(call);
	return a + 10 * b + 100 * c + 1000 * d + 10000 * e;
}

static void helpers(const struct ob_run_opts *way)
{
	int called = 0, other = 0;
	struct ob_helper helper[] = {{100000, digits}, {5, digits}};
	struct ob_run_opts opts = *way;
	struct ob_prog *p;
	uint64_t r0 = 0;

	opts.helper = helper;
	opts.helpers = 2;
	opts.arg = &called;
	struct ob_run *run =
		prepare("r1 = 1\nr2 = 2\nr3 = 3\nr4 = 4\nr5 = 5\ncall 100000\nr6 = r0\n"
			"r1 = 0\nr2 = 0\nr3 = 0\nr4 = 0\nr5 = 7\ncall 5\nr0 += r6\nexit\n",
			&opts, &p);
	helper[0].fn = NULL;
	if (run) {
		struct ob_run_args args = {.arg = &other};

		check("helpers, and one in place of ours",
		      !ob_run_call(run, NULL, 0, &r0) && r0 == 124321 && called == 2);
		check("the same, fast", ob_run_fast(run, NULL, 0) == 124321 && called == 4);
		check("the arg of a call", !ob_run_call_args(run, &args, &r0) && other == 2);
	}
	ob_run_destroy(run);
	ob_prog_destroy(p);
}

static void missing_helper(const struct ob_run_opts *way)
{
	struct ob_run *run = NULL;
	struct ob_prog *p = assemble("r0 = 1\nif r2 == 0 goto out\ncall 100000\nout:\nexit\n");
	struct ob_err *err = ob_run_create(p, way, &run);
	uint64_t r0 = 0;
	char mem[1];

	if (way->trusted || err) {
		int why = code(err);

		check("a trusted program names what there is",
		      (way->trusted && why == OB_NAME) ||
			      (way->engine == OB_ENGINE_JIT && why == OB_UNSUPPORTED));
	} else {
		check("a call that is not reached", !ob_run_call(run, NULL, 0, &r0) && r0 == 1);
		check("a call of nothing", code(ob_run_call(run, mem, 1, &r0)) == OB_FAULT);
	}
	ob_run_destroy(run);
	ob_prog_destroy(p);
}

static void budget(const struct ob_run_opts *way)
{
	struct ob_run_opts opts = *way;
	struct ob_prog *p;
	uint64_t r0;

	if (way->trusted)
		return;
	opts.budget = 1000;
	struct ob_run *run =
		prepare("r0 = 0\nagain:\nr0 += 1\nif r0 < 10000 goto again\nexit\n", &opts, &p);
	if (run)
		check("the budget ends a loop", code(ob_run_call(run, NULL, 0, &r0)) == OB_FAULT);
	ob_run_destroy(run);
	ob_prog_destroy(p);
}

static void packet(const struct ob_run_opts *way)
{
	static const struct ob_ebpf slots[] = {{.code = 0x28, .imm = 1}, {.code = 0x95}};
	static const uint8_t bytes[] = {1, 2, 3};
	struct ob_run_args args = {.packet = bytes, .packet_len = sizeof(bytes)};
	struct ob_run *run = NULL;
	struct ob_prog *p;
	uint64_t r0 = 0;

	if (ob_prog_create_ebpf(slots, 2, &p))
		return;
	struct ob_err *err = ob_run_create(p, way, &run);
	if (!err)
		check("a packet load", !ob_run_call_args(run, &args, &r0) && r0 == 0x0203);
	else
		check("no packet load",
		      code(err) == OB_UNSUPPORTED && way->engine == OB_ENGINE_JIT);
	ob_run_destroy(run);
	ob_prog_destroy(p);
}

/* ---- threads ---- */

enum { THREADS = 4, RUNS = 20000 };

static void *work(void *arg)
{
	uint64_t mem[2] = {0, 0}, r0;

	for (uint64_t i = 1; i <= RUNS; i++)
		if (ob_run_call(arg, mem, sizeof(mem), &r0) || r0 != i)
			return arg;
	return mem[0] == RUNS ? NULL : arg;
}

static void threads(const struct ob_run_opts *way)
{
	struct ob_prog *p;
	struct ob_run *run =
		prepare("r3 = *(u64 *)(r1 + 0)\n*(u64 *)(r10 - 8) = r3\nr0 = *(u64 *)(r10 - 8)\n"
			"r0 += 1\n*(u64 *)(r1 + 0) = r0\nexit\n",
			way, &p);
	pthread_t t[THREADS];
	bool good = true;

	for (int i = 0; run && i < THREADS; i++)
		good &= !pthread_create(&t[i], NULL, work, run);
	for (int i = 0; run && good && i < THREADS; i++) {
		void *ret;

		pthread_join(t[i], &ret);
		good &= !ret;
	}
	if (run)
		check("any number of threads", good);
	ob_run_destroy(run);
	ob_prog_destroy(p);
}

int main(void)
{
	static void (*const each[])(const struct ob_run_opts *) = {
		calls, five_registers, helpers, missing_helper, budget, packet, threads};

	programs();
	options();
	for (int i = 0; i < WAYS; i++)
		for (size_t k = 0; k < sizeof(each) / sizeof(*each); k++)
			each[k](&ways[i]);
	return failed;
}
