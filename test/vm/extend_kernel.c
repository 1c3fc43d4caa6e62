/* SPDX-License-Identifier: BSD-2-Clause */
/* Classic programs as extended socket filters, in the running kernel: on a UNIX
 * socket beside the classic original, and by BPF_PROG_TEST_RUN on frames, where
 * all of r0 is seen: random programs, then random filters. Usage: extend_kernel
 * [runs [seed]] */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../fuzz/filter_gen.h"
#include "../programs.h"
#include "check/check.h"
#include "filter/filter.h"
#include "vm/vm.h"

enum { LONGEST = 40, PACKET = 300, TRIES = 3, LOOPBACK = 1, FRAMES = 16 };

static u32 runs = 3000;
static u64 seed = 1;
static int to, from;
static u32 kept, dropped, refused;
static struct ob_meta meta = {
	.has_dev = true, .has_ll = true, .net_off = 14, .ifindex = LOOPBACK, .mark = 77};
static char log_text[1 << 20];

static u64 address(const void *p) { return (u64)(uintptr_t)p; }

static int load(const struct ob_ebpf *code, u32 n, u32 type)
{
	union bpf_attr attr = {.prog_type = type,
			       .insns = address(code),
			       .insn_cnt = n,
			       .license = address("BSD"),
			       .log_level = 1,
			       .log_size = sizeof(log_text),
			       .log_buf = address(log_text)};

	log_text[0] = 0;
	return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

static bool differs(const char *why, const struct ob_cbpf *code, u32 n, const u8 *packet, u32 len)
{
	print_program(why, code, n);
	fprintf(stderr, "packet of %u:", len);
	for (u32 i = 0; i < len; i++)
		fprintf(stderr, " %02x", packet[i]);
	fprintf(stderr, "\n%s", log_text);
	return false;
}

/* An error is one that must be: for what an extended filter has not. */
static bool must_refuse(const struct ob_cbpf *code, u32 n)
{
	for (u32 i = 0; i < n; i++)
		switch (code[i].k - CBPF_AD_OFF) {
		case CA_NLATTR:
		case CA_NLATTR_NEST:
		case CA_HATYPE:
		case CA_PAY_OFFSET:
			return true;
		}
	return false;
}

/* A descriptor; -1: rightly refused; -2: wrongly. */
static int extend(const struct ob_cbpf *code, u32 n, u32 type)
{
	struct ob_ebpf *ext;
	struct arena a;
	u32 *spans, m;
	int fd;

	arena_init(&a);
	struct ob_err *err = cbpf_extend(&a, code, n, CBPF_FOR_SOCKET, &ext, &spans, &m);
	if (err) {
		fd = ob_err_code(err) == OB_UNSUPPORTED && must_refuse(code, n) ? -1 : -2;
		refused++;
		ob_err_destroy(err);
	} else {
		fd = load(ext, m, type);
		fd = fd < 0 ? -2 : fd;
	}
	arena_deinit(&a);
	if (fd == -2)
		differs("not loaded", code, n, NULL, 0);
	return fd;
}

static u32 ours(const struct ob_cbpf *code, u32 n, const struct vm_pkt *pkt)
{
	struct vm_classic *vm;
	struct prog *p;

	if (prog_create_classic(code, n, &p) || vm_classic_create(p, VM_LINUX, &vm))
		abort();
	u32 ret = vm_classic_run(vm, pkt);
	vm_classic_destroy(vm);
	prog_destroy(p);
	return ret;
}

/* ---- on a socket ---- */

static int attach_classic(const struct ob_cbpf *code, u32 n)
{
	struct sock_fprog prog = {(u16)n, (struct sock_filter *)(uintptr_t)code};

	return setsockopt(to, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) ? errno : 0;
}

static u32 arrives(const u8 *packet, u32 n)
{
	static u8 got[PACKET];

	if (send(from, packet, n, 0) != (ssize_t)n)
		abort();
	ssize_t k = recv(to, got, sizeof(got), MSG_DONTWAIT);
	return (u32)MAX(k, 0);
}

static bool on_socket(const struct ob_cbpf *code, u32 n, const u8 *packet, u32 len)
{
	int fd = extend(code, n, BPF_PROG_TYPE_SOCKET_FILTER);

	if (fd < 0)
		return fd == -1;
	if (attach_classic(code, n)) {
		close(fd);
		return ++refused;
	}
	u32 classic = arrives(packet, len);
	if (setsockopt(to, SOL_SOCKET, SO_ATTACH_BPF, &fd, sizeof(fd)))
		return differs("not attached", code, n, packet, len);
	u32 extended = arrives(packet, len);
	close(fd);
	kept += classic != 0;
	dropped += !classic;
	return classic == extended || differs("the verdict differs", code, n, packet, len);
}

/* Half of the programs are folded, with what our machine gives compiled in. */
static bool socket_pair(struct rnd *r, const struct ob_cbpf *code, u32 n)
{
	struct ob_cbpf copy[LONGEST + TAIL];
	struct ob_meta unix_socket = {.cpu = meta.cpu};
	u8 packet[PACKET];
	struct vm_pkt pkt = {.data = packet, .anc = &unix_socket};

	pkt.len = pkt.caplen = 2 + below(r, PACKET - 2);
	random_packet(r, packet, pkt.len);
	memcpy(copy, code, n * sizeof(*copy));
	if (below(r, 2)) {
		n = add_tail(copy, n);
		n = expect(copy, n, ours(copy, n, &pkt));
	}
	return on_socket(copy, n, packet, pkt.len);
}

/* ---- by BPF_PROG_TEST_RUN, as a classifier: that sees the whole frame ---- */

static void frame_meta(const u8 *p)
{
	static const u8 loopback[6];
	u32 type = get_be16(p + 12);

	meta.pkttype = memcmp(p, loopback, 6) ? 3 : 0;
	if (*p & 1)
		meta.pkttype = memcmp(p, "\xff\xff\xff\xff\xff\xff", 6) ? 2 : 1;
	meta.protocol = type >= 0x600 ? type : get_be16(p + 14) == 0xffff ? 1 : 4;
}

static bool run_frame(int fd, const struct ob_cbpf *code, u32 n, const struct vm_pkt *pkt)
{
	struct __sk_buff ctx = {.mark = meta.mark};
	union bpf_attr attr = {.test = {.prog_fd = (u32)fd,
					.data_in = address(pkt->data),
					.data_size_in = pkt->caplen,
					.ctx_in = address(&ctx),
					.ctx_size_in = sizeof(ctx),
					.repeat = 1}};

	if (syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr))) {
		fprintf(stderr, "test run: %s\n", strerror(errno));
		return differs("no run", code, n, pkt->data, pkt->caplen);
	}
	u32 we = ours(code, n, pkt);
	kept += we != 0;
	dropped += !we;
	if (we == attr.test.retval)
		return true;
	fprintf(stderr, "we %#x, the kernel %#x\n", we, attr.test.retval);
	return differs("r0 differs", code, n, pkt->data, pkt->caplen);
}

