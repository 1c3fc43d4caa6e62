/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP connections seen so far, for relative sequence numbers. */
#ifndef PRINT_FLOW_H
#define PRINT_FLOW_H

#include "print/priv.h"

struct flows *flows_create(void); /* NULL when memory is short */
void flows_destroy(struct flows *f);

/* One connection as seen by the packet in hand: the numbers at which both
 * directions began, swapped when the packet runs against the stored one. */
struct flow {
	u64 addr[4];
	u32 ports;
	u32 seq, ack;
	u32 ver; /* 4 or 6; 0: an empty place */
};

/* The connection of ports and s->net, made when it is new (*fresh). `rev`
 * tells that the packet runs from the higher end to the lower. NULL when
 * memory is short. */
struct flow *flow_find(struct print_state *s, u16 sport, u16 dport, bool *rev, bool *fresh);

#endif
