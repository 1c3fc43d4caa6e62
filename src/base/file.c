/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that are memory. */
#include "base/base.h"

#include <errno.h>
#include <fcntl.h>

int file_sure(int fd, u64 off, u64 n)
{
	int keep = errno, err;

	do
		err = fallocate(fd, 0, (off_t)off, (off_t)n) ? errno : 0;
	while (err == EINTR);
	errno = keep;
	return err == ENOSPC || err == EDQUOT || err == ENOMEM || err == EFBIG ? -ENOMEM : 0;
}
