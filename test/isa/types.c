/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of helpers, program types and contexts, row by row, beside what the
 * running kernel's verifier says of tiny programs. */
#include "isa/bpf.h"
#include "isa/isa.h"
#include "sys/sys.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

/* What the kernel can be asked about without a function to attach to. */
static const struct {
	u8 type, attach;
} asked[] = {
	{PROGTYPE_SOCKET_FILTER, 0},
	{PROGTYPE_KPROBE, 0},
	{PROGTYPE_KPROBE, ATTACH_TRACE_KPROBE_SESSION},
	{PROGTYPE_SCHED_CLS, 0},
	{PROGTYPE_SCHED_ACT, 0},
	{PROGTYPE_TRACEPOINT, 0},
	{PROGTYPE_XDP, 0},
	{PROGTYPE_XDP, ATTACH_XDP_DEVMAP},
	{PROGTYPE_PERF_EVENT, 0},
	{PROGTYPE_CGROUP_SKB, ATTACH_CGROUP_INET_INGRESS},
	{PROGTYPE_CGROUP_SKB, ATTACH_CGROUP_INET_EGRESS},
	{PROGTYPE_CGROUP_SOCK, ATTACH_CGROUP_INET_SOCK_CREATE},
	{PROGTYPE_CGROUP_SOCK, ATTACH_CGROUP_INET_SOCK_RELEASE},
	{PROGTYPE_CGROUP_SOCK, ATTACH_CGROUP_INET4_POST_BIND},
	{PROGTYPE_CGROUP_SOCK, ATTACH_CGROUP_INET6_POST_BIND},
	{PROGTYPE_LWT_IN, 0},
	{PROGTYPE_LWT_OUT, 0},
	{PROGTYPE_LWT_XMIT, 0},
	{PROGTYPE_SOCK_OPS, ATTACH_CGROUP_SOCK_OPS},
	{PROGTYPE_SK_SKB, ATTACH_SK_SKB_STREAM_VERDICT},
	{PROGTYPE_CGROUP_DEVICE, ATTACH_CGROUP_DEVICE},
	{PROGTYPE_SK_MSG, ATTACH_SK_MSG_VERDICT},
	{PROGTYPE_RAW_TRACEPOINT, 0},
	{PROGTYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET4_BIND},
	{PROGTYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET6_BIND},
	{PROGTYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET4_CONNECT},
	{PROGTYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET6_CONNECT},
	{PROGTYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UDP4_SENDMSG},
	{PROGTYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UDP6_SENDMSG},
	{PROGTYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UDP4_RECVMSG},
	{PROGTYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UDP6_RECVMSG},
	{PROGTYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET4_GETPEERNAME},
	{PROGTYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET6_GETPEERNAME},
	{PROGTYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET4_GETSOCKNAME},
	{PROGTYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET6_GETSOCKNAME},
	{PROGTYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UNIX_CONNECT},
	{PROGTYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UNIX_SENDMSG},
	{PROGTYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UNIX_RECVMSG},
	{PROGTYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UNIX_GETPEERNAME},
	{PROGTYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UNIX_GETSOCKNAME},
	{PROGTYPE_LWT_SEG6LOCAL, 0},
	{PROGTYPE_SK_REUSEPORT, ATTACH_SK_REUSEPORT_SELECT},
	{PROGTYPE_FLOW_DISSECTOR, ATTACH_FLOW_DISSECTOR},
	{PROGTYPE_CGROUP_SYSCTL, ATTACH_CGROUP_SYSCTL},
	{PROGTYPE_RAW_TRACEPOINT_WRITABLE, 0},
	{PROGTYPE_CGROUP_SOCKOPT, ATTACH_CGROUP_GETSOCKOPT},
	{PROGTYPE_CGROUP_SOCKOPT, ATTACH_CGROUP_SETSOCKOPT},
	{PROGTYPE_SK_LOOKUP, ATTACH_SK_LOOKUP},
	{PROGTYPE_SYSCALL, 0},
	{PROGTYPE_NETFILTER, ATTACH_NETFILTER},
};

static char text[1 << 16];
static u32 differs, compared;

static int load(u32 i, const struct ob_ebpf *code, u32 n, const char *license, u32 level)
{
	union bpf_attr a = {
		.prog_type = asked[i].type,
		.expected_attach_type = asked[i].attach,
		.insns = (u64)(uintptr_t)code,
		.insn_cnt = n,
		.license = (u64)(uintptr_t)license,
		.log_buf = (u64)(uintptr_t)text,
		.log_size = sizeof(text),
		.log_level = level,
		.prog_flags = asked[i].type == PROGTYPE_SYSCALL ? BPF_F_SLEEPABLE : 0,
	};

	text[0] = 0;
	int fd = sys_linux_bpf(BPF_PROG_LOAD, &a, sizeof(a));
	if (fd >= 0)
		close(fd);
	return fd;
}

