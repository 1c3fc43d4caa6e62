/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs, packets and contexts for BPF_PROG_TEST_RUN, made at random so that the
 * kernel's verifier takes them. */
#ifndef TEST_KERN_TRIAL_H
#define TEST_KERN_TRIAL_H

#include "isa/bpf.h"
#include "isa/isa.h"

enum { CODE_MOST = 2048, DATA_MOST = 80 << 10 };

struct code {
	struct ob_ebpf v[CODE_MOST];
	u32 n;
	u32 type, attach;
};

static u64 seed;
static inline u64 any(void) { return hash_u64(seed += 0x9e3779b97f4a7c15); }
static inline u32 below(u32 n) { return (u32)(any() >> 33) % n; }
static inline bool one_in(u32 n) { return !below(n); }

/* ---- code: r6 the context, r7 what was seen so far, a buffer on the stack ---- */

enum { BUFFER = 64 };

static inline void put(struct code *c, u8 op, u8 dst, u8 src, s32 off, s32 imm)
{
	if (c->n < CODE_MOST)
		c->v[c->n++] = (struct ob_ebpf){
			.code = op, .dst = dst, .src = src, .off = (s16)off, .imm = imm};
}

static inline void put_imm64(struct code *c, u8 dst, u64 v)
{
	put(c, 0x18, dst, 0, 0, (s32)v);
	put(c, 0, 0, 0, 0, (s32)(v >> 32));
}

/* r7 = r7 * 31 + r0 */
static inline void see(struct code *c)
{
	put(c, 0x27, 7, 0, 0, 31);
	put(c, 0x0f, 7, 0, 0, 0);
}

static inline void see_buffer(struct code *c)
{
	for (s32 at = -BUFFER; at < 0; at += 8) {
		put(c, 0x79, 0, 10, at, 0);
		see(c);
	}
}

static inline void fill_buffer(struct code *c)
{
	for (s32 at = -BUFFER; at < 0; at += 8) {
		put_imm64(c, 0, any());
		put(c, 0x7b, 10, 0, at, 0);
	}
}

static inline void begin(struct code *c)
{
	put(c, 0xbf, 6, 1, 0, 0);
	put(c, 0xb7, 7, 0, 0, 0);
	fill_buffer(c);
}

/* A number near what is looked at: lengths, offsets of headers, edges. */
static inline s64 near_number(void)
{
	static const s64 edges[] = {
		0,     1,  2,  4,   6,   10,  12,   13,   14,   16,   18,   20,        24,
		34,    38, 40, 54,  60,  64,  100,  255,  1500, 3712, 4095, 16064,     65535,
		65536, -1, -4, -14, -20, -40, -256, -212, -216, -217, -220, INT32_MAX, INT32_MIN};

	if (one_in(3))
		return edges[below(LEN(edges))];
	if (one_in(8))
		return (s32)any();
	return (s64)below(80) - (one_in(3) ? 40 : 0);
}

static inline u64 flag_number(const u64 *flags, u32 n)
{
	u64 v = 0;

	for (u32 i = below(4); i; i--)
		v |= flags[below(n)];
	if (one_in(30))
		v |= (u64)1 << below(64);
	return v;
}

/* ---- the context ---- */

static inline bool settled(const struct ctx_field *f)
{
	return f->kind == FIELD_SCALAR && strcmp(f->name, "hash") && strcmp(f->name, "napi_id");
}

/* Of what Linux keeps in fewer bytes, the upper half reads as the lower one there. */
static inline bool whole(const struct ctx_field *f, u32 off, u32 size)
{
	static const char *const wide[] = {"cb", "mark", "len", "priority", "ifindex", "wire_len"};

	for (u32 i = 0; i < LEN(wide); i++)
		if (!strcmp(f->name, wide[i]))
			return true;
	return off == f->off || size >= 4;
}

static inline void read_context(struct code *c)
{
	static const u8 op[] = {[1] = 0x71, [2] = 0x69, [4] = 0x61, [8] = 0x79};
	u32 size = 1u << below(4), off = below(192 / size) * size;
	const struct ctx_field *f = ctx_field(c->type, c->attach, off, size, false);

	if (!f || !settled(f) || !whole(f, off, size))
		return;
	put(c, op[size], 0, 6, (s32)off, 0);
	see(c);
}

/* Wider numbers than 16 bits are cut in some fields, and not here. */
static inline void write_context(struct code *c)
{
	static const u8 op[] = {[1] = 0x73, [2] = 0x6b, [4] = 0x63, [8] = 0x7b};
	u32 size = 1u << below(4), off = below(192 / size) * size;
	const struct ctx_field *f = ctx_field(c->type, c->attach, off, size, true);

	if (!f)
		return;
	bool narrow = !strncmp(f->name, "tc_", 3) || !strcmp(f->name, "queue_mapping");
	put_imm64(c, 0, narrow ? below(0xffff) : any());
	put(c, op[size], 6, 0, (s32)off, 0);
}

/* The loads of classic BPF, also from where a header begins; beyond the packet they end
 * the program. */
