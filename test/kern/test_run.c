/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF_PROG_TEST_RUN in both worlds: random programs that call helpers on random
 * packets and contexts must give the same errno, result, packet and context.
 * Usage: test_run [cases [seed]] */
#include "kern/kern.h"
#include "sys/sys.h"
#include "trial.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- calls ---- */

static const u64 store_flags[] = {1, 2};
static const u64 sum_flags[] = {2, 4, 2, 4, 0, 1 << 4, 1 << 5, 1 << 6, 1 << 7, 3};
static const u64 room_flags[] = {1,      1 << 1, 1 << 2, 1 << 3,        1 << 4,      1 << 5,
				 1 << 6, 1 << 7, 1 << 8, (u64)14 << 56, (u64)2 << 56};
static const u64 tunnel_flags[] = {1, 1 << 4, 1 << 1, 1 << 2, 1 << 3};
static const u64 mtu_flags[] = {1};
static const u64 fib_flags[] = {1, 2, 4, 8, 16, 32};
static const u64 no_flags[] = {0};

/* HEAD: so little that 16 bits hold where Linux has the headers. */
enum arg {
	NO,
	CTX,
	NEAR,
	HEAD,
	BUF,
	LEN_OF_BUF,
	ANY32,
	FLAGS,
	PROTO,
	SMALL,
	KEY,
	LEN_OF_KEY,
	MTU,
	FIB,
	LEN_OF_FIB,
	ENCAP,
	IP,
	LEN_OF_IP
};

