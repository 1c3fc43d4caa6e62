/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs of any bytes: the checker against the running kernel (where it may
 * be asked), then what it passes on a packet, by both runs of both dialects and
 * as extended code, against the kernel and against libpcap.
 *
 * Input: a byte n, n instructions of 8 bytes, then the packet. */
#include <errno.h>
#include <linux/filter.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "check/check.h"
#include "kern/kern.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

static int pair[2] = {-1, -1};

static int attach(const struct ob_cbpf *code, u32 n)
{
	struct sock_fprog prog = {(u16)n, (struct sock_filter *)(uintptr_t)code};

	if (pair[0] < 0 && socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		return errno;
	return setsockopt(pair[0], SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) ? errno : 0;
}

/* Makes an instruction of 8 bytes: mostly of a row, with small operands, so
 * that many pass the checker. */
static struct ob_cbpf insn(const u8 *p, u32 left)
{
	struct ob_cbpf c = {cbpf_rows[p[0] % CB_COUNT].code, p[2], p[3], get_le32(p + 4)};

	if (p[1] & 0xc0)
		c.k &= p[1] & 0x80 ? 15 : 63;
	if (p[1] & 0x20 && left) {
		c.jt %= left;
		c.jf %= left;
		if (c.code == cbpf_rows[CB_JMP_JA].code)
			c.k %= left;
	}
	if (!(p[1] & 0x1f))
		c.code = (u16)get_le16(p);
	if (c.k == CBPF_AD_OFF + CA_RANDOM) /* no two runs would agree */
		c.k = CBPF_AD_OFF + CA_CPU;
	return c;
}

static env_fn *helper(void *arg, u32 id)
{
	(void)arg;
	return vm_classic_helper(id);
}

/* In safe mode, so that a load beyond the packet is a fault. */
static u32 run_extended(const struct prog *p, enum vm_dialect d, const struct vm_pkt *pkt)
{
	static const struct ob_meta none;
	struct env env = {.helper = helper};
	struct region may[] = {{(u64)(uintptr_t)pkt->data, pkt->caplen, false},
			       {(u64)(uintptr_t)&none, sizeof(none), false}};
	struct run r = {.env = &env, .region = may, .regions = 2};
	struct vm_ebpf *vm;
	struct prog *ext;

	if (prog_extend(p, d == VM_LINUX ? CBPF_FOR_LINUX : CBPF_FOR_LIBPCAP, &ext) ||
	    check_ebpf(ext) || vm_ebpf_create(ext, &env, VM_SAFE, &vm))
		abort();
	u64 ret = vm_ebpf_run(vm, may[0].at, pkt->caplen, pkt->len, d == VM_LINUX ? may[1].at : 0,
			      0, &r);
	if (r.fault || ret > UINT32_MAX)
		abort();
	vm_ebpf_destroy(vm);
	prog_destroy(ext);
	return (u32)ret;
}

static u32 run_filter(const struct prog *p, enum vm_dialect d, const struct vm_pkt *pkt)
{
	struct kern_filter *f;

	if (kern_filter_create(p, d, 0, &f))
		abort();
	u32 ret = kern_filter_run(f, pkt->data, pkt->caplen, pkt->len, NULL);
	kern_filter_destroy(f);
	return ret;
}

static u32 run(const struct prog *p, enum vm_dialect d, const struct vm_pkt *pkt)
{
	struct vm_classic *vm;
	u64 count;

	if (vm_classic_create(p, d, &vm))
		abort();
	u32 ret = vm_classic_run(vm, pkt);
	if (vm_classic_run_counted(vm, pkt, &count) != ret || !count)
		abort();
	vm_classic_destroy(vm);
	if (run_extended(p, d, pkt) != ret || run_filter(p, d, pkt) != ret)
		abort();
	return ret;
}

static bool passes(const struct prog *p, enum check_profile profile)
{
	struct ob_err *err = check_classic(p->classic, p->n, profile);
	bool good = !err;

	ob_err_destroy(err);
	return good;
}

/* Which processor the kernel used is not known. */
static bool known(const struct prog *p)
{
	for (u32 i = 0; i < p->n; i++)
		if (p->classic[i].k == CBPF_AD_OFF + CA_CPU)
			return false;
	return true;
}

static void ask_kernel(const struct prog *p, const struct vm_pkt *pkt, bool pass, u32 ret)
{
	static u8 got[1 << 16];
	int err = attach(p->classic, p->n);

	if (err && err != EINVAL)
		return; /* it may not be asked, or lacks memory */
	if (!err != pass)
		abort();
	if (err || !pkt->caplen || !known(p))
		return;
	if (send(pair[1], pkt->data, pkt->caplen, MSG_DONTWAIT) != (ssize_t)pkt->caplen)
		return;
	ssize_t n = recv(pair[0], got, sizeof(got), MSG_DONTWAIT);
	if ((u32)MAX(n, 0) != MIN(ret, pkt->caplen))
		abort();
}

/* libpcap does not end every loop, and says nothing of unset cells. */
static void ask_libpcap(const struct prog *p, const struct vm_pkt *pkt)
{
	u32 ret = run(p, VM_LIBPCAP, pkt);

	if (bpf_filter((const struct bpf_insn *)p->classic, pkt->data, pkt->len, pkt->caplen) !=
	    ret)
		abort();
}

static void try_program(const struct ob_cbpf *code, u32 n, const struct vm_pkt *pkt)
{
	struct prog *p;

	if (prog_create_classic(code, n, &p))
		abort();
	bool pass = passes(p, CHECK_LINUX);
	if (passes(p, CHECK_SECCOMP) && !pass)
		abort();
	ask_kernel(p, pkt, pass, pass ? run(p, VM_LINUX, pkt) : 0);
	if (pass)
		ask_libpcap(p, pkt);
	else if (passes(p, CHECK_LIBPCAP))
		run(p, VM_LIBPCAP, pkt);
	prog_destroy(p);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct ob_cbpf code[257];
	u32 n = size ? data[0] : 0;

	if (n > (size - 1) / 8 || !size)
		n = size ? (u32)((size - 1) / 8) : 0;
	for (u32 i = 0; i < n; i++)
		code[i] = insn(data + 1 + 8 * (size_t)i, n - i - 1);
	if (n && data[0] & 1)
		code[n - 1] = (struct ob_cbpf){.code = cbpf_rows[CB_RET_A].code};
	size_t used = MIN(size, 1 + 8 * (size_t)n);
	struct vm_pkt pkt = {.caplen = (u32)(size - used), .len = (u32)(size - used)};
	u8 *copy = malloc(pkt.caplen + 1); /* of just this size + 1, never read */

	if (pkt.caplen)
		memcpy(copy, data + used, pkt.caplen);
	pkt.data = copy;
	try_program(code, n, &pkt);
	free(copy);
	return 0;
}
