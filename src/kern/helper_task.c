/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers that tell who runs and where, and signals. */
#include "kern/packet.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { COMM = 16 };

/* ---- where ---- */

BPF_HELPER(get_smp_processor_id) { return r->slot; }

BPF_HELPER(get_numa_node_id)
{
	unsigned cpu = 0, node = 0;

	getcpu(&cpu, &node);
	return node;
}

/* ---- who: asked once a thread; a child that was forked asks again ---- */

static u32 forks = 1;
static void forked(void) { forks++; }
static void watch_forks(void) { pthread_atfork(NULL, NULL, forked); }

BPF_HELPER(get_current_pid_tgid)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	static _Thread_local u64 both;
	static _Thread_local u32 known;

	if (unlikely(known != forks)) {
		pthread_once(&once, watch_forks);
		both = (u64)getpid() << 32 | (u32)gettid();
		known = forks;
	}
	return both;
}

BPF_HELPER(get_current_uid_gid) { return (u64)getgid() << 32 | getuid(); }

BPF_HELPER(get_current_comm)
{
	u32 size = size_of(r2);
	char name[COMM] = "";

	if (!size)
		return minus(EINVAL);
	if (!kern_may(r, r1, size, true))
		return 0;
	prctl(PR_GET_NAME, name);
	memset(addr_of(r1), 0, size);
	memcpy(addr_of(r1), name, MIN(size - 1, (u32)COMM - 1));
	return 0;
}

/* Linux: dev and inode of the pid namespace, struct bpf_pidns_info, its size */
BPF_HELPER(get_ns_current_pid_tgid)
{
	struct stat st;

	if (!kern_may(r, r3, size_of(r4), true))
		return 0;
	if (size_of(r4) == sizeof(struct bpf_pidns_info) && !stat("/proc/self/ns/pid", &st) &&
	    st.st_dev == r1 && st.st_ino == r2) {
		struct bpf_pidns_info who = {.pid = (u32)gettid(), .tgid = (u32)getpid()};
		memcpy(addr_of(r3), &who, sizeof(who));
		return 0;
	}
	memset(addr_of(r3), 0, size_of(r4));
	return minus(EINVAL);
}

/* ---- cgroups: an id is the inode of the directory ---- */

enum { CGROUP_PATH = 4096 };

/* Where cgroups of version 2 are mounted. */
static const char *cgroup_root(void)
{
	static const char usual[] = "/sys/fs/cgroup", beside[] = "/sys/fs/cgroup/unified";
	static const char *root;
	struct statfs fs;

	if (!root)
		root = !statfs(beside, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC ? beside : usual;
	return root;
}

/* "/a/b" of the line "0::/a/b", behind that; where it begins, NULL: it is not told. */
static char *cgroup_path(char to[CGROUP_PATH])
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	const char *root = cgroup_root();
	char line[CGROUP_PATH - 64];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		found = !strncmp(line, "0::/", 4);
		if (found)
			snprintf(to, CGROUP_PATH, "%s%s", root, line + 3);
	}
	if (f)
		fclose(f);
	return found ? to + strlen(root) : NULL;
}

static u64 inode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

u64 kern_cgroup_id(void)
{
	char path[CGROUP_PATH];

	return cgroup_path(path) ? inode_of(path) : 0;
}

/* Level 0 is the root; below the task's own there is none. */
static u64 ancestor_id(s32 level)
{
	char path[CGROUP_PATH], *end = level < 0 ? NULL : cgroup_path(path);

	if (!end)
		return 0;
	for (; level; level--) {
		if (!end[0] || !end[1])
			return 0;
		end += 1 + strcspn(end + 1, "/");
	}
	*end = 0;
	return inode_of(path);
}

BPF_HELPER(get_current_cgroup_id) { return kern_cgroup_id(); }
BPF_HELPER(get_current_ancestor_cgroup_id) { return ancestor_id((s32)r1); }

/* Is the task's cgroup the one at the index of an array, or below it? */
static u64 under_cgroup(struct map *m, u32 index)
{
	char path[CGROUP_PATH];

	if (!m)
		return 0;
	if (m->type != BPF_MAP_TYPE_CGROUP_ARRAY || index >= m->max_entries)
		return minus(m->type == BPF_MAP_TYPE_CGROUP_ARRAY ? E2BIG : EINVAL);
	u32 id = map_id(m, &index);
	char *first = id ? cgroup_path(path) : NULL;
	if (!first)
		return minus(EAGAIN);
	for (char *end = path + strlen(path); end >= first; end--) {
		if (*end && *end != '/')
			continue;
		*end = 0;
		if ((u32)inode_of(path) == id)
			return 1;
	}
	return 0;
}

/* Linux: array of cgroups, index */
BPF_HELPER(current_task_under_cgroup) { return under_cgroup(kern_map(r, r1), (u32)r2); }

/* A socket is of the cgroup that its maker was in: for that of a test run, this one. */
BPF_HELPER(skb_under_cgroup)
{
	return packet_of(r, r1, PKT_SKB) ? under_cgroup(kern_map(r, r2), (u32)r3) : 0;
}

BPF_HELPER(skb_cgroup_id) { return packet_of(r, r1, PKT_SKB) ? kern_cgroup_id() : 0; }

BPF_HELPER(skb_ancestor_cgroup_id) { return packet_of(r, r1, PKT_SKB) ? ancestor_id((s32)r2) : 0; }

BPF_HELPER(sk_cgroup_id) { return kern_sock_of(r, r1) ? kern_cgroup_id() : 0; }

BPF_HELPER(sk_ancestor_cgroup_id) { return kern_sock_of(r, r1) ? ancestor_id((s32)r2) : 0; }

/* Cgroups of version 1 have classes; there are none. */
BPF_HELPER(get_cgroup_classid) { return 0; }

/* ---- signals ---- */

static u64 signal_errno(const struct run *r, u64 sig)
{
	if ((u32)sig >= (u32)_NSIG)
		return minus(EINVAL);
	return kern_sees_all(r) ? 0 : minus(EPERM);
}

BPF_HELPER(send_signal)
{
	u64 err = signal_errno(r, r1);

	return err ? err : kill(getpid(), (int)r1) ? minus(errno) : 0;
}

BPF_HELPER(send_signal_thread)
{
	u64 err = signal_errno(r, r1);

	if (err)
		return err;
	return syscall(SYS_tgkill, getpid(), gettid(), (int)r1) ? minus(errno) : 0;
}
