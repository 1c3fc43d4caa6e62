/* SPDX-License-Identifier: BSD-2-Clause */
/* Who runs what, told by a ring buffer and in text; samples; all tasks. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_tracing.h>

char licence[] SEC("license") = "GPL";

struct task_struct {
	int pid, tgid;
	char comm[16];
} __attribute__((preserve_access_index));
struct linux_binprm {
	const char *filename;
} __attribute__((preserve_access_index));
struct bpf_iter_meta {
	struct seq_file *seq;
} __attribute__((preserve_access_index));
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} __attribute__((preserve_access_index));

struct event {
	int old_pid;
	char file[16];
};
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} told SEC(".maps");
const struct event *type; /* so that BTF has it */

unsigned long long samples, functions;

SEC("tp_btf/sched_process_exec")
int BPF_PROG(tell, struct task_struct *task, int old, struct linux_binprm *program)
{
	struct event *e = bpf_ringbuf_reserve(&told, sizeof(*e), 0);

	if (!e)
		return 0;
	e->old_pid = old == task->pid;
	bpf_probe_read_kernel_str(e->file, sizeof(e->file), program->filename);
	bpf_ringbuf_submit(e, 0);
	return 0;
}

SEC("fentry/bprm_execve")
int BPF_PROG(print, struct linux_binprm *program)
{
	bpf_printk("about to run %s", program->filename);
	return 0;
}

SEC("perf_event")
int sample(void *ctx)
{
	__sync_fetch_and_add(&samples, 1);
	return 0;
}

SEC("uprobe//lib/x86_64-linux-gnu/libc.so.6:getopt_long")
int at_user(void *ctx)
{
	functions++;
	return 0;
}

SEC("iter/task")
int each_task(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;

	if (task && task->pid == 1)
		BPF_SEQ_PRINTF(ctx->meta->seq, "%d %s\n", task->tgid, task->comm);
	return 0;
}
