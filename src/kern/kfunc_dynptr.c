/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions of the kernel on dynptrs. */
#include "kern/dynptr.h"
#include "kern/kfunc.h"

static u64 from_packet(struct run *r, u64 ctx, u64 flags, u64 to, u32 kind)
{
	const struct kern_pkt *p = packet_of(r, ctx, kind == DYNPTR_SKB ? PKT_SKB : PKT_XDP);
	struct dynptr d = {0};

	if (!p || !kern_may(r, to, sizeof(d), true))
		return 0;
	if (!flags) {
		d = dynptr_of(ctx, p->len, kind);
		if (kind == DYNPTR_SKB && !dynptr_may_write(r))
			d.size |= DYNPTR_RDONLY;
	}
	dynptr_put(to, &d);
	return flags ? minus(EINVAL) : 0;
}

BPF_KFUNC(dynptr_from_skb) { return from_packet(r, r1, r2, r3, DYNPTR_SKB); }
BPF_KFUNC(dynptr_from_xdp) { return from_packet(r, r1, r2, r3, DYNPTR_XDP); }

/* ---- parts ---- */

/* Of a packet: where it is, if it is in one piece, or a copy in the program's buffer. */
static u64 part_of_packet(struct run *r, const struct dynptr *d, u64 at, u64 buffer, u32 n)
{
	const struct kern_pkt *p = dynptr_packet(r, d);

	if (!p || at > p->len || p->len - at < n)
		return 0;
	if (at + n <= p->head)
		return reg_of(p->data + at);
	if (!buffer || !kern_may(r, buffer, n, true))
		return 0;
	memcpy(addr_of(buffer), p->data + at, n);
	return buffer;
}

static u64 slice(struct run *r, const struct dynptr *d, u64 off, u64 buffer, u32 n)
{
	u32 size = dynptr_size(d);

	if (!d->data || off > size || size - off < n)
		return 0;
	if (dynptr_is_packet(d))
		return part_of_packet(r, d, d->offset + off, buffer, n);
	return d->data + d->offset + off;
}

/* Linux: dynptr, offset, buffer or NULL, its size */
BPF_KFUNC(dynptr_slice)
{
	struct dynptr d;

	return dynptr_get(r, r1, &d) ? slice(r, &d, (u32)r2, r3, (u32)r4) : 0;
}

/* What is not in one piece is not given at all: the program could change the copy behind
 * the verifier's back. */
BPF_KFUNC(dynptr_slice_rdwr)
{
	struct dynptr d;

	if (!dynptr_get(r, r1, &d) || dynptr_rdonly(&d))
		return 0;
	return slice(r, &d, (u32)r2, 0, (u32)r4);
}

/* ---- the dynptr itself ---- */

/* Linux: dynptr, first byte, byte behind the last */
BPF_KFUNC(dynptr_adjust)
{
	struct dynptr d;
	u32 from = (u32)r2, to = (u32)r3;

	if (!dynptr_get(r, r1, &d))
		return 0;
	if (!d.data || from > to)
		return minus(EINVAL);
	if (to > dynptr_size(&d))
		return minus(ERANGE);
	d.offset += from;
	d.size = (d.size & ~(u32)DYNPTR_SIZE_MAX) | (to - from);
	if (kern_may(r, r1, sizeof(d), true))
		dynptr_put(r1, &d);
	return 0;
}

BPF_KFUNC(dynptr_is_null)
{
	struct dynptr d;

	return dynptr_get(r, r1, &d) && !d.data;
}

BPF_KFUNC(dynptr_is_rdonly)
{
	struct dynptr d;

	return dynptr_get(r, r1, &d) && d.data && dynptr_rdonly(&d);
}

BPF_KFUNC(dynptr_size)
{
	struct dynptr d;

	if (!dynptr_get(r, r1, &d))
		return 0;
	return d.data ? dynptr_size(&d) : (u32)-EINVAL;
}

BPF_KFUNC(dynptr_clone)
{
	struct dynptr d;

	if (!dynptr_get(r, r1, &d) || !kern_may(r, r2, sizeof(d), true))
		return 0;
	dynptr_put(r2, d.data ? &d : &(struct dynptr){0});
	return d.data ? 0 : minus(EINVAL);
}

/* ---- bytes ---- */

static bool covers(const struct dynptr *d, u32 off, u32 n)
{
	u32 size = dynptr_size(d);

	return off <= size && size - off >= n;
}

/* Linux: to, offset, from, offset, bytes */
BPF_KFUNC(dynptr_copy)
{
	struct dynptr to, from;
	u32 at = (u32)r2, off = (u32)r4, n = (u32)r5;
	u8 some[256];

	if (!dynptr_get(r, r1, &to) || !dynptr_get(r, r3, &from))
		return 0;
	u64 a = slice(r, &from, off, 0, n), b = dynptr_rdonly(&to) ? 0 : slice(r, &to, at, 0, n);
	if (a && b) {
		if (kern_may(r, a, n, false) && kern_may(r, b, n, true))
			memmove(addr_of(b), addr_of(a), n);
		return 0;
	}
	if (!to.data || !from.data || dynptr_rdonly(&to))
		return minus(EINVAL);
	if (!covers(&to, at, n) || !covers(&from, off, n))
		return minus(E2BIG);
	for (u32 done = 0, now; done < n; done += now) {
		now = MIN(n - done, (u32)sizeof(some));
		s64 err = dynptr_load(r, &from, off + done, some, now);
		if (!err)
			err = dynptr_store(r, &to, at + done, some, now);
		if (err || r->fault)
			return (u64)err;
	}
	return 0;
}

/* Linux: dynptr, offset, bytes, what they become */
BPF_KFUNC(dynptr_memset)
{
	struct dynptr d;
	u32 at = (u32)r2, n = (u32)r3;
	u8 some[256];

	if (!dynptr_get(r, r1, &d))
		return 0;
	if (!d.data || dynptr_rdonly(&d))
		return minus(EINVAL);
	if (!covers(&d, at, n))
		return minus(E2BIG);
	memset(some, (int)(u8)r4, sizeof(some));
	for (u32 done = 0, now; done < n; done += now) {
		now = MIN(n - done, (u32)sizeof(some));
		s64 err = dynptr_store(r, &d, at + done, some, now);
		if (err || r->fault)
			return (u64)err;
	}
	return 0;
}
