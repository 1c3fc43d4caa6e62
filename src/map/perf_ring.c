/* SPDX-License-Identifier: BSD-2-Clause */
/* The ring of a perf event, as mmap() of one shows it: a struct
 * perf_event_mmap_page, then 2^n pages of records, which may wrap; behind those, one
 * page that no reader maps. Nothing that a reader can write is believed. */
#include "map/lock.h"
#include "map/priv.h"

#include <linux/perf_event.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <stdlib.h>
#include <unistd.h>

enum { PAGES_MAX = 1 << 16, RECORD_MAX = UINT16_MAX };

static const u64 magic = 0x3170722d6670626f; /* "obpf-rp1" */

/* The last page. */
struct own {
	u64 magic;
	struct map_perf_attr attr;
	u32 pages;
	struct map_lock lock;
	u64 head;   /* where the next record goes; it goes down when written backward */
	u64 wakeup; /* bytes for which the reader was woken */
	u64 lost;   /* records since the last one that there was room for */
	u32 events; /* records since the reader was woken */
};

struct map_perf {
	struct perf_event_mmap_page *page;
	u8 *data;
	struct own *own;
	u64 size; /* of the data */
	int fd;
};

/* ---- made, opened, closed ---- */

static u64 block_bytes(u32 pages) { return ((u64)pages + 2) * MAP_PAGE; }

