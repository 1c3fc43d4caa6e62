/* SPDX-License-Identifier: BSD-2-Clause */
/* Live packets: Linux packet sockets with rings in shared memory. */
#ifndef TAP_H
#define TAP_H

#include "kern/kern.h"

/* ---- interfaces (iface.c) ---- */

struct tap_iface {
	char name[32];
	u32 index; /* 0: "any" */
	bool up, running, loopback;
};

/* Every interface and "any", in the order of -D. The caller frees *ret. */
struct ob_err *tap_ifaces(struct tap_iface **ret, u32 *n);
/* By name, by its number in that order, or "any". */
struct ob_err *tap_iface_find(const char *name, struct tap_iface *ret);
/* The link type of its packets, as a LINKTYPE_ number. */
struct ob_err *tap_iface_linktype(const struct tap_iface *i, u32 *ret);
/* Its netmask, host order; false when it has none. */
bool tap_iface_netmask(const struct tap_iface *i, u32 *ret);

/* Its addresses, as "192.0.2.1/24 2001:db8::1/64"; nothing when it has none (addrs.c). */
void tap_iface_addrs(const struct tap_iface *i, struct buf *to);
/* May packets be captured? 0, or the errno of the kernel. */
int tap_permitted(void);

/* ---- capture (tap.c, ring.c, attach.c, order.c, state.c) ----
 *
 *	tap_create -> tap_add... -> tap_start -> tap_filter... -> tap_run ->
 *	{ tap_next | tap_wait }... -> tap_destroy
 *
 * A tap has any number of sources. A source is an interface with a link type, a
 * filter and a snap length of its own, and with a ring in shared memory, or several
 * (fanout). Their packets come in the order of their times. A source takes nothing
 * until it has its filter, so no packet that its filter refuses is ever given. One
 * thread at a time. */
enum tap_direction { TAP_INOUT, TAP_IN, TAP_OUT };
enum tap_clock { TAP_HOST, TAP_ADAPTER, TAP_ADAPTER_UNSYNCED, TAP_CLOCKS };
enum tap_fanout { TAP_ALONE, TAP_HASH, TAP_CPU, TAP_LB, TAP_RND, TAP_QM, TAP_ROLLOVER };

struct tap_opts {
	const struct tap_iface *iface;
	u32 snaplen; /* 0: 262144 */
	u32 buffer;  /* bytes of its rings together; 0: 8 MiB */
	bool no_promiscuous;
	bool cooked;      /* LINUX_SLL2 where another link type would do */
	bool immediate;   /* packets do not wait for others */
	bool lazy;        /* they may wait for a quarter of a second */
	bool replaceable; /* tap_filter may be called again; the filter is not locked */
	enum tap_direction direction;
	enum tap_clock clock;
	enum tap_fanout fanout;
	u32 rings; /* with fanout: a thread reads each */
};

/* Where a filter runs: in the kernel as it is, there in extended code, or here. */
enum tap_place { TAP_KERNEL, TAP_EXTENDED, TAP_HERE };
enum tap_state { TAP_UP, TAP_DOWN, TAP_GONE };

struct tap_source {
	struct tap_iface iface;
	u32 linktype, snaplen; /* LINKTYPE_ number; bytes */
	bool promiscuous;
	enum tap_state state;
	enum tap_place place;
	int refused;  /* why not TAP_KERNEL: errno of the kernel, or 0 */
	int extended; /* why not TAP_EXTENDED, likewise */
};

struct tap;
struct ob_err *tap_create(struct tap **ret);
void tap_destroy(struct tap *t); /* NULL is allowed */
/* Opens one more source, which receives nothing yet. Their numbers count from 0. */
struct ob_err *tap_add(struct tap *t, const struct tap_opts *o);
u32 tap_sources(const struct tap *t);
const struct tap_source *tap_source(const struct tap *t, u32 i);

