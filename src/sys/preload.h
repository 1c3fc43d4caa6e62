/* SPDX-License-Identifier: BSD-2-Clause */
/* The preload library's inside. It stands between a program and libc: what belongs
 * to bpf() is answered by our world, all else is handed on untouched. */
#ifndef SYS_PRELOAD_H
#define SYS_PRELOAD_H

#include "kern/kern.h"
#include "sys/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <mntent.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { USER_PATH = 4096 };
enum { USER_PERF_KPROBE = 1008, USER_PERF_UPROBE = 1009 }; /* where the host tells no type */

/* A name for files of 64 bits is the same function on the machines that we know. */
_Static_assert(sizeof(off_t) == 8 && sizeof(long) == 8, "one name for both sizes");
#define ALSO(name, as) __typeof__(as) as __attribute__((alias(#name)))

/* ---- libc's own (preload.c) ---- */
int capget(cap_user_header_t head, cap_user_data_t data);
int capset(cap_user_header_t head, const cap_user_data_t data);
struct user_real {
#define REAL(name) __typeof__(name) *name;
#include "sys/preload.def"
#undef REAL
};
extern struct user_real user_real;
extern bool user_loaded;
void user_load(void);
static inline const struct user_real *real(void)
{
	if (unlikely(!user_loaded))
		user_load();
	return &user_real;
}

/* The world's directory; its length; its file system. */
extern char user_world[USER_PATH];
extern dev_t user_dev;

/* ---- descriptors (preload.c) ---- */
enum user_kind { USER_NONE, USER_MAP, USER_PROG, USER_BTF, USER_LINK, USER_PERF };
struct user_object {
	enum user_kind kind;
	u32 id;
};
/* Is fd an object of our world? Leaves errno alone. */
bool user_object(int fd, struct user_object *ret);
/* Away from the numbers that a program counts on, close-on-exec. Takes fd. */
int user_high(int fd);
/* Has it called bpf()? Before that it hardly waits for what is ours. */
extern bool user_met;
/* What OBJ_GET_INFO_BY_FD says. */
struct bpf_map_info;
bool user_map_info(int fd, struct bpf_map_info *ret);
/* bpf() in our world: as the system call, -1 and errno. */
int user_bpf(int cmd, void *attr, unsigned size);

/* ---- rights (preload_rights.c) ---- */
void user_rights_none(void); /* the process has none in its world */

/* ---- paths (preload_path.c) ---- */
/* Where the path leads in our world: path itself, or what is written to `to`. */
const char *user_path_at(int dir, const char *path, char to[USER_PATH]);
/* The other way: what the program would call this file. */
const char *user_path_back(const char *path, char to[USER_PATH]);

/* ---- files that are made when they are opened (preload_file.c) ---- */
/* A descriptor of a file with what stands at this path in our world, at its
 * beginning; -1: the path is not ours. flags: of open(). */
int user_file(const char *path, int flags);

/* ---- waiting (preload_poll.c, preload_epoll.c) ---- */
void user_wait_lock(void);
void user_wait_unlock(void);
s64 user_now(void);                    /* ns */
s64 user_ns(const struct timespec *t); /* NULL: -1, for ever */
s64 user_left(s64 end);                /* -1: for ever */
int user_ms(s64 ns);                   /* rounded up; -1: for ever */
extern u32 user_watches;               /* atomic: how many things are waited for */
void watch_forget(int fd);             /* it is closed */

/* ---- children (preload_exec.c) ---- */
extern char user_library[USER_PATH];          /* this library's path */
extern char user_world_entry[USER_PATH + 16]; /* "ONEBPF_WORLD=..." */

#endif
