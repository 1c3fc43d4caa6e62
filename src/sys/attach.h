/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the loader: where programs attach. One const struct for each kind of place. */
#ifndef SYS_ATTACH_H
#define SYS_ATTACH_H

#include "sys/load_priv.h"

#include <linux/perf_event.h>

/* One attachment, as it is made. */
struct attach {
	const struct sys_loaded *l;
	const struct object_program *p;
	const struct sys_attach_opts *opts;
	const struct sys_door *door;
	int prog; /* its descriptor */
};

struct attach_kind {
	const char *const *section; /* what its sections begin with; ends with NULL */
	/* Adds to `to` what holds it, and says where it is; what is in `to` is undone by the
	 * caller after an error. */
	struct ob_err *(*attach)(const struct attach *a, struct sys_link *to);
};

extern const struct attach_kind attach_uprobe, attach_uprobe_multi,
	attach_usdt; /* attach_user.c ... */
extern const struct attach_kind attach_kprobe, attach_kprobe_multi;
extern const struct attach_kind attach_tracing, attach_raw_tp, attach_iter;
extern const struct attach_kind attach_tracepoint, attach_samples;
extern const struct attach_kind attach_xdp, attach_tc, attach_netkit;
extern const struct attach_kind attach_cgroup, attach_netns, attach_netfilter, attach_socket;
extern const struct attach_kind attach_none;

/* Takes fd. */
struct ob_err *link_hold(struct sys_link *to, int fd);
struct ob_err *link_where(struct sys_link *to, const char *fmt, ...) PRINTF(2, 3);
/* BPF_LINK_CREATE onto a target, which is held: the descriptor or -errno. */
int attach_link(const struct attach *a, u32 target);
/* "main (xdp): cannot attach to lo: why" */
struct ob_err *attach_err(const struct attach *a, int err, const char *fmt, ...) PRINTF(3, 4);
/* Does name begin with word, ended by / or by its end? */
bool attach_prefix(const char *name, const char *word);

/* ---- events (attach_event.c) ---- */

/* Opens the event and gives it the program: by a link where there is such, which keeps
 * the cookie. Held by `to`. 0 or -errno. */
int event_attach(const struct attach *a, struct perf_event_attr *e, pid_t pid, int cpu, u64 cookie,
		 struct sys_link *to);
/* A file of tracefs: the number in it; -errno. */
long tracefs_number(const char *path);
/* EADDRNOTAVAIL: what the text names is not there. */
int tracefs_write(const char *path, const char *text);
extern const char *const tracefs[2];
struct ob_err *event_err(const struct attach *a, int err, const char *unit, const char *fmt, ...)
	PRINTF(4, 5);
/* An event of a function by tracefs's uprobe_events or kprobe_events, for kernels without
 * such a unit. what: "/bin/sh:0x1234", "do_exit+0". */
struct ob_err *event_by_name(const struct attach *a, const char *unit, bool returns,
			     const char *what, struct sys_link *to);

/* A kernel without kprobes may let the same program run at the entry or the exit of a
 * function by its types, when it does not read its context (attach_types.c). Takes err,
 * which says why there are no kprobes, and returns it with why not so either. */
struct ob_err *attach_by_types(const struct attach *a, const char *function, bool returns,
			       struct ob_err *err, struct sys_link *to);

/* ---- interfaces (netlink.c): 0 or -errno ---- */
int netlink_xdp(u32 ifindex, int prog, u32 flags);
int netlink_clsact(u32 ifindex);
/* Adds or removes the filter of a priority, which adding chooses and *priority tells. */
int netlink_filter(u32 ifindex, bool egress, int prog, const char *name, u32 *priority);
int netlink_filter_remove(u32 ifindex, bool egress, u32 priority);

/* ---- programs of users (symbols.c) ---- */

struct program_file {
	char *path;
	struct bytes bytes; /* mapped */
	struct elf elf;
};
/* By its path, or by its name in PATH, or as a library where those are. */
struct ob_err *program_file_open(const char *name, pid_t pid, struct program_file *ret);
void program_file_close(struct program_file *f);
/* Where in the file a virtual address lies, -1: nowhere. */
s64 program_file_offset(const struct program_file *f, u64 addr);
/* Calls fn for each function whose name matches the pattern (fnmatch); until it
 * returns false. */
void program_functions(const struct program_file *f, const char *pattern,
		       bool (*fn)(void *arg, const char *name, u64 off), void *arg);

#endif
