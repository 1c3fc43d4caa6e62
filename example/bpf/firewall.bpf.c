/* SPDX-License-Identifier: BSD-2-Clause */
/* Drops what comes from a prefix that is in one of the tries:
 * onebpf load -a -i eth0 --pin /sys/fs/bpf/fw firewall.bpf.o, then
 * bpftool map update pinned /sys/fs/bpf/fw/blocked4 key 24 0 0 0 192 0 2 0 value 1 0 0 0 0 0 0 0 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct prefix4 {
	__u32 bits;
	__u8 addr[4];
};
struct prefix6 {
	__u32 bits;
	__u8 addr[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix4);
	__type(value, __u64);
} blocked4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix6);
	__type(value, __u64);
} blocked6 SEC(".maps");

/* With it packets of other protocols are dropped, too. */
const volatile __u8 strict = 0;
__u64 passed, dropped;

static int verdict(__u64 *rule)
{
	if (rule) {
		__sync_fetch_and_add(rule, 1);
		__sync_fetch_and_add(&dropped, 1);
		return XDP_DROP;
	}
	__sync_fetch_and_add(&passed, 1);
	return XDP_PASS;
}

SEC("xdp")
int firewall(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);
	struct ipv6hdr *ip6 = data + sizeof(*eth);

	if ((void *)(eth + 1) > end)
		return XDP_ABORTED;
	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		struct prefix4 from = {.bits = 32};

		if ((void *)(ip + 1) > end)
			return XDP_ABORTED;
		__builtin_memcpy(from.addr, &ip->saddr, sizeof(from.addr));
		return verdict(bpf_map_lookup_elem(&blocked4, &from));
	}
	if (eth->h_proto == bpf_htons(ETH_P_IPV6)) {
		struct prefix6 from = {.bits = 128};

		if ((void *)(ip6 + 1) > end)
			return XDP_ABORTED;
		__builtin_memcpy(from.addr, &ip6->saddr, sizeof(from.addr));
		return verdict(bpf_map_lookup_elem(&blocked6, &from));
	}
	return strict ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
