/* SPDX-License-Identifier: BSD-2-Clause */
/* Random extended programs in the running kernel: what its verifier takes gives
 * the same there as on our engines.
 * Usage: ebpf_kernel [programs [seed]] */
#include "engines_ebpf.h"
#include "sys/sys.h"

static u64 runs = 3000, seed = 1, taken, refused;

static bool differ(const char *what, u64 ours, u64 theirs)
{
	eng_show(stdout);
	printf("    %s: 0x%llx, in the kernel 0x%llx\n", what, (unsigned long long)ours,
	       (unsigned long long)theirs);
	return false;
}

/* Needs: the program is in w. */
static bool in_kernel(struct sys_prog *s, const struct done *ours)
{
	u8 mem[GEN_MEM];
	u64 r0;
	u32 ns;

	memcpy(mem, w.fresh, GEN_MEM);
	struct ob_err *err = sys_prog_run(s, mem, 1, &r0, &ns);
	if (err) {
		ob_err_print(err, stdout);
		ob_err_destroy(err);
		return false;
	}
	if (ours->fault) /* what the kernel takes does not fail */
		return differ("fault", ours->fault, 0);
	if (r0 != ours->r0)
		return differ("r0", ours->r0, r0);
	for (u32 i = 0; i < GEN_MEM; i++)
		if (mem[i] != ours->mem[i])
			return differ("memory", ours->mem[i], mem[i]);
	return true;
}

static bool one(u64 nr)
{
	struct sys_prog *s = NULL;
	struct done ours;
	bool ok = eng_compare(GEN_KERNEL, nr, NULL, 0, &ours);

	if (!ok) {
		eng_show(stdout);
		printf("    %s\n", w.why);
	} else {
		struct ob_err *err = sys_prog_load(w.prog[0], GEN_MEM, &s);

		taken += !err;
		refused += err != NULL;
		ok = err || in_kernel(s, &ours);
		ob_err_destroy(err);
		sys_prog_close(s);
	}
	eng_done();
	return ok;
}

/* Why the kernel cannot be asked at all, or NULL. */
static struct ob_err *no_kernel(void)
{
	static const struct ob_ebpf none[] = {{0xb7, 0, 0, 0, 0}, {0x95, 0, 0, 0, 0}};
	struct sys_prog *s = NULL;
	struct prog *p;
	struct ob_err *err = prog_create_ebpf(none, 2, &p);

	if (!err)
		err = sys_prog_load(p, GEN_MEM, &s);
	sys_prog_close(s);
	prog_destroy(p);
	return err;
}

int main(int argc, char **argv)
{
	struct ob_err *err = no_kernel();

	if (argc > 1)
		runs = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 0);
	if (err) {
		printf("skip kernel: %s\n", ob_err_reason(err));
		ob_err_destroy(err);
		return 0;
	}
	for (u64 i = 0; i < runs; i++)
		if (!one(seed * 1000000007 + i)) {
			printf("FAIL kernel: program %llu differs\n", (unsigned long long)i);
			return 1;
		}
	printf("    the kernel takes %llu and refuses %llu\n", (unsigned long long)taken,
	       (unsigned long long)refused);
	bool enough = taken > runs / 3;
	printf("%s kernel: the same there\n", enough ? "ok" : "FAIL");
	return !enough;
}
