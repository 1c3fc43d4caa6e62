/* SPDX-License-Identifier: BSD-2-Clause */
/* Compares the names in fields of 16 bytes, each with the 4 before it: how many
 * are the same, and how many come later. */
#include "prog.h"

enum { SIZE = 16, BEFORE = 4 };

INLINE int compare(const char *a, const char *b)
{
	for (u32 i = 0; i < SIZE; i++) {
		if (a[i] != b[i])
			return (u8)a[i] - (u8)b[i];
		if (!a[i])
			return 0;
	}
	return 0;
}

u64 prog(void *mem, u64 len)
{
	const char *p = mem;
	u32 same = 0, later = 0;

	for (u64 i = BEFORE; (i + 1) * SIZE <= len; i++)
		for (u64 k = i - BEFORE; k < i; k++) {
			int c = compare(p + i * SIZE, p + k * SIZE);

			same += c == 0;
			later += c > 0;
		}
	return (u64)same << 32 | later;
}
