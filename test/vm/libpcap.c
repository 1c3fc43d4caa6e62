/* SPDX-License-Identifier: BSD-2-Clause */
/* libpcap's bpf_filter() is the judge of the libpcap dialect, its
 * bpf_validate() of the libpcap checker. Usage: libpcap [pairs [seed]] */
#include <pcap/pcap.h>
#include <stdlib.h>

#include "../programs.h"
#include "check/check.h"
#include "vm/vm.h"

enum { LONGEST = 40, PACKET = 300, TRIES = 8 };

static u32 runs = 200000;
static u64 seed = 1;
static u32 zero, allowed, forbidden;

/* libpcap does not say what a constant shift by 32 or more gives, nor what is
 * in cells that nothing was stored to; the Linux checker refuses both. Jumps
 * back may never end. */
static bool comparable(const struct ob_cbpf *code, u32 n)
{
	struct ob_err *err = check_classic(code, n, CHECK_LINUX);

	ob_err_destroy(err);
	return !err;
}

static bool same_verdict(const struct ob_cbpf *code, u32 n)
{
	bool rows = n != 0;

	for (u32 i = 0; i < n; i++)
		rows = rows && cbpf_row(code[i].code) >= 0;
	struct ob_err *err = check_classic(code, n, CHECK_LIBPCAP);
	bool we = !err, they = bpf_validate((const struct bpf_insn *)code, (int)n);
	ob_err_destroy(err);
	allowed += we;
	forbidden += !we;
	/* bpf_validate() knows no rows: bpf_filter() aborts on what it lets pass. */
	return we == (they && rows);
}

static bool same_result(const struct vm_classic *vm, const struct ob_cbpf *code, u32 n,
			const struct vm_pkt *pkt)
{
	u64 count;
	u32 we = vm_classic_run(vm, pkt), counted = vm_classic_run_counted(vm, pkt, &count);
	u32 they = bpf_filter((const struct bpf_insn *)code, pkt->data, pkt->len, pkt->caplen);

	zero += !they;
	if (we == they && counted == they)
		return true;
	print_program("the result differs", code, n);
	fprintf(stderr, "we %#x, counted %#x, libpcap %#x, packet of %u, %u on the wire\n", we,
		counted, they, pkt->caplen, pkt->len);
	return false;
}

static bool pairs(struct rnd *r, u32 *done)
{
	struct ob_cbpf code[LONGEST];
	struct vm_classic *vm;
	struct prog *p;
	u8 packet[PACKET];
	u32 n = 1 + below(r, LONGEST);
	bool good = true;

	random_program(r, code, n);
	if (!comparable(code, n)) {
		mutate(r, code, n);
		return same_verdict(code, n);
	}
	if (!same_verdict(code, n))
		return false;
	if (prog_create_classic(code, n, &p) || vm_classic_create(p, VM_LIBPCAP, &vm))
		abort();
	for (u32 i = 0; good && i < TRIES; i++, ++*done) {
		u32 caplen = below(r, PACKET);
		struct vm_pkt pkt = {packet, caplen, caplen + below(r, 2) * below(r, 2000), NULL};

		random_packet(r, packet, caplen);
		good = same_result(vm, code, n, &pkt);
	}
	vm_classic_destroy(vm);
	prog_destroy(p);
	return good;
}

int main(int argc, char **argv)
{
	u32 done = 0;

	if (argc > 1)
		runs = (u32)atol(argv[1]);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 0);
	struct rnd r = {seed * 0x9e3779b97f4a7c15};
	while (done < runs)
		if (!pairs(&r, &done)) {
			printf("FAIL libpcap: pair %u of seed %llu\n", done,
			       (unsigned long long)seed);
			return 1;
		}
	printf("# libpcap: %u results, %u of them 0; %u programs allowed, %u refused\n", done, zero,
	       allowed, forbidden);
	bool fair = zero < done * 9ull / 10 && allowed > done / 100 && forbidden > done / 100;
	printf("%s libpcap%s\n", fair ? "ok" : "FAIL", fair ? "" : ": hardly any of one kind");
	return !fair;
}
