/* SPDX-License-Identifier: BSD-2-Clause */
/* Is the ACK that comes to a listening socket the answer to a SYN cookie of ours?
 * onebpf load -a -i lo --show acks,cookies syncookie.bpf.o */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

__u64 acks, cookies;

SEC("tc/ingress")
int check_cookie(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);
	struct tcphdr *tcp = (void *)(ip + 1);
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk;

	if ((void *)(tcp + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5 ||
	    ip->protocol != IPPROTO_TCP || tcp->syn || !tcp->ack)
		return TC_ACT_UNSPEC;
	tuple.ipv4.saddr = ip->saddr;
	tuple.ipv4.daddr = ip->daddr;
	tuple.ipv4.sport = tcp->source;
	tuple.ipv4.dport = tcp->dest;
	sk = bpf_skc_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	if (!sk)
		return TC_ACT_UNSPEC;
	__sync_fetch_and_add(&acks, 1);
	if (!bpf_tcp_check_syncookie(sk, ip, sizeof(*ip), tcp, sizeof(*tcp)))
		__sync_fetch_and_add(&cookies, 1);
	bpf_sk_release(sk);
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
