/* SPDX-License-Identifier: BSD-2-Clause */
/* What can be waited for in our world, and is no file that the kernel could wait
 * for: ring buffers and perf events. Each has a FIFO, into which its producer writes
 * a byte when a reader is to be woken, and out of which nobody reads: every byte is
 * an edge for all readers. A watch has an epoll of its own for these edges. What is
 * ready is told by the ring itself. */
#include "sys/preload_wait.h"

#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdlib.h>

static struct watch *all;
u32 user_watches;

static u64 load(const u8 *at)
{
	return __atomic_load_n((const u64 *)(const void *)at, __ATOMIC_ACQUIRE);
}

/* A perf event is ready once for every wake-up; a ring as long as it has data. */
u32 watch_ready(struct watch *w)
{
	u64 consumer, producer;

	switch (w->kind) {
	case WATCH_RING:
		consumer = load(w->page);
		producer = load(w->page + USER_PAGE);
		return consumer != producer ? EPOLLIN | EPOLLRDNORM : 0;
	case WATCH_USER_RING:
		consumer = load(w->page);
		producer = load(w->page + USER_PAGE);
		return producer - consumer < w->size ? EPOLLOUT | EPOLLWRNORM : 0;
	case WATCH_PERF:
		return w->armed ? EPOLLIN : 0;
	case WATCH_EPOLL:
		watch_drain_epoll(w->fd);
		return watch_epoll_ready(w->fd) ? EPOLLIN | EPOLLRDNORM : 0;
	}
	return 0;
}

void watch_begin(struct watch *w)
{
	const struct perf_event_mmap_page *perf = (const void *)w->page;

	watch_drain(w);
	w->armed = w->kind == WATCH_PERF ? load((const u8 *)&perf->data_head) !=
						   load((const u8 *)&perf->data_tail)
					 : watch_ready(w) != 0;
}

bool watch_drain(struct watch *w)
{
	struct epoll_event edge;
	bool any = w->wake >= 0 && real()->epoll_wait(w->wake, &edge, 1, 0) > 0;

	if (any)
		w->armed = true;
	return any;
}

bool watch_drain_epoll(int ep)
{
	bool any = false;

	for (struct watch *w = watch_next(ep, NULL); w; w = watch_next(ep, w))
		any |= watch_drain(w);
	return any;
}

bool watch_epoll_ready(int ep)
{
	bool any = false;

	for (struct watch *w = watch_next(ep, NULL); w; w = watch_next(ep, w)) {
		if (w->kind == WATCH_EPOLL)
			w->armed = true;
		w->armed = w->armed && watch_ready(w);
		any |= w->armed;
	}
	return any;
}

/* ---- writers that died ---- */

enum { STUCK = 16 };
static const s64 nap = 1000000000;

void watch_look(struct watch *w, struct look *l)
{
	if (w->kind == WATCH_EPOLL)
		for (struct watch *in = watch_next(w->fd, NULL); in; in = watch_next(w->fd, in))
			watch_look(in, l);
	if (w->kind != WATCH_RING)
		return;
	l->rings = true;
	if (!watch_ready(w))
		return;
	u64 consumer = load(w->page);
	w->stuck = w->seen == consumer ? w->stuck + 1 : 0;
	w->seen = consumer;
	if ((l->slept || w->stuck % STUCK == STUCK - 1) && l->n < LEN(l->fd))
		l->fd[l->n++] = w->fd;
}

s64 user_nap(const struct look *l, s64 left)
{
	return l->rings && (left < 0 || left > nap) ? nap : left;
}

bool user_look(const struct look *l)
{
	bool any = false;

	for (u32 i = 0; i < l->n; i++) {
		if (!kern_ring_pass(l->fd[i]))
			continue;
		any = true;
		user_wait_lock();
		for (struct watch *w = all; w; w = w->next)
			w->armed |= w->fd == l->fd[i];
		user_wait_unlock();
	}
	return any;
}

/* ---- the list ---- */

struct watch *watch_find(int ep, int fd)
{
	for (struct watch *w = all; w; w = w->next)
		if (w->ep == ep && w->fd == fd)
			return w;
	return NULL;
}

