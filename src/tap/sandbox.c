/* SPDX-License-Identifier: BSD-2-Clause */
/* What the process that reads packets may still ask of the kernel: a table of
 * system calls, of which a classic program for seccomp is made by our assembler,
 * and Landlock's rules for files. */
#include "tap/priv.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef LANDLOCK_ACCESS_FS_TRUNCATE /* 6.2 */
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

enum rule {
	ALLOW,
	ABSENT,     /* answered by ENOSYS: libc has another way */
	DENIED,     /* answered by EPERM */
	NO_CODE,    /* memory that is not executable; else EPERM */
	THREAD,     /* of this process */
	OF_A_FILE,  /* of a descriptor, not of a path */
	SIGNAL,     /* any but SIGSYS */
	TERMINAL,   /* is it one, how wide; the name of an interface, is it up */
	MAKE,       /* to write, and making it; only if files are made */
	MAKE_OTHER, /* only if files are made */
	OPEN,       /* to read; only if files are opened */
};

#define CALL(name, rule, why)                \
	{                                    \
#name, SYS_##name, rule, why \
	}
/* clang-format off */
static const struct {
	const char *name;
	u32 nr;
	enum rule rule;
	const char *why;
} calls[] = {
	CALL(read, ALLOW, "packets of a file"),
	CALL(write, ALLOW, "lines, captures, messages"),
	CALL(poll, ALLOW, "waiting for packets, pipes, a growing file"),
	CALL(ppoll, ALLOW, "the same"),
	CALL(recvfrom, ALLOW, "answers of the helper"),
	CALL(sendto, ALLOW, "requests to the helper"),
	CALL(getsockopt, ALLOW, "the kernel's counters of packets"),
	CALL(wait4, ALLOW, "the end of the helper"),
	CALL(lseek, ALLOW, "where a file ends"),
	CALL(ftruncate, ALLOW, "cutting a file back when the disk is full"),
	CALL(fstat, ALLOW, "is it a file or a pipe?"),
	CALL(newfstatat, OF_A_FILE, "the same"),
	CALL(fadvise64, ALLOW, "a file is read from its beginning to its end"),
	CALL(close, ALLOW, "at the end of a file"),
	CALL(fcntl, ALLOW, "flags of a descriptor"),
	CALL(ioctl, TERMINAL, "is it a terminal? what is an interface called, is it up?"),
	CALL(openat, MAKE, "the next file of -C and -G"),
	CALL(openat, OPEN, "the next file of -V"),
	CALL(access, MAKE_OTHER, "was the next file there?"),
	CALL(faccessat, MAKE_OTHER, "the same"),
	CALL(uname, MAKE_OTHER, "the system, in each pcapng file"),
	CALL(mmap, NO_CODE, "memory"),
	CALL(mprotect, NO_CODE, "memory"),
	CALL(munmap, ALLOW, "memory"),
	CALL(mremap, ALLOW, "memory"),
	CALL(madvise, ALLOW, "memory"),
	CALL(brk, ALLOW, "memory"),
	CALL(getrandom, ALLOW, "seeds of libc's allocator"),
	CALL(memfd_create, DENIED, "machine code of a later filter: it is interpreted"),
	CALL(futex, ALLOW, "threads of a fanout"),
	CALL(clone, THREAD, "threads of a fanout"),
	CALL(clone3, ABSENT, "its flags cannot be seen; libc then uses clone"),
	CALL(set_robust_list, ALLOW, "a thread begins"),
	CALL(rseq, ALLOW, "a thread begins"),
	CALL(sched_yield, ALLOW, "threads"),
	CALL(sched_getaffinity, ALLOW, "threads"),
	CALL(rt_sigaction, SIGNAL, "a thread begins"),
	CALL(rt_sigprocmask, ALLOW, "signals"),
	CALL(rt_sigreturn, ALLOW, "signals"),
	CALL(restart_syscall, ALLOW, "a call goes on after a signal"),
	CALL(clock_gettime, ALLOW, "time, where the vDSO cannot tell it"),
	CALL(gettimeofday, ALLOW, "the same"),
	CALL(time, ALLOW, "the same"),
	CALL(clock_nanosleep, ALLOW, "waiting"),
	CALL(nanosleep, ALLOW, "waiting"),
	CALL(getpid, ALLOW, "who is asked"),
	CALL(gettid, ALLOW, "which thread is asked"),
	CALL(exit, ALLOW, "a thread ends"),
	CALL(exit_group, ALLOW, "the end"),
};
/* clang-format on */

bool tap_sandbox_call(u32 i, const char **name, const char **why)
{
	if (i >= LEN(calls))
		return false;
	*name = calls[i].name;
	*why = calls[i].why;
	return true;
}

/* ---- the program ----
 *
 * struct seccomp_data: 0 number, 4 machine, 16 + 8 i argument i, its low half first. */

static bool wanted(enum rule rule, const struct tap_sandbox *o)
{
	return rule == OPEN ? o->reads : rule == MAKE || rule == MAKE_OTHER ? o->makes : true;
}

/* Where a call's row leads. */
static void choose(struct buf *b, u32 i)
{
	buf_printf(b, "	jeq #%u, ", calls[i].nr);
	if (calls[i].rule == ALLOW || calls[i].rule == MAKE_OTHER)
		buf_puts(b, "allow");
	else if (calls[i].rule == ABSENT)
		buf_puts(b, "absent");
	else if (calls[i].rule == DENIED)
		buf_puts(b, "denied");
	else
		buf_printf(b, "rule%d", calls[i].rule);
	buf_printf(b, ", next%u\nnext%u:\n", i, i);
}

