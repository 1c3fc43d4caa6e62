/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside `onebpf dump`: its options, and what becomes of each packet. */
#ifndef TOOL_DUMP_H
#define TOOL_DUMP_H

#include "kern/kern.h"
#include "pkt/pkt.h"
#include "print/print.h"
#include "tool/expr.h"

#include <signal.h>

enum { LINUX_SLL2 = 276 }; /* what an interface can give besides its own link type */

struct dump_cmd {
	const char *interface, *read, *write, *list, *file, *linktype, *user;
	u32 print, count_only, unbuffered, line, no_promiscuous, list_ifaces, list_types,
		list_clocks;
	u32 d, no_optimise, numeric, short_names, foreign, verbose, quick, link, time, hex,
		hex_ascii, ascii, absolute, number, unchecked, micro, nano, precision, direction,
		none;
	u64 count, skip, snaplen, buffer;
};

/* The signals that came (dump_signal.c). */
struct dump_signals {
	volatile sig_atomic_t stop, count, flush;
};
extern struct dump_signals dump_signals;
void dump_signals_catch(void);

/* A filter compiled for one link type. */
struct dump_filter {
	u32 linktype;
	bool never; /* no packet of this type can match */
	struct kern_filter *run;
};

/* A run: a packet goes through the filter, is skipped, counted, written,
 * printed, in this order. */
struct dump {
	const struct dump_cmd *cmd;
	struct buf expr;            /* the filter's text; empty takes everything */
	struct dump_filter *filter; /* one a link type met */
	u32 filters;
	const struct dump_filter *now; /* for the link type of the last packet */
	bool forced;                   /* -y: every packet has link type `type` */
	u32 type;
	u32 snaplen; /* packets are cut to this */
	bool kernel; /* the kernel has filtered already */
	struct pkt_writer *writer;
	struct print_state *printer;
	struct buf out;
	u64 matched, taken; /* by the filter; of those, not skipped */
	struct ob_err *err; /* why it ended early */
};

/* dump_packet.c. May change p. False: enough, or d->err. */
bool dump_packet(struct dump *d, struct pkt *p);
/* Writes out what is waiting, if anything is. False: d->err is set. */
bool dump_flush(struct dump *d);
/* Does what a signal asked for. False: stop. */
bool dump_heed(struct dump *d);
/* Compiles the filter for a link type, unless that was done. */
struct ob_err *dump_prepare(struct dump *d, u32 linktype, u32 snaplen);
struct ob_err *dump_compile(const struct dump *d, u32 linktype, u32 snaplen, bool live, u32 netmask,
			    struct prog **ret);
struct ob_err *dump_create(struct dump *d, const struct pkt_iface *like,
			   const struct pkt_reader *from);
bool dump_nano(const struct dump_cmd *c); /* times in nanoseconds? */
const char *dump_link_text(u32 linktype, char buf[128]);

/* Where packets come from; each returns why it ended early. */
struct ob_err *dump_files(struct dump *d); /* dump_read.c */
struct ob_err *dump_live(struct dump *d);  /* dump_live.c */

/* Names for the printer (print_names.c). */
const struct print_names *dump_names(const struct dump_cmd *c);

#endif
