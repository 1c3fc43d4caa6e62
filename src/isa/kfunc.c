/* SPDX-License-Identifier: BSD-2-Clause */
/* What kfunc.def says, as a table. */
#include "isa/kfunc.h"

#include "isa/sets.h"

enum { LINUX, HERE };

enum {
	ACQUIRE = KFUNC_ACQUIRE,
	RELEASE = KFUNC_RELEASE,
	MAYBE = KFUNC_MAYBE,
	TRUSTED = KFUNC_TRUSTED,
	RCU = KFUNC_RCU,
	SLEEP = KFUNC_SLEEP,
	NEW = KFUNC_NEW,
	NEXT = KFUNC_NEXT,
	DESTROY = KFUNC_DESTROY,
	LOCKED = KFUNC_LOCKED,
	INSERTS = KFUNC_INSERTS,
	CALLS = KFUNC_CALLS,
};

/* Linux registers functions for a few types, which stand for others as well
 * (bpf_prog_type_to_kfunc_hook). */
enum kfunc_set {
	KFUNC_TRACERS =
		TRACING | TRACEPOINT | PERF_EVENT | RAW_TRACEPOINT | RAW_TRACEPOINT_WRITABLE | LSM,
	KFUNC_CGROUPS = CGROUP_SKB | CGROUP_SOCK | CGROUP_DEVICE | CGROUP_SOCK_ADDR |
			CGROUP_SOCKOPT | CGROUP_SYSCTL | SOCK_OPS,
	KFUNC_GENERIC = KFUNC_TRACERS | SCHED_CLS | XDP | STRUCT_OPS | SYSCALL | KFUNC_CGROUPS,
	KFUNC_SKBS = SOCKET_FILTER | TC | SK_SKB | KFUNC_CGROUPS | LWT | NETFILTER,
};

static const struct kfunc_row rows[] = {
	{0},
#define KFUNC(name, where, who, flags) {"bpf_" #name, where, flags, who},
#include "isa/kfunc.def"
};

enum kfunc kfunc_find(const char *name)
{
	for (u32 i = 1; i < KFUNC_COUNT; i++)
		if (!strcmp(rows[i].name, name))
			return (enum kfunc)i;
	return KFUNC_NONE;
}

const struct kfunc_row *kfunc_row(enum kfunc nr) { return nr ? &rows[nr] : NULL; }