static inline void load_absolute(struct code *c)
{
	static const u8 sizes[] = {0x30, 0x28, 0x20};
	u8 op = sizes[below(3)];
	s32 from = one_in(2) ? 0 : (s32)(one_in(2) ? CBPF_NET_OFF : CBPF_LL_OFF);

	if (c->type != PROGTYPE_SOCKET_FILTER && c->type != PROGTYPE_SCHED_CLS &&
	    c->type != PROGTYPE_SCHED_ACT)
		return;
	if (one_in(2)) {
		put(c, op, 0, 0, 0, from + (s32)below(70));
	} else {
		put(c, 0xb7, 8, 0, 0, (s32)below(40));
		put(c, op + 0x20, 0, 8, 0, from + (s32)below(40) - 4 * (s32)one_in(8));
	}
	see(c);
}

static inline void touch_packet(struct code *c)
{
	bool xdp = c->type == PROGTYPE_XDP;
	s32 data = xdp ? 0 : 76, end = xdp ? 4 : 80, need = (s32)below(70) + 1;
	s32 off = (s32)below((u32)need);

	if (!ctx_field(c->type, c->attach, (u32)data, 4, false))
		return;
	put(c, 0x61, 2, 6, data, 0);
	put(c, 0x61, 3, 6, end, 0);
	put(c, 0xbf, 0, 3, 0, 0);
	put(c, 0x1f, 0, 2, 0, 0);
	see(c);
	put(c, 0xbf, 4, 2, 0, 0);
	put(c, 0x07, 4, 0, 0, need);
	put(c, 0x2d, 4, 3, 3, 0); /* if r4 > r3 skip */
	if (one_in(2) && (xdp || c->type == PROGTYPE_SCHED_CLS || c->type == PROGTYPE_SCHED_ACT ||
			  c->type == PROGTYPE_LWT_XMIT)) {
		put(c, 0x73, 2, 7, off, 0);
		put(c, 0xbf, 0, 0, 0, 0);
		put(c, 0xbf, 0, 0, 0, 0);
	} else {
		put(c, 0x71, 0, 2, off, 0);
		see(c);
	}
}

static inline void end(struct code *c)
{
	bool xdp = c->type == PROGTYPE_XDP;
	s32 lo, hi;

	for (u32 i = 0; i < 4; i++)
		touch_packet(c);
	see_buffer(c);
	if (!xdp) {
		put(c, 0x61, 0, 6, 0, 0);
		see(c);
		put(c, 0x63, 6, 7, 48, 0);
		put(c, 0xbf, 0, 7, 0, 0);
		put(c, 0x77, 0, 0, 0, 32);
		put(c, 0x63, 6, 0, 52, 0);
	}
	put(c, 0xbf, 0, 7, 0, 0);
	if (prog_returns(c->type, c->attach, &lo, &hi))
		put(c, 0x57, 0, 0, 0, hi);
	put(c, 0x95, 0, 0, 0, 0);
}

/* ---- packets ---- */

static inline void random_bytes(u8 *p, u32 n)
{
	for (u32 i = 0; i < n; i++)
		p[i] = (u8)any();
}

static inline u32 random_packet(u8 *p, bool xdp)
{
	static const u16 types[] = {0x0800, 0x0800, 0x86dd, 0x86dd, 0x8100, 0x88a8, 0x0806, 100};
	u32 n = below(120);

	if (one_in(8))
		n = below(4000);
	if (xdp && one_in(8))
		n = one_in(4) ? 73000 + below(400) : below(20000);
	random_bytes(p, n);
	if (n < 14)
		return n;
	if (one_in(2))
		memset(p, one_in(4) ? 0xff : 0, 6);
	put_be16(p + 12, types[below(LEN(types))]);
	for (u32 at = 12; at + 8 < n && (get_be16(p + at) == 0x8100 || get_be16(p + at) == 0x88a8);
	     at += 4)
		put_be16(p + at + 4, types[below(LEN(types))]);
	if (n > 14 && !one_in(4))
		p[14] = get_be16(p + 12) == 0x0800 ? 0x45 : 0x60;
	return n;
}

static inline void random_skb_context(struct __sk_buff *s, u32 len)
{
	memset(s, 0, sizeof(*s));
	if (one_in(2))
		s->mark = (u32)any();
	if (one_in(2))
		s->priority = (u32)any();
	if (one_in(2))
		s->tstamp = any();
	for (u32 i = 0; i < 5; i++)
		s->cb[i] = (u32)any();
	if (one_in(4))
		s->ingress_ifindex = (u32)any();
	if (one_in(8))
		s->ifindex = below(4) ? 1 : 12345;
	if (one_in(4))
		s->wire_len = len + below(100);
	if (one_in(8))
		s->wire_len = one_in(2) ? len - 1 : 65536 + below(2);
	if (one_in(4))
		s->gso_segs = one_in(4) ? 65535 + below(2) : below(100);
	if (one_in(8))
		s->gso_size = below(1500);
	if (one_in(4))
		s->hwtstamp = any();
	if (one_in(8))
		((u8 *)s)[below(sizeof(*s))] = 1;
}

static inline void random_xdp_context(struct xdp_md *x, u32 len)
{
	memset(x, 0, sizeof(*x));
	x->data_end = one_in(4) ? below(len + 2) : len;
	if (one_in(2))
		x->data = below(20) * (one_in(8) ? 1 : 4);
	if (one_in(16))
		x->data = 240 + below(40);
	if (one_in(4))
		x->ingress_ifindex = one_in(4) ? 12345 : 1;
	if (one_in(8))
		x->rx_queue_index = below(3);
	if (one_in(16))
		((u8 *)x)[below(sizeof(*x))] = 1;
}

#endif
