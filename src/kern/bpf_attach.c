/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs attached without a link (PROG_ATTACH), and the commands that need no
 * file of their own. */
#include "kern/order.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { BASE_FLAGS = 0x47, ORDER_FLAGS = 0x203c, EFFECTIVE_MOST = 1024 };

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

static bool is_onto(u32 attach, enum attach_onto what)
{
	u32 type;

	return attach_onto(attach, &type) == what;
}

static bool by_cgroup(u32 attach) { return is_onto(attach, ONTO_CGROUP); }
/* is_cgroup_prog_type, which takes all of BPF_PROG_TYPE_LSM for one */
static bool like_cgroup(u32 attach) { return by_cgroup(attach) || is_onto(attach, ONTO_LSM); }
static bool by_interface(u32 attach) { return is_onto(attach, ONTO_DEVICE); }
/* Socket look-up by links only. */
static bool by_netns(u32 attach) { return attach == BPF_FLOW_DISSECTOR || attach == BPF_SK_LOOKUP; }
static bool by_sockmap(u32 attach) { return is_onto(attach, ONTO_SOCKMAP); }

/* attach_type_to_prog_type; 0: EINVAL */
static u32 type_for(u32 attach)
{
	u32 type;

	attach_onto(attach, &type);
	return type;
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

/* Its number: a cgroup's, a device's, a network namespace's. */
static int target_of(u32 attach, int fd, u64 *ret)
{
	char interface[IF_NAMESIZE];
	struct stat st;
	u32 type;

	*ret = 0;
	switch (attach_onto(attach, &type)) {
	case ONTO_CGROUP:
	case ONTO_LSM:
		return kern_file_of(fd, KERN_CGROUP2, -EBADF, ret);
	case ONTO_SOCKMAP:
		return no_sockmap(fd);
	case ONTO_DEVICE:
		*ret = (u32)fd;
		return if_indextoname((u32)fd, interface) ? 0 : -ENODEV;
	case ONTO_NETNS:
		if (fd)
			return -EINVAL;
		if (stat("/proc/self/ns/net", &st))
			return -errno;
		*ret = st.st_ino;
		return 0;
	case ONTO_NOTHING:
		break;
	}
	return -EINVAL;
}

/* ---- the commands ---- */

int kern_attach_allowed(const struct kern_prog *p, u32 attach)
{
	switch (p->type) {
	case BPF_PROG_TYPE_CGROUP_SKB: /* which anyone may load */
		if (!kern_capable(CAP_NET_ADMIN))
			return -EPERM;
		break;
	case BPF_PROG_TYPE_CGROUP_SOCK:
	case BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
	case BPF_PROG_TYPE_CGROUP_SOCKOPT:
	case BPF_PROG_TYPE_SK_LOOKUP:
	case PROGTYPE_NETFILTER:
		return p->attach == attach ? 0 : -EINVAL;
	case BPF_PROG_TYPE_KPROBE: /* kinds of links know better */
	case BPF_PROG_TYPE_TRACEPOINT:
	case BPF_PROG_TYPE_PERF_EVENT:
	case BPF_PROG_TYPE_EXT:
		return 0;
	}
	return type_for(attach) == p->type ? 0 : -EINVAL;
}

/* bpf_prog_attach: who takes which flags. */
static u32 flags_for(u32 attach)
{
	if (by_interface(attach) || type_for(attach) == BPF_PROG_TYPE_SCHED_CLS)
		return ORDER_FLAGS;
	return like_cgroup(attach) ? BASE_FLAGS | ORDER_FLAGS : BASE_FLAGS;
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

/* bpf_prog_get_type of the program that BPF_F_REPLACE names. */
static int replaced_of(const union bpfattr *attr, struct wish *w)
{
	struct object *o;
	bool cgroup = by_cgroup(w->attach);

	if (!(w->flags & BPF_F_REPLACE) || (cgroup && !(w->flags & BPF_F_ALLOW_MULTI)))
		return 0;
	int err = get_for(attr->attach.replace_bpf_fd, w->attach, &o);
	if (err)
		return err;
	w->replaced = o->id;
	object_put(o);
	return 0;
}

static struct wish wish_of(const union bpfattr *attr, const struct object *prog)
{
	u32 attach = attr->attach.attach_type;

	return (struct wish){.attach = attach,
			     .flags = attr->attach.attach_flags,
			     .anchor = attr->attach.relative_fd,
			     .revision = attr->attach.expected_revision,
			     .is = {prog ? prog->id : 0, 0},
			     .type = type_for(attach)};
}

static int attach_tcx(struct order *o, const struct wish *w)
{
	int at = order_tcx_place(o, w);

	if (at < 0)
		return at;
	return w->flags & BPF_F_REPLACE ? order_replace(o, (u32)at, w->is, w->flags)
					: order_insert(o, (u32)at, w->is, w->flags);
}

int order_cgroup_storages(const struct kern_prog *p, u64 cgroup, u32 attach)
{
	int err = 0;

	for (u32 i = 0; i < p->maps && !err; i++)
		err = map_storage_attach(p->map[i]->p, cgroup, attach);
	return err;
}

static int attach_cgroup(struct order *o, int fd, const struct wish *w, const struct kern_prog *p,
			 u64 cgroup)
{
	bool in_place;
	int at = order_cgroup_place(o, fd, w, &in_place);
	int err = at < 0 ? at : order_cgroup_storages(p, cgroup, w->attach);

	if (err)
		return err;
	order_share(o, w->flags & (BPF_F_ALLOW_OVERRIDE | BPF_F_ALLOW_MULTI));
	return in_place ? order_replace(o, (u32)at, w->is, w->flags)
			: order_insert(o, (u32)at, w->is, w->flags);
}

/* netns_bpf_prog_attach: there is one. */
static int attach_alone(struct order *o, const struct wish *w, u64 netns)
{
	if (kern_dissector_linked(netns))
		return -EEXIST;
	if (o->n && o->v[0].is.prog == w->is.prog)
		return -EINVAL;
	return o->n ? order_replace(o, 0, w->is, 0) : order_insert(o, 0, w->is, 0);
}

static int attach_to(const union bpfattr *attr, const struct object *prog)
{
	struct wish w = wish_of(attr, prog);
	int fd = (int)attr->attach.target_fd;
	struct order o;
	u64 target;

	int err = target_of(w.attach, fd, &target);
	if (!err && is_onto(w.attach, ONTO_NETNS) && (w.flags || attr->attach.replace_bpf_fd))
		err = -EINVAL;
	if (!err)
		err = replaced_of(attr, &w);
	if (!err)
		err = order_open(w.attach, target, true, &o);
	if (err)
		return err;
	if (by_interface(w.attach))
		err = attach_tcx(&o, &w);
	else if (by_cgroup(w.attach))
		err = attach_cgroup(&o, fd, &w, prog->p, target);
	else
		err = attach_alone(&o, &w, target);
	order_close(&o);
	return err;
}

long call_prog_attach(union bpfattr *attr, u64 uattr, u32 size)
{
	struct object *o;
	u32 attach = attr->attach.attach_type;

	(void)uattr, (void)size;
	if ((attr->attach.attach_flags & ~flags_for(attach)) || !type_for(attach))
		return -EINVAL;
	if (!like_cgroup(attach) && !by_interface(attach) &&
	    (attr->attach.relative_fd || attr->attach.expected_revision))
		return -EINVAL;
	int err = get_for(attr->attach.attach_bpf_fd, attach, &o);
	if (err)
		return err;
	err = kern_attach_allowed(o->p, attach);
	if (!err)
		err = attach_to(attr, o);
	object_put(o);
	return err;
}

static int detach_from(const union bpfattr *attr, const struct object *prog, u64 target)
{
	struct wish w = wish_of(attr, prog);
	struct order o;
	int err = order_open(w.attach, target, false, &o);

	if (err)
		return err;
	int at = by_interface(w.attach)     ? order_tcx_which(&o, &w)
		 : by_cgroup(w.attach)      ? order_cgroup_which(&o, &w)
		 : order_find(&o, w.is) < 0 ? -ENOENT
					    : 0;
	err = at < 0 ? at : order_remove(&o, (u32)at);
	order_close(&o);
	return err;
}

static bool detach_flags_are_good(const union bpfattr *attr)
{
	u32 attach = attr->attach.attach_type, flags = attr->attach.attach_flags;

	if (type_for(attach) == BPF_PROG_TYPE_SCHED_CLS)
		return !(flags & ~(u32)ORDER_FLAGS);
	if (flags || attr->attach.relative_fd)
		return false;
	return like_cgroup(attach) || !attr->attach.expected_revision;
}

long call_prog_detach(union bpfattr *attr, u64 uattr, u32 size)
{
	struct object *o = NULL;
	u32 attach = attr->attach.attach_type;
	u64 target;

	(void)uattr, (void)size;
	if (!type_for(attach) || !detach_flags_are_good(attr))
		return -EINVAL;
	if (!world())
		return -errno;
	int err = target_of(attach, (int)attr->attach.target_fd, &target), bad = 0;
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
	if (!err)
		err = detach_from(attr, o, target);
	object_put(o);
	return err;
}

/* ---- what is attached ---- */

struct query {
	u32 n, flags, ids[EFFECTIVE_MOST], links[ORDER_MAX];
	u64 revision;
};

static int gather(const union bpfattr *attr, u64 target, struct query *q)
{
	u32 attach = attr->query.attach_type;
	struct order o;

	if (attr->query.query_flags) {
		int n = order_cgroup_effective(attach, (int)attr->query.target_fd, q->ids,
					       EFFECTIVE_MOST);
		q->n = n < 0 ? 0 : (u32)n;
		return MIN(n, 0);
	}
	int err = order_open(attach, target, false, &o);
	if (err)
		return err;
	q->n = o.n;
	q->flags = by_cgroup(attach) ? o.flags : 0;
	q->revision = o.revision;
	for (u32 i = 0; i < o.n; i++) {
		q->ids[i] = o.v[i].is.prog;
		q->links[i] = o.v[i].is.link;
	}
	order_close(&o);
	if (by_netns(attach))
		q->n += kern_netns_links(attach, target, q->ids + q->n, q->links + q->n,
					 ORDER_MAX - q->n);
	return 0;
}

static int put_flags(u64 to, u32 flags, u32 n)
{
	u32 v[ORDER_MAX];

	for (u32 i = 0; i < MIN(n, (u32)ORDER_MAX); i++)
		v[i] = flags;
	return to ? user_write(to, v, (size_t)MIN(n, (u32)ORDER_MAX) * 4) : 0;
}

static int put_query(const union bpfattr *attr, u64 uattr, const struct query *q)
{
	u32 attach = attr->query.attach_type, n = MIN(attr->query.count, q->n);
	bool tcx = by_interface(attach), ordered = tcx || by_cgroup(attach);

	if (call_put(uattr, query.attach_flags, q->flags) || call_put(uattr, query.count, q->n))
		return -EFAULT;
	if (ordered && !attr->query.query_flags && call_put(uattr, query.revision, q->revision))
		return -EFAULT;
	if (!n || !attr->query.prog_ids)
		return 0;
	if (user_write(attr->query.prog_ids, q->ids, (size_t)n * 4) ||
	    (ordered && put_flags(attr->query.prog_attach_flags, q->flags, n)))
		return -EFAULT;
	if (tcx &&
	    ((attr->query.link_ids && user_write(attr->query.link_ids, q->links, (size_t)n * 4)) ||
	     put_flags(attr->query.link_attach_flags, 0, n)))
		return -EFAULT;
	return n < q->n ? -ENOSPC : 0;
}

static int query_flags(const union bpfattr *attr)
{
	u32 attach = attr->query.attach_type, flags = attr->query.query_flags;

	if (flags & ~(u32)BPF_F_QUERY_EFFECTIVE || !type_for(attach) || attach == BPF_LSM_MAC)
		return -EINVAL;
	bool plain = by_sockmap(attach) || attach == BPF_FLOW_DISSECTOR || attach == BPF_SK_LOOKUP;
	return plain && flags ? -EINVAL : 0;
}

long call_prog_query(union bpfattr *attr, u64 uattr, u32 size)
{
	u32 attach = attr->query.attach_type;
	struct query q = {0};
	u64 target;

	(void)size;
	int err = query_flags(attr);
	if (err)
		return err;
	if (!world())
		return -errno;
	err = target_of(attach, (int)attr->query.target_fd, &target);
	if (by_netns(attach))
		err = kern_file_of((int)attr->query.target_fd, KERN_NSFS, -EINVAL, &target);
	if (err)
		return err;
	if (by_interface(attach) && (attr->query.query_flags || attr->query.attach_flags))
		return -EINVAL;
	if (by_cgroup(attach) && attr->query.query_flags && attr->query.prog_attach_flags)
		return -EINVAL;
	err = gather(attr, target, &q);
	return err ? err : put_query(attr, uattr, &q);
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