static int attach(int fd, u32 pages, struct map_perf **ret)
{
	struct map_perf *p = calloc(1, sizeof(*p));
	u8 *at = p ? mmap(NULL, block_bytes(pages), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
		   : MAP_FAILED;

	if (at == MAP_FAILED) {
		free(p);
		return -ENOMEM;
	}
	p->page = (struct perf_event_mmap_page *)(void *)at;
	p->data = at + MAP_PAGE;
	p->size = (u64)pages * MAP_PAGE;
	p->own = (struct own *)(void *)(p->data + p->size);
	p->fd = fd;
	*ret = p;
	return 0;
}

static void begin(struct map_perf *p, const struct map_perf_attr *a, u32 pages)
{
	p->page->size = offsetof(struct perf_event_mmap_page, __reserved);
	p->page->cap_bit0_is_deprecated = 1;
	p->page->data_offset = MAP_PAGE;
	p->page->data_size = p->size;
	p->own->attr = *a;
	p->own->pages = pages;
	__atomic_store_n(&p->own->magic, magic, __ATOMIC_RELEASE);
}

int map_perf_create(const struct map_perf_attr *a, u32 pages, int fd, struct map_perf **ret)
{
	int err = 0;

	if (!pages || pages & (pages - 1) || pages > PAGES_MAX)
		err = -EINVAL;
	else if (fd < 0 && (fd = memfd_create("perf_event", MFD_CLOEXEC)) < 0)
		err = -errno;
	else if (ftruncate(fd, (off_t)block_bytes(pages)))
		err = -ENOMEM;
	if (!err)
		err = attach(fd, pages, ret);
	if (!err)
		begin(*ret, a, pages);
	else if (fd >= 0)
		close(fd);
	return err;
}

int map_perf_open(int fd, struct map_perf **ret)
{
	struct map_perf *p;
	struct stat st;
	int err = -EINVAL;

	if (!fstat(fd, &st) && st.st_size > 2 * MAP_PAGE &&
	    st.st_size <= (off_t)block_bytes(PAGES_MAX))
		err = attach(fd, (u32)(st.st_size / MAP_PAGE - 2), &p);
	if (err) {
		close(fd);
		return err;
	}
	if (p->own->magic != magic || block_bytes(p->own->pages) != (u64)st.st_size) {
		map_perf_close(p);
		return -EINVAL;
	}
	*ret = p;
	return 0;
}

void map_perf_close(struct map_perf *p)
{
	if (!p)
		return;
	munmap(p->page, p->size + 2 * MAP_PAGE);
	close(p->fd);
	free(p);
}

int map_perf_fd(const struct map_perf *p) { return p->fd; }

bool map_perf_readable(const struct map_perf *p)
{
	return __atomic_load_n(&p->page->data_head, __ATOMIC_ACQUIRE) !=
	       __atomic_load_n(&p->page->data_tail, __ATOMIC_ACQUIRE);
}

/* ---- records ---- */

/* Where a record is put together: bytes at `at` of the ring. */
struct pen {
	const struct map_perf *p;
	u64 at;
};

static void put(struct pen *pen, const void *from, u64 n)
{
	const u8 *f = from;

	while (n) {
		u64 off = pen->at & (pen->p->size - 1), some = MIN(n, pen->p->size - off);
		memcpy(pen->p->data + off, f, some);
		pen->at += some;
		f += some;
		n -= some;
	}
}

static void put64(struct pen *pen, u64 v) { put(pen, &v, 8); }
static void put32(struct pen *pen, u32 a, u32 b) { put(pen, (const u32[]){a, b}, 8); }

static const u64 words = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID |
			 PERF_SAMPLE_TIME | PERF_SAMPLE_ADDR | PERF_SAMPLE_ID |
			 PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD;

bool map_perf_takes(u64 sample_type) { return !(sample_type & ~(words | PERF_SAMPLE_RAW)); }

/* In the order of perf_event_open(2). */
static void put_sample(struct pen *pen, const struct map_perf_attr *a,
		       const struct map_perf_from *from)
{
	u64 t = a->sample_type;

	if (t & PERF_SAMPLE_IDENTIFIER)
		put64(pen, a->id);
	if (t & PERF_SAMPLE_IP)
		put64(pen, from->ip);
	if (t & PERF_SAMPLE_TID)
		put32(pen, from->pid, from->tid);
	if (t & PERF_SAMPLE_TIME)
		put64(pen, from->ns);
	if (t & PERF_SAMPLE_ADDR)
		put64(pen, 0);
	if (t & PERF_SAMPLE_ID)
		put64(pen, a->id);
	if (t & PERF_SAMPLE_STREAM_ID)
		put64(pen, a->id);
	if (t & PERF_SAMPLE_CPU)
		put32(pen, from->cpu, 0);
	if (t & PERF_SAMPLE_PERIOD)
		put64(pen, 0);
}

/* What the raw part has: its size, the bytes, up to a multiple of 8. */
static u32 raw_bytes(const struct map_perf_attr *a, const struct bytes part[2])
{
	if (!(a->sample_type & PERF_SAMPLE_RAW))
		return 0;
	return (u32)map_round(4 + part[0].n + part[1].n, 8);
}

static void put_raw(struct pen *pen, u32 raw, const struct bytes part[2])
{
	static const u8 zero[8];
	u32 size = raw - 4;

	if (!raw)
		return;
	put(pen, &size, 4);
	put(pen, part[0].p, part[0].n);
	put(pen, part[1].p, part[1].n);
	put(pen, zero, size - part[0].n - part[1].n);
}

static u64 room(const struct map_perf *p)
{
	u64 tail = __atomic_load_n(&p->page->data_tail, __ATOMIC_ACQUIRE), head = p->own->head;
	bool down = p->own->attr.backward;

	return (down ? head - tail - 1 : tail - head - 1) & (p->size - 1);
}

/* Must the reader be woken? */
static bool wakes(struct own *o, u64 written, u64 size)
{
	const struct map_perf_attr *a = &o->attr;
	u64 mark = a->watermark ? MIN(a->wakeup, size) : 0;
	bool wake = false;

	if (!mark)
		mark = size / 2;
	if (written - o->wakeup > mark) {
		o->wakeup += mark;
		wake = true;
	}
	if (!a->watermark && a->wakeup && ++o->events >= a->wakeup) {
		o->events -= a->wakeup;
		o->wakeup++; /* as Linux counts */
		wake = true;
	}
	return wake;
}

struct lost {
	struct perf_event_header header;
	u64 id, lost;
};

int map_perf_write(struct map_perf *p, const struct map_perf_from *from, const struct bytes part[2],
		   bool *wake)
{
	struct own *o = p->own;
	const struct map_perf_attr *a = &o->attr;
	u64 all = part[0].n + part[1].n;
	u32 raw = all > RECORD_MAX ? 0 : raw_bytes(a, part);
	u64 n = sizeof(struct perf_event_header) +
		8 * (u64)__builtin_popcountll(a->sample_type & words) + raw;

	*wake = false;
	if (all > RECORD_MAX || n > RECORD_MAX)
		return -E2BIG;
	int err = map_lock(&o->lock);
	if (err < 0)
		return err;
	u64 lost = o->lost, total = n + (lost ? sizeof(struct lost) : 0);
	if (total > p->size || (!a->overwrite && room(p) < total)) {
		o->lost = lost + 1;
		map_unlock(&o->lock);
		return -ENOSPC;
	}
	u64 head = a->backward ? o->head - total : o->head + total;
	struct pen pen = {p, a->backward ? head : o->head};
	if (lost) {
		struct lost l = {{PERF_RECORD_LOST, 0, sizeof(l)}, a->id, lost};
		put(&pen, &l, sizeof(l));
	}
	struct perf_event_header h = {PERF_RECORD_SAMPLE, PERF_RECORD_MISC_KERNEL, (u16)n};
	put(&pen, &h, sizeof(h));
	put_sample(&pen, a, from);
	put_raw(&pen, raw, part);
	o->head = head;
	o->lost = 0;
	__atomic_store_n(&p->page->data_head, head, __ATOMIC_RELEASE);
	*wake = wakes(o, a->backward ? -head : head, p->size);
	map_unlock(&o->lock);
	return 0;
}