static const struct call {
	u8 id, arg[5];
	const u64 *flags;
	u32 n;
} calls[] = {
	{HELPERID_skb_load_bytes, {CTX, NEAR, BUF, LEN_OF_BUF}, no_flags, 1},
	{HELPERID_skb_load_bytes_relative, {CTX, NEAR, BUF, LEN_OF_BUF, SMALL}, no_flags, 1},
	{HELPERID_skb_store_bytes, {CTX, NEAR, BUF, LEN_OF_BUF, FLAGS}, store_flags, 2},
	{HELPERID_skb_pull_data, {CTX, NEAR}, no_flags, 1},
	{HELPERID_l3_csum_replace, {CTX, NEAR, ANY32, ANY32, FLAGS}, sum_flags, 5},
	{HELPERID_l3_csum_replace, {CTX, NEAR, NO, ANY32, NO}, no_flags, 1},
	{HELPERID_l4_csum_replace, {CTX, NEAR, ANY32, ANY32, FLAGS}, sum_flags, 10},
	{HELPERID_l4_csum_replace, {CTX, NEAR, NO, ANY32, NO}, no_flags, 1},
	{HELPERID_csum_update, {CTX, ANY32}, no_flags, 1},
	{HELPERID_csum_level, {CTX, SMALL}, no_flags, 1},
	{HELPERID_skb_change_type, {CTX, SMALL}, no_flags, 1},
	{HELPERID_set_hash_invalid, {CTX}, no_flags, 1},
	{HELPERID_set_hash, {CTX, ANY32}, no_flags, 1},
	{HELPERID_skb_set_tstamp, {CTX, SMALL, SMALL}, no_flags, 1},
	{HELPERID_skb_ecn_set_ce, {CTX}, no_flags, 1},
	{HELPERID_get_route_realm, {CTX}, no_flags, 1},
	{HELPERID_skb_cgroup_classid, {CTX}, no_flags, 1},
	{HELPERID_get_socket_uid, {CTX}, no_flags, 1},
	{HELPERID_redirect, {SMALL, FLAGS}, store_flags, 2},
	{HELPERID_redirect_peer, {SMALL, FLAGS}, store_flags, 2},
	{HELPERID_redirect_neigh, {SMALL, BUF, LEN_OF_BUF, FLAGS}, store_flags, 2},
	{HELPERID_skb_set_tunnel_key, {CTX, KEY, LEN_OF_KEY, FLAGS}, tunnel_flags, 5},
	{HELPERID_skb_set_tunnel_key, {CTX, KEY, LEN_OF_KEY, FLAGS}, tunnel_flags, 5},
	{HELPERID_skb_get_tunnel_key, {CTX, BUF, LEN_OF_KEY, FLAGS}, tunnel_flags, 2},
	{HELPERID_skb_set_tunnel_opt, {CTX, BUF, LEN_OF_KEY}, no_flags, 1},
	{HELPERID_skb_get_tunnel_opt, {CTX, BUF, LEN_OF_KEY}, no_flags, 1},
	{HELPERID_get_netns_cookie, {CTX}, no_flags, 1},
	{HELPERID_skb_vlan_push, {CTX, PROTO, ANY32}, no_flags, 1},
	{HELPERID_skb_vlan_pop, {CTX}, no_flags, 1},
	{HELPERID_skb_change_proto, {CTX, PROTO, FLAGS}, no_flags, 1},
	{HELPERID_skb_adjust_room, {CTX, NEAR, SMALL, FLAGS}, room_flags, 11},
	{HELPERID_skb_change_tail, {CTX, NEAR, FLAGS}, no_flags, 1},
	{HELPERID_skb_change_head, {CTX, HEAD, FLAGS}, no_flags, 1},
	{HELPERID_skb_cgroup_id, {CTX}, no_flags, 1},
	{HELPERID_skb_ancestor_cgroup_id, {CTX, SMALL}, no_flags, 1},
	{HELPERID_get_cgroup_classid, {CTX}, no_flags, 1},
	{HELPERID_skb_get_xfrm_state, {CTX, SMALL, BUF, LEN_OF_BUF, FLAGS}, store_flags, 2},
	{HELPERID_check_mtu, {CTX, SMALL, MTU, NEAR, FLAGS}, mtu_flags, 1},
	{HELPERID_fib_lookup, {CTX, FIB, LEN_OF_FIB, FLAGS}, fib_flags, 6},
	{HELPERID_sk_lookup_tcp, {CTX, BUF, LEN_OF_BUF, SMALL, FLAGS}, no_flags, 1},
	{HELPERID_sk_lookup_udp, {CTX, BUF, LEN_OF_BUF, SMALL, FLAGS}, no_flags, 1},
	{HELPERID_skc_lookup_tcp, {CTX, BUF, LEN_OF_BUF, SMALL, FLAGS}, no_flags, 1},
	{HELPERID_lwt_push_encap, {CTX, ENCAP, IP, LEN_OF_IP}, no_flags, 1},
	{HELPERID_xdp_adjust_head, {CTX, NEAR}, no_flags, 1},
	{HELPERID_xdp_adjust_meta, {CTX, NEAR}, no_flags, 1},
	{HELPERID_xdp_adjust_tail, {CTX, NEAR}, no_flags, 1},
	{HELPERID_xdp_get_buff_len, {CTX}, no_flags, 1},
	{HELPERID_xdp_load_bytes, {CTX, NEAR, BUF, LEN_OF_BUF}, no_flags, 1},
	{HELPERID_xdp_store_bytes, {CTX, NEAR, BUF, LEN_OF_BUF}, no_flags, 1},
};

