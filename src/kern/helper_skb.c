/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers that read and write the bytes of a struct __sk_buff's packet, its checksums
 * and its other fields. net/core/filter.c says what each answers. */
#include "kern/packet.h"

#include <errno.h>
#include <net/if.h>

static u64 fails(int errnum) { return (u64) - (s64)errnum; }

static u8 *at(u64 addr) { return (u8 *)(uintptr_t)addr; }

/* ---- bytes ---- */

/* What cannot be given is zeroed. */
static u64 give(u64 to, const u8 *from, u64 n)
{
	if (from)
		memcpy(at(to), from, n);
	else
		memset(at(to), 0, n);
	return from ? 0 : fails(EFAULT);
}

u64 helper_skb_load_bytes(u64 ctx, u64 off, u64 to, u64 n, u64 r5, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);

	(void)r5;
	n = (u32)n;
	off = (u32)off;
	if (!p || !kern_may(r, to, n, true))
		return 0;
	bool there = off <= INT32_MAX && off + n <= p->len && !p->no_skb;
	return give(to, there ? p->data + off : NULL, n);
}

u64 helper_skb_load_bytes_relative(u64 ctx, u64 off, u64 to, u64 n, u64 from, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);

	n = (u32)n;
	off = (u32)off;
	from = (u32)from;
	if (!p || !kern_may(r, to, n, true))
		return 0;
	const u8 *start = from == BPF_HDR_START_MAC ? p->mac : p->network;
	const u8 *end = p->data + p->head;
	bool there = off <= 0xffff && from <= BPF_HDR_START_NET && start <= end &&
		     off + n <= (u64)(end - start);
	return give(to, there ? start + off : NULL, n);
}

u64 helper_skb_store_bytes(u64 ctx, u64 off, u64 from, u64 n, u64 flags, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);

	n = (u32)n;
	off = (u32)off;
	if (!p || !kern_may(r, from, n, false))
		return 0;
	if (flags & ~(u64)(BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH))
		return fails(EINVAL);
	if (off > INT32_MAX || off + n > p->len)
		return fails(EFAULT);
	packet_pull(p, (u32)(off + n));
	u8 *to = p->data + off;
	if (flags & BPF_F_RECOMPUTE_CSUM)
		packet_sum_pull(p, to, (u32)n, (u32)off);
	memmove(to, at(from), n);
	if (flags & BPF_F_RECOMPUTE_CSUM)
		packet_sum_push(p, to, (u32)n, (u32)off);
	if (flags & BPF_F_INVALIDATE_HASH)
		p->skb.hash = 0;
	packet_moved(p, r);
	return 0;
}

u64 helper_skb_pull_data(u64 ctx, u64 n, u64 r3, u64 r4, u64 r5, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);

	(void)r3, (void)r4, (void)r5;
	if (!p)
		return 0;
	int err = packet_pull(p, (u32)n ? (u32)n : p->head);
	packet_moved(p, r);
	return (u64)(s64)err;
}

/* ---- checksums ---- */

static u16 get16(const u8 *p)
{
	u16 v;

	memcpy(&v, p, 2);
	return v;
}

static void put16(u8 *p, u16 v) { memcpy(p, &v, 2); }

/* csum_replace_by_diff; csum_replace4, 2 */
static void add_diff(u8 *sum, u32 diff) { put16(sum, sum_fold(sum_add(diff, (u32)~get16(sum)))); }

static void replace4(u8 *sum, u32 from, u32 to)
{
	put16(sum, sum_fold(sum_add(sum_sub((u32)~get16(sum), from), to)));
}

static u16 sum16(u16 a, u16 b)
{
	u32 sum = (u32)a + b;

	return (u16)(sum + (sum >> 16));
}

static void replace2(u8 *sum, u16 from, u16 to)
{
	put16(sum, (u16)~sum16(sum16((u16)~get16(sum), (u16)~from), to));
}

/* Where the sum stands, which can be written; NULL: EFAULT. */
static u8 *sum_at(struct kern_pkt *p, u64 off, struct run *r)
{
	off = (u32)off;
	if (off > 0xffff || (off & 1) || packet_pull(p, (u32)off + 2))
		return NULL;
	packet_moved(p, r);
	return p->data + off;
}

u64 helper_l3_csum_replace(u64 ctx, u64 off, u64 from, u64 to, u64 flags, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);

	if (!p)
		return 0;
	if (flags & ~(u64)BPF_F_HDR_FIELD_MASK)
		return fails(EINVAL);
	u8 *sum = sum_at(p, off, r);
	if (!sum)
		return fails(EFAULT);
	switch (flags & BPF_F_HDR_FIELD_MASK) {
	case 0:
		if (from)
			return fails(EINVAL);
		add_diff(sum, (u32)to);
		return 0;
	case 2:
		replace2(sum, (u16)from, (u16)to);
		return 0;
	case 4:
		replace4(sum, (u32)from, (u32)to);
		return 0;
	}
	return fails(EINVAL);
}

enum { F_IPV6 = 1 << 7 }; /* of l4_csum_replace, since 6.16 */

