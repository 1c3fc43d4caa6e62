/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of ICMP at each place that a packet passes: seen[i] counts them. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char licence[] SEC("license") = "GPL";

enum { XDP, TC, CGROUP_OUT, SOCKET, PLACES };
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PLACES);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

volatile const __u32 dropped_length; /* XDP drops pings of this length; 0: none */

static void count(__u32 place)
{
	__u64 *n = bpf_map_lookup_elem(&seen, &place);

	if (n)
		__sync_fetch_and_add(n, 1);
}

SEC("xdp")
int at_xdp(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) ||
	    ip->protocol != IPPROTO_ICMP)
		return XDP_PASS;
	count(XDP);
	return dropped_length && bpf_ntohs(ip->tot_len) == dropped_length ? XDP_DROP : XDP_PASS;
}

SEC("tc")
int at_tc(struct __sk_buff *skb)
{
	struct iphdr ip;

	if (skb->protocol == bpf_htons(ETH_P_IP) &&
	    !bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof(ip)) && ip.protocol == IPPROTO_ICMP)
		count(TC);
	return 0; /* TC_ACT_OK */
}

SEC("cgroup_skb/egress")
int at_egress(struct __sk_buff *skb)
{
	struct iphdr ip;

	if (!bpf_skb_load_bytes(skb, 0, &ip, sizeof(ip)) && ip.protocol == IPPROTO_ICMP)
		count(CGROUP_OUT);
	return 1;
}

SEC("cgroup/connect4")
int at_connect(struct bpf_sock_addr *ctx) { return ctx->user_port != bpf_htons(4444); }
