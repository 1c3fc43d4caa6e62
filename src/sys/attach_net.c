/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs of packets: at an interface (xdp, tc, netkit), on a socket of its packets, in
 * a network namespace (sk_lookup, flow_dissector, netfilter). */
#include "sys/attach.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/netfilter.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- interfaces ---- */

static struct ob_err *interface(const struct attach *a, u32 *ret)
{
	const char *name = a->opts->interface;

	if (!name)
		return err_hint(
			err_new(OB_NAME, "%s (%s): to which interface?", a->p->name, a->p->section),
			"--interface NAME; they are: onebpf dump -D");
	*ret = if_nametoindex(name);
	if (!*ret)
		return err_hint(err_new(OB_NAME, "there is no interface %s", name),
				"they are: onebpf dump -D");
	return NULL;
}

/* A kernel that has no links of that kind says so in one of these ways. */
static bool no_such_link(int no) { return no == -EINVAL || no == -EOPNOTSUPP; }

static struct ob_err *linked(const struct attach *a, int fd, u32 kind, struct sys_link *to,
			     const char *where)
{
	struct ob_err *err = link_hold(to, fd);

	(void)a;
	to->kind = kind;
	return err ? err : link_where(to, "%s", where);
}

static void undo_xdp(struct sys_link *l) { netlink_xdp(l->own.ifindex, -1, l->own.attach); }

static struct ob_err *xdp(const struct attach *a, struct sys_link *to)
{
	u32 ifindex = 0;
	char where[64];
	struct ob_err *err;

	if (a->p->attach != ATTACH_XDP)
		return attach_none.attach(a, to);
	err = interface(a, &ifindex);
	if (err)
		return err;
	snprintf(where, sizeof(where), "interface %s", a->opts->interface);
	int fd = attach_link(a, ifindex);
	if (fd >= 0)
		return linked(a, fd, BPF_LINK_TYPE_XDP, to, where);
	int no = no_such_link(fd) && !a->door->own
			 ? netlink_xdp(ifindex, a->prog, XDP_FLAGS_UPDATE_IF_NOEXIST)
			 : fd;
	if (no == -EBUSY || no == -EEXIST)
		return err_hint(attach_err(a, no, "%s has a program already", a->opts->interface),
				"ip link set %s xdp off", a->opts->interface);
	if (no < 0)
		return attach_err(a, no, "cannot attach to %s", a->opts->interface);
	to->how = "netlink";
	to->own.ifindex = ifindex;
	to->undo = undo_xdp;
	return link_where(to, "%s", where);
}

const struct attach_kind attach_xdp = {
	(const char *const[]){"xdp", "xdp.frags", "xdp/devmap", "xdp/cpumap", "xdp.frags/devmap",
			      "xdp.frags/cpumap", NULL},
	xdp,
};

static void undo_tc(struct sys_link *l)
{
	netlink_filter_remove(l->own.ifindex, l->own.attach, l->own.handle);
}

static struct ob_err *by_clsact(const struct attach *a, u32 ifindex, bool egress,
				struct sys_link *to)
{
	int no = netlink_clsact(ifindex);

	if (no >= 0)
		no = netlink_filter(ifindex, egress, a->prog, a->p->name, &to->own.handle);
	if (no == -ENOENT || no == -EOPNOTSUPP)
		return err_hint(attach_err(a, no, "cannot attach to %s", a->opts->interface),
				"a kernel with CONFIG_NET_CLS_BPF and CONFIG_NET_SCH_INGRESS, or "
				"since Linux 6.6 with CONFIG_NET_XGRESS");
	if (no < 0)
		return attach_err(a, no, "cannot attach to %s", a->opts->interface);
	to->how = "netlink";
	to->own.ifindex = ifindex;
	to->own.attach = egress;
	to->undo = undo_tc;
	return NULL;
}

static struct ob_err *tc(const struct attach *a, struct sys_link *to)
{
	bool egress = a->p->attach == ATTACH_TCX_EGRESS || strstr(a->p->section, "egress");
	u32 ifindex = 0;
	char where[64];
	struct ob_err *err = interface(a, &ifindex);

	if (err)
		return err;
	if (a->p->type == PROGTYPE_SCHED_ACT)
		return err_new(OB_UNSUPPORTED,
			       "%s (%s) is not attached: an action belongs to a filter (tc action)",
			       a->p->name, a->p->section);
	snprintf(where, sizeof(where), "interface %s, %s", a->opts->interface,
		 egress ? "egress" : "ingress");
	union bpf_attr attr = {
		.link_create = {.prog_fd = (u32)a->prog,
				.target_fd = ifindex,
				.attach_type = egress ? ATTACH_TCX_EGRESS : ATTACH_TCX_INGRESS}};
	int fd = a->door->bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
	if (fd >= 0)
		return linked(a, fd, BPFLINK_TCX, to, where);
	if (!no_such_link(fd) || a->door->own)
		return attach_err(a, fd, "cannot attach to %s", a->opts->interface);
	err = by_clsact(a, ifindex, egress, to);
	return err ? err : link_where(to, "%s", where);
}

