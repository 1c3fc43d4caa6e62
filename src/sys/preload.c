/* SPDX-License-Identifier: BSD-2-Clause */
/* The preload library's beginning: libc's own functions, the world, and the
 * system calls that are made by number. */
#include "sys/preload.h"

#include <dlfcn.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>

struct user_real user_real;
bool user_loaded;
char user_world[USER_PATH], user_library[USER_PATH], user_world_entry[USER_PATH + 16];
dev_t user_dev;
bool user_met;

/* Without a world all is libc's, and bpf() says why. */
static void find_world(void)
{
	const char *path = secure_getenv(SYS_WORLD);
	Dl_info own;
	struct stat st;

	if (!path || strlen(path) >= sizeof(user_world) || user_real.stat(path, &st))
		return;
	if (!dladdr(user_world, &own) || strlen(own.dli_fname) >= sizeof(user_library))
		return;
	strcpy(user_world, path);
	strcpy(user_library, own.dli_fname);
	snprintf(user_world_entry, sizeof(user_world_entry), SYS_WORLD "=%s", path);
	user_dev = st.st_dev;
	if (secure_getenv(SYS_RIGHTS))
		user_rights_none();
}

__attribute__((constructor)) void user_load(void)
{
	int keep = errno;

	if (user_loaded)
		return;
#define REAL(name) *(void **)&user_real.name = dlsym(RTLD_NEXT, #name);
#include "sys/preload.def"
#undef REAL
	find_world();
	pthread_atfork(user_wait_lock, user_wait_unlock, user_wait_unlock);
	user_loaded = true;
	errno = keep;
}

/* ---- descriptors ---- */

int user_high(int fd)
{
	enum { HIGH = 500 };
	int to = fcntl(fd, F_DUPFD_CLOEXEC, HIGH);

	if (to < 0)
		return fd;
	real()->close(fd);
	return to;
}

static bool parse(const char *name, struct user_object *ret)
{
	static const char *const kinds[] = {
		[USER_MAP] = "bpf-map.",   [USER_PROG] = "bpf-prog.", [USER_BTF] = "bpf-btf.",
		[USER_LINK] = "bpf-link.", [USER_PERF] = "bpf-perf.",
	};

	for (u32 k = USER_MAP; k < LEN(kinds); k++) {
		size_t n = strlen(kinds[k]);

		if (strncmp(name, kinds[k], n) != 0)
			continue;
		*ret = (struct user_object){(enum user_kind)k, (u32)strtoul(name + n, NULL, 10)};
		return true;
	}
	return false;
}

/* The file's name tells, whichever of its links was opened: objects are found by
 * the name in the world, so a pin is read by what its number was. */
bool user_object(int fd, struct user_object *ret)
{
	char self[32], path[USER_PATH];
	size_t n = strlen(user_world);
	int keep = errno;
	struct stat st;
	ssize_t len = -1;

	if (fd < 0 || !user_dev)
		return false;
	if (!fstat(fd, &st) && st.st_dev == user_dev && S_ISREG(st.st_mode)) {
		snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
		len = real()->readlink(self, path, sizeof(path) - 1);
	}
	errno = keep;
	if (len <= (ssize_t)n)
		return false;
	path[len] = 0;
	return !memcmp(path, user_world, n) && path[n] == '/' && parse(path + n + 1, ret);
}

/* What is waited for behind a descriptor goes with it. */
static void forget(int fd)
{
	if (!__atomic_load_n(&user_watches, __ATOMIC_ACQUIRE))
		return;
	user_wait_lock();
	watch_forget(fd);
	user_wait_unlock();
}

int close(int fd)
{
	forget(fd);
	return real()->close(fd);
}

int dup2(int fd, int to)
{
	if (fd != to)
		forget(to);
	return real()->dup2(fd, to);
}

int dup3(int fd, int to, int flags)
{
	if (fd != to)
		forget(to);
	return real()->dup3(fd, to, flags);
}

