/* SPDX-License-Identifier: BSD-2-Clause */
/* Headers that a lightweight tunnel puts before a packet. net/core/lwt_bpf.c,
 * net/ipv6/seg6.c, seg6_iptunnel.c. */
#include "kern/call.h"
#include "kern/packet.h"

#include <errno.h>

enum {
	ENCAP_MAX = 80, /* LWTUNNEL_MAX_ENCAP_HSIZE */
	IP4 = 20,
	IP6 = 40,
	NEXT_ROUTING = 43,
	NEXT_IPV6 = 41,
	NEXT_IPV4 = 4,
	NEXT_UDP = 17,
	UDP = 8,
	HOPS = 64,
};

/* RFC 8754 2 */
struct srh {
	u8 next, len, type, left, last;
	u8 flags;
	u16 tag;
	u8 segment[][16];
};
enum { SRH = 8, SEGMENT = 16, SRH_TYPE = 4 };

static bool is(const struct kern_pkt *p, u16 type)
{
	return p->skb.protocol == __builtin_bswap16(type);
}

/* 4, 6, or 0: there is no whole header, or UDP's behind it is not whole. */
static u32 ip_version(const u8 *hdr, u32 n)
{
	u32 version = hdr[0] >> 4, ip = version == 4 ? (hdr[0] & 15u) * 4 : IP6;
	u8 next = version == 4 ? hdr[9] : hdr[6];

	if (version != 4 && version != 6)
		return 0;
	return n >= ip + (next == NEXT_UDP ? UDP : 0u) ? version : 0;
}

/* bpf_lwt_push_ip_encap */
static int push_ip(struct kern_pkt *p, const u8 *hdr, u32 n)
{
	u32 version = n >= IP4 && n <= ENCAP_MAX ? ip_version(hdr, n) : 0;

	if (!version)
		return -EINVAL;
	packet_cow(p, n + p->mac_len);
	if (packet_push(p, n))
		return -ENOMEM;
	packet_sum_push(p, hdr, n, 0);
	p->encapsulated = true;
	p->network = p->data;
	memcpy(p->data, hdr, n);
	p->skb.hash = 0;
	p->skb.protocol = __builtin_bswap16(version == 4 ? ETH_P_IP : ETH_P_IPV6);
	if (version == 4 && !hdr[10] && !hdr[11]) {
		u16 sum = sum_fold(sum_bytes(p->data, (hdr[0] & 15u) * 4, 0));
		memcpy(p->data + 10, &sum, 2);
	}
	return p->skb.gso_size ? -ENOTSUPP_LINUX : 0;
}

/* ---- segment routing ---- */

/* seg6_validate_srh */
static bool is_srh(const struct srh *h, u32 n)
{
	if (n < SRH + SEGMENT || h->type != SRH_TYPE || (h->len + 1u) * 8 != n ||
	    h->left > h->last || h->last > h->len / 2 - 1)
		return false;
	const u8 *tlv = h->segment[h->last + 1], *end = (const u8 *)h + n;
	while (end - tlv >= 2 && end - tlv >= 2 + tlv[1])
		tlv += 2 + tlv[1];
	return tlv == end;
}

/* seg6_do_srh_inline: between the header and what it carries. */
static int push_inline(struct kern_pkt *p, const struct srh *h, u32 n)
{
	u8 ip[IP6];

	if (!is(p, ETH_P_IPV6) || p->len < IP6)
		return -EBADMSG;
	memcpy(ip, p->data, IP6);
	packet_cow(p, n + p->mac_len);
	packet_sum_pull(p, ip, IP6, 0);
	if (packet_push(p, n))
		return -ENOMEM;
	p->network = p->data;
	memcpy(p->data, ip, IP6);
	struct srh *at = (struct srh *)(void *)(p->data + IP6);
	memcpy(at, h, n);
	at->next = p->data[6];
	p->data[6] = NEXT_ROUTING;
	memcpy(at->segment[0], p->data + 24, SEGMENT);
	memcpy(p->data + 24, at->segment[at->last], SEGMENT);
	put_be16(p->data + 4, (u16)(p->len - IP6));
	packet_sum_push(p, p->data, IP6 + n, 0);
	return 0;
}

/* seg6_do_srh_encap: a whole packet inside of another one, from nowhere. */
static int push_outer(struct kern_pkt *p, const struct srh *h, u32 n)
{
	bool v6 = is(p, ETH_P_IPV6);
	u32 flow = v6 && p->len >= 4 ? get_be32(p->data) & 0xfffff : 0;

	packet_cow(p, IP6 + n + p->mac_len);
	if (packet_push(p, IP6 + n))
		return -ENOMEM;
	p->encapsulated = true;
	p->network = p->data;
	memset(p->data, 0, IP6);
	put_be32(p->data, 6u << 28 | flow);
	put_be16(p->data + 4, (u16)(p->len - IP6));
	p->data[6] = NEXT_ROUTING;
	p->data[7] = v6 ? p->data[IP6 + n + 7] : HOPS;
	struct srh *at = (struct srh *)(void *)(p->data + IP6);
	memcpy(at, h, n);
	at->next = v6 ? NEXT_IPV6 : NEXT_IPV4;
	memcpy(p->data + 24, at->segment[at->last], SEGMENT);
	p->skb.protocol = __builtin_bswap16(ETH_P_IPV6);
	packet_sum_push(p, p->data, IP6 + n, 0);
	return 0;
}

/* bpf_push_seg6_encap. Nothing is routed here, which the route to nowhere says. */
static int push_seg6(struct kern_pkt *p, u32 type, const struct srh *h, u32 n)
{
	int err = !is_srh(h, n)                       ? -EINVAL
		  : type == BPF_LWT_ENCAP_SEG6_INLINE ? push_inline(p, h, n)
						      : push_outer(p, h, n);

	return err ? err : -EINVAL;
}

static int push(struct kern_pkt *p, bool in, u32 type, const void *hdr, u32 n)
{
	if (type == BPF_LWT_ENCAP_IP)
		return push_ip(p, hdr, n);
	if (in && (type == BPF_LWT_ENCAP_SEG6 || type == BPF_LWT_ENCAP_SEG6_INLINE))
		return push_seg6(p, type, hdr, n);
	return -EINVAL;
}

/* Linux: ctx, type, header, its length */
BPF_HELPER(lwt_push_encap)
{
	struct kern_pkt *p = packet_of(r, r1, PKT_SKB);
	u32 n = size_of(r4);

	if (!p || !kern_may(r, r3, n, false))
		return 0;
	u8 hdr[SRH + 255 * 8];
	if (n > sizeof(hdr))
		return minus(EINVAL);
	memcpy(hdr, addr_of(r3), n);
	bool in = kern_ctx(r)->prog->type == PROGTYPE_LWT_IN;
	int err = push(p, in, (u32)r2, hdr, n);
	packet_moved(p, r);
	return (u64)(s64)err;
}
