/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf doctor`: what Linux's bpf(2) permits. */
#include "isa/bpf.h"
#include "sys/sys.h"
#include "tool/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <unistd.h>

/* The descriptor, or a negative errno. */
static int call(int cmd, union bpf_attr *a, unsigned size)
{
	int fd = sys_linux_bpf(cmd, a, size);

	return fd < 0 ? -errno : fd;
}

static void who_may(struct finding *f)
{
	long off;

	if (doctor_has_cap(CAP_BPF) || doctor_has_cap(CAP_SYS_ADMIN)) {
		buf_puts(&f->why, ", though this process has the right");
		buf_puts(&f->help, "a container or a lockdown may forbid it; without: onebpf user");
		return;
	}
	if (doctor_number("/proc/sys/kernel/unprivileged_bpf_disabled", &off))
		buf_printf(&f->why, "; kernel.unprivileged_bpf_disabled is %ld", off);
	buf_puts(&f->help, "be root, or have CAP_BPF (with CAP_PERFMON for tracing, CAP_NET_ADMIN "
			   "for packets); or without any right: onebpf user");
}

static void why_not(struct finding *f, int err)
{
	doctor_errno(f, err);
	if (err == EPERM)
		who_may(f);
	else if (err == ENOSYS)
		buf_puts(&f->help, "the kernel has no bpf(2), or a seccomp filter forbids it; "
				   "without: onebpf user");
}

/* ---- maps ---- */

static const struct map_kind {
	const char *name;
	u16 type;
	u16 key, value;
	u32 entries, flags;
	bool inner; /* it wants a map to make copies of */
} kinds[] = {
	{"hash", BPF_MAP_TYPE_HASH, 4, 4, 1, 0, false},
	{"array", BPF_MAP_TYPE_ARRAY, 4, 4, 1, 0, false},
	{"prog_array", BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 1, 0, false},
	{"perf_event_array", BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 1, 0, false},
	{"percpu_hash", BPF_MAP_TYPE_PERCPU_HASH, 4, 4, 1, 0, false},
	{"percpu_array", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 4, 1, 0, false},
	{"stack_trace", BPF_MAP_TYPE_STACK_TRACE, 4, 8, 1, 0, false},
	{"cgroup_array", BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 1, 0, false},
	{"lru_hash", BPF_MAP_TYPE_LRU_HASH, 4, 4, 1, 0, false},
	{"lru_percpu_hash", BPF_MAP_TYPE_LRU_PERCPU_HASH, 4, 4, 1, 0, false},
	{"lpm_trie", BPF_MAP_TYPE_LPM_TRIE, 8, 4, 1, BPF_F_NO_PREALLOC, false},
	{"array_of_maps", BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 1, 0, true},
	{"hash_of_maps", BPF_MAP_TYPE_HASH_OF_MAPS, 4, 4, 1, 0, true},
	{"devmap", BPF_MAP_TYPE_DEVMAP, 4, 4, 1, 0, false},
	{"sockmap", BPF_MAP_TYPE_SOCKMAP, 4, 4, 1, 0, false},
	{"cpumap", BPF_MAP_TYPE_CPUMAP, 4, 4, 1, 0, false},
	{"xskmap", BPF_MAP_TYPE_XSKMAP, 4, 4, 1, 0, false},
	{"sockhash", BPF_MAP_TYPE_SOCKHASH, 4, 4, 1, 0, false},
	{"cgroup_storage", BPF_MAP_TYPE_CGROUP_STORAGE, 16, 8, 0, 0, false},
	{"reuseport_sockarray", BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, 4, 4, 1, 0, false},
	{"percpu_cgroup_storage", BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, 16, 8, 0, 0, false},
	{"queue", BPF_MAP_TYPE_QUEUE, 0, 4, 1, 0, false},
	{"stack", BPF_MAP_TYPE_STACK, 0, 4, 1, 0, false},
	{"devmap_hash", BPF_MAP_TYPE_DEVMAP_HASH, 4, 4, 1, 0, false},
	{"ringbuf", BPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0, false},
	{"bloom_filter", BPF_MAP_TYPE_BLOOM_FILTER, 0, 4, 1, 0, false},
	{"user_ringbuf", BPF_MAP_TYPE_USER_RINGBUF, 0, 0, 4096, 0, false},
	{"arena", MAPTYPE_ARENA, 0, 0, 1, BPF_F_MMAPABLE, false},
};

static int make_map(const struct map_kind *k)
{
	union bpf_attr a = {.map_type = k->type,
			    .key_size = k->key,
			    .value_size = k->value,
			    .max_entries = k->entries,
			    .map_flags = k->flags};
	int inner = -1;

	if (k->inner) {
		inner = make_map(&kinds[0]);
		a.inner_map_fd = (u32)inner;
	}
	if (k->entries > 1)
		a.max_entries = (u32)sysconf(_SC_PAGESIZE);
	int fd = call(BPF_MAP_CREATE, &a, sizeof(a));
	if (inner >= 0)
		close(inner);
	return fd;
}

void doctor_bpf(struct finding *f)
{
	int fd = make_map(&kinds[1]);

	if (fd < 0) {
		why_not(f, -fd);
		return;
	}
	close(fd);
	f->state = DOCTOR_PERMITTED;
}

/* What a kernel was built without is no want of permission. */
static void sum_up(struct finding *f, u32 good, u32 all, u32 refused, const struct buf *missing)
{
	f->state = good && !refused ? DOCTOR_PERMITTED : DOCTOR_NO;
	buf_printf(&f->why, "%u of %u", good, all);
	if (good < all && good)
		buf_printf(&f->why, "; not: %s", missing->p);
	if (refused && good)
		who_may(f);
	else if (refused)
		buf_puts(&f->why, ": see bpf");
}

void doctor_maps(struct finding *f)
{
	struct buf missing = {0};
	u32 good = 0, refused = 0;

	for (u32 i = 0; i < LEN(kinds); i++) {
		int fd = make_map(&kinds[i]);

		if (fd >= 0) {
			close(fd);
			good++;
			continue;
		}
		refused += fd == -EPERM;
		buf_printf(&missing, "%s%s", missing.n ? ", " : "", kinds[i].name);
	}
	sum_up(f, good, LEN(kinds), refused, &missing);
	buf_deinit(&missing);
}

/* ---- programs ---- */

static const struct loadable {
	const char *name;
	u16 type, attach;
} types[] = {
	{"socket_filter", BPF_PROG_TYPE_SOCKET_FILTER, 0},
	{"kprobe", BPF_PROG_TYPE_KPROBE, 0},
	{"sched_cls", BPF_PROG_TYPE_SCHED_CLS, 0},
	{"sched_act", BPF_PROG_TYPE_SCHED_ACT, 0},
	{"tracepoint", BPF_PROG_TYPE_TRACEPOINT, 0},
	{"xdp", BPF_PROG_TYPE_XDP, 0},
	{"perf_event", BPF_PROG_TYPE_PERF_EVENT, 0},
	{"cgroup_skb", BPF_PROG_TYPE_CGROUP_SKB, 0},
	{"cgroup_sock", BPF_PROG_TYPE_CGROUP_SOCK, 0},
	{"lwt_in", BPF_PROG_TYPE_LWT_IN, 0},
	{"lwt_out", BPF_PROG_TYPE_LWT_OUT, 0},
	{"lwt_xmit", BPF_PROG_TYPE_LWT_XMIT, 0},
	{"sock_ops", BPF_PROG_TYPE_SOCK_OPS, 0},
	{"sk_skb", BPF_PROG_TYPE_SK_SKB, 0},
	{"cgroup_device", BPF_PROG_TYPE_CGROUP_DEVICE, 0},
	{"sk_msg", BPF_PROG_TYPE_SK_MSG, 0},
	{"raw_tracepoint", BPF_PROG_TYPE_RAW_TRACEPOINT, 0},
	{"cgroup_sock_addr", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT},
	{"lwt_seg6local", BPF_PROG_TYPE_LWT_SEG6LOCAL, 0},
	{"lirc_mode2", BPF_PROG_TYPE_LIRC_MODE2, 0},
	{"sk_reuseport", BPF_PROG_TYPE_SK_REUSEPORT, 0},
	{"flow_dissector", BPF_PROG_TYPE_FLOW_DISSECTOR, 0},
	{"cgroup_sysctl", BPF_PROG_TYPE_CGROUP_SYSCTL, 0},
	{"raw_tracepoint_writable", BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, 0},
	{"cgroup_sockopt", BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_GETSOCKOPT},
	{"sk_lookup", BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP},
	{"syscall", BPF_PROG_TYPE_SYSCALL, 0},
};

static int load_prog(u32 type, u32 attach)
{
	const struct bpf_insn code[] = {{.code = 0xb7, .imm = type == BPF_PROG_TYPE_FLOW_DISSECTOR},
					{.code = 0x95}};
	union bpf_attr a = {.prog_type = type,
			    .expected_attach_type = attach,
			    .prog_flags = type == BPF_PROG_TYPE_SYSCALL ? BPF_F_SLEEPABLE : 0,
			    .insns = (u64)(uintptr_t)code,
			    .insn_cnt = LEN(code),
			    .license = (u64)(uintptr_t) "GPL"};

	return call(BPF_PROG_LOAD, &a, sizeof(a));
}

void doctor_progs(struct finding *f)
{
	struct buf missing = {0};
	u32 good = 0, refused = 0;

	for (u32 i = 0; i < LEN(types); i++) {
		int fd = load_prog(types[i].type, types[i].attach);

		if (fd >= 0) {
			close(fd);
			good++;
			continue;
		}
		refused += fd == -EPERM;
		buf_printf(&missing, "%s%s", missing.n ? ", " : "", types[i].name);
	}
	sum_up(f, good, LEN(types), refused, &missing);
	buf_deinit(&missing);
}

void doctor_jit(struct finding *f)
{
	struct bpf_prog_info info = {0};
	union bpf_attr a = {.info = {.info_len = sizeof(info), .info = (u64)(uintptr_t)&info}};
	long on;
	int fd = load_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);

	if (fd < 0) {
		if (doctor_number("/proc/sys/net/core/bpf_jit_enable", &on)) {
			f->state = on ? DOCTOR_PERMITTED : DOCTOR_NO;
			buf_printf(&f->why, "net.core.bpf_jit_enable is %ld", on);
			return;
		}
		f->state = DOCTOR_UNKNOWN;
		buf_puts(&f->why, "no program can be loaded to see");
		return;
	}
	a.info.bpf_fd = (u32)fd;
	int err = call(BPF_OBJ_GET_INFO_BY_FD, &a, sizeof(a.info));
	close(fd);
	if (err < 0) {
		doctor_errno(f, -err);
		return;
	}
	f->state = info.jited_prog_len ? DOCTOR_PERMITTED : DOCTOR_NO;
	if (!info.jited_prog_len)
		buf_puts(&f->help, "sysctl net.core.bpf_jit_enable=1");
}

void doctor_btf(struct finding *f)
{
	int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
	u16 magic = 0;

	if (fd < 0 || read(fd, &magic, 2) != 2 || magic != 0xeb9f) {
		buf_printf(&f->why, "/sys/kernel/btf/vmlinux: %s",
			   fd < 0 ? strerror(errno) : "it is no BTF");
		buf_puts(&f->help, "a kernel with CONFIG_DEBUG_INFO_BTF");
	} else {
		f->state = DOCTOR_PERMITTED;
	}
	if (fd >= 0)
		close(fd);
}

void doctor_pins(struct finding *f)
{
	struct statfs st;

	if (statfs("/sys/fs/bpf", &st)) {
		doctor_errno(f, errno);
	} else if (st.f_type != BPF_FS_MAGIC) {
		buf_puts(&f->why, "no bpf file system is mounted there");
		buf_puts(&f->help, "mount -t bpf bpf /sys/fs/bpf");
	} else if (access("/sys/fs/bpf", W_OK)) {
		doctor_errno(f, errno);
		buf_puts(&f->help, "be root, or chown a directory in it");
	} else {
		f->state = DOCTOR_PERMITTED;
	}
}
