/* SPDX-License-Identifier: BSD-2-Clause */
/* Perf events of a world: what a reader finds in the ring, and when it is woken. */
#include "kern/call.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 2, SIZE = PAGES * PAGE };

static int failed;

static void check(const char *name, bool good)
{
	printf("%s %s%s\n", good ? "ok" : "FAIL", name, good ? "" : ": not as wanted");
	failed |= !good;
}

static int map_create_perf(void)
{
	union bpf_attr a = {.map_type = BPF_MAP_TYPE_PERF_EVENT_ARRAY,
			    .key_size = 4,
			    .value_size = 4,
			    .max_entries = 4};

	return kern_bpf(BPF_MAP_CREATE, &a, sizeof(a));
}

static int put(int map, u32 key, int fd)
{
	union bpf_attr a = {
		.map_fd = (u32)map, .key = (u64)(uintptr_t)&key, .value = (u64)(uintptr_t)&fd};

	return kern_bpf(BPF_MAP_UPDATE_ELEM, &a, sizeof(a));
}

static int drop(int map, u32 key)
{
	union bpf_attr a = {.map_fd = (u32)map, .key = (u64)(uintptr_t)&key};

	return kern_bpf(BPF_MAP_DELETE_ELEM, &a, sizeof(a));
}

static struct perf_event_attr attr(u64 sample_type)
{
	return (struct perf_event_attr){.size = sizeof(struct perf_event_attr),
					.type = PERF_TYPE_SOFTWARE,
					.config = PERF_COUNT_SW_BPF_OUTPUT,
					.sample_type = sample_type,
					.wakeup_events = 1};
}

struct reader {
	struct perf_event_mmap_page *page;
	u64 tail;
};

/* The next record, made whole; NULL: there is none. */
static const u8 *next(struct reader *r, struct perf_event_header *h)
{
	static u8 whole[1 << 16];
	const u8 *data = (const u8 *)r->page + PAGE;

	if (__atomic_load_n(&r->page->data_head, __ATOMIC_ACQUIRE) == r->tail)
		return NULL;
	for (u32 i = 0; i < sizeof(*h); i++)
		((u8 *)h)[i] = data[(r->tail + i) % SIZE];
	for (u32 i = 0; i < h->size; i++)
		whole[i] = data[(r->tail + i) % SIZE];
	r->tail += h->size;
	__atomic_store_n(&r->page->data_tail, r->tail, __ATOMIC_RELEASE);
	return whole + sizeof(*h);
}

/* A sample that is n bytes of this value. */
static bool is_sample(const u8 *p, const struct perf_event_header *h, u32 n, u8 value)
{
	u32 raw;

	if (!p || h->type != PERF_RECORD_SAMPLE || h->size % 8)
		return false;
	memcpy(&raw, p, 4);
	if (raw != ((n + 4 + 7) & ~7u) - 4 || h->size != 8 + 4 + raw)
		return false;
	for (u32 i = 0; i < raw; i++)
		if (p[4 + i] != (i < n ? value : 0))
			return false;
	return true;
}

static bool readable(int fd)
{
	struct pollfd p = {fd, POLLIN, 0};

	return poll(&p, 1, 0) == 1;
}

static void opening(void)
{
	struct perf_event_attr a = attr(PERF_SAMPLE_RAW), other = a;

	other.config = PERF_COUNT_SW_CPU_CLOCK;
	check("other events are Linux's", kern_perf_open(&other, 0, -1, -1, 0) == -ENOSYS);
	check("no memory, no attr", kern_perf_open((void *)8, 0, -1, -1, 0) == -ENOSYS);
	check("neither a process nor a CPU", kern_perf_open(&a, -1, -1, -1, 0) == -EINVAL);
	check("a CPU that is none", kern_perf_open(&a, -1, 4096, -1, 0) == -ENODEV);
	check("unknown flags", kern_perf_open(&a, -1, 0, -1, 1 << 20) == -EINVAL);
	int fd = kern_perf_open(&a, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	u64 id = 0;
	check("an event", fd >= 0);
	check("its number", !kern_perf_ioctl(fd, PERF_EVENT_IOC_ID, (unsigned long)&id) && id);
	check("no such ioctl", kern_perf_ioctl(fd, 0x1234, 0) == -ENOTTY);
	check("a ring of 3 pages",
	      kern_mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == -EINVAL);
	check("a private one",
	      kern_mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) == -EINVAL);
	close(fd);
}

