/* SPDX-License-Identifier: BSD-2-Clause */
/* Attaching by section: which kind a program is of, and what all kinds share. */
#include "sys/attach.h"

#include <stdlib.h>
#include <unistd.h>

static const struct attach_kind *const kinds[] = {
	&attach_uprobe,       &attach_uprobe_multi, &attach_usdt,   &attach_kprobe,
	&attach_kprobe_multi, &attach_tracing,      &attach_raw_tp, &attach_iter,
	&attach_tracepoint,   &attach_samples,      &attach_xdp,    &attach_tc,
	&attach_netkit,       &attach_cgroup,       &attach_netns,  &attach_netfilter,
	&attach_socket,       &attach_none,
};

bool attach_prefix(const char *name, const char *word)
{
	size_t n = strlen(word);

	return !strncmp(name, word, n) && (!name[n] || name[n] == '/');
}

static const struct attach_kind *kind_of(const struct object_program *p)
{
	for (u32 i = 0; p->kind && i < LEN(kinds); i++)
		for (u32 k = 0; kinds[i]->section[k]; k++)
			if (attach_prefix(p->kind->prefix, kinds[i]->section[k]))
				return kinds[i];
	return NULL;
}

bool sys_attaches(const struct object_program *p)
{
	const struct attach_kind *kind = kind_of(p);
	bool inner = kind == &attach_xdp && p->attach != ATTACH_XDP;

	return kind && kind != &attach_none && !inner;
}

struct ob_err *link_hold(struct sys_link *to, int fd)
{
	if (to->n == to->cap) {
		u32 cap = to->cap ? 2 * to->cap : 4;
		int *more = realloc(to->fd, cap * sizeof(*more));

		if (!more) {
			close(fd);
			return err_nomem();
		}
		to->fd = more;
		to->cap = cap;
	}
	to->fd[to->n++] = fd;
	return NULL;
}

struct ob_err *link_where(struct sys_link *to, const char *fmt, ...)
{
	va_list ap;

	free(to->where);
	va_start(ap, fmt);
	if (vasprintf(&to->where, fmt, ap) < 0)
		to->where = NULL;
	va_end(ap);
	return to->where ? NULL : err_nomem();
}

int attach_link(const struct attach *a, u32 target)
{
	union bpf_attr attr = {.link_create = {.prog_fd = (u32)a->prog,
					       .target_fd = target,
					       .attach_type = a->p->attach}};

	return a->door->bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
}

struct ob_err *attach_err(const struct attach *a, int no, const char *fmt, ...)
{
	char what[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return load_err(a->door, no, "%s (%s): %s", a->p->name, a->p->section, what);
}

void sys_link_close(struct sys_link *l)
{
	if (!l)
		return;
	if (l->undo)
		l->undo(l);
	while (l->n)
		close(l->fd[--l->n]);
	free(l->fd);
	free(l->where);
	free(l);
}

struct ob_err *sys_attach(const struct sys_loaded *l, u32 prog, const struct sys_attach_opts *opts,
			  struct sys_link **ret)
{
	const struct object_program *p = &l->object->prog[prog];
	const struct attach a = {l, p, opts, l->door, l->prog[prog]};
	const struct attach_kind *kind = kind_of(p);

	if (!kind)
		return err_hint(err_new(OB_UNSUPPORTED,
					"%s: section %s does not say where to attach "
					"it",
					p->name, p->section),
				"SEC(\"xdp\"), SEC(\"tp/sched/sched_switch\"), "
				"SEC(\"uprobe//bin/bash:readline\") ...");
	struct sys_link *to = calloc(1, sizeof(*to));
	if (!to)
		return err_nomem();
	to->prog = prog;
	to->name = p->name;
	to->how = "link";
	struct ob_err *err = kind->attach(&a, to);
	if (err) {
		sys_link_close(to);
		return err;
	}
	*ret = to;
	return NULL;
}

/* ---- what cannot be attached from here ---- */

static struct ob_err *nowhere(const struct attach *a, struct sys_link *to)
{
	static const struct {
		const char *section, *why;
	} list[] = {
		{"sk_skb", "it belongs to a map of sockets, which a program of its own fills"},
		{"sk_msg", "it belongs to a map of sockets, which a program of its own fills"},
		{"sk_reuseport", "it belongs to a listening socket, which a server opens"},
		{"lwt_in", "it belongs to a route: ip route add ... encap bpf in obj FILE"},
		{"lwt_out", "it belongs to a route: ip route add ... encap bpf out obj FILE"},
		{"lwt_xmit", "it belongs to a route: ip route add ... encap bpf xmit obj FILE"},
		{"lwt_seg6local", "it belongs to a route: ip route add ... action End.BPF"},
		{"lirc_mode2", "it belongs to an infrared receiver: ir-keytable -p FILE"},
		{"struct_ops", "it belongs to a table of functions (struct_ops)"},
		{"freplace", "it replaces a function of another program"},
		{"syscall", "nothing happens that it waits for: run it (onebpf run)"},
		{"xdp/devmap", "it belongs to an entry of a devmap"},
		{"xdp/cpumap", "it belongs to an entry of a cpumap"},
		{"xdp.frags/devmap", "it belongs to an entry of a devmap"},
		{"xdp.frags/cpumap", "it belongs to an entry of a cpumap"},
	};
	const char *why = "there is nothing to attach it to";

	(void)to;
	for (u32 i = 0; i < LEN(list); i++)
		if (attach_prefix(a->p->kind->prefix, list[i].section))
			why = list[i].why;
	return err_new(OB_UNSUPPORTED, "%s (%s) is not attached: %s", a->p->name, a->p->section,
		       why);
}

const struct attach_kind attach_none = {
	(const char *const[]){"sk_skb", "sk_msg", "sk_reuseport", "lwt_in", "lwt_out", "lwt_xmit",
			      "lwt_seg6local", "lirc_mode2", "struct_ops", "struct_ops.s",
			      "freplace", "syscall", NULL},
	nowhere,
};