/* The rules that look at arguments. */
static void rules(struct buf *b, const struct tap_sandbox *o)
{
	buf_printf(b, "rule%d: ld [32]\n	jset #%u, denied, allow\n", NO_CODE, PROT_EXEC);
	buf_printf(b, "rule%d: ld [16]\n	jset #%u, allow, refuse\n", THREAD, CLONE_THREAD);
	buf_printf(b, "rule%d: ld [16]\n	jeq #%u, refuse, allow\n", SIGNAL, SIGSYS);
	buf_printf(b, "rule%d: ld [40]\n	jeq #%u, allow, refuse\n", OF_A_FILE,
		   AT_EMPTY_PATH);
	buf_printf(b,
		   "rule%d: ld [24]\n	jeq #%u, allow\n	jeq #%u, allow\n"
		   "	jeq #%u, allow\n	jeq #%u, allow, refuse\n",
		   TERMINAL, TCGETS, TIOCGWINSZ, SIOCGIFNAME, SIOCGIFFLAGS);
	if (o->makes || o->reads)
		buf_printf(b, "rule%d:\nrule%d: ld [32]\n", MAKE, OPEN);
	if (o->makes)
		buf_printf(b, "	jeq #%u, allow\n", O_WRONLY | O_CREAT | O_CLOEXEC);
	if (o->reads)
		buf_printf(b, "	jeq #%u, allow\n", O_RDONLY | O_CLOEXEC);
	if (o->makes || o->reads)
		buf_puts(b, "	ja denied\n");
}

void tap_sandbox_text(struct buf *b, const struct tap_sandbox *o)
{
	buf_printf(b, "	ld [4]\n	jne #%u, refuse\n	ld [0]\n", AUDIT_ARCH_X86_64);
	for (u32 i = 0; i < LEN(calls); i++)
		if (wanted(calls[i].rule, o))
			choose(b, i);
	buf_puts(b, "	ja refuse\n");
	rules(b, o);
	buf_puts(b, "refuse: ret #0x30000\n" /* SIGSYS, which its handler tells */
		    "allow: ret #0x7fff0000\n"
		    "absent: ret #0x50026\n"   /* ENOSYS */
		    "denied: ret #0x50001\n"); /* EPERM */
}

static struct ob_err *install(const struct ob_cbpf *code, u32 n)
{
	struct sock_fprog p = {(u16)n, (struct sock_filter *)(uintptr_t)code};
	long flags = SECCOMP_FILTER_FLAG_TSYNC;

	if (n > UINT16_MAX || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &p) != 0)
		return err_sys(errno, "cannot limit the system calls");
	return NULL;
}

static struct ob_err *limit_calls(const struct tap_sandbox *o)
{
	struct buf text = {0};
	struct ob_err *err = err_nomem();
	struct ob_cbpf *code;
	struct arena a;
	u32 n;

	arena_init(&a);
	tap_sandbox_text(&text, o);
	if (!text.oom)
		err = cbpf_asm(&a, "sandbox", text.p, text.n, &code, &n);
	if (!err)
		err = install(code, n);
	arena_deinit(&a);
	buf_deinit(&text);
	return err;
}

/* ---- files ---- */

enum {
	ACCESS_MAKE = LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_WRITE_FILE,
	ACCESS_FIRST = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1, /* all of the first version */
};

static int add_rule(int rules, const char *path, u64 access)
{
	struct landlock_path_beneath_attr a = {
		.allowed_access = access,
		.parent_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC),
	};
	int failed = a.parent_fd < 0 ? errno : 0;

	if (!failed &&
	    syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &a, 0) != 0)
		failed = errno;
	if (a.parent_fd >= 0)
		close(a.parent_fd);
	return failed;
}

static struct ob_err *restrict_files(const struct tap_sandbox *o, int rules, u64 truncate)
{
	int failed = o->makes ? add_rule(rules, o->dir, ACCESS_MAKE | truncate) : 0;

	if (failed)
		return err_sys(failed, "cannot write into %s", o->dir);
	failed = o->reads ? add_rule(rules, "/", LANDLOCK_ACCESS_FS_READ_FILE) : 0;
	if (!failed && syscall(SYS_landlock_restrict_self, rules, 0) != 0)
		failed = errno;
	return failed ? err_sys(failed, "cannot limit which files are opened") : NULL;
}

static struct ob_err *limit_files(const struct tap_sandbox *o)
{
	long version =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (version < 1)
		return NULL; /* not in this kernel */
	u64 truncate = version >= 3 ? LANDLOCK_ACCESS_FS_TRUNCATE : 0;
	struct landlock_ruleset_attr attr = {ACCESS_FIRST | truncate};
	int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (rules < 0)
		return err_sys(errno, "cannot limit which files are opened");
	struct ob_err *err = restrict_files(o, rules, truncate);
	close(rules);
	return err;
}

struct ob_err *tap_sandbox(const struct tap_sandbox *o)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	(void)limit_calls;
	(void)limit_files;
	(void)o;
	return NULL; /* a sanitizer opens files and makes processes of its own */
#else
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(errno, "cannot forbid new privileges");
	struct ob_err *err = limit_files(o);
	return err ? err : limit_calls(o);
#endif
}