static void hold(bool same, u32 i, const char *what, u32 nr)
{
	compared++;
	if (same)
		return;
	if (differs++ < 20)
		printf("    %s, attached %u: %s %u\n%.300s\n", prog_row(asked[i].type)->name,
		       asked[i].attach, what, nr, text);
}

static void verdict(const char *name)
{
	printf("    %u compared\n", compared);
	printf("%s %s\n", differs || !compared ? "FAIL" : "ok", name);
	if (differs)
		exit(1);
	compared = 0;
}

/* ---- helpers ---- */

enum { ANSWER_NO, ANSWER_GPL, ANSWER_YES };

static u32 answer(u32 i, u32 id, const char *license)
{
	const struct ob_ebpf code[] = {
		{.code = 0x85, .imm = (s32)id}, {.code = 0xb7}, {.code = 0x95}};

	if (load(i, code, 3, license, 1) >= 0)
		return ANSWER_YES;
	if (strstr(text, "cannot use helper") || strstr(text, "unknown func") ||
	    strstr(text, "invalid func"))
		return ANSWER_NO;
	return strstr(text, "GPL") ? ANSWER_GPL : ANSWER_YES;
}

/* Helpers that this kernel was built without, with all types. */
static bool built(u32 id)
{
	const struct helper_row *h = helper_row(id);

	for (u32 i = 0; i < LEN(asked); i++)
		if ((h->types & type_bit(asked[i].type)) && answer(i, id, "GPL") != ANSWER_NO)
			return true;
	return false;
}

/* Two whose licence depends on the attach type. */
static bool multi(u32 i) { return asked[i].attach == ATTACH_TRACE_KPROBE_SESSION; }

static void helpers(void)
{
	for (u32 id = 1; id < HELPER_COUNT; id++) {
		if (!built(id)) {
			printf("    this kernel has no %s\n", helper_row(id)->name);
			continue;
		}
		for (u32 i = 0; i < LEN(asked); i++) {
			const struct helper_row *h = helper_for(id, asked[i].type, asked[i].attach);
			u32 free = answer(i, id, "Proprietary"), gpl = answer(i, id, "GPL");

			hold((gpl != ANSWER_NO) == (h != NULL), i, "helper", id);
			if (h && !multi(i))
				hold((free == ANSWER_GPL) == (h->flags & HELPER_GPL), i,
				     "licence of helper", id);
		}
	}
	verdict("helpers: who may call them");
}

/* r1 to r5 hold 0 from an unknown source: the first argument that may not be that is
 * what the kernel complains about. */
static u32 first_bad(u32 i, u32 id)
{
	struct ob_ebpf code[9] = {{.code = 0x85, .imm = 7}, {.code = 0x57, .imm = 0}};
	u32 n = 1;

	for (u32 r = 1; r <= HELPER_ARGS; r++)
		code[n++] = (struct ob_ebpf){.code = 0xbf, .dst = (u8)r};
	code[n++] = (struct ob_ebpf){.code = 0x85, .imm = (s32)id};
	code[n++] = (struct ob_ebpf){.code = 0xb7};
	code[n++] = (struct ob_ebpf){.code = 0x95};
	load(i, code, n, "GPL", 1);
	for (u32 r = 1; r <= HELPER_ARGS; r++) {
		char type[16];
		snprintf(type, sizeof(type), "R%u type=", r);
		const char *at = strstr(text, type);
		if (at)
			return r;
	}
	return 0;
}

static bool takes_any(u64 arg)
{
	u32 k = helper_kind(arg);

	return k == HELPER_NONE || k == HELPER_ANY || k == HELPER_SIZE || k == HELPER_SIZE0 ||
	       k == HELPER_ALLOC_SIZE;
}

static void arguments(void)
{
	for (u32 i = 0; i < LEN(asked); i++) {
		for (u32 id = 1; id < HELPER_COUNT; id++) {
			const struct helper_row *h = helper_for(id, asked[i].type, asked[i].attach);
			u32 bad = 0;

			if (!h || answer(i, id, "GPL") == ANSWER_NO || (h->flags & HELPER_ASKS))
				continue;
			for (u32 r = HELPER_ARGS; r; r--)
				if (!takes_any(h->arg[r - 1]))
					bad = r;
			u32 theirs = first_bad(i, id);
			if (theirs || !bad)
				hold(theirs == bad, i, "argument of helper", id);
		}
	}
	verdict("helpers: the first argument that must be more than a number");
}

