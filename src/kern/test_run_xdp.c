/* SPDX-License-Identifier: BSD-2-Clause */
/* Test runs on a struct xdp_md: bpf_prog_test_run_xdp. */
#include "kern/trial.h"

#include <errno.h>

enum {
	HEADROOM = 256,
	FRAME = 112,               /* struct xdp_page_head, of live frames */
	PIECES = 17,               /* MAX_SKB_FRAGS */
	LIVE = 2,                  /* BPF_F_TEST_XDP_LIVE_FRAMES */
	BATCH_MOST = 256,          /* TEST_XDP_MAX_BATCH */
	META_MOST = HEADROOM - 40, /* room for a struct xdp_frame */
};

/* What is asked: the first piece is `linear` bytes, `meta` of them before data. */
struct shape {
	u32 size, linear, meta, headroom;
	bool live;
};

static int check_ctx(const struct trial *t, const struct xdp_md *c, struct shape *s)
{
	if (c->data_meta || c->data_end > s->size || c->data > c->data_end || c->data % 4 ||
	    c->data > META_MOST)
		return -EINVAL;
	if (s->live && (t->a->test.data_out || t->a->test.ctx_out))
		return -EINVAL;
	s->headroom -= c->data;
	s->meta = c->data;
	s->linear = c->data_end;
	return 0;
}

static int shape(const struct trial *t, const struct xdp_md *c, struct shape *s)
{
	int err = c ? check_ctx(t, c, s) : 0;
	u32 most = TRIAL_PAGE - s->headroom - TRIAL_SHARED_INFO;

	if (err)
		return err;
	s->linear = MIN(s->linear, most);
	if (s->live && s->size > s->linear)
		return -EINVAL;
	return s->size - s->meta < ETH_HLEN ? -EINVAL : 0;
}

/* xdp_convert_md_to_buff */
static int device(struct kern_pkt *p, const struct xdp_md *c)
{
	u8 address[ETH_ALEN];
	u32 queues;

	p->xdp.ingress_ifindex = 1;
	if (!c)
		return 0;
	if (c->egress_ifindex || (!c->ingress_ifindex && c->rx_queue_index))
		return -EINVAL;
	if (!c->ingress_ifindex)
		return 0;
	if (trial_device(c->ingress_ifindex, address, &queues))
		return -ENODEV;
	if (c->rx_queue_index >= queues)
		return -EINVAL;
	p->xdp.ingress_ifindex = c->ingress_ifindex;
	p->xdp.rx_queue_index = c->rx_queue_index;
	return 0;
}

static void place(struct kern_pkt *p, const struct shape *s)
{
	p->meta = s->meta;
	p->data = p->lo + s->headroom + s->meta;
	p->len = s->size - s->meta;
	p->head = s->linear - s->meta;
	p->hi = p->lo + TRIAL_PAGE - TRIAL_SHARED_INFO;
	p->piece = TRIAL_PAGE;
}

/* Each live frame begins as the first did; what becomes of it is nobody's. */
static int run_live(struct trial *t, struct kern_pkt *p, const struct shape *s)
{
	u32 repeat = MAX(t->a->test.repeat, 1u);
	u8 first[TRIAL_PAGE];
	struct kern_pkt fresh = *p;
	union bpf_attr once = *t->a;
	const union bpf_attr *all = t->a;
	struct trial_ear ear;
	u64 ns = 0;
	int err = 0;

	memcpy(first, p->lo, sizeof(first));
	once.test.repeat = 1;
	t->a = &once;
	trial_listen(&ear, repeat);
	for (u32 i = 0; i < repeat && !err; i++) {
		memcpy(p->lo, first, sizeof(first));
		*p = fresh;
		place(p, s);
		packet_enter(p, &t->ctx);
		err = trial_run(t);
		ns += t->duration;
		if (!err && i + 1 < repeat && trial_hears(&ear, i + 1))
			err = -EINTR;
	}
	trial_close(&ear);
	memcpy(p->lo, first, sizeof(first));
	*p = fresh;
	t->a = all;
	t->duration = (u32)(ns / repeat);
	t->retval = 0;
	return err;
}

static long with_packet(struct trial *t, struct kern_pkt *p, struct xdp_md *c,
			const struct shape *s)
{
	place(p, s);
	int err = trial_data_in(t, p->data - p->meta, s->linear);
	if (!err)
		err = device(p, c);
	u32 rest = s->size - s->linear;
	if (!err)
		err = user_read(p->data + p->head, t->a->test.data_in + s->linear,
				MIN(rest, (u32)PIECES * TRIAL_PAGE));
	if (!err && rest > PIECES * TRIAL_PAGE)
		err = -ENOMEM;
	if (!err) {
		packet_enter(p, &t->ctx);
		err = s->live ? run_live(t, p, s) : trial_run(t);
	}
	if (err)
		return err;
	if (c) {
		c->data = p->meta;
		c->data_end = p->meta + p->head;
	}
	err = trial_out(t, p->data - p->meta, p->meta + p->len, p->len - p->head);
	return err || !c ? err : trial_ctx_out(t, c, sizeof(*c));
}

long trial_xdp(struct trial *t)
{
	struct shape s = {.size = t->a->test.data_size_in,
			  .linear = t->a->test.data_size_in,
			  .headroom = HEADROOM,
			  .live = t->a->test.flags & LIVE};
	u32 batch = t->a->test.batch_size;
	struct xdp_md c;

	if (t->prog->attach == ATTACH_XDP_DEVMAP || t->prog->attach == ATTACH_XDP_CPUMAP ||
	    (t->a->test.flags & ~(u32)LIVE))
		return -EINVAL;
	if (s.live && batch > BATCH_MOST)
		return -E2BIG;
	if (!s.live && batch)
		return -EINVAL;
	if (s.live)
		s.headroom += FRAME;
	int have = trial_ctx_in(t, &c, sizeof(c));
	if (have < 0)
		return have;
	int err = shape(t, have ? &c : NULL, &s);
	if (err)
		return err;
	struct kern_pkt *p = packet_create(PKT_XDP, MIN(s.size, (u32)PKT_MOST), s.headroom);
	if (!p)
		return -ENOMEM;
	long ret = with_packet(t, p, have ? &c : NULL, &s);
	packet_destroy(p);
	return ret;
}
