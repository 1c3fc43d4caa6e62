/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers on texts: numbers in them, and comparing. */
#include "kern/helper.h"

static const char *text_at(u64 at) { return addr_of(at); }

/* ---- numbers: lib/kstrtox.c and kernel/bpf/helpers.c say what is one ---- */

struct number {
	bool negative;
	u64 value;
};

/* 36: it is none of any base. */
static inline u32 digit(char c)
{
	u32 decimal = (u32)(u8)c - '0', letter = ((u32)(u8)c | 0x20) - 'a';

	return decimal < 10 ? decimal : letter < 26 ? letter + 10 : 36;
}

/* As Linux's ctype.h: 0xa0 is one. */
static inline bool is_space(char c) { return c == ' ' || (u8)(c - '\t') < 5 || (u8)c == 0xa0; }

static u32 radix(const char *s, size_t n, u32 base, size_t *prefix)
{
	bool zero = n && s[0] == '0', x = zero && n > 1 && (s[1] | 0x20) == 'x';

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
	while (i < n && is_space(s[i]))
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

BPF_HELPER(strtol)
{
	struct number n;
	s64 used = number(r, r1, size_of(r2), r3, r4, &n);

	if (used < 0)
		return (u64)used;
	if (n.value > (u64)INT64_MAX + n.negative)
		return minus(ERANGE);
	store(r4, n.negative ? 0 - n.value : n.value);
	return (u64)used;
}

BPF_HELPER(strtoul)
{
	struct number n;
	s64 used = number(r, r1, size_of(r2), r3, r4, &n);

	if (used < 0)
		return (u64)used;
	if (n.negative)
		return minus(EINVAL);
	store(r4, n.value);
	return (u64)used;
}

/* The second text is known to go as far as it was equal, no further. */
BPF_HELPER(strncmp)
{
	u32 size = size_of(r2);

	if (!kern_may(r, r1, size, false))
		return 0;
	for (u32 i = 0; i < size; i++) {
		if (!kern_may(r, r3 + i, 1, false))
			return 0;
		u8 x = (u8)text_at(r1)[i], y = (u8)text_at(r3)[i];
		if (x != y)
			return (u64)(s64)(x < y ? -1 : 1);
		if (!x)
			break;
	}
	return 0;
}
