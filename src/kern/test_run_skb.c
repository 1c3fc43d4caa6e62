/* SPDX-License-Identifier: BSD-2-Clause */
/* Test runs on a struct __sk_buff: bpf_prog_test_run_skb. */
#include "kern/trial.h"

#include <errno.h>
#include <netinet/in.h>

enum { HEADROOM = 64, CHECKSUM_COMPLETE = 4, GSO_SEGS = 65535, WIRE_LEN = 65536 };
enum { HOST, BROADCAST, MULTICAST, OTHERHOST }; /* PACKET_HOST ... */
enum { TCP_CLOSE = 7 };

#define OFF(field) (u32) offsetof(struct __sk_buff, field)
#define END(field) (u32)(OFF(field) + sizeof(((struct __sk_buff *)0)->field))

static bool sees_link_header(const struct kern_prog *p)
{
	return p->type == PROGTYPE_SCHED_CLS || p->type == PROGTYPE_SCHED_ACT;
}

/* eth_type_trans. The loopback device knows no broadcast. */
static void link_header(struct kern_pkt *p, const u8 address[ETH_ALEN])
{
	static const u8 all[ETH_ALEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	bool broadcast = p->skb.ifindex > 1 && !memcmp(p->data, all, ETH_ALEN);
	u32 proto = get_be16(p->data + 12);

	if (p->data[0] & 1)
		p->skb.pkt_type = broadcast ? BROADCAST : MULTICAST;
	else
		p->skb.pkt_type = memcmp(p->data, address, ETH_ALEN) ? OTHERHOST : HOST;
	if (proto < ETH_P_802_3_MIN)
		proto = p->len >= ETH_HLEN + 2 && get_be16(p->data + ETH_HLEN) == 0xffff
				? ETH_P_802_3
				: ETH_P_802_2;
	p->skb.protocol = __builtin_bswap16((u16)proto);
	p->mac = p->data;
	packet_pop(p, ETH_HLEN);
	p->network = p->data;
}

/* The socket that the packet belongs to, and what of it stands in the context. Linux
 * takes no IP packet without its whole header. */
static int make_socket(struct kern_pkt *p)
{
	const u8 *ip = p->network;

	p->sk = (struct bpf_sock){.state = TCP_CLOSE, .rx_queue_mapping = -1};
	p->skb.sk = &p->sk;
	if (p->skb.protocol == __builtin_bswap16(ETH_P_IP)) {
		if (p->len < 20)
			return -EINVAL;
		p->sk.family = AF_INET;
		memcpy(&p->sk.src_ip4, ip + 12, 4);
		memcpy(&p->sk.dst_ip4, ip + 16, 4);
	} else if (p->skb.protocol == __builtin_bswap16(ETH_P_IPV6)) {
		if (p->len < 40)
			return -EINVAL;
		p->sk.family = AF_INET6;
		memcpy(p->sk.src_ip6, ip + 8, 16);
		memcpy(p->sk.dst_ip6, ip + 24, 16);
	}
	p->skb.family = p->sk.family;
	p->skb.local_ip4 = p->sk.src_ip4;
	p->skb.remote_ip4 = p->sk.dst_ip4;
	memcpy(p->skb.local_ip6, p->sk.src_ip6, 16);
	memcpy(p->skb.remote_ip6, p->sk.dst_ip6, 16);
	return 0;
}

/* convert___skb_to_skb */
static int from_user(struct kern_pkt *p, const struct __sk_buff *c)
{
	if (!trial_zero(c, 0, OFF(mark)) || !trial_zero(c, END(mark), OFF(priority)) ||
	    !trial_zero(c, END(ifindex), OFF(cb)) || !trial_zero(c, END(cb), OFF(tstamp)) ||
	    !trial_zero(c, END(gso_segs), OFF(gso_size)) ||
	    !trial_zero(c, END(gso_size), OFF(hwtstamp)) ||
	    !trial_zero(c, END(hwtstamp), sizeof(*c)))
		return -EINVAL;
	p->skb.mark = c->mark;
	p->skb.priority = c->priority;
	p->skb.ingress_ifindex = c->ingress_ifindex;
	p->skb.tstamp = c->tstamp;
	memcpy(p->skb.cb, c->cb, sizeof(c->cb));
	p->skb.wire_len = c->wire_len ? c->wire_len : p->len;
	if (c->wire_len && (c->wire_len < p->len || c->wire_len > WIRE_LEN))
		return -EINVAL;
	if (c->gso_segs > GSO_SEGS)
		return -EINVAL;
	p->skb.gso_segs = c->gso_segs;
	p->skb.gso_size = (u16)c->gso_size;
	p->skb.hwtstamp = c->hwtstamp;
	return 0;
}

/* convert_skb_to___skb */
static void to_user(struct __sk_buff *c, const struct kern_pkt *p)
{
	c->mark = p->skb.mark;
	c->priority = p->skb.priority;
	c->ingress_ifindex = p->skb.ingress_ifindex;
	c->ifindex = p->skb.ifindex;
	c->tstamp = p->skb.tstamp;
	memcpy(c->cb, p->skb.cb, sizeof(c->cb));
	c->wire_len = p->skb.wire_len;
	c->gso_segs = p->skb.gso_segs;
	c->hwtstamp = p->skb.hwtstamp;
}

static int prepare(struct trial *t, struct kern_pkt *p, const struct __sk_buff *c)
{
	u8 address[ETH_ALEN] = {0};
	u32 queues;

	p->skb.ifindex = 1;
	if (c && c->ifindex > 1) {
		int err = trial_device(c->ifindex, address, &queues);
		if (err)
			return err;
		p->skb.ifindex = c->ifindex;
	}
	link_header(p, address);
	int err = make_socket(p);
	if (err)
		return err;
	if (sees_link_header(t->prog))
		packet_push(p, ETH_HLEN);
	return c ? from_user(p, c) : 0;
}

static u32 whole_sum(const struct kern_pkt *p)
{
	s64 n = p->len - packet_offset(p, p->network);

	return n > 0 ? sum_bytes(p->network, (u32)n, 0) : 0;
}

static int run(struct trial *t, struct kern_pkt *p)
{
	bool complete = t->a->test.flags & CHECKSUM_COMPLETE;

	if (complete) {
		p->csum = whole_sum(p);
		p->ip_summed = SUM_COMPLETE;
	}
	packet_enter(p, &t->ctx);
	int err = trial_run(t);
	if (err)
		return err;
	if (!sees_link_header(t->prog)) {
		if (packet_push(p, ETH_HLEN))
			return -ENOMEM;
		memset(p->data, 0, ETH_HLEN);
	}
	if (complete && sum_fold(p->csum) != sum_fold(whole_sum(p)))
		return -EBADMSG;
	return 0;
}

static long with_packet(struct trial *t, struct kern_pkt *p)
{
	struct __sk_buff c;
	int err = trial_data_in(t, p->data, p->len);

	if (err)
		return err;
	int have = trial_ctx_in(t, &c, sizeof(c));
	if (have < 0)
		return have;
	err = prepare(t, p, have ? &c : NULL);
	if (!err)
		err = run(t, p);
	if (err)
		return err;
	if (have)
		to_user(&c, p);
	err = trial_out(t, p->data, p->len, 0);
	return err || !have ? err : trial_ctx_out(t, &c, sizeof(c));
}

long trial_skb(struct trial *t)
{
	u32 size = t->a->test.data_size_in;

	if ((t->a->test.flags & ~(u32)CHECKSUM_COMPLETE) || t->a->test.cpu || t->a->test.batch_size)
		return -EINVAL;
	if (size < ETH_HLEN || size > TRIAL_PAGE - HEADROOM - TRIAL_SHARED_INFO)
		return -EINVAL;
	struct kern_pkt *p = packet_create(PKT_SKB, size, PKT_MOST);
	if (!p)
		return -ENOMEM;
	long ret = with_packet(t, p);
	packet_destroy(p);
	return ret;
}
