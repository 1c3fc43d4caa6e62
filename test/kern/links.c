/* SPDX-License-Identifier: BSD-2-Clause */
/* Links of each kind, made, described, given another program, detached: our world
 * answers what the running kernel answers, in a network namespace of the test's own. */
#include "isa/bpf.h"
#include "isa/isa.h"
#include "kern/kern.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OURS, LINUX, WORLDS, LO = 1, NOWHERE = 9999, INFO = 64 };

static int failed;

static long call(int world, int cmd, union bpfattr *a)
{
	if (world == OURS)
		return kern_bpf(cmd, &a->a, sizeof(*a));
	long ret = syscall(__NR_bpf, cmd, a, sizeof(*a));
	return ret < 0 ? -errno : ret;
}

static long load(int world, u32 type, u32 attach)
{
	static const struct bpf_insn code[] = {{.code = 0xb7, .imm = 1}, {.code = 0x95}};
	union bpfattr a = {.a = {.prog_type = type,
				 .insn_cnt = LEN(code),
				 .insns = (u64)(uintptr_t)code,
				 .license = (u64)(uintptr_t) "GPL",
				 .expected_attach_type = attach}};

	return call(world, BPF_PROG_LOAD, &a);
}

struct link {
	const char *what;
	u32 type, attach;
	int target;
	u32 family, hook; /* of netfilter */
	s32 priority;
};

static long make(int world, const struct link *l)
{
	union bpfattr a = {.link = {.prog_fd = (u32)load(world, l->type, l->attach),
				    .target_fd = (u32)l->target,
				    .attach_type = l->attach}};

	if (l->type == PROGTYPE_RAW_TRACEPOINT) {
		u32 prog = a.link.prog_fd;
		a = (union bpfattr){
			.raw_tp = {.name = (u64)(uintptr_t) "sched_switch", .prog_fd = prog}};
		return call(world, BPF_RAW_TRACEPOINT_OPEN, &a);
	}
	if (l->type == PROGTYPE_NETFILTER) {
		a.link.netfilter.pf = l->family;
		a.link.netfilter.hooknum = l->hook;
		a.link.netfilter.priority = l->priority;
	}
	return call(world, BPF_LINK_CREATE, &a);
}

static long update(int world, int fd, const struct link *l)
{
	union bpfattr a = {.a.link_update = {.link_fd = (u32)fd}};

	a.a.link_update.new_prog_fd = (u32)load(world, l->type, l->attach);
	return call(world, BPF_LINK_UPDATE, &a);
}

static long detach(int world, int fd)
{
	union bpfattr a = {.a.link_detach.link_fd = (u32)fd};

	return call(world, BPF_LINK_DETACH, &a);
}

static long iterate(int world, int fd)
{
	union bpfattr a = {.a.iter_create.link_fd = (u32)fd};

	return call(world, BPF_ITER_CREATE, &a);
}

/* But for the ids of the link and its program: only whether there is one. */
static long describe(int world, int fd, u8 info[INFO])
{
	union bpfattr a = {
		.a.info = {.bpf_fd = (u32)fd, .info_len = INFO, .info = (u64)(uintptr_t)info}};
	long ret = call(world, BPF_OBJ_GET_INFO_BY_FD, &a);

	bool has = get_le32(info + 8);
	memset(info + 4, 0, 8);
	info[8] = has;
	return ret;
}

/* What /proc/self/fdinfo says of the link, behind its ids and the program's. */
static void lines_of(int world, int fd, char *to, size_t room)
{
	struct buf b = {0};
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	FILE *f = world == LINUX ? fopen(path, "r") : NULL;
	buf_room(&b, room);
	if (world == OURS)
		kern_fdinfo(fd, &b);
	else if (f)
		b.p[fread(b.p, 1, room - 1, f)] = 0;
	const char *at = b.p ? strstr(b.p, "prog_id:") : NULL;
	at = at ? strchr(at, '\n') : NULL;
	snprintf(to, room, "%s", at ? at + 1 : "none");
	buf_deinit(&b);
	if (f)
		fclose(f);
}

static void compare_lines(const struct link *l, int ours, int theirs)
{
	char text[WORLDS][1024];

	lines_of(OURS, ours, text[OURS], sizeof(*text));
	lines_of(LINUX, theirs, text[LINUX], sizeof(*text));
	bool same = !strcmp(text[OURS], text[LINUX]);
	failed |= !same;
	if (!same)
		printf("FAIL %s: fdinfo here\n%sthere\n%s", l->what, text[OURS], text[LINUX]);
}

static void compare(const char *what, const char *step, long ours, long theirs)
{
	if ((ours < 0 || theirs < 0) && ours != theirs) {
		printf("FAIL %s, %s: %ld, in Linux %ld\n", what, step, ours, theirs);
		failed = 1;
	}
}

static void compare_info(const struct link *l, const char *step, int ours, int theirs)
{
	u8 info[WORLDS][INFO] = {{0}};

	compare(l->what, step, describe(OURS, ours, info[OURS]),
		describe(LINUX, theirs, info[LINUX]));
	compare_lines(l, ours, theirs);
	if (memcmp(info[OURS], info[LINUX], INFO)) {
		printf("FAIL %s: it is %s otherwise\n", l->what, step);
		failed = 1;
	}
}