static bool frame_pair(struct rnd *r, const struct ob_cbpf *code, u32 n)
{
	u8 packet[PACKET];
	struct vm_pkt pkt = {.data = packet, .anc = &meta};
	int fd = extend(code, n, BPF_PROG_TYPE_SCHED_CLS);

	if (fd < 0)
		return fd == -1;
	pkt.len = pkt.caplen = 64 + below(r, PACKET - 64);
	random_packet(r, packet, pkt.len);
	if (below(r, 2))
		put_be16(packet + 12, below(r, 2) ? 0x800 : 0x86dd);
	frame_meta(packet);
	bool good = run_frame(fd, code, n, &pkt);
	close(fd);
	return good;
}

/* ---- */

static bool comparable(const struct ob_cbpf *code, u32 n)
{
	struct ob_err *err = check_classic(code, n, CHECK_LINUX);
	bool good = !err;

	ob_err_destroy(err);
	for (u32 i = 0; i < n; i++)
		good &= code[i].k != CBPF_AD_OFF + CA_RANDOM;
	return good;
}

/* The kernel makes no packet of a frame that ends before its IP header does. */
static u32 shortest(const u8 *frame)
{
	u32 type = get_be16(frame + 12);

	return type == 0x800 ? 14 + 20 : type == 0x86dd ? 14 + 40 : 15;
}

static bool filter_on_frames(struct dice *d, const struct prog *p, u32 *done)
{
	int fd = extend(p->classic, p->n, BPF_PROG_TYPE_SCHED_CLS);
	bool good = fd >= 0;
	u8 packet[512];

	for (u32 i = 0; good && i < FRAMES; i++) {
		u32 len = gen_packet(d, packet);
		struct vm_pkt pkt = {.data = packet, .caplen = len, .len = len, .anc = &meta};

		if (len < 15 || len < shortest(packet))
			continue;
		frame_meta(packet);
		good = run_frame(fd, p->classic, p->n, &pkt);
		++*done;
	}
	close(fd);
	if (!good)
		fprintf(stderr, "filter: %s\n", p->source);
	return good;
}

