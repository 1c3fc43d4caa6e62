/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs attached without a link (PROG_ATTACH), and the commands that need no
 * file of their own.
 *
 * What is attached to a target is a directory of the world, attach/TYPE.TARGET;
 * each entry is a hard link to a program's file, named by its place in the order:
 * 00000003.17 is program 17. */
#include "kern/call.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { PROGS_MAX = 64, NAME = 64, BASE_FLAGS = 7, ORDER_FLAGS = 0x203c, PREORDER = 1 << 6 };

int kern_file_of(int fd, long filesystem, int wrong, u64 *ret)
{
	struct statfs fs;
	struct stat st;

	if (fstat(fd, &st) || fstatfs(fd, &fs))
		return -EBADF;
	if (fs.f_type != filesystem)
		return wrong;
	*ret = st.st_ino;
	return 0;
}

/* ---- targets ---- */

static bool by_cgroup(u32 attach)
{
	switch (attach) {
	case BPF_CGROUP_INET_INGRESS ... BPF_CGROUP_SOCK_OPS:
	case BPF_CGROUP_DEVICE:
	case BPF_CGROUP_INET4_BIND ... BPF_CGROUP_UDP6_SENDMSG:
	case BPF_CGROUP_SYSCTL ... BPF_CGROUP_SETSOCKOPT:
	case BPF_CGROUP_INET4_GETPEERNAME ... BPF_CGROUP_INET6_GETSOCKNAME:
	case BPF_CGROUP_INET_SOCK_RELEASE:
	case ATTACH_CGROUP_UNIX_CONNECT ... ATTACH_CGROUP_UNIX_GETSOCKNAME:
		return true;
	}
	return false;
}

static bool by_interface(u32 attach)
{
	return attach == ATTACH_TCX_INGRESS || attach == ATTACH_TCX_EGRESS;
}

static bool by_sockmap(u32 attach)
{
	return attach == BPF_SK_SKB_STREAM_PARSER || attach == BPF_SK_SKB_STREAM_VERDICT ||
	       attach == BPF_SK_MSG_VERDICT || attach == BPF_SK_SKB_VERDICT;
}

/* attach_type_to_prog_type; 0: EINVAL */
static u32 type_for(u32 attach)
{
	switch (attach) {
	case BPF_CGROUP_INET_INGRESS:
	case BPF_CGROUP_INET_EGRESS:
		return BPF_PROG_TYPE_CGROUP_SKB;
	case BPF_CGROUP_INET_SOCK_CREATE:
	case BPF_CGROUP_INET_SOCK_RELEASE:
	case BPF_CGROUP_INET4_POST_BIND:
	case BPF_CGROUP_INET6_POST_BIND:
		return BPF_PROG_TYPE_CGROUP_SOCK;
	case BPF_CGROUP_SOCK_OPS:
		return BPF_PROG_TYPE_SOCK_OPS;
	case BPF_CGROUP_DEVICE:
		return BPF_PROG_TYPE_CGROUP_DEVICE;
	case BPF_CGROUP_SYSCTL:
		return BPF_PROG_TYPE_CGROUP_SYSCTL;
	case BPF_CGROUP_GETSOCKOPT:
	case BPF_CGROUP_SETSOCKOPT:
		return BPF_PROG_TYPE_CGROUP_SOCKOPT;
	case BPF_FLOW_DISSECTOR:
		return BPF_PROG_TYPE_FLOW_DISSECTOR;
	case BPF_LIRC_MODE2:
		return BPF_PROG_TYPE_LIRC_MODE2;
	case BPF_TRACE_RAW_TP ... BPF_MODIFY_RETURN:
	case BPF_TRACE_ITER:
		return BPF_PROG_TYPE_TRACING;
	case BPF_LSM_MAC:
	case BPF_LSM_CGROUP:
		return BPF_PROG_TYPE_LSM;
	case BPF_SK_LOOKUP:
		return BPF_PROG_TYPE_SK_LOOKUP;
	case BPF_XDP:
		return BPF_PROG_TYPE_XDP;
	case ATTACH_NETKIT_PRIMARY:
	case ATTACH_NETKIT_PEER:
		return BPF_PROG_TYPE_SCHED_CLS;
	}
	if (by_sockmap(attach))
		return attach == BPF_SK_MSG_VERDICT ? BPF_PROG_TYPE_SK_MSG : BPF_PROG_TYPE_SK_SKB;
	if (by_interface(attach))
		return BPF_PROG_TYPE_SCHED_CLS;
	return by_cgroup(attach) ? BPF_PROG_TYPE_CGROUP_SOCK_ADDR : 0;
}