static void slots(void)
{
	struct perf_event_attr a = attr(PERF_SAMPLE_RAW);
	int map = map_create_perf(), fd = kern_perf_open(&a, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	struct object *m;
	s64 err;

	check("a map is no event", put(map, 0, map) == -EBADF && put(map, 0, 0) == -EBADF);
	check("past the end", put(map, 4, fd) == -E2BIG);
	check("an event in its slot", !put(map, 0, fd));
	object_get(map, OBJECT_MAP, &m);
	struct map *own = m->p;
	close(fd);
	check("the map holds it", kern_perf_at(own, 0, 0, &err));
	check("no event there", !kern_perf_at(own, 1, 0, &err) && err == -ENOENT);
	check("no such slot", !kern_perf_at(own, 4, 0, &err) && err == -E2BIG);
	check("no such flag", !kern_perf_at(own, 1ull << 40, 0, &err) && err == -EINVAL);
	check("nobody has mapped it",
	      kern_perf_output(own, BPF_F_CURRENT_CPU, 0, "x", 1) == -ENOSPC);
	check("another CPU's", kern_perf_output(own, 0, 1, "x", 1) == -EOPNOTSUPP);
	check("taken out", !drop(map, 0) && drop(map, 0) == -ENOENT &&
				   kern_perf_output(own, 0, 0, "x", 1) == -ENOENT);
	object_put(m);
	close(map);
}

static void samples(void)
{
	struct perf_event_attr a = attr(PERF_SAMPLE_RAW);
	int map = map_create_perf(), fd = kern_perf_open(&a, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	struct reader r = {
		(void *)kern_mmap(NULL, PAGE + SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), 0};
	struct perf_event_header h;
	struct object *m, *e;
	char name[64];
	u8 data[600];

	put(map, 0, fd);
	object_get(map, OBJECT_MAP, &m);
	object_get(fd, OBJECT_PERF, &e);
	snprintf(name, sizeof(name), "wake-perf.%u", e->id);
	int wake = openat(world()->dir, name, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	check("its data lies behind a page",
	      r.page->data_offset == PAGE && r.page->data_size == SIZE);
	check("nobody is woken yet", !readable(wake));
	bool good = true;
	for (u32 i = 0; i < 500; i++) {
		u32 n = i % 600;
		memset(data, (int)(i % 251), n);
		good &= !kern_perf_output(m->p, BPF_F_CURRENT_CPU, 0, data, n);
		good &= is_sample(next(&r, &h), &h, n, (u8)(i % 251)) && !next(&r, &h);
	}
	check("samples of all lengths, around the ring's end", good);
	check("a reader is woken", readable(wake));
	while (read(wake, name, sizeof(name)) > 0)
		;
	u32 fit = 0, lost = 0;
	memset(data, 7, 100);
	for (u32 i = 0; i < 200; i++)
		if (kern_perf_output(m->p, 0, 0, data, 100))
			lost++;
		else
			fit++;
	check("what does not fit is lost", fit == (SIZE - 1) / 112 && lost == 200 - fit);
	for (u32 i = 0; i < fit; i++)
		good &= is_sample(next(&r, &h), &h, 100, 7);
	check("what fits is whole", good && !next(&r, &h));
	good = !kern_perf_output(m->p, 0, 0, data, 100);
	const u8 *p = next(&r, &h);
	u64 told[2];
	memcpy(told, p, 16);
	check("the loss is told first", good && h.type == PERF_RECORD_LOST && told[1] == lost &&
						is_sample(next(&r, &h), &h, 100, 7));
	check("and once", !kern_perf_output(m->p, 0, 0, data, 100) &&
				  is_sample(next(&r, &h), &h, 100, 7) && !next(&r, &h));
	check("too long", kern_perf_output(m->p, 0, 0, data, 1 << 16) == -E2BIG);
	kern_perf_ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
	check("switched off", kern_perf_output(m->p, 0, 0, data, 1) == -EOPNOTSUPP);
	check("another size of ring",
	      kern_mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == -EINVAL);
	object_put(m);
	object_put(e);
	close(fd);
	close(map);
	close(wake);
	munmap(r.page, PAGE + SIZE);
}

static void fields(void)
{
	struct perf_event_attr a =
		attr(PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | PERF_SAMPLE_RAW);
	int map = map_create_perf(), fd = kern_perf_open(&a, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	struct reader r = {
		(void *)kern_mmap(NULL, PAGE + SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), 0};
	struct perf_event_header h;
	struct object *m;

	put(map, 0, fd);
	object_get(map, OBJECT_MAP, &m);
	kern_perf_output(m->p, 0, 0, "abcd", 4);
	const u8 *p = next(&r, &h);
	check("fields in Linux's order",
	      p && h.size == 8 + 24 + 8 && get_le32(p) == (u32)getpid() && get_le64(p + 8) &&
		      !get_le32(p + 16) && get_le32(p + 24) == 4 && !memcmp(p + 28, "abcd", 4));
	object_put(m);
	close(fd);
	close(map);
}

int main(void)
{
	opening();
	slots();
	samples();
	fields();
	return failed;
}
