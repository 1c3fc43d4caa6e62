/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets as text: one line a packet, byte for byte as tcpdump prints it. */
#ifndef PRINT_H
#define PRINT_H

#include "pkt/pkt.h"

/* Where names come from: this room asks nobody but its caller. Each function
 * may be NULL, and may return NULL for "not known"; the text must live until
 * the next call. */
struct print_names {
	void *arg;
	const char *(*host)(void *arg, const u8 *addr, u32 n); /* n is 4 or 16 */
	const char *(*port)(void *arg, bool tcp, u16 port);
	const char *(*proto)(void *arg, u8 proto);
	const char *(*ether)(void *arg, const u8 *addr);
	const char *(*iface)(void *arg, u32 index); /* asked under -n, too */
};

/* The letters of tcpdump, in its meaning. */
struct print_opts {
	u8 verbose;                      /* -v: 0 to 3 */
	u8 quick;                        /* -q */
	u8 time;                         /* -t: 0 to 5 */
	u8 hex;                          /* -x: 0, 1, 2 with the link header */
	u8 hex_ascii;                    /* -X: likewise */
	u8 ascii;                        /* -A: likewise */
	bool link;                       /* -e */
	bool number;                     /* -# */
	bool numeric;                    /* -n */
	bool absolute;                   /* -S: sequence numbers as they are */
	bool unchecked;                  /* -K: leave checksums alone */
	u8 forced;                       /* -T: a place in print_types, from 1; 0: none */
	bool nano;                       /* nine digits in time stamps instead of six */
	const struct print_names *names; /* NULL: none is known */
};

/* The words of -T, with NULL behind the last. */
extern const char *const print_types[];

/* Holds what passes from one packet to the next: sequence numbers of TCP
 * connections, the time before, the number of the packet. */
struct print_state;

/* NULL when memory is short. opts is copied, what it points to borrowed. */
struct print_state *print_create(const struct print_opts *opts);
void print_destroy(struct print_state *s);
/* Appends the packet's line, and the dump's lines, to `to`. */
void print_packet(struct print_state *s, const struct pkt *p, struct buf *to);

#endif
