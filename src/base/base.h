/* SPDX-License-Identifier: BSD-2-Clause */
/* What every room stands on: errors, arenas, byte readers, text buffers,
 * vectors, hashing. */
#ifndef BASE_H
#define BASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "onebpf.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define LEN(a)       (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)    ((a) < (b) ? (a) : (b))
#define MAX(a, b)    ((a) > (b) ? (a) : (b))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))
#define likely(x)    __builtin_expect(!!(x), 1)
#define unlikely(x)  __builtin_expect(!!(x), 0)

/* Nanoseconds of CLOCK_MONOTONIC ... */
static inline u64 clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

/* ---- errors (err.c) ----
 *
 * err_new makes one; the err_at_* functions add the place and return the same
 * error, so that they chain. Every text is copied. When memory is short they
 * return the one static out-of-memory error, which destroy leaves alone. */
struct ob_err *err_new(enum ob_code code, const char *fmt, ...) PRINTF(2, 3);
struct ob_err *err_newv(enum ob_code code, const char *fmt, va_list ap);
struct ob_err *err_nomem(void);
/* reason + ": " + strerror(errnum); OB_PERM for EPERM and EACCES, else OB_IO */
struct ob_err *err_sys(int errnum, const char *fmt, ...) PRINTF(2, 3);
/* line and col count from 1; len >= 1 columns get the caret and tildes;
 * text is the source line (not 0-terminated), n its length. name: file, or
 * "filter". */
struct ob_err *err_at_text(struct ob_err *err, const char *name, u32 line, u32 col, u32 len,
			   const char *text, size_t n);
struct ob_err *err_at_insn(struct ob_err *err, u32 insn);
struct ob_err *err_at_byte(struct ob_err *err, const char *name, u64 off);
struct ob_err *err_at_file(struct ob_err *err, const char *name);
/* Notes are printed below the error. hint: "hint: ..." lines. */
struct ob_err *err_note(struct ob_err *err, const char *fmt, ...) PRINTF(2, 3);
struct ob_err *err_hint(struct ob_err *err, const char *fmt, ...) PRINTF(2, 3);
/* A note with a place of its own in the same text. Takes note. */
struct ob_err *err_add(struct ob_err *err, struct ob_err *note);

/* ---- arenas (arena.c) ----
 *
 * A job's memory: everything in it goes at once. Memory comes zeroed. With
 * `fail` set, want of memory (or more than `limit` bytes) jumps there and
 * never returns NULL; without it, alloc returns NULL. */
struct arena {
	struct arena_block *block;
	u8 *at, *end;      /* what is free in the last block */
	u8 *own, *own_end; /* memory of the caller's that is used first, or NULL */
	u64 held, limit;   /* bytes in blocks; limit 0 means none */
	jmp_buf *fail;
};

void arena_init(struct arena *a);
/* Of a new arena: n bytes (a multiple of 16, aligned so) of the caller's are
 * used first. */
void arena_use(struct arena *a, void *own, size_t n);
void arena_deinit(struct arena *a);
/* What was allocated since the mark goes, the rest stays. */
struct arena_mark {
	struct arena_block *block;
	u8 *at;
};
struct arena_mark arena_mark(const struct arena *a);
void arena_release(struct arena *a, struct arena_mark to);
/* Everything goes; a block is kept for what comes next. */
void arena_clear(struct arena *a);
void *arena_more(struct arena *a, size_t n); /* for the two below: a new block */

/* Not zeroed. */
static inline void *arena_raw(struct arena *a, size_t n)
{
	if (unlikely(n > (size_t)(a->end - a->at)))
		return arena_more(a, n);
	void *p = a->at;
	n = (n + 15) & ~(size_t)15; /* blocks are multiples of 16 */
	a->at += n;
	return p;
}

static inline void *arena_alloc(struct arena *a, size_t n)
{
	void *p = arena_raw(a, n);

	return p ? memset(p, 0, n) : NULL;
}

static inline void *arena_dup(struct arena *a, const void *from, size_t n)
{
	void *p = arena_raw(a, n);

	return p && n ? memcpy(p, from, n) : p;
}

char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);
#define arena_new(a, type)      ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (size_t)(n)))

#include "base/bytes.h" /* struct bytes; get_be16 ... */

/* ---- text buffers (buf.c): grow as needed; `oom` is set once and sticks ---- */
struct buf {
	char *p; /* always 0-terminated once something was written */
	size_t n, cap;
	bool oom;
};

/* Makes room for n bytes and the 0 after them; they may be written at p + n. */
bool buf_room(struct buf *b, size_t n);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
void buf_pad(struct buf *b, size_t column); /* spaces up to a column of the last line */
void buf_clear(struct buf *b);              /* empties, keeps the memory */
void buf_deinit(struct buf *b);

/* ---- files that are memory (file.c) ----
 * These bytes can be written to from now on, also where they are mapped: 0, or -ENOMEM. */
int file_sure(int fd, u64 off, u64 n);

/* ---- vectors in an arena: `struct { T *v; u32 n, cap; } x; vec_push(&a, x) = value;` ---- */
void *vec_grow(struct arena *a, void *v, u32 n, u32 *cap, size_t size);
#define vec_push(a, x)                                                                     \
	(*((x).n == (x).cap                                                                \
		   ? (void)((x).v = vec_grow((a), (x).v, (x).n, &(x).cap, sizeof(*(x).v))) \
		   : (void)0,                                                              \
	   &(x).v[(x).n++]))

/* ---- link types (linktype.c, linktype.def) ----
 *
 * Numbers are those of files (LINKTYPE_); a number of 26 bits is possible.
 * name: as tcpdump's -y and -L know it, "EN10MB"; name and desc are NULL when
 * the type is not known. */
enum { LINKTYPE_MAX = 0x03ffffff };
const char *linktype_name(u32 nr);
const char *linktype_desc(u32 nr);
u32 linktype_dlt(u32 nr); /* libpcap's DLT_ number on Linux */
/* Takes a DLT_ or LINKTYPE_ name in any case, with or without the prefix, or
 * a LINKTYPE_ number. */
bool linktype_find(const char *name, u32 *ret);
/* The number of row i of the table, counted from 0; false after the last. */
bool linktype_row(u32 i, u32 *nr);

/* ---- hashing and words ---- */
static inline u64 hash_u64(u64 x)
{
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93u;
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93u;
	return x ^ x >> 32;
}
static inline u64 hash_add(u64 h, u64 x)
{
	h = (h ^ x) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 29;
}

/* The number of edits (insert, delete, replace, swap) from a to b, at most
 * max + 1: for "did you mean". */
u32 word_distance(const char *a, const char *b, u32 max);
/* The candidate nearest to word, or NULL when none is near. The list ends
 * with NULL. */
const char *word_nearest(const char *word, const char *const *list);

#endif
