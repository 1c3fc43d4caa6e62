/* SPDX-License-Identifier: BSD-2-Clause */
/* One program hands packets to others by their protocol, which count them in maps of
 * maps; a timer looks how many there were. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/time.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

int on_four(struct __sk_buff *skb);
int on_six(struct __sk_buff *skb);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__array(values, int(void *));
} protocols SEC(".maps") = {.values = {[0] = (void *)&on_four, [1] = (void *)&on_six}};

struct lengths {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} lengths4 SEC(".maps"), lengths6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 8);
	__type(key, __u32);
	__array(values, struct lengths);
} families SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct lengths);
} in_order SEC(".maps") = {.values = {[0] = &lengths4, [1] = &lengths6}};

struct clock {
	struct bpf_timer timer;
	__u64 rings;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct clock);
} clocks SEC(".maps");

__u64 seen = 100, strange, at_ring;
static __u64 by_family[2];

static int count(struct __sk_buff *skb, __u32 family)
{
	void *inner = bpf_map_lookup_elem(&in_order, &family);
	__u32 len = skb->len;
	__u64 one = 1, *n;

	__sync_fetch_and_add(&by_family[family & 1], 1);
	if (!inner)
		return TC_ACT_SHOT;
	n = bpf_map_lookup_elem(inner, &len);
	if (n)
		__sync_fetch_and_add(n, 1);
	else
		bpf_map_update_elem(inner, &len, &one, BPF_ANY);
	return TC_ACT_OK;
}

SEC("tc")
int on_four(struct __sk_buff *skb) { return count(skb, 0); }

SEC("tc")
int on_six(struct __sk_buff *skb) { return count(skb, 1); }

static int on_ring(void *map, __u32 *key, struct clock *c)
{
	c->rings++;
	at_ring = seen;
	return 0;
}

static void begin(void)
{
	__u32 zero = 0;
	struct clock *c = bpf_map_lookup_elem(&clocks, &zero);

	if (!c || bpf_timer_init(&c->timer, &clocks, CLOCK_MONOTONIC))
		return;
	bpf_timer_set_callback(&c->timer, on_ring);
	bpf_timer_start(&c->timer, 1000000, 0);
}

SEC("tc")
int by_protocol(struct __sk_buff *skb)
{
	if (__sync_fetch_and_add(&seen, 1) == 100)
		begin();
	if (skb->protocol == bpf_htons(ETH_P_IP))
		bpf_tail_call(skb, &protocols, 0);
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		bpf_tail_call(skb, &protocols, 1);
	__sync_fetch_and_add(&strange, 1);
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
