/* SPDX-License-Identifier: BSD-2-Clause */
/* A filter for cooked packets means the same in the kernel, which sees the
 * packet without the header, as on the packet with it. */
#include "filter/filter.h"
#include "pkt/pkt.h"
#include "tap/priv.h"
#include "vm/vm.h"

#include <stdlib.h>

static bool failed;

static void fail(const char *filter, const char *why)
{
	printf("FAIL %s: %s\n", filter, why);
	failed = true;
}

static struct vm_classic *decode(const struct ob_cbpf *code, u32 n)
{
	struct vm_classic *vm = NULL;
	struct prog *p = NULL;

	ob_err_destroy(prog_create_classic(code, n, &p));
	if (p)
		ob_err_destroy(vm_classic_create(p, VM_LINUX, &vm));
	prog_destroy(p);
	return vm;
}

/* The packet with its Ethernet header replaced, and what the kernel knows. */
static void cook(const struct pkt *p, u8 *to, struct ob_meta *meta)
{
	*meta = (struct ob_meta){
		.has_dev = true,
		.protocol = get_be16(p->data + 12),
		.pkttype = p->nr % 5,
		.ifindex = (u32)(p->nr % 3) + 1,
		.hatype = 1,
	};
	memset(to, 0, SLL2_LEN);
	put_be16(to, (u16)meta->protocol);
	put_be32(to + 4, meta->ifindex);
	put_be16(to + 8, (u16)meta->hatype);
	to[10] = (u8)meta->pkttype;
	to[11] = 6;
	memcpy(to + 12, p->data + 6, 6);
	memcpy(to + SLL2_LEN, p->data + 14, p->caplen - 14);
}

/* Returns how many packets it takes, or -1 when they differ. */
static int compare(const struct vm_classic *whole, const struct vm_classic *kernel)
{
	char path[4096];
	struct pkt_reader *r;
	struct ob_meta meta;
	struct pkt p;
	u8 bytes[2048 + SLL2_LEN];
	int taken = 0;

	snprintf(path, sizeof(path), "%s/example/demo.pcap", getenv("SRCDIR") ?: ".");
	if (pkt_open(path, NULL, &r))
		return -1;
	while (pkt_next(r, &p) == PKT_OK && taken >= 0) {
		cook(&p, bytes, &meta);
		u32 n = p.caplen - 14;
		bool a = vm_classic_run(whole, &(struct vm_pkt){.data = bytes,
								.caplen = n + SLL2_LEN,
								.len = n + SLL2_LEN});
		bool b = vm_classic_run(kernel, &(struct vm_pkt){.data = bytes + SLL2_LEN,
								 .caplen = n,
								 .len = n,
								 .anc = &meta});
		taken = a == b ? taken + a : -1;
	}
	pkt_close(r);
	return taken;
}

/* How many packets of the capture it must take; -1: it cannot be had in the
 * kernel. */
static void try(const char *filter, int want)
{
	struct filter_opts o = {.linktype = LINK_SLL2};
	struct prog *p;

	if (filter_compile(filter, strlen(filter), &o, &p)) {
		fail(filter, "does not compile");
		return;
	}
	struct vm_classic *whole = decode(p->classic, p->n), *kernel;
	int got = -1;
	if (cooked_filter(p->classic, p->n)) {
		kernel = decode(p->classic, p->n);
		got = compare(whole, kernel);
		if (got < 0)
			fail(filter, "the kernel's form differs");
		vm_classic_destroy(kernel);
	}
	if (got != want) {
		char why[64];

		snprintf(why, sizeof(why), "takes %d packets, not %d", got, want);
		fail(filter, why);
	}
	vm_classic_destroy(whole);
	prog_destroy(p);
}

int main(void)
{
	try("", 23);
	try("ip", 13);
	try("arp", 2);
	try("ip6", 6);
	try("port 22", 10);
	try("host 192.0.2.22 and tcp", 6);
	try("ifindex 2", 8);
	try("inbound", 19);
	try("outbound", 4);
	try("ifindex 2 and outbound and port 22", 0);
	try("ip[8] = 64 and ip[2:2] > 40", 13);
	try("tcp[13] & 2 != 0", 2);
	try("link[8:2] = 1", 23);
	try("len > 60", -1);
	try("link[1] = 0", -1);
	try("link[12:4] = 0x02000000", -1);
	if (!failed)
		printf("ok filters for cooked packets\n");
	return failed;
}
