/* SPDX-License-Identifier: BSD-2-Clause */
/* Live packets: Linux packet sockets with a ring in shared memory. */
#ifndef TAP_H
#define TAP_H

#include "isa/isa.h"

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

/* ---- capture (packet.c) ----
 *
 *	tap_open -> tap_start -> { tap_next | tap_wait }* -> tap_stats -> tap_close
 *
 * The socket receives nothing before tap_start has attached and locked the
 * filter, so no packet that it would refuse is ever seen. */
enum tap_direction { TAP_INOUT, TAP_IN, TAP_OUT };

struct tap_opts {
	const struct tap_iface *iface;
	u32 snaplen; /* 0: 262144 */
	u32 buffer;  /* bytes of ring; 0: 8 MiB */
	bool no_promiscuous;
	bool cooked; /* LINUX_SLL2 where another link type would do */
	enum tap_direction direction;
};

struct tap;
struct ob_err *tap_open(const struct tap_opts *o, struct tap **ret);
void tap_close(struct tap *t);
u32 tap_linktype(const struct tap *t); /* LINKTYPE_ number */
u32 tap_snaplen(const struct tap *t);

/* Begins. With n instructions the filter, compiled for tap_linktype and a live
 * capture, runs in the kernel. *refused is then 0, or why the kernel cannot
 * take it (errno): nothing has begun, and it may be started without. */
struct ob_err *tap_start(struct tap *t, const struct ob_cbpf *code, u32 n, int *refused);

struct tap_pkt {
	struct bytes data; /* until the next tap_next */
	u32 len;           /* on the wire */
	u64 ns;            /* since 1970 */
};

/* The next packet that is here, or false: wait. */
bool tap_next(struct tap *t, struct tap_pkt *ret);
/* Until packets come, a signal comes or ms have passed. Fails when the
 * interface has gone. */
struct ob_err *tap_wait(struct tap *t, int ms);

struct tap_stats {
	u64 received; /* by the filter, dropped ones included */
	u64 dropped;  /* for want of room in the ring */
};
struct tap_stats tap_stats(struct tap *t);

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
