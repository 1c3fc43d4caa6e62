/* SPDX-License-Identifier: BSD-2-Clause */
/* The ring of a perf event: ours and the kernel's, written in turn by the same
 * bpf_perf_event_output calls and read at random moments. What the reader sees is
 * the same.
 * Usage: perf_ring [writes [seed]] */
#include "kernel.h"

#include <linux/perf_event.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

enum { PAGES = 2, SIZES = 6, DATA = PAGES * 4096 };
static const u32 sizes[SIZES] = {1, 8, 13, 60, 200, 500};

static u64 state = 1;

static u32 pick(u32 n)
{
	state += 0x9e3779b97f4a7c15u;
	return (u32)((hash_u64(state) >> 32) * n >> 32);
}

/* ---- the kernel's ---- */

struct kernel {
	int map, event, prog[SIZES];
	struct perf_event_mmap_page *page;
};

/* Writes `size` bytes of 0x5a. */
static int load_writer(int map, u32 size)
{
	struct ob_ebpf code[128] = {0};
	u32 n = 0;

	code[n++] = (struct ob_ebpf){0xbf, 6, 1, 0, 0};
	code[n++] = (struct ob_ebpf){0x18, 2, 0, 0, 0x5a5a5a5a};
	code[n++] = (struct ob_ebpf){0, 0, 0, 0, 0x5a5a5a5a};
	for (s16 at = 8; at <= 504; at += 8)
		code[n++] = (struct ob_ebpf){0x7b, 10, 2, (s16)-at, 0};
	code[n++] = (struct ob_ebpf){0xbf, 1, 6, 0, 0};
	code[n++] = (struct ob_ebpf){0x18, 2, 1, 0, map};
	code[n++] = (struct ob_ebpf){0, 0, 0, 0, 0};
	code[n++] = (struct ob_ebpf){0x18, 3, 0, 0, -1};
	code[n++] = (struct ob_ebpf){0, 0, 0, 0, 0};
	code[n++] = (struct ob_ebpf){0xbf, 4, 10, 0, 0};
	code[n++] = (struct ob_ebpf){0x07, 4, 0, 0, -504};
	code[n++] = (struct ob_ebpf){0xb7, 5, 0, 0, (s32)size};
	code[n++] = (struct ob_ebpf){0x85, 0, 0, 0, BPF_FUNC_perf_event_output};
	code[n++] = (struct ob_ebpf){0x95, 0, 0, 0, 0};
	union bpf_attr a = {.prog_type = BPF_PROG_TYPE_SCHED_CLS,
			    .insns = (u64)(uintptr_t)code,
			    .insn_cnt = n,
			    .license = (u64)(uintptr_t) "GPL"};
	return kernel_bpf(BPF_PROG_LOAD, &a);
}

static int write_kernel(const struct kernel *k, u32 which)
{
	u8 packet[64] = {0};
	union bpf_attr a = {.test.prog_fd = (u32)k->prog[which],
			    .test.data_in = (u64)(uintptr_t)packet,
			    .test.data_size_in = sizeof(packet)};
	int err = kernel_bpf(BPF_PROG_TEST_RUN, &a);

	return err ? err : (int)a.test.retval;
}