static int filters(void)
{
	struct filter_opts o = {.linktype = 1};
	struct rnd r = {seed * 0x9e3779b97f4a7c15};
	u32 done = 0;

	kept = dropped = refused = 0;
	while (done < runs) {
		u64 input[16];
		struct buf text = {0};
		struct prog *p = NULL;
		struct dice d;

		for (u32 i = 0; i < LEN(input); i++)
			input[i] = (u64)rnd(&r) << 32 | rnd(&r);
		dice_seed(&d, (const u8 *)input, sizeof(input));
		gen_filter(&d, &text, roll(&d, 4));
		o.no_optimise = below(&r, 2);
		ob_err_destroy(filter_compile(text.p, text.n, &o, &p));
		buf_deinit(&text);
		bool good = !p || p->n > CBPF_MAXINSNS || filter_on_frames(&d, p, &done);
		prog_destroy(p);
		if (!good) {
			printf("FAIL filters: run %u of seed %llu\n", done,
			       (unsigned long long)seed);
			return 1;
		}
	}
	printf("# filters: %u kept, %u dropped\n", kept, dropped);
	bool fair = kept > runs / 20 && dropped > runs / 20;
	printf("%s filters%s\n", fair ? "ok" : "FAIL", fair ? "" : ": hardly any of one verdict");
	return !fair;
}

static int compare(const char *name, bool pair(struct rnd *r, const struct ob_cbpf *code, u32 n))
{
	struct rnd r = {seed * 0x9e3779b97f4a7c15};
	struct ob_cbpf code[LONGEST];

	kept = dropped = refused = 0;
	for (u32 done = 0; done < runs;) {
		u32 n = 1 + below(&r, LONGEST);

		random_program(&r, code, n);
		for (u32 i = 0; comparable(code, n) && i < TRIES; i++, done++)
			if (!pair(&r, code, n)) {
				printf("FAIL %s: pair %u of seed %llu\n", name, done,
				       (unsigned long long)seed);
				return 1;
			}
	}
	printf("# %s: %u kept, %u dropped, %u refused\n", name, kept, dropped, refused);
	bool fair = kept > runs / 10 && dropped > runs / 10;
	printf("%s %s%s\n", fair ? "ok" : "FAIL", name, fair ? "" : ": hardly any of one verdict");
	return !fair;
}

/* What no frame of BPF_PROG_TEST_RUN has is at least looked for at its place. */
static int fields(void)
{
#define FIELD(anc, field)                                   \
	{                                                   \
		CA_##anc, offsetof(struct __sk_buff, field) \
	}
	static const struct {
		u32 anc, at;
	} all[] = {FIELD(QUEUE, queue_mapping), FIELD(RXHASH, hash), FIELD(VLAN_TAG, vlan_tci),
		   FIELD(VLAN_TAG_PRESENT, vlan_present), FIELD(VLAN_TPID, vlan_proto)};
#undef FIELD
	bool good = true;

	for (u32 i = 0; i < LEN(all); i++) {
		struct ob_cbpf code[2] = {
			{.code = cbpf_rows[CB_LD_W_ABS].code, .k = CBPF_AD_OFF + all[i].anc},
			{.code = cbpf_rows[CB_RET_A].code}};
		struct ob_ebpf *ext;
		struct arena a;
		u32 *spans, n;

		arena_init(&a);
		if (cbpf_extend(&a, code, 2, CBPF_FOR_SOCKET, &ext, &spans, &n))
			abort();
		good &= n >= 3 && ext[1].code == ebpf_rows[EB_LDX_W].code && ext[1].src == 6 &&
			(u32)ext[1].off == all[i].at;
		arena_deinit(&a);
	}
	printf("%s fields%s\n", good ? "ok" : "FAIL", good ? "" : ": not those of __sk_buff");
	return !good;
}

/* Stay on one processor, so that `ld #cpu` is known. */
static void pin(void)
{
	cpu_set_t set;
	int cpu = sched_getcpu();

	CPU_ZERO(&set);
	CPU_SET((unsigned)cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	meta.cpu = (u32)cpu;
}

int main(int argc, char **argv)
{
	static const struct ob_ebpf zero[] = {{.code = 0xb7}, {.code = 0x95}};
	int fd[2];

	if (argc > 1)
		runs = (u32)atol(argv[1]);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 0);
	int probe = load(zero, 2, BPF_PROG_TYPE_SCHED_CLS);
	if (probe < 0) {
		printf("skip kernel: BPF_PROG_LOAD: %s\n", strerror(errno));
		return 0;
	}
	close(probe);
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, fd)) {
		printf("skip kernel: no UNIX sockets: %s\n", strerror(errno));
		return 0;
	}
	to = fd[0];
	from = fd[1];
	pin();
	return compare("socket", socket_pair) | compare("frame", frame_pair) | filters() | fields();
}
