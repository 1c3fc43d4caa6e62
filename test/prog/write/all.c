/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that have all of what an object can say, to be written again. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct key {
	__u32 a, b;
};
struct value {
	struct bpf_spin_lock lock;
	__u64 n;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct key);
	__type(value, struct value);
} counts SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");
struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, 4);
	__uint(value_size, 16);
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 3);
	__uint(key_size, 4);
	__array(values, struct inner);
} outer SEC(".maps");

int threshold = 5;
const volatile __u64 limit = 100;
static volatile __u32 seen;
static volatile const char text[] = "some text";

static __noinline int sum(int a, int b) { return a * 3 + b + seen; }

__noinline int bigger(int a)
{
	if (a > threshold)
		return sum(a, 4);
	return (int)limit;
}

static long each(__u32 i, void *ctx)
{
	*(__u64 *)ctx += i;
	seen++;
	return 0;
}

SEC("xdp") int packets(struct xdp_md *ctx)
{
	struct key k = {1, 2};
	struct value *v = bpf_map_lookup_elem(&counts, &k);

	if (v) {
		bpf_spin_lock(&v->lock);
		v->n++;
		bpf_spin_unlock(&v->lock);
	}
	return bigger((int)ctx->ingress_ifindex) + sum(1, 2);
}

SEC("tc") int loops(struct __sk_buff *skb)
{
	__u64 total = 0, *e;
	__u32 zero = 0;
	void *m = bpf_map_lookup_elem(&outer, &zero);

	bpf_loop(skb->len & 15, each, &total, 0);
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (e) {
		*e = total + (__u64)text[skb->len & 7];
		bpf_ringbuf_submit(e, 0);
	}
	return m ? sum(3, 4) : (int)seen;
}

SEC("cgroup_skb/ingress") int plain(struct __sk_buff *skb) { return skb->len > 64; }

char _license[] SEC("license") = "GPL";
