/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers that are given addresses: what lies there is touched only where the run
 * may touch it. */
#include "kern/priv.h"

#include <ctype.h>
#include <errno.h>

static bool within(u64 at, u64 size, u64 from, u64 n)
{
	return at >= from && at - from <= n && n - (at - from) >= size;
}

static bool in_region(const struct run *r, u64 at, u64 size, bool write)
{
	for (u32 i = 0; i < r->regions; i++)
		if (within(at, size, r->region[i].at, r->region[i].size) &&
		    (!write || r->region[i].writable))
			return true;
	return false;
}

static bool may(struct run *r, u64 at, u64 size, bool write)
{
	const struct ob_run *k = r->env->arg;

	return k->opts.trusted || in_region(r, at, size, write) ||
	       within(at, size, r->stack, r->stack_size) ||
	       (size <= UINT32_MAX && r->env->may_touch(r, at, (u32)size, write));
}

bool kern_may(struct run *r, u64 at, u64 size, bool write)
{
	if (may(r, at, size, write))
		return true;
	r->fault = write ? FAULT_WRITE : FAULT_READ;
	r->fault_addr = at;
	r->fault_size = (u32)MIN(size, (u64)UINT32_MAX);
	return false;
}

static const char *text_at(u64 at) { return (const char *)(uintptr_t)at; }

static u64 fails(int errnum) { return (u64) - (s64)errnum; }

/* ---- trace_printk ---- */

enum { PRINT_MAX = 512 };

/* One conversion, `%` not included: [l|ll](d|i|u|x|X|p|c). Returns what stands
 * behind it, or NULL when it is none of them. */
static const char *convert(struct buf *to, const char *f, const char *end, u64 v)
{
	u32 longs = 0;

	while (f < end && *f == 'l' && longs < 2)
		f++, longs++;
	switch (f < end ? *f : 0) {
	case 'd':
	case 'i':
		buf_printf(to, "%lld", longs ? (long long)v : (long long)(s32)v);
		break;
	case 'u':
		buf_printf(to, "%llu", longs ? (unsigned long long)v : (unsigned long long)(u32)v);
		break;
	case 'x':
		buf_printf(to, "%llx", longs ? (unsigned long long)v : (unsigned long long)(u32)v);
		break;
	case 'X':
		buf_printf(to, "%llX", longs ? (unsigned long long)v : (unsigned long long)(u32)v);
		break;
	case 'p':
		buf_printf(to, "0x%llx", (unsigned long long)v);
		break;
	case 'c':
		buf_putc(to, (char)v);
		break;
	default:
		return NULL;
	}
	return f + 1;
}

static bool format(struct buf *to, const char *f, const char *end, const u64 arg[3])
{
	for (u32 n = 0; f && f < end && *f;) {
		if (*f != '%') {
			buf_putc(to, *f++);
		} else if (f + 1 < end && f[1] == '%') {
			buf_putc(to, '%');
			f += 2;
		} else if (n == 3) {
			return false;
		} else {
			f = convert(to, f + 1, end, arg[n++]);
		}
		if (!f)
			return false;
	}
	return !to->oom;
}

/* Not %s: how far a text goes is not known before it is read. */
u64 helper_trace_printk(u64 fmt, u64 size, u64 a, u64 b, u64 c, struct run *r)
{
	const struct ob_run *k = r->env->arg;
	struct buf line = {0};
	u64 ret;

	if (!size || size > PRINT_MAX)
		return fails(EINVAL);
	if (!kern_may(r, fmt, size, false))
		return 0;
	if (format(&line, text_at(fmt), text_at(fmt) + size, (u64[3]){a, b, c})) {
		if (k->opts.print)
			k->opts.print(k->opts.arg, line.p ? line.p : "", line.n);
		ret = line.n;
	} else {
		ret = fails(EINVAL);
	}
	buf_deinit(&line);
	return ret;
}

/* ---- numbers: lib/kstrtox.c and kernel/bpf/helpers.c say what is one ---- */

struct number {
	bool negative;
	u64 value;
};

static u32 digit(char c)
{
	return isdigit((u8)c) ? (u32)(c - '0') : isalpha((u8)c) ? (u32)(tolower(c) - 'a' + 10) : 36;
}

static u32 radix(const char *s, size_t n, u32 base, size_t *prefix)
{
	bool zero = n && s[0] == '0', x = zero && n > 1 && tolower(s[1]) == 'x';

	if (!base)
		base = x && n > 2 && digit(s[2]) < 16 ? 16 : zero ? 8 : 10;
	*prefix = base == 16 && x ? 2 : 0;
	return base;
}

/* The bytes that were read, or a negative errno. */
static s64 parse(const char *s, size_t n, u64 flags, struct number *ret)
{
	size_t i = 0, prefix;

	if (!n || (flags && flags != 8 && flags != 10 && flags != 16))
		return -EINVAL;
	while (i < n && isspace((u8)s[i]))
		i++;
	ret->negative = i < n && s[i] == '-';
	i += ret->negative;
	u32 base = radix(s + i, n - i, (u32)flags, &prefix);
	i += prefix;
	size_t first = i;
	for (ret->value = 0; i < n && digit(s[i]) < base; i++)
		if (__builtin_mul_overflow(ret->value, (u64)base, &ret->value) ||
		    __builtin_add_overflow(ret->value, (u64)digit(s[i]), &ret->value))
			return -ERANGE;
	return i == first ? -EINVAL : (s64)i;
}

static void store(u64 to, u64 value) { put_le64((u8 *)(uintptr_t)to, value); }

/* Reads the number; what is stored begins as 0, also when there is none. */
static s64 number(struct run *r, u64 at, u64 size, u64 flags, u64 to, struct number *ret)
{
	if (!kern_may(r, at, size, false) || !kern_may(r, to, 8, true))
		return -EFAULT;
	s64 used = parse(text_at(at), size, flags, ret);
	store(to, 0);
	return used;
}

u64 helper_strtol(u64 at, u64 size, u64 flags, u64 to, u64 r5, struct run *r)
{
	struct number n;

	(void)r5;
	s64 used = number(r, at, size, flags, to, &n);
	if (used < 0)
		return (u64)used;
	if (n.value > (u64)INT64_MAX + n.negative)
		return fails(ERANGE);
	store(to, n.negative ? 0 - n.value : n.value);
	return (u64)used;
}

u64 helper_strtoul(u64 at, u64 size, u64 flags, u64 to, u64 r5, struct run *r)
{
	struct number n;

	(void)r5;
	s64 used = number(r, at, size, flags, to, &n);
	if (used < 0)
		return (u64)used;
	if (n.negative)
		return fails(EINVAL);
	store(to, n.value);
	return (u64)used;
}

/* ---- strncmp ---- */

/* The second text is known to go as far as it was equal, no further. */
u64 helper_strncmp(u64 a, u64 size, u64 b, u64 r4, u64 r5, struct run *r)
{
	(void)r4, (void)r5;
	if (!kern_may(r, a, size, false))
		return 0;
	for (u64 i = 0; i < size; i++) {
		if (!kern_may(r, b + i, 1, false))
			return 0;
		u8 x = (u8)text_at(a)[i], y = (u8)text_at(b)[i];
		if (x != y)
			return (u64)(s64)(x < y ? -1 : 1);
		if (!x)
			break;
	}
	return 0;
}
