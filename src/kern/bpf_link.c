/* SPDX-License-Identifier: BSD-2-Clause */
/* Links: a program and where it is attached, as an object. */
#include "kern/call.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ORDER_FLAGS = 0x3f }; /* BPF_F_BEFORE and its like */

/* ---- the object ---- */

static struct link_head *head_of(struct object_file *f)
{
	return (struct link_head *)(void *)f->head->own;
}

static void close_link(void *arg)
{
	struct kern_link *l = arg;

	object_unmap(&l->file);
	free(l);
}

static int open_link(int fd, u32 id, void **ret)
{
	struct kern_link *l = calloc(1, sizeof(*l));
	int err = l ? object_map_file(fd, OBJECT_LINK, &l->file) : -ENOMEM;

	close(fd);
	if (err) {
		free(l);
		return err;
	}
	l->id = id;
	l->head = head_of(&l->file);
	*ret = l;
	return 0;
}

const struct object_ops object_link_ops = {open_link, close_link};

static long publish(const struct link_head *h)
{
	struct kern_link *l = calloc(1, sizeof(*l));
	int fd = l ? object_file(world(), OBJECT_LINK, "", 0, &l->file) : -ENOMEM;

	if (fd < 0) {
		free(l);
		return fd;
	}
	l->id = l->file.head->id;
	l->head = head_of(&l->file);
	*l->head = *h;
	int refs = world_refs_begin(world(), OBJECT_LINK, l->id);
	int err = world_ref(world(), OBJECT_LINK, l->id, OBJECT_PROG, h->prog_id);
	if (err) {
		close_link(l);
		close(fd);
	} else {
		err = object_add(world(), OBJECT_LINK, l->id, l, fd, O_RDWR);
	}
	if (refs >= 0)
		close(refs);
	return err;
}

/* ---- targets: one kind of link each ---- */

static int interface(u32 index, struct link_head *h)
{
	char name[IF_NAMESIZE];

	if (!if_indextoname(index, name))
		return -ENODEV;
	h->target = h->target_id = index;
	return 0;
}

static int target_xdp(const union bpfattr *a, struct link_head *h)
{
	enum { MODES = 14 };

	if (a->link.flags & ~(u32)MODES)
		return -EINVAL;
	return interface(a->link.target_fd, h) ? -EINVAL : 0;
}

static int target_tcx(const union bpfattr *a, struct link_head *h)
{
	int err = interface(a->link.target_fd, h);

	return err ? err : a->link.flags & ~(u32)ORDER_FLAGS ? -EINVAL : 0;
}

static int target_cgroup(const union bpfattr *a, struct link_head *h)
{
	if (a->link.flags & ~(u32)ORDER_FLAGS)
		return -EINVAL;
	return kern_file_of((int)a->link.target_fd, KERN_CGROUP2, -EBADF, &h->target);
}

static int target_netns(const union bpfattr *a, struct link_head *h)
{
	if (a->link.flags)
		return -EINVAL;
	int err = kern_file_of((int)a->link.target_fd, KERN_NSFS, -EINVAL, &h->target);
	h->target_id = (u32)h->target;
	return err;
}

static int target_netfilter(const union bpfattr *a, struct link_head *h)
{
	enum { DEFRAG = 1, IPV4 = 2, IPV6 = 10, HOOKS = 5 };

	if (a->link.flags || (a->link.netfilter.flags & ~(u32)DEFRAG))
		return -EINVAL;
	if (a->link.netfilter.pf != IPV4 && a->link.netfilter.pf != IPV6)
		return -EAFNOSUPPORT;
	if (a->link.netfilter.hooknum >= HOOKS)
		return -EPROTO;
	if (a->link.netfilter.priority == INT32_MIN || a->link.netfilter.priority == INT32_MAX)
		return -ERANGE;
	h->target = (u64)a->link.netfilter.hooknum << 32 | (u32)a->link.netfilter.priority;
	h->target_id = a->link.netfilter.pf;
	h->flags = a->link.netfilter.flags;
	return 0;
}

