/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of links and of perf events that run programs: OBJ_GET_INFO_BY_FD,
 * TASK_FD_QUERY. */
#include "kern/event.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* ---- the info of a link ---- */

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
			u32 kind, pad;
			u64 name;
			u32 name_len, offset;
			u64 cookie, ref_counter;
		} uprobe;
		struct {
			u32 kind, pad;
			u64 name;
			u32 name_len, offset;
			u64 address, missed, cookie;
		} kprobe;
		struct {
			u32 kind, pad;
			u64 name;
			u32 name_len, pad2;
			u64 cookie;
		} tracepoint;
		struct {
			u32 attach, object, id, pad;
			u64 cookie;
		} tracing;
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

/* bpf_perf_link_fill_link_info: names stand at the same place in all of them. */
static int fill_event(const struct link_head *h, struct link_info *i)
{
	enum { URETPROBE = 2, KRETPROBE = 4 };
	u64 to = i->uprobe.name;
	u32 room = i->uprobe.name_len;

	if (!to != !room)
		return -EINVAL;
	i->uprobe.kind = h->target_btf;
	i->uprobe.name_len = (u32)strlen(h->name) + 1;
	if (h->target_btf <= URETPROBE) {
		i->uprobe.offset = (u32)h->target;
		i->uprobe.cookie = h->cookie;
	} else if (h->target_btf <= KRETPROBE) {
		i->kprobe.offset = (u32)h->target;
		i->kprobe.cookie = h->cookie;
	} else {
		i->tracepoint.cookie = h->cookie;
	}
	return to ? call_give_name(to, room, h->name) : 0;
}

static int fill_info(const struct link_head *h, struct link_info *i)
{
	u64 to = i->raw_tp.name;
	u32 room = i->raw_tp.name_len;
	bool attached = kern_link_prog(h);

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
	case BPF_LINK_TYPE_PERF_EVENT:
		return fill_event(h, i);
	case BPF_LINK_TYPE_CGROUP:
		i->cgroup.id = attached ? h->target : 0;
		i->cgroup.attach = h->attach;
		return 0;
	case BPF_LINK_TYPE_TRACING:
		i->tracing.attach = h->attach;
		i->tracing.object = h->target_id;
		i->tracing.id = h->target_btf;
		i->tracing.cookie = h->cookie;
		return 0;
	case BPFLINK_NETFILTER:
		i->netfilter.pf = h->target_id;
		i->netfilter.hook = (u32)(h->target >> 32);
		i->netfilter.priority = (s32)h->target;
		i->netfilter.flags = h->flags;
		return 0;
	}
	i->on.id = attached ? h->target_id : 0;
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

/* ---- what a descriptor is ---- */

/* What a descriptor of a process of ours tells of itself. */
struct told {
	u32 type, prog;
	u64 offset;
	char name[LINK_TARGET];
};

static int tell_link(const struct link_head *h, struct told *t)
{
	if (h->type != BPF_LINK_TYPE_RAW_TRACEPOINT)
		return -ENOTSUPP_LINUX;
	t->type = BPF_FD_TYPE_RAW_TRACEPOINT;
	t->prog = h->prog_id;
	memcpy(t->name, h->name, sizeof(t->name));
	return 0;
}

static int tell_event(const struct kern_event *e, struct told *t)
{
	u32 prog = __atomic_load_n(&e->head->prog_id, __ATOMIC_ACQUIRE);

	t->type = kern_event_fd_type(e->head);
	t->prog = prog ? prog : kern_event_link(e->id);
	t->offset = e->head->kind == EVENT_TRACEPOINT ? 0 : e->head->offset;
	memcpy(t->name, e->head->name, sizeof(t->name));
	return t->prog ? 0 : -ENOENT;
}

static int tell(const union bpf_attr *a, struct told *t)
{
	struct object *o;
	char name[64];

	snprintf(name, sizeof(name), "/proc/%u", a->task_fd_query.pid);
	if (access(name, F_OK))
		return -ENOENT;
	snprintf(name, sizeof(name), "/proc/%u/fd/%u", a->task_fd_query.pid, a->task_fd_query.fd);
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == EACCES ? -EPERM : -EBADF;
	int err = object_of(fd, &o);
	close(fd);
	if (err)
		return -ENOTSUPP_LINUX;
	err = o->kind == OBJECT_LINK    ? tell_link(((const struct kern_link *)o->p)->head, t)
	      : o->kind == OBJECT_EVENT ? tell_event(o->p, t)
					: -ENOTSUPP_LINUX;
	object_put(o);
	return err;
}

long call_task_fd_query(union bpfattr *attr, u64 uattr, u32 size)
{
	const union bpf_attr *a = &attr->a;
	struct told t = {0};
	u64 none = 0;

	(void)size;
	if (a->task_fd_query.flags)
		return -EINVAL;
	int err = tell(a, &t);
	if (err)
		return err;
	u32 len = (u32)strlen(t.name);
	if (a->task_fd_query.buf_len && a->task_fd_query.buf)
		err = call_give_name(a->task_fd_query.buf, a->task_fd_query.buf_len, t.name);
	if (call_put(uattr, a.task_fd_query.buf_len, len) ||
	    call_put(uattr, a.task_fd_query.prog_id, t.prog) ||
	    call_put(uattr, a.task_fd_query.fd_type, t.type) ||
	    call_put(uattr, a.task_fd_query.probe_offset, t.offset) ||
	    call_put(uattr, a.task_fd_query.probe_addr, none))
		err = -EFAULT;
	return err;
}
