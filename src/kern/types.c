/* SPDX-License-Identifier: BSD-2-Clause */
/* Which programs may say where they attach, and what they may call. */
#include "kern/call.h"

bool kern_prog_type_known(u32 type) { return type && type < PROGTYPE_COUNT; }

/* bpf_prog_load_check_attach: types that must say it, and what they may say. */
bool kern_attach_fits(u32 type, u32 attach)
{
	switch (type) {
	case BPF_PROG_TYPE_CGROUP_SOCK:
		return attach == BPF_CGROUP_INET_SOCK_CREATE ||
		       attach == BPF_CGROUP_INET_SOCK_RELEASE ||
		       attach == BPF_CGROUP_INET4_POST_BIND || attach == BPF_CGROUP_INET6_POST_BIND;
	case BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
		switch (attach) {
		case BPF_CGROUP_INET4_BIND:
		case BPF_CGROUP_INET6_BIND:
		case BPF_CGROUP_INET4_CONNECT:
		case BPF_CGROUP_INET6_CONNECT:
		case BPF_CGROUP_INET4_GETPEERNAME:
		case BPF_CGROUP_INET6_GETPEERNAME:
		case BPF_CGROUP_INET4_GETSOCKNAME:
		case BPF_CGROUP_INET6_GETSOCKNAME:
		case BPF_CGROUP_UDP4_SENDMSG:
		case BPF_CGROUP_UDP6_SENDMSG:
		case BPF_CGROUP_UDP4_RECVMSG:
		case BPF_CGROUP_UDP6_RECVMSG:
		case ATTACH_CGROUP_UNIX_CONNECT ... ATTACH_CGROUP_UNIX_GETSOCKNAME:
			return true;
		}
		return false;
	case BPF_PROG_TYPE_CGROUP_SKB:
		return attach == BPF_CGROUP_INET_INGRESS || attach == BPF_CGROUP_INET_EGRESS;
	case BPF_PROG_TYPE_CGROUP_SOCKOPT:
		return attach == BPF_CGROUP_SETSOCKOPT || attach == BPF_CGROUP_GETSOCKOPT;
	case BPF_PROG_TYPE_SK_LOOKUP:
		return attach == BPF_SK_LOOKUP;
	case BPF_PROG_TYPE_SK_REUSEPORT:
		return attach == BPF_SK_REUSEPORT_SELECT ||
		       attach == BPF_SK_REUSEPORT_SELECT_OR_MIGRATE;
	case BPF_PROG_TYPE_SYSCALL:
	case BPF_PROG_TYPE_EXT:
		return !attach;
	case PROGTYPE_NETFILTER:
		return attach == ATTACH_NETFILTER;
	}
	return true;
}

void kern_helper_name(u32 id, char name[64])
{
	const struct helper_row *row = helper_row(id);

	snprintf(name, 64, "%s%s", row ? "bpf_" : "", row ? row->name : "unknown");
}

bool kern_helper_allowed(u32 type, u32 attach, bool gpl, u32 id, char *why, size_t n)
{
	char name[64];
	const struct helper_row *row = helper_for(id, type, attach);

	kern_helper_name(id, name);
	if (!helper_row(id))
		snprintf(why, n, "invalid func %s#%d", name, (int)id);
	else if (!row)
		snprintf(why, n, "program of this type cannot use helper %s#%d", name, (int)id);
	else if ((row->flags & HELPER_GPL) && !gpl)
		snprintf(why, n,
			 "cannot call GPL-restricted function from non-GPL compatible program");
	else
		return true;
	return false;
}
