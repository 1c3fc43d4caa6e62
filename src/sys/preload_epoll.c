/* SPDX-License-Identifier: BSD-2-Clause */
/* epoll with rings of our world in it. */
#include "sys/preload_wait.h"

#include <time.h>

/* ---- epoll_ctl ---- */

static int ctl_add(int ep, int fd, const struct epoll_event *event)
{
	struct watch *w;

	if (watch_find(ep, fd))
		return -EEXIST;
	int err = watch_add(ep, fd, &w);
	if (err)
		return err;
	struct epoll_event wake = {.events = EPOLLIN, .data.u64 = (u64)(uintptr_t)w};
	if (w->kind == WATCH_EPOLL)
		wake.events = event->events;
	w->event = *event;
	watch_begin(w);
	if (!real()->epoll_ctl(ep, EPOLL_CTL_ADD, w->wake < 0 ? fd : w->wake, &wake))
		return 0;
	err = -errno;
	watch_remove(w);
	return err;
}

static int ctl_del(struct watch *w)
{
	int err = real()->epoll_ctl(w->ep, EPOLL_CTL_DEL, w->wake < 0 ? w->fd : w->wake, NULL);

	watch_remove(w);
	return err ? -errno : 0;
}

static int ctl_mod(struct watch *w, const struct epoll_event *event)
{
	w->event = *event;
	w->armed = w->armed || watch_ready(w);
	return 0;
}

/* 1: not for us. */
static int ctl(int ep, int op, int fd, const struct epoll_event *event)
{
	struct user_object o;
	struct watch *w;

	if (op == EPOLL_CTL_ADD) {
		int err = ctl_add(ep, fd, event);
		return err == -ENOENT ? 1 : err;
	}
	w = watch_find(ep, fd);
	if (!w)
		return user_object(fd, &o) && o.kind == USER_MAP ? -ENOENT : 1;
	return op == EPOLL_CTL_DEL ? ctl_del(w) : ctl_mod(w, event);
}

int epoll_ctl(int ep, int op, int fd, struct epoll_event *event)
{
	int keep = errno, ret = 1;
	bool some = __atomic_load_n(&user_watches, __ATOMIC_ACQUIRE);
	struct user_object o;

	if ((event || op == EPOLL_CTL_DEL) && (some || user_object(fd, &o))) {
		user_wait_lock();
		ret = ctl(ep, op, fd, event);
		user_wait_unlock();
	}
	if (ret > 0) {
		errno = keep;
		return real()->epoll_ctl(ep, op, fd, event);
	}
	errno = ret ? -ret : keep;
	return ret ? -1 : 0;
}

/* ---- epoll_wait ---- */

static bool report(struct watch *w, struct epoll_event *to)
{
	u32 ready = w->armed ? watch_ready(w) : 0;
	u32 events = ready & (w->event.events | EPOLLERR | EPOLLHUP);

	if (!ready || w->kind == WATCH_PERF || (w->event.events & (EPOLLET | EPOLLONESHOT)))
		w->armed = false;
	if (!events)
		return false;
	*to = (struct epoll_event){.events = events, .data = w->event.data};
	if (w->event.events & EPOLLONESHOT)
		w->event.events = EPOLLONESHOT;
	w->reported = true;
	return true;
}

/* What is ready without asking the kernel. */
static int collect(int ep, struct epoll_event *to, int max, struct look *l)
{
	int n = 0;

	user_wait_lock();
	for (struct watch *w = watch_next(ep, NULL); w; w = watch_next(ep, w)) {
		w->reported = false;
		if (w->kind == WATCH_EPOLL)
			w->armed = watch_ready(w);
		watch_look(w, l);
		if (n < max && report(w, &to[n]))
			n++;
	}
	user_wait_unlock();
	return n;
}

/* The kernel's n events, as the program is to see them. */
static int translate(int ep, struct epoll_event *e, int n)
{
	int kept = 0;

	user_wait_lock();
	for (int i = 0; i < n; i++) {
		struct watch *w = watch_of_event(ep, e[i].data.u64);

		if (!w) {
			e[kept++] = e[i];
		} else if (w->kind == WATCH_EPOLL) {
			bool genuine = !watch_drain_epoll(w->fd) || watch_ready(w);

			if (genuine && !w->reported)
				e[kept++] = (struct epoll_event){e[i].events, w->event.data};
		} else if (watch_drain(w) && !w->reported && report(w, &e[kept])) {
			kept++;
		}
	}
	user_wait_unlock();
	return kept;
}

static int user_epoll(int ep, struct epoll_event *events, int max, s64 ns, const sigset_t *mask)
{
	s64 end = ns < 0 ? -1 : user_now() + ns;
	bool slept = false;

	for (;;) {
		struct look l = {.slept = slept};
		int n = collect(ep, events, max, &l), more = 0;
		s64 left = n ? 0 : user_left(end);

		if (user_look(&l) && !n)
			continue;
		if (n < max)
			more = real()->epoll_pwait(ep, events + n, max - n,
						   user_ms(user_nap(&l, left)), mask);
		if (more < 0)
			return n ? n : more;
		slept = !more;
		n += translate(ep, events + n, more);
		if (n || (!more && end >= 0 && !user_left(end)))
			return n;
	}
}

static bool ours(int ep, int max)
{
	if (!__atomic_load_n(&user_watches, __ATOMIC_ACQUIRE) || max <= 0)
		return false;
	user_wait_lock();
	bool is = watch_is_epoll(ep);
	user_wait_unlock();
	return is;
}

int epoll_wait(int ep, struct epoll_event *events, int max, int timeout)
{
	if (!ours(ep, max))
		return real()->epoll_wait(ep, events, max, timeout);
	return user_epoll(ep, events, max, timeout < 0 ? -1 : timeout * (s64)1000000, NULL);
}

int epoll_pwait(int ep, struct epoll_event *events, int max, int timeout, const sigset_t *mask)
{
	if (!ours(ep, max))
		return real()->epoll_pwait(ep, events, max, timeout, mask);
	return user_epoll(ep, events, max, timeout < 0 ? -1 : timeout * (s64)1000000, mask);
}

int epoll_pwait2(int ep, struct epoll_event *events, int max, const struct timespec *timeout,
		 const sigset_t *mask)
{
	if (!ours(ep, max))
		return real()->epoll_pwait2(ep, events, max, timeout, mask);
	return user_epoll(ep, events, max, user_ns(timeout), mask);
}
