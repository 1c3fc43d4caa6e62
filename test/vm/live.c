/* SPDX-License-Identifier: BSD-2-Clause */
/* What struct ob_meta says of a live packet, as the kernel sees it: a packet
 * socket on lo, in a network namespace of its own, so that nobody needs to be root.
 * Each program compares its load with what our machine gives. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check/check.h"
#include "vm/vm.h"

/* Ethernet, IPv4 from and to 127.0.0.1, UDP to port 9, eight bytes. */
static const u8 frame[] = {
	0,    0,    0, 0, 0, 0,  0,  0,    0,    0,   0, 0, 8, 0,   0x45, 0, 0,
	36,   0,    1, 0, 0, 64, 17, 0x7c, 0xc6, 127, 0, 0, 1, 127, 0,    0, 1,
	0x30, 0x39, 0, 9, 0, 16, 0,  0,    1,    2,   3, 4, 5, 6,   7,    8,
};

static struct ob_meta meta = {
	.has_dev = true,
	.has_ll = true,
	.net_off = 14,
	.protocol = ETH_P_IP,
	.pkttype = PACKET_HOST,
	.hatype = ARPHRD_LOOPBACK,
	.pay_offset = 14 + 20 + 8,
};

static const char *const loads[] = {
	"ld #proto",
	"ldb #type",
	"ldh #ifidx",
	"ld #hatype",
	"ld #mark",
	"ld #queue",
	"ld #vlan_tci",
	"ld #vlan_avail",
	"ld #poff",
	"ld #len",
	"ldh [12]",
	"ldb [-1048576]",                /* the network header: 0x45 */
	"ld [-1048560]",                 /* the destination address */
	"ldh [-2097140]",                /* the type, from the link-layer header */
	"ldx #0xffe00000\nldh [x + 12]", /* the same by X */
	"ldxb 4*([-1048576]&0xf)\ntxa",  /* the header length */
	"ldx #0xfff00000\nldb [x + 9]",  /* the protocol */
	"ldb [-1048541]\nld #len",       /* the last byte from the network header */
	"ld #1\nld [-1048542]\nld #1",   /* beyond it: dropped */
	"ld #1\nld [0x80000000]\nld #1", /* nowhere: dropped */
};

static int sock;

static bool lo_up(void)
{
	struct ifreq r = {.ifr_name = "lo"};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &r))
		return false;
	r.ifr_flags |= IFF_UP;
	bool good = !ioctl(fd, SIOCSIFFLAGS, &r);
	close(fd);
	return good;
}

static const char *open_socket(struct sockaddr_ll *to)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) && unshare(CLONE_NEWNET))
		return "no network namespace";
	if (!lo_up())
		return "lo cannot be brought up";
	sock = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	if (sock < 0)
		return "no packet socket";
	*to = (struct sockaddr_ll){.sll_family = AF_PACKET,
				   .sll_protocol = htons(ETH_P_ALL),
				   .sll_ifindex = (int)if_nametoindex("lo"),
				   .sll_halen = 6};
	meta.ifindex = (u32)to->sll_ifindex;
	return bind(sock, (struct sockaddr *)to, sizeof(*to)) ? "lo cannot be bound to" : NULL;
}

static void drain(void)
{
	u8 bytes[256];

	while (recv(sock, bytes, sizeof(bytes), MSG_DONTWAIT) >= 0)
		;
}

/* How much of the frame came back in from lo; 0 when nothing does. It comes
 * twice, and the copy on the way out is another packet type. */
static u32 send_and_receive(const struct sockaddr_ll *to)
{
	struct pollfd p = {sock, POLLIN, 0};
	struct sockaddr_ll from;
	u8 bytes[256];

	drain();
	if (sendto(sock, frame, sizeof(frame), 0, (const struct sockaddr *)to, sizeof(*to)) < 0)
		return UINT32_MAX;
	while (poll(&p, 1, 200) > 0) {
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(sock, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &len);

		if (n > 0 && from.sll_pkttype == PACKET_HOST)
			return (u32)n;
	}
	return 0;
}

/* `load; add #1; jeq #ours, all, one byte`: ours is 0 only when it is dropped. */
static const char *try_load(const char *load, const struct sockaddr_ll *to)
{
	struct vm_pkt pkt = {frame, sizeof(frame), sizeof(frame), &meta};
	struct vm_classic *vm;
	struct ob_cbpf *code;
	struct arena a;
	struct prog *p;
	u32 n;

	arena_init(&a);
	char *text = arena_printf(&a, "%s\nadd #1\nret a\nret #65535\nret #1\n", load);
	if (cbpf_asm(&a, "load", text, strlen(text), &code, &n) ||
	    prog_create_classic(code, n, &p) || vm_classic_create(p, VM_LINUX, &vm))
		abort();
	u32 ours = vm_classic_run(vm, &pkt);
	vm_classic_destroy(vm);
	prog_destroy(p);
	code[n - 3] = (struct ob_cbpf){cbpf_rows[CB_JMP_JEQ_K].code, 0, 1, ours};

	struct sock_fprog prog = {(u16)n, (struct sock_filter *)code};
	const char *why = NULL;
	if (setsockopt(sock, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)))
		why = strerror(errno);
	arena_deinit(&a);
	u32 got = why ? 0 : send_and_receive(to);
	if (!why && got != (ours ? sizeof(frame) : 0))
		why = got == 1 ? "the kernel has another value" : "only one of us drops the packet";
	return why;
}

int main(void)
{
	struct sockaddr_ll to;
	const char *why = open_socket(&to);
	int failed = 0;

	if (why) {
		printf("skip live: %s: %s\n", why, strerror(errno));
		return 0;
	}
	for (u32 i = 0; i < LEN(loads); i++) {
		char name[80];

		snprintf(name, sizeof(name), "%s", loads[i]);
		for (char *s = name; *s; s++)
			*s = *s == '\n' ? ';' : *s;
		why = try_load(loads[i], &to);
		printf("%s %s%s%s\n", why ? "FAIL" : "ok", name, why ? ": " : "", why ? why : "");
		failed |= why != NULL;
	}
	return failed;
}
