/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets and bytes of each IP protocol: onebpf load -a -i lo --show protocols */
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct traffic {
	__u64 packets, bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __u8);
	__type(value, struct traffic);
} protocols SEC(".maps");

__u64 other;

static int protocol_of(struct __sk_buff *skb, __u8 *to)
{
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return bpf_skb_load_bytes_relative(skb, 9, to, 1, BPF_HDR_START_NET);
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return bpf_skb_load_bytes_relative(skb, 6, to, 1, BPF_HDR_START_NET);
	return -1;
}

SEC("socket")
int count(struct __sk_buff *skb)
{
	struct traffic first = {}, *t;
	__u8 protocol;

	if (protocol_of(skb, &protocol)) {
		__sync_fetch_and_add(&other, 1);
		return 0;
	}
	bpf_map_update_elem(&protocols, &protocol, &first, BPF_NOEXIST);
	t = bpf_map_lookup_elem(&protocols, &protocol);
	if (t) {
		__sync_fetch_and_add(&t->packets, 1);
		__sync_fetch_and_add(&t->bytes, skb->len);
	}
	return 0;
}

char _license[] SEC("license") = "GPL";