static const char *open_kernel(struct kernel *k, const struct perf_event_attr *pe)
{
	struct map_attr a = {BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 64, .slots = 1};
	cpu_set_t one;
	u32 key = 0;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		return "it does not stay on one processor";
	k->event = (int)syscall(SYS_perf_event_open, pe, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (k->event < 0)
		return "perf_event_open is not permitted";
	k->page = mmap(NULL, DATA + 4096, pe->write_backward ? PROT_READ : PROT_READ | PROT_WRITE,
		       MAP_SHARED, k->event, 0);
	k->map = kernel_map(&a, -1, -1);
	if (k->map < 0 || k->page == MAP_FAILED)
		return "bpf() is not permitted";
	u32 event = (u32)k->event;
	union bpf_attr put = {.map_fd = (u32)k->map,
			      .key = (u64)(uintptr_t)&key,
			      .value = (u64)(uintptr_t)&event};
	if (kernel_bpf(BPF_MAP_UPDATE_ELEM, &put))
		return "the event is not taken";
	for (u32 i = 0; i < SIZES; i++)
		if ((k->prog[i] = load_writer(k->map, sizes[i])) < 0)
			return "no program is loaded";
	ioctl(k->event, PERF_EVENT_IOC_ENABLE, 0);
	return NULL;
}

static void close_kernel(struct kernel *k)
{
	munmap(k->page, DATA + 4096);
	close(k->event);
	close(k->map);
	for (u32 i = 0; i < SIZES; i++)
		close(k->prog[i]);
}

/* ---- reading ---- */

/* Records of [from, to) one behind the other, what pads them zeroed. */
static u32 unroll(const struct perf_event_mmap_page *page, u64 from, u64 to, u8 *out)
{
	const u8 *data = (const u8 *)page + page->data_offset;
	u32 n = 0;

	for (u64 at = from; at != to; at++)
		out[n++] = data[at & (page->data_size - 1)];
	return n;
}

/* The bytes that were written, of what a record says. */
static u32 written(u32 raw)
{
	for (u32 i = 0; i < SIZES; i++)
		if (((sizes[i] + 4 + 7) & ~7u) - 4 == raw)
			return sizes[i];
	return DATA;
}

static bool blank(u8 *p, u32 n, u32 fixed)
{
	for (u32 at = 0; at < n;) {
		struct perf_event_header h;
		u32 raw;
		memcpy(&h, p + at, sizeof(h));
		if (h.size < sizeof(h) || h.size > n - at)
			return false;
		if (h.type == PERF_RECORD_SAMPLE) {
			memcpy(&raw, p + at + 8 + fixed, 4);
			u32 end = 8 + fixed + 4 + written(raw);
			if (end > h.size)
				return false;
			memset(p + at + end, 0, h.size - end);
		}
		at += h.size;
	}
	return true;
}

static u64 head_of(const struct perf_event_mmap_page *page)
{
	return __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
}

static const char *compare(const struct perf_event_mmap_page *a,
			   const struct perf_event_mmap_page *b, u64 from, u64 to, u32 fixed)
{
	static u8 one[DATA], two[DATA];
	u32 n = unroll(a, from, to, one), m = unroll(b, from, to, two);

	if (!blank(one, n, fixed) || !blank(two, m, fixed))
		return "a record is damaged";
	if (n == m && !memcmp(one, two, n))
		return NULL;
	for (u32 i = 0; i < n; i += 8)
		if (memcmp(one + i, two + i, 8)) {
			printf("    at %u: %016llx, the kernel's %016llx\n", i,
			       (unsigned long long)get_le64(one + i),
			       (unsigned long long)get_le64(two + i));
			break;
		}
	return "other bytes";
}

/* ---- both ---- */

static struct perf_event_mmap_page *page_of(const struct map_perf *p)
{
	return mmap(NULL, DATA + 4096, PROT_READ | PROT_WRITE, MAP_SHARED, map_perf_fd(p), 0);
}

static bool kernel_woken(const struct kernel *k)
{
	struct pollfd f = {k->event, POLLIN, 0};

	return poll(&f, 1, 0) == 1;
}

static const char *write_both(struct map_perf *p, const struct kernel *k, const char *bytes,
			      u64 *wakes)
{
	struct map_perf_from from = {.pid = (u32)getpid(), .tid = (u32)getpid()};
	u32 which = pick(SIZES);
	bool wake;
	const struct bytes part[2] = {{(const u8 *)bytes, sizes[which] / 3},
				      {(const u8 *)bytes, sizes[which] - sizes[which] / 3}};
	int ours = map_perf_write(p, &from, part, &wake), theirs = write_kernel(k, which);

	*wakes += wake;
	if (ours != theirs)
		return ours ? "ours has no room" : "the kernel's has no room";
	return wake == kernel_woken(k) ? NULL : "only one wakes its reader";
}

/* Bytes of the record at head, of a ring written backward. */
static u16 newest(const struct perf_event_mmap_page *page)
{
	struct perf_event_header h;
	u8 first[8];

	unroll(page, head_of(page), head_of(page) + 8, first);
	memcpy(&h, first, 8);
	return h.size;
}

static const char *run(struct map_perf *p, const struct kernel *k, u64 n, u32 fixed, bool backward)
{
	struct perf_event_mmap_page *ours = page_of(p), *theirs = k->page;
	const char *why = NULL;
	char bytes[512];
	u64 wakes = 0;

	memset(bytes, 0x5a, sizeof(bytes));
	if (ours->data_offset != theirs->data_offset || ours->data_size != theirs->data_size)
		why = "the first page";
	for (u64 i = 0; i < n && !why; i++) {
		why = write_both(p, k, bytes, &wakes);
		if (!why && head_of(ours) != head_of(theirs))
			why = "another head";
		if (why || pick(20))
			continue;
		u64 to = head_of(ours), from = ours->data_tail;
		if (backward) {
			why = compare(ours, theirs, to, to + newest(ours), fixed);
			continue;
		}
		why = compare(ours, theirs, from, to, fixed);
		ours->data_tail = to;
		__atomic_store_n(&theirs->data_tail, to, __ATOMIC_RELEASE);
	}
	if (!why && !wakes)
		why = "nobody was woken";
	munmap(ours, DATA + 4096);
	return why;
}

static bool one(const char *name, u64 sample_type, u32 wakeup, bool watermark, bool backward, u64 n)
{
	struct perf_event_attr pe = {.type = PERF_TYPE_SOFTWARE,
				     .size = sizeof(pe),
				     .config = PERF_COUNT_SW_BPF_OUTPUT,
				     .sample_type = sample_type | PERF_SAMPLE_RAW,
				     .sample_period = 1,
				     .watermark = watermark,
				     .wakeup_events = wakeup,
				     .write_backward = backward};
	struct map_perf_attr a = {.sample_type = pe.sample_type,
				  .wakeup = wakeup,
				  .watermark = watermark,
				  .overwrite = backward,
				  .backward = backward};
	struct kernel k;
	struct map_perf *p;
	const char *skip = open_kernel(&k, &pe);

	if (skip) {
		printf("skip %s: %s\n", name, skip);
		return true;
	}
	ioctl(k.event, PERF_EVENT_IOC_ID, &a.id);
	if (map_perf_create(&a, PAGES, -1, &p)) {
		printf("FAIL %s: not made\n", name);
		return false;
	}
	u32 fixed = 8 * (u32)__builtin_popcountll(sample_type);
	const char *why = run(p, &k, n, fixed, backward);
	printf("%s %s%s%s\n", why ? "FAIL" : "ok", name, why ? ": " : "", why ? why : "");
	map_perf_close(p);
	close_kernel(&k);
	return !why;
}

int main(int argc, char **argv)
{
	u64 n = argc > 1 ? strtoull(argv[1], NULL, 0) : 5000;

	state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	bool good = one("each record wakes", 0, 1, false, false, n);
	good &= one("each third", 0, 3, false, false, n);
	good &= one("half of the ring", 0, 0, false, false, n);
	good &= one("1,000 bytes", 0, 1000, true, false, n);
	good &= one("more fields",
		    PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_TID | PERF_SAMPLE_CPU | PERF_SAMPLE_ID |
			    PERF_SAMPLE_PERIOD | PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_ADDR,
		    1, false, false, n);
	good &= one("backward", PERF_SAMPLE_TID, 1, false, true, n);
	return !good;
}
