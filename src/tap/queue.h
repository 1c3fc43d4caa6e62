/* SPDX-License-Identifier: BSD-2-Clause */
/* A listener's buffer: copies of packets, first in, first out. */
#ifndef TAP_QUEUE_H
#define TAP_QUEUE_H

#include "tap/tap.h"

/* Records lie behind each other, each in one piece: one that would not fit before the
 * buffer's end begins at its beginning. head and tail count bytes, without end. */
struct queue {
	u8 *p;
	u64 size, head, tail;
	u32 taken; /* bytes of the record that was read last, which goes with the next */
};

bool queue_init(struct queue *q, u32 bytes);
void queue_deinit(struct queue *q);
/* The first caplen bytes of a packet. False: there is no room. */
bool queue_put(struct queue *q, const struct tap_pkt *p, u32 caplen);
/* Lives until the next call. False: it is empty. */
bool queue_take(struct queue *q, struct ob_packet *ret);

#endif
