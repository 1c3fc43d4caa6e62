/* SPDX-License-Identifier: BSD-2-Clause */
/* A ring of lines in shared memory: many writers, readers that only look.
 *
 * A line takes one cell or more, whose numbers its writer draws; number i lies in
 * cell i % CELLS. A cell's tag tells whose turn it is:
 *
 *	63 .. 22    21 .. 0
 *	i + 1       thread that writes it, 0: it is written
 *
 * A writer who finds that another still writes an earlier turn gives its line up,
 * unless that one is dead. A reader waits for a cell that was drawn and is not
 * written, but not for ever. */
#include "kern/trace.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	CELLS = 8192,
	CELL_TEXT = 112,
	HEAD_BYTES = 4096,
	THREAD_BITS = 22, /* PID_MAX_LIMIT */
	LINE_MOST = 1200,
	PARTS = (LINE_MOST + CELL_TEXT - 1) / CELL_TEXT,
	GRACE_NS = 20000000, /* a writer may take so long */
	NAP_NS = 100000,
};

static const u64 magic = 0x3163727466626f6f; /* "oobftrc1" */

struct cell {
	u64 tag;
	u32 n; /* of the line, in its first cell */
	u16 part, parts;
	char text[CELL_TEXT];
};
_Static_assert(sizeof(struct cell) == 128, "two cache lines");

struct ring_head {
	u64 magic;
	_Alignas(64) u64 drawn; /* numbers; its low half is the futex that readers wait at */
	u32 readers;            /* that wait; one that was killed stays counted */
};

struct trace {
	struct ring_head *head;
	struct cell *cell;
};

/* ---- the ring ---- */

int trace_open(int fd, struct trace **ret)
{
	const size_t size = HEAD_BYTES + CELLS * sizeof(struct cell);
	struct trace *t = malloc(sizeof(*t));
	struct stat st;
	int err = !t ? -ENOMEM : fstat(fd, &st) ? -errno : 0;

	if (!err && !st.st_size && ftruncate(fd, (off_t)size))
		err = -errno;
	if (!err && st.st_size && (size_t)st.st_size != size)
		err = -EINVAL;
	if (!err)
		err = file_sure(fd, 0, size);
	void *p = err ? MAP_FAILED : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (!err && p == MAP_FAILED)
		err = -ENOMEM;
	close(fd);
	if (err) {
		free(t);
		return err;
	}
	t->head = p;
	t->cell = (struct cell *)(void *)((u8 *)p + HEAD_BYTES);
	u64 was = 0;
	if (!__atomic_compare_exchange_n(&t->head->magic, &was, magic, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_ACQUIRE) &&
	    was != magic) {
		trace_close(t);
		return -EINVAL;
	}
	*ret = t;
	return 0;
}

void trace_close(struct trace *t)
{
	if (!t)
		return;
	munmap(t->head, HEAD_BYTES + CELLS * sizeof(struct cell));
	free(t);
}

static struct trace *ours;

struct trace *trace_use(struct trace *t) { return __atomic_exchange_n(&ours, t, __ATOMIC_ACQ_REL); }

void trace_print(u32 cpu, const char *text, size_t n)
{
	struct trace *t = __atomic_load_n(&ours, __ATOMIC_ACQUIRE);

	if (t)
		trace_write(t, cpu, text, n);
}

static bool gone(u32 thread) { return syscall(SYS_tkill, thread, 0) && errno == ESRCH; }

static u32 writer_of(u64 tag) { return tag & (((u32)1 << THREAD_BITS) - 1); }

static u64 tag_of(u64 nr, u32 writer) { return (nr + 1) << THREAD_BITS | writer; }

static struct cell *cell_of(const struct trace *t, u64 nr) { return &t->cell[nr % CELLS]; }

/* ---- writing ---- */

