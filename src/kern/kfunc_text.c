/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions of the kernel on texts, which may lie anywhere: each reads as far as it must. */
#include "kern/kfunc.h"

#include <ctype.h>

enum { TEXT_MAX = 65536 }; /* XATTR_SIZE_MAX */
enum { FAILS = -1 };

/* A text, some bytes of which are here. */
struct text {
	struct run *r;
	u64 at;
	u64 from, n; /* which are here, counted from its beginning */
	char some[64];
};

/* Byte i; FAILS: it cannot be read. */
static int byte_at(struct text *t, u64 i)
{
	if (i - t->from >= t->n) {
		t->from = i;
		t->n = sizeof(t->some) - (t->at + i) % sizeof(t->some);
		if (kern_memory_of(t->r, t->some, (u32)t->n, t->at + i)) {
			t->n = 0;
			return FAILS;
		}
	}
	return (u8)t->some[i - t->from];
}

static u64 compare(struct run *r, u64 a, u64 b, bool any_case)
{
	struct text x = {.r = r, .at = a}, y = {.r = r, .at = b};

	for (u32 i = 0; i < TEXT_MAX; i++) {
		int c = byte_at(&x, i), d = c == FAILS ? FAILS : byte_at(&y, i);
		if (d == FAILS)
			return minus(EFAULT);
		if (any_case)
			c = tolower(c), d = tolower(d);
		if (c != d)
			return c < d ? minus(1) : 1;
		if (!c)
			return 0;
	}
	return minus(E2BIG);
}

BPF_KFUNC(strcmp) { return compare(r, r1, r2, false); }
BPF_KFUNC(strcasecmp) { return compare(r, r1, r2, true); }

/* Where c is within the first `most` bytes; ends: or where the text ends. */
static u64 find(struct run *r, u64 at, u64 most, char c, bool ends)
{
	struct text t = {.r = r, .at = at};

	for (u32 i = 0; i < most && i < TEXT_MAX; i++) {
		int is = byte_at(&t, i);
		if (is == FAILS)
			return minus(EFAULT);
		if (is == (u8)c || (ends && !is))
			return i;
		if (!is)
			return minus(ENOENT);
	}
	return most <= TEXT_MAX && most < TEXT_MAX ? minus(ENOENT) : minus(E2BIG);
}

BPF_KFUNC(strchr) { return find(r, r1, TEXT_MAX, (char)r2, false); }
BPF_KFUNC(strchrnul) { return find(r, r1, TEXT_MAX, (char)r2, true); }
BPF_KFUNC(strnchr) { return find(r, r1, r2, (char)r3, false); }

BPF_KFUNC(strrchr)
{
	struct text t = {.r = r, .at = r1};
	u64 last = minus(ENOENT);

	for (u32 i = 0; i < TEXT_MAX; i++) {
		int is = byte_at(&t, i);
		if (is == FAILS)
			return minus(EFAULT);
		if (is == (u8)r2)
			last = i;
		if (!is)
			return last;
	}
	return minus(E2BIG);
}

static u64 length(struct run *r, u64 at, u64 most)
{
	struct text t = {.r = r, .at = at};

	for (u32 i = 0; i < TEXT_MAX; i++) {
		int is = i < most ? byte_at(&t, i) : 0;
		if (is == FAILS)
			return minus(EFAULT);
		if (!is)
			return i;
	}
	return minus(E2BIG);
}

BPF_KFUNC(strlen) { return length(r, r1, UINT64_MAX); }
BPF_KFUNC(strnlen) { return length(r, r1, r2); }

/* How many of the first bytes of one text are (or are not) among those of the other. */
static u64 span(struct run *r, u64 at, u64 set, bool among)
{
	struct text t = {.r = r, .at = at}, s = {.r = r, .at = set};

	for (u32 i = 0; i < TEXT_MAX; i++) {
		int is = byte_at(&t, i), one = 0;
		u32 k = 0;
		if (is == FAILS)
			return minus(EFAULT);
		if (!is)
			return i;
		while (k < TEXT_MAX && (one = byte_at(&s, k)) > 0 && one != is)
			k++;
		if (one == FAILS)
			return minus(EFAULT);
		if (k == TEXT_MAX)
			return minus(E2BIG);
		if ((one == is) != among)
			return i;
	}
	return minus(E2BIG);
}

BPF_KFUNC(strspn) { return span(r, r1, r2, true); }
BPF_KFUNC(strcspn) { return span(r, r1, r2, false); }

/* Where the other text lies whole within the first `most` bytes. */
static u64 search(struct run *r, u64 at, u64 what, u64 most)
{
	struct text t = {.r = r, .at = at}, w = {.r = r, .at = what};

	for (u32 i = 0; i < TEXT_MAX; i++) {
		u32 k = 0;
		for (; i + k <= most && k < TEXT_MAX; k++) {
			int want = byte_at(&w, k);
			if (!want)
				return i;
			if (i + k == most)
				break;
			int is = want == FAILS ? FAILS : byte_at(&t, i + k);
			if (is == FAILS)
				return minus(EFAULT);
			if (!is)
				return minus(ENOENT);
			if (is != want)
				break;
		}
		if (k == TEXT_MAX)
			return minus(E2BIG);
		if (i + k == most)
			return minus(ENOENT);
	}
	return minus(E2BIG);
}

BPF_KFUNC(strstr) { return search(r, r1, r2, TEXT_MAX); }
BPF_KFUNC(strnstr) { return search(r, r1, r2, r3); }

/* Linux: to, bytes, from, flags */
BPF_KFUNC(copy_from_user_str)
{
	enum { PAD = 1 };
	u32 size = (u32)r2;
	char *to = addr_of(r1);

	if (!kern_may(r, r1, size, true))
		return 0;
	if (r4 & ~(u64)PAD)
		return minus(EINVAL);
	if (!size)
		return 0;
	long n = kern_text_of(r, to, size, r3);
	if (n < 0) {
		if (r4 & PAD)
			memset(to, 0, size);
		return minus(EFAULT);
	}
	if (r4 & PAD)
		memset(to + n, 0, size - (u32)n);
	return (u64)n;
}