static void argument(struct code *c, u8 r, const struct call *f, enum arg kind)
{
	static const u16 protos[] = {0x0008, 0xdd86, 0x0081, 0xa888, 0x1234};
	s64 n;

	switch (kind) {
	case NO:
		put(c, 0xb7, r, 0, 0, 0);
		break;
	case CTX:
		put(c, 0xbf, r, 6, 0, 0);
		break;
	case NEAR:
		put(c, 0xb7, r, 0, 0, (s32)near_number());
		break;
	case HEAD:
		n = near_number();
		put(c, 0xb7, r, 0, 0, (s32)MIN(n, 16064));
		break;
	case BUF:
		put(c, 0xbf, r, 10, 0, 0);
		put(c, 0x07, r, 0, 0, -BUFFER);
		break;
	case KEY: /* of no extension, and mostly of no label */
		put(c, 0x6a, 10, 0, -BUFFER + 22, 0);
		if (!one_in(4))
			put(c, 0x62, 10, 0, -BUFFER + 24, 0);
		argument(c, r, f, BUF);
		break;
	case LEN_OF_KEY:
		put(c, 0xb7, r, 0, 0, one_in(4) ? 8 + 4 * (s32)below(12) : 44);
		break;
	case MTU:
		if (!one_in(3))
			put(c, 0x62, 10, 0, -BUFFER, one_in(3) ? 65500 + (s32)below(80) : 0);
		argument(c, r, f, BUF);
		break;
	case FIB: /* a family, a device */
		put(c, 0x72, 10, 0, -BUFFER, one_in(8) ? (s32)below(12) : one_in(2) ? 2 : 10);
		put(c, 0x62, 10, 0, -BUFFER + 8, (s32)below(3));
		if (one_in(4))
			put(c, 0x62, 10, 0, -BUFFER + 16 + 16 * (s32)below(2), 0x80fe);
		argument(c, r, f, BUF);
		break;
	case ENCAP: /* what asks for a route would end Linux: a test run's packet has none */
		put(c, 0xb7, r, 0, 0,
		    c->type != PROGTYPE_LWT_IN || one_in(8) ? 3 + (s32)below(3) : BPF_LWT_ENCAP_IP);
		break;
	case IP: /* a version, a length, and mostly no sum */
		put(c, 0x72, 10, 0, -BUFFER,
		    one_in(2) ? 0x45 + (s32)below(3) : 0x60 + (s32)below(40));
		if (!one_in(4))
			put(c, 0x6a, 10, 0, -BUFFER + 10, 0);
		if (one_in(3)) /* UDP */
			put(c, 0x72, 10, 0, -BUFFER + (one_in(2) ? 9 : 6), 17);
		argument(c, r, f, BUF);
		break;
	case LEN_OF_IP:
		put(c, 0xb7, r, 0, 0, one_in(3) ? (s32)below(BUFFER) + 1 : 20 + 4 * (s32)below(8));
		break;
	case LEN_OF_FIB:
		put(c, 0xb7, r, 0, 0, one_in(8) ? (s32)below(BUFFER) + 1 : 64);
		break;
	case LEN_OF_BUF:
		put(c, 0xb7, r, 0, 0, (s32)below(BUFFER) + 1);
		break;
	case ANY32:
		put_imm64(c, r, one_in(4) ? below(4) : any());
		break;
	case FLAGS:
		put_imm64(c, r, flag_number(f->flags, f->n));
		break;
	case PROTO:
		put(c, 0xb7, r, 0, 0, protos[below(LEN(protos))]);
		break;
	case SMALL:
		put(c, 0xb7, r, 0, 0, (s32)below(one_in(4) ? 5 : 3));
		break;
	}
}

static u32 asked[HELPER_COUNT];

static bool finds(u8 id)
{
	return id == HELPERID_sk_lookup_tcp || id == HELPERID_sk_lookup_udp ||
	       id == HELPERID_skc_lookup_tcp;
}

/* What was found is let go; r0 is 1 then. */
static void release(struct code *c)
{
	put(c, 0x15, 0, 0, 3, 0);
	put(c, 0xbf, 1, 0, 0, 0);
	put(c, 0x85, 0, 0, 0, HELPERID_sk_release);
	put(c, 0xb7, 0, 0, 0, 1);
}

/* A program likes some of them, so that one finds what the other left. */
static void call_helper(struct code *c, const u8 liked[3])
{
	const struct call *f = &calls[one_in(3) ? below(LEN(calls)) : liked[below(below(3) + 1)]];

	if (!helper_for(f->id, c->type, c->attach))
		return;
	asked[f->id]++;
	for (u8 r = 1; r <= 5; r++)
		argument(c, r, f, f->arg[r - 1]);
	put(c, 0x85, 0, 0, 0, f->id);
	if (finds(f->id))
		release(c);
	see(c);
	if (f->arg[1] == BUF || f->arg[2] == BUF || f->arg[1] == FIB || f->arg[2] == MTU)
		see_buffer(c);
}

/* Of the socket in r8, which is none of TCP's. */
static void ask_cookie(struct code *c)
{
	u32 id = one_in(2) ? HELPERID_tcp_check_syncookie : HELPERID_tcp_gen_syncookie;

	if (!helper_for(id, c->type, c->attach))
		return;
	asked[id]++;
	put(c, 0xbf, 1, 8, 0, 0);
	put(c, 0xbf, 2, 10, 0, 0);
	put(c, 0x07, 2, 0, 0, -BUFFER);
	put(c, 0xb7, 3, 0, 0, 20);
	put(c, 0xbf, 4, 10, 0, 0);
	put(c, 0x07, 4, 0, 0, -BUFFER / 2);
	put(c, 0xb7, 5, 0, 0, 20);
	put(c, 0x85, 0, 0, 0, (s32)id);
	see(c);
}

