/* SPDX-License-Identifier: BSD-2-Clause */
/* Files are opened: those of our world, those that are made for it, and all
 * others. */
#include "sys/preload.h"

/* What an open pin is to the program: the kernel opens only iterators, to be read. */
static int as_pin(int fd, int flags)
{
	u32 id;

	if (fd < 0 || (flags & O_PATH) || !kern_object(fd, &id))
		return fd;
	int ret = kern_iter_read(fd);
	real()->close(fd);
	if (ret >= 0)
		return ret;
	errno = -ret;
	return -1;
}

/* Where it leads, in our world or not. */
static int open_at(int dir, const char *path, int flags, mode_t mode)
{
	char to[USER_PATH];
	int fd = user_file(path, flags);

	if (fd >= 0)
		return fd;
	const char *at = user_path_at(dir, path, to);
	fd = real()->openat(dir, at, flags, mode);
	return at == path ? fd : as_pin(fd, flags);
}

static bool has_mode(int flags) { return flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)); }

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	va_start(ap, flags);
	if (has_mode(flags))
		mode = va_arg(ap, mode_t);
	va_end(ap);
	return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	va_start(ap, flags);
	if (has_mode(flags))
		mode = va_arg(ap, mode_t);
	va_end(ap);
	return open_at(dir, path, flags, mode);
}

int creat(const char *path, mode_t mode)
{
	return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

ALSO(open, open64);
ALSO(openat, openat64);
ALSO(creat, creat64);

/* What -D_FORTIFY_SOURCE makes of them. */
int __open_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);
int __open_2(const char *path, int flags) { return open_at(AT_FDCWD, path, flags, 0); }
int __openat_2(int dir, const char *path, int flags) { return open_at(dir, path, flags, 0); }
__typeof__(__open_2) __open64_2 __attribute__((alias("__open_2")));
__typeof__(__openat_2) __openat64_2 __attribute__((alias("__openat_2")));

/* ---- streams ---- */

static int flags_of(const char *mode)
{
	int flags = strchr(mode, '+') ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY;

	return flags | (strchr(mode, 'e') ? O_CLOEXEC : 0);
}

static FILE *fopen_pin(const char *at, const char *mode)
{
	FILE *f = real()->fopen(at, mode);
	u32 id;

	if (!f || !kern_object(fileno(f), &id))
		return f;
	int fd = kern_iter_read(fileno(f));
	fclose(f);
	if (fd >= 0)
		return fdopen(fd, mode);
	errno = -fd;
	return NULL;
}

FILE *fopen(const char *path, const char *mode)
{
	char to[USER_PATH];
	int fd = user_file(path, flags_of(mode));

	if (fd >= 0)
		return fdopen(fd, mode);
	const char *at = user_path_at(AT_FDCWD, path, to);
	return at == path ? real()->fopen(path, mode) : fopen_pin(at, mode);
}

FILE *freopen(const char *path, const char *mode, FILE *f)
{
	char to[USER_PATH];

	return real()->freopen(user_path_at(AT_FDCWD, path, to), mode, f);
}

FILE *setmntent(const char *path, const char *mode)
{
	int fd = user_file(path, flags_of(mode));

	return fd >= 0 ? fdopen(fd, mode) : real()->setmntent(path, mode);
}

ALSO(fopen, fopen64);
ALSO(freopen, freopen64);
