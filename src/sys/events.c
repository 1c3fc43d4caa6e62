/* SPDX-License-Identifier: BSD-2-Clause */
/* What programs write for a reader: ring buffers and, one a CPU, perf buffers.
 *
 * A ring buffer (Documentation/bpf/ringbuf.rst): a page with the consumer's position,
 * one with the producer's, the data, twice side by side. A record is a head of 8 bytes
 * (length, two flags) and its data, rounded up to 8. A perf buffer: a page of
 * struct perf_event_mmap_page, the data; records wrap. */
#include "sys/load_priv.h"

#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { PERF_PAGES = 64, RECORD_MOST = 1 << 16, DRAIN = 4096 };

struct source {
	u32 map;
	s32 cpu;  /* -1: a ring buffer */
	int fd;   /* of the perf event, -1: a map's, which is not ours */
	int wait; /* poll() */
	u8 *own;  /* mapped, to be written */
	u8 *data; /* mapped, of a ring: behind its producer's page */
	u64 size; /* of the data */
	u64 own_n, data_n;
};

struct sys_events {
	const struct sys_loaded *l;
	struct source *source;
	u32 n, cap;
	int epoll;
	u8 *record; /* RECORD_MOST bytes: one that wraps, put together */
	u64 events, lost;
};

static u64 page_size(void) { return (u64)sysconf(_SC_PAGESIZE); }

static void source_close(struct source *s)
{
	if (s->own)
		munmap(s->own, s->own_n);
	if (s->data)
		munmap(s->data, s->data_n);
	if (s->wait >= 0)
		close(s->wait);
	if (s->fd >= 0)
		close(s->fd);
}

void sys_events_close(struct sys_events *e)
{
	if (!e)
		return;
	while (e->n)
		source_close(&e->source[--e->n]);
	if (e->epoll >= 0)
		close(e->epoll);
	free(e->source);
	free(e->record);
	free(e);
}

/* Takes s, also when there is no memory. */
static struct ob_err *add(struct sys_events *e, const struct source *s)
{
	struct epoll_event ev = {.events = EPOLLIN};

	if (e->n == e->cap) {
		u32 cap = e->cap ? 2 * e->cap : 8;
		struct source *more = realloc(e->source, cap * sizeof(*more));

		if (!more) {
			source_close((struct source *)(uintptr_t)s);
			return err_nomem();
		}
		e->source = more;
		e->cap = cap;
	}
	e->source[e->n++] = *s;
	if (epoll_ctl(e->epoll, EPOLL_CTL_ADD, s->wait, &ev))
		return err_sys(errno, "cannot wait for events");
	return NULL;
}

static u8 *mapped(long at) { return at < 0 && at >= -4095 ? NULL : (u8 *)at; }

/* ---- ring buffers ---- */

static u32 ring_size(const struct sys_loaded *l, u32 map)
{
	struct bpf_map_info i = {0};
	union bpf_attr a = {.info = {.bpf_fd = (u32)l->map[map],
				     .info_len = sizeof(i),
				     .info = (u64)(uintptr_t)&i}};

	return l->door->bpf(BPF_OBJ_GET_INFO_BY_FD, &a, sizeof(a)) < 0 ? 0 : i.max_entries;
}

static struct ob_err *open_ring(struct sys_events *e, u32 map)
{
	const struct sys_door *d = e->l->door;
	u64 page = page_size();
	struct source s = {.map = map, .cpu = -1, .fd = -1, .own_n = page};

	s.size = ring_size(e->l, map);
	s.data_n = page + 2 * s.size;
	long own = d->map(page, PROT_READ | PROT_WRITE, e->l->map[map], 0);
	long data = d->map(s.data_n, PROT_READ, e->l->map[map], (off_t)page);
	s.own = mapped(own);
	s.data = mapped(data);
	s.wait = d->wait(e->l->map[map]);
	if (s.own && s.data && s.wait >= 0 && s.size)
		return add(e, &s);
	int no = !s.own ? (int)own : !s.data ? (int)data : MIN(s.wait, 0);
	source_close(&s);
	return load_err(d, no, "cannot read the ring buffer %s", e->l->object->map[map].name);
}

