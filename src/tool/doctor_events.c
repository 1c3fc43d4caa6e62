/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf doctor`: which events of Linux there are to attach to. */
#include "isa/bpf.h"
#include "prog/prog.h"
#include "sys/sys.h"
#include "tool/doctor.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_event(struct perf_event_attr *a, pid_t pid, int cpu)
{
	a->size = sizeof(*a);
	int fd = (int)syscall(SYS_perf_event_open, a, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static void paranoid(struct finding *f)
{
	long level;

	if (doctor_number("/proc/sys/kernel/perf_event_paranoid", &level))
		buf_printf(&f->why, "; kernel.perf_event_paranoid is %ld", level);
}

static void settle(struct finding *f, int err)
{
	if (!err) {
		f->state = DOCTOR_PERMITTED;
		return;
	}
	doctor_errno(f, -err);
	if (err != -EPERM && err != -EACCES)
		return;
	if (doctor_has_cap(CAP_PERFMON) || doctor_has_cap(CAP_SYS_ADMIN)) {
		buf_puts(&f->why, ", though this process has the right");
		buf_puts(&f->help, "a kernel that was not built or locked down without it");
		return;
	}
	paranoid(f);
	buf_puts(&f->help, "be root, or have CAP_PERFMON");
}

static const char *const tracing[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};

/* ---- functions ---- */

/* Without this unit the kernel may still have kprobe_events. */
static void old_kprobes(struct finding *f)
{
	char path[64];

	for (u32 i = 0; i < LEN(tracing); i++) {
		snprintf(path, sizeof(path), "%s/kprobe_events", tracing[i]);
		if (!access(path, W_OK)) {
			f->state = DOCTOR_PERMITTED;
			buf_printf(&f->why, "by %s", path);
			return;
		}
	}
	buf_puts(&f->why, "the kernel has no kprobe unit, and no kprobe_events that may be "
			  "written");
	buf_puts(&f->help, "a kernel with CONFIG_KPROBE_EVENTS, or other rights");
}

void doctor_kprobe(struct finding *f)
{
	static const char name[] = "do_exit";
	long type;
	struct perf_event_attr a = {.config1 = (u64)(uintptr_t)name};

	if (!doctor_number("/sys/bus/event_source/devices/kprobe/type", &type)) {
		old_kprobes(f);
		return;
	}
	a.type = (u32)type;
	settle(f, open_event(&a, -1, 0));
}

/* Where this program begins, as an offset in its file. */
static u64 own_entry(void)
{
	Elf64_Ehdr h;
	Elf64_Phdr p;
	u64 at = 0;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	if (pread(fd, &h, sizeof(h), 0) == sizeof(h))
		for (u32 i = 0; i < h.e_phnum && !at; i++)
			if (pread(fd, &p, sizeof(p), (off_t)(h.e_phoff + i * sizeof(p))) ==
				    sizeof(p) &&
			    p.p_type == PT_LOAD && h.e_entry - p.p_vaddr < p.p_filesz)
				at = h.e_entry - p.p_vaddr + p.p_offset;
	close(fd);
	return at;
}

void doctor_uprobe(struct finding *f)
{
	char path[4096];
	long type;
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	struct perf_event_attr a = {.config1 = (u64)(uintptr_t)path, .config2 = own_entry()};

	if (n < 0 || !doctor_number("/sys/bus/event_source/devices/uprobe/type", &type)) {
		buf_puts(&f->why, "the kernel has no uprobe unit");
		buf_puts(&f->help, "a kernel with CONFIG_UPROBE_EVENTS");
		return;
	}
	path[n] = 0;
	a.type = (u32)type;
	settle(f, open_event(&a, -1, 0));
}

void doctor_tracepoint(struct finding *f)
{
	char path[96];
	long id;

	for (u32 i = 0; i < LEN(tracing); i++) {
		snprintf(path, sizeof(path), "%s/events/sched/sched_switch/id", tracing[i]);
		if (!doctor_number(path, &id))
			continue;
		struct perf_event_attr a = {.type = PERF_TYPE_TRACEPOINT, .config = (u64)id};
		settle(f, open_event(&a, -1, 0));
		return;
	}
	int why = errno;
	buf_printf(&f->why, "/sys/kernel/tracing/events: %s", strerror(why));
	buf_puts(&f->help, why == EACCES ? "be root"
					 : "mount -t tracefs tracefs /sys/kernel/tracing; a kernel "
					   "with CONFIG_FTRACE");
}

/* ---- fentry ---- */

/* The number of a function in the kernel's BTF, 0: it has none. */
static u32 kernel_func(const char *name)
{
	int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
	struct stat st;
	struct btf *btf;
	u32 id = 0;

	if (fd < 0)
		return 0;
	u8 *p = fstat(fd, &st) ? NULL : malloc((size_t)st.st_size);
	size_t n = 0;
	for (ssize_t got; p && (got = read(fd, p + n, (size_t)st.st_size - n)) > 0;)
		n += (size_t)got;
	struct ob_err *err = btf_read((struct bytes){p, n}, NULL, &btf);
	if (!err) {
		id = btf_find(btf, name, BTF_KIND_FUNC);
		btf_destroy(btf);
	}
	ob_err_destroy(err);
	free(p);
	close(fd);
	return id;
}

void doctor_fentry(struct finding *f)
{
	const struct bpf_insn code[] = {{.code = 0xb7}, {.code = 0x95}};
	u32 id = kernel_func("do_exit");
	union bpf_attr a = {.prog_type = BPF_PROG_TYPE_TRACING,
			    .expected_attach_type = BPF_TRACE_FENTRY,
			    .attach_btf_id = id,
			    .insns = (u64)(uintptr_t)code,
			    .insn_cnt = LEN(code),
			    .license = (u64)(uintptr_t) "GPL"};

	if (!id) {
		buf_puts(&f->why, "the kernel does not describe its functions");
		buf_puts(&f->help, "a kernel with CONFIG_DEBUG_INFO_BTF");
		return;
	}
	int prog = sys_linux_bpf(BPF_PROG_LOAD, &a, sizeof(a));
	union bpf_attr at = {.raw_tracepoint = {.prog_fd = (u32)prog}};
	int link = prog < 0
			   ? -1
			   : sys_linux_bpf(BPF_RAW_TRACEPOINT_OPEN, &at, sizeof(at.raw_tracepoint));
	int err = link < 0 ? -errno : 0;
	if (link >= 0)
		close(link);
	if (prog >= 0)
		close(prog);
	settle(f, err);
	if (err == -ENOTSUPP_LINUX)
		buf_puts(&f->help, "a kernel with CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS");
}

/* ---- counting ---- */

void doctor_samples(struct finding *f)
{
	struct perf_event_attr a = {.type = PERF_TYPE_SOFTWARE,
				    .config = PERF_COUNT_SW_CPU_CLOCK,
				    .sample_period = 1000000,
				    .sample_type = PERF_SAMPLE_IP,
				    .exclude_kernel = 1,
				    .disabled = 1};

	settle(f, open_event(&a, 0, -1));
}

void doctor_counters(struct finding *f)
{
	struct perf_event_attr a = {.type = PERF_TYPE_HARDWARE,
				    .config = PERF_COUNT_HW_CPU_CYCLES,
				    .exclude_kernel = 1,
				    .disabled = 1};
	int err = open_event(&a, 0, -1);

	settle(f, err);
	if (err == -ENOENT)
		buf_puts(&f->help, "a virtual machine may not be given them");
}