/* How many programs a query tells of. */
static long asked(int world, const struct link *l)
{
	u32 ids[8];
	union bpfattr a = {.query = {.target_fd = (u32)l->target,
				     .attach_type = l->attach,
				     .prog_ids = (u64)(uintptr_t)ids,
				     .count = LEN(ids)}};
	long ret = call(world, BPF_PROG_QUERY, &a);

	return ret < 0 ? ret : a.query.count;
}

static void compare_asked(const struct link *l, const char *step)
{
	long ours = asked(OURS, l), theirs = asked(LINUX, l);

	failed |= ours != theirs;
	if (ours != theirs)
		printf("FAIL %s, asked when %s: %ld, in Linux %ld\n", l->what, step, ours, theirs);
}

static void try(const struct link *l)
{
	long fd[WORLDS] = {make(OURS, l), make(LINUX, l)};

	compare(l->what, "made", fd[OURS], fd[LINUX]);
	if (fd[OURS] < 0 || fd[LINUX] < 0)
		return;
	int ours = (int)fd[OURS], theirs = (int)fd[LINUX];
	compare(l->what, "another program", update(OURS, ours, l), update(LINUX, theirs, l));
	compare_info(l, "described", ours, theirs);
	compare_asked(l, "one is attached");
	long again[WORLDS] = {make(OURS, l), make(LINUX, l)};
	compare(l->what, "a second one", again[OURS], again[LINUX]);
	compare_asked(l, "two are");
	for (u32 w = 0; w < WORLDS; w++)
		if (again[w] >= 0)
			close((int)again[w]);
	compare(l->what, "as an iterator", iterate(OURS, ours), iterate(LINUX, theirs));
	compare(l->what, "detached", detach(OURS, ours), detach(LINUX, theirs));
	compare_info(l, "described, then,", ours, theirs);
	compare_asked(l, "it is detached");
	compare(l->what, "another one, then", update(OURS, ours, l), update(LINUX, theirs, l));
	close(ours);
	close(theirs);
}

/* ---- a cgroup without processes, in a mount of the test's own ---- */

static char top[] = "/tmp/onebpf-links.XXXXXX", below[64];

static int own_cgroup(void)
{
	if (!mkdtemp(top))
		return -1;
	snprintf(below, sizeof(below), "%s/onebpf-links.%d", top, (int)getpid());
	if (unshare(CLONE_NEWNS) || mount("", "/", "", MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", top, "cgroup2", 0, NULL) || mkdir(below, 0700))
		puts("skip links: of a cgroup: there is no cgroup2");
	return open(below, O_RDONLY | O_DIRECTORY);
}

static void leave_cgroup(void)
{
	rmdir(below);
	umount(top);
	rmdir(top);
}

int main(void)
{
	if (unshare(CLONE_NEWNET)) {
		printf("skip links: no network namespace: %s\n", strerror(errno));
		return 0;
	}
	long may = load(LINUX, PROGTYPE_XDP, ATTACH_XDP);
	if (may < 0) {
		printf("skip links: the kernel's bpf(): %s\n", strerror((int)-may));
		return 0;
	}
	enum { IPV4 = 2, LOCAL_IN = 1, HOOKS = 5 };
	int net = open("/proc/self/ns/net", O_RDONLY), null = open("/dev/null", O_RDONLY);
	int group = own_cgroup();
	const struct link links[] = {
		{"xdp", PROGTYPE_XDP, ATTACH_XDP, LO, 0, 0, 0},
		{"xdp of no device", PROGTYPE_XDP, ATTACH_XDP, NOWHERE, 0, 0, 0},
		{"tcx", PROGTYPE_SCHED_CLS, ATTACH_TCX_INGRESS, LO, 0, 0, 0},
		{"tcx of no device", PROGTYPE_SCHED_CLS, ATTACH_TCX_EGRESS, NOWHERE, 0, 0, 0},
		{"socket look-up", PROGTYPE_SK_LOOKUP, ATTACH_SK_LOOKUP, net, 0, 0, 0},
		{"of no namespace", PROGTYPE_SK_LOOKUP, ATTACH_SK_LOOKUP, null, 0, 0, 0},
		{"dissector", PROGTYPE_FLOW_DISSECTOR, ATTACH_FLOW_DISSECTOR, net, 0, 0, 0},
		{"netfilter", PROGTYPE_NETFILTER, ATTACH_NETFILTER, 0, IPV4, LOCAL_IN, 5},
		{"netfilter's hook", PROGTYPE_NETFILTER, ATTACH_NETFILTER, 0, IPV4, HOOKS, 5},
		{"cgroup", PROGTYPE_CGROUP_SKB, ATTACH_CGROUP_INET_INGRESS, null, 0, 0, 0},
		{"cgroup of its own", PROGTYPE_CGROUP_SKB, ATTACH_CGROUP_INET_INGRESS, group, 0, 0,
		 0},
		{"event", PROGTYPE_TRACEPOINT, ATTACH_PERF_EVENT, -1, 0, 0, 0},
		{"socket filter", PROGTYPE_SOCKET_FILTER, 0, LO, 0, 0, 0},
		{"raw tracepoint", PROGTYPE_RAW_TRACEPOINT, 0, 0, 0, 0, 0},
	};
	for (u32 i = 0; i < LEN(links); i++)
		try(&links[i]);
	close(group);
	leave_cgroup();
	if (!failed)
		puts("ok links");
	return failed;
}
