/* SPDX-License-Identifier: BSD-2-Clause */
/* poll() and select() on rings of our world. */
#include "sys/preload_wait.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

/* libc declares that poll() only writes to its argument. */
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

enum { SMALL = 64, NEVER = -1 };

/* ---- what all that waits shares ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sigset_t before; /* of who holds it */

/* Without signals: a handler may close(), which takes it, too. */
void user_wait_lock(void)
{
	sigset_t all, own;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &own);
	pthread_mutex_lock(&lock);
	before = own;
}

void user_wait_unlock(void)
{
	sigset_t own = before;

	pthread_mutex_unlock(&lock);
	pthread_sigmask(SIG_SETMASK, &own, NULL);
}

s64 user_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return user_ns(&t);
}

s64 user_ns(const struct timespec *t)
{
	return t ? t->tv_sec * (s64)1000000000 + t->tv_nsec : NEVER;
}

s64 user_left(s64 end) { return end < 0 ? NEVER : MAX(end - user_now(), 0); }

int user_ms(s64 ns) { return ns < 0 ? NEVER : (int)MIN((ns + 999999) / 1000000, INT32_MAX); }

/* ---- poll ---- */

/* fds as the program gave them, own as the kernel is to see them: what tells of a
 * ring's edges stands in its place. */
struct job {
	struct pollfd *fds, *own;
	nfds_t n;
};

static struct watch *watch_for(int fd)
{
	struct watch *w = watch_find(NEVER, fd);

	if (w)
		return w;
	if (watch_add(NEVER, fd, &w))
		return NULL;
	watch_begin(w);
	return w;
}

/* What is ready without asking the kernel: how many? */
static int begin(struct job *j, struct look *l)
{
	int ready = 0;

	user_wait_lock();
	for (nfds_t i = 0; i < j->n; i++) {
		struct pollfd *fd = &j->fds[i], *own = &j->own[i];
		struct watch *w;

		*own = *fd;
		fd->revents = 0;
		if (fd->fd < 0)
			continue;
		if (watch_is_epoll(fd->fd)) {
			watch_drain_epoll(fd->fd);
			if (watch_epoll_ready(fd->fd))
				fd->revents = fd->events & (POLLIN | POLLRDNORM);
		} else if ((w = watch_for(fd->fd))) {
			watch_drain(w);
			watch_look(w, l);
			fd->revents = (short)(watch_ready(w) & (u32)fd->events);
			if (fd->revents && w->kind == WATCH_PERF)
				w->armed = false;
			own->fd = w->wake;
			own->events = POLLIN;
		}
		ready += fd->revents != 0;
	}
	user_wait_unlock();
	return ready;
}

/* The kernel has looked: how many are ready now? An epoll may be ready only for an
 * edge of a ring that is not. */
static int end(struct job *j)
{
	int n = 0;

	user_wait_lock();
	for (nfds_t i = 0; i < j->n; i++) {
		struct pollfd *fd = &j->fds[i];
		short told = j->own[i].revents;

		if (fd->fd >= 0 && fd->fd == j->own[i].fd) {
			bool ours = told && watch_is_epoll(fd->fd);

			if (!ours || !watch_drain_epoll(fd->fd) || watch_epoll_ready(fd->fd))
				fd->revents |= told;
		}
		n += fd->revents != 0;
	}
	user_wait_unlock();
	return n;
}

static int wait_for(struct job *j, s64 ns, const sigset_t *mask)
{
	s64 last = ns < 0 ? NEVER : user_now() + ns;
	bool slept = false;

	for (;;) {
		struct look l = {.slept = slept};
		int ready = begin(j, &l);
		s64 left = user_nap(&l, ready ? 0 : user_left(last));
		struct timespec t = {left / 1000000000, left % 1000000000};

		user_look(&l);
		int told = real()->ppoll(j->own, j->n, left < 0 ? NULL : &t, mask);
		if (told < 0 && !ready)
			return told;
		if (told < 0)
			return ready;
		slept = !told;
		int n = end(j);
		if (n || (last >= 0 && !user_left(last)))
			return n;
	}
}

static int user_poll(struct pollfd *fds, nfds_t n, s64 ns, const sigset_t *mask)
{
	struct pollfd small[SMALL];
	struct job j = {fds, n > SMALL ? malloc(n * sizeof(*fds)) : small, n};

	if (!j.own) {
		errno = ENOMEM;
		return -1;
	}
	int ret = wait_for(&j, ns, mask);
	if (j.own != small)
		free(j.own);
	return ret;
}

