/* SPDX-License-Identifier: BSD-2-Clause */
/* Links: a program and where it is attached, as an object. */
#include "kern/event.h"
#include "kern/order.h"

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
	if (!err && h->type == BPF_LINK_TYPE_PERF_EVENT)
		err = world_ref(world(), OBJECT_LINK, l->id, OBJECT_EVENT, h->target_id);
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

	return err;
}

static int target_netkit(const union bpfattr *a, struct link_head *h)
{
	int err = interface(a->link.target_fd, h);

	return err ? err : a->link.flags & ~(u32)ORDER_FLAGS ? -EINVAL : 0;
}

static int target_cgroup(const union bpfattr *a, struct link_head *h)
{
	enum { WHERE = 0x2078 }; /* BPF_F_LINK_ATTACH_MASK */

	if (a->link.flags & ~(u32)WHERE)
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

/* bpf_perf_link_attach */
static int target_perf(const union bpfattr *a, struct link_head *h)
{
	struct object *o, *prog;

	if (a->link.flags)
		return -EINVAL;
	if (object_get((int)a->link.target_fd, OBJECT_EVENT, &o))
		return -EBADF;
	int err = object_get((int)a->link.prog_fd, OBJECT_PROG, &prog);
	if (!err) {
		const struct event_head *e = ((const struct kern_event *)o->p)->head;
		err = kern_event_takes(o, ((const struct kern_prog *)prog->p)->type);
		h->cookie = a->link.perf_cookie;
		h->target_id = o->id;
		h->target = e->offset;
		h->target_btf = kern_event_link_type(e);
		memcpy(h->name, e->name, sizeof(h->name));
		object_put(prog);
	}
	object_put(o);
	return err;
}

/* ---- those of which there can be only one ---- */

static bool same_target(const struct link_head *h, const struct link_head *other)
{
	return h->target == other->target && h->attach == other->attach;
}

static bool same_hook(const struct link_head *h, const struct link_head *other)
{
	return h->target == other->target && h->target_id == other->target_id;
}

static bool same_function(const struct link_head *h, const struct link_head *other)
{
	return h->prog_id == other->prog_id && h->target_btf == other->target_btf;
}

static bool same_dissector(const struct link_head *h, const struct link_head *other)
{
	return h->attach == BPF_FLOW_DISSECTOR && same_target(h, other);
}

typedef bool link_clash(const struct link_head *h, const struct link_head *other);

/* Is there a link that lives and is attached, with which this one cannot be? */
static bool clashes(const struct link_head *h, link_clash *with)
{
	struct object *o;
	bool found = false;

	for (u32 id = 0; !found && !world_next_id(world(), OBJECT_LINK, id, &id);) {
		if (object_get_id(OBJECT_LINK, id, &o))
			continue;
		const struct link_head *other = ((const struct kern_link *)o->p)->head;
		found = other->type == h->type && kern_link_prog(other) && with(h, other);
		object_put(o);
	}
	return found;
}

u32 kern_event_link(u32 id)
{
	struct object *o;
	u32 prog = 0;

	for (u32 link = 0; !prog && !world_next_id(world(), OBJECT_LINK, link, &link);) {
		if (object_get_id(OBJECT_LINK, link, &o))
			continue;
		const struct link_head *h = ((const struct kern_link *)o->p)->head;
		if (h->type == BPF_LINK_TYPE_PERF_EVENT && h->target_id == id)
			prog = kern_link_prog(h);
		object_put(o);
	}
	return prog;
}

bool kern_dissector_linked(u64 netns)
{
	const struct link_head h = {
		.type = BPF_LINK_TYPE_NETNS, .attach = BPF_FLOW_DISSECTOR, .target = netns};

	return clashes(&h, same_dissector);
}

u32 kern_netns_links(u32 attach, u64 netns, u32 *progs, u32 *links, u32 most)
{
	struct object *o;
	u32 n = 0;

	for (u32 id = 0; n < most && !world_next_id(world(), OBJECT_LINK, id, &id);) {
		if (object_get_id(OBJECT_LINK, id, &o))
			continue;
		const struct link_head *h = ((const struct kern_link *)o->p)->head;
		u32 prog = kern_link_prog(h);

		if (h->type == BPF_LINK_TYPE_NETNS && h->attach == attach && h->target == netns &&
		    prog) {
			progs[n] = prog;
			links[n++] = id;
		}
		object_put(o);
	}
	return n;
}

struct link_kind {
	u32 type;
	int (*target)(const union bpfattr *a, struct link_head *h);
	bool detaches;
	int update;       /* 0, or why its program stays */
	link_clash *with; /* NULL: with all others */
	int clash;        /* then it is this errno */
};

static const struct link_kind link_xdp = {
	.type = BPF_LINK_TYPE_XDP,
	.target = target_xdp,
	.detaches = true,
	.with = same_target,
	.clash = -EBUSY,
};
static const struct link_kind link_tcx = {
	.type = BPFLINK_TCX,
	.target = target_tcx,
	.detaches = true,
};
static const struct link_kind link_netkit = {
	.type = BPFLINK_NETKIT,
	.target = target_netkit,
	.detaches = true,
};
static const struct link_kind link_cgroup = {
	.type = BPF_LINK_TYPE_CGROUP,
	.target = target_cgroup,
	.detaches = true,
};
static const struct link_kind link_netns = {
	.type = BPF_LINK_TYPE_NETNS,
	.target = target_netns,
	.detaches = true,
	.with = same_dissector,
	.clash = -E2BIG,
};
static const struct link_kind link_netfilter = {
	.type = BPFLINK_NETFILTER,
	.target = target_netfilter,
	.detaches = true,
	.update = -EOPNOTSUPP,
	.with = same_hook,
	.clash = -EBUSY,
};
static const struct link_kind link_uprobes = {
	.type = BPFLINK_UPROBE_MULTI,
	.target = target_uprobes,
	.update = -EINVAL,
};
static const struct link_kind link_kprobes = {
	.type = BPF_LINK_TYPE_KPROBE_MULTI,
	.target = target_kprobes,
	.update = -EINVAL,
};
static const struct link_kind link_perf = {
	.type = BPF_LINK_TYPE_PERF_EVENT,
	.target = target_perf,
	.update = -EINVAL,
};
static const struct link_kind link_raw_tp = {
	.type = BPF_LINK_TYPE_RAW_TRACEPOINT,
	.update = -EINVAL,
};
static const struct link_kind link_iter = {.type = BPF_LINK_TYPE_ITER};
static const struct link_kind link_tracing = {
	.type = BPF_LINK_TYPE_TRACING,
	.update = -EINVAL,
	.with = same_function,
	.clash = -EBUSY,
};

static const struct link_kind *const link_kinds[] = {
	&link_iter, &link_xdp,       &link_tcx,     &link_netkit, &link_cgroup,  &link_netns,
	&link_perf, &link_netfilter, &link_uprobes, &link_raw_tp, &link_kprobes, &link_tracing,
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
		if (attach != p->attach)
			return NULL;
		return attach == BPF_TRACE_ITER     ? &link_iter
		       : attach == BPF_TRACE_RAW_TP ? &link_raw_tp
						    : &link_tracing;
	case BPF_PROG_TYPE_LSM:
		return attach == p->attach && attach == BPF_LSM_MAC ? &link_tracing : NULL;
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

/* ---- among others on its target ---- */

/* Where it comes, before there is one. */
static int place_of(const struct order *o, const union bpfattr *a, const struct link_head *h)
{
	struct wish w = {.attach = h->attach,
			 .flags = a->link.flags,
			 .anchor = a->link.tcx.relative_fd,
			 .revision = a->link.tcx.expected_revision,
			 .is = {h->prog_id, UINT32_MAX},
			 .type = BPF_PROG_TYPE_SCHED_CLS};
	bool in_place;

	if (h->type == BPFLINK_TCX)
		return order_tcx_place(o, &w);
	w.flags |= BPF_F_ALLOW_MULTI;
	return order_cgroup_place(o, (int)a->link.target_fd, &w, &in_place);
}

static long publish_among(const union bpfattr *a, const struct kern_prog *p,
			  const struct link_head *h)
{
	struct order o;
	struct object *link;
	int err = order_open(h->attach, h->target, true, &o);
	int at = err ? err : place_of(&o, a, h);
	if (at >= 0 && h->type == BPF_LINK_TYPE_CGROUP)
		err = order_cgroup_storages(p, h->target, h->attach);
	long fd = at < 0 ? at : err ? err : publish(h);

	if (fd >= 0 && !object_get((int)fd, OBJECT_LINK, &link)) {
		if (h->type == BPF_LINK_TYPE_CGROUP)
			order_share(&o, BPF_F_ALLOW_MULTI);
		err = order_insert(&o, (u32)at, (struct spot){h->prog_id, link->id}, h->flags);
		object_put(link);
		if (err) {
			close((int)fd);
			fd = err;
		}
	}
	order_close(&o);
	return fd;
}

static bool has_order(u32 type) { return type == BPFLINK_TCX || type == BPF_LINK_TYPE_CGROUP; }

/* It has another program, or (0) none any more. */
static int move_among(u32 id, const struct link_head *h, u32 from, u32 to)
{
	struct spot is = {from, id};
	struct order o;
	int err = order_open(h->attach, h->target, false, &o);

	if (err)
		return err;
	int at = to && h->type == BPFLINK_TCX ? order_tcx_update(&o, is, to) : order_find(&o, is);
	if (at >= 0 && to)
		err = order_replace(&o, (u32)at, (struct spot){to, id}, o.v[at].flags);
	else if (at >= 0)
		err = order_remove(&o, (u32)at);
	else if (to)
		err = at == -1 ? -ENOENT : at;
	order_close(&o);
	return err;
}

/* ---- the commands ---- */

/* By a type of the kernel's: only a program's own target, not another program. */
static int target_traced(const struct kern_prog *p, const union bpfattr *a, struct link_head *h)
{
	h->cookie = a->link.tracing.cookie;
	if (p->attach != BPF_TRACE_RAW_TP && (a->link.target_fd || a->link.tracing.target_btf_id))
		return -EINVAL;
	return kern_traced_link(p, h);
}

static int target_of(const struct link_kind *kind, const struct kern_prog *p,
		     const union bpfattr *a, struct link_head *h)
{
	if (!kind)
		return -EINVAL;
	if (kind == &link_iter)
		return kern_iter_link(p, a, h);
	if (kind == &link_raw_tp || kind == &link_tracing)
		return target_traced(p, a, h);
	return kind->target(a, h);
}

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
	if (!err)
		err = target_of(kind, o->p, attr, &h);
	if (!err) {
		h.type = kind->type;
		h.prog_id = o->id;
	}
	if (!err && kind->with && clashes(&h, kind->with))
		err = kind->clash;
	h.flags = h.flags ? h.flags : attr->link.flags;
	long ret = err ? err : has_order(h.type) ? publish_among(attr, o->p, &h) : publish(&h);
	object_put(o);
	return ret;
}

/* The link's program becomes another one, if it is still the one that is
 * expected (old, or whatever it is). */
static int replace(struct object *link, const struct object *to, const struct object *old)
{
	struct link_head *h = ((struct kern_link *)link->p)->head;
	const struct link_kind *kind = kind_by_type(h->type);
	u32 before = kern_link_prog(h);

	if (!kind || kind->update)
		return kind ? kind->update : -EINVAL;
	if (!before)
		return -ENOLINK;
	if (old && old->id != before)
		return -EPERM;
	if (kind_for(to->p, h->attach) != kind)
		return -EINVAL;
	if (before == to->id && h->type == BPFLINK_TCX)
		return 0;
	int err = has_order(h->type) ? move_among(link->id, h, before, to->id) : 0;
	if (err)
		return err;
	err = world_ref(world(), OBJECT_LINK, link->id, OBJECT_PROG, to->id);
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
	u32 before = err ? 0 : kern_link_prog(h);
	if (before && has_order(h->type))
		move_among(o->id, h, before, 0);
	if (before)
		__atomic_store_n(&h->detached, 1, __ATOMIC_RELEASE);
	object_put(o);
	return err;
}

/* bpf_raw_tp_open */
static int open_named(const union bpfattr *attr, struct link_head *h)
{
	h->type = BPF_LINK_TYPE_RAW_TRACEPOINT;
	if (user_text(h->name, attr->raw_tp.name, sizeof(h->name)) == -EFAULT)
		return -EFAULT;
	h->name[LINK_TARGET - 1] = 0;
	return kern_tracepoint_known(h->name) ? 0 : -ENOENT;
}

/* Its name is that of its type. */
static int open_traced(const struct kern_prog *p, const union bpfattr *attr, struct link_head *h)
{
	int err = attr->raw_tp.name ? -EINVAL : kern_traced_link(p, h);

	if (err || h->type != BPF_LINK_TYPE_TRACING)
		return err;
	h->cookie = 0;
	return clashes(h, same_function) ? -EBUSY : 0;
}

static int open_raw(const struct kern_prog *p, const union bpfattr *attr, struct link_head *h)
{
	switch (p->type) {
	case BPF_PROG_TYPE_RAW_TRACEPOINT:
	case BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
		return open_named(attr, h);
	case BPF_PROG_TYPE_TRACING:
	case BPF_PROG_TYPE_LSM:
		return open_traced(p, attr, h);
	default:
		return -EINVAL;
	}
}

long call_raw_tracepoint(union bpfattr *attr, u64 uattr, u32 size)
{
	struct link_head h = {.cookie = attr->raw_tp.cookie};
	struct object *o;

	(void)uattr, (void)size;
	int err = object_get((int)attr->raw_tp.prog_fd, OBJECT_PROG, &o);
	if (err)
		return err;
	h.prog_id = o->id;
	err = open_raw(o->p, attr, &h);
	long ret = err ? err : publish(&h);
	object_put(o);
	return ret;
}
