/* SPDX-License-Identifier: BSD-2-Clause */
/* A FIFO beside each ring buffer and perf event: who reads it waits at its end. */
#include "kern/call.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

void kern_wake_name(char name[WAKE_NAME], enum object_kind kind, u32 id)
{
	snprintf(name, WAKE_NAME, "wake%s.%u", kind == OBJECT_PERF ? "-perf" : "", id);
}

int kern_wake_make(enum object_kind kind, u32 id)
{
	char name[WAKE_NAME];

	kern_wake_name(name, kind, id);
	return mkfifoat(world()->dir, name, 0600) ? -errno : 0;
}

/* A byte in the FIFO is an edge for every reader. When they left it full, what is
 * in it means nothing more. */
void kern_wake(enum object_kind kind, u32 id)
{
	char name[WAKE_NAME], old[4096];

	kern_wake_name(name, kind, id);
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

int kern_wait_open(int fd)
{
	char name[WAKE_NAME];
	struct object *o;
	int err = object_of(fd, &o);

	if (err)
		return err;
	kern_wake_name(name, o->kind, o->id);
	err = o->kind == OBJECT_MAP || o->kind == OBJECT_PERF ? 0 : -EINVAL;
	object_put(o);
	if (err)
		return err;
	int in = openat(world()->dir, name, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	return in < 0 ? -errno : in;
}

bool kern_ring_pass(int fd)
{
	struct object *o;

	if (object_get(fd, OBJECT_MAP, &o))
		return false;
	const struct map *m = o->p;
	bool passed = m->type == BPF_MAP_TYPE_RINGBUF && map_ring_pass(o->p);
	object_put(o);
	return passed;
}
