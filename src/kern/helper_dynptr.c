/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers on dynptrs. */
#include "kern/call.h"
#include "kern/dynptr.h"

/* Linux: memory, its size, flags, dynptr */
BPF_HELPER(dynptr_from_mem)
{
	struct dynptr d = {0};
	s64 err = dynptr_check(size_of(r2));

	if (!kern_may(r, r1, size_of(r2), true) || !kern_may(r, r4, sizeof(d), true))
		return 0;
	if (!err && r3)
		err = -EINVAL;
	if (!err)
		d = dynptr_of(r1, size_of(r2), DYNPTR_LOCAL);
	dynptr_put(r4, &d);
	return (u64)err;
}

struct kern_pkt *dynptr_packet(struct run *r, const struct dynptr *d)
{
	return packet_of(r, d->data, dynptr_kind(d) == DYNPTR_SKB ? PKT_SKB : PKT_XDP);
}

bool dynptr_may_write(const struct run *r)
{
	const struct kern_ctx *c = kern_ctx(r);

	switch (c && c->prog ? c->prog->type : 0) {
	case BPF_PROG_TYPE_SCHED_CLS:
	case BPF_PROG_TYPE_SCHED_ACT:
	case BPF_PROG_TYPE_LWT_XMIT:
	case BPF_PROG_TYPE_SK_SKB:
		return true;
	default:
		return false;
	}
}

/* ---- bytes ---- */

/* The address of n bytes from off on; 0: they are not in it. */
static u64 part(const struct dynptr *d, u64 off, u64 n)
{
	u32 size = dynptr_size(d);

	return off <= size && n <= size - off ? d->data + d->offset + off : 0;
}

s64 dynptr_load(struct run *r, const struct dynptr *d, u64 off, void *to, u32 n)
{
	u64 from = part(d, off, n);

	if (!from)
		return -E2BIG;
	if (!dynptr_is_packet(d)) {
		if (kern_may(r, from, n, false))
			memmove(to, addr_of(from), n);
		return 0;
	}
	const struct kern_pkt *p = dynptr_packet(r, d);
	u64 at = d->offset + off;
	if (!p)
		return 0;
	if (at > p->len || p->len - at < n)
		return dynptr_kind(d) == DYNPTR_SKB ? -EFAULT : -EINVAL;
	memcpy(to, p->data + at, n);
	return 0;
}

s64 dynptr_store(struct run *r, const struct dynptr *d, u64 off, const void *from, u32 n)
{
	u64 to = part(d, off, n);

	if (!to)
		return -E2BIG;
	if (!dynptr_is_packet(d)) {
		if (kern_may(r, to, n, true))
			memmove(addr_of(to), from, n);
		return 0;
	}
	struct kern_pkt *p = dynptr_packet(r, d);
	u64 at = d->offset + off;
	if (!p)
		return 0;
	if (at > p->len || p->len - at < n)
		return dynptr_kind(d) == DYNPTR_SKB ? -EFAULT : -EINVAL;
	memcpy(p->data + at, from, n);
	return 0;
}

/* Linux: to, bytes, dynptr, offset, flags */
BPF_HELPER(dynptr_read)
{
	struct dynptr d;

	if (!dynptr_get(r, r3, &d) || !kern_may(r, r1, size_of(r2), true))
		return 0;
	if (!d.data || r5)
		return minus(EINVAL);
	return (u64)dynptr_load(r, &d, r4, addr_of(r1), size_of(r2));
}

/* Linux: dynptr, offset, from, bytes, flags */
BPF_HELPER(dynptr_write)
{
	struct dynptr d;

	if (!dynptr_get(r, r1, &d) || !kern_may(r, r3, size_of(r4), false))
		return 0;
	if (!d.data || dynptr_rdonly(&d))
		return minus(EINVAL);
	if (!part(&d, r2, size_of(r4)))
		return minus(E2BIG);
	if (dynptr_kind(&d) == DYNPTR_SKB)
		return helper_skb_store_bytes(d.data, d.offset + r2, r3, size_of(r4), r5, r);
	return r5 ? minus(EINVAL) : (u64)dynptr_store(r, &d, r2, addr_of(r3), size_of(r4));
}

/* Linux: dynptr, offset, bytes */
BPF_HELPER(dynptr_data)
{
	struct dynptr d;

	if (!dynptr_get(r, r1, &d) || !d.data || dynptr_rdonly(&d) || dynptr_is_packet(&d))
		return 0;
	return part(&d, r2, r3);
}
