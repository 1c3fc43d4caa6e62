/* SPDX-License-Identifier: BSD-2-Clause */
/* Paths below /sys/fs/bpf lead into the world's directory of pins. */
#include "sys/preload.h"

#include <stdlib.h>

static const char mount_point[] = "/sys/fs/bpf", pins[] = "/fs";

/* What follows the directory in path, which may have more slashes than one
 * between names; NULL: it is not below it. */
static const char *below(const char *path, const char *dir)
{
	while (*dir) {
		if (*path != *dir)
			return NULL;
		if (*dir == '/')
			path += strspn(path, "/");
		else
			path++;
		dir++;
	}
	return !*path || *path == '/' ? path : NULL;
}

const char *user_path(const char *path, char to[USER_PATH])
{
	const char *rest = path && *path == '/' ? below(path, mount_point) : NULL;

	if (!rest || !real() || !*user_world)
		return path;
	if (snprintf(to, USER_PATH, "%s%s%s", user_world, pins, rest) >= USER_PATH)
		return path;
	return to;
}

const char *user_path_back(const char *path, char to[USER_PATH])
{
	size_t n = strlen(user_world), m = sizeof(pins) - 1;

	if (!n || strncmp(path, user_world, n) != 0 || strncmp(path + n, pins, m) != 0 ||
	    (path[n + m] && path[n + m] != '/'))
		return path;
	snprintf(to, USER_PATH, "%s%s", mount_point, path + n + m);
	return to;
}

/* ---- functions that take one path ---- */

#define PATH1(type, name, args, ...)              \
	type name args                            \
	{                                         \
		char to[USER_PATH];               \
                                                  \
		return real()->name(__VA_ARGS__); \
	}
#define P user_path(path, to)

PATH1(DIR *, opendir, (const char *path), P)
PATH1(int, stat, (const char *path, struct stat *st), P, st)
PATH1(int, lstat, (const char *path, struct stat *st), P, st)
PATH1(int, fstatat, (int dir, const char *path, struct stat *st, int flags), dir, P, st, flags)
PATH1(int, statx,
      (int dir, const char *restrict path, int flags, unsigned mask, struct statx *restrict st),
      dir, P, flags, mask, st)
PATH1(int, access, (const char *path, int how), P, how)
PATH1(int, euidaccess, (const char *path, int how), P, how)
PATH1(int, faccessat, (int dir, const char *path, int how, int flags), dir, P, how, flags)
PATH1(ssize_t, readlink, (const char *path, char *buf, size_t n), P, buf, n)
PATH1(ssize_t, readlinkat, (int dir, const char *path, char *buf, size_t n), dir, P, buf, n)
PATH1(int, mkdir, (const char *path, mode_t mode), P, mode)
PATH1(int, mkdirat, (int dir, const char *path, mode_t mode), dir, P, mode)
PATH1(int, rmdir, (const char *path), P)
PATH1(int, unlink, (const char *path), P)
PATH1(int, unlinkat, (int dir, const char *path, int flags), dir, P, flags)
PATH1(int, remove, (const char *path), P)
PATH1(int, chmod, (const char *path, mode_t mode), P, mode)
PATH1(int, chown, (const char *path, uid_t uid, gid_t gid), P, uid, gid)
PATH1(int, chdir, (const char *path), P)
PATH1(int, symlink, (const char *content, const char *path), content, P)

ALSO(stat, stat64);
ALSO(lstat, lstat64);
ALSO(fstatat, fstatat64);

/* ---- two paths ---- */

#define PATH2(name, args, ...)                      \
	int name args                               \
	{                                           \
		char to[USER_PATH], to2[USER_PATH]; \
                                                    \
		return real()->name(__VA_ARGS__);   \
	}
#define FROM user_path(from, to)
#define INTO user_path(into, to2)

PATH2(rename, (const char *from, const char *into), FROM, INTO)
PATH2(renameat, (int a, const char *from, int b, const char *into), a, FROM, b, INTO)
PATH2(renameat2, (int a, const char *from, int b, const char *into, unsigned flags), a, FROM, b,
      INTO, flags)
PATH2(link, (const char *from, const char *into), FROM, INTO)
PATH2(linkat, (int a, const char *from, int b, const char *into, int flags), a, FROM, b, INTO,
      flags)

/* ---- the file system itself ---- */

/* A descriptor's path in our world, or NULL. */
static bool in_pins(const char *path)
{
	char to[USER_PATH];

	return user_path_back(path, to) != path;
}

static void as_bpffs(struct statfs *st) { st->f_type = BPF_FS_MAGIC; }

int statfs(const char *path, struct statfs *st)
{
	char to[USER_PATH];
	const char *at = user_path(path, to);
	int ret = real()->statfs(at, st);

	if (!ret && at != path)
		as_bpffs(st);
	return ret;
}

int fstatfs(int fd, struct statfs *st)
{
	char self[32], path[USER_PATH];
	int ret = real()->fstatfs(fd, st), keep = errno;

	if (ret)
		return ret;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	ssize_t n = real()->readlink(self, path, sizeof(path) - 1);
	if (n > 0) {
		path[n] = 0;
		if (in_pins(path))
			as_bpffs(st);
	}
	errno = keep;
	return 0;
}

/* One struct in two names. */
int statfs64(const char *path, struct statfs64 *st) { return statfs(path, (struct statfs *)st); }
int fstatfs64(int fd, struct statfs64 *st) { return fstatfs(fd, (struct statfs *)st); }

/* Our file system is always there. */
int mount(const char *what, const char *where, const char *type, unsigned long flags,
	  const void *data)
{
	char to[USER_PATH];

	if (*user_world &&
	    ((type && !strcmp(type, "bpf")) || (where && user_path(where, to) != where)))
		return 0;
	return real()->mount(what, where, type, flags, data);
}

/* ---- walking ---- */

static __thread __nftw_func_t walker;

static int walked(const char *path, const struct stat *st, int type, struct FTW *at)
{
	char to[USER_PATH];
	const char *back = user_path_back(path, to);

	if (back != path)
		at->base += (int)strlen(back) - (int)strlen(path);
	return walker(back, st, type, at);
}

int nftw(const char *path, __nftw_func_t fn, int fds, int flags)
{
	char to[USER_PATH];
	const char *at = user_path(path, to);
	__nftw_func_t outer = walker;

	if (at == path)
		return real()->nftw(path, fn, fds, flags);
	walker = fn;
	int ret = real()->nftw(at, walked, fds, flags);
	walker = outer;
	return ret;
}

int nftw64(const char *path, __nftw64_func_t fn, int fds, int flags)
{
	return nftw(path, (__nftw_func_t)fn, fds, flags);
}

/* ---- as older programs know them: libc 2.32 had no stat() to link with ---- */

typedef int xstat_fn(int version, const char *path, struct stat *st);
xstat_fn __xstat, __lxstat;
xstat_fn __xstat64 __attribute__((alias("__xstat"))), __lxstat64 __attribute__((alias("__lxstat")));
int __fxstatat(int version, int dir, const char *path, struct stat *st, int flags);
int __xstat(int version, const char *path, struct stat *st)
{
	(void)version;
	return stat(path, st);
}
int __lxstat(int version, const char *path, struct stat *st)
{
	(void)version;
	return lstat(path, st);
}
int __fxstatat(int version, int dir, const char *path, struct stat *st, int flags)
{
	(void)version;
	return fstatat(dir, path, st, flags);
}
