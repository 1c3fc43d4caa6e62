/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF_PROG_TEST_RUN of every type of program, in both worlds: what the call's
 * argument may say, and what it answers. Usage: test_run_types [calls [seed]] */
#include "kern/kern.h"
#include "sys/sys.h"
#include "trial.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

typedef int bpf_fn(int cmd, union bpf_attr *attr, unsigned size);

static int ours(int cmd, union bpf_attr *attr, unsigned size)
{
	int ret = kern_bpf(cmd, attr, size);

	if (ret < 0)
		errno = -ret;
	return ret < 0 ? -1 : ret;
}

/* ---- programs: what they are given comes out of them ---- */

static void load_ctx(struct code *c, u8 op, s32 off)
{
	put(c, op, 0, 6, off, 0);
	see(c);
}

static void flow_code(struct code *c)
{
	put(c, 0x79, 8, 6, 144, 0); /* r8 = flow_keys */
	for (s32 off = 0; off < 16; off += 2) {
		put(c, 0x69, 0, 8, off, 0);
		see(c);
	}
	put(c, 0x61, 0, 8, 48, 0);
	see(c);
	put(c, 0x6b, 8, 7, 0, 0); /* nhoff, thoff */
	put(c, 0x6a, 8, 0, 2, (s32)below(100));
	put(c, 0x63, 8, 7, 16, 0);
	for (s32 off = 0; off < 40; off += 13) {
		put(c, 0xbf, 1, 6, 0, 0);
		put(c, 0xb7, 2, 0, 0, off);
		put(c, 0xbf, 3, 10, 0, 0);
		put(c, 0x07, 3, 0, 0, -8);
		put(c, 0xb7, 4, 0, 0, 4);
		put(c, 0x85, 0, 0, 0, HELPERID_skb_load_bytes);
		see(c);
		put(c, 0x79, 0, 10, -8, 0);
		see(c);
	}
	touch_packet(c);
}

static void one_code(struct code *c, u32 type)
{
	s32 lo, hi;

	*c = (struct code){.type = type};
	if (type == PROGTYPE_SK_LOOKUP)
		c->attach = ATTACH_SK_LOOKUP;
	if (type == PROGTYPE_NETFILTER)
		c->attach = ATTACH_NETFILTER;
	if (type == PROGTYPE_CGROUP_SOCK_ADDR)
		c->attach = ATTACH_CGROUP_INET4_CONNECT;
	if (type == PROGTYPE_CGROUP_SOCKOPT)
		c->attach = ATTACH_CGROUP_SETSOCKOPT;
	begin(c);
	if (type == PROGTYPE_FLOW_DISSECTOR)
		flow_code(c);
	if (type == PROGTYPE_SK_LOOKUP)
		for (s32 off = 8; off < 68; off += 4)
			load_ctx(c, 0x61, off);
	if (type == PROGTYPE_SYSCALL && one_in(2)) {
		load_ctx(c, 0x61, 4);
		put(c, 0x7b, 6, 7, 8, 0);
	}
	if ((type == PROGTYPE_RAW_TRACEPOINT || type == PROGTYPE_RAW_TRACEPOINT_WRITABLE) &&
	    one_in(2))
		load_ctx(c, 0x79, (s16)(below(12) * 8));
	put(c, 0xbf, 0, 7, 0, 0);
	if (prog_returns(c->type, c->attach, &lo, &hi))
		put(c, 0x57, 0, 0, 0, hi);
	put(c, 0x95, 0, 0, 0, 0);
}

static int load(bpf_fn *bpf, const struct code *c)
{
	union bpf_attr a = {
		.prog_type = c->type,
		.expected_attach_type = c->attach,
		.insns = (u64)(uintptr_t)c->v,
		.insn_cnt = c->n,
		.license = (u64)(uintptr_t) "GPL",
		.prog_flags = c->type == PROGTYPE_SYSCALL ? BPF_F_SLEEPABLE : 0,
	};

	return bpf(BPF_PROG_LOAD, &a, sizeof(a));
}

/* ---- calls ---- */

static u8 packet[DATA_MOST], context[256];