bool user_map_info(int fd, struct bpf_map_info *ret)
{
	union bpf_attr attr = {
		.info = {.bpf_fd = (u32)fd, .info_len = sizeof(*ret), .info = (u64)(uintptr_t)ret}};

	return !kern_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr.info));
}

void *mmap(void *at, size_t n, int prot, int flags, int fd, off_t off)
{
	struct user_object o;

	if (fd < 0 || (flags & MAP_ANONYMOUS) || !user_object(fd, &o))
		return real()->mmap(at, n, prot, flags, fd, off);
	int keep = errno;
	long ret = kern_mmap(at, n, prot, flags, fd, off);
	errno = ret < 0 && ret >= -4095 ? (int)-ret : keep;
	return ret < 0 && ret >= -4095 ? MAP_FAILED : (void *)ret;
}

ALSO(mmap, mmap64);

/* ---- calls by number ---- */

int user_bpf(int cmd, void *attr, unsigned size)
{
	int keep = errno, ret = kern_bpf(cmd, attr, size);

	user_met = true;
	errno = ret < 0 ? -ret : keep;
	return ret < 0 ? -1 : ret;
}

static long answer(long ret)
{
	if (ret >= 0)
		return ret;
	errno = (int)-ret;
	return -1;
}

static long open_event(const long a[6])
{
	int keep = errno, fd = -ENOSYS;

	if (*user_world)
		fd = kern_perf_open((void *)a[0], (int)a[1], (int)a[2], (int)a[3],
				    (unsigned long)a[4]);
	errno = keep;
	if (fd == -ENOSYS)
		return real()->syscall(SYS_perf_event_open, a[0], a[1], a[2], a[3], a[4]);
	user_met = true;
	return answer(fd);
}

/* As many arguments as a system call may have, whatever was given. */
#define SIX(first)                                 \
	({                                         \
		va_list ap_;                       \
                                                   \
		va_start(ap_, first);              \
		for (u32 i_ = 0; i_ < 6; i_++)     \
			a[i_] = va_arg(ap_, long); \
		va_end(ap_);                       \
	})

long syscall(long nr, ...)
{
	long a[6];

	SIX(nr);
	switch (nr) {
	case SYS_bpf:
		return user_bpf((int)a[0], (void *)a[1], (unsigned)a[2]);
	case SYS_perf_event_open:
		return open_event(a);
	case SYS_capget:
		return capget((cap_user_header_t)a[0], (cap_user_data_t)a[1]);
	case SYS_capset:
		return capset((cap_user_header_t)a[0], (cap_user_data_t)a[1]);
	case SYS_epoll_ctl:
		return epoll_ctl((int)a[0], (int)a[1], (int)a[2], (struct epoll_event *)a[3]);
	case SYS_epoll_pwait:
		if (!a[4])
			return epoll_wait((int)a[0], (struct epoll_event *)a[1], (int)a[2],
					  (int)a[3]);
	}
	return real()->syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int ioctl(int fd, unsigned long request, ...)
{
	struct user_object o;
	va_list ap;

	va_start(ap, request);
	unsigned long arg = va_arg(ap, unsigned long);
	va_end(ap);
	if (_IOC_TYPE(request) != '$' || !user_object(fd, &o) || o.kind != USER_PERF)
		return real()->ioctl(fd, request, arg);
	return (int)answer(kern_perf_ioctl(fd, request, arg));
}

/* ---- libc's own, for our kernel in this library (the linker's --wrap) ---- */
__typeof__(mmap) __wrap_mmap;
__typeof__(munmap) __wrap_munmap;
__typeof__(open) __wrap_open;
__typeof__(syscall) __wrap_syscall;

void *__wrap_mmap(void *at, size_t n, int prot, int flags, int fd, off_t off)
{
	return real()->mmap(at, n, prot, flags, fd, off);
}

int __wrap_munmap(void *at, size_t n) { return real()->munmap(at, n); }

int __wrap_open(const char *path, int flags, ...)
{
	va_list ap;

	va_start(ap, flags);
	mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	return real()->open(path, flags, mode);
}

long __wrap_syscall(long nr, ...)
{
	long a[6];

	SIX(nr);
	return real()->syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}
