/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory of who makes the call: our own process's, at addresses that may be
 * wrong. */
#include "kern/call.h"
#include "kern/fault.h"

#include <errno.h>
#include <stdlib.h>

int user_read(void *to, u64 from, size_t n) { return n ? kern_read(to, from, n) : 0; }

int user_write(u64 to, const void *from, size_t n) { return n ? kern_write(to, from, n) : 0; }

long user_text(char *to, u64 from, size_t n)
{
	long got = kern_read_text(to, from, (u32)n);

	if (got < 0)
		return got;
	return memchr(to, 0, (size_t)got) ? got - 1 : -E2BIG;
}

int user_dup(u64 from, size_t n, void **ret)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		return -ENOMEM;
	int err = user_read(p, from, n);
	if (err)
		free(p);
	else
		*ret = p;
	return err;
}

/* bpf_check_uarg_tail_zero */
int user_rest_is_zero(u64 from, size_t have, size_t known)
{
	enum { PAGE = 4096 };
	u8 piece[256];
	size_t n;

	if (have > PAGE)
		return -E2BIG;
	for (size_t at = known; at < have; at += n) {
		/* What stands before a page that is not there is seen. */
		n = MIN(MIN(have - at, sizeof(piece)), PAGE - (from + at) % PAGE);
		if (user_read(piece, from + at, n))
			return -EFAULT;
		for (size_t i = 0; i < n; i++)
			if (piece[i])
				return -E2BIG;
	}
	return 0;
}
