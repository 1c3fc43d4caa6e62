/* SPDX-License-Identifier: BSD-2-Clause */
/* One program at each place where a file's removal can be seen: hits[i] counts those
 * of the file "marked". */
#include <linux/bpf.h>

/* The kernel's own types, as far as they are used. */
#define __VMLINUX_H__
struct pt_regs {
	unsigned long r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, sp;
} __attribute__((preserve_access_index));

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char licence[] SEC("license") = "GPL";

struct qstr {
	const unsigned char *name;
} __attribute__((preserve_access_index));
struct dentry {
	struct qstr d_name;
} __attribute__((preserve_access_index));
struct linux_binprm {
	const char *filename;
} __attribute__((preserve_access_index));
struct trace_event_raw_sys_enter {
	unsigned long args[6];
} __attribute__((preserve_access_index));
struct inode;
struct user_namespace;
struct task_struct;

enum { KPROBE, KRETPROBE, FENTRY, FEXIT, LSM, TRACEPOINT, RAW_TP, TP_BTF, KSYSCALL, PLACES };
unsigned long long hits[PLACES];
int removed = -1; /* what the last removal returned */

static int is_marked(const char *name, int user)
{
	char text[8] = {};

	if (user)
		bpf_probe_read_user_str(text, sizeof(text), name);
	else
		bpf_probe_read_kernel_str(text, sizeof(text), name);
	return !__builtin_memcmp(text, "marked", 7);
}

static int is_marked_dentry(struct dentry *d)
{
	return is_marked((const char *)BPF_CORE_READ(d, d_name.name), 0);
}

SEC("kprobe/vfs_unlink")
int BPF_KPROBE(at_kprobe, void *ns, void *dir, struct dentry *d)
{
	hits[KPROBE] += is_marked_dentry(d);
	return 0;
}

SEC("kretprobe/vfs_unlink")
int BPF_KRETPROBE(at_kretprobe, int ret)
{
	hits[KRETPROBE]++;
	return 0;
}

SEC("fentry/vfs_unlink")
int BPF_PROG(at_fentry, struct user_namespace *ns, struct inode *dir, struct dentry *d)
{
	hits[FENTRY] += is_marked((const char *)d->d_name.name, 0);
	return 0;
}

SEC("fexit/vfs_unlink")
int BPF_PROG(at_fexit, struct user_namespace *ns, struct inode *dir, struct dentry *d,
	     struct inode **delegated, int ret)
{
	if (is_marked_dentry(d)) {
		hits[FEXIT]++;
		removed = ret;
	}
	return 0;
}

SEC("lsm/inode_unlink")
int BPF_PROG(at_lsm, struct inode *dir, struct dentry *d, int ret)
{
	char forbidden[] = "forbidden", name[sizeof(forbidden)] = {};

	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(d, d_name.name));
	hits[LSM] += is_marked_dentry(d);
	return __builtin_memcmp(name, forbidden, sizeof(forbidden)) ? ret : -1;
}

SEC("tracepoint/syscalls/sys_enter_unlinkat")
int at_tracepoint(struct trace_event_raw_sys_enter *ctx)
{
	struct {
		unsigned long common, nr, dir, path;
	} *args = (void *)ctx;

	hits[TRACEPOINT] += is_marked((const char *)args->path, 1);
	return 0;
}

SEC("raw_tp/sched_process_exec")
int at_raw_tp(struct bpf_raw_tracepoint_args *ctx)
{
	hits[RAW_TP]++;
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(at_tp_btf, struct task_struct *task, int old, struct linux_binprm *program)
{
	char name[sizeof("/bin/rm")] = {};

	bpf_probe_read_kernel_str(name, sizeof(name), program->filename);
	hits[TP_BTF] += !__builtin_memcmp(name, "/bin/rm", sizeof(name));
	return 0;
}

SEC("ksyscall/unlinkat")
int BPF_KSYSCALL(at_ksyscall, int dir, const char *path)
{
	hits[KSYSCALL] += is_marked(path, 1);
	return 0;
}