/* Makes the rings and binds the sockets, behind a filter that takes nothing. */
struct ob_err *tap_start(struct tap *t);
/* The filter of source i: `live`, compiled for a live capture and its link type, for
 * the kernel; `here`, the same for a packet with all its headers, for which the kernel
 * need not be asked; it must live as long as it is the filter. NULL both: every
 * packet. Where the kernel refuses it, it runs here; where that cannot be (no `here`:
 * OB_UNSUPPORTED), or the old one is locked, it fails and the old one goes on. */
struct ob_err *tap_filter(struct tap *t, u32 i, const struct prog *live,
			  const struct kern_filter *here);
/* Starts the threads of fanout; nothing without. Threads keep the rights that there
 * are now: so behind the loss of them. */
struct ob_err *tap_run(struct tap *t);

struct tap_pkt {
	struct bytes data; /* until the next tap_next */
	u32 len;           /* on the wire */
	u32 source;
	u64 ns; /* since 1970 */
};

/* The next packet that is here, or false: wait. */
bool tap_next(struct tap *t, struct tap_pkt *ret);
/* Passes over packets that are here and that tap_next would give for sure, and counts
 * them as given: how many. The last one of tap_next is gone then. */
u64 tap_skip(struct tap *t);
/* Until packets come, a signal comes, an interface changes, or ms have passed. Fails
 * when every interface has gone. */
struct ob_err *tap_wait(struct tap *t, int ms);
/* A source whose state has changed since it was told, or NULL. */
const struct tap_source *tap_changed(struct tap *t);

/* Since the start. received = dropped + refused + given + those that wait. */
struct tap_stats {
	u64 seen, missed; /* by the interface, and for want of room there; UINT64_MAX:
			   * not known */
	u64 received;     /* taken by the kernel's filter */
	u64 dropped;      /* of these, for want of room in the ring */
	u64 refused;      /* of these, here: by the filter or the direction */
	u64 given;        /* of these, by tap_next */
};
struct tap_stats tap_stats(struct tap *t, u32 i);

/* The clocks that an interface has for times of packets: a bit for each enum tap_clock. */
u32 tap_clocks(const struct tap_iface *i);

/* ---- rights (rights.c) ---- */

/* Gives up what opening a device needed: becomes `user`, or, when it is NULL,
 * who called sudo, or stays; then clears every capability and forbids to gain
 * any. A file fd >= 0 becomes that user's. *ret is the user it became (static), or
 * NULL when it stayed. */
struct ob_err *tap_drop_rights(const char *user, int fd, const char **ret);

/* ---- the sandbox (sandbox.c) ----
 *
 * Once everything is open: no system call but those of a table, no file but those
 * named here, no machine code, for every thread of the process, for good. What is
 * not in the table raises SIGSYS, whose si_syscall tells it, and ends the process
 * unless that is caught. Needs no right. */
struct tap_sandbox {
	bool reads;      /* more files are opened to be read */
	bool makes;      /* more files are made and written ... */
	const char *dir; /* ... in this directory or below it */
};
/* Without Landlock (before Linux 5.13) `dir` limits nothing. Errors: OB_IO, OB_PERM:
 * what is not limited goes on as it was. */
struct ob_err *tap_sandbox(const struct tap_sandbox *o);
/* Row i of the table; false after the last. */
bool tap_sandbox_call(u32 i, const char **name, const char **why);
/* The program, in the assembler's text. */
void tap_sandbox_text(struct buf *to, const struct tap_sandbox *o);

/* ---- would the kernel take this filter? (try.c) ---- */

struct tap_trial {
	int refused;    /* errno, or 0 */
	u32 memory;     /* bytes charged to the socket, 0: not known */
	u32 optmem_max; /* the most that a socket may be charged, 0: not known */
};
/* Attaches it to a local socket that receives nothing; needs no right. */
struct ob_err *tap_try(const struct ob_cbpf *code, u32 n, struct tap_trial *ret);

#endif