/* The socket of the packet, as far as it is one. */
static void look_at_socket(struct code *c)
{
	static const u8 offs[] = {0, 4, 8, 12, 16, 20, 24, 28, 40, 44, 52, 56, 72};
	u32 skip, id = one_in(3)   ? HELPERID_tcp_sock
		       : one_in(3) ? HELPERID_get_listener_sock
				   : HELPERID_sk_fullsock;

	if (c->type == PROGTYPE_XDP || !helper_for(id, c->type, c->attach))
		return;
	put(c, 0x79, 1, 6, 168, 0);
	put(c, 0xb7, 0, 0, 0, 0);
	put(c, 0x15, 1, 0, 1, 0);
	put(c, 0x85, 0, 0, 0, (s32)id);
	skip = c->n;
	put(c, 0x15, 0, 0, 0, 0);
	put(c, 0xbf, 8, 0, 0, 0);
	put(c, 0x27, 7, 0, 0, 33);
	for (u32 i = 0; i < LEN(offs) && id == HELPERID_sk_fullsock; i++) {
		put(c, 0x61, 0, 8, offs[i], 0);
		see(c);
	}
	if (id == HELPERID_sk_fullsock)
		ask_cookie(c);
	c->v[skip].off = (s16)(c->n - skip - 1);
}

static void random_code(struct code *c)
{
	static const u8 types[] = {PROGTYPE_SCHED_CLS,  PROGTYPE_SCHED_CLS, PROGTYPE_SCHED_ACT,
				   PROGTYPE_XDP,        PROGTYPE_XDP,       PROGTYPE_SOCKET_FILTER,
				   PROGTYPE_CGROUP_SKB, PROGTYPE_LWT_IN,    PROGTYPE_LWT_OUT,
				   PROGTYPE_LWT_XMIT};

	u8 liked[3];

	*c = (struct code){.type = types[below(LEN(types))]};
	for (u32 i = 0; i < LEN(liked); i++)
		do
			liked[i] = (u8)below(LEN(calls));
		while (!helper_for(calls[liked[i]].id, c->type, 0));
	begin(c);
	for (u32 i = below(20); i; i--)
		switch (below(8)) {
		case 7:
			look_at_socket(c);
			break;
		case 6:
			load_absolute(c);
			break;
		case 0:
			read_context(c);
			break;
		case 1:
			write_context(c);
			break;
		case 2:
			touch_packet(c);
			break;
		default:
			call_helper(c, liked);
		}
	end(c);
}

/* ---- one run in one world ---- */

typedef int bpf_fn(int cmd, union bpf_attr *attr, unsigned size);

static int ours(int cmd, union bpf_attr *attr, unsigned size)
{
	int ret = kern_bpf(cmd, attr, size);

	if (ret < 0)
		errno = -ret;
	return ret < 0 ? -1 : ret;
}

static char text[1 << 16];

static int load(bpf_fn *bpf, const struct code *c, bool log)
{
	union bpf_attr a = {
		.prog_type = c->type,
		.expected_attach_type = c->attach,
		.insns = (u64)(uintptr_t)c->v,
		.insn_cnt = c->n,
		.license = (u64)(uintptr_t) "GPL",
		.log_buf = log ? (u64)(uintptr_t)text : 0,
		.log_size = log ? sizeof(text) : 0,
		.log_level = log,
	};

	return bpf(BPF_PROG_LOAD, &a, sizeof(a));
}

struct result {
	int err;
	union bpf_attr a;
	u8 ctx[256];
	u8 data[DATA_MOST + 4096];
};

static void run(bpf_fn *bpf, int fd, const union bpf_attr *a, struct result *r)
{
	memset(r->ctx, 0xaa, sizeof(r->ctx));
	memset(r->data, 0xaa, sizeof(r->data));
	r->a = *a;
	r->a.test.prog_fd = (u32)fd;
	if (a->test.data_out)
		r->a.test.data_out = (u64)(uintptr_t)r->data;
	if (a->test.ctx_out)
		r->a.test.ctx_out = (u64)(uintptr_t)r->ctx;
	r->err = bpf(BPF_PROG_TEST_RUN, &r->a, sizeof(r->a)) < 0 ? errno : 0;
}

