/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that the kernel's types attach: functions, hooks, raw tracepoints,
 * iterators. */
#include "sys/attach.h"

static int open_raw(const struct attach *a, const char *name)
{
	union bpf_attr attr = {
		.raw_tracepoint = {.name = (u64)(uintptr_t)name, .prog_fd = (u32)a->prog}};

	return a->door->bpf(BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr.raw_tracepoint));
}

static const char *what_of(const struct attach *a)
{
	switch (a->p->attach) {
	case ATTACH_TRACE_FENTRY:
		return "entry of";
	case ATTACH_TRACE_FEXIT:
		return "exit of";
	case ATTACH_MODIFY_RETURN:
		return "result of";
	case ATTACH_LSM_MAC:
		return "hook";
	}
	return "tracepoint";
}

static struct ob_err *tracing(const struct attach *a, struct sys_link *to)
{
	int fd = open_raw(a, NULL);

	if (a->door->own && fd < 0)
		return event_err(a, fd, NULL, "cannot attach to %s %s", what_of(a), a->p->target);
	if (fd == -ENOTSUPP_LINUX || fd == -EOPNOTSUPP)
		return err_hint(
			err_new(OB_UNSUPPORTED,
				"%s (%s): this kernel does not attach to functions by their "
				"types",
				a->p->name, a->p->section),
			"a kernel with CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS");
	if (fd == -EBUSY && a->p->attach == ATTACH_LSM_MAC)
		return err_hint(attach_err(a, fd, "cannot attach to hook %s", a->p->target),
				"a kernel with CONFIG_BPF_LSM, started with lsm=...,bpf");
	if (fd < 0)
		return attach_err(a, fd, "cannot attach to %s %s", what_of(a), a->p->target);
	to->kind = BPF_LINK_TYPE_TRACING;
	struct ob_err *err = link_hold(to, fd);
	return err ? err : link_where(to, "%s %s", what_of(a), a->p->target);
}

const struct attach_kind attach_tracing = {
	(const char *const[]){"tp_btf", "fentry", "fexit", "fmod_ret", "fentry.s", "fexit.s",
			      "fmod_ret.s", "lsm", "lsm.s", NULL},
	tracing,
};

static struct ob_err *raw_tracepoint(const struct attach *a, struct sys_link *to)
{
	int fd = *a->p->target ? open_raw(a, a->p->target) : -EINVAL;

	if (!*a->p->target)
		return err_hint(err_new(OB_NAME, "%s: section %s names no tracepoint", a->p->name,
					a->p->section),
				"SEC(\"raw_tp/NAME\")");
	if (fd == -ENOENT)
		return err_hint(err_new(OB_NAME, "%s: the kernel has no tracepoint %s", a->p->name,
					a->p->target),
				"its name alone, without a category: raw_tp/sched_switch");
	if (fd < 0)
		return attach_err(a, fd, "cannot attach to tracepoint %s", a->p->target);
	to->kind = BPF_LINK_TYPE_RAW_TRACEPOINT;
	struct ob_err *err = link_hold(to, fd);
	return err ? err : link_where(to, "raw tracepoint %s", a->p->target);
}

const struct attach_kind attach_raw_tp = {
	(const char *const[]){"raw_tracepoint", "raw_tp", "raw_tracepoint.w", "raw_tp.w", NULL},
	raw_tracepoint,
};

/* One that walks over a map's elements is given the object's only other map that can be
 * walked over. */
static int walked_map(const struct attach *a)
{
	bool sockets = strstr(a->p->target, "sk_storage") || strstr(a->p->target, "sockmap");
	int fd = -1;

	if (strcmp(a->p->target, "bpf_map_elem") && !sockets)
		return -1;
	for (u32 i = 0; i < a->l->object->maps; i++) {
		u32 type = a->l->object->map[i].shape.type;
		bool fits = sockets ? type == MAPTYPE_SK_STORAGE || type == MAPTYPE_SOCKMAP ||
					      type == MAPTYPE_SOCKHASH
				    : type == MAPTYPE_HASH || type == MAPTYPE_LRU_HASH ||
					      type == MAPTYPE_PERCPU_HASH ||
					      type == MAPTYPE_LRU_PERCPU_HASH ||
					      type == MAPTYPE_ARRAY || type == MAPTYPE_PERCPU_ARRAY;

		if (fits && a->l->object->map[i].kind == OBJECT_MAP && a->l->map[i] >= 0)
			fd = fd < 0 ? a->l->map[i] : -2;
		if (fd == -2)
			break;
	}
	return fd < 0 ? -2 : fd;
}

static struct ob_err *iterator(const struct attach *a, struct sys_link *to)
{
	u32 info[4] = {0}; /* union bpf_iter_link_info */
	int map = walked_map(a);
	union bpfattr attr = {.link = {.prog_fd = (u32)a->prog, .attach_type = ATTACH_TRACE_ITER}};

	if (map == -2)
		return err_new(
			OB_UNSUPPORTED,
			"%s (%s): it walks over one map, and the object has not just one that "
			"it could be",
			a->p->name, a->p->section);
	if (map >= 0) {
		info[0] = (u32)map;
		attr.link.iter.info = (u64)(uintptr_t)info;
		attr.link.iter.info_len = sizeof(info);
	}
	int fd = a->door->bpf(BPF_LINK_CREATE, &attr.a, sizeof(attr.link));
	if (fd < 0)
		return attach_err(a, fd, "cannot make the iterator");
	to->kind = BPF_LINK_TYPE_ITER;
	struct ob_err *err = link_hold(to, fd);
	return err ? err : link_where(to, "iterator over %s", a->p->target);
}

const struct attach_kind attach_iter = {(const char *const[]){"iter", "iter.s", NULL}, iterator};

int sys_link_read(const struct sys_loaded *l, const struct sys_link *link)
{
	union bpf_attr attr = {.iter_create = {.link_fd = (u32)link->fd[0]}};

	return l->door->bpf(BPF_ITER_CREATE, &attr, sizeof(attr));
}