/* False: a later turn has begun, or an earlier one still goes on. */
static bool claim(struct cell *c, u64 nr, u32 me)
{
	u64 was = __atomic_load_n(&c->tag, __ATOMIC_RELAXED);

	do {
		if (was >= tag_of(nr, 0) || (writer_of(was) && !gone(writer_of(was))))
			return false;
	} while (!__atomic_compare_exchange_n(&c->tag, &was, tag_of(nr, me), false,
					      __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
	return true;
}

static void write_line(struct trace *t, const char *line, u32 n)
{
	u32 parts = (n + CELL_TEXT - 1) / CELL_TEXT, me = (u32)gettid();
	u64 first = __atomic_fetch_add(&t->head->drawn, parts, __ATOMIC_ACQ_REL);

	for (u32 i = 0; i < parts; i++) {
		struct cell *c = cell_of(t, first + i);
		u32 at = i * CELL_TEXT;

		if (!claim(c, first + i, me))
			return;
		c->n = n;
		c->part = (u16)i;
		c->parts = (u16)parts;
		memcpy(c->text, line + at, MIN(n - at, (u32)CELL_TEXT));
		__atomic_store_n(&c->tag, tag_of(first + i, 0), __ATOMIC_RELEASE);
	}
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(&t->head->readers, __ATOMIC_RELAXED))
		syscall(SYS_futex, &t->head->drawn, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

void trace_write(struct trace *t, u32 cpu, const char *text, size_t n)
{
	char line[LINE_MOST], name[17] = "";
	u64 us = clock_ns(CLOCK_MONOTONIC) / 1000;

	prctl(PR_GET_NAME, name);
	int len = snprintf(
		line, sizeof(line), "%16s-%-7d [%03u] ..... %5llu.%06llu: bpf_trace_printk: ", name,
		gettid(), cpu, (unsigned long long)us / 1000000, (unsigned long long)us % 1000000);
	u32 kept = (u32)MIN(n, sizeof(line) - (size_t)len - 1);
	memcpy(line + len, text, kept);
	line[(u32)len + kept] = '\n';
	write_line(t, line, (u32)len + kept + 1);
}

/* ---- reading ---- */

void trace_begin(struct trace *t, struct trace_reader *r, bool old)
{
	u64 drawn = __atomic_load_n(&t->head->drawn, __ATOMIC_ACQUIRE);

	*r = (struct trace_reader){.at = drawn};
	if (old)
		r->at = drawn > CELLS ? drawn - CELLS : 0;
}

enum found { FOUND, NOT_YET, NEVER, OVERRUN };

/* A copy of the cell that has this number. */
static enum found look(struct trace *t, u64 nr, struct cell *ret)
{
	struct cell *c = cell_of(t, nr);
	u64 tag = __atomic_load_n(&c->tag, __ATOMIC_ACQUIRE);

	if (tag >= tag_of(nr + 1, 0))
		return OVERRUN;
	if (tag != tag_of(nr, 0))
		return tag > tag_of(nr, 0) && gone(writer_of(tag)) ? NEVER : NOT_YET;
	memcpy(ret, c, sizeof(*ret));
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&c->tag, __ATOMIC_RELAXED) == tag ? FOUND : OVERRUN;
}

/* The line whose first cell is at r->at. */
static enum found gather(struct trace *t, struct trace_reader *r, char *line, u32 *n)
{
	struct cell c;
	enum found f = look(t, r->at, &c);

	if (f)
		return f;
	if (c.part || !c.parts || c.parts > PARTS || c.n > (u32)c.parts * CELL_TEXT)
		return NEVER;
	*n = c.n;
	memcpy(line, c.text, CELL_TEXT);
	for (u16 i = 1, parts = c.parts; i < parts; i++) {
		f = look(t, r->at + i, &c);
		if (f)
			return f;
		if (c.part != i)
			return NEVER;
		memcpy(line + (u32)i * CELL_TEXT, c.text, CELL_TEXT);
	}
	return FOUND;
}

/* What is drawn and not written: is it waited for any longer? */
static bool patience(struct trace_reader *r)
{
	static const struct timespec nap = {0, NAP_NS};
	u64 now = clock_ns(CLOCK_MONOTONIC);

	if (!r->since_ns)
		r->since_ns = now;
	if (now - r->since_ns > GRACE_NS)
		return false;
	nanosleep(&nap, NULL);
	return true;
}

static void pass(struct trace_reader *r, u64 to)
{
	r->lost += to - r->at;
	r->since_ns = 0;
	r->at = to;
}

/* Of what was drawn: a line, or nothing until the end of it. */
static u32 next_line(struct trace *t, struct trace_reader *r, char *line)
{
	u32 n;

	for (;;) {
		u64 drawn = __atomic_load_n(&t->head->drawn, __ATOMIC_ACQUIRE);

		if (r->at >= drawn)
			return 0;
		switch (gather(t, r, line, &n)) {
		case FOUND:
			r->at += (n + CELL_TEXT - 1) / CELL_TEXT;
			r->since_ns = 0;
			return n;
		case OVERRUN:
			pass(r, MAX(r->at + 1, drawn > CELLS ? drawn - CELLS : 0));
			break;
		case NOT_YET:
			if (patience(r))
				break;
			/* fall through */
		case NEVER:
			pass(r, r->at + 1);
		}
	}
}

static void wait(struct trace *t, u64 at, u64 ns)
{
	struct timespec limit = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};

	__atomic_fetch_add(&t->head->readers, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&t->head->drawn, __ATOMIC_SEQ_CST) == at)
		syscall(SYS_futex, &t->head->drawn, FUTEX_WAIT, (u32)at,
			ns == UINT64_MAX ? NULL : &limit, NULL, 0);
	__atomic_fetch_sub(&t->head->readers, 1, __ATOMIC_SEQ_CST);
}

size_t trace_read(struct trace *t, struct trace_reader *r, char *line, size_t size, int ms)
{
	u64 end = clock_ns(CLOCK_MONOTONIC) + (u64)MAX(ms, 0) * 1000000;
	char whole[PARTS * CELL_TEXT];
	u32 n;

	while (!(n = next_line(t, r, whole))) {
		u64 now = clock_ns(CLOCK_MONOTONIC);
		if (ms >= 0 && now >= end)
			return 0;
		wait(t, r->at, ms < 0 ? UINT64_MAX : end - now);
	}
	size_t kept = size ? MIN((size_t)n, size - 1) : 0;
	memcpy(line, whole, kept);
	if (size)
		line[kept] = 0;
	return kept;
}
