/* SPDX-License-Identifier: BSD-2-Clause */
/* A FIFO beside each ring buffer and perf event: who reads it waits at its end. */
#include "kern/call.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void fifo_name(char name[32], u32 id) { snprintf(name, 32, "wake.%u", id); }

static void perf_name(char name[32], u32 id) { snprintf(name, 32, "wake-perf.%u", id); }

int kern_wake_make(u32 id)
{
	char name[32];

	fifo_name(name, id);
	return mkfifoat(world()->dir, name, 0600) ? -errno : 0;
}

/* A byte in the FIFO is an edge for every reader. When they left it full, what is
 * in it means nothing more. */
static void wake(const char *name)
{
	char old[4096];

	int fd = openat(world()->dir, name, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return; /* nobody waits */
	ssize_t put = write(fd, "", 1);
	if (put < 0 && errno == EAGAIN) {
		int in = openat(world()->dir, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		while (in >= 0 && read(in, old, sizeof(old)) == sizeof(old))
			;
		if (in >= 0)
			close(in);
		put = write(fd, "", 1);
	}
	(void)put;
	close(fd);
}

void kern_wake(u32 id)
{
	char name[32];

	fifo_name(name, id);
	wake(name);
}

int kern_perf_wake_make(u32 id)
{
	char name[32];

	perf_name(name, id);
	return mkfifoat(world()->dir, name, 0600) ? -errno : 0;
}

void kern_perf_wake(u32 id)
{
	char name[32];

	perf_name(name, id);
	wake(name);
}
