/* SPDX-License-Identifier: BSD-2-Clause */
/* Where threads sleep, and how long, by the stack that led there:
 * onebpf load -a --for 5 --show slept offcpu.bpf.o */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

enum { DEPTH = 64 };

struct task_struct {
	int pid, tgid;
	char comm[16];
} __attribute__((preserve_access_index));

struct sleeper {
	__s32 tgid, stack;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 4096);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, DEPTH * sizeof(__u64));
} stacks SEC(".maps");

struct left {
	__u64 ns;
	__s32 stack;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 10240);
	__type(key, __s32);
	__type(value, struct left);
} since SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct sleeper);
	__type(value, __u64);
} slept SEC(".maps");

/* Sleeps that are shorter do not count. */
const volatile __u64 least_ns = 1000;

SEC("tp_btf/sched_switch")
int on_switch(__u64 *ctx)
{
	struct task_struct *prev = (void *)ctx[1], *next = (void *)ctx[2];
	struct left now = {bpf_ktime_get_ns(), bpf_get_stackid(ctx, &stacks, 0)}, *before;
	struct sleeper who = {.tgid = next->tgid};
	__s32 pid = prev->pid;
	__u64 none = 0, *sum, ns;

	bpf_map_update_elem(&since, &pid, &now, BPF_ANY);
	pid = next->pid;
	before = pid ? bpf_map_lookup_elem(&since, &pid) : 0;
	if (!before)
		return 0;
	ns = now.ns - before->ns;
	who.stack = before->stack;
	bpf_map_delete_elem(&since, &pid);
	if (ns < least_ns)
		return 0;
	bpf_probe_read_kernel_str(who.comm, sizeof(who.comm), next->comm);
	bpf_map_update_elem(&slept, &who, &none, BPF_NOEXIST);
	sum = bpf_map_lookup_elem(&slept, &who);
	if (sum)
		__sync_fetch_and_add(sum, ns);
	return 0;
}

char _license[] SEC("license") = "GPL";
