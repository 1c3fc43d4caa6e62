/* SPDX-License-Identifier: BSD-2-Clause */
/* The running kernel is the judge of the interpreter: a datagram to a UNIX
 * socket with a filter arrives cut to what the program returns, or not at all.
 * Usage: oracle [pairs of program and packet [seed]]
 *
 * The length tells few bits. So a program is folded; what our machine gives for
 * it is then compiled in, and the kernel only says whether it found the same. */
#include <errno.h>
#include <linux/filter.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "../programs.h"
#include "check/check.h"
#include "vm/vm.h"

enum { LONGEST = 40, PACKET = 9000, TRIES = 4 };

static u32 runs = 8000;
static u64 seed = 1;
static int to, from;
static struct ob_meta anc;
static u32 kept, dropped, cut, refused;

static int attach(const struct ob_cbpf *code, u32 n)
{
	struct sock_fprog prog = {(u16)n, (struct sock_filter *)(uintptr_t)code};

	return setsockopt(to, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) ? errno : 0;
}

/* What arrives of the packet; -1 when sending fails. */
static int kernel(const u8 *packet, u32 n)
{
	static u8 got[PACKET];

	if (send(from, packet, n, 0) != (ssize_t)n)
		return -1;
	ssize_t k = recv(to, got, sizeof(got), MSG_DONTWAIT);
	return k < 0 ? 0 : (int)k;
}

/* The kernel's random numbers are its own. */
static bool comparable(const struct ob_cbpf *code, u32 n)
{
	for (u32 i = 0; i < n; i++)
		if (cbpf_row(code[i].code) >= 0 && code[i].k == CBPF_AD_OFF + CA_RANDOM)
			return false;
	return true;
}

/* Runs both forms of the interpreter. */
static bool ours(const struct ob_cbpf *code, u32 n, const struct vm_pkt *pkt, u32 *ret)
{
	struct vm_classic *vm;
	struct prog *p;
	u64 count;

	if (prog_create_classic(code, n, &p) || vm_classic_create(p, VM_LINUX, &vm))
		abort();
	*ret = vm_classic_run(vm, pkt);
	bool same = *ret == vm_classic_run_counted(vm, pkt, &count) && count && count <= n;
	vm_classic_destroy(vm);
	prog_destroy(p);
	return same;
}

static bool differs(const char *why, const struct ob_cbpf *code, u32 n, const struct vm_pkt *pkt,
		    u32 we, int they)
{
	print_program(why, code, n);
	fprintf(stderr, "packet of %u:", pkt->len);
	for (u32 i = 0; i < pkt->len; i++)
		fprintf(stderr, " %02x", pkt->data[i]);
	fprintf(stderr, "\nwe return %#x, the kernel keeps %d\n", we, they);
	return false;
}

/* The program as it is: what is returned, as far as a length can tell. */
static bool plain(const struct ob_cbpf *code, u32 n, const struct vm_pkt *pkt)
{
	u32 ret;

	if (!ours(code, n, pkt, &ret))
		return differs("the counted run differs", code, n, pkt, ret, 0);
	if (attach(code, n))
		return ++refused;
	int got = kernel(pkt->data, pkt->len);
	if (got < 0 || (u32)got != MIN(ret, pkt->len))
		return differs("the verdict differs", code, n, pkt, ret, got);
	kept += ret >= pkt->len;
	cut += ret && ret < pkt->len;
	dropped += !ret;
	return true;
}

static bool folded(struct ob_cbpf *code, u32 n, const struct vm_pkt *pkt)
{
	u32 ret;

	n = add_tail(code, n);
	if (!ours(code, n, pkt, &ret))
		return differs("the counted run differs", code, n, pkt, ret, 0);
	n = expect(code, n, ret);
	return plain(code, n, pkt);
}

static bool pair(struct rnd *r, u32 *done)
{
	static u8 packet[PACKET];
	struct ob_cbpf code[LONGEST + TAIL], copy[LONGEST + TAIL];
	u32 n = 1 + below(r, LONGEST);

	random_program(r, code, n);
	struct ob_err *err = check_classic(code, n, CHECK_LINUX);
	if (err || !comparable(code, n)) {
		ob_err_destroy(err);
		return true;
	}
	for (u32 i = 0; i < TRIES; i++, ++*done) {
		struct vm_pkt pkt = {packet, 0, 0, &anc};

		pkt.len = pkt.caplen = 2 + below(r, below(r, 20) ? 200 : PACKET - 2);
		random_packet(r, packet, pkt.len);
		memcpy(copy, code, n * sizeof(*code));
		if (i % 2 ? !plain(copy, n, &pkt) : !folded(copy, n, &pkt))
			return false;
	}
	return true;
}

/* Stay on one processor, so that `ld #cpu` is known. */
static void pin(void)
{
	cpu_set_t set;
	int cpu = sched_getcpu();

	CPU_ZERO(&set);
	CPU_SET((unsigned)cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	anc.cpu = (u32)cpu;
}

int main(int argc, char **argv)
{
	static const struct ob_cbpf ret = {.code = 0x06, .k = UINT32_MAX};
	int fd[2];
	u32 done = 0;

	if (argc > 1)
		runs = (u32)atol(argv[1]);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 0);
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, fd)) {
		printf("skip kernel: no UNIX sockets: %s\n", strerror(errno));
		return 0;
	}
	to = fd[0];
	from = fd[1];
	if (attach(&ret, 1)) {
		printf("skip kernel: SO_ATTACH_FILTER: %s\n", strerror(errno));
		return 0;
	}
	pin();
	struct rnd r = {seed * 0x9e3779b97f4a7c15};
	while (done < runs)
		if (!pair(&r, &done)) {
			printf("FAIL kernel: pair %u of seed %llu\n", done,
			       (unsigned long long)seed);
			return 1;
		}
	printf("# kernel: %u kept, %u cut, %u dropped, %u not attached\n", kept, cut, dropped,
	       refused);
	bool fair = kept > done / 10 && dropped > done / 10 && refused < done / 10;
	printf("%s kernel%s\n", fair ? "ok" : "FAIL", fair ? "" : ": hardly any of one verdict");
	return !fair;
}