/* ---- contexts ---- */

static const char *const kinds[] = {
	[FIELD_SCALAR] = "scalar",
	[FIELD_PACKET] = "pkt(",
	[FIELD_PACKET_END] = "pkt_end",
	[FIELD_PACKET_META] = "pkt_meta",
	[FIELD_FLOW_KEYS] = "flow_keys",
	[FIELD_SOCK] = "sock(",
	[FIELD_SOCK_OR_NULL] = "sock_or_null",
	[FIELD_SOCK_COMMON_OR_NULL] = "sock_common_or_null",
	[FIELD_BUFFER] = "tp_buffer",
	[FIELD_TRUSTED] = "trusted_ptr_",
};

/* "R2_w=pkt(r=0)": the type that the log gives r2 after the load. */
static const char *loaded(void)
{
	const char *at = strstr(text, "R2_w=");

	return at ? at + 5 : (at = strstr(text, "R2=")) ? at + 3 : NULL;
}

static void read_one(u32 i, u32 off, u32 size)
{
	static const u8 op[] = {[1] = 0x71, [2] = 0x69, [4] = 0x61, [8] = 0x79};
	const struct ob_ebpf code[] = {{.code = op[size], .dst = 2, .src = 1, .off = (s16)off},
				       {.code = 0xb7},
				       {.code = 0x95}};
	const struct ctx_field *f = ctx_field(asked[i].type, asked[i].attach, off, size, false);

	load(i, code, 3, "GPL", 2);
	const char *type = loaded();
	const char *ours = f ? kinds[f->kind] : "";
	hold(f ? type && !strncmp(type, ours, strlen(ours)) : !type, i, "context read at", off);
}

static void write_one(u32 i, u32 off, u32 size)
{
	static const u8 op[] = {[1] = 0x73, [2] = 0x6b, [4] = 0x63, [8] = 0x7b};
	s32 lo = 0, hi;
	prog_returns(asked[i].type, asked[i].attach, &lo, &hi);
	const struct ob_ebpf code[] = {{.code = 0xb7, .dst = 3},
				       {.code = op[size], .dst = 1, .src = 3, .off = (s16)off},
				       {.code = 0xb7, .imm = lo == RETURNS_ANY ? 0 : lo},
				       {.code = 0x95}};

	bool theirs = load(i, code, 4, "GPL", 1) >= 0;
	hold(theirs == (ctx_field(asked[i].type, asked[i].attach, off, size, true) != NULL), i,
	     "context write at", off);
}

static void contexts(void)
{
	for (u32 i = 0; i < LEN(asked); i++)
		for (u32 size = 1; size <= 8; size *= 2)
			for (u32 off = 0; off < 264; off += size) {
				read_one(i, off, size);
				write_one(i, off, size);
			}
	verdict("contexts: each access of each field");
}

/* ---- results, test runs ---- */

static void results(void)
{
	for (u32 i = 0; i < LEN(asked); i++) {
		s32 lo, hi;
		bool limited = prog_returns(asked[i].type, asked[i].attach, &lo, &hi);

		for (s32 v = -2; v < 6; v++) {
			const struct ob_ebpf code[] = {{.code = 0xb7, .imm = v}, {.code = 0x95}};
			bool theirs = load(i, code, 2, "GPL", 1) >= 0;
			hold(theirs == (!limited || (v >= lo && v <= hi)), i, "result",
			     (u32)(v + 2));
		}
	}
	verdict("results: what each type may return");
}

static void test_runs(void)
{
	for (u32 i = 0; i < LEN(asked); i++) {
		s32 lo, hi;
		bool limited = prog_returns(asked[i].type, asked[i].attach, &lo, &hi);
		const struct ob_ebpf code[] = {{.code = 0xb7, .imm = limited ? lo : 0},
					       {.code = 0x95}};
		union bpf_attr a = {
			.prog_type = asked[i].type,
			.expected_attach_type = asked[i].attach,
			.insns = (u64)(uintptr_t)code,
			.insn_cnt = 2,
			.license = (u64)(uintptr_t) "GPL",
			.prog_flags = asked[i].type == PROGTYPE_SYSCALL ? BPF_F_SLEEPABLE : 0,
		};
		int fd = sys_linux_bpf(BPF_PROG_LOAD, &a, sizeof(a));
		union bpf_attr t = {.test.prog_fd = (u32)fd};
		bool none = sys_linux_bpf(BPF_PROG_TEST_RUN, &t, sizeof(t)) < 0 &&
			    errno == ENOTSUPP_LINUX;
		close(fd);
		hold(none == (prog_row(asked[i].type)->run == RUN_NONE), i, "test run", 0);
	}
	verdict("test runs: which types have them");
}

