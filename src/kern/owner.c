/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose value it is in a storage: the call names sockets, files, processes and
 * cgroups by descriptors, the map knows them by number. */
#include "kern/call.h"
#include "map/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int socket_of(int fd, u64 *ret)
{
	struct stat st;

	if (fstat(fd, &st))
		return -EBADF;
	*ret = st.st_ino;
	return S_ISSOCK(st.st_mode) ? 0 : -ENOTSOCK;
}

static int file_of(int fd, u64 *ret)
{
	enum { INODE_BITS = 44 };
	struct stat st;

	if (fstat(fd, &st))
		return -EBADF;
	*ret = st.st_ino ^ (u64)st.st_dev << INODE_BITS;
	return 0;
}

/* What a pidfd is of stands in its fdinfo: -1 when that has ended. */
static int process_of(int fd, u64 *ret)
{
	char path[64], text[1024];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	int info = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = info < 0 ? -1 : read(info, text, sizeof(text) - 1);
	if (info >= 0)
		close(info);
	text[MAX(n, 0)] = 0;
	const char *line = strstr(text, "\nPid:");
	long pid = line ? strtol(line + strlen("\nPid:"), NULL, 10) : 0;
	if (!line)
		return -EBADF;
	*ret = lock_process((u32)pid);
	return pid > 0 ? 0 : -ENOENT;
}

bool kern_has_owners(u32 type)
{
	return type == MAPTYPE_SK_STORAGE || type == MAPTYPE_INODE_STORAGE ||
	       type == MAPTYPE_TASK_STORAGE || type == MAPTYPE_CGRP_STORAGE;
}

int kern_owner(u32 type, int fd, u64 *ret)
{
	switch (type) {
	case MAPTYPE_SK_STORAGE:
		return socket_of(fd, ret);
	case MAPTYPE_INODE_STORAGE:
		return file_of(fd, ret);
	case MAPTYPE_TASK_STORAGE:
		return process_of(fd, ret);
	}
	return kern_file_of(fd, KERN_CGROUP2, -EBADF, ret);
}