/* inet_proto_csum_replace4, _by_diff */
static int replace_l4(struct kern_pkt *p, u8 *sum, u64 from, u64 to, u64 flags)
{
	bool whole = p->ip_summed == SUM_COMPLETE && (flags & BPF_F_PSEUDO_HDR);
	u32 size = flags & BPF_F_HDR_FIELD_MASK;

	if (size == 2) {
		from = (u16)from;
		to = (u16)to;
	}
	if (!size) {
		if (from)
			return EINVAL;
		add_diff(sum, (u32)to);
		if (whole && !(flags & F_IPV6))
			p->csum = ~sum_add((u32)to, ~p->csum);
	} else if (size == 2 || size == 4) {
		replace4(sum, (u32)from, (u32)to);
		if (whole)
			p->csum = ~sum_add(sum_sub(~p->csum, (u32)from), (u32)to);
	} else {
		return EINVAL;
	}
	return 0;
}

u64 helper_l4_csum_replace(u64 ctx, u64 off, u64 from, u64 to, u64 flags, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);
	bool mangled = flags & BPF_F_MARK_MANGLED_0;

	if (!p)
		return 0;
	if (flags & ~(u64)(BPF_F_MARK_MANGLED_0 | BPF_F_MARK_ENFORCE | BPF_F_PSEUDO_HDR | F_IPV6 |
			   BPF_F_HDR_FIELD_MASK))
		return fails(EINVAL);
	u8 *sum = sum_at(p, off, r);
	if (!sum)
		return fails(EFAULT);
	if (mangled && !(flags & BPF_F_MARK_ENFORCE) && !get16(sum))
		return 0;
	int err = replace_l4(p, sum, from, to, flags);
	if (err)
		return fails(err);
	if (mangled && !get16(sum))
		put16(sum, 0xffff);
	return 0;
}

u64 helper_csum_update(u64 ctx, u64 csum, u64 r3, u64 r4, u64 r5, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);

	(void)r3, (void)r4, (void)r5;
	if (!p)
		return 0;
	if (p->ip_summed != SUM_COMPLETE)
		return fails(ENOTSUPP_LINUX);
	return p->csum = sum_add(p->csum, (u32)csum);
}

u64 helper_csum_level(u64 ctx, u64 level, u64 r3, u64 r4, u64 r5, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);
	bool known = p && p->ip_summed == SUM_UNNECESSARY;

	(void)r3, (void)r4, (void)r5;
	if (!p)
		return 0;
	switch (level) {
	case BPF_CSUM_LEVEL_INC:
		if (known)
			p->csum_level = MIN(p->csum_level + 1, 3);
		else if (p->ip_summed == SUM_NONE)
			p->ip_summed = SUM_UNNECESSARY, p->csum_level = 0;
		return 0;
	case BPF_CSUM_LEVEL_DEC:
		if (known && p->csum_level)
			p->csum_level--;
		else if (known)
			p->ip_summed = SUM_NONE;
		return 0;
	case BPF_CSUM_LEVEL_RESET:
		if (known)
			p->ip_summed = SUM_NONE, p->csum_level = 0;
		return 0;
	case BPF_CSUM_LEVEL_QUERY:
		return known ? p->csum_level : fails(EACCES);
	}
	return fails(EINVAL);
}

/* ---- other fields ---- */

u64 helper_skb_change_type(u64 ctx, u64 type, u64 r3, u64 r4, u64 r5, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);
	enum { OTHERHOST = 3 };

	(void)r3, (void)r4, (void)r5;
	if (!p)
		return 0;
	if (p->skb.pkt_type > OTHERHOST || (u32)type > OTHERHOST)
		return fails(EINVAL);
	p->skb.pkt_type = (u32)type;
	return 0;
}

/* Linux's key is random; so is the value here, but the same for the same flow. */
u64 helper_get_hash_recalc(u64 ctx, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);

	(void)r2, (void)r3, (void)r4, (void)r5;
	if (!p)
		return 0;
	if (!p->skb.hash) {
		const u8 *end = p->data + p->head;
		u64 h = p->skb.protocol;
		for (const u8 *b = p->network; b < end && b < p->network + 40; b++)
			h = hash_add(h, *b);
		p->skb.hash = (u32)hash_u64(h) | 1;
	}
	return p->skb.hash;
}

u64 helper_set_hash(u64 ctx, u64 hash, u64 r3, u64 r4, u64 r5, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);

	(void)r3, (void)r4, (void)r5;
	if (p)
		p->skb.hash = (u32)hash;
	return 0;
}

u64 helper_set_hash_invalid(u64 ctx, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	return helper_set_hash(ctx, 0, r2, r3, r4 ^ r5, r);
}

u64 helper_skb_set_tstamp(u64 ctx, u64 tstamp, u64 type, u64 r4, u64 r5, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);
	enum { REALTIME, MONOTONIC, TAI };

	(void)r4, (void)r5;
	if (!p)
		return 0;
	if (p->skb.protocol != __builtin_bswap16(ETH_P_IP) &&
	    p->skb.protocol != __builtin_bswap16(ETH_P_IPV6))
		return fails(EOPNOTSUPP);
	type = (u32)type;
	if (type > TAI || (type != REALTIME && !tstamp))
		return fails(EINVAL);
	p->skb.tstamp = tstamp;
	p->skb.tstamp_type = (u8)type;
	return 0;
}

