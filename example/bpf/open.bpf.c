/* SPDX-License-Identifier: BSD-2-Clause */
/* Files as they are opened, and what came of it: onebpf load -qa open.bpf.o */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct event {
	__u32 pid;
	__s32 result; /* a descriptor, or an errno below 0 */
	__u32 flags;
	char comm[16];
	char file[256];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} events SEC(".maps");

struct asked {
	const char *file;
	__u32 flags;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, __u32);
	__type(value, struct asked);
} begun SEC(".maps");

/* Too large for the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct event);
} scratch SEC(".maps");

struct enter {
	__u64 common;
	long nr;
	unsigned long dir, file, flags, mode;
};
struct leave {
	__u64 common;
	long nr, ret;
};

SEC("tp/syscalls/sys_enter_openat")
int enter(struct enter *ctx)
{
	struct asked a = {(const char *)ctx->file, (__u32)ctx->flags};
	__u32 tid = (__u32)bpf_get_current_pid_tgid();

	bpf_map_update_elem(&begun, &tid, &a, BPF_ANY);
	return 0;
}

SEC("tp/syscalls/sys_exit_openat")
int leave(struct leave *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 tid = (__u32)id, zero = 0;
	struct asked *a = bpf_map_lookup_elem(&begun, &tid);
	struct event *e = bpf_map_lookup_elem(&scratch, &zero);

	if (!a || !e)
		return 0;
	e->pid = id >> 32;
	e->result = (__s32)ctx->ret;
	e->flags = a->flags;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_probe_read_user_str(e->file, sizeof(e->file), a->file);
	bpf_map_delete_elem(&begun, &tid);
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, e, sizeof(*e));
	return 0;
}

char _license[] SEC("license") = "GPL";
