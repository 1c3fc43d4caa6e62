/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the preload library: what is waited for. The caller holds user_wait_lock. */
#ifndef SYS_PRELOAD_WAIT_H
#define SYS_PRELOAD_WAIT_H

#include "sys/preload.h"

enum { USER_PAGE = 4096 };

enum watch_kind { WATCH_RING, WATCH_USER_RING, WATCH_PERF, WATCH_EPOLL };

/* One object in one epoll, or in poll() and select(): then ep is -1. Armed: it was
 * ready when it was added, or has been woken since. What is armed and ready is
 * reported; what is armed and not ready is disarmed. So does the kernel with its
 * own list. */
struct watch {
	struct watch *next;
	enum watch_kind kind;
	int ep, fd;
	int fifo, wake; /* wake: an epoll that is ready when the FIFO has had a byte;
			 * -1: it is an epoll with watches of its own */
	bool armed, reported;
	u8 *page; /* a ring's consumer and producer page, a perf event's first */
	u32 size; /* of a ring's data, bytes */
	struct epoll_event event;
};

/* ENOENT: not for us; EPERM: it cannot be waited for. */
int watch_add(int ep, int fd, struct watch **ret);
void watch_remove(struct watch *w);
struct watch *watch_find(int ep, int fd);
struct watch *watch_next(int ep, struct watch *after);
/* The one that an event is for: its address is what the kernel was given. */
struct watch *watch_of_event(int ep, u64 data);
bool watch_is_epoll(int fd);

/* EPOLLIN ..., 0: not ready. */
u32 watch_ready(struct watch *w);
/* Is it ready from the start? */
void watch_begin(struct watch *w);
/* Arms it if it was woken since; was it? */
bool watch_drain(struct watch *w);
/* The same for all of an epoll; and is one of them ready? */
bool watch_drain_epoll(int ep);
bool watch_epoll_ready(int ep);

#endif
