/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs as they are started: onebpf load -qa exec.bpf.o */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct event {
	__u32 pid, uid;
	char comm[16];
	char file[256];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

/* /sys/kernel/tracing/events/sched/sched_process_exec/format */
struct started {
	__u64 common;
	__u32 file; /* where the name lies, from the record's beginning, and its length */
	__s32 pid, old_pid;
};

__u64 missed;
struct event *unused __attribute__((unused));

SEC("tp/sched/sched_process_exec")
int on_exec(struct started *ctx)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e) {
		__sync_fetch_and_add(&missed, 1);
		return 0;
	}
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->uid = (__u32)bpf_get_current_uid_gid();
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_probe_read_kernel_str(e->file, sizeof(e->file), (void *)ctx + (ctx->file & 0xffff));
	bpf_ringbuf_submit(e, 0);
	return 0;
}

char _license[] SEC("license") = "GPL";