/* bpf_uprobe_multi_link_attach, as far as it looks at its arguments. */
static int target_uprobes(const union bpfattr *a, struct link_head *h)
{
	enum { RETURN = 1, MOST = 1 << 20 };
	char path[LINK_TARGET];
	struct stat st;

	if (a->link.flags || (a->link.uprobe_multi.flags & ~(u32)RETURN))
		return -EINVAL;
	if (!a->link.uprobe_multi.path || !a->link.uprobe_multi.offsets ||
	    !a->link.uprobe_multi.cnt)
		return -EINVAL;
	if (a->link.uprobe_multi.cnt > MOST)
		return -E2BIG;
	if ((s32)a->link.uprobe_multi.pid < 0)
		return -EINVAL;
	long n = user_text(path, a->link.uprobe_multi.path, sizeof(path));
	if (n < 0)
		return n == -E2BIG ? -ENAMETOOLONG : -EFAULT;
	if (stat(path, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EBADF;
	memcpy(h->name, path, sizeof(h->name));
	return -EOPNOTSUPP;
}

/* As Linux without CONFIG_FPROBE. */
static int target_kprobes(const union bpfattr *a, struct link_head *h)
{
	(void)a, (void)h;
	return -EOPNOTSUPP;
}

/* No descriptor is a perf event of our world. */
static int target_perf(const union bpfattr *a, struct link_head *h)
{
	(void)h;
	return a->link.flags ? -EINVAL : -EBADF;
}

struct link_kind {
	u32 type;
	int (*target)(const union bpfattr *a, struct link_head *h);
	bool detaches;
	int update; /* 0, or why its program stays */
};

static const struct link_kind link_xdp = {BPF_LINK_TYPE_XDP, target_xdp, true, 0};
static const struct link_kind link_tcx = {BPFLINK_TCX, target_tcx, true, 0};
static const struct link_kind link_netkit = {BPFLINK_NETKIT, target_tcx, true, 0};
static const struct link_kind link_cgroup = {BPF_LINK_TYPE_CGROUP, target_cgroup, true, 0};
static const struct link_kind link_netns = {BPF_LINK_TYPE_NETNS, target_netns, true, 0};
static const struct link_kind link_netfilter = {BPFLINK_NETFILTER, target_netfilter, true,
						-EOPNOTSUPP};
static const struct link_kind link_uprobes = {BPFLINK_UPROBE_MULTI, target_uprobes, false, -EINVAL};
static const struct link_kind link_kprobes = {BPF_LINK_TYPE_KPROBE_MULTI, target_kprobes, false,
					      -EINVAL};
static const struct link_kind link_perf = {BPF_LINK_TYPE_PERF_EVENT, target_perf, false, -EINVAL};
static const struct link_kind link_raw_tp = {BPF_LINK_TYPE_RAW_TRACEPOINT, NULL, false, -EINVAL};

static const struct link_kind link_iter = {BPF_LINK_TYPE_ITER, NULL, false, 0};

static const struct link_kind *const link_kinds[] = {
	&link_iter, &link_xdp,       &link_tcx,     &link_netkit, &link_cgroup,  &link_netns,
	&link_perf, &link_netfilter, &link_uprobes, &link_raw_tp, &link_kprobes,
};

static const struct link_kind *kind_by_type(u32 type)
{
	for (u32 i = 0; i < LEN(link_kinds); i++)
		if (link_kinds[i]->type == type)
			return link_kinds[i];
	return NULL;
}

/* link_create's switch over program types; NULL: EINVAL. */
static const struct link_kind *kind_for(const struct kern_prog *p, u32 attach)
{
	switch (p->type) {
	case BPF_PROG_TYPE_CGROUP_SKB:
	case BPF_PROG_TYPE_CGROUP_SOCK:
	case BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
	case BPF_PROG_TYPE_SOCK_OPS:
	case BPF_PROG_TYPE_CGROUP_DEVICE:
	case BPF_PROG_TYPE_CGROUP_SYSCTL:
	case BPF_PROG_TYPE_CGROUP_SOCKOPT:
		return &link_cgroup;
	case BPF_PROG_TYPE_FLOW_DISSECTOR:
	case BPF_PROG_TYPE_SK_LOOKUP:
		return &link_netns;
	case BPF_PROG_TYPE_XDP:
		return attach == BPF_XDP ? &link_xdp : NULL;
	case BPF_PROG_TYPE_SCHED_CLS:
		if (attach == ATTACH_TCX_INGRESS || attach == ATTACH_TCX_EGRESS)
			return &link_tcx;
		return attach == ATTACH_NETKIT_PRIMARY || attach == ATTACH_NETKIT_PEER
			       ? &link_netkit
			       : NULL;
	case BPF_PROG_TYPE_TRACING:
		return p->attach == BPF_TRACE_ITER && attach == p->attach ? &link_iter : NULL;
	case PROGTYPE_NETFILTER:
		return attach == ATTACH_NETFILTER ? &link_netfilter : NULL;
	case BPF_PROG_TYPE_PERF_EVENT:
	case BPF_PROG_TYPE_TRACEPOINT:
		return attach == BPF_PERF_EVENT ? &link_perf : NULL;
	case BPF_PROG_TYPE_KPROBE:
		if (attach == ATTACH_TRACE_UPROBE_MULTI || attach == ATTACH_TRACE_UPROBE_SESSION)
			return &link_uprobes;
		if (attach == BPF_TRACE_KPROBE_MULTI || attach == ATTACH_TRACE_KPROBE_SESSION)
			return &link_kprobes;
		return attach == BPF_PERF_EVENT ? &link_perf : NULL;
	}
	return NULL;
}

/* ---- the commands ---- */

long call_link_create(union bpfattr *attr, u64 uattr, u32 size)
{
	struct link_head h = {.attach = attr->link.attach_type};
	struct object *o;

	(void)uattr, (void)size;
	int err = object_get((int)attr->link.prog_fd, OBJECT_PROG, &o);
	if (err)
		return err;
	const struct link_kind *kind = kind_for(o->p, h.attach);
	err = kern_attach_allowed(o->p, h.attach);
	err = err                  ? err
	      : kind == &link_iter ? kern_iter_link(o->p, attr, &h)
	      : kind               ? kind->target(attr, &h)
				   : -EINVAL;
	if (!err) {
		h.type = kind->type;
		h.prog_id = o->id;
	}
	long ret = err ? err : publish(&h);
	object_put(o);
	return ret;
}

/* The link's program becomes another one, if it is still the one that is
 * expected (old, or whatever it is). */
static int replace(struct object *link, const struct object *to, const struct object *old)
{
	struct link_head *h = ((struct kern_link *)link->p)->head;
	const struct link_kind *kind = kind_by_type(h->type);
	u32 before = __atomic_load_n(&h->prog_id, __ATOMIC_ACQUIRE);

	if (!kind || kind->update)
		return kind ? kind->update : -EINVAL;
	if (!before)
		return -ENOLINK;
	if (old && old->id != before)
		return -EPERM;
	if (kind_for(to->p, h->attach) != kind)
		return -EINVAL;
	int err = world_ref(world(), OBJECT_LINK, link->id, OBJECT_PROG, to->id);
	if (err)
		return err;
	if (!__atomic_compare_exchange_n(&h->prog_id, &before, to->id, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_RELAXED))
		return -EPERM;
	if (before != to->id)
		world_unref(world(), OBJECT_LINK, link->id, OBJECT_PROG, before);
	return 0;
}

long call_link_update(union bpfattr *attr, u64 uattr, u32 size)
{
	const union bpf_attr *a = &attr->a;
	struct object *link, *to = NULL, *old = NULL;

	(void)uattr, (void)size;
	if (a->link_update.flags & ~(u32)BPF_F_REPLACE)
		return -EINVAL;
	int err = object_get((int)a->link_update.link_fd, OBJECT_LINK, &link);
	if (err)
		return err;
	err = object_get((int)a->link_update.new_prog_fd, OBJECT_PROG, &to);
	if (!err && (a->link_update.flags & BPF_F_REPLACE))
		err = object_get((int)a->link_update.old_prog_fd, OBJECT_PROG, &old);
	else if (!err && a->link_update.old_prog_fd)
		err = -EINVAL;
	if (!err)
		err = replace(link, to, old);
	object_put(old);
	object_put(to);
	object_put(link);
	return err;
}

long call_link_detach(union bpfattr *attr, u64 uattr, u32 size)
{
	struct object *o;

	(void)uattr, (void)size;
	int err = object_get((int)attr->a.link_detach.link_fd, OBJECT_LINK, &o);
	if (err)
		return err;
	struct link_head *h = ((struct kern_link *)o->p)->head;
	const struct link_kind *kind = kind_by_type(h->type);
	if (!kind || !kind->detaches)
		err = -EOPNOTSUPP;
	u32 before = err ? 0 : __atomic_exchange_n(&h->prog_id, 0, __ATOMIC_ACQ_REL);
	if (before)
		world_unref(world(), OBJECT_LINK, o->id, OBJECT_PROG, before);
	object_put(o);
	return err;
}

long call_raw_tracepoint(union bpfattr *attr, u64 uattr, u32 size)
{
	struct link_head h = {.type = BPF_LINK_TYPE_RAW_TRACEPOINT, .cookie = attr->raw_tp.cookie};
	struct object *o;

	(void)uattr, (void)size;
	int err = object_get((int)attr->raw_tp.prog_fd, OBJECT_PROG, &o);
	if (err)
		return err;
	const struct kern_prog *p = o->p;
	if (p->type != BPF_PROG_TYPE_RAW_TRACEPOINT &&
	    p->type != BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE)
		err = -EINVAL;
	else if (user_text(h.name, attr->raw_tp.name, sizeof(h.name)) == -EFAULT)
		err = -EFAULT;
	else if (h.name[LINK_TARGET - 1] = 0, !kern_tracepoint_known(h.name))
		err = -ENOENT;
	h.prog_id = o->id;
	long ret = err ? err : publish(&h);
	object_put(o);
	return ret;
}

/* ---- what is known of a link ---- */

struct link_info { /* struct bpf_link_info of Linux 6.18 */
	u32 type, id, prog_id, pad;
	union {
		struct {
			u64 name;
			u32 name_len, pad;
			u64 cookie;
		} raw_tp;
		struct {
			u64 name;
			u32 name_len, map_id;
		} iter;
		struct {
			u64 id;
			u32 attach;
		} cgroup;
		struct {
			u32 id, attach;
		} on; /* interfaces, network namespaces */
		struct {
			u32 pf, hook;
			s32 priority;
			u32 flags;
		} netfilter;
		u8 room[48];
	};
};
_Static_assert(sizeof(struct link_info) == 64, "struct bpf_link_info");

static int fill_info(const struct link_head *h, struct link_info *i)
{
	u64 to = i->raw_tp.name;
	u32 room = i->raw_tp.name_len;

	switch (h->type) {
	case BPF_LINK_TYPE_RAW_TRACEPOINT:
		if (!to != !room)
			return -EINVAL;
		i->raw_tp.cookie = h->cookie;
		i->raw_tp.name_len = (u32)strlen(h->name) + 1;
		return to ? call_give_name(to, room, h->name) : 0;
	case BPF_LINK_TYPE_ITER:
		if (!to != !room)
			return -EINVAL;
		i->iter.name_len = (u32)strlen(h->name) + 1;
		i->iter.map_id = h->target_id;
		return to ? call_give_name(to, room, h->name) : 0;
	case BPF_LINK_TYPE_CGROUP:
		i->cgroup.id = h->target;
		i->cgroup.attach = h->attach;
		return 0;
	case BPFLINK_NETFILTER:
		i->netfilter.pf = h->target_id;
		i->netfilter.hook = (u32)(h->target >> 32);
		i->netfilter.priority = (s32)h->target;
		i->netfilter.flags = h->flags;
		return 0;
	}
	i->on.id = h->target_id;
	i->on.attach = h->type == BPF_LINK_TYPE_XDP ? 0 : h->attach;
	return 0;
}

int kern_link_info(const struct kern_link *l, const union bpf_attr *a, u64 uattr)
{
	struct link_info i;
	u32 len;
	int err = call_take_info(a, &i, sizeof(i), &len);

	if (err)
		return err;
	i.type = l->head->type;
	i.id = l->id;
	i.prog_id = __atomic_load_n(&l->head->prog_id, __ATOMIC_ACQUIRE);
	err = fill_info(l->head, &i);
	return err ? err : call_give_info(a, uattr, &i, len);
}

/* A link's descriptor in any process of ours. */
static int link_of_task(const union bpf_attr *a, struct object **ret)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/%u", a->task_fd_query.pid);
	if (access(name, F_OK))
		return -ENOENT;
	snprintf(name, sizeof(name), "/proc/%u/fd/%u", a->task_fd_query.pid, a->task_fd_query.fd);
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == EACCES ? -EPERM : -EBADF;
	int err = object_get(fd, OBJECT_LINK, ret);
	close(fd);
	if (err)
		return -ENOTSUPP_LINUX;
	if (((struct kern_link *)(*ret)->p)->head->type == BPF_LINK_TYPE_RAW_TRACEPOINT)
		return 0;
	object_put(*ret);
	return -ENOTSUPP_LINUX;
}

long call_task_fd_query(union bpfattr *attr, u64 uattr, u32 size)
{
	const union bpf_attr *a = &attr->a;
	struct object *o;

	(void)size;
	if (a->task_fd_query.flags)
		return -EINVAL;
	int err = link_of_task(a, &o);
	if (err)
		return err;
	const struct link_head *h = ((struct kern_link *)o->p)->head;
	u32 len = (u32)strlen(h->name), type = BPF_FD_TYPE_RAW_TRACEPOINT, prog = h->prog_id;
	u64 none = 0;
	if (a->task_fd_query.buf_len)
		err = call_give_name(a->task_fd_query.buf, a->task_fd_query.buf_len, h->name);
	if (call_put(uattr, a.task_fd_query.buf_len, len) ||
	    call_put(uattr, a.task_fd_query.prog_id, prog) ||
	    call_put(uattr, a.task_fd_query.fd_type, type) ||
	    call_put(uattr, a.task_fd_query.probe_offset, none) ||
	    call_put(uattr, a.task_fd_query.probe_addr, none))
		err = -EFAULT;
	object_put(o);
	return err;
}