/* ---- a case ---- */

static u8 packet[DATA_MOST];
static u8 context[256];

static bool uses(const struct code *c, s32 helper)
{
	for (u32 i = 0; i < c->n; i++)
		if (c->v[i].code == 0x85 && c->v[i].imm == helper)
			return true;
	return false;
}

/* A packet that ends before its network header is a bug to Linux 6.18, when it looks
 * at the checksum: it stops there. */
static bool may_sum(const struct code *c) { return !uses(c, HELPERID_skb_change_tail); }

static void random_call(const struct code *c, union bpf_attr *a)
{
	bool xdp = c->type == PROGTYPE_XDP;
	u32 size = random_packet(packet, xdp),
	    known = xdp ? sizeof(struct xdp_md) : sizeof(struct __sk_buff);

	*a = (union bpf_attr){.test = {.data_in = (u64)(uintptr_t)packet, .data_size_in = size}};
	if (!one_in(4)) {
		a->test.data_out = 1;
		a->test.data_size_out = one_in(8) ? below(size + 2) : DATA_MOST;
	}
	memset(context, 0, sizeof(context));
	if (!one_in(3)) {
		if (xdp)
			random_xdp_context((struct xdp_md *)context, size);
		else
			random_skb_context((struct __sk_buff *)context, size);
		a->test.ctx_in = (u64)(uintptr_t)context;
		a->test.ctx_size_in = one_in(8) ? below(sizeof(context)) : known;
		if (one_in(20))
			context[known + below(8)] = 1;
	}
	if (!one_in(3)) {
		a->test.ctx_out = 1;
		a->test.ctx_size_out = one_in(8) ? below(256) : 256;
	}
	if (one_in(4))
		a->test.repeat = below(4);
	if (one_in(4))
		a->test.flags = one_in(4) ? below(8) & ~2u : xdp ? 0 : 4; /* live frames go out */
	if (!may_sum(c))
		a->test.flags &= ~4u;
	if (one_in(50))
		a->test.cpu = 1;
	if (one_in(50))
		a->test.batch_size = 1;
	if (one_in(100))
		a->test.data_in = 0;
}

static void show(const struct code *c, const union bpf_attr *a)
{
	static struct eb insn[CODE_MOST];
	struct buf b = {0};

	ebpf_decode(c->v, c->n, insn);
	ebpf_dis(&b, insn, c->n);
	printf("%s\n", prog_row(c->type)->name);

	for (u32 i = 0; i < c->n; i++) {
		b.n = 0;
		ebpf_dis_one(&b, &insn[i], i);
		printf("%4u: %s\n", i, b.p);
	}
	buf_deinit(&b);
	printf("size %u out %u ctx %u out %u repeat %u flags %u cpu %u batch %u\n",
	       a->test.data_size_in, a->test.data_size_out, a->test.ctx_size_in,
	       a->test.ctx_size_out, a->test.repeat, a->test.flags, a->test.cpu,
	       a->test.batch_size);
	for (u32 i = 0; i < MIN(a->test.data_size_in, 64u); i++)
		printf("%02x%s", packet[i], i % 32 == 31 ? "\n" : "");
	for (u32 i = 0; i < sizeof(context); i += 4)
		if (get_le32(context + i))
			printf(" ctx[%u]=%#x", i, get_le32(context + i));
	puts("");
}

static bool bytes_differ(const char *what, const u8 *x, const u8 *y, u32 n)
{
	for (u32 i = 0; i < n; i++)
		if (x[i] != y[i]) {
			printf("    %s byte %u: %02x, in Linux %02x\n", what, i, x[i], y[i]);
			return true;
		}
	return false;
}