static void lookup_context(struct bpf_sk_lookup *c)
{
	c->family = one_in(6) ? below(100) : one_in(2) ? 2 : 10;
	if (one_in(6))
		c->family |= 1u << 16;
	c->protocol = (u32)any();
	random_bytes((u8 *)&c->remote_ip4, 4 + 16);
	c->remote_port = (u16)any();
	random_bytes((u8 *)&c->local_ip4, 4 + 16);
	c->local_port = one_in(4) ? (u32)any() : one_in(4) ? 65535 + below(2) : below(65536);
	if (one_in(6))
		c->ingress_ifindex = 1;
	if (one_in(10))
		c->cookie = 1;
}

static u32 make_context(u32 type)
{
	memset(context, 0, sizeof(context));
	switch (type) {
	case PROGTYPE_FLOW_DISSECTOR:
		((struct bpf_flow_keys *)context)->flags = below(8);
		if (one_in(6))
			context[below(60)] = 1;
		return sizeof(struct bpf_flow_keys);
	case PROGTYPE_SK_LOOKUP:
		lookup_context((struct bpf_sk_lookup *)context);
		return sizeof(struct bpf_sk_lookup);
	case PROGTYPE_NETFILTER:
		context[0] = (u8)below(6);
		context[1] = one_in(5) ? (u8)below(13) : one_in(2) ? 2 : 10;
		if (one_in(6))
			context[below(48)] = 1;
		return 48;
	case PROGTYPE_RAW_TRACEPOINT:
	case PROGTYPE_RAW_TRACEPOINT_WRITABLE:
		random_bytes(context, 96);
		return below(14) * 8;
	case PROGTYPE_SYSCALL:
		random_bytes(context, 64);
		return below(56);
	}
	return 24;
}

static void random_call(u32 type, union bpf_attr *a)
{
	bool plain = type == PROGTYPE_RAW_TRACEPOINT || type == PROGTYPE_SYSCALL ||
		     type == PROGTYPE_SK_LOOKUP;

	*a = (union bpf_attr){0};
	if (!plain || one_in(20)) {
		a->test.data_in = (u64)(uintptr_t)packet;
		a->test.data_size_in = random_packet(packet, false);
		if (one_in(2)) {
			a->test.data_out = 1;
			a->test.data_size_out = one_in(4) ? below(60) : 4096;
		}
	}
	u32 known = make_context(type);
	if (!one_in(4) || type == PROGTYPE_SYSCALL) {
		a->test.ctx_in = (u64)(uintptr_t)context;
		a->test.ctx_size_in = one_in(8) && type != PROGTYPE_SYSCALL ? below(200) : known;
		if (!a->test.ctx_size_in)
			a->test.ctx_in = 0;
	}
	if (type != PROGTYPE_RAW_TRACEPOINT && type != PROGTYPE_SYSCALL && one_in(2)) {
		a->test.ctx_out = 1;
		a->test.ctx_size_out = one_in(4) ? below(80) + 1 : 200;
	}
	if (one_in(plain ? 20 : 4))
		a->test.repeat = below(4);
	if (one_in(10))
		a->test.flags = below(4);
	if (one_in(10))
		a->test.cpu = one_in(2) ? 1 : 100000;
	if (one_in(20))
		a->test.batch_size = 1;
	if (one_in(40))
		a->test.duration = 1;
}

struct result {
	int err;
	union bpf_attr a;
	u8 in[256], ctx[256], data[4096];
};

static void run(bpf_fn *bpf, int fd, const union bpf_attr *a, struct result *r)
{
	memset(r, 0, sizeof(*r));
	memcpy(r->in, context, sizeof(context));
	r->a = *a;
	r->a.test.prog_fd = (u32)fd;
	if (a->test.ctx_in)
		r->a.test.ctx_in = (u64)(uintptr_t)r->in;
	if (a->test.data_out)
		r->a.test.data_out = (u64)(uintptr_t)r->data;
	if (a->test.ctx_out)
		r->a.test.ctx_out = (u64)(uintptr_t)r->ctx;
	r->err = bpf(BPF_PROG_TEST_RUN, &r->a, sizeof(r->a)) < 0 ? errno : 0;
	if (!r->err)
		r->a.test.duration = 0;
}

