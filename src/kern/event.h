/* SPDX-License-Identifier: BSD-2-Clause */
/* Perf events that run programs: tracepoints, and probes of functions. */
#ifndef KERN_EVENT_H
#define KERN_EVENT_H

#include "kern/call.h"

#include <linux/perf_event.h>

enum event_kind { EVENT_TRACEPOINT, EVENT_KPROBE, EVENT_UPROBE };

enum { EVENT_NAME = 512 };

/* In an event file's head. */
struct event_head {
	u32 kind; /* enum event_kind */
	u32 returns;
	u32 prog_id; /* atomic: set by ioctl; 0: none, or a link's */
	u32 enabled; /* atomic */
	u64 config;  /* of a tracepoint: its number */
	u64 offset, ref_counter;
	char name[EVENT_NAME]; /* of the tracepoint, the function, the file */
};

struct kern_event {
	u32 id;
	struct object_file file;
	struct event_head *head;
};

/* perf_event_open of such a kind: a descriptor, -errno; ENOSYS: of another kind. */
int kern_event_open(const struct perf_event_attr *a, int pid, int cpu, unsigned long flags);
/* ENOTTY, as all of them for what they do not know. */
int kern_event_ioctl(struct object *event, unsigned long cmd, unsigned long arg);
/* May such a program run there, and does none yet? 0, EINVAL, EEXIST */
int kern_event_takes(const struct object *event, u32 prog_type);
/* The program of a link to the event; 0: there is none (bpf_link.c). */
u32 kern_event_link(u32 id);
/* What BPF_TASK_FD_QUERY and the info of links tell: enum bpf_task_fd_type,
 * enum bpf_perf_event_type. */
u32 kern_event_fd_type(const struct event_head *h);
u32 kern_event_link_type(const struct event_head *h);

#endif
