/* SPDX-License-Identifier: BSD-2-Clause */
/* What programs of a world print, as a file that a reader waits at: Linux's
 * trace_pipe. A line is read once, by whichever reader comes first. */
#include "kern/trace.h"
#include "kern/world.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { LINE = 1024, LOOK_MS = 500 };

struct feed {
	struct trace *trace;
	int to;
};

/* Is anybody left who reads? */
static bool is_read(int fd)
{
	struct pollfd p = {.fd = fd};

	return poll(&p, 1, 0) <= 0 || !(p.revents & POLLERR);
}

static bool send(int fd, const char *line, size_t n)
{
	while (n) {
		ssize_t put = write(fd, line, n);
		if (put < 0 && errno != EINTR)
			return false;
		line += MAX(put, 0);
		n -= (size_t)MAX(put, 0);
	}
	return true;
}

/* Nobody has read so far as `to`; now somebody has. */
static bool takes(u64 *read, u64 to)
{
	u64 done = __atomic_load_n(read, __ATOMIC_ACQUIRE);

	return done < to && __atomic_compare_exchange_n(read, &done, to, false, __ATOMIC_ACQ_REL,
							__ATOMIC_RELAXED);
}

static void *feed(void *arg)
{
	struct feed *f = arg;
	struct trace_reader r;
	u64 *read = &world()->page->trace_read;
	char line[LINE];

	trace_begin(f->trace, &r, true);
	r.at = MAX(r.at, __atomic_load_n(read, __ATOMIC_ACQUIRE));
	for (;;) {
		size_t n = trace_read(f->trace, &r, line, sizeof(line), LOOK_MS);
		if (!n && !is_read(f->to))
			break;
		if (n && takes(read, r.at) && !send(f->to, line, n))
			break;
	}
	close(f->to);
	trace_close(f->trace);
	free(f);
	return NULL;
}

int kern_trace_open(void)
{
	struct feed *f = calloc(1, sizeof(*f));
	sigset_t all, before;
	pthread_t thread;
	int end[2];

	if (!f || !world() || pipe2(end, O_CLOEXEC)) {
		free(f);
		return -ENOMEM;
	}
	f->to = end[1];
	int fd = world_trace_file(world());
	int err = fd < 0 ? fd : trace_open(fd, &f->trace);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* SIGPIPE is not for the program */
	if (!err)
		err = -pthread_create(&thread, NULL, feed, f);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!err) {
		pthread_detach(thread);
		return end[0];
	}
	trace_close(f->trace);
	free(f);
	close(end[0]);
	close(end[1]);
	return err;
}
