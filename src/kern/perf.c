/* SPDX-License-Identifier: BSD-2-Clause */
/* Perf events of the kind that only bpf() writes to: PERF_COUNT_SW_BPF_OUTPUT, into
 * whose ring bpf_perf_event_output writes. kernel/events/ring_buffer.c.
 *
 * Its file is the ring as a reader maps it, a struct perf_event_mmap_page and then
 * the data, of which memory is taken as far as it is written to. */
#include "kern/event.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	PAGE = 4096,
	DATA_MOST = 16 << 20,
	KNOWN = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME |
		PERF_SAMPLE_ADDR | PERF_SAMPLE_ID | PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_CPU |
		PERF_SAMPLE_PERIOD | PERF_SAMPLE_RAW,
	SAMPLE_MOST = UINT16_MAX & ~7,
};

struct perf_head {
	s32 cpu;
	u32 enabled;   /* atomic */
	u32 wakeup;    /* samples, 0: none wakes; or, with watermark, bytes */
	u32 watermark; /* bool */
	u64 sample_type;
	u64 period;
	u64 size;         /* of the data, 0: nobody has mapped it */
	u32 lock;         /* map_spin_lock; for what follows */
	u64 head, lost;   /* bytes, records */
	u64 events, woke; /* samples since a wake-up; where the last one was */
};

struct kern_perf {
	struct object_file file;
	struct perf_head *head;
	struct perf_event_mmap_page *page;
	u8 *data;
};

static struct kern_perf *adopt(struct kern_perf *p)
{
	p->head = (struct perf_head *)(void *)p->file.head->own;
	p->page = (struct perf_event_mmap_page *)(uintptr_t)p->file.blob;
	p->data = (u8 *)(uintptr_t)p->file.blob + PAGE;
	return p;
}

static int open_perf(int fd, u32 id, void **ret)
{
	struct kern_perf *p = calloc(1, sizeof(*p));
	int err = p ? object_map_file(fd, OBJECT_PERF, &p->file) : -ENOMEM;

	(void)id;
	close(fd);
	if (!err && p->file.n != PAGE + DATA_MOST) {
		object_unmap(&p->file);
		err = -EINVAL;
	}
	if (err) {
		free(p);
		return err;
	}
	*ret = adopt(p);
	return 0;
}

static void close_perf(void *arg)
{
	struct kern_perf *p = arg;

	object_unmap(&p->file);
	free(p);
}

const struct object_ops object_perf_ops = {open_perf, close_perf};

/* ---- perf_event_open ---- */

static int get_attr(u64 at, struct perf_event_attr *ret)
{
	struct perf_event_attr a = {0};
	int err = user_read(&a, at, PERF_ATTR_SIZE_VER0);

	if (err)
		return err;
	u32 size = a.size ? a.size : PERF_ATTR_SIZE_VER0;
	if (size < PERF_ATTR_SIZE_VER0 || size > PAGE)
		return -E2BIG;
	err = user_rest_is_zero(at, size, sizeof(a));
	if (!err)
		err = user_read(&a, at, MIN(size, sizeof(a)));
	*ret = a;
	return err;
}

static int check(const struct perf_event_attr *a, int pid, int cpu, unsigned long flags)
{
	if (flags &
	    ~(unsigned long)(PERF_FLAG_FD_CLOEXEC | PERF_FLAG_FD_NO_GROUP | PERF_FLAG_FD_OUTPUT))
		return -EINVAL;
	if (pid == -1 && cpu == -1)
		return -EINVAL;
	if (cpu < -1 || cpu >= (s64)kern_cpus())
		return cpu < -1 ? -EINVAL : -ENODEV;
	return a->sample_type & ~(u64)KNOWN || a->write_backward ? -EOPNOTSUPP : 0;
}

static int create(const struct perf_event_attr *a, int cpu)
{
	struct kern_perf *p = calloc(1, sizeof(*p));
	int fd = p ? object_file(world(), OBJECT_PERF, NULL, PAGE + DATA_MOST, &p->file) : -ENOMEM;

	if (fd < 0) {
		free(p);
		return fd;
	}
	u32 id = p->file.head->id;
	*adopt(p)->head = (struct perf_head){.cpu = cpu,
					     .enabled = !a->disabled,
					     .wakeup = a->wakeup_events,
					     .watermark = a->watermark,
					     .sample_type = a->sample_type,
					     .period = a->sample_period};
	int err = kern_wake_make(OBJECT_PERF, id);
	if (err) {
		close_perf(p);
		close(fd);
		return err;
	}
	return object_add(world(), OBJECT_PERF, id, p, fd, O_RDWR);
}

