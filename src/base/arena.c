/* SPDX-License-Identifier: BSD-2-Clause */
/* Arenas: a job's memory, and the vectors that grow in it. */
#include "base/base.h"

#include <stdlib.h>

struct arena_block {
	struct arena_block *next;
	size_t size;
	_Alignas(16) u8 data[];
};

enum { FIRST = 32768 - sizeof(struct arena_block), LARGEST = 1 << 20 };

void arena_init(struct arena *a) { *a = (struct arena){0}; }

void arena_use(struct arena *a, void *own, size_t n)
{
	a->at = a->own = own;
	a->end = a->own_end = a->own + n;
}

/* Frees the blocks before `last`, which becomes the one in use. */
static void drop(struct arena *a, struct arena_block *last)
{
	while (a->block != last) {
		struct arena_block *next = a->block->next;

		a->held -= a->block->size;
		free(a->block);
		a->block = next;
	}
	a->at = last ? last->data : a->own;
	a->end = last ? last->data + last->size : a->own_end;
}

void arena_deinit(struct arena *a) { drop(a, NULL); }

void arena_clear(struct arena *a)
{
	struct arena_block *first = a->own ? NULL : a->block;

	while (first && first->next)
		first = first->next;
	drop(a, first);
}

struct arena_mark arena_mark(const struct arena *a) { return (struct arena_mark){a->block, a->at}; }

void arena_release(struct arena *a, struct arena_mark to)
{
	drop(a, to.block);
	a->at = to.at;
}

static void *refuse(struct arena *a)
{
	if (a->fail)
		longjmp(*a->fail, 1);
	return NULL;
}

void *arena_more(struct arena *a, size_t n)
{
	struct arena_block *b = a->block;
	size_t size = b ? MIN(b->size * 2, (size_t)LARGEST) : FIRST;

	if (n > SIZE_MAX / 2)
		return refuse(a);
	n = (n + 15) & ~(size_t)15;
	if (size < n)
		size = n;
	size = (size + 15) & ~(size_t)15;
	if (a->limit && (a->held > a->limit || size > a->limit - a->held))
		return refuse(a);
	b = malloc(sizeof(*b) + size);
	if (!b)
		return refuse(a);
	b->size = size;
	b->next = a->block;
	a->block = b;
	a->held += size;
	a->at = b->data + n;
	a->end = b->data + size;
	return b->data;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *q = arena_alloc(a, n + 1);

	return q ? memcpy(q, s, n) : NULL;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return refuse(a);
	char *s = arena_alloc(a, (size_t)n + 1);
	if (!s)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

void *vec_grow(struct arena *a, void *v, u32 n, u32 *cap, size_t size)
{
	u32 more = *cap ? *cap * 2 : 8;
	void *p = more > *cap ? arena_alloc(a, (size_t)more * size) : refuse(a);

	if (!p)
		abort(); /* vectors are only for arenas with `fail` */
	if (n)
		memcpy(p, v, n * size);
	*cap = more;
	return p;
}