static bool same(const struct result *x, const struct result *y)
{
	return x->err == y->err && x->a.test.retval == y->a.test.retval &&
	       x->a.test.data_size_out == y->a.test.data_size_out &&
	       x->a.test.ctx_size_out == y->a.test.ctx_size_out &&
	       !memcmp(x->in, y->in, sizeof(x->in)) && !memcmp(x->ctx, y->ctx, sizeof(x->ctx)) &&
	       !memcmp(x->data, y->data, sizeof(x->data));
}

static void show(u32 type, const struct result *x, const struct result *y)
{
	const union bpf_attr *a = &x->a;

	printf("    %s: errno %d retval %#x sizes %u %u; in Linux %d %#x %u %u\n",
	       prog_row(type)->name, x->err, x->a.test.retval, x->a.test.data_size_out,
	       x->a.test.ctx_size_out, y->err, y->a.test.retval, y->a.test.data_size_out,
	       y->a.test.ctx_size_out);
	printf("    size %u ctx %u repeat %u flags %u cpu %u batch %u duration %u\n",
	       a->test.data_size_in, a->test.ctx_size_in, a->test.repeat, a->test.flags,
	       a->test.cpu, a->test.batch_size, a->test.duration);
	for (u32 i = 0; i < 64; i++)
		printf("%02x", context[i]);
	puts("");
	for (u32 i = 0; i < sizeof(x->data); i++)
		if (x->data[i] != y->data[i]) {
			printf("    byte %u: %02x %02x\n", i, x->data[i], y->data[i]);
			break;
		}
}

static u32 good;

static bool one_type(u32 type, u32 calls)
{
	static struct result x, y;
	struct code c;
	u32 fine = 0;

	one_code(&c, type);
	int there = load(sys_linux_bpf, &c), here = load(ours, &c);
	bool ok = (there >= 0) == (here >= 0);
	if (!ok)
		printf("    %s: only %s takes it\n", prog_row(type)->name,
		       here >= 0 ? "our world" : "Linux");
	for (u32 i = 0; i < calls && ok && there >= 0; i++) {
		union bpf_attr a;
		random_call(type, &a);
		run(ours, here, &a, &x);
		run(sys_linux_bpf, there, &a, &y);
		fine += !y.err;
		ok = same(&x, &y);
		if (!ok)
			show(type, &x, &y);
	}
	if (there >= 0 && ok && prog_row(type)->run != RUN_NONE && !fine && calls > 100) {
		printf("    %s: no call went well\n", prog_row(type)->name);
		ok = false;
	}
	good += fine;
	close(there);
	close(here);
	return ok;
}

int main(int argc, char **argv)
{
	u32 calls = argc > 1 ? (u32)strtoul(argv[1], NULL, 0) : 300, all = 0;
	char name[40], path[256];
	struct code c;

	seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	one_code(&c, PROGTYPE_SCHED_CLS);
	int fd = load(sys_linux_bpf, &c);
	if (fd < 0) {
		printf("skip kernel: %s\n", strerror(errno));
		return 0;
	}
	close(fd);
	snprintf(name, sizeof(name), "test-run-types-%d", getpid());
	if (kern_world_dir(name, path, sizeof(path)) || setenv("ONEBPF_WORLD", path, 1)) {
		puts("FAIL world");
		return 1;
	}
	bool ok = true;
	for (u32 round = 0; round < 4; round++)
		for (u32 type = 1; type < PROGTYPE_COUNT && ok; type++)
			if (prog_row(type)->ctx != CTX_BTF && prog_row(type)->run != RUN_XDP &&
			    prog_row(type)->run != RUN_SKB) {
				all += calls;
				ok = one_type(type, calls);
			}
	kern_world_remove(path);
	printf("    %u calls, %u of them without an error\n", all, good);
	printf("%s kernel: the same answers\n", ok ? "ok" : "FAIL");
	return !ok;
}
