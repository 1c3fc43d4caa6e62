/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of program types and attach types, as helper.def, prog.def and context.def
 * write them: a type's set is its name, an attach type's has AT_ before it. */
#ifndef ISA_SETS_H
#define ISA_SETS_H

#include "isa/isa.h"

enum prog_set {
#define PROG(nr, id, ...) id = (u64)1 << nr,
#include "isa/prog.def"
	TC = SCHED_CLS | SCHED_ACT,
	LWT = LWT_IN | LWT_OUT | LWT_XMIT | LWT_SEG6LOCAL,
	SKBS = SOCKET_FILTER | TC | CGROUP_SKB | LWT | SK_SKB,
	NET = SKBS | XDP | SOCK_OPS | SK_MSG | CGROUP_SOCK_ADDR | FLOW_DISSECTOR | SK_LOOKUP,
	TRACERS = KPROBE | TRACEPOINT | PERF_EVENT | RAW_TRACEPOINT | RAW_TRACEPOINT_WRITABLE |
		  TRACING | LSM | SYSCALL,
	/* Every type whose rules begin with those that all have; EXT has its target's. */
	ALL = ((u64)1 << PROGTYPE_COUNT) - 1 - UNSPEC - EXT - LIRC_MODE2,
};

enum attach_set {
#define ATTACH(nr, id, name) AT_##id = (u64)1 << nr,
#include "isa/call.def"
	ADDR4 = AT_CGROUP_INET4_BIND | AT_CGROUP_INET4_CONNECT | AT_CGROUP_UDP4_SENDMSG |
		AT_CGROUP_UDP4_RECVMSG | AT_CGROUP_INET4_GETPEERNAME | AT_CGROUP_INET4_GETSOCKNAME,
	ADDR6 = AT_CGROUP_INET6_BIND | AT_CGROUP_INET6_CONNECT | AT_CGROUP_UDP6_SENDMSG |
		AT_CGROUP_UDP6_RECVMSG | AT_CGROUP_INET6_GETPEERNAME | AT_CGROUP_INET6_GETSOCKNAME,
	/* Of CGROUP_SOCK_ADDR: before it happens. */
	MAY_REFUSE = AT_CGROUP_INET4_BIND | AT_CGROUP_INET6_BIND | AT_CGROUP_INET4_CONNECT |
		     AT_CGROUP_INET6_CONNECT | AT_CGROUP_UDP4_SENDMSG | AT_CGROUP_UDP6_SENDMSG |
		     AT_CGROUP_UNIX_CONNECT | AT_CGROUP_UNIX_SENDMSG,
	TRAMPOLINE = AT_TRACE_FENTRY | AT_TRACE_FEXIT | AT_MODIFY_RETURN,
};

#endif
