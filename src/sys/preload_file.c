/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of /proc and /sys that tell of bpf(): what stands in them is made when
 * they are opened. */
#include "sys/preload.h"

#include <linux/bpf.h>
#include <stdlib.h>

enum { DEEPEST = 8 };

/* What the wild cards of a pattern stood for. */
struct path {
	const char *whole;
	struct bytes part[2];
	int flags;
};

/* "*" is one name. */
static bool matches(const char *path, const char *pattern, struct path *ret)
{
	u32 n = 0;

	while (*pattern) {
		if (*pattern == '*') {
			size_t len = strcspn(path, "/");

			if (!len || n == LEN(ret->part))
				return false;
			ret->part[n++] = (struct bytes){(const u8 *)path, len};
			path += len;
			pattern++;
		} else if (*path++ != *pattern++) {
			return false;
		}
	}
	return !*path;
}

/* ---- what the host has ---- */

static bool add_host(struct buf *to, const char *path)
{
	int fd = real()->open(path, O_RDONLY | O_CLOEXEC);
	char part[4096];
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, part, sizeof(part))) > 0)
		buf_add(to, part, (size_t)n);
	if (fd >= 0)
		real()->close(fd);
	return n == 0;
}

/* ---- fdinfo ---- */

static u32 number(struct bytes b)
{
	u32 n = 0;

	for (u64 i = 0; i < b.n && b.p[i] >= '0' && b.p[i] <= '9'; i++)
		n = n * 10 + b.p[i] - '0';
	return n;
}

/* Another process's descriptor is opened anew; the caller's own is used. */
static int same_descriptor(const struct path *p)
{
	char path[64];
	bool own = p->part[0].n == 4 && !memcmp(p->part[0].p, "self", 4);

	if (own || number(p->part[0]) == (u32)getpid())
		return fcntl((int)number(p->part[1]), F_DUPFD_CLOEXEC, 0);
	snprintf(path, sizeof(path), "/proc/%.*s/fd/%u", (int)MIN(p->part[0].n, 16u),
		 (const char *)p->part[0].p, number(p->part[1]));
	return real()->open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

static bool put_fdinfo(struct buf *to, const struct path *p)
{
	struct user_object o;
	int fd = same_descriptor(p);
	bool ours = fd >= 0 && user_object(fd, &o) && o.kind != USER_PERF;

	if (ours) {
		add_host(to, p->whole);
		kern_fdinfo(fd, to);
	}
	if (fd >= 0)
		real()->close(fd);
	return ours;
}

/* ---- mounts ---- */

static bool put_mounts(struct buf *to, const struct path *p)
{
	struct buf host = {0};

	if (!add_host(&host, p->whole)) {
		buf_deinit(&host);
		return false;
	}
	for (const char *line = host.p, *end; line && (end = strchr(line, '\n')); line = end + 1)
		if (!memmem(line, (size_t)(end - line), " bpf rw,", 8))
			buf_add(to, line, (size_t)(end - line) + 1);
	buf_puts(to, "bpf /sys/fs/bpf bpf rw,relatime,mode=700 0 0\n"
		     "tracefs /sys/kernel/tracing tracefs rw,relatime 0 0\n");
	buf_deinit(&host);
	return true;
}

/* ---- settings ---- */

static bool put_unprivileged(struct buf *to, const struct path *p)
{
	(void)p;
	buf_printf(to, "%u\n", kern_unprivileged_off());
	return true;
}

/* What only root could read. */
static bool put_jit(struct buf *to, const struct path *p)
{
	const char *name = strrchr(p->whole, '/');

	if (!add_host(to, p->whole))
		buf_puts(to, !strcmp(name, "/bpf_jit_enable")  ? "1\n"
			     : !strcmp(name, "/bpf_jit_limit") ? "264241152\n"
							       : "0\n");
	return true;
}

static bool put_cpus(struct buf *to, const struct path *p)
{
	u32 n = kern_cpus();

	(void)p;
	if (n > 1)
		buf_printf(to, "0-%u\n", n - 1);
	else
		buf_puts(to, "0\n");
	return true;
}

/* ---- what perf_event_open() is told ---- */

/* The host's, or what Linux usually has. */
static bool put_type(struct buf *to, const struct path *p)
{
	bool kprobe = strstr(p->whole, "/kprobe/");

	if (!add_host(to, p->whole))
		buf_printf(to, "%d\n", kprobe ? USER_PERF_KPROBE : USER_PERF_UPROBE);
	return true;
}

static bool put_retprobe(struct buf *to, const struct path *p)
{
	if (!add_host(to, p->whole))
		buf_puts(to, "config:0\n");
	return true;
}

static const struct made {
	const char *pattern;
	/* false: it is not ours after all. */
	bool (*put)(struct buf *to, const struct path *p);
	int (*open)(void); /* NULL: a file of what put has written */
} made[] = {
	{"/proc/*/fdinfo/*", put_fdinfo, NULL},
	{"/proc/mounts", put_mounts, NULL},
	{"/proc/*/mounts", put_mounts, NULL},
	{"/etc/mtab", put_mounts, NULL},
	{"/sys/kernel/tracing/trace_pipe", NULL, kern_trace_open},
	{"/sys/kernel/debug/tracing/trace_pipe", NULL, kern_trace_open},
	{"/proc/sys/kernel/unprivileged_bpf_disabled", put_unprivileged, NULL},
	{"/proc/sys/net/core/bpf_jit_enable", put_jit, NULL},
	{"/proc/sys/net/core/bpf_jit_harden", put_jit, NULL},
	{"/proc/sys/net/core/bpf_jit_kallsyms", put_jit, NULL},
	{"/proc/sys/net/core/bpf_jit_limit", put_jit, NULL},
	{"/sys/devices/system/cpu/possible", put_cpus, NULL},
	{"/sys/bus/event_source/devices/kprobe/type", put_type, NULL},
	{"/sys/bus/event_source/devices/uprobe/type", put_type, NULL},
	{"/sys/bus/event_source/devices/kprobe/format/retprobe", put_retprobe, NULL},
	{"/sys/bus/event_source/devices/uprobe/format/retprobe", put_retprobe, NULL},
};

static int as_file(const struct buf *b, int flags)
{
	int fd = memfd_create("onebpf", flags & O_CLOEXEC ? MFD_CLOEXEC : 0);

	if (fd < 0 || b->oom || write(fd, b->p, b->n) != (ssize_t)b->n || lseek(fd, 0, SEEK_SET)) {
		if (fd >= 0)
			real()->close(fd);
		return -1;
	}
	return fd;
}

int user_file(const char *path, int flags)
{
	struct path p = {.whole = path, .flags = flags};
	struct buf text = {0};
	int keep = errno, fd = -1;

	if (!path || *path != '/' || (flags & (O_PATH | O_DIRECTORY)) ||
	    (flags & O_ACCMODE) != O_RDONLY || !real() || !*user_world ||
	    (strncmp(path, "/proc/", 6) && strncmp(path, "/sys/", 5) &&
	     strncmp(path, "/etc/mt", 7)))
		return -1;
	for (u32 i = 0; i < LEN(made); i++)
		if (matches(path, made[i].pattern, &p)) {
			fd = made[i].open ? made[i].open() : -1;
			if (!made[i].open && made[i].put(&text, &p))
				fd = as_file(&text, flags);
			break;
		}
	buf_deinit(&text);
	errno = keep;
	return fd;
}