/* No map of ours is one that programs attach to. */
static int no_sockmap(int fd)
{
	struct object *o;
	int err = object_get(fd, OBJECT_MAP, &o);

	if (!err)
		object_put(o);
	return err ? err : -EOPNOTSUPP;
}

/* "10.1234": the directory of what is attached there. */
static int target_name(u32 attach, int fd, char name[NAME])
{
	char interface[IF_NAMESIZE];
	u64 target = 0;
	struct stat st;
	int err = 0;

	if (by_cgroup(attach) || attach == BPF_LSM_CGROUP || attach == BPF_LSM_MAC)
		err = kern_file_of(fd, KERN_CGROUP2, -EBADF, &target);
	else if (by_sockmap(attach))
		err = no_sockmap(fd);
	else if (by_interface(attach))
		err = if_indextoname((u32)fd, interface) ? (target = (u32)fd, 0) : -ENODEV;
	else if (attach == BPF_FLOW_DISSECTOR)
		err = stat("/proc/self/ns/net", &st) ? -errno : (target = st.st_ino, 0);
	else
		err = -EINVAL;
	snprintf(name, NAME, "attach/%u.%llu", attach, (unsigned long long)target);
	return err;
}

struct entry {
	u32 place, prog;
};

static int by_place(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->place < y->place ? -1 : x->place > y->place;
}

