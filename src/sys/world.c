/* SPDX-License-Identifier: BSD-2-Clause */
/* A world's directory: $XDG_RUNTIME_DIR/onebpf/NAME, else /dev/shm/onebpf-UID/NAME.
 * Every object of the world is a file in it. */
#include "kern/kern.h"
#include "sys/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_LONGEST = 64, PATH = 512 };

/* A directory of ours that nobody else can write to. */
static bool is_ours(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
	       !(st.st_mode & 022);
}

static struct ob_err *bad_name(const char *name)
{
	size_t n = strlen(name);

	if (n && n <= NAME_LONGEST && *name != '.' &&
	    n == strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"))
		return NULL;
	return err_hint(err_new(OB_NAME, "\"%s\" cannot be the name of a world", name),
			"letters, digits, - _ and ., at most %d", NAME_LONGEST);
}

struct ob_err *sys_world_make(const char *name, struct buf *path)
{
	struct ob_err *err = bad_name(name);
	char dir[PATH];

	if (err)
		return err;
	int failed = kern_world_dir(name, dir, sizeof(dir));
	if (failed == -EPERM)
		return err_new(OB_PERM, "%s is no directory that only this user can write to", dir);
	if (failed)
		return err_sys(-failed, "cannot make a directory for world \"%s\"", name);
	if (strpbrk(dir, ": \t\n$"))
		return err_new(OB_NAME, "the loader cannot read a path like \"%s\"", dir);
	buf_printf(path, "%s/fs", dir);
	if (path->oom)
		return err_nomem();
	if (mkdir(path->p, 0700) && errno != EEXIST)
		return err_sys(errno, "cannot make %s", path->p);
	path->n = strlen(dir);
	path->p[path->n] = 0;
	return NULL;
}

/* ---- which there are ---- */

static bool has_prefix(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

/* A process holds what it has open by a shared lock. */
static bool is_held(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);

	if (fd < 0)
		return false;
	bool held = flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;
	close(fd);
	return held;
}

/* What nobody holds and no other name mentions is dead. */
static bool lives(int dir, const char *name)
{
	struct stat st;

	return !fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) &&
	       (st.st_nlink > 1 || is_held(dir, name));
}

static void count(struct sys_world *w)
{
	static const char *const kinds[] = {"bpf-map.", "bpf-prog.", "bpf-link.", "bpf-btf."};
	u32 *const to[] = {&w->maps, &w->progs, &w->links, &w->btfs};
	DIR *dir = opendir(w->path);

	for (struct dirent *e; dir && (e = readdir(dir));)
		for (u32 i = 0; i < LEN(kinds); i++)
			if (has_prefix(e->d_name, kinds[i]))
				*to[i] += lives(dirfd(dir), e->d_name);
	if (dir)
		closedir(dir);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct sys_world *)a)->name, ((const struct sys_world *)b)->name);
}

static struct ob_err *add(struct arena *a, const char *base, const char *name,
			  struct sys_worlds *to)
{
	struct sys_world w = {0};

	w.name = arena_strndup(a, name, strlen(name));
	w.path = arena_printf(a, "%s/%s", base, name);
	if (!w.name || !w.path)
		return err_nomem();
	if (!is_ours(w.path))
		return NULL;
	count(&w);
	vec_push(a, *to) = w;
	return NULL;
}

struct ob_err *sys_world_list(struct arena *a, struct sys_worlds *ret)
{
	char base[PATH];
	struct sys_worlds all = {0};
	struct ob_err *err = NULL;
	DIR *dir = !kern_world_top(base, sizeof(base)) && is_ours(base) ? opendir(base) : NULL;

	for (struct dirent *e; dir && !err && (e = readdir(dir));)
		if (*e->d_name != '.')
			err = add(a, base, e->d_name, &all);
	if (dir)
		closedir(dir);
	if (err)
		return err;
	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), by_name);
	*ret = all;
	return NULL;
}

/* ---- its end ---- */

static struct ob_err *refuse_held(const char *name, const char *path)
{
	DIR *dir = opendir(path);
	struct ob_err *err = NULL;

	if (!dir)
		return errno == ENOENT ? err_new(OB_NAME, "no world \"%s\"", name)
				       : err_sys(errno, "cannot open %s", path);
	for (struct dirent *e; !err && (e = readdir(dir));)
		if (has_prefix(e->d_name, "bpf-") && is_held(dirfd(dir), e->d_name))
			err = err_new(OB_REFUSED, "world \"%s\" is in use: a process holds %s",
				      name, e->d_name);
	closedir(dir);
	return err;
}

struct ob_err *sys_world_remove(const char *name)
{
	char top[PATH], path[2 * PATH];
	struct ob_err *err = bad_name(name);

	if (!err && kern_world_top(top, sizeof(top)))
		err = err_new(OB_NAME, "no world \"%s\"", name);
	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/%s", top, name);
	err = refuse_held(name, path);
	int failed = err ? 0 : kern_world_remove(path);
	return failed ? err_sys(-failed, "cannot remove %s", path) : err;
}

/* ---- the library that programs in it are started with ---- */

static bool may_execute(int fd)
{
	void *p = mmap(NULL, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

	return p != MAP_FAILED && !munmap(p, 1);
}

static bool put_all(int fd, struct bytes b)
{
	while (b.n) {
		ssize_t n = write(fd, b.p, b.n);

		if (n < 0)
			return false;
		b.p += n;
		b.n -= (u64)n;
	}
	return true;
}

/* Written beside its place and moved there, so that nobody sees half of it. */
static struct ob_err *put_file(const char *path, struct bytes content)
{
	struct buf part = {0};
	struct ob_err *err = NULL;

	buf_printf(&part, "%s.XXXXXX", path);
	int fd = part.oom ? -1 : mkostemp(part.p, O_CLOEXEC);
	if (fd < 0 || fchmod(fd, 0500) || !put_all(fd, content))
		err = err_sys(errno, "cannot write %s", path);
	else if (!may_execute(fd))
		err = err_hint(err_new(OB_PERM, "%s may not be executed", path),
			       "is that file system mounted with noexec?");
	else if (rename(part.p, path))
		err = err_sys(errno, "cannot write %s", path);
	if (fd >= 0) {
		if (err)
			unlink(part.p);
		close(fd);
	}
	buf_deinit(&part);
	return err;
}

static bool same_file(const char *path, struct bytes want)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	void *p = MAP_FAILED;

	if (fd < 0)
		return false;
	if (!fstat(fd, &st) && (u64)st.st_size == want.n)
		p = mmap(NULL, want.n, PROT_READ, MAP_PRIVATE, fd, 0);
	bool same = p != MAP_FAILED && !memcmp(p, want.p, want.n) && may_execute(fd);
	if (p != MAP_FAILED)
		munmap(p, want.n);
	close(fd);
	return same;
}

struct ob_err *sys_world_library(const char *world, struct bytes content, struct buf *path)
{
	u64 h = content.n;

	for (u64 i = 0; i < content.n; i++)
		h = hash_add(h, content.p[i]);
	buf_printf(path, "%s/" SYS_LIBRARY "%016llx.so", world, (unsigned long long)h);
	if (path->oom)
		return err_nomem();
	return same_file(path->p, content) ? NULL : put_file(path->p, content);
}
