/* SPDX-License-Identifier: BSD-2-Clause */
/* How long system calls take, as powers of two of nanoseconds:
 * onebpf load -a --for 5 --show calls latency.bpf.o */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

enum { SLOTS = 32, CALLS = 512 };

struct histogram {
	__u64 count, ns;
	__u32 slot[SLOTS];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, __u32);
	__type(value, __u64);
} begun SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CALLS);
	__type(key, __u32);
	__type(value, struct histogram);
} calls SEC(".maps");

/* Of this process alone; 0: of all. */
const volatile __u32 only = 0;

static struct histogram empty;

struct enter {
	__u64 common;
	long nr;
	unsigned long args[6];
};
struct leave {
	__u64 common;
	long nr, ret;
};

SEC("tp/raw_syscalls/sys_enter")
int enter(struct enter *ctx)
{
	__u64 id = bpf_get_current_pid_tgid(), now = bpf_ktime_get_ns();
	__u32 tid = (__u32)id;

	if (only && id >> 32 != only)
		return 0;
	bpf_map_update_elem(&begun, &tid, &now, BPF_ANY);
	return 0;
}

static __u32 log2_of(__u64 x)
{
	__u32 n = 0;

	for (int i = 0; i < SLOTS - 1 && x > 1; i++, x >>= 1)
		n++;
	return n;
}

SEC("tp/raw_syscalls/sys_exit")
int leave(struct leave *ctx)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid(), nr = (__u32)ctx->nr, slot;
	__u64 *from = bpf_map_lookup_elem(&begun, &tid), ns;
	struct histogram *h;

	if (!from)
		return 0;
	ns = bpf_ktime_get_ns() - *from;
	bpf_map_delete_elem(&begun, &tid);
	bpf_map_update_elem(&calls, &nr, &empty, BPF_NOEXIST);
	h = bpf_map_lookup_elem(&calls, &nr);
	if (!h)
		return 0;
	__sync_fetch_and_add(&h->count, 1);
	__sync_fetch_and_add(&h->ns, ns);
	slot = log2_of(ns);
	if (slot < SLOTS)
		__sync_fetch_and_add(&h->slot[slot], 1);
	return 0;
}

char _license[] SEC("license") = "GPL";
