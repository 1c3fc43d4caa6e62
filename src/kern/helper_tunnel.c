/* SPDX-License-Identifier: BSD-2-Clause */
/* The tunnel key and options of a struct __sk_buff, which stay with the packet.
 * net/core/filter.c: bpf_skb_get_tunnel_key and its neighbours. */
#include "kern/packet.h"

#include <errno.h>

#define KEY_END(field) offsetof(struct bpf_tunnel_key, field)

enum {
	KEY = sizeof(struct bpf_tunnel_key),
	F_IPV6 = BPF_F_TUNINFO_IPV6,
	F_FLAGS = 1 << 4,  /* BPF_F_TUNINFO_FLAGS, when it is asked for */
	F_NO_KEY = 1 << 4, /* BPF_F_NO_TUNNEL_KEY, when it is set */
	F_SET = F_IPV6 | BPF_F_ZERO_CSUM_TX | BPF_F_DONT_FRAGMENT | BPF_F_SEQ_NUMBER | F_NO_KEY,
	FLOW_LABEL = 0xfffff,
};

/* Bits of IP_TUNNEL_*_BIT. */
enum {
	TUN_CSUM = 1 << 0,
	TUN_KEY = 1 << 2,
	TUN_SEQ = 1 << 3,
	TUN_DONT_FRAGMENT = 1 << 8,
	TUN_OPTIONS = 1 << 11 | 1 << 12 | 1 << 14 | 1 << 15,
	TUN_NO_CACHE = 1 << 13,
};

/* Sizes that struct bpf_tunnel_key has had. */
static bool known_size(u64 n)
{
	return n == KEY || n == KEY_END(local_ipv6[0]) || n == KEY_END(tunnel_label) ||
	       n == KEY_END(tunnel_ext) || n == KEY_END(remote_ipv6[1]);
}

static int get_key(const struct kern_pkt *p, struct bpf_tunnel_key *to, u64 n, u64 flags)
{
	const struct bpf_tunnel_key *k = &p->tunnel.key;
	bool v6 = flags & F_IPV6;

	if (!p->tunnel.set || (flags & ~(u64)(F_IPV6 | F_FLAGS)))
		return -EINVAL;
	if (p->tunnel.v6 != v6)
		return -EPROTO;
	if (!known_size(n) || (n == KEY_END(remote_ipv6[1]) && v6))
		return -EINVAL;
	*to = *k;
	to->tunnel_ext = flags & F_FLAGS ? __builtin_bswap16(p->tunnel.flags) : 0;
	memcpy(to->remote_ipv6, k->local_ipv6, 16);
	memcpy(to->local_ipv6, k->remote_ipv6, 16);
	return 0;
}

u64 helper_skb_get_tunnel_key(u64 ctx, u64 to, u64 n, u64 flags, u64 r5, struct run *r)
{
	const struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);
	struct bpf_tunnel_key key = {0};
	u8 *at = (u8 *)(uintptr_t)to;

	(void)r5;
	n = (u32)n;
	if (!p || !kern_may(r, to, n, true))
		return 0;
	int err = get_key(p, &key, n, flags);
	memset(at, 0, n);
	if (!err)
		memcpy(at, &key, n);
	return (u64)(s64)err;
}

static int set_key(struct kern_pkt *p, struct bpf_tunnel_key *k, u64 flags)
{
	bool v6 = flags & F_IPV6;

	if ((!v6 && k->tunnel_label) || k->tunnel_ext)
		return -EINVAL;
	if (!v6) {
		memset(&k->remote_ipv6[1], 0, 12);
		memset(&k->local_ipv6[1], 0, 12);
	}
	k->tunnel_label &= FLOW_LABEL;
	p->tunnel.key = *k;
	p->tunnel.set = true;
	p->tunnel.v6 = v6;
	p->tunnel.options = 0;
	p->tunnel.flags =
		(u16)(TUN_NO_CACHE | (flags & BPF_F_ZERO_CSUM_TX ? 0 : TUN_CSUM) |
		      (flags & BPF_F_DONT_FRAGMENT ? TUN_DONT_FRAGMENT : 0) |
		      (flags & BPF_F_SEQ_NUMBER ? TUN_SEQ : 0) | (flags & F_NO_KEY ? 0 : TUN_KEY));
	return 0;
}

u64 helper_skb_set_tunnel_key(u64 ctx, u64 from, u64 n, u64 flags, u64 r5, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);
	struct bpf_tunnel_key key = {0};

	(void)r5;
	n = (u32)n;
	if (!p || !kern_may(r, from, n, false))
		return 0;
	if ((flags & ~(u64)F_SET) || !known_size(n))
		return (u64)-EINVAL;
	memcpy(&key, (const void *)(uintptr_t)from, n);
	return (u64)(s64)set_key(p, &key, flags);
}

u64 helper_skb_get_tunnel_opt(u64 ctx, u64 to, u64 n, u64 r4, u64 r5, struct run *r)
{
	const struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);
	u8 *at = (u8 *)(uintptr_t)to;

	(void)r4, (void)r5;
	n = (u32)n;
	if (!p || !kern_may(r, to, n, true))
		return 0;
	memset(at, 0, n);
	if (!p->tunnel.set || !(p->tunnel.flags & TUN_OPTIONS))
		return (u64)-ENOENT;
	if (n < p->tunnel.options)
		return (u64)-ENOMEM;
	memcpy(at, p->tunnel.option, p->tunnel.options);
	return p->tunnel.options;
}

u64 helper_skb_set_tunnel_opt(u64 ctx, u64 from, u64 n, u64 r4, u64 r5, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);

	(void)r4, (void)r5;
	n = (u32)n;
	if (!p || !kern_may(r, from, n, false))
		return 0;
	if (!p->tunnel.set || n % 4)
		return (u64)-EINVAL;
	if (n > sizeof(p->tunnel.option))
		return (u64)-ENOMEM;
	memcpy(p->tunnel.option, (const void *)(uintptr_t)from, n);
	p->tunnel.options = (u8)n;
	p->tunnel.flags |= TUN_OPTIONS;
	return 0;
}
