/* SPDX-License-Identifier: BSD-2-Clause */
/* The running kernel is the judge of the checker: SO_ATTACH_FILTER on a UNIX
 * socket for Linux's rules, seccomp(2) for its own. Usage: oracle [programs [seed]]
 *
 * seccomp checks a filter before it finds that the process has a listener
 * already (EBUSY), so that a child that has one can ask without being filtered. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../programs.h"
#include "check/check.h"

enum { LONGEST = CBPF_MAXINSNS + 2, ACCEPTED, REFUSED, NO_ANSWER };

static u32 runs = 30000;
static u64 seed = 1;
static int sock;

static u32 ask_socket(const struct ob_cbpf *code, u32 n)
{
	struct sock_fprog prog = {(u16)n, (struct sock_filter *)(uintptr_t)code};

	if (!setsockopt(sock, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)))
		return ACCEPTED;
	return errno == EINVAL ? REFUSED : NO_ANSWER; /* ENOMEM: too much memory, not unsafe */
}

static u32 ask_seccomp(const struct ob_cbpf *code, u32 n)
{
	struct sock_fprog prog = {(u16)n, (struct sock_filter *)(uintptr_t)code};

	syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog);
	return errno == EBUSY ? ACCEPTED : errno == EINVAL ? REFUSED : NO_ANSWER;
}

static u32 length(struct rnd *r)
{
	switch (below(r, 200)) {
	case 0:
		return 0;
	case 1:
		return CBPF_MAXINSNS - 1 + below(r, 4);
	case 2:
	case 3:
		return 1 + below(r, 600);
	default:
		return 1 + below(r, 24);
	}
}

/* Halfword, byte and packet loads are none of seccomp's; most programs have them. */
static void suit_seccomp(struct rnd *r, struct ob_cbpf *code, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		int row = cbpf_row(code[i].code);

		if (row >= 0 && !cbpf_rows[row].seccomp && below(r, 16))
			code[i].code = cbpf_rows[CB_LD_W_ABS].code, row = CB_LD_W_ABS;
		if (row == CB_LD_W_ABS && below(r, 16))
			code[i].k = below(r, 16) * 4;
	}
}

static u32 make(struct rnd *r, struct ob_cbpf *code, enum check_profile profile)
{
	u32 n = length(r);

	if (!n)
		return 0;
	random_program(r, code, n);
	if (profile == CHECK_SECCOMP)
		suit_seccomp(r, code, n);
	if (below(r, 2))
		mutate(r, code, n);
	if (!below(r, 50))
		for (u32 i = 0; i < n; i++)
			code[i] = (struct ob_cbpf){(u16)rnd(r) & 0xff, (u8)rnd(r), (u8)rnd(r),
						   edge(r)};
	return n;
}

static int compare(const char *name, enum check_profile profile,
		   u32 ask(const struct ob_cbpf *code, u32 n))
{
	static struct ob_cbpf code[LONGEST];
	u32 seen[NO_ANSWER + 1] = {0};
	struct rnd r = {seed * 0x9e3779b97f4a7c15 + profile + 1};

	for (u32 i = 0; i < runs; i++) {
		u32 n = make(&r, code, profile), kernel = ask(code, n);
		struct ob_err *err = check_classic(code, n, profile);

		seen[kernel]++;
		if (kernel != NO_ANSWER && (kernel == ACCEPTED) != !err) {
			printf("FAIL %s: program %u of seed %llu: %s\n", name, i,
			       (unsigned long long)seed, err ? ob_err_reason(err) : "accepted");
			print_program("the kernel differs", code, n);
			return 1;
		}
		ob_err_destroy(err);
	}
	printf("# %s: %u accepted, %u refused, %u without an answer\n", name, seen[ACCEPTED],
	       seen[REFUSED], seen[NO_ANSWER]);
	bool both = seen[ACCEPTED] > runs / 8 && seen[REFUSED] > runs / 8;
	printf("%s %s%s\n", both ? "ok" : "FAIL", name, both ? "" : ": hardly any of one verdict");
	return !both;
}

/* A long program may be safe and yet more than a socket may hold. */
static int too_long(void)
{
	static struct ob_cbpf code[CBPF_MAXINSNS];

	for (u32 i = 0; i < CBPF_MAXINSNS; i++)
		code[i] = (struct ob_cbpf){.code = cbpf_rows[CB_LDX_MSH].code, .k = i};
	code[CBPF_MAXINSNS - 1].code = cbpf_rows[CB_RET_K].code;
	struct ob_err *err = check_classic(code, CBPF_MAXINSNS, CHECK_LINUX);
	bool good = !err && ask_socket(code, CBPF_MAXINSNS) != REFUSED;
	ob_err_destroy(err);
	printf("%s want of memory is no refusal%s\n", good ? "ok" : "FAIL",
	       good ? "" : ": EINVAL, or refused by us");
	return !good;
}

static int with_socket(void)
{
	static const struct ob_cbpf ret = {.code = 0x06};
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair)) {
		printf("skip kernel: no UNIX sockets: %s\n", strerror(errno));
		return 0;
	}
	sock = pair[0];
	if (ask_socket(&ret, 1) != ACCEPTED) {
		printf("skip kernel: SO_ATTACH_FILTER: %s\n", strerror(errno));
		return 0;
	}
	return compare("kernel", CHECK_LINUX, ask_socket) | too_long();
}

static int with_seccomp(void)
{
	static const struct ob_cbpf allow = {.code = 0x06, .k = SECCOMP_RET_ALLOW};
	int status;

	fflush(stdout);
	pid_t child = fork();
	if (child < 0) {
		printf("skip seccomp: fork: %s\n", strerror(errno));
		return 0;
	}
	if (!child) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		errno = 0;
		ask_seccomp(&allow, 1);
		int bad = 0;
		if (errno)
			printf("skip seccomp: no listener: %s\n", strerror(errno));
		else
			bad = compare("seccomp", CHECK_SECCOMP, ask_seccomp);
		fflush(stdout);
		_exit(bad);
	}
	waitpid(child, &status, 0);
	return status != 0;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		runs = (u32)atol(argv[1]);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 0);
	return with_socket() | with_seccomp();
}