/* INET_ECN_set_ce */
static u64 ip_set_ce(u8 *ip)
{
	u32 ecn = (ip[1] + 1) & 3;

	if (!(ecn & 2))
		return !ecn;
	u32 check = get16(ip + 10) + __builtin_bswap16(0xfffb) + __builtin_bswap16((u16)ecn);
	put16(ip + 10, (u16)(check + (check >= 0xffff)));
	ip[1] |= 3;
	return 1;
}

static u64 ip6_set_ce(struct kern_pkt *p, u8 *ip)
{
	u32 tos = (u32)(ip[0] & 15) << 4 | ip[1] >> 4, from, to;

	if (!(tos & 3))
		return 0;
	memcpy(&from, ip, 4);
	ip[1] |= 0x30;
	memcpy(&to, ip, 4);
	if (p->ip_summed == SUM_COMPLETE)
		p->csum = sum_add(sum_sub(p->csum, from), to);
	return 1;
}

/* vlan_get_protocol: of what is behind VLAN tags; 0: there is too little. */
static u32 behind_tags(const struct kern_pkt *p)
{
	enum { TAG = 4, DEEPEST = 8 };
	u32 type = __builtin_bswap16((u16)p->skb.protocol);
	u64 at = p->mac_len ? p->mac_len - TAG : ETH_HLEN;

	for (u32 i = 1; type == ETH_P_8021Q || type == ETH_P_8021AD; i++, at += TAG) {
		if (at + TAG > p->len || i == DEEPEST)
			return 0;
		type = get_be16(p->data + at + 2);
	}
	return type;
}

u64 helper_skb_ecn_set_ce(u64 ctx, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);

	(void)r2, (void)r3, (void)r4, (void)r5;
	if (!p)
		return 0;
	u32 type = behind_tags(p), n = type == ETH_P_IP ? 20 : 40;
	if ((type != ETH_P_IP && type != ETH_P_IPV6) || p->head < n ||
	    p->network + n > p->data + p->head)
		return 0;
	return type == ETH_P_IP ? ip_set_ce(p->network) : ip6_set_ce(p, p->network);
}

/* ---- of no socket and no control group ---- */

u64 helper_get_route_realm(u64 ctx, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	(void)r2, (void)r3, (void)r4, (void)r5;
	return packet_of(r, ctx, PKT_SKB), 0;
}

u64 helper_skb_cgroup_classid(u64 ctx, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	(void)r2, (void)r3, (void)r4, (void)r5;
	return packet_of(r, ctx, PKT_SKB), 0;
}

u64 helper_get_socket_cookie(u64 ctx, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	static u64 last;
	struct kern_pkt *p = packet_of(r, ctx, PKT_SKB);

	(void)r2, (void)r3, (void)r4, (void)r5;
	if (p && !p->cookie)
		p->cookie = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
	return p ? p->cookie : 0;
}

u64 helper_get_socket_uid(u64 ctx, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	(void)r2, (void)r3, (void)r4, (void)r5;
	return packet_of(r, ctx, PKT_SKB), 0;
}

/* ---- redirection: what a program is told; nothing is sent ---- */

enum { ACT_SHOT = 2, ACT_REDIRECT = 7 };

u64 helper_redirect_peer(u64 ifindex, u64 flags, u64 r3, u64 r4, u64 r5, struct run *r)
{
	(void)ifindex, (void)r3, (void)r4, (void)r5, (void)r;
	return flags ? ACT_SHOT : ACT_REDIRECT;
}

u64 helper_redirect_neigh(u64 ifindex, u64 params, u64 n, u64 flags, u64 r5, struct run *r)
{
	(void)ifindex, (void)r5;
	n = (u32)n;
	if (n && !kern_may(r, params, n, false))
		return 0;
	return flags || (n && n < sizeof(struct bpf_redir_neigh)) ? ACT_SHOT : ACT_REDIRECT;
}

u64 helper_redirect(u64 ifindex, u64 flags, u64 r3, u64 r4, u64 r5, struct run *r)
{
	const struct kern_ctx *c = kern_ctx(r);
	bool xdp = c && c->pkt && c->pkt->kind == PKT_XDP;

	(void)ifindex, (void)r3, (void)r4, (void)r5;
	if (xdp)
		return flags ? XDP_ABORTED : XDP_REDIRECT;
	return flags & ~(u64)BPF_F_INGRESS ? ACT_SHOT : ACT_REDIRECT;
}

u64 helper_clone_redirect(u64 ctx, u64 ifindex, u64 flags, u64 r4, u64 r5, struct run *r)
{
	char name[IF_NAMESIZE];

	(void)r4, (void)r5;
	if (!packet_of(r, ctx, PKT_SKB))
		return 0;
	if ((flags & ~(u64)BPF_F_INGRESS) || !if_indextoname((u32)ifindex, name))
		return fails(EINVAL);
	return 0;
}
