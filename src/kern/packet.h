/* SPDX-License-Identifier: BSD-2-Clause */
/* A packet that helpers may change, and its context as programs see it.
 *
 * Contexts have 32 bits for the addresses of a packet, and programs use what they
 * load from them; so a packet's memory lies below 4 GB. All bytes of a packet lie
 * one behind the other; the first `head` of them are those that Linux has in one
 * piece, which is as far as data_end goes:
 *
 *	lo        meta    data                    data_end         end      hi
 *	 | headroom | meta |        head           | other pieces   | tailroom |
 */
#ifndef KERN_PACKET_H
#define KERN_PACKET_H

#include "isa/bpf.h"
#include "kern/helper.h"

#include <linux/if_ether.h>

enum { PKT_SKB, PKT_XDP };
enum { PKT_MOST = 96 << 10 }; /* bytes of a packet */
enum { PKT_UNKNOWN = 0xffff, PKT_PAD = 64 /* NET_SKB_PAD */ };

/* skb->ip_summed */
enum { SUM_NONE, SUM_UNNECESSARY, SUM_COMPLETE };

struct kern_pkt {
	u8 kind; /* PKT_SKB, PKT_XDP */
	u8 ip_summed, csum_level;
	bool encapsulated; /* adjust_room has wrapped it */
	bool no_skb;       /* a flow dissector's in a test run: helpers see no bytes */
	u8 *lo, *hi;
	u8 *data;
	u32 len, head, meta;
	u8 *mac, *network;
	/* What Linux counts from the beginning of its memory, since its rules depend on
	 * when that grew: bytes before data, and where the transport header is. */
	u32 headroom;
	u16 transport; /* PKT_UNKNOWN */
	u32 mac_len;   /* skb->mac_len, which few set */
	u32 csum;      /* SUM_COMPLETE: of all behind the network header */
	u64 cookie;    /* of its socket, once it was asked for */
	u32 piece;     /* XDP: bytes of a further piece, 0: one piece only */
	struct {       /* metadata for a tunnel device */
		bool set, v6;
		u8 options;
		u16 flags;
		struct bpf_tunnel_key key;
		u8 option[255];
	} tunnel;

	union { /* what the program sees */
		struct __sk_buff skb;
		struct xdp_md xdp;
		u8 ctx[192];
	};
	struct bpf_sock sk; /* what skb.sk points to */
	struct bpf_flow_keys keys;
	struct map *store[8]; /* storages in which sk has a value, held */
	u32 stores;
};

/* Room for `len` bytes, with that much before them at least; len is PKT_MOST at
 * most, all in one piece; what an XDP program may reach around it is zeroed. NULL: no memory below
 * 4 GB. */
struct kern_pkt *packet_create(u8 kind, u32 len, u32 headroom);
void packet_destroy(struct kern_pkt *p);

/* Writes where the packet lies into its context and, if r runs on it, into r. */
void packet_moved(struct kern_pkt *p, struct run *r);
/* What the historical loads of r read. */
void packet_loads(const struct kern_pkt *p, struct run *r);
/* Lets the values of its socket go. */
void packet_end_storages(struct kern_pkt *p);
/* The run's socket at this address; else that is the run's fault, and NULL. */
struct bpf_sock *kern_sock_of(struct run *r, u64 at);
/* Makes c the context of a run on p. */
void packet_enter(struct kern_pkt *p, struct kern_ctx *c);

/* The packet of a run whose context is at `ctx`; else that is the run's fault, and
 * NULL. */
struct kern_pkt *packet_of(struct run *r, u64 ctx, u8 kind);

/* The first n bytes lie in one piece afterwards. ENOMEM: there are fewer. */
int packet_pull(struct kern_pkt *p, u32 n);
/* skb_cow: there is headroom for n bytes. */
void packet_cow(struct kern_pkt *p, u32 n);
/* n bytes more, or less, before the first one. ENOMEM. */
int packet_push(struct kern_pkt *p, u32 n);
void packet_pop(struct kern_pkt *p, u32 n);

static inline s64 packet_offset(const struct kern_pkt *p, const u8 *header)
{
	return header - p->data;
}

/* The 16-bit one's complement sums of skbuff.h and checksum.h. */
u32 sum_add(u32 a, u32 b);
static inline u32 sum_sub(u32 a, u32 b) { return sum_add(a, ~b); }
u16 sum_fold(u32 sum); /* and its complement */
u32 sum_bytes(const u8 *p, u32 n, u32 sum);
/* Bytes have come to those that the sum is of, or go; `place` is odd when they begin
 * in the middle of a word. */
void packet_sum_push(struct kern_pkt *p, const u8 *from, u32 n, u32 place);
void packet_sum_pull(struct kern_pkt *p, const u8 *from, u32 n, u32 place);

#endif