static bool read_ring(struct sys_events *e, struct source *s, sys_event_fn *fn, void *arg)
{
	u64 page = page_size();
	u64 *consumer = (u64 *)(void *)s->own;
	const u64 *producer = (const u64 *)(const void *)s->data;
	u64 at = *consumer, end;
	bool more = true;

	while (more && at < (end = __atomic_load_n(producer, __ATOMIC_ACQUIRE))) {
		const u8 *record = s->data + page + (at & (s->size - 1));
		u32 len = __atomic_load_n((const u32 *)(const void *)record, __ATOMIC_ACQUIRE);
		u32 n = len & ~(u32)(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

		if (len & BPF_RINGBUF_BUSY_BIT || n > s->size)
			break;
		if (!(len & BPF_RINGBUF_DISCARD_BIT)) {
			e->events++;
			more = fn(arg, s->map, s->cpu, (struct bytes){record + 8, n});
		}
		at += ((u64)n + 8 + 7) & ~(u64)7;
		__atomic_store_n(consumer, at, __ATOMIC_RELEASE);
	}
	return more;
}

/* ---- perf buffers ---- */

static int open_perf(struct sys_events *e, u32 map, u32 cpu, struct source *s)
{
	const struct sys_door *d = e->l->door;
	struct perf_event_attr a = {.type = PERF_TYPE_SOFTWARE,
				    .config = PERF_COUNT_SW_BPF_OUTPUT,
				    .sample_type = PERF_SAMPLE_RAW,
				    .sample_period = 1,
				    .wakeup_events = 1};

	*s = (struct source){.map = map, .cpu = (s32)cpu, .wait = -1};
	s->size = PERF_PAGES * page_size();
	s->own_n = s->size + page_size();
	s->fd = d->perf(&a, -1, (int)cpu);
	if (s->fd < 0)
		return s->fd;
	long at = d->map(s->own_n, PROT_READ | PROT_WRITE, s->fd, 0);
	s->own = mapped(at);
	if (!s->own)
		return (int)at;
	s->wait = d->wait(s->fd);
	int no = s->wait < 0 ? s->wait : d->control(s->fd, PERF_EVENT_IOC_ENABLE, 0);
	u32 value = (u32)s->fd;
	union bpf_attr u = {.map_fd = (u32)e->l->map[map],
			    .key = (u64)(uintptr_t)&cpu,
			    .value = (u64)(uintptr_t)&value};
	return no < 0 ? no : d->bpf(BPF_MAP_UPDATE_ELEM, &u, sizeof(u));
}

static struct ob_err *open_perfs(struct sys_events *e, u32 map)
{
	u32 cpus = e->l->door->cpus(), most = e->l->object->map[map].shape.max_entries;
	struct ob_err *err = NULL;

	for (u32 cpu = 0; cpu < cpus && (!most || cpu < most) && !err; cpu++) {
		struct source s;
		int no = open_perf(e, map, cpu, &s);

		if (no >= 0) {
			err = add(e, &s);
			continue;
		}
		source_close(&s);
		if (no != -ENODEV) /* it is offline */
			err = load_err(e->l->door, no, "cannot read what %s gets on CPU %u",
				       e->l->object->map[map].name, cpu);
	}
	return err;
}

static const u8 *whole(struct sys_events *e, const struct source *s, u64 at, u32 n)
{
	const u8 *data = s->own + page_size();
	u64 off = at & (s->size - 1), first = MIN((u64)n, s->size - off);

	if (first == n)
		return data + off;
	memcpy(e->record, data + off, first);
	memcpy(e->record + first, data, n - first);
	return e->record;
}

static bool take(struct sys_events *e, const struct source *s, const struct perf_event_header *h,
		 sys_event_fn *fn, void *arg)
{
	const u8 *p = (const u8 *)(h + 1);
	u32 n = h->size - (u32)sizeof(*h), size;
	u64 lost;

	if (h->type == PERF_RECORD_LOST && n >= 16) {
		memcpy(&lost, p + 8, 8);
		e->lost += lost;
	}
	if (h->type != PERF_RECORD_SAMPLE || n < 4)
		return true;
	memcpy(&size, p, 4);
	e->events++;
	return fn(arg, s->map, s->cpu, (struct bytes){p + 4, MIN(size, n - 4)});
}

static bool read_perf(struct sys_events *e, struct source *s, sys_event_fn *fn, void *arg)
{
	struct perf_event_mmap_page *page = (void *)s->own;
	u64 head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE), at = page->data_tail;
	bool more = true;

	while (more && head - at >= sizeof(struct perf_event_header) && head - at <= s->size) {
		struct perf_event_header h;

		memcpy(&h, whole(e, s, at, sizeof(h)), sizeof(h));
		if (h.size < sizeof(h) || h.size > head - at)
			break;
		more = take(e, s, (const void *)whole(e, s, at, h.size), fn, arg);
		at += h.size;
		__atomic_store_n(&page->data_tail, at, __ATOMIC_RELEASE);
	}
	return more;
}

