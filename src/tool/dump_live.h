/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside a live capture of `onebpf dump`: its sources. */
#ifndef TOOL_DUMP_LIVE_H
#define TOOL_DUMP_LIVE_H

#include "tap/tap.h"
#include "tool/dump.h"

enum { LIVE_MAX = LEN(((struct opt_list *)0)->v) };

struct live_source {
	struct tap_iface iface;
	struct buf expr; /* its filter's text */
	struct kern_filter *here;
	bool never; /* its filter can match no packet */
	struct buf options;
};

struct live {
	struct dump *d;
	struct tap *tap;
	struct live_source source[LIVE_MAX];
	struct pkt_iface like[LIVE_MAX]; /* the same, as files have them */
	u32 n;
	u64 since;  /* ns since 1970 */
	bool told;  /* a hint */
	bool blind; /* packets are counted and nothing else */
	bool last;  /* it was told to stop, and takes what is here already */
};

/* dump_sources.c: opens, binds, filters; what they are in files. */
struct ob_err *live_open(struct live *l);
void live_close(struct live *l);

/* dump_hint.c: no packet came. In the meantime, on a terminal, after 10 seconds, once;
 * and at the end. */
void live_hint(struct live *l);
void live_hint_end(struct live *l);

#endif
