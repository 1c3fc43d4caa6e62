/* SPDX-License-Identifier: BSD-2-Clause */
/* The C programs that are measured (bench/engines) do on every engine what they
 * do as compiled for this processor. */
#include "../../bench/programs.h"
#include "check/check.h"
#include "jit/jit.h"
#include "sys/sys.h"
#include "vm/vm.h"

#include <stdlib.h>

enum { LONG = 20000 };

static const u32 lens[] = {PROGRAM_MEM, 2999, 1000, 517, 120, 63, 7, 0};

static const struct mode {
	const char *name;
	bool jit;
	unsigned flags;
} modes[] = {
	{"interpreter", false, 0},
	{"interpreter, safe", false, VM_SAFE},
	{"JIT", true, 0},
	{"JIT, plain", true, JIT_PLAIN},
	{"JIT, hardened", true, JIT_HARDEN},
	{"JIT, not optimised", true, JIT_NO_OPT},
	{"JIT, safe", true, JIT_SAFE},
};

static const char *top;
static u8 mem[PROGRAM_MEM] __attribute__((aligned(16)));

static void must(struct ob_err *err)
{
	if (!err)
		return;
	ob_err_print(err, stdout);
	exit(1);
}

static u64 run_native(const struct program *p, u32 len, u8 *left)
{
	p->fill(mem);
	u64 r0 = p->native(mem, len);
	memcpy(left, mem, PROGRAM_MEM);
	return r0;
}

static u64 run_mode(const struct mode *m, const struct prog *p, u32 len)
{
	struct region region = {(uintptr_t)mem, len, true};
	struct run r = {.region = &region, .regions = 1};
	struct vm_ebpf *vm = NULL;
	struct jit *jit = NULL;
	u64 r0;

	if (m->jit) {
		must(jit_create(p, NULL, m->flags, &jit));
		r0 = jit_entry(jit)((uintptr_t)mem, len, 0, 0, 0, &r);
	} else {
		must(vm_ebpf_create(p, NULL, m->flags, &vm));
		r0 = vm_ebpf_run(vm, (uintptr_t)mem, len, 0, 0, 0, &r);
	}
	must(run_err(&r, p));
	jit_destroy(jit);
	vm_ebpf_destroy(vm);
	return r0;
}

static bool same(const char *name, const char *mode, u32 len, const u64 r0[2], const u8 *left)
{
	if (r0[0] == r0[1] && !memcmp(mem, left, PROGRAM_MEM))
		return true;
	printf("FAIL %s: %s, of %u bytes: %llx and not %llx%s\n", name, mode, len,
	       (unsigned long long)r0[1], (unsigned long long)r0[0],
	       r0[0] == r0[1] ? ", but other memory" : "");
	return false;
}

static bool on_kernel(const struct program *of, const struct prog *p)
{
	static u8 left[PROGRAM_MEM];
	struct sys_prog *s = NULL;
	struct ob_err *err = sys_prog_load(p, PROGRAM_MEM, &s);
	u64 r0[2];
	u32 ns;

	if (err && (ob_err_code(err) == OB_PERM || ob_err_code(err) == OB_UNSUPPORTED)) {
		printf("skip %s, kernel: %s\n", of->name, ob_err_reason(err));
		ob_err_destroy(err);
		return true;
	}
	must(err);
	r0[0] = run_native(of, PROGRAM_MEM, left);
	of->fill(mem);
	must(sys_prog_run(s, mem, 1, &r0[1], &ns));
	sys_prog_close(s);
	if (!same(of->name, "kernel", PROGRAM_MEM, r0, left))
		return false;
	printf("ok %s, kernel\n", of->name);
	return true;
}

static bool compare(const struct program *of)
{
	static u8 left[PROGRAM_MEM];
	struct prog *p = NULL;
	bool good = true;

	must(program_load(of, top, &p));
	must(check_ebpf(p));
	for (u32 i = 0; i < LEN(lens); i++)
		for (u32 k = 0; k < LEN(modes); k++) {
			u64 r0[2] = {run_native(of, lens[i], left)};

			of->fill(mem);
			r0[1] = run_mode(&modes[k], p, lens[i]);
			good &= same(of->name, modes[k].name, lens[i], r0, left);
		}
	if (good)
		printf("ok %s\n", of->name);
	good &= on_kernel(of, p);
	prog_destroy(p);
	return good;
}

/* All, one behind the other: what the native ones do in this order. */
static bool compare_chain(void)
{
	static u8 left[PROGRAM_MEM];
	struct prog *p = NULL;
	u64 r0[2] = {0};
	bool good = true;
	u32 copies;

	must(program_chain(top, LONG, &p, &copies));
	must(check_ebpf(p));
	programs[0].fill(mem);
	for (u32 i = 0; i < copies; i++)
		r0[0] = programs[i % PROGRAMS].native(mem, PROGRAM_MEM);
	memcpy(left, mem, PROGRAM_MEM);
	for (u32 k = 0; k < LEN(modes); k++) {
		programs[0].fill(mem);
		r0[1] = run_mode(&modes[k], p, PROGRAM_MEM);
		good &= same("chain", modes[k].name, PROGRAM_MEM, r0, left);
	}
	prog_destroy(p);
	if (good)
		printf("ok chain\n");
	return good;
}

int main(void)
{
	bool good = true;

	top = getenv("SRCDIR") ? getenv("SRCDIR") : ".";
	for (u32 i = 0; i < PROGRAMS; i++)
		good &= compare(&programs[i]);
	good &= compare_chain();
	return !good;
}
