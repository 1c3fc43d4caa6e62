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
	u8 *page;  /* a ring's consumer and producer page, a perf event's first */
	u32 size;  /* of a ring's data, bytes */
	u64 seen;  /* a ring's consumer position, when it was last reported */
	u32 stuck; /* how often it has been reported there since */
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
/* Writers that died with a record, behind which nobody is woken: who waits for rings looks
 * at those whose reader comes again and again, and at all of them once a second. */
struct look {
	bool slept; /* a second, or to the end */
	bool rings; /* there are some */
	u32 n;      /* to look at */
	int fd[8];
};
void watch_look(struct watch *w, struct look *l);
/* Without the lock: is there now something else to be read? */
bool user_look(const struct look *l);
/* So long may one sleep who wants to sleep `left` ns. */
s64 user_nap(const struct look *l, s64 left);
/* The same for all of an epoll; and is one of them ready? */
bool watch_drain_epoll(int ep);
bool watch_epoll_ready(int ep);

#endif