int kern_perf_open(const void *attr, int pid, int cpu, int group, unsigned long flags)
{
	struct perf_event_attr a;
	int err = get_attr((u64)(uintptr_t)attr, &a);

	(void)group;
	if (err)
		return -ENOSYS;
	bool ring = a.type == PERF_TYPE_SOFTWARE && a.config == PERF_COUNT_SW_BPF_OUTPUT;
	if (ring && !world())
		return -errno;
	err = ring ? check(&a, pid, cpu, flags) : 0;
	int fd = err ? err : ring ? create(&a, cpu) : kern_event_open(&a, pid, cpu, flags);
	if (fd >= 0 && !(flags & PERF_FLAG_FD_CLOEXEC))
		fcntl(fd, F_SETFD, 0);
	return fd;
}

/* ---- what is done with its descriptor ---- */

static int control(struct kern_perf *p, u32 id, unsigned long cmd, unsigned long arg)
{
	u64 number = id;

	switch (cmd) {
	case PERF_EVENT_IOC_ENABLE:
	case PERF_EVENT_IOC_DISABLE:
		__atomic_store_n(&p->head->enabled, cmd == PERF_EVENT_IOC_ENABLE, __ATOMIC_RELEASE);
		return 0;
	case PERF_EVENT_IOC_RESET:
		return 0;
	case PERF_EVENT_IOC_ID:
		return user_write(arg, &number, sizeof(number));
	case PERF_EVENT_IOC_REFRESH:
	case PERF_EVENT_IOC_SET_FILTER:
	case PERF_EVENT_IOC_SET_BPF:
	case PERF_EVENT_IOC_QUERY_BPF:
		return -EINVAL;
	case PERF_EVENT_IOC_PERIOD:
	case PERF_EVENT_IOC_SET_OUTPUT:
	case PERF_EVENT_IOC_PAUSE_OUTPUT:
	case PERF_EVENT_IOC_MODIFY_ATTRIBUTES:
		return -EOPNOTSUPP;
	}
	return -ENOTTY;
}

int kern_perf_ioctl(int fd, unsigned long cmd, unsigned long arg)
{
	struct object *o;
	int err = object_of(fd, &o);

	if (err)
		return err;
	err = o->kind == OBJECT_PERF    ? control(o->p, o->id, cmd, arg)
	      : o->kind == OBJECT_EVENT ? kern_event_ioctl(o, cmd, arg)
					: -EINVAL;
	object_put(o);
	return err;
}

int kern_perf_mapped(void *arg, size_t n, bool writes)
{
	struct kern_perf *p = arg;
	u64 size = n - PAGE, before = 0;

	if (n <= PAGE || size & (size - 1) || size % PAGE)
		return -EINVAL;
	if (!writes)
		return -EOPNOTSUPP; /* old samples would be overwritten */
	if (size > DATA_MOST)
		return -EPERM;
	p->page->data_offset = PAGE;
	p->page->data_size = size;
	p->page->size = offsetof(struct perf_event_mmap_page, __reserved);
	return __atomic_compare_exchange_n(&p->head->size, &before, size, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_ACQUIRE) ||
			       before == size
		       ? 0
		       : -EINVAL;
}

/* ---- writing ---- */

struct record {
	struct kern_perf *p;
	u64 size, at; /* of the data; where the next byte goes */
};

static void put(struct record *r, const void *from, size_t n)
{
	u64 off = r->at & (r->size - 1), first = MIN(n, r->size - off);

	memcpy(r->p->data + off, from, first);
	memcpy(r->p->data, (const u8 *)from + first, n - first);
	r->at += n;
}

static void put_u64(struct record *r, u64 v) { put(r, &v, sizeof(v)); }

static void put_two(struct record *r, u32 a, u32 b) { put(r, (u32[2]){a, b}, 8); }

static void put_head(struct record *r, u32 type, u16 misc, u64 size)
{
	struct perf_event_header h = {.type = type, .misc = misc, .size = (u16)size};

	put(r, &h, sizeof(h));
}

/* In the order of perf_output_sample(). */
static void put_fields(struct record *r, u64 type, u32 id)
{
	if (type & PERF_SAMPLE_IDENTIFIER)
		put_u64(r, id);
	if (type & PERF_SAMPLE_IP)
		put_u64(r, 0);
	if (type & PERF_SAMPLE_TID)
		put_two(r, (u32)getpid(), (u32)syscall(SYS_gettid));
	if (type & PERF_SAMPLE_TIME)
		put_u64(r, clock_ns(CLOCK_MONOTONIC));
	if (type & PERF_SAMPLE_ADDR)
		put_u64(r, 0);
	if (type & PERF_SAMPLE_ID)
		put_u64(r, id);
	if (type & PERF_SAMPLE_STREAM_ID)
		put_u64(r, id);
	if (type & PERF_SAMPLE_CPU)
		put_two(r, (u32)r->p->head->cpu, 0);
	if (type & PERF_SAMPLE_PERIOD)
		put_u64(r, r->p->head->period);
}

