/* SPDX-License-Identifier: BSD-2-Clause */
/* Text buffers, and the distance between words. */
#include "base/base.h"

#include <stdlib.h>

bool buf_room(struct buf *b, size_t n)
{
	if (b->oom || n > SIZE_MAX / 2 - b->n)
		return b->oom = true, false;
	if (b->cap - b->n > n)
		return true;
	size_t cap = MAX(b->cap * 2, b->n + n + 64);
	char *p = realloc(b->p, cap);
	if (!p)
		return b->oom = true, false;
	b->p = p;
	b->cap = cap;
	return true;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	if (!buf_room(b, n))
		return;
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = 0;
}

void buf_puts(struct buf *b, const char *s) { buf_add(b, s, strlen(s)); }

void buf_putc(struct buf *b, char c) { buf_add(b, &c, 1); }

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	for (int again = 0; again < 2; again++) {
		size_t left = b->cap - b->n;

		va_start(ap, fmt);
		int n = vsnprintf(left ? b->p + b->n : NULL, left, fmt, ap);
		va_end(ap);
		if (n < 0)
			return;
		if ((size_t)n < left) {
			b->n += (size_t)n;
			return;
		}
		if (!buf_room(b, (size_t)n + 1))
			return;
	}
}

void buf_pad(struct buf *b, size_t column)
{
	size_t from = b->n;

	while (from && b->p[from - 1] != '\n')
		from--;
	while (!b->oom && b->n - from < column)
		buf_putc(b, ' ');
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	if (b->p)
		*b->p = 0;
}

void buf_deinit(struct buf *b)
{
	free(b->p);
	*b = (struct buf){0};
}

enum { WORD = 32 };

/* Damerau's distance on three rows: this one, the last and the one before. */
u32 word_distance(const char *a, const char *b, u32 max)
{
	size_t n = strlen(a), m = strlen(b);
	u32 row[3][WORD + 1];

	if (n > WORD || m > WORD)
		return max + 1;
	for (size_t j = 0; j <= m; j++)
		row[0][j] = (u32)j;
	for (size_t i = 1; i <= n; i++) {
		u32 *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

		now[0] = (u32)i;
		for (size_t j = 1; j <= m; j++) {
			u32 d = last[j - 1] + (a[i - 1] != b[j - 1]);

			d = MIN(d, last[j] + 1);
			d = MIN(d, now[j - 1] + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d = MIN(d, before[j - 2] + 1);
			now[j] = d;
		}
	}
	return MIN(row[n % 3][m], max + 1);
}

const char *word_nearest(const char *word, const char *const *list)
{
	size_t n = strlen(word);
	u32 best = n < 3 ? 1 : n < 6 ? 2 : 3;
	const char *found = NULL;

	for (; *list; list++) {
		u32 d = word_distance(word, *list, best);

		if (d < best || (d == best && !found && d < n)) {
			best = d;
			found = *list;
		}
	}
	return found;
}
