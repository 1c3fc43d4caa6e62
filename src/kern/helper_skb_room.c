/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers that make a packet longer or shorter: VLAN tags, room for headers, its
 * beginning and its end. net/core/filter.c and skbuff.c say what each answers. */
#include "kern/packet.h"

#include <errno.h>

enum { IP4 = 20, IP6 = 40, VLAN = 4, LONGEST = 16064 }; /* SKB_MAX_ALLOC */

static u64 answer(struct kern_pkt *p, int err, struct run *r)
{
	packet_moved(p, r);
	return (u64)(s64)err;
}

static bool is(const struct kern_pkt *p, u16 type)
{
	return p->skb.protocol == __builtin_bswap16(type);
}

static void put16(u8 *p, u32 v) { put_be16(p, (u16)v); }

/* ---- VLAN tags ---- */

static bool is_vlan(u32 proto)
{
	return proto == __builtin_bswap16(ETH_P_8021Q) || proto == __builtin_bswap16(ETH_P_8021AD);
}

/* The tag is beside the packet, as hardware gives it. */
static void set_tag(struct kern_pkt *p, u32 proto, u32 tci)
{
	p->skb.vlan_present = 1;
	p->skb.vlan_proto = proto;
	p->skb.vlan_tci = tci;
}

static void clear_tag(struct kern_pkt *p)
{
	p->skb.vlan_present = p->skb.vlan_proto = p->skb.vlan_tci = 0;
}

/* __vlan_insert_tag: the one beside it goes into the packet. */
static int insert_tag(struct kern_pkt *p)
{
	if (p->data != p->mac)
		return -EINVAL;
	packet_cow(p, VLAN);
	if (packet_push(p, VLAN))
		return -ENOMEM;
	memmove(p->data, p->data + VLAN, 2 * ETH_ALEN);
	p->mac -= VLAN;
	put16(p->data + 12, __builtin_bswap16((u16)p->skb.vlan_proto));
	put16(p->data + 14, p->skb.vlan_tci);
	p->skb.protocol = p->skb.vlan_proto;
	p->network -= VLAN;
	packet_sum_push(p, p->data + 12, VLAN, 0);
	return 0;
}

u64 helper_skb_vlan_push(u64 ctx, u64 proto, u64 tci, u64 r4, u64 r5, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);
	int err = 0;

	(void)r4, (void)r5;
	if (!p)
		return 0;
	proto = is_vlan((u16)proto) ? (u16)proto : __builtin_bswap16(ETH_P_8021Q);
	if (p->skb.vlan_present)
		err = insert_tag(p);
	if (!err) {
		set_tag(p, (u32)proto, (u16)tci);
		p->mac_len = (u32)(p->network - p->mac);
	}
	return answer(p, err, r);
}

/* vlan_set_encap_proto */
static u32 inner_proto(const u8 *tag)
{
	if (get_be16(tag + 2) >= ETH_P_802_3_MIN)
		return __builtin_bswap16(get_be16(tag + 2));
	return __builtin_bswap16(get_be16(tag + 4) == 0xffff ? ETH_P_802_3 : ETH_P_802_2);
}

/* __skb_vlan_pop */
static int remove_tag(struct kern_pkt *p, u32 *tci)
{
	if (p->data != p->mac)
		return -EINVAL;
	int err = packet_pull(p, ETH_HLEN + VLAN);
	if (err)
		return err;
	packet_sum_pull(p, p->data + 12, VLAN, 0);
	*tci = get_be16(p->data + 14);
	p->skb.protocol = inner_proto(p->data + 14);
	memmove(p->data + VLAN, p->data, 2 * ETH_ALEN);
	packet_pop(p, VLAN);
	p->mac += VLAN;
	if (packet_offset(p, p->network) < ETH_HLEN)
		p->network = p->data + ETH_HLEN;
	p->mac_len = (u32)(p->network - p->mac);
	return 0;
}

static int vlan_pop(struct kern_pkt *p)
{
	u32 tci, proto;
	int err;

	if (p->skb.vlan_present) {
		clear_tag(p);
	} else {
		if (!is_vlan(p->skb.protocol))
			return 0;
		err = remove_tag(p, &tci);
		if (err)
			return err;
	}
	proto = p->skb.protocol;
	if (!is_vlan(proto))
		return 0;
	err = remove_tag(p, &tci);
	if (!err)
		set_tag(p, proto, tci);
	return err;
}