static void put_raw(struct record *r, const void *data, u32 n)
{
	u32 whole = ((n + 4 + 7) & ~7u) - 4;

	put(r, &whole, 4);
	put(r, data, n);
	put(r, (u8[8]){0}, whole - n);
}

/* Is a reader to be woken for what was written up to here? */
static bool wakes(struct perf_head *h)
{
	u64 mark = h->watermark && h->wakeup ? MIN(h->wakeup, h->size) : h->size / 2;
	bool wake = false;

	if (h->head - h->woke > mark) {
		h->woke = h->head;
		wake = true;
	}
	if (!h->watermark && h->wakeup && ++h->events >= h->wakeup) {
		h->events = 0;
		wake = true;
	}
	return wake;
}

enum { LOST_BYTES = 24 };

static s64 write_sample(struct kern_perf *p, u32 id, const void *data, u32 n, bool *wake)
{
	struct perf_head *h = p->head;
	u32 fields = (u32)__builtin_popcountll(h->sample_type & ~(u64)PERF_SAMPLE_RAW) * 8;
	bool raw = h->sample_type & PERF_SAMPLE_RAW;
	u64 size = sizeof(struct perf_event_header) + fields + (raw ? (n + 4 + 7) & ~7u : 0);
	u64 room = size + (h->lost ? LOST_BYTES : 0);
	u64 tail = __atomic_load_n(&p->page->data_tail, __ATOMIC_ACQUIRE);

	if (size > SAMPLE_MOST)
		return -E2BIG;
	if (h->head - tail + room >= h->size) {
		h->lost++;
		return -ENOSPC;
	}
	struct record r = {p, h->size, h->head};
	if (h->lost) {
		put_head(&r, PERF_RECORD_LOST, 0, LOST_BYTES);
		put_u64(&r, id);
		put_u64(&r, h->lost);
		h->lost = 0;
	}
	put_head(&r, PERF_RECORD_SAMPLE, PERF_RECORD_MISC_KERNEL, size);
	put_fields(&r, h->sample_type, id);
	if (raw)
		put_raw(&r, data, n);
	h->head = r.at;
	__atomic_store_n(&p->page->data_head, h->head, __ATOMIC_RELEASE);
	*wake = wakes(h);
	return 0;
}

static s64 output(struct object *o, u32 cpu, const void *data, u32 n)
{
	struct kern_perf *p = o->p;
	struct perf_head *h = p->head;
	bool wake = false;

	if (!__atomic_load_n(&h->enabled, __ATOMIC_ACQUIRE) || (u32)h->cpu != cpu)
		return -EOPNOTSUPP;
	u64 size = __atomic_load_n(&h->size, __ATOMIC_ACQUIRE);
	if (!size || size > DATA_MOST || size & (size - 1))
		return -ENOSPC;
	map_spin_lock(&h->lock);
	s64 ret = write_sample(p, o->id, data, n, &wake);
	map_spin_unlock(&h->lock);
	if (wake)
		kern_wake(OBJECT_PERF, o->id);
	return ret;
}

struct object *kern_perf_at(struct map *m, u64 flags, u32 cpu, s64 *err)
{
	u64 index = flags & BPF_F_INDEX_MASK;

	index = index == BPF_F_CURRENT_CPU ? cpu : index;
	*err = flags & ~(u64)BPF_F_INDEX_MASK || m->type != BPF_MAP_TYPE_PERF_EVENT_ARRAY ? -EINVAL
	       : index >= m->max_entries                                                  ? -E2BIG
											  : 0;
	u32 id = *err ? 0 : __atomic_load_n((u32 *)(void *)m->data + index, __ATOMIC_ACQUIRE);
	struct object *o = id ? kern_recent(OBJECT_PERF, id) : NULL;
	if (!*err && !o)
		*err = -ENOENT;
	return o;
}

s64 kern_perf_output(struct map *m, u64 flags, u32 cpu, const void *data, u64 n)
{
	s64 err;
	struct object *o = kern_perf_at(m, flags, cpu, &err);

	if (!o)
		return err;
	return n > SAMPLE_MOST ? -E2BIG : output(o, cpu, data, (u32)n);
}
