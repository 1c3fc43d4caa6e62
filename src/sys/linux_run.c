/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs a program in Linux on given memory, by BPF_PROG_TEST_RUN. */
#include "sys/priv.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <unistd.h>

_Static_assert(sizeof(struct ob_ebpf) == sizeof(struct bpf_insn), "one layout");

enum {
	WRAPPER = 18,      /* slots before the program */
	SHORTEST = 14,     /* net/bpf/test_run.c: ETH_HLEN */
	OVERHEAD = 576,    /* of a page: XDP_PACKET_HEADROOM, skb_shared_info */
	LONGEST = 1000000, /* BPF_COMPLEXITY_LIMIT_INSNS */
	LOG_FIRST = 1 << 16,
	LOG_MOST = (1 << 24) - 1, /* kernel/bpf/log.c, before 5.16 */
};

struct sys_prog {
	int fd;
	u32 mem_len;
	u32 at; /* where r0 is stored in the packet; 8 bytes more are its size */
	u8 *in, *out;
};

/* The program finds exactly mem_len bytes behind r1: so far reaches the check
 * that the kernel's verifier sees. */
static void wrap(struct ob_ebpf *to, u32 mem_len, u32 at)
{
	/* clang-format off */
	const struct ob_ebpf code[WRAPPER] = {
		{.code = 0xbf, .dst = 6, .src = 1},                 /* r6 = r1 */
		{.code = 0x61, .dst = 1, .src = 6, .off = 0},       /* r1 = data */
		{.code = 0x61, .dst = 2, .src = 6, .off = 4},       /* r2 = data_end */
		{.code = 0xbf, .dst = 3, .src = 1},                 /* r3 = r1 */
		{.code = 0x07, .dst = 3, .imm = (s32)mem_len},      /* r3 += mem_len */
		{.code = 0x2d, .dst = 3, .src = 2, .off = 10},      /* if r3 > r2 goto less */
		{.code = 0xb7, .dst = 2, .imm = (s32)mem_len},      /* r2 = mem_len */
		{.code = 0x85, .src = 1, .imm = WRAPPER - 8},       /* call program */
		{.code = 0x61, .dst = 1, .src = 6, .off = 0},       /* r1 = data */
		{.code = 0x61, .dst = 2, .src = 6, .off = 4},       /* r2 = data_end */
		{.code = 0xbf, .dst = 3, .src = 1},                 /* r3 = r1 */
		{.code = 0x07, .dst = 3, .imm = (s32)at + 8},       /* r3 += at + 8 */
		{.code = 0x2d, .dst = 3, .src = 2, .off = 3},       /* if r3 > r2 goto less */
		{.code = 0x7b, .dst = 1, .src = 0, .off = (s16)at}, /* *(u64 *)(r1 + at) = r0 */
		{.code = 0xb7, .dst = 0, .imm = XDP_PASS},          /* r0 = XDP_PASS */
		{.code = 0x95},                                     /* exit */
		{.code = 0xb7, .dst = 0, .imm = XDP_ABORTED},       /* less: r0 = XDP_ABORTED */
		{.code = 0x95},                                     /* exit */
	};
	/* clang-format on */

	memcpy(to, code, sizeof(code));
}

static struct ob_err *too_much(u32 mem_len)
{
	long most = sysconf(_SC_PAGESIZE) - OVERHEAD - 8;

	if (mem_len <= most)
		return NULL;
	return err_new(OB_RANGE, "%u bytes of memory: the kernel gives a program at most %ld",
		       mem_len, most);
}

/* ---- loading ---- */

static int load(const struct ob_ebpf *code, u32 n, char *log, u32 size)
{
	union bpf_attr a = {
		.prog_type = BPF_PROG_TYPE_XDP,
		.insn_cnt = n,
		.insns = (u64)(uintptr_t)code,
		.license = (u64)(uintptr_t) "Dual BSD/GPL",
		.log_level = log ? 1 : 0,
		.log_size = size,
		.log_buf = (u64)(uintptr_t)log,
		.prog_name = "onebpf_run",
	};

	return sys_linux_bpf(BPF_PROG_LOAD, &a, sizeof(a));
}

static bool has_cap(const u64 *set, u32 cap) { return *set >> cap & 1; }

/* The capabilities of this process, as /proc tells them. */
static u64 effective(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	unsigned long long set = 0;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "CapEff: %llx", &set) == 1)
			break;
	if (f)
		fclose(f);
	return set;
}

