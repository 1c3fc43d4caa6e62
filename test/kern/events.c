/* SPDX-License-Identifier: BSD-2-Clause */
/* Perf events of tracepoints and probes, their programs, links to them and what is told of
 * them: our world answers what the running kernel answers. */
#include "isa/bpf.h"
#include "isa/isa.h"
#include "kern/kern.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OURS, LINUX, WORLDS, INFO = 64, NAME = 64 };

static int failed;

static long call(int world, int cmd, union bpfattr *a)
{
	if (world == OURS)
		return kern_bpf(cmd, &a->a, sizeof(*a));
	long ret = syscall(__NR_bpf, cmd, a, sizeof(*a));
	return ret < 0 ? -errno : ret;
}

static long event(int world, const struct perf_event_attr *a, int pid, int cpu)
{
	if (world == OURS)
		return kern_perf_open(a, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	long ret = syscall(SYS_perf_event_open, a, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	return ret < 0 ? -errno : ret;
}

static long control(int world, int fd, unsigned long cmd, unsigned long arg)
{
	if (world == OURS)
		return kern_perf_ioctl(fd, cmd, arg);
	long ret = ioctl(fd, cmd, arg);
	return ret < 0 ? -errno : ret;
}

static int load(int world, u32 type)
{
	static const struct bpf_insn code[] = {{.code = 0xb7, .imm = 1}, {.code = 0x95}};
	union bpfattr a = {.a = {.prog_type = type,
				 .insn_cnt = LEN(code),
				 .insns = (u64)(uintptr_t)code,
				 .license = (u64)(uintptr_t) "GPL"}};

	return (int)call(world, BPF_PROG_LOAD, &a);
}

static void compare(const char *what, const char *step, long ours, long theirs)
{
	if ((ours < 0 || theirs < 0) && ours != theirs) {
		printf("FAIL %s, %s: %ld, in Linux %ld\n", what, step, ours, theirs);
		failed = 1;
	}
}

/* Descriptor, flags, what it is told to be. */
struct told {
	long ret;
	u32 len, type;
	u64 offset;
	char name[NAME];
};

static struct told ask(int world, int fd, u32 room)
{
	struct told t = {.ret = 0};
	union bpfattr a = {.a.task_fd_query = {.pid = (u32)getpid(),
					       .fd = (u32)fd,
					       .buf = (u64)(uintptr_t)t.name,
					       .buf_len = room}};

	t.ret = call(world, BPF_TASK_FD_QUERY, &a);
	if (!t.ret || t.ret == -ENOSPC) {
		t.len = a.a.task_fd_query.buf_len;
		t.type = a.a.task_fd_query.fd_type;
		t.offset = a.a.task_fd_query.probe_offset;
	}
	return t;
}

static void same_told(const char *what, const int fd[WORLDS], u32 room)
{
	struct told t[WORLDS] = {ask(OURS, fd[OURS], room), ask(LINUX, fd[LINUX], room)};

	if (memcmp(&t[OURS], &t[LINUX], sizeof(t[0]))) {
		printf("FAIL %s: told %ld, type %u, %u, `%s`, in Linux %ld, %u, %u, `%s`\n", what,
		       t[OURS].ret, t[OURS].type, t[OURS].len, t[OURS].name, t[LINUX].ret,
		       t[LINUX].type, t[LINUX].len, t[LINUX].name);
		failed = 1;
	}
}

static long describe(int world, int fd, u32 room, u8 info[INFO], char name[NAME])
{
	union bpfattr a = {
		.a.info = {.bpf_fd = (u32)fd, .info_len = INFO, .info = (u64)(uintptr_t)info}};

	put_le64(info + 24, room ? (u64)(uintptr_t)name : 0);
	put_le32(info + 32, room);
	long ret = call(world, BPF_OBJ_GET_INFO_BY_FD, &a);
	memset(info + 4, 0, 8); /* ids */
	memset(info + 24, 0, 8);
	return ret;
}

static void same_info(const char *what, const int fd[WORLDS], u32 room)
{
	u8 info[WORLDS][INFO] = {{0}};
	char name[WORLDS][NAME] = {{0}};
	long ret[WORLDS];

	for (int w = 0; w < WORLDS; w++)
		ret[w] = describe(w, fd[w], room, info[w], name[w]);
	compare(what, "described", ret[OURS], ret[LINUX]);
	if (!memcmp(info[OURS], info[LINUX], INFO) && !memcmp(name[OURS], name[LINUX], NAME))
		return;
	printf("FAIL %s: described otherwise, `%s`, in Linux `%s`:", what, name[OURS], name[LINUX]);
	for (u32 i = 0; i < INFO; i++)
		printf(" %02x/%02x", info[OURS][i], info[LINUX][i]);
	puts("");
	failed = 1;
}

static void make_link(const char *what, const int event_fd[WORLDS], const int prog[WORLDS],
		      u32 flags, int link[WORLDS])
{
	long ret[WORLDS];

	for (int w = 0; w < WORLDS; w++) {
		union bpfattr a = {.link = {.prog_fd = (u32)prog[w],
					    .target_fd = (u32)event_fd[w],
					    .attach_type = ATTACH_PERF_EVENT,
					    .flags = flags,
					    .perf_cookie = 77}};
		ret[w] = call(w, BPF_LINK_CREATE, &a);
		link[w] = (int)ret[w];
	}
	compare(what, "a link", ret[OURS], ret[LINUX]);
}

static void set(const char *what, const int fd[WORLDS], const int prog[WORLDS])
{
	compare(what, "a program",
		control(OURS, fd[OURS], PERF_EVENT_IOC_SET_BPF, (unsigned long)prog[OURS]),
		control(LINUX, fd[LINUX], PERF_EVENT_IOC_SET_BPF, (unsigned long)prog[LINUX]));
}

static void query(const char *what, const int fd[WORLDS], u32 room)
{
	u32 q[WORLDS][4] = {{room}, {room}};
	long ret[WORLDS];

	for (int w = 0; w < WORLDS; w++)
		ret[w] = control(w, fd[w], PERF_EVENT_IOC_QUERY_BPF, (unsigned long)q[w]);
	compare(what, "its programs", ret[OURS], ret[LINUX]);
	if (q[OURS][1] != q[LINUX][1]) {
		printf("FAIL %s: %u programs, in Linux %u\n", what, q[OURS][1], q[LINUX][1]);
		failed = 1;
	}
}

static const u32 types[] = {PROGTYPE_KPROBE, PROGTYPE_TRACEPOINT, PROGTYPE_PERF_EVENT};
static int progs[LEN(types)][WORLDS];

static bool open_both(const char *what, const struct perf_event_attr *a, int pid, int cpu,
		      int fd[WORLDS])
{
	for (int w = 0; w < WORLDS; w++)
		fd[w] = (int)event(w, a, pid, cpu);
	compare(what, "opened", fd[OURS], fd[LINUX]);
	return fd[OURS] >= 0 && fd[LINUX] >= 0;
}

static void close_both(const int fd[WORLDS])
{
	for (int w = 0; w < WORLDS; w++)
		if (fd[w] >= 0)
			close(fd[w]);
}

/* own: which of the programs it takes. */
static void try(const char *what, const struct perf_event_attr *a, u32 own)
{
	static const unsigned long simple[] = {PERF_EVENT_IOC_ENABLE, PERF_EVENT_IOC_DISABLE,
					       PERF_EVENT_IOC_RESET, PERF_EVENT_IOC_REFRESH};
	static const int none[WORLDS] = {9999, 9999};
	int fd[WORLDS], link[WORLDS];

	if (!open_both(what, a, -1, 0, fd)) {
		close_both(fd);
		return;
	}
	same_told(what, fd, NAME);
	for (u32 i = 0; i < LEN(types); i++)
		if (i != own) {
			set(what, fd, progs[i]);
			make_link(what, fd, progs[i], 0, link);
		}
	set(what, fd, none);
	make_link(what, fd, progs[own], 1, link);
	make_link(what, fd, progs[own], 0, link);
	same_info(what, link, 0);
	same_info(what, link, NAME);
	same_info(what, link, 4);
	same_told(what, link, NAME);
	set(what, fd, progs[own]);
	close_both(link);
	query(what, fd, 2);
	set(what, fd, progs[own]);
	set(what, fd, progs[own]);
	make_link(what, fd, progs[own], 0, link);
	same_told(what, fd, NAME);
	same_told(what, fd, 3);
	same_told(what, fd, 0);
	query(what, fd, 2);
	query(what, fd, 0);
	query(what, fd, 99);
	for (u32 i = 0; i < LEN(simple); i++)
		compare(what, "a command", control(OURS, fd[OURS], simple[i], 1),
			control(LINUX, fd[LINUX], simple[i], 1));
	close_both(fd);
}

static s64 number_in(const char *path)
{
	FILE *f = fopen(path, "r");
	long long n = -1;

	if (f && fscanf(f, "%lld", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

static void probes(u32 uprobe)
{
	static const struct {
		const char *what, *path;
		u64 offset, config;
		int pid, cpu;
	} wrong[] = {
		{"a file that is not there", "/bin/nonesuch", 0x4000, 0, -1, 0},
		{"a directory", "/tmp", 0x4000, 0, -1, 0},
		{"an empty name", "", 0x4000, 0, -1, 0},
		{"no name", NULL, 0x4000, 0, -1, 0},
		{"behind the file", "/bin/sh", 1ull << 40, 0, -1, 0},
		{"an odd counter", "/bin/sh", 0x4000, 1ull << 32, -1, 0},
		{"nowhere", "/bin/sh", 0x4000, 0, -1, -1},
		{"no such processor", "/bin/sh", 0x4000, 0, -1, 999},
	};
	struct perf_event_attr a = {.size = sizeof(a), .type = uprobe};
	int fd[WORLDS];

	for (u32 i = 0; i < LEN(wrong); i++) {
		a.uprobe_path = (u64)(uintptr_t)wrong[i].path;
		a.probe_offset = wrong[i].offset;
		a.config = wrong[i].config;
		open_both(wrong[i].what, &a, wrong[i].pid, wrong[i].cpu, fd);
		close_both(fd);
	}
	a.uprobe_path = (u64)(uintptr_t) "/bin/sh";
	a.probe_offset = 0x4000;
	a.config = 0;
	try("a function of a program", &a, 0);
	a.config = 1;
	try("what a function of a program returns", &a, 0);
}

int main(void)
{
	struct perf_event_attr a = {.size = sizeof(a), .type = PERF_TYPE_TRACEPOINT};
	s64 uprobe = number_in("/sys/bus/event_source/devices/uprobe/type");
	s64 id = number_in("/sys/kernel/tracing/events/sched/sched_switch/id");
	int fd[WORLDS];

	for (u32 i = 0; i < LEN(types); i++)
		for (int w = 0; w < WORLDS; w++)
			progs[i][w] = load(w, types[i]);
	if (progs[0][LINUX] < 0) {
		printf("skip events: the kernel's bpf(): %s\n", strerror(-progs[0][LINUX]));
		return 0;
	}
	if (uprobe < 0 || id < 0) {
		puts("skip events: no numbers of probes and tracepoints can be read");
		return 0;
	}
	probes((u32)uprobe);
	a.config = (u64)id;
	try("a tracepoint", &a, 1);
	a.config = 999999;
	open_both("no tracepoint", &a, -1, 0, fd);
	if (!failed)
		puts("ok events");
	return failed;
}
