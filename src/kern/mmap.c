/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps in a process's memory, as kernel/bpf/syscall.c (bpf_map_mmap), arraymap.c and
 * ringbuf.c let it be.
 *
 * A mapping has an open file of its own, which lives as long as it, in this process
 * and in those that it forks. A shared flock on it holds the map; a lock of one byte
 * far behind the block's end says that it is written to, and freezing fails. */
#include "kern/call.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096 };

static const off_t writing = (off_t)1 << 60;

struct want {
	void *at;
	size_t n;
	int prot, flags, fd; /* fd: of this mapping alone */
	off_t off;
};

static long place(const struct want *w, off_t off, size_t n, void *at, int fixed)
{
	void *p = mmap(at, n, w->prot, w->flags | fixed, w->fd, off);

	return p == MAP_FAILED ? -errno : (long)p;
}

/* The data lies twice side by side behind the two pages of positions, so that no
 * record is ever cut. */
static long place_ring(const struct want *w, u64 size)
{
	u64 begin = (u64)w->off, end = begin + w->n, wrap = 2 * PAGE + size;

	if (end < begin || end > wrap + size)
		return -EINVAL;
	if (end <= wrap)
		return place(w, w->off, w->n, w->at, 0);
	/* All of it is taken first, so that nobody gets the place behind. */
	u8 *p = mmap(w->at, w->n, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | (w->flags & MAP_FIXED),
		     -1, 0);
	if (p == MAP_FAILED)
		return -errno;
	u64 first = begin < wrap ? wrap - begin : 0;
	u64 second = MAX(begin, wrap) - size;
	long got = first ? place(w, w->off, first, p, MAP_FIXED) : (long)p;
	if (got >= 0 || got < -4095)
		got = place(w, (off_t)second, w->n - first, p + first, MAP_FIXED);
	if (got < 0 && got >= -4095) {
		munmap(p, w->n);
		return got;
	}
	return (long)p;
}

/* ---- what may be ---- */

static bool frozen(const struct map *m)
{
	return __atomic_load_n(&m->head->frozen, __ATOMIC_ACQUIRE);
}

static bool is_ring(const struct map *m)
{
	return m->type == BPF_MAP_TYPE_RINGBUF || m->type == BPF_MAP_TYPE_USER_RINGBUF;
}

/* mm/mmap.c: do_mmap(), whose files lie on a file system without execution. */
static int may_open(const struct want *w, int mode)
{
	bool shared = (w->flags & MAP_TYPE) != MAP_PRIVATE;

	if (shared && (w->prot & PROT_WRITE) && mode == O_RDONLY)
		return -EACCES;
	if (mode == O_WRONLY)
		return -EACCES;
	return w->prot & PROT_EXEC ? -EPERM : 0;
}

/* A file that is open for reading only is not shared, whatever was asked for. */
static int may_map(const struct want *w, int mode, const struct map *m)
{
	bool shared = (w->flags & MAP_TYPE) != MAP_PRIVATE && mode != O_RDONLY;

	if ((m->type != BPF_MAP_TYPE_ARRAY && !is_ring(m)) || m->head->attr.fields)
		return -ENOTSUPP_LINUX;
	if (!shared)
		return -EINVAL;
	if (!(w->prot & PROT_WRITE))
		return 0;
	if (frozen(m))
		return -EPERM;
	return m->flags & BPF_F_RDONLY_PROG ? -EACCES : 0;
}

static u64 pages(u64 n) { return (n + PAGE - 1) & ~(u64)(PAGE - 1); }

static int may_place(const struct want *w, const struct map *m)
{
	bool writes = w->prot & PROT_WRITE;

	if (m->type == BPF_MAP_TYPE_ARRAY) {
		u64 size = m->ops->mappable ? pages(m->ops->mappable(m)) : 0;
		return (u64)w->off <= size && pages(w->n) <= size - (u64)w->off ? 0 : -EINVAL;
	}
	if (writes && m->type == BPF_MAP_TYPE_RINGBUF && (w->off || w->n > PAGE))
		return -EPERM;
	return writes && m->type == BPF_MAP_TYPE_USER_RINGBUF && !w->off ? -EPERM : 0;
}

/* ---- the mapping's own file ---- */

static struct flock byte(short type)
{
	return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = writing, .l_len = 1};
}

/* What is mapped to be read only cannot be made writable later. */
static int open_own(int fd, bool writes)
{
	char self[32];
	struct flock mark = byte(F_RDLCK);

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	int own = open(self, (writes ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	if (own < 0)
		return -errno;
	if (!flock(own, LOCK_SH) && (!writes || !fcntl(own, F_OFD_SETLK, &mark)))
		return own;
	int err = -errno;
	close(own);
	return err;
}

bool kern_is_written(int fd)
{
	struct flock mark = byte(F_WRLCK);

	return !fcntl(fd, F_OFD_GETLK, &mark) && mark.l_type != F_UNLCK;
}

static long map_in(struct want *w, const struct map *m)
{
	bool writes = w->prot & PROT_WRITE;

	w->fd = open_own(w->fd, writes);
	if (w->fd < 0)
		return w->fd;
	long ret = writes && frozen(m) ? -EPERM
		   : is_ring(m)        ? place_ring(w, m->max_entries)
				       : place(w, w->off, w->n, w->at, 0);
	close(w->fd);
	return ret;
}

static long map_map(struct want *w, int mode, const struct map *m)
{
	int err = may_map(w, mode, m);

	if (!err)
		err = may_place(w, m);
	return err ? err : map_in(w, m);
}

static long map_perf(struct want *w, void *perf)
{
	bool shared = (w->flags & MAP_TYPE) != MAP_PRIVATE;
	int err = !shared || w->off ? -EINVAL : kern_perf_mapped(perf, w->n, w->prot & PROT_WRITE);

	if (!err)
		err = w->fd = open_own(w->fd, true);
	if (err < 0)
		return err;
	long ret = place(w, 0, w->n, w->at, 0);
	close(w->fd);
	return ret;
}

long kern_mmap(void *at, size_t n, int prot, int flags, int fd, off_t off)
{
	struct want w = {at, n, prot, flags, fd, off};
	struct object *o;
	int mode = object_mode(fd), err = object_of(fd, &o);

	if (err)
		return err;
	long ret = may_open(&w, mode);
	if (!ret)
		ret = o->kind == OBJECT_MAP    ? map_map(&w, mode, o->p)
		      : o->kind == OBJECT_PERF ? map_perf(&w, o->p)
					       : -ENODEV;
	object_put(o);
	return ret;
}