static struct ob_err *no_right(void)
{
	static const struct {
		u32 cap;
		const char *name;
	} need[] = {{CAP_BPF, "CAP_BPF"},
		    {CAP_PERFMON, "CAP_PERFMON"},
		    {CAP_NET_ADMIN, "CAP_NET_ADMIN"}};
	u64 set = effective();
	struct buf missing = {0};

	for (u32 i = 0; i < LEN(need); i++)
		if (!has_cap(&set, need[i].cap) && !has_cap(&set, CAP_SYS_ADMIN))
			buf_printf(&missing, "%s%s", missing.n ? ", " : "", need[i].name);
	struct ob_err *err = err_sys(EPERM, "the kernel lets no program be loaded here");
	if (missing.n)
		err = err_hint(err, "it wants %s, which root has", missing.p);
	else
		err = err_hint(err, "a container, or before Linux 5.11 the limit of `ulimit -l`, "
				    "may be why");
	buf_deinit(&missing);
	return err;
}

static struct ob_err *refused(const struct prog *p, const struct ob_ebpf *code, u32 n, int errnum)
{
	struct ob_err *err = NULL;

	for (u32 size = LOG_FIRST; !err; size = LOG_MOST) {
		char *log = calloc(1, size);

		if (!log)
			return err_nomem();
		int fd = load(code, n, log, size);
		if (fd >= 0)
			close(fd);
		if (fd >= 0 || errno != ENOSPC || size == LOG_MOST)
			err = log_err("the kernel", log, strerror(errnum), p, WRAPPER);
		free(log);
	}
	return err;
}

static struct ob_err *load_err(const struct prog *p, const struct ob_ebpf *code, u32 n, int errnum)
{
	switch (errnum) {
	case EPERM:
		return no_right();
	case ENOSYS:
		return err_new(OB_UNSUPPORTED, "this kernel has no bpf()");
	case E2BIG: /* or what the verifier had to follow is too much */
		if (n > LONGEST)
			return err_new(OB_RANGE, "%u instructions: the kernel takes at most %u",
				       n - WRAPPER, LONGEST - WRAPPER);
		break;
	case ENOMEM:
	case EMFILE:
	case ENFILE:
	case EINTR:
		return err_sys(errnum, "the kernel cannot load the program");
	}
	return refused(p, code, n, errnum);
}

struct ob_err *sys_prog_load(const struct prog *p, u32 mem_len, struct sys_prog **ret)
{
	u32 at = (MAX(mem_len, (u32)SHORTEST) + 7) & ~7u;
	struct ob_err *err = too_much(mem_len);

	if (err)
		return err;
	struct sys_prog *s = calloc(1, sizeof(*s));
	u8 *bytes = calloc(2, at + 8);
	struct ob_ebpf *code = malloc((WRAPPER + (size_t)p->n) * sizeof(*code));
	if (!s || !bytes || !code) {
		err = err_nomem();
	} else {
		wrap(code, mem_len, at);
		if (p->n)
			memcpy(code + WRAPPER, p->stored, p->n * sizeof(*code));
		*s = (struct sys_prog){
			.mem_len = mem_len, .at = at, .in = bytes, .out = bytes + at + 8};
		s->fd = load(code, WRAPPER + p->n, NULL, 0);
		if (s->fd < 0)
			err = load_err(p, code, WRAPPER + p->n, errno);
	}
	free(code);
	if (err) {
		free(bytes);
		free(s);
		return err;
	}
	*ret = s;
	return NULL;
}

void sys_prog_close(struct sys_prog *s)
{
	if (!s)
		return;
	close(s->fd);
	free(s->in);
	free(s);
}

/* ---- running ---- */

struct ob_err *sys_prog_run(struct sys_prog *s, void *mem, u32 repeat, u64 *r0, u32 *ns)
{
	u32 size = s->at + 8;
	union bpf_attr a = {
		.test =
			{
				.prog_fd = (u32)s->fd,
				.data_in = (u64)(uintptr_t)s->in,
				.data_size_in = size,
				.data_out = (u64)(uintptr_t)s->out,
				.data_size_out = size,
				.repeat = repeat,
			},
	};

	if (s->mem_len)
		memcpy(s->in, mem, s->mem_len);
	if (sys_linux_bpf(BPF_PROG_TEST_RUN, &a, sizeof(a)) < 0)
		return err_sys(errno, "the kernel cannot run the program");
	if (a.test.retval != XDP_PASS || a.test.data_size_out != size)
		return err_new(OB_FAULT, "the kernel gave the program less memory than %u bytes",
			       s->mem_len);
	if (s->mem_len)
		memcpy(mem, s->out, s->mem_len);
	*r0 = get_le64(s->out + s->at);
	*ns = a.test.duration;
	return NULL;
}
