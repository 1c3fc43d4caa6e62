/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets: memory below 4 GB, which is used again; what a program sees of one. */
#include "kern/packet.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

/* A third before the packet, which may grow to both sides. */
enum { SIZE = 4 * PKT_MOST, FIRST = PKT_MOST, SPARE = 16 };
enum { BEHIND = 4096 }; /* zeroed bytes: adjust_room can bring them in */

static void *_Atomic spare[SPARE];

/* ---- memory ---- */

static void *low(void)
{
	void *p = MAP_FAILED;

	for (u32 i = 0; i < SPARE; i++) {
		p = __atomic_exchange_n((void **)&spare[i], NULL, __ATOMIC_ACQ_REL);
		if (p)
			return p;
	}
#ifdef MAP_32BIT
	p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1,
		 0);
#endif
	for (u64 at = 1 << 28; p == MAP_FAILED && at < (u64)UINT32_MAX - SIZE; at += 1 << 24)
		p = mmap((void *)(uintptr_t)at, SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	return p == MAP_FAILED ? NULL : p;
}

struct kern_pkt *packet_create(u8 kind, u32 len, u32 headroom)
{
	struct kern_pkt *p = low();

	if (!p)
		return NULL;
	*p = (struct kern_pkt){.kind = kind,
			       .len = len,
			       .head = len,
			       .headroom = PKT_PAD,
			       .transport = PKT_UNKNOWN};
	u8 *base = (u8 *)p;
	p->data = base + FIRST;
	p->lo = p->data - MIN(headroom, (u32)FIRST - (u32)sizeof(*p));
	p->hi = base + SIZE;
	p->mac = p->network = p->data;
	if (kind == PKT_XDP)
		memset(p->lo, 0, (size_t)(p->data - p->lo));
	memset(p->data + len, 0, BEHIND);
	return p;
}

void packet_destroy(struct kern_pkt *p)
{
	if (!p)
		return;
	packet_end_storages(p);
	for (u32 i = 0; i < SPARE; i++) {
		void *none = NULL;
		if (__atomic_compare_exchange_n((void **)&spare[i], &none, p, false,
						__ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			return;
	}
	munmap(p, SIZE);
}

/* ---- what programs see ---- */

static u32 low32(const u8 *p) { return (u32)(uintptr_t)p; }

static struct region visible(const struct kern_pkt *p)
{
	return (struct region){(u64)(uintptr_t)(p->data - p->meta), p->head + p->meta, true};
}

void packet_loads(const struct kern_pkt *p, struct run *r)
{
	r->pkt = p->data;
	r->pkt_len = p->len;
	r->pkt_layers = p->kind == PKT_SKB;
	if (r->pkt_layers) {
		r->pkt_mac = (s32)packet_offset(p, p->mac);
		r->pkt_net = (s32)packet_offset(p, p->network);
		r->pkt_back = (u32)(p->data - p->lo);
	}
}

void packet_moved(struct kern_pkt *p, struct run *r)
{
	if (p->kind == PKT_XDP) {
		p->xdp.data = low32(p->data);
		p->xdp.data_end = low32(p->data + p->head);
		p->xdp.data_meta = low32(p->data - p->meta);
	} else {
		p->skb.len = p->len;
		p->skb.data = low32(p->data);
		p->skb.data_end = low32(p->data + p->head);
		p->skb.data_meta = low32(p->data - p->meta);
	}
	if (!r)
		return;
	struct kern_ctx *c = kern_ctx(r);
	c->region[1] = visible(p);
	packet_loads(p, r);
}

void packet_enter(struct kern_pkt *p, struct kern_ctx *c)
{
	packet_moved(p, NULL);
	c->pkt = p;
	c->ctx = p->ctx;
	c->ctx_size = p->kind == PKT_XDP ? sizeof(struct xdp_md) : sizeof(p->ctx);
	c->region[1] = visible(p);
	c->region[2] = (struct region){(u64)(uintptr_t)&p->sk, sizeof(p->sk), false};
	c->region[3] = (struct region){(u64)(uintptr_t)&p->keys, sizeof(p->keys), true};
	c->regions = 4;
}

struct kern_pkt *packet_of(struct run *r, u64 ctx, u8 kind)
{
	const struct kern_ctx *c = kern_ctx(r);

	if (likely(c && c->pkt && c->pkt->kind == kind && (u64)(uintptr_t)c->ctx == ctx))
		return c->pkt;
	r->fault = FAULT_READ;
	r->fault_addr = ctx;
	r->fault_size = 1;
	return NULL;
}

/* ---- growing and shrinking ---- */

int packet_pull(struct kern_pkt *p, u32 n)
{
	if (n > p->len)
		return -ENOMEM;
	p->head = MAX(p->head, n);
	return 0;
}

/* All of it, towards the end: to have room before it. */
static int make_room(struct kern_pkt *p, u32 n)
{
	u64 by = FIRST / 2;

	if (n > by || (u64)(p->hi - p->data) < p->len + by)
		return -ENOMEM;
	u8 *from = p->data - p->meta;
	memmove(from + by, from, p->meta + p->len);
	p->data += by;
	p->mac += by;
	p->network += by;
	return 0;
}

/* Offsets move along, also that of a transport header that nobody has set. */
void packet_cow(struct kern_pkt *p, u32 n)
{
	u32 more = p->headroom < n ? (n - p->headroom + PKT_PAD - 1) & ~(PKT_PAD - 1u) : 0;

	p->headroom += more;
	p->transport = (u16)(p->transport + more);
}

int packet_push(struct kern_pkt *p, u32 n)
{
	if ((u64)(p->data - p->lo) < n && make_room(p, n))
		return -ENOMEM;
	p->data -= n;
	p->head += n;
	p->len += n;
	p->headroom -= n;
	return 0;
}

void packet_pop(struct kern_pkt *p, u32 n)
{
	p->data += n;
	p->head -= n;
	p->len -= n;
	p->headroom += n;
}

/* ---- sums ---- */

u32 sum_add(u32 a, u32 b)
{
	u64 sum = (u64)a + b;

	return (u32)sum + (u32)(sum >> 32);
}

u16 sum_fold(u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (u16)~sum;
}

/* By 8 bytes: Linux's sums are the same also before they are folded. */
u32 sum_bytes(const u8 *p, u32 n, u32 sum)
{
	u64 all = sum;

	for (; n; p += MIN(n, 8u), n -= MIN(n, 8u)) {
		u64 word = 0;
		memcpy(&word, p, MIN(n, 8u));
		all += word;
		all += all < word;
	}
	return sum_add((u32)(all >> 32), (u32)all);
}

/* csum_block_add: at an odd place the bytes of a word are the other way round. */
static u32 part(const u8 *from, u32 n, u32 place)
{
	u32 sum = sum_bytes(from, n, 0);

	return place & 1 ? sum >> 8 | sum << 24 : sum;
}

void packet_sum_pull(struct kern_pkt *p, const u8 *from, u32 n, u32 place)
{
	if (p->ip_summed == SUM_COMPLETE)
		p->csum = sum_sub(p->csum, part(from, n, place));
}

void packet_sum_push(struct kern_pkt *p, const u8 *from, u32 n, u32 place)
{
	if (p->ip_summed == SUM_COMPLETE)
		p->csum = sum_add(p->csum, part(from, n, place));
}
