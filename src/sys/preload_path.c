/* SPDX-License-Identifier: BSD-2-Clause */
/* Paths below /sys/fs/bpf lead into the world's directory of pins. */
#include "sys/preload.h"

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

static const char *lead(const char *path, const char *rest, char to[USER_PATH])
{
	if (!rest || !*user_world ||
	    snprintf(to, USER_PATH, "%s%s%s", user_world, pins, rest) >= USER_PATH)
		return path;
	return to;
}

/* May it lead from above the mount point below it? */
static bool is_step(const char *path)
{
	static const char *const steps[] = {"sys", "fs", "bpf", ".."};
	size_t n = strcspn(path, "/");

	for (u32 i = 0; i < LEN(steps); i++)
		if (n == strlen(steps[i]) && !memcmp(path, steps[i], n))
			return true;
	return false;
}

/* Programs walk to a directory step by step (mkdir -p). */
static const char *relative(int dir, const char *path, char to[USER_PATH])
{
	char self[32], whole[USER_PATH];
	int keep = errno;

	snprintf(self, sizeof(self), dir == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", dir);
	ssize_t n = real()->readlink(self, whole, sizeof(whole));
	errno = keep;
	if (n <= 0 || (size_t)n + strlen(path) + 2 > sizeof(whole) ||
	    n >= (ssize_t)sizeof(mount_point))
		return path;
	whole[n] = '/';
	strcpy(whole + n + 1, path);
	return lead(path, below(whole, mount_point), to);
}

const char *user_path_at(int dir, const char *path, char to[USER_PATH])
{
	if (!path || !*path || !real())
		return path;
	if (*path == '/')
		return lead(path, below(path, mount_point), to);
	return is_step(path) ? relative(dir, path, to) : path;
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

/* ---- what a file is ---- */

/* A pin has no bytes that a program could read. */
static int seen(int ret, bool pin, struct stat *st)
{
	if (!ret && pin && S_ISREG(st->st_mode))
		st->st_size = st->st_blocks = 0;
	return ret;
}

int stat(const char *path, struct stat *st)
{
	char to[USER_PATH];
	const char *at = user_path_at(AT_FDCWD, path, to);

	return seen(real()->stat(at, st), at != path, st);
}

int lstat(const char *path, struct stat *st)
{
	char to[USER_PATH];
	const char *at = user_path_at(AT_FDCWD, path, to);

	return seen(real()->lstat(at, st), at != path, st);
}

int fstatat(int dir, const char *path, struct stat *st, int flags)
{
	char to[USER_PATH];
	const char *at = user_path_at(dir, path, to);

	return seen(real()->fstatat(dir, at, st, flags), at != path, st);
}

int statx(int dir, const char *restrict path, int flags, unsigned mask, struct statx *restrict st)
{
	char to[USER_PATH];
	const char *at = user_path_at(dir, path, to);
	int ret = real()->statx(dir, at, flags, mask, st);

	if (!ret && at != path && S_ISREG(st->stx_mode))
		st->stx_size = st->stx_blocks = 0;
	return ret;
}

ALSO(stat, stat64);
ALSO(lstat, lstat64);
ALSO(fstatat, fstatat64);

/* ---- functions that take one path ---- */

#define PATH1(type, name, args, ...)              \
	type name args                            \
	{                                         \
		char to[USER_PATH];               \
                                                  \
		return real()->name(__VA_ARGS__); \
	}
#define P     user_path_at(AT_FDCWD, path, to)
#define AT(d) user_path_at(d, path, to)

PATH1(DIR *, opendir, (const char *path), P)
PATH1(int, access, (const char *path, int how), P, how)
PATH1(int, euidaccess, (const char *path, int how), P, how)
PATH1(int, faccessat, (int dir, const char *path, int how, int flags), dir, AT(dir), how, flags)
PATH1(ssize_t, readlink, (const char *path, char *buf, size_t n), P, buf, n)
PATH1(ssize_t, readlinkat, (int dir, const char *path, char *buf, size_t n), dir, AT(dir), buf, n)
PATH1(int, mkdir, (const char *path, mode_t mode), P, mode)
PATH1(int, mkdirat, (int dir, const char *path, mode_t mode), dir, AT(dir), mode)
PATH1(int, rmdir, (const char *path), P)
PATH1(int, unlink, (const char *path), P)
PATH1(int, unlinkat, (int dir, const char *path, int flags), dir, AT(dir), flags)
PATH1(int, remove, (const char *path), P)
PATH1(int, chmod, (const char *path, mode_t mode), P, mode)
PATH1(int, chown, (const char *path, uid_t uid, gid_t gid), P, uid, gid)
PATH1(int, chdir, (const char *path), P)
PATH1(ssize_t, getxattr, (const char *path, const char *name, void *into, size_t n), P, name, into,
      n)
PATH1(ssize_t, lgetxattr, (const char *path, const char *name, void *into, size_t n), P, name, into,
      n)
PATH1(ssize_t, listxattr, (const char *path, char *list, size_t n), P, list, n)
PATH1(ssize_t, llistxattr, (const char *path, char *list, size_t n), P, list, n)
PATH1(int, symlink, (const char *content, const char *path), content, P)
PATH1(int, symlinkat, (const char *content, int dir, const char *path), content, dir, AT(dir))

/* ---- two paths ---- */

#define PATH2(name, args, ...)                      \
	int name args                               \
	{                                           \
		char to[USER_PATH], to2[USER_PATH]; \
                                                    \
		return real()->name(__VA_ARGS__);   \
	}
#define FROM(d) user_path_at(d, from, to)
#define INTO(d) user_path_at(d, into, to2)

PATH2(rename, (const char *from, const char *into), FROM(AT_FDCWD), INTO(AT_FDCWD))
PATH2(renameat, (int a, const char *from, int b, const char *into), a, FROM(a), b, INTO(b))
PATH2(renameat2, (int a, const char *from, int b, const char *into, unsigned flags), a, FROM(a), b,
      INTO(b), flags)
PATH2(link, (const char *from, const char *into), FROM(AT_FDCWD), INTO(AT_FDCWD))
PATH2(linkat, (int a, const char *from, int b, const char *into, int flags), a, FROM(a), b, INTO(b),
      flags)

/* ---- the file system itself ---- */

/* A descriptor's path in our world, or NULL. */
static bool in_pins(const char *path)
{
	char to[USER_PATH];

	return user_path_back(path, to) != path;
}

static void as_bpffs(struct statfs *st) { st->f_type = BPF_FS_MAGIC; }

/* What programs print is read there, whatever is mounted. */
static bool is_tracing(const char *path)
{
	return *user_world &&
	       (!strcmp(path, "/sys/kernel/tracing") || !strcmp(path, "/sys/kernel/debug/tracing"));
}

int statfs(const char *path, struct statfs *st)
{
	char to[USER_PATH];
	const char *at = user_path_at(AT_FDCWD, path, to);
	bool tracing = is_tracing(path);
	int ret = real()->statfs(tracing ? "/sys" : at, st);

	if (!ret && tracing)
		st->f_type = TRACEFS_MAGIC;
	else if (!ret && at != path)
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

/* Our file system is always there, and nowhere else. */
int mount(const char *what, const char *where, const char *type, unsigned long flags,
	  const void *data)
{
	char to[USER_PATH];
	const char *at = user_path_at(AT_FDCWD, where, to);

	if (at != where)
		return real()->access(at, F_OK);
	if (*user_world && type && !strcmp(type, "bpf")) {
		errno = EPERM;
		return -1;
	}
	return real()->mount(what, where, type, flags, data);
}

/* ---- walking ---- */

static __thread __nftw_func_t walker;

static int walked(const char *path, const struct stat *st, int type, struct FTW *at)
{
	char to[USER_PATH];
	const char *back = user_path_back(path, to);

	struct FTW own = *at; /* libc walks by its own */

	if (back != path)
		own.base = (int)(strrchr(back, '/') + 1 - back);
	return walker(back, st, type, &own);
}

int nftw(const char *path, __nftw_func_t fn, int fds, int flags)
{
	char to[USER_PATH];
	const char *at = user_path_at(AT_FDCWD, path, to);
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
