/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers that ask where a packet would go: the devices are those of this process's
 * network namespace, and no world has routes. net/core/filter.c */
#include "kern/packet.h"

#include <fcntl.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* ---- devices ---- */

struct device {
	s32 mtu, header; /* bytes */
};

static bool device_of(u32 index, struct device *ret)
{
	struct ifreq req = {0};
	int s = if_indextoname(index, req.ifr_name) ? socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)
						    : -1;
	bool found = s >= 0 && !ioctl(s, SIOCGIFMTU, &req);

	if (found) {
		ret->mtu = req.ifr_mtu;
		found = !ioctl(s, SIOCGIFHWADDR, &req);
		bool ether = req.ifr_hwaddr.sa_family == ARPHRD_ETHER ||
			     req.ifr_hwaddr.sa_family == ARPHRD_LOOPBACK;
		ret->header = ether ? ETH_HLEN : 0;
	}
	if (s >= 0)
		close(s);
	return found;
}

/* /proc/sys/net/ipv4/conf/NAME/forwarding */
static bool forwards(u32 index, bool v6)
{
	char name[IF_NAMESIZE], path[96], is = '0';

	if (!if_indextoname(index, name))
		return false;
	snprintf(path, sizeof(path), "/proc/sys/net/ipv%c/conf/%s/forwarding", v6 ? '6' : '4',
		 name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, &is, 1) != 1)
		is = '0';
	if (fd >= 0)
		close(fd);
	return is != '0';
}

/* ---- bpf_check_mtu ---- */

/* is: the packet's length. *mtu: the caller's, in and out. */
static s64 check_mtu(u32 ifindex, s32 is, u32 *mtu, s32 more, bool segments)
{
	struct device d;

	if (!device_of(ifindex, &d))
		return -ENODEV;
	s64 len = *mtu ? (s64)(s32)(*mtu + (u32)d.header) : is;
	bool fits = (s32)(len + more) <= d.mtu + d.header || segments;

	*mtu = (u32)d.mtu;
	return fits ? BPF_MTU_CHK_RET_SUCCESS : BPF_MTU_CHK_RET_FRAG_NEEDED;
}

/* Linux: context, device (0: its own), MTU, bytes that will come, flags */
BPF_HELPER(check_mtu)
{
	const struct kern_ctx *c = kern_ctx(r);
	bool xdp = c && c->pkt && c->pkt->kind == PKT_XDP;
	const struct kern_pkt *p = packet_of(r, r1, xdp ? PKT_XDP : PKT_SKB);
	u32 *mtu = addr_of(r3), own;

	if (!p || !kern_may(r, r3, r3 % 4 ? UINT64_MAX : 4, true))
		return 0;
	if (r5 & ~(u64)(xdp ? 0 : BPF_MTU_CHK_SEGS) || (r5 && ((s32)r4 || *mtu)))
		return minus(EINVAL);
	own = xdp ? p->xdp.ingress_ifindex : p->skb.ifindex;
	return (u64)check_mtu((u32)r2 ? (u32)r2 : own, (s32)(xdp ? p->head : p->len), mtu, (s32)r4,
			      !xdp && p->skb.gso_size);
}

/* ---- bpf_fib_lookup ---- */

/* Loopback, link-local and multicast addresses of IPv6 stay on their link. */
static bool stays(const u8 a[16])
{
	static const u8 loopback[16] = {[15] = 1};

	return a[0] == 0xff || (a[0] == 0xfe && (a[1] & 0xc0) == 0x80) || !memcmp(a, loopback, 16);
}

/* Linux: context, struct bpf_fib_lookup, its size, flags */
BPF_HELPER(fib_lookup)
{
	enum { MARK = 1 << 5 };
	const u64 known = BPF_FIB_LOOKUP_DIRECT | BPF_FIB_LOOKUP_OUTPUT |
			  BPF_FIB_LOOKUP_SKIP_NEIGH | BPF_FIB_LOOKUP_TBID | BPF_FIB_LOOKUP_SRC |
			  MARK;
	struct bpf_fib_lookup p;
	char name[IF_NAMESIZE];

	if (!kern_may(r, r2, size_of(r3), true))
		return 0;
	if ((s32)size_of(r3) < (s32)sizeof(p) || (u32)r4 & ~known)
		return minus(EINVAL);
	memcpy(&p, addr_of(r2), sizeof(p));
	if (p.family != AF_INET && p.family != AF_INET6)
		return minus(EAFNOSUPPORT);
	if (p.family == AF_INET6 &&
	    (stays((const u8 *)p.ipv6_dst) || stays((const u8 *)p.ipv6_src)))
		return BPF_FIB_LKUP_RET_NOT_FWDED;
	if (!if_indextoname(p.ifindex, name))
		return minus(ENODEV);
	return forwards(p.ifindex, p.family == AF_INET6) ? BPF_FIB_LKUP_RET_NOT_FWDED
							 : BPF_FIB_LKUP_RET_FWD_DISABLED;
}

/* No packet here has come through IPsec. Linux: context, index, to, its size, flags */
BPF_HELPER(skb_get_xfrm_state)
{
	if (!packet_of(r, r1, PKT_SKB) || !kern_may(r, r3, size_of(r4), true))
		return 0;
	memset(addr_of(r3), 0, size_of(r4));
	return minus(EINVAL);
}