u64 helper_skb_vlan_pop(u64 ctx, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);

	(void)r2, (void)r3, (void)r4, (void)r5;
	return p ? answer(p, vlan_pop(p), r) : 0;
}

/* ---- room between headers ---- */

static u16 network_at(const struct kern_pkt *p)
{
	return (u16)(p->headroom + packet_offset(p, p->network));
}

/* bpf_skb_net_hdr_push, _pop: n bytes behind the first off. */
static int open_gap(struct kern_pkt *p, u32 off, u32 n)
{
	packet_cow(p, n);
	bool same = p->transport == network_at(p);
	if (packet_push(p, n))
		return -ENOMEM;
	memmove(p->data, p->data + n, off);
	memset(p->data + off, 0, n);
	p->mac -= n;
	p->network -= n;
	if (same)
		p->transport = network_at(p);
	return 0;
}

static int close_gap(struct kern_pkt *p, u32 off, u32 n)
{
	bool same = p->transport == network_at(p);

	if (packet_pull(p, off + n))
		return -ENOMEM;
	packet_sum_pull(p, p->data + off, n, 0);
	memmove(p->data + n, p->data, off);
	packet_pop(p, n);
	p->mac += n;
	p->network += n;
	if (same)
		p->transport = network_at(p);
	return 0;
}

static u32 mac_len(const struct kern_pkt *p) { return (u32)(p->network - p->mac); }

u64 helper_skb_change_proto(u64 ctx, u64 proto, u64 flags, u64 r4, u64 r5, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);
	u16 to = (u16)proto;
	int err = -ENOTSUPP_LINUX;

	(void)r4, (void)r5;
	if (!p)
		return 0;
	if (flags)
		return (u64)-EINVAL;
	if (is(p, ETH_P_IP) && to == __builtin_bswap16(ETH_P_IPV6))
		err = open_gap(p, mac_len(p), IP6 - IP4);
	else if (is(p, ETH_P_IPV6) && to == __builtin_bswap16(ETH_P_IP))
		err = close_gap(p, mac_len(p), IP6 - IP4);
	if (!err) {
		p->skb.protocol = to;
		p->skb.hash = 0;
	}
	return answer(p, err, r);
}

enum {
	FIXED_GSO = 1 << 0,
	ENCAP_IP4 = 1 << 1,
	ENCAP_IP6 = 1 << 2,
	ENCAP_GRE = 1 << 3,
	ENCAP_UDP = 1 << 4,
	NO_CSUM_RESET = 1 << 5,
	ENCAP_ETH = 1 << 6,
	DECAP_IP4 = 1 << 7,
	DECAP_IP6 = 1 << 8,
	ENCAP_L3 = ENCAP_IP4 | ENCAP_IP6,
	DECAP_L3 = DECAP_IP4 | DECAP_IP6,
};
static const u64 encap_l2 = (u64)0xff << 56;

static u32 l3_len(const struct kern_pkt *p)
{
	return is(p, ETH_P_IP) ? IP4 : is(p, ETH_P_IPV6) ? IP6 : UINT32_MAX;
}

static int check_encap(const struct kern_pkt *p, u32 n, u64 flags)
{
	u32 inner = flags >> 56;

	if ((flags & ENCAP_L3) == ENCAP_L3)
		return -EINVAL;
	if ((flags & ENCAP_GRE) && (flags & ENCAP_UDP))
		return -EINVAL;
	if ((flags & ENCAP_ETH) && inner < ETH_HLEN)
		return -EINVAL;
	if (p->encapsulated)
		return -EALREADY;
	return inner > n ? -EINVAL : 0;
}

/* bpf_skb_net_grow */
static int grow(struct kern_pkt *p, u32 off, u32 n, u64 flags)
{
	u32 link = mac_len(p);
	int err;

	if (p->skb.gso_size)
		return -ENOTSUPP_LINUX;
	err = flags & ENCAP_L3 ? check_encap(p, n, flags) : 0;
	if (!err)
		err = open_gap(p, off, n);
	if (err || !(flags & ENCAP_L3))
		return err;
	p->encapsulated = true;
	p->network = p->data + link;
	if (flags & (ENCAP_GRE | ENCAP_UDP))
		p->transport = (u16)(network_at(p) + (flags & ENCAP_IP6 ? IP6 : IP4));
	p->skb.protocol = __builtin_bswap16(flags & ENCAP_IP6 ? ETH_P_IPV6 : ETH_P_IP);
	return 0;
}

