/* SPDX-License-Identifier: BSD-2-Clause */
/* The packet-filter language of pcap-filter(7): text to classic code. */
#ifndef FILTER_H
#define FILTER_H

#include "prog/prog.h"

struct filter_addrs { /* grown by filter_addrs_add4, _add6; in the order found */
	struct filter_addr {
		bool v6;
		u32 v4; /* host order */
		u8 a6[16];
	} * v;
	u32 n, cap;
};
bool filter_addrs_add4(struct filter_addrs *to, u32 host_order);
bool filter_addrs_add6(struct filter_addrs *to, const u8 addr[16]);

/* Names are looked up by the caller, so that this room never touches the
 * system. Each hook may be NULL (no name of that kind is then known) and
 * returns false for a name it does not know. */
struct filter_names {
	void *arg;
	bool (*host)(void *arg, const char *name, struct filter_addrs *ret);
	/* transport is "tcp", "udp" or "sctp" */
	bool (*port)(void *arg, const char *name, const char *transport, u16 *ret);
	bool (*proto)(void *arg, const char *name, u8 *ret);
	/* as getnetbyname gives it: 127 for the loopback net, host order */
	bool (*net)(void *arg, const char *name, u32 *ret);
	bool (*ether)(void *arg, const char *name, u8 ret[6]);
};

struct filter_opts {
	u32 linktype; /* LINKTYPE_ number, as in a capture file; 1 is Ethernet */
	u32 snaplen;  /* what an accepting program returns; 0: 262144 */
	bool no_optimise;
	bool live; /* for a live Linux capture: ancillary loads may be used */
	bool has_netmask;
	u32 netmask;                      /* host order, for `ip broadcast` */
	bool big_endian;                  /* the machine that captured: matters to BSD loopback */
	const struct filter_names *names; /* NULL: numbers only */
};

/* Compiles n bytes of text (need not be 0-terminated; empty accepts all). The
 * program carries its source, a span an instruction, and notes (warnings).
 * Errors: OB_SYNTAX, OB_NAME, OB_RANGE, OB_UNSUPPORTED with column; OB_NEVER
 * when it is optimised and can match no packet. */
struct ob_err *filter_compile(const char *text, size_t n, const struct filter_opts *opts,
			      struct prog **ret);

enum filter_show {
	FILTER_TREE,  /* the expression as it was understood */
	FILTER_GRAPH, /* the flow graph of predicates, optimised unless no_optimise */
	FILTER_DOT,   /* the same for graphviz */
	FILTER_SVG,   /* the same, drawn by us */
	FILTER_OPT,   /* the graph after each pass */
};
struct ob_err *filter_show(const char *text, size_t n, const struct filter_opts *opts,
			   enum filter_show what, struct buf *to);

/* Evaluates the expression tree itself on a packet, with no graph and no
 * code: the reference for both. Returns what the program would. */
struct ob_err *filter_eval(const char *text, size_t n, const struct filter_opts *opts,
			   struct bytes packet, u32 wirelen, u32 *ret);

/* The same meaning for CSPF, the machine before BPF: an expression tree that
 * always does everything, or the best that its short-circuit operators allow.
 * With assume_ihl5, IPv4 headers are taken to have no options, as CSPF cannot
 * compute an offset. What it cannot express is OB_UNSUPPORTED with column. The
 * verdict is that of filter_eval on every packet with such headers that has
 * *need bytes, an odd last one not counted; on a shorter one it may reject. */
enum filter_cspf { FILTER_CSPF_TREE, FILTER_CSPF_SHORT };
struct ob_err *filter_cspf(const char *text, size_t n, const struct filter_opts *opts,
			   bool assume_ihl5, enum filter_cspf coding, struct cspf *ret, u32 *need);

#endif
