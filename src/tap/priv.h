/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside tap. */
#ifndef TAP_PRIV_H
#define TAP_PRIV_H

#include "tap/tap.h"

#include <linux/if_packet.h>
#include <net/if.h>
#include <pthread.h>

enum { /* LINKTYPE_ numbers */
       LINK_ETHERNET = 1,
       LINK_RAW = 101,
       LINK_802_11 = 105,
       LINK_RADIOTAP = 127,
       LINK_SLL2 = 276,
};

/* The header of LINKTYPE_LINUX_SLL2, big-endian:
 *
 *	 0 protocol:16, 0:16
 *	 4 interface:32
 *	 8 ARPHRD_:16, packet type:8, address length:8
 *	12 address: 8 bytes
 */
enum { SLL2_LEN = 20 };

/* A filter for LINUX_SLL2 becomes one for the kernel, which sees the packet
 * without that header and knows its fields by other means. False when a load
 * cannot be had there. Changes code in place, and no offset of a jump. */
bool cooked_filter(struct ob_cbpf *code, u32 n);

/* One program that takes what any of n takes, whole packets; n 0: none. Changes no A, X or
 * cell that the next one reads (join.c). Errors: OB_NOMEM; OB_UNSUPPORTED for `ret a`. */
struct ob_err *join_filters(const struct prog *const *p, u32 n, struct prog **ret);

/* ---- rings (ring.c) ----
 *
 * A ring is an array of blocks, which the kernel fills in turn. A block is ours while
 * its status has TP_STATUS_USER; packets in it are a list of offsets. It goes back to
 * the kernel when its last packet has been left, so a packet lives until the next one
 * is asked for. With a thread, that one prepares each block first: `ready` counts the
 * blocks that it has prepared, `back` those that went back to the kernel. */
struct ring {
	int fd;
	struct source *source;
	u8 *map;
	size_t size, block_size;
	u32 blocks, block;         /* how many, and whose turn it is */
	u32 left;                  /* packets of this block still to be given */
	struct tpacket3_hdr *next; /* the first of them */
	bool held;                 /* this block is ours */
	u64 since;                 /* when it became so, ns of CLOCK_MONOTONIC */
	bool have;
	struct tap_pkt head;   /* `have`: the first packet that is to be given */
	u64 received, dropped; /* by the kernel's counters */
	u64 opened, given;     /* packets of blocks that came; those of tap_next */
	u64 refused;           /* atomic, as are: */
	u32 ready, back;
	int failed; /* errno that the thread met */
	bool threaded;
	pthread_t thread;
};

struct ob_err *ring_create(struct ring *r, u32 bytes, u32 retire_ms);
void ring_destroy(struct ring *r);
/* The first packet that is to be given becomes r->head; false: there is none. */
bool ring_peek(struct ring *r);
/* Passes over what is here, where every packet would be given: how many. */
u64 ring_skip(struct ring *r);
struct ob_err *ring_thread(struct ring *r);
void ring_count(struct ring *r); /* asks the kernel for its counters */
/* Of a ring without a head: has it packets in blocks that were not opened yet? */
bool ring_filling(struct ring *r);

/* ---- sources ---- */
struct source {
	struct tap_source s; /* what callers see */
	struct tap *tap;
	struct tap_opts o; /* without iface */
	u32 nr;
	struct ring *ring;
	u32 rings;
	bool cooked, only_incoming, locked, filtered;
	enum tap_state told_state;
	const struct kern_filter *here;
	u64 until; /* packets up to this time may have passed the filter before */
	u64 seen, missed, seen_before, missed_before;
};

struct tap {
	struct source **source;
	u32 sources;
	struct ring **ring; /* of all sources */
	u32 rings;
	u32 loopback;  /* the index of lo, where "any" sees all twice */
	int wake, end; /* eventfds: of the threads to us, of us to them */
	int netlink;
	struct ring *now; /* whose packets are the oldest, up to `limit` */
	u64 limit;
	u64 due; /* when a head may be given that waits for other rings; 0: none waits */
};

/* Binds it with everything that must be done before (attach.c). */
struct ob_err *source_bind(struct source *s);
/* "cannot capture on IF: ...", with what helps (tap.c). */
struct ob_err *tap_open_error(int errnum, const char *iface);
/* What poll told of a ring; state.c. */
struct ob_err *state_failed(struct ring *r, int errnum);
/* Are those that were down up again, or gone? Fails when all are. */
struct ob_err *state_look(struct tap *t);
/* The interface's own counters, by rtnetlink (link.c). */
int link_open(void);
bool link_stats(int fd, u32 index, u64 *seen, u64 *missed);
/* Switches the clock of packets' times (clock.c). */
struct ob_err *clock_set(int fd, const struct tap_iface *i, enum tap_clock clock);

#endif