static bool differs(const struct result *x, const struct result *y)
{
	if (x->err != y->err) {
		printf("    errno %d (%s), in Linux %d (%s)\n", x->err, strerror(x->err), y->err,
		       strerror(y->err));
		return true;
	}
	if (x->a.test.retval != y->a.test.retval ||
	    x->a.test.data_size_out != y->a.test.data_size_out ||
	    x->a.test.ctx_size_out != y->a.test.ctx_size_out) {
		printf("    retval %#x size %u ctx %u, in Linux %#x %u %u\n", x->a.test.retval,
		       x->a.test.data_size_out, x->a.test.ctx_size_out, y->a.test.retval,
		       y->a.test.data_size_out, y->a.test.ctx_size_out);
		return true;
	}
	return bytes_differ("ctx", x->ctx, y->ctx, sizeof(x->ctx)) ||
	       bytes_differ("data", x->data, y->data, sizeof(x->data));
}

/* The first thing that a shorter program sees otherwise. */
static void first_difference(const struct code *c, const union bpf_attr *a)
{
	static struct code cut;
	static struct result x, y;

	for (u32 i = 1; i < c->n; i++) {
		if (c->v[i - 1].code != 0x27 || c->v[i].code != 0x0f)
			continue;
		cut = *c;
		cut.n = i + 1;
		put(&cut, 0xbf, 0, 0, 0, 0);
		put(&cut, 0x95, 0, 0, 0, 0);
		int there = load(sys_linux_bpf, &cut, false), here = load(ours, &cut, false);
		if (there >= 0 && here >= 0) {
			run(ours, here, a, &x);
			run(sys_linux_bpf, there, a, &y);
		}
		close(there);
		close(here);
		if (there >= 0 && x.a.test.retval != y.a.test.retval) {
			printf("    slot %u: r0 is %#x, in Linux %#x\n", i - 1, x.a.test.retval,
			       y.a.test.retval);
			return;
		}
	}
}

static u32 runs, good, refused;

/* The program once, on several packets. */
static bool one_case(void)
{
	static struct code c;
	static struct result x, y;
	bool ok = true;

	random_code(&c);
	int there = load(sys_linux_bpf, &c, false);
	if (there < 0) {
		refused++;
		return true;
	}
	int here = load(ours, &c, false);
	if (here < 0) {
		load(ours, &c, true);
		printf("    our world refuses: %s\n%s\n", strerror(errno), text);
		ok = false;
	}
	for (u32 i = 0; i < 8 && ok; i++) {
		union bpf_attr a;
		random_call(&c, &a);
		run(ours, here, &a, &x);
		run(sys_linux_bpf, there, &a, &y);
		runs++;
		good += !y.err;
		ok = !differs(&x, &y);
		if (!ok) {
			show(&c, &a);
			first_difference(&c, &a);
		}
	}
	close(there);
	close(here);
	return ok;
}

static bool our_world(char path[256])
{
	char name[32];

	snprintf(name, sizeof(name), "test-run-%d", getpid());
	return !kern_world_dir(name, path, 256) && !setenv("ONEBPF_WORLD", path, 1);
}

int main(int argc, char **argv)
{
	u32 cases = argc > 1 ? (u32)strtoul(argv[1], NULL, 0) : 1500;
	char path[256];
	struct code c = {.type = PROGTYPE_SCHED_CLS};

	seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	begin(&c);
	end(&c);
	int fd = load(sys_linux_bpf, &c, true);
	if (fd < 0) {
		printf("skip kernel: %s\n", strerror(errno));
		return 0;
	}
	close(fd);
	if (!our_world(path)) {
		puts("FAIL world");
		return 1;
	}
	bool ok = true;
	u32 i;
	for (i = 0; i < cases && ok; i++) {
		seed = i * 1000003 + (argc > 2 ? strtoull(argv[2], NULL, 0) : 1);
		ok = one_case();
	}
	if (!ok)
		printf("    case %u\n", i - 1);
	kern_world_remove(path);
	printf("    %u runs, %u of them without an error; Linux refuses %u of %u programs\n", runs,
	       good, refused, i);
	for (u32 k = 0; k < LEN(calls) && ok; k++)
		if (!asked[calls[k].id]) {
			printf("    nobody calls %s\n", helper_row(calls[k].id)->name);
			ok = cases < 1000;
		}
	ok &= refused < i / 2;
	printf("%s kernel: the same runs\n", ok ? "ok" : "FAIL");
	return !ok;
}
