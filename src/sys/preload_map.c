/* SPDX-License-Identifier: BSD-2-Clause */
/* Mapping maps. A file of our world may be mapped as the kernel would let the map be:
 * kernel/bpf/syscall.c: bpf_map_mmap(), kernel/bpf/ringbuf.c. */
#include "sys/preload_wait.h"

#include "isa/bpf.h"

struct want {
	void *at;
	size_t n;
	int prot, flags, fd;
	off_t off;
};

static void *refused(int err)
{
	errno = err;
	return MAP_FAILED;
}

/* What is not mapped for writing must not become so by mprotect(). */
static void *map_file(const struct want *w, off_t off, size_t n, void *at, int flags)
{
	char self[32];
	int fd = w->fd;

	if (!(w->prot & PROT_WRITE)) {
		snprintf(self, sizeof(self), "/proc/self/fd/%d", w->fd);
		fd = real()->open(self, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0)
		return refused(EACCES);
	void *p = real()->mmap(at, n, w->prot, flags, fd, off);
	if (fd != w->fd) {
		int keep = errno;
		real()->close(fd);
		errno = keep;
	}
	return p;
}

/* The data lies twice side by side behind the two pages of positions, so that a
 * sample never wraps: `size` bytes of it. */
static void *map_ring(const struct want *w, u32 size)
{
	u64 begin = (u64)w->off, end = begin + w->n, data = 2 * USER_PAGE, wrap = data + size;

	if (end < begin || end > wrap + size)
		return refused(EINVAL);
	if (end <= wrap)
		return map_file(w, w->off, w->n, w->at, w->flags);
	/* All of it is reserved first, so that nobody takes the place behind. */
	u8 *p = real()->mmap(w->at, w->n, PROT_NONE,
			     MAP_PRIVATE | MAP_ANONYMOUS | (w->flags & MAP_FIXED), -1, 0);
	if (p == MAP_FAILED)
		return p;
	u64 first = begin < wrap ? wrap - begin : 0;
	u64 second = MAX(begin, wrap) - size;
	bool good =
		!first || map_file(w, (off_t)begin, first, p, w->flags | MAP_FIXED) != MAP_FAILED;
	good = good && map_file(w, (off_t)second, w->n - first, p + first, w->flags | MAP_FIXED) !=
			       MAP_FAILED;
	if (good)
		return p;
	int keep = errno;
	real()->munmap(p, w->n);
	return refused(keep);
}

static void *map_map(const struct want *w)
{
	struct bpf_map_info info = {0};
	bool writes = w->prot & PROT_WRITE;

	if (!user_map_info(w->fd, &info))
		return refused(EINVAL);
	bool ring = info.type == BPF_MAP_TYPE_RINGBUF,
	     user_ring = info.type == BPF_MAP_TYPE_USER_RINGBUF;
	if (!ring && !user_ring && !(info.map_flags & BPF_F_MMAPABLE))
		return refused(ENOTSUPP_LINUX);
	if ((w->flags & MAP_TYPE) == MAP_PRIVATE)
		return refused(EINVAL);
	if (writes && (info.map_flags & BPF_F_RDONLY_PROG))
		return refused(EACCES);
	if (writes && ring && (w->off || w->n > USER_PAGE))
		return refused(EPERM);
	if (writes && user_ring && !w->off)
		return refused(EPERM);
	if (ring || user_ring)
		return map_ring(w, info.max_entries);
	return map_file(w, w->off, w->n, w->at, w->flags);
}

void *mmap(void *at, size_t n, int prot, int flags, int fd, off_t off)
{
	struct user_object o;

	if (fd < 0 || (flags & MAP_ANONYMOUS) || !user_object(fd, &o))
		return real()->mmap(at, n, prot, flags, fd, off);
	if (o.kind != USER_MAP)
		return refused(ENODEV);
	return map_map(&(struct want){at, n, prot, flags, fd, off});
}

ALSO(mmap, mmap64);
