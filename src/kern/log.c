/* SPDX-License-Identifier: BSD-2-Clause */
/* The log that a call hands to its caller, in Linux's way (kernel/bpf/log.c). */
#include "kern/call.h"

#include <errno.h>

enum { LEVELS = 15, FIXED = 8 };

int user_log_init(struct user_log *l, u32 level, u64 at, u32 size)
{
	*l = (struct user_log){.level = level, .at = at, .size = size};
	if (!at != !size || (at && !level) || (level & ~(u32)LEVELS) || size > UINT32_MAX >> 2)
		return -EINVAL;
	return 0;
}

int user_log_finish(struct user_log *l, int err, u32 *true_size)
{
	size_t n = l->text.n + 1;
	const char *from = l->text.p ? l->text.p : "";

	if (!l->level) {
		buf_deinit(&l->text);
		*true_size = 0;
		return err;
	}
	*true_size = (u32)n;
	if (l->at) {
		/* Of what is too long the end is kept, unless the beginning is asked for. */
		size_t keep = MIN(n, (size_t)l->size);
		size_t skip = l->level & FIXED ? 0 : n - keep;
		int bad = user_write(l->at, from + skip, keep - 1);
		if (!bad)
			bad = user_write(l->at + keep - 1, "", 1);
		if (bad)
			err = -EFAULT;
		else if (n > l->size)
			err = -ENOSPC;
	}
	buf_deinit(&l->text);
	return err;
}
