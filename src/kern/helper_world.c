/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers that tell a program of our world how it is attached, and let it make the
 * call itself. */
#include "kern/call.h"
#include "kern/helper.h"

#include <unistd.h>

BPF_HELPER(get_attach_cookie)
{
	const struct kern_ctx *c = kern_ctx(r);

	return c ? c->cookie : 0;
}

BPF_HELPER(get_func_ip)
{
	const struct kern_ctx *c = kern_ctx(r);

	return c ? c->func_ip : 0;
}

/* ---- a traced function: its arguments are the context, its result is behind ---- */

static u32 args_of(const struct run *r)
{
	const struct kern_ctx *c = kern_ctx(r);

	return c ? c->args : 0;
}

/* Linux: context, number, to */
BPF_HELPER(get_func_arg)
{
	if (!kern_may(r, r3, 8, true))
		return 0;
	if ((u32)r2 >= args_of(r))
		return minus(EINVAL);
	memcpy(addr_of(r3), (const u64 *)kern_ctx(r)->ctx + (u32)r2, 8);
	return 0;
}

/* Linux: context, to */
BPF_HELPER(get_func_ret)
{
	const struct kern_ctx *c = kern_ctx(r);

	if (!kern_may(r, r2, 8, true))
		return 0;
	if (!c || (c->prog->attach != BPF_TRACE_FEXIT && c->prog->attach != BPF_MODIFY_RETURN))
		return minus(EOPNOTSUPP);
	memcpy(addr_of(r2), (const u64 *)c->ctx + c->args, 8);
	return 0;
}

BPF_HELPER(get_func_arg_cnt) { return args_of(r); }

/* No processor tells a process where it branched. */
BPF_HELPER(get_branch_snapshot)
{
	if (!kern_may(r, r1, size_of(r2), true))
		return 0;
	return minus(r3 ? EINVAL : ENOENT);
}

/* ---- cgroup programs: the result of the whole ---- */

BPF_HELPER(get_retval)
{
	const struct kern_ctx *c = kern_ctx(r);

	return c ? (u64)(s64)c->retval : 0;
}

BPF_HELPER(set_retval)
{
	struct kern_ctx *c = kern_ctx(r);

	if (c)
		c->retval = (s32)r1;
	return 0;
}

/* ---- syscall programs ---- */

static bool may_call(u32 cmd)
{
	switch (cmd) {
	case BPF_MAP_CREATE:
	case BPF_MAP_DELETE_ELEM:
	case BPF_MAP_UPDATE_ELEM:
	case BPF_MAP_FREEZE:
	case BPF_MAP_GET_FD_BY_ID:
	case BPF_PROG_LOAD:
	case BPF_BTF_LOAD:
	case BPF_LINK_CREATE:
	case BPF_RAW_TRACEPOINT_OPEN:
		return true;
	}
	return false;
}

/* Linux: command, attr, its size */
BPF_HELPER(sys_bpf)
{
	if (!kern_may(r, r2, size_of(r3), true))
		return 0;
	if (!may_call((u32)r1))
		return minus(EINVAL);
	return kern_ctx(r) ? (u64)(s64)kern_bpf((int)r1, addr_of(r2), size_of(r3)) : minus(EPERM);
}

BPF_HELPER(sys_close)
{
	if (!kern_ctx(r))
		return minus(EPERM);
	return close((int)r1) ? minus(errno) : 0;
}

/* A process has no kernel's symbols. Linux: name, its size with the 0, flags, to */
BPF_HELPER(kallsyms_lookup_name)
{
	u32 size = size_of(r2);

	if (!kern_may(r, r1, size, false) || !kern_may(r, r4, 8, true))
		return 0;
	if (r3 || size <= 1 || ((const char *)addr_of(r1))[size - 1])
		return minus(EINVAL);
	memset(addr_of(r4), 0, 8);
	return minus(ENOENT);
}
