/* SPDX-License-Identifier: BSD-2-Clause */
/* A listener's buffer. */
#include "tap/queue.h"

#include <stdlib.h>

enum { SKIP = UINT32_MAX }; /* caplen: the rest of the buffer is not used */

struct record {
	u32 caplen, len;
	u64 ns;
	u8 data[];
};

static u32 record_size(u32 caplen) { return ((u32)sizeof(struct record) + caplen + 15) & ~15u; }

bool queue_init(struct queue *q, u32 bytes)
{
	*q = (struct queue){.size = (bytes + 15ull) & ~15ull};
	q->p = malloc(q->size);
	return q->p;
}

void queue_deinit(struct queue *q) { free(q->p); }

static struct record *at(const struct queue *q, u64 pos)
{
	return (struct record *)(q->p + pos % q->size);
}

bool queue_put(struct queue *q, const struct tap_pkt *p, u32 caplen)
{
	u64 need = record_size(caplen), end = q->size - q->head % q->size;
	u64 skip = need > end ? end : 0;

	if (q->size - (q->head - q->tail) < skip + need)
		return false;
	if (skip)
		at(q, q->head)->caplen = SKIP;
	q->head += skip;
	struct record *r = at(q, q->head);
	r->caplen = caplen;
	r->len = p->len;
	r->ns = p->ns;
	memcpy(r->data, p->data.p, caplen);
	q->head += need;
	return true;
}

bool queue_take(struct queue *q, struct ob_packet *ret)
{
	q->tail += q->taken;
	q->taken = 0;
	if (q->tail == q->head)
		return false;
	if (at(q, q->tail)->caplen == SKIP)
		q->tail += q->size - q->tail % q->size;
	struct record *r = at(q, q->tail);
	q->taken = record_size(r->caplen);
	ret->data = r->data;
	ret->caplen = r->caplen;
	ret->len = r->len;
	ret->ns = r->ns;
	return true;
}