/* ---- all of an object ---- */

/* Is there a program that writes to perf buffers? They have other uses. */
static bool writes_perf(const struct object *o)
{
	enum { CALL = 0x85, OUTPUT = 25, SKB_OUTPUT = 111, XDP_OUTPUT = 121 };

	for (u32 i = 0; i < o->progs; i++)
		for (u32 k = 0; o->prog[i].prog && k < o->prog[i].prog->n; k++) {
			const struct ob_ebpf *c = &o->prog[i].prog->stored[k];

			if (c->code == CALL && !c->src &&
			    (c->imm == OUTPUT || c->imm == SKB_OUTPUT || c->imm == XDP_OUTPUT))
				return true;
		}
	return false;
}

struct ob_err *sys_events_open(const struct sys_loaded *l, struct sys_events **ret)
{
	struct sys_events *e = calloc(1, sizeof(*e));
	struct ob_err *err = NULL;
	bool perf = writes_perf(l->object);

	if (!e)
		return err_nomem();
	e->l = l;
	e->epoll = epoll_create1(EPOLL_CLOEXEC);
	e->record = malloc(RECORD_MOST);
	if (e->epoll < 0 || !e->record)
		err = err_nomem();
	for (u32 i = 0; i < l->object->maps && !err; i++) {
		u32 type = l->object->map[i].shape.type;

		if (l->map[i] >= 0 && type == MAPTYPE_RINGBUF)
			err = open_ring(e, i);
		else if (l->map[i] >= 0 && type == MAPTYPE_PERF_EVENT_ARRAY && perf)
			err = open_perfs(e, i);
	}
	if (err) {
		sys_events_close(e);
		return err;
	}
	*ret = e;
	return NULL;
}

u32 sys_events_sources(const struct sys_events *e) { return e->n; }

int sys_events_fd(const struct sys_events *e) { return e->epoll; }

void sys_events_count(const struct sys_events *e, u64 *events, u64 *lost)
{
	*events = e->events;
	*lost = e->lost;
}

bool sys_events_read(struct sys_events *e, sys_event_fn *fn, void *arg)
{
	u8 wakes[DRAIN];
	bool more = true;

	for (u32 i = 0; i < e->n && more; i++) {
		struct source *s = &e->source[i];

		if (e->l->door->own)
			while (read(s->wait, wakes, sizeof(wakes)) == sizeof(wakes))
				;
		more = s->cpu < 0 ? read_ring(e, s, fn, arg) : read_perf(e, s, fn, arg);
	}
	return more;
}