/* bpf_skb_net_shrink */
static int shrink(struct kern_pkt *p, u32 off, u32 n, u64 flags)
{
	if (flags & ~(u64)(FIXED_GSO | DECAP_L3 | NO_CSUM_RESET))
		return -EINVAL;
	if (p->skb.gso_size)
		return -ENOTSUPP_LINUX;
	int err = close_gap(p, off, n);
	if (!err && (flags & DECAP_L3))
		p->skb.protocol = __builtin_bswap16(flags & DECAP_IP6 ? ETH_P_IPV6 : ETH_P_IP);
	return err;
}

static int adjust_room(struct kern_pkt *p, s32 diff, u32 mode, u64 flags)
{
	u32 n = diff < 0 ? 0u - (u32)diff : (u32)diff, least = l3_len(p), off = mac_len(p);

	if (flags & ~(FIXED_GSO | ENCAP_L3 | ENCAP_GRE | ENCAP_UDP | ENCAP_ETH | DECAP_L3 |
		      NO_CSUM_RESET | encap_l2))
		return -EINVAL;
	if (n > 0xfff)
		return -EFAULT;
	if (!is(p, ETH_P_IP) && !is(p, ETH_P_IPV6))
		return -ENOTSUPP_LINUX;
	if (mode == BPF_ADJ_ROOM_NET)
		off += least;
	else if (mode != BPF_ADJ_ROOM_MAC)
		return -ENOTSUPP_LINUX;
	if (flags & DECAP_L3) {
		if (diff >= 0 || (flags & DECAP_L3) == DECAP_L3)
			return -EINVAL;
		least = flags & DECAP_IP4 ? IP4 : IP6;
	}
	u32 have = p->len - (u32)packet_offset(p, p->network);
	if (diff < 0 ? n >= have || have - n < least : p->len + n > LONGEST && !p->skb.gso_size)
		return -ENOTSUPP_LINUX;
	return diff < 0 ? shrink(p, off, n, flags) : grow(p, off, n, flags);
}

u64 helper_skb_adjust_room(u64 ctx, u64 diff, u64 mode, u64 flags, u64 r5, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);

	(void)r5;
	if (!p)
		return 0;
	int err = adjust_room(p, (s32)diff, (u32)mode, flags);
	if (!err && !(flags & NO_CSUM_RESET) && p->ip_summed == SUM_UNNECESSARY)
		p->ip_summed = SUM_NONE, p->csum_level = 0;
	return answer(p, err, r);
}

/* ---- the beginning, the end ---- */

/* __bpf_skb_min_len */
static u32 shortest(const struct kern_pkt *p)
{
	s64 n = MAX(packet_offset(p, p->network), 0);
	s64 transport = (s64)p->transport - p->headroom;

	return (u32)(p->transport != PKT_UNKNOWN && transport > 0 ? transport : n);
}

u64 helper_skb_change_tail(u64 ctx, u64 len, u64 flags, u64 r4, u64 r5, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);
	u32 n = (u32)len;

	(void)r4, (void)r5;
	if (!p)
		return 0;
	if (flags || n > LONGEST || n < shortest(p))
		return (u64)-EINVAL;
	if (p->encapsulated)
		return (u64)-ENOTSUPP_LINUX;
	if (n != p->len && p->ip_summed == SUM_COMPLETE)
		p->ip_summed = SUM_NONE;
	if (n > p->len) {
		memset(p->data + p->len, 0, n - p->len);
		p->head = n;
	}
	p->head = MIN(p->head, n);
	p->len = n;
	if (p->skb.gso_size)
		p->skb.gso_size = p->skb.gso_segs = 0;
	return answer(p, 0, r);
}

u64 helper_skb_change_head(u64 ctx, u64 head, u64 flags, u64 r4, u64 r5, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);
	u32 n = (u32)head;

	(void)r4, (void)r5;
	if (!p)
		return 0;
	u32 len = p->len + n;
	if (flags || (s32)n < 0 || (!p->skb.gso_size && len > LONGEST) || len < p->len)
		return (u64)-EINVAL;
	packet_cow(p, n);
	int err = packet_push(p, n);
	if (!err) {
		memset(p->data, 0, n);
		p->mac = p->data;
		p->mac_len = mac_len(p);
	}
	return answer(p, err, r);
}
