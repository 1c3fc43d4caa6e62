/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the system lets no memory be run, the JIT says so, and who wants the
 * best engine gets the other one. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/base.h"

/* mmap with PROT_EXEC answers EACCES from now on. */
static bool forbid(void)
{
	struct sock_filter code[] = {
		{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr)},
		{BPF_JMP | BPF_JEQ | BPF_K, 0, 3, SYS_mmap},
		{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, args[2])},
		{BPF_JMP | BPF_JSET | BPF_K, 0, 1, PROT_EXEC},
		{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EACCES},
		{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
	};
	struct sock_fprog prog = {LEN(code), code};

	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	       !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
}

static void say(const char *name, bool ok) { printf("%s %s\n", ok ? "ok" : "FAIL", name); }

int main(void)
{
	static const char text[] = "r0 = 7\nexit\n";
	struct ob_run_opts jit = {.engine = OB_ENGINE_JIT}, best = {0};
	struct ob_run *run = NULL;
	struct ob_prog *prog;
	uint64_t r0 = 0;

	struct ob_err *err = ob_prog_assemble_ebpf("text", text, strlen(text), &prog);
	if (err)
		return 1;
	if (!forbid()) {
		printf("skip no memory: seccomp is not to be had here\n");
		ob_prog_destroy(prog);
		return 0;
	}
	err = ob_run_create(prog, &jit, &run);
	bool told = err && (ob_err_code(err) == OB_PERM || ob_err_code(err) == OB_UNSUPPORTED);
	say("the JIT tells why", told);
	ob_err_destroy(err);
	err = ob_run_create(prog, &best, &run);
	bool fine = !err && ob_run_engine(run) == OB_ENGINE_INTERP &&
		    !ob_run_call(run, NULL, 0, &r0) && r0 == 7;
	say("the best engine is the interpreter", fine);
	ob_err_destroy(err);
	ob_run_destroy(run);
	ob_prog_destroy(prog);
	return !(told && fine);
}