/* Of the types that need no function to attach to. */
static void expected(void)
{
	for (u32 type = 1; type < PROGTYPE_COUNT; type++) {
		const struct prog_row *row = prog_row(type);
		const struct ob_ebpf code[] = {{.code = 0xb7}, {.code = 0x95}};

		if (type == PROGTYPE_LIRC_MODE2 || row->ctx == CTX_BTF)
			continue;
		for (u32 attach = 0; attach < ATTACH_COUNT + 2; attach++) {
			union bpf_attr a = {
				.prog_type = type,
				.expected_attach_type = attach,
				.insns = (u64)(uintptr_t)code,
				.insn_cnt = 2,
				.license = (u64)(uintptr_t) "GPL",
				.log_buf = (u64)(uintptr_t)text,
				.log_size = sizeof(text),
				.log_level = 1,
				.prog_flags = type == PROGTYPE_SYSCALL ? BPF_F_SLEEPABLE : 0,
			};
			text[0] = 0;
			int fd = sys_linux_bpf(BPF_PROG_LOAD, &a, sizeof(a));
			if (fd >= 0)
				close(fd);
			/* Linux takes 0 for the oldest attach type of these two. */
			bool usual = !attach && (type == PROGTYPE_CGROUP_SOCK ||
						 type == PROGTYPE_SK_REUSEPORT);
			compared++;
			if ((text[0] != 0) == (prog_expects(type, attach) || usual))
				continue;
			printf("    %s, attach type %u\n", row->name, attach);
			differs++;
		}
	}
	verdict("attach types that a program may expect");
}

/* ---- without the kernel ---- */

static bool words(void)
{
	static const struct {
		const char *section;
		u8 type, attach;
	} want[] = {
		{"xdp", PROGTYPE_XDP, ATTACH_XDP},
		{"xdp.frags/devmap", PROGTYPE_XDP, ATTACH_XDP_DEVMAP},
		{"kprobe/do_exit", PROGTYPE_KPROBE, 0},
		{"kprobe.multi/x", PROGTYPE_KPROBE, ATTACH_TRACE_KPROBE_MULTI},
		{"cgroup/connect6", PROGTYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET6_CONNECT},
		{"cgroup/sendmsg_unix", PROGTYPE_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UNIX_SENDMSG},
		{"tcx/egress", PROGTYPE_SCHED_CLS, ATTACH_TCX_EGRESS},
		{"iter.s/task", PROGTYPE_TRACING, ATTACH_TRACE_ITER},
	};
	static const char *const none[] = {"xdp/", "xdpx", "kprobes/x", "", "cgroup/connect"};
	bool ok = true;
	u32 nr;

	for (u32 i = 0; i < LEN(want); i++) {
		const struct section_row *s =
			section_find(want[i].section, strlen(want[i].section));
		ok &= s && s->type == want[i].type && s->attach == want[i].attach;
	}
	for (u32 i = 0; i < LEN(none); i++)
		ok &= !section_find(none[i], strlen(none[i]));
	ok &= !strcmp(command_name(10), "prog_test_run") && !command_name(BPFCMD_COUNT);
	ok &= !strcmp(attach_name(57), "trace_uprobe_session") && !attach_name(ATTACH_COUNT);
	ok &= !strcmp(bpflink_name(14), "sockmap") && !bpflink_name(BPFLINK_COUNT);
	ok &= attach_find("xdp", 3, &nr) && nr == ATTACH_XDP && !attach_find("xd", 2, &nr);
	ok &= prog_find("netfilter", 9, &nr) && nr == PROGTYPE_NETFILTER && !prog_row(nr + 1);
	ok &= helper_find("bpf_loop", 8) == helper_row(181) && !helper_row(212);
	ok &= !helper_row(0) && !strcmp(helper_btf(helper_row(111)->arg[0]), "sk_buff");
	printf("%s words: sections and names\n", ok ? "ok" : "FAIL");
	return ok;
}

int main(void)
{
	struct utsname u;
	u32 major = 0, minor = 0;

	if (!words())
		return 1;
	uname(&u);
	sscanf(u.release, "%u.%u", &major, &minor);
	if (major * 1000 + minor < 6018) {
		printf("skip kernel: the tables are those of Linux 6.18, this is %s\n", u.release);
		return 0;
	}
	const struct ob_ebpf code[] = {{.code = 0xb7}, {.code = 0x95}};
	if (load(1, code, 2, "GPL", 1) < 0) {
		printf("skip kernel: %s\n", strerror(errno));
		return 0;
	}
	helpers();
	arguments();
	contexts();
	results();
	test_runs();
	expected();
	return 0;
}
