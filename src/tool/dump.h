/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside `onebpf dump`: its options, and what becomes of each packet. */
#ifndef TOOL_DUMP_H
#define TOOL_DUMP_H

#include "kern/kern.h"
#include "pkt/pkt.h"
#include "print/print.h"
#include "tool/expr.h"
#include "tool/opt.h"

#include <signal.h>

enum { LINUX_SLL2 = 276 }; /* what an interface can give besides its own link type */

struct dump_cmd {
	const char *read, *write, *list, *file, *linktype, *user, *size, *command, *fanout;
	struct opt_list iface, iface_filter, comment;
	const char *extcap_interface, *extcap_version, *extcap_filter, *fifo;
	u32 extcap_interfaces, extcap_dlts, extcap_config, capture;
	u32 print, count_only, unbuffered, line, no_promiscuous, list_ifaces, list_types,
		list_clocks;
	u32 d, no_optimise, numeric, short_names, foreign, verbose, quick, link, time, hex,
		hex_ascii, ascii, absolute, number, unchecked, micro, nano, precision, direction,
		none, pcapng, follow, no_sandbox, immediate, clock, forced;
	u64 count, skip, snaplen, buffer, seconds, files;
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

/* The output: one file, or the one that is written of several (dump_write.c). */
struct dump_file {
	struct pkt_writer *writer; /* NULL: the first packet tells its name */
	bool pcapng;
	const struct pkt_iface *iface; /* of a live capture; NULL: those of `from` have it */
	u32 ifaces;
	const struct pkt_reader *from;
	struct buf name, section;
	u64 size;          /* a file larger than this is complete; 0: none is */
	u64 since;         /* when it was begun, in seconds, for -G */
	u64 nr, intervals; /* its number, for -C; those that are over, for -G */
	/* What is known of a live interface at the end of a file; or NULL. */
	void (*stats)(void *arg, u32 iface, struct pkt_stats *ret);
	void *arg;
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
	struct dump_file file;
	struct print_state *printer;
	struct buf out;
	u64 matched, taken; /* by the filter; of those, not skipped */
	bool enough;        /* it ends, without an error */
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
/* Compiles a filter's text: for a live capture in the kernel, or for packets at rest. */
struct ob_err *dump_compile(const struct dump *d, const struct buf *text, u32 linktype, u32 snaplen,
			    bool live, u32 netmask, struct prog **ret);
/* Of one for packets at rest. Takes p. */
struct ob_err *dump_ready(struct prog *p, struct kern_filter **ret);
bool dump_nano(const struct dump_cmd *c); /* times in nanoseconds? */
const char *dump_link_text(u32 linktype, char buf[128]);

/* dump_sandbox.c: once everything is open. Fails when more files cannot be made. */
struct ob_err *dump_confine(const struct dump *d);

/* dump_write.c */
struct ob_err *dump_write_usage(struct dump *d); /* before anything is opened */
/* The output of packets of a live capture on n interfaces, which stay there... */
struct ob_err *dump_create_live(struct dump *d, const struct pkt_iface *iface, u32 n);
/* ... and of those of a file; the next one's go to the same output. */
struct ob_err *dump_create(struct dump *d, const struct pkt_reader *from);
struct ob_err *dump_put(struct dump *d,
			const struct pkt *p); /* d->enough: it was not wanted any more */
struct ob_err *dump_complete(struct dump *d);
int dump_made(const struct dump *d); /* the file that was made, or -1 */
void dump_write_free(struct dump *d);

/* Where packets come from; each returns why it ended early. */
struct ob_err *dump_files(struct dump *d); /* dump_read.c */
struct ob_err *dump_live(struct dump *d);  /* dump_live.c */

/* Names for the printer (print_names.c): of the helper, except for interfaces'. */
const struct print_names *dump_names(const struct dump_cmd *c);

/* ---- for Wireshark (dump_extcap.c) ---- */
bool extcap_asked(const struct dump_cmd *c); /* for an answer on standard output */
struct ob_err *extcap_answer(const struct dump_cmd *c);
struct ob_err *extcap_capture(struct dump_cmd *c); /* --capture: -i and -w are set */

/* ---- the helper (dump_helper.c) ---- */
enum { HELPER_NAME = 64 };
enum ask { HELPER_COMMAND, HELPER_HOST, HELPER_TCP, HELPER_UDP, HELPER_PROTO, HELPER_ETHER };

/* Before anything is opened. */
struct ob_err *helper_start(const struct dump_cmd *cmd);
/* What this address of n bytes is called. False: it has no name. */
bool helper_name(enum ask kind, const void *addr, size_t n, char ret[HELPER_NAME]);
/* Runs -z's command with that file, and does not wait for it. */
struct ob_err *helper_command(const struct dump_cmd *cmd, const char *file);
/* Waits for all commands; an error when one failed, which has been told of. */
struct ob_err *helper_end(const struct dump_cmd *cmd);
/* The other side of helper_name, in the helper: name stays "" when there is none. */
void name_look_up(enum ask kind, const u8 *addr, u32 n, char name[HELPER_NAME]);

#endif
