/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may do what: the rights that bpf() asks for, as the process has them in its
 * world. kernel/bpf/syscall.c says which. */
#include "kern/call.h"

static u64 effective = ~(u64)0; /* atomic */

void kern_rights_set(u64 caps) { __atomic_store_n(&effective, caps, __ATOMIC_RELAXED); }

bool kern_capable(u32 cap)
{
	u64 have = __atomic_load_n(&effective, __ATOMIC_RELAXED);

	return have >> cap & 1 || have >> CAP_SYS_ADMIN & 1;
}

/* May one without CAP_BPF make maps and programs in this world? */
static bool may_make(void) { return kern_capable(CAP_BPF) || !world()->page->unprivileged_off; }

u32 kern_unprivileged_off(void)
{
	const struct world *w = world();

	return w ? w->page->unprivileged_off : 0;
}

#define M(name) (1ull << MAPTYPE_##name)
#define P(name) (1ull << PROGTYPE_##name)

bool call_may_make_map(u32 type)
{
	static const u64 bpf =
		M(SK_STORAGE) | M(INODE_STORAGE) | M(TASK_STORAGE) | M(CGRP_STORAGE) |
		M(BLOOM_FILTER) | M(LPM_TRIE) | M(REUSEPORT_SOCKARRAY) | M(STACK_TRACE) | M(QUEUE) |
		M(STACK) | M(LRU_HASH) | M(LRU_PERCPU_HASH) | M(STRUCT_OPS) | M(CPUMAP) | M(ARENA);
	static const u64 net = M(SOCKMAP) | M(SOCKHASH) | M(DEVMAP) | M(DEVMAP_HASH) | M(XSKMAP);

	return may_make() && (!(bpf & type_bit(type)) || kern_capable(CAP_BPF)) &&
	       (!(net & type_bit(type)) || kern_capable(CAP_NET_ADMIN));
}

bool call_may_load(u32 type)
{
	static const u64 anyone = P(SOCKET_FILTER) | P(CGROUP_SKB);
	static const u64 net = P(SCHED_CLS) | P(SCHED_ACT) | P(XDP) | P(LWT_IN) | P(LWT_OUT) |
			       P(LWT_XMIT) | P(LWT_SEG6LOCAL) | P(SK_SKB) | P(SK_MSG) |
			       P(LIRC_MODE2) | P(FLOW_DISSECTOR) | P(CGROUP_DEVICE) |
			       P(CGROUP_SOCK) | P(CGROUP_SOCK_ADDR) | P(CGROUP_SOCKOPT) |
			       P(CGROUP_SYSCTL) | P(SOCK_OPS) | P(EXT) | P(NETFILTER);
	static const u64 perfmon = P(KPROBE) | P(TRACEPOINT) | P(PERF_EVENT) | P(RAW_TRACEPOINT) |
				   P(RAW_TRACEPOINT_WRITABLE) | P(TRACING) | P(LSM) |
				   P(STRUCT_OPS) | P(EXT);

	return may_make() && (anyone & type_bit(type) || kern_capable(CAP_BPF)) &&
	       (!(net & type_bit(type)) || kern_capable(CAP_NET_ADMIN)) &&
	       (!(perfmon & type_bit(type)) || kern_capable(CAP_PERFMON));
}
