/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers on the packet of a struct xdp_md. net/core/filter.c says what each
 * answers. */
#include "kern/packet.h"

#include <errno.h>

enum { FRAME = 40, META_MOST = 255 }; /* of headroom is Linux's; a byte tells the length */

static u64 answer(struct kern_pkt *p, int err, struct run *r)
{
	packet_moved(p, r);
	return (u64)(s64)err;
}

u64 helper_xdp_adjust_head(u64 ctx, u64 by, u64 r3, u64 r4, u64 r5, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_XDP);
	s32 n = (s32)by;

	(void)r3, (void)r4, (void)r5;
	if (!p)
		return 0;
	s64 room = p->data - p->lo - FRAME - p->meta;
	if (n < -room || n > (s64)p->head - ETH_HLEN)
		return (u64)-EINVAL;
	u8 *meta = p->data - p->meta;
	memmove(meta + n, meta, p->meta);
	p->data += n;
	p->head -= (u32)n;
	p->len -= (u32)n;
	return answer(p, 0, r);
}

u64 helper_xdp_adjust_meta(u64 ctx, u64 by, u64 r3, u64 r4, u64 r5, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_XDP);

	(void)r3, (void)r4, (void)r5;
	if (!p)
		return 0;
	s64 meta = (s64)p->meta - (s32)by;
	if (meta < 0 || meta > p->data - p->lo - FRAME)
		return (u64)-EINVAL;
	if (meta % 4 || meta > META_MOST)
		return (u64)-EACCES;
	p->meta = (u32)meta;
	return answer(p, 0, r);
}

/* bpf_xdp_frags_increase_tail, _shrink_tail: of the pieces behind the first. */
static int adjust_pieces(struct kern_pkt *p, s64 n)
{
	u32 rest = p->len - p->head, last = rest % p->piece ? rest % p->piece : p->piece;

	if (n == INT32_MIN) /* in 32 bits its negative is itself */
		return 0;
	if (n >= 0) {
		if (n > p->piece - last)
			return -EINVAL;
		memset(p->data + p->len, 0, (size_t)n);
	} else if (-n > (s64)p->len - ETH_HLEN) {
		return -EINVAL;
	}
	p->len = (u32)(p->len + n);
	p->head = MIN(p->head, p->len);
	return 0;
}

static int adjust_tail(struct kern_pkt *p, s64 n)
{
	if (p->len > p->head)
		return adjust_pieces(p, n);
	if (n > p->hi - (p->data + p->head) || p->head + n < ETH_HLEN)
		return -EINVAL;
	if (n > 0)
		memset(p->data + p->head, 0, (size_t)n);
	p->head = p->len = (u32)(p->head + n);
	return 0;
}

u64 helper_xdp_adjust_tail(u64 ctx, u64 by, u64 r3, u64 r4, u64 r5, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_XDP);

	(void)r3, (void)r4, (void)r5;
	return p ? answer(p, adjust_tail(p, (s32)by), r) : 0;
}

u64 helper_xdp_get_buff_len(u64 ctx, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	const struct kern_pkt *p = packet_of(r, ctx, PKT_XDP);

	(void)r2, (void)r3, (void)r4, (void)r5;
	return p ? p->len : 0;
}

/* bpf_xdp_pointer */
static int find(const struct kern_pkt *p, u32 off, u32 n)
{
	if (off > 0xffff || n > 0xffff)
		return -EFAULT;
	return off + n > p->len ? -EINVAL : 0;
}

u64 helper_xdp_load_bytes(u64 ctx, u64 off, u64 to, u64 n, u64 r5, struct run *r)
{
	const struct kern_pkt *p = packet_of(r, ctx, PKT_XDP);

	(void)r5;
	n = (u32)n;
	off = (u32)off;
	if (!p || !kern_may(r, to, n, true))
		return 0;
	int err = find(p, (u32)off, (u32)n);
	if (!err)
		memmove((void *)(uintptr_t)to, p->data + off, n);
	return (u64)(s64)err;
}

u64 helper_xdp_store_bytes(u64 ctx, u64 off, u64 from, u64 n, u64 r5, struct run *r)
{
	struct kern_pkt *p = packet_of(r, ctx, PKT_XDP);

	(void)r5;
	n = (u32)n;
	off = (u32)off;
	if (!p || !kern_may(r, from, n, false))
		return 0;
	int err = find(p, (u32)off, (u32)n);
	if (!err)
		memmove(p->data + off, (const void *)(uintptr_t)from, n);
	return (u64)(s64)err;
}

/* Linux: map, key, flags. No map of a world's has a socket or device: what the flags say
 * is to be done then. */
BPF_HELPER(redirect_map)
{
	return !kern_map(r, r1) || r3 & ~(u64)(XDP_PASS | XDP_TX | XDP_DROP) ? XDP_ABORTED : r3;
}
