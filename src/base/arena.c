/* SPDX-License-Identifier: BSD-2-Clause */
/* Arenas: a job's memory, and the vectors that grow in it. */
#include "base/base.h"

#include <stdlib.h>

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	_Alignas(16) u8 data[];
};

enum { FIRST = 32768 - sizeof(struct arena_block), LARGEST = 1 << 20 };

void arena_init(struct arena *a) { *a = (struct arena){0}; }

void arena_deinit(struct arena *a)
{
	while (a->block) {
		struct arena_block *next = a->block->next;

		free(a->block);
		a->block = next;
	}
	a->used = 0;
}

struct arena_mark arena_mark(const struct arena *a)
{
	return (struct arena_mark){a->block, a->block ? a->block->used : 0, a->used};
}

void arena_release(struct arena *a, struct arena_mark to)
{
	while (a->block != to.block) {
		struct arena_block *next = a->block->next;

		free(a->block);
		a->block = next;
	}
	if (a->block)
		a->block->used = to.in_block;
	a->used = to.used;
}

static void *refuse(struct arena *a)
{
	if (a->fail)
		longjmp(*a->fail, 1);
	return NULL;
}

void *arena_alloc(struct arena *a, size_t n)
{
	struct arena_block *b = a->block;

	if (n > SIZE_MAX / 2)
		return refuse(a);
	n = (n + 15) & ~(size_t)15;
	if (a->limit && (a->used > a->limit || n > a->limit - a->used))
		return refuse(a);
	if (!b || b->size - b->used < n) {
		size_t size = b ? MIN(b->size * 2, (size_t)LARGEST) : FIRST;

		if (size < n)
			size = n;
		b = malloc(sizeof(*b) + size);
		if (!b)
			return refuse(a);
		b->size = size;
		b->used = 0;
		b->next = a->block;
		a->block = b;
	}
	void *p = b->data + b->used;
	b->used += n;
	a->used += n;
	return memset(p, 0, n);
}

void *arena_dup(struct arena *a, const void *p, size_t n)
{
	void *q = arena_alloc(a, n);

	if (q && n)
		memcpy(q, p, n);
	return q;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *q = arena_alloc(a, n + 1);

	if (q)
		memcpy(q, s, n);
	return q;
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