/* What is attached there, in order. */
static u32 list(const char *dir, struct entry v[PROGS_MAX])
{
	int fd = openat(world()->dir, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	u32 n = 0;

	for (struct dirent *e; d && n < PROGS_MAX && (e = readdir(d));)
		n += sscanf(e->d_name, "%8x.%u", &v[n].place, &v[n].prog) == 2;
	if (d)
		closedir(d);
	else if (fd >= 0)
		close(fd);
	qsort(v, n, sizeof(*v), by_place);
	return n;
}

static void entry_name(char name[2 * NAME], const char *dir, struct entry e)
{
	snprintf(name, 2 * NAME, "%s/%08x.%u", dir, e.place, e.prog);
}

static int add(const char *dir, u32 prog, u32 place)
{
	char from[NAME], to[2 * NAME];

	mkdirat(world()->dir, "attach", 0700);
	if (mkdirat(world()->dir, dir, 0700) && errno != EEXIST)
		return -errno;
	snprintf(from, sizeof(from), "bpf-prog.%u", prog);
	entry_name(to, dir, (struct entry){place, prog});
	return linkat(world()->dir, from, world()->dir, to, 0) ? -errno : 0;
}

/* ---- the commands ---- */

int kern_attach_allowed(const struct kern_prog *p, u32 attach)
{
	switch (p->type) {
	case BPF_PROG_TYPE_CGROUP_SKB: /* which anyone may load */
		return kern_capable(CAP_NET_ADMIN) ? 0 : -EPERM;
	case BPF_PROG_TYPE_CGROUP_SOCK:
	case BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
	case BPF_PROG_TYPE_CGROUP_SOCKOPT:
	case BPF_PROG_TYPE_SK_LOOKUP:
	case PROGTYPE_NETFILTER:
		return p->attach == attach ? 0 : -EINVAL;
	}
	return 0;
}

/* bpf_prog_attach: who takes which flags. */
static u32 flags_for(u32 attach)
{
	if (by_interface(attach) || type_for(attach) == BPF_PROG_TYPE_SCHED_CLS)
		return ORDER_FLAGS;
	return by_cgroup(attach) || attach == BPF_LSM_CGROUP ? BASE_FLAGS | ORDER_FLAGS | PREORDER
							     : BASE_FLAGS;
}

/* bpf_prog_get_type */
static int get_for(u32 fd, u32 attach, struct object **ret)
{
	int err = object_get((int)fd, OBJECT_PROG, ret);

	if (!err && ((struct kern_prog *)(*ret)->p)->type != type_for(attach)) {
		object_put(*ret);
		*ret = NULL;
		err = -EINVAL;
	}
	return err;
}

long call_prog_attach(union bpfattr *attr, u64 uattr, u32 size)
{
	struct entry v[PROGS_MAX];
	struct object *o;
	char dir[NAME];
	u32 attach = attr->attach.attach_type;
	bool many = attr->attach.attach_flags & BPF_F_ALLOW_MULTI;

	(void)uattr, (void)size;
	if ((attr->attach.attach_flags & ~flags_for(attach)) || !type_for(attach))
		return -EINVAL;
	if (!by_cgroup(attach) && !by_interface(attach) &&
	    (attr->attach.relative_fd || attr->attach.expected_revision))
		return -EINVAL;
	int err = get_for(attr->attach.attach_bpf_fd, attach, &o);
	if (err)
		return err;
	const struct kern_prog *p = o->p;
	err = kern_attach_allowed(p, attach);
	if (!err)
		err = target_name(attach, (int)attr->attach.target_fd, dir);
	u32 n = err ? 0 : list(dir, v);
	for (u32 i = 0; i < n && !err && many; i++)
		if (v[i].prog == p->id)
			err = -EINVAL;
	if (!err && n == PROGS_MAX)
		err = -E2BIG;
	if (!err)
		err = add(dir, p->id, n ? v[n - 1].place + 1 : 0);
	for (u32 i = 0; i < n && !err && !many; i++) {
		char name[2 * NAME];
		entry_name(name, dir, v[i]);
		unlinkat(world()->dir, name, 0);
	}
	object_put(o);
	return err;
}

long call_prog_detach(union bpfattr *attr, u64 uattr, u32 size)
{
	struct entry v[PROGS_MAX];
	struct object *o = NULL;
	char dir[NAME], name[2 * NAME];
	u32 attach = attr->attach.attach_type;

	(void)uattr, (void)size;
	if (!type_for(attach) || attr->attach.attach_flags)
		return -EINVAL;
	if (!world())
		return -errno;
	int err = target_name(attach, (int)attr->attach.target_fd, dir), bad = 0;
	/* Linux looks at the program first for interfaces, and last for cgroups, where
	 * it may be left out. */
	if (attr->attach.attach_bpf_fd || !by_interface(attach))
		bad = get_for(attr->attach.attach_bpf_fd, attach, &o);
	if (type_for(attach) == BPF_PROG_TYPE_SCHED_CLS)
		err = bad ? bad : err;
	else if (!err && !by_cgroup(attach))
		err = bad;
	else if (err == -EOPNOTSUPP)
		err = bad ? bad : err;
	if (err) {
		object_put(o);
		return err;
	}
	u32 n = list(dir, v), i = 0;
	while (i < n && o && v[i].prog != o->id)
		i++;
	err = i == n ? -ENOENT : 0;
	if (!err && !o && n > 1)
		err = -EINVAL; /* which of them? */
	if (!err) {
		entry_name(name, dir, v[i]);
		unlinkat(world()->dir, name, 0);
	}
	object_put(o);
	return err;
}

long call_prog_query(union bpfattr *attr, u64 uattr, u32 size)
{
	struct entry v[PROGS_MAX];
	u32 ids[PROGS_MAX], room = attr->query.count, flags = 0;
	char dir[NAME];

	(void)size;
	if (attr->query.query_flags & ~(u32)BPF_F_QUERY_EFFECTIVE)
		return -EINVAL;
	if (!type_for(attr->query.attach_type))
		return -EINVAL;
	if (!world())
		return -errno;
	u32 attach = attr->query.attach_type;
	u64 netns;
	if (attach == BPF_LSM_MAC || (by_sockmap(attach) && attr->query.query_flags))
		return -EINVAL;
	int err = target_name(attach, (int)attr->query.target_fd, dir);
	if (attach == BPF_FLOW_DISSECTOR || attach == BPF_SK_LOOKUP)
		err = kern_file_of((int)attr->query.target_fd, KERN_NSFS, -EINVAL, &netns);
	if (err)
		return err;
	u32 n = list(dir, v);
	for (u32 i = 0; i < n; i++)
		ids[i] = v[i].prog;
	flags = n > 1 ? BPF_F_ALLOW_MULTI : 0;
	if (call_put(uattr, query.attach_flags, flags) || call_put(uattr, query.count, n))
		return -EFAULT;
	if (!n || !room || !attr->query.prog_ids)
		return 0;
	if (user_write(attr->query.prog_ids, ids, (size_t)MIN(room, n) * 4))
		return -EFAULT;
	return room < n ? -ENOSPC : 0;
}

/* ---- tracepoints ---- */

/* Those that a raw tracepoint may name: what programs of any process use. */
bool kern_tracepoint_known(const char *name)
{
	static const char *const known[] = {
		"sys_enter",
		"sys_exit",
		"sched_switch",
		"sched_wakeup",
		"sched_wakeup_new",
		"sched_waking",
		"sched_process_exec",
		"sched_process_exit",
		"sched_process_fork",
		"task_newtask",
		"task_rename",
		"signal_generate",
		"signal_deliver",
		"page_fault_user",
		"netif_receive_skb",
		"net_dev_queue",
		"net_dev_xmit",
		"kfree_skb",
		"consume_skb",
		"tcp_probe",
		"tcp_retransmit_skb",
		"inet_sock_set_state",
		"xdp_exception",
		"block_rq_issue",
		"block_rq_complete",
		"kmalloc",
		"kfree",
		"bpf_trace_printk",
		"hrtimer_start",
		"timer_start",
	};

	for (u32 i = 0; i < LEN(known); i++)
		if (!strcmp(name, known[i]))
			return true;
	return false;
}

/* ---- run statistics: kept as long as a descriptor is open ---- */

static int stats_file(void)
{
	int fd = openat(world()->dir, "stats", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : fd;
}

long call_enable_stats(union bpfattr *attr, u64 uattr, u32 size)
{
	(void)uattr, (void)size;
	if (attr->a.enable_stats.type != BPF_STATS_RUN_TIME)
		return -EINVAL;
	if (!world())
		return -errno;
	int fd = stats_file();
	if (fd < 0)
		return fd;
	if (flock(fd, LOCK_SH)) {
		close(fd);
		return -EIO;
	}
	__atomic_store_n(&world()->page->stats, 1, __ATOMIC_RELEASE);
	return fd;
}

void kern_stats_look(void)
{
	if (!__atomic_load_n(&world()->page->stats, __ATOMIC_ACQUIRE))
		return;
	int fd = stats_file();
	if (fd < 0)
		return;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		__atomic_store_n(&world()->page->stats, 0, __ATOMIC_RELEASE);
	close(fd);
}

/* ---- what there is nothing of ---- */

int call_no_token(int fd) { return fcntl(fd, F_GETFD) < 0 ? -EBADF : -EINVAL; }

/* bpf_token_create: in the first user namespace there are none. */
long call_token_create(union bpfattr *attr, u64 uattr, u32 size)
{
	struct stat st;

	(void)uattr, (void)size;
	u32 flags = get_le32(attr->byte), fd = get_le32(attr->byte + 4);
	if (flags)
		return -EINVAL;
	if (fstat((int)fd, &st))
		return -EBADF;
	if (!world())
		return -errno;
	return st.st_dev == world()->dev && S_ISDIR(st.st_mode) ? -EOPNOTSUPP : -EINVAL;
}

/* Nothing writes to a program's streams. */
long call_stream_read(union bpfattr *attr, u64 uattr, u32 size)
{
	enum { STDOUT = 1, STDERR = 2 };
	struct object *o;

	(void)uattr, (void)size;
	int err = object_get((int)attr->stream.prog_fd, OBJECT_PROG, &o);
	if (err)
		return err;
	object_put(o);
	return attr->stream.stream_id == STDOUT || attr->stream.stream_id == STDERR ? 0 : -ENOENT;
}
