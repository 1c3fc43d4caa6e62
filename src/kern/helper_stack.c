/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers that walk the stack of the thread, by its frame pointers. */
#include "kern/call.h"
#include "kern/fault.h"
#include "kern/helper.h"

enum { DEPTH_MAX = 127 }; /* PERF_MAX_STACK_DEPTH */
/* Words of x86-64's struct pt_regs, which kprobes and perf events have as context. */
enum { PT_FP = 4, PT_IP = 16, PT_WORDS = 21 };

bool kern_regs_of(struct run *r, struct kern_regs *ret)
{
	const struct kern_ctx *c = kern_ctx(r);

	if (c && c->regs) {
		*ret = *c->regs;
		return true;
	}
	if (!c || c->ctx_size < PT_WORDS * 8 ||
	    (c->prog->type != BPF_PROG_TYPE_KPROBE && c->prog->type != BPF_PROG_TYPE_PERF_EVENT))
		return false;
	*ret = (struct kern_regs){((const u64 *)c->ctx)[PT_IP], ((const u64 *)c->ctx)[PT_FP]};
	return true;
}

void kern_regs_put(u8 *pt_regs, const struct kern_regs *regs)
{
	memcpy(pt_regs + PT_IP * 8, &regs->ip, 8);
	memcpy(pt_regs + PT_FP * 8, &regs->fp, 8);
}

/* Addresses from the innermost on; 0: nothing is known of the thread. Each frame is
 * the frame above it and the address to return to. */
static u32 walk(struct run *r, u64 ip[DEPTH_MAX], u32 most)
{
	struct kern_regs regs;
	u64 frame[2];
	u32 n = 0;

	if (!kern_regs_of(r, &regs))
		return 0;
	ip[n++] = regs.ip;
	while (n < most && !kern_read(frame, regs.fp, sizeof(frame))) {
		ip[n++] = frame[1];
		regs.fp = frame[0];
	}
	return n;
}

/* The user's stack is all that there is. */
static u32 trace(struct run *r, u64 flags, u64 ip[DEPTH_MAX], u32 want, u64 **from)
{
	u32 skip = flags & BPF_F_SKIP_FIELD_MASK;
	u32 n = flags & BPF_F_USER_STACK ? walk(r, ip, MIN(want + skip, (u32)DEPTH_MAX)) : 0;

	*from = ip + skip;
	return n > skip ? n - skip : 0;
}

/* Linux: context, map, flags */
BPF_HELPER(get_stackid)
{
	const u64 known = BPF_F_SKIP_FIELD_MASK | BPF_F_USER_STACK | BPF_F_FAST_STACK_CMP |
			  BPF_F_REUSE_STACKID;
	struct map *m = kern_map(r, r2);
	u64 ip[DEPTH_MAX], *from;

	if (!m)
		return 0;
	if (r3 & ~known || m->type != BPF_MAP_TYPE_STACK_TRACE)
		return minus(EINVAL);
	u32 n = trace(r, r3, ip, DEPTH_MAX, &from);
	return n ? (u64)map_stack_put(m, from, n, r3) : minus(EFAULT);
}

static void put_one(u8 *to, u32 bytes, u64 ip)
{
	struct bpf_stack_build_id id = {.status = BPF_STACK_BUILD_ID_IP, .ip = ip};

	memcpy(to, bytes == 8 ? (void *)&ip : (void *)&id, bytes);
}

u64 kern_stack_of(struct run *r, u64 to, u32 size, u64 flags)
{
	const u64 known = BPF_F_SKIP_FIELD_MASK | BPF_F_USER_STACK | BPF_F_USER_BUILD_ID;
	u32 one = flags & BPF_F_USER_BUILD_ID ? sizeof(struct bpf_stack_build_id) : 8;
	u64 ip[DEPTH_MAX], *from;

	memset(addr_of(to), 0, size);
	if (flags & ~known || size % one || (one != 8 && !(flags & BPF_F_USER_STACK)))
		return minus(EINVAL);
	u32 n = MIN(trace(r, flags, ip, size / one, &from), size / one);
	for (u32 i = 0; i < n; i++)
		put_one((u8 *)addr_of(to) + i * one, one, from[i]);
	return n || !size ? n * one : minus(EFAULT);
}

/* Linux: context, to, bytes, flags: bytes that were written */
BPF_HELPER(get_stack)
{
	return kern_may(r, r2, size_of(r3), true) ? kern_stack_of(r, r2, size_of(r3), r4) : 0;
}