/* Has it a descriptor of ours? */
static bool ours(const struct pollfd *fds, nfds_t n)
{
	struct user_object o;
	bool any = false;

	if (!user_met)
		return false;
	user_wait_lock();
	for (nfds_t i = 0; i < n && !any; i++)
		any = fds[i].fd >= 0 && (watch_is_epoll(fds[i].fd) || user_object(fds[i].fd, &o));
	user_wait_unlock();
	return any;
}

int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	if (!ours(fds, n))
		return real()->poll(fds, n, timeout);
	return user_poll(fds, n, timeout < 0 ? NEVER : timeout * (s64)1000000, NULL);
}

int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	if (!ours(fds, n))
		return real()->ppoll(fds, n, timeout, mask);
	return user_poll(fds, n, user_ns(timeout), mask);
}

int __poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t size);
int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask,
		size_t size);

static void must_fit(nfds_t n, size_t size)
{
	if (size / sizeof(struct pollfd) < n)
		abort();
}

int __poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t size)
{
	must_fit(n, size);
	return poll(fds, n, timeout);
}

int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask,
		size_t size)
{
	must_fit(n, size);
	return ppoll(fds, n, timeout, mask);
}

/* ---- select ---- */

static const struct set {
	short asked, told;
} sets[3] = {
	{POLLIN, POLLIN | POLLHUP | POLLERR},
	{POLLOUT, POLLOUT | POLLERR},
	{POLLPRI, POLLPRI},
};

static nfds_t from_sets(fd_set *const set[3], int n, struct pollfd *to)
{
	nfds_t used = 0;

	for (int fd = 0; fd < n; fd++) {
		short events = 0;

		for (u32 s = 0; s < LEN(sets); s++)
			if (set[s] && FD_ISSET(fd, set[s]))
				events |= sets[s].asked;
		if (events)
			to[used++] = (struct pollfd){.fd = fd, .events = events};
	}
	return used;
}

static int to_sets(fd_set *const set[3], int n, const struct pollfd *from, nfds_t used)
{
	int count = 0;

	for (int fd = 0; fd < n; fd++)
		for (u32 s = 0; s < LEN(sets); s++)
			if (set[s])
				FD_CLR(fd, set[s]);
	for (nfds_t i = 0; i < used; i++)
		for (u32 s = 0; s < LEN(sets); s++)
			if ((from[i].events & sets[s].asked) && (from[i].revents & sets[s].told)) {
				FD_SET(from[i].fd, set[s]);
				count++;
			}
	return count;
}

/* false: none of them is ours. */
static bool user_select(int n, fd_set *const set[3], s64 ns, const sigset_t *mask, int *ret)
{
	struct pollfd fds[FD_SETSIZE];

	if (!user_met || n < 0 || n > FD_SETSIZE)
		return false;
	nfds_t used = from_sets(set, n, fds);
	if (!ours(fds, used))
		return false;
	*ret = user_poll(fds, used, ns, mask);
	for (nfds_t i = 0; *ret > 0 && i < used; i++)
		if (fds[i].revents & POLLNVAL) {
			errno = EBADF;
			*ret = -1;
		}
	if (*ret >= 0)
		*ret = to_sets(set, n, fds, used);
	return true;
}

int select(int n, fd_set *in, fd_set *out, fd_set *other, struct timeval *timeout)
{
	s64 ns = timeout ? timeout->tv_sec * (s64)1000000000 + timeout->tv_usec * 1000 : NEVER;
	s64 last = ns < 0 ? NEVER : user_now() + ns;
	int ret;

	if (!user_select(n, (fd_set *const[]){in, out, other}, ns, NULL, &ret))
		return real()->select(n, in, out, other, timeout);
	if (timeout) {
		s64 left = user_left(last);
		*timeout = (struct timeval){left / 1000000000, left % 1000000000 / 1000};
	}
	return ret;
}

int pselect(int n, fd_set *in, fd_set *out, fd_set *other, const struct timespec *timeout,
	    const sigset_t *mask)
{
	int ret;

	if (!user_select(n, (fd_set *const[]){in, out, other}, user_ns(timeout), mask, &ret))
		return real()->pselect(n, in, out, other, timeout, mask);
	return ret;
}