struct watch *watch_next(int ep, struct watch *after)
{
	for (struct watch *w = after ? after->next : all; w; w = w->next)
		if (w->ep == ep)
			return w;
	return NULL;
}

struct watch *watch_of_event(int ep, u64 data)
{
	for (struct watch *w = all; w; w = w->next)
		if ((u64)(uintptr_t)w == data && w->ep == ep)
			return w;
	return NULL;
}

bool watch_is_epoll(int fd) { return watch_next(fd, NULL); }

static int open_in_world(const char *kind, u32 id, int flags)
{
	char path[USER_PATH];

	if (snprintf(path, sizeof(path), "%s/%s.%u", user_world, kind, id) >= (int)sizeof(path))
		return -1;
	if (flags & O_NONBLOCK && mkfifo(path, 0600) && errno != EEXIST)
		return -1;
	int fd = real()->open(path, flags | O_CLOEXEC);
	return fd < 0 ? fd : user_high(fd);
}

static bool open_edges(struct watch *w, const char *fifo, u32 id)
{
	struct epoll_event edge = {.events = EPOLLIN | EPOLLET};

	w->fifo = open_in_world(fifo, id, O_RDWR | O_NONBLOCK);
	w->wake = w->fifo < 0 ? -1 : epoll_create1(EPOLL_CLOEXEC);
	if (w->wake < 0)
		return false;
	w->wake = user_high(w->wake);
	return !real()->epoll_ctl(w->wake, EPOLL_CTL_ADD, w->fifo, &edge);
}

/* The pages that hold the positions. */
static bool map_pages(struct watch *w, const char *kind, u32 id)
{
	int fd = open_in_world(kind, id, O_RDONLY);
	void *p = fd < 0 ? MAP_FAILED
			 : real()->mmap(NULL, 2 * USER_PAGE, PROT_READ, MAP_SHARED, fd, 0);

	if (fd >= 0)
		real()->close(fd);
	if (p == MAP_FAILED)
		return false;
	w->page = p;
	return true;
}

static int fill(struct watch *w, const struct user_object *o)
{
	struct bpf_map_info info = {0};

	if (o->kind == USER_PERF) {
		w->kind = WATCH_PERF;
		return open_edges(w, "wake-perf", o->id) && map_pages(w, "bpf-perf", o->id)
			       ? 0
			       : -ENOMEM;
	}
	if (!user_map_info(w->fd, &info) ||
	    (info.type != BPF_MAP_TYPE_RINGBUF && info.type != BPF_MAP_TYPE_USER_RINGBUF))
		return -EPERM;
	w->kind = info.type == BPF_MAP_TYPE_RINGBUF ? WATCH_RING : WATCH_USER_RING;
	w->size = info.max_entries;
	return open_edges(w, "wake", o->id) && map_pages(w, "bpf-map", o->id) ? 0 : -ENOMEM;
}

int watch_add(int ep, int fd, struct watch **ret)
{
	struct user_object o;
	bool inner = ep >= 0 && watch_is_epoll(fd);

	if (!inner && (!user_object(fd, &o) || (o.kind != USER_MAP && o.kind != USER_PERF)))
		return -ENOENT;
	struct watch *w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	w->ep = ep;
	w->fd = fd;
	w->wake = w->fifo = -1;
	w->kind = WATCH_EPOLL;
	int err = inner ? 0 : fill(w, &o);
	w->next = all;
	all = w;
	__atomic_add_fetch(&user_watches, 1, __ATOMIC_RELEASE);
	if (err) {
		watch_remove(w);
		return err;
	}
	*ret = w;
	return 0;
}

void watch_remove(struct watch *w)
{
	struct watch **at = &all;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	__atomic_sub_fetch(&user_watches, 1, __ATOMIC_RELEASE);
	if (w->wake >= 0)
		real()->close(w->wake);
	if (w->fifo >= 0)
		real()->close(w->fifo);
	if (w->page)
		real()->munmap(w->page, 2 * USER_PAGE);
	free(w);
}

void watch_forget(int fd)
{
	for (struct watch *w = all, *next; w; w = next) {
		next = w->next;
		if (w->ep == fd || w->fd == fd)
			watch_remove(w);
	}
}
