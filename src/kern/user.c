/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory of who makes the call: our own process's, at addresses that may be
 * wrong. The kernel copies, and says EFAULT where we would crash. */
#include "kern/call.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

typedef ssize_t copy_fn(pid_t pid, const struct iovec *local, unsigned long locals,
			const struct iovec *remote, unsigned long remotes, unsigned long flags);

static int copy(copy_fn *fn, void *here, u64 there, size_t n)
{
	struct iovec local = {here, n}, remote = {(void *)(uintptr_t)there, n};

	if (!n)
		return 0;
	return fn(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)n ? 0 : -EFAULT;
}

int user_read(void *to, u64 from, size_t n) { return copy(process_vm_readv, to, from, n); }

int user_write(u64 to, const void *from, size_t n)
{
	return copy(process_vm_writev, (void *)(uintptr_t)from, to, n);
}

long user_text(char *to, u64 from, size_t n)
{
	size_t have = 0;

	while (have < n) {
		size_t piece = MIN(n - have, 64 - (from + have) % 64);
		if (user_read(to + have, from + have, piece))
			return -EFAULT;
		const char *end = memchr(to + have, 0, piece);
		if (end)
			return end - to;
		have += piece;
	}
	return -E2BIG;
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
	u8 piece[256];

	if (have > 4096)
		return -E2BIG;
	for (size_t at = known; at < have; at += sizeof(piece)) {
		size_t n = MIN(have - at, sizeof(piece));
		if (user_read(piece, from + at, n))
			return -EFAULT;
		for (size_t i = 0; i < n; i++)
			if (piece[i])
				return -E2BIG;
	}
	return 0;
}