const struct attach_kind attach_tc = {
	(const char *const[]){"tc", "tcx", "classifier", "action", NULL}, tc};

static struct ob_err *netkit(const struct attach *a, struct sys_link *to)
{
	u32 ifindex = 0;
	struct ob_err *err = interface(a, &ifindex);

	if (err)
		return err;
	int fd = attach_link(a, ifindex);
	if (fd < 0)
		return attach_err(a, fd, "cannot attach to %s", a->opts->interface);
	return linked(a, fd, BPFLINK_NETKIT, to, a->opts->interface);
}

const struct attach_kind attach_netkit = {(const char *const[]){"netkit", NULL}, netkit};

/* ---- a socket of its own, which receives the interface's packets ---- */

static struct ob_err *socket_filter(const struct attach *a, struct sys_link *to)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	u32 ifindex = 0;

	if (a->door->own)
		return err_hint(err_new(OB_UNSUPPORTED,
					"%s (%s): a socket takes no program of a world of our own",
					a->p->name, a->p->section),
				"run it (onebpf run), or attach it in the kernel (--kernel)");
	struct ob_err *err = interface(a, &ifindex);
	if (err)
		return err;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_hint(attach_err(a, -errno, "cannot open a packet socket"),
				"be root, or have CAP_NET_RAW");
	at.sll_ifindex = (int)ifindex;
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &a->prog, sizeof(a->prog)) ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at))) {
		int why = errno;

		close(fd);
		return attach_err(a, -why, "cannot attach to a socket on %s", a->opts->interface);
	}
	to->how = "socket";
	err = link_hold(to, fd);
	return err ? err : link_where(to, "a socket on %s", a->opts->interface);
}

const struct attach_kind attach_socket = {(const char *const[]){"socket", NULL}, socket_filter};

/* ---- network namespaces ---- */

static struct ob_err *netns(const struct attach *a, struct sys_link *to)
{
	char path[64];

	snprintf(path, sizeof(path), a->opts->pid ? "/proc/%d/ns/net" : "/proc/self/ns/net",
		 (int)a->opts->pid);
	int ns = open(path, O_RDONLY | O_CLOEXEC);
	if (ns < 0)
		return attach_err(a, -errno, "cannot open %s", path);
	int fd = attach_link(a, (u32)ns);
	close(ns);
	if (fd == -EEXIST)
		return attach_err(a, fd, "the network namespace has such a program already");
	if (fd < 0)
		return attach_err(a, fd, "cannot attach to the network namespace");
	return linked(a, fd, BPF_LINK_TYPE_NETNS, to,
		      a->opts->pid ? path : "this network namespace");
}

const struct attach_kind attach_netns = {(const char *const[]){"sk_lookup", "flow_dissector", NULL},
					 netns};

/* "ipv4:input:0": family, hook, priority */
static struct ob_err *read_hook(const char *text, union bpfattr *to)
{
	static const char *const hooks[] = {"prerouting", "input", "forward", "output",
					    "postrouting"};
	char family[8], hook[16];
	int priority = 0, n = sscanf(text, "%7[^:]:%15[^:]:%d", family, hook, &priority);
	bool six = n >= 1 && !strcmp(family, "ipv6");

	for (u32 i = 0; n >= 2 && i < LEN(hooks); i++)
		if (!strcmp(hook, hooks[i]) && (six || !strcmp(family, "ipv4"))) {
			to->link.netfilter.pf = six ? NFPROTO_IPV6 : NFPROTO_IPV4;
			to->link.netfilter.hooknum = i;
			to->link.netfilter.priority = priority ? priority : -128;
			return NULL;
		}
	return err_hint(err_new(OB_SYNTAX, "\"%s\" is no hook of netfilter", text),
			"FAMILY:HOOK[:PRIORITY], ipv4 or ipv6, prerouting, input, forward, output "
			"or postrouting");
}

static struct ob_err *netfilter(const struct attach *a, struct sys_link *to)
{
	const char *hook = a->opts->hook ? a->opts->hook : "ipv4:input";
	union bpfattr attr = {.link = {.prog_fd = (u32)a->prog, .attach_type = ATTACH_NETFILTER}};
	struct ob_err *err = read_hook(hook, &attr);

	if (err)
		return err;
	int fd = a->door->bpf(BPF_LINK_CREATE, &attr.a, sizeof(attr.link));
	if (fd == -EINVAL || fd == -EOPNOTSUPP)
		return err_hint(attach_err(a, fd, "cannot attach to netfilter"),
				"Linux 6.4, with CONFIG_NETFILTER_BPF_LINK");
	if (fd < 0)
		return attach_err(a, fd, "cannot attach to netfilter, %s", hook);
	return linked(a, fd, BPFLINK_NETFILTER, to, hook);
}

const struct attach_kind attach_netfilter = {(const char *const[]){"netfilter", NULL}, netfilter};
