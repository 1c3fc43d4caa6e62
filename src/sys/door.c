/* SPDX-License-Identifier: BSD-2-Clause */
/* The two doors as the loader knows them: Linux, and this process's own world. */
#include "kern/kern.h"
#include "sys/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int or_errno(long got) { return got < 0 ? -errno : (int)got; }

/* ---- Linux ---- */

static int linux_bpf(int cmd, union bpf_attr *attr, unsigned size)
{
	return or_errno(sys_linux_bpf(cmd, attr, size));
}

static int linux_perf(struct perf_event_attr *a, pid_t pid, int cpu)
{
	a->size = sizeof(*a);
	return or_errno(
		syscall(SYS_perf_event_open, a, pid, cpu, -1, (unsigned long)PERF_FLAG_FD_CLOEXEC));
}

static int linux_unit(const char *unit, const char *file)
{
	char path[128];
	int n = -1;

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/%s", unit, file);
	FILE *f = fopen(path, "re");
	if (f && fscanf(f, strchr(file, '/') ? "config:%d" : "%d", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

static int linux_control(int fd, unsigned long cmd, unsigned long arg)
{
	return or_errno(ioctl(fd, cmd, arg));
}

static long linux_map(size_t n, int prot, int fd, off_t off)
{
	void *p = mmap(NULL, n, prot, MAP_SHARED, fd, off);

	return p == MAP_FAILED ? -errno : (long)p;
}

static int linux_wait(int fd) { return or_errno(fcntl(fd, F_DUPFD_CLOEXEC, 3)); }

static int linux_folder(const char *path)
{
	return mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
}

static int linux_trace(void)
{
	int fd = open("/sys/kernel/tracing/trace_pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		fd = open("/sys/kernel/debug/tracing/trace_pipe",
			  O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return or_errno(fd);
}

/* "0-3,8": the highest of them and one. */
static u32 linux_cpus(void)
{
	FILE *f = fopen("/sys/devices/system/cpu/possible", "re");
	u32 n = 0, from, to;
	int got;

	while (f && (got = fscanf(f, "%u-%u", &from, &to)) >= 1) {
		n = (got == 2 ? to : from) + 1;
		if (fgetc(f) != ',')
			break;
	}
	if (f)
		fclose(f);
	return n ? n : (u32)sysconf(_SC_NPROCESSORS_CONF);
}

const struct sys_door sys_door_linux = {
	.name = "the kernel",
	.bpf = linux_bpf,
	.perf = linux_perf,
	.unit = linux_unit,
	.control = linux_control,
	.map = linux_map,
	.wait = linux_wait,
	.make_folder = linux_folder,
	.trace = linux_trace,
	.cpus = linux_cpus,
};

/* ---- our own world ---- */

static int own_perf(struct perf_event_attr *a, pid_t pid, int cpu)
{
	a->size = sizeof(*a);
	return kern_perf_open(a, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

/* Of whatever type: none is ours. */
static int own_unit(const char *unit, const char *file)
{
	(void)unit, (void)file;
	return 0;
}

static long own_map(size_t n, int prot, int fd, off_t off)
{
	return kern_mmap(NULL, n, prot, MAP_SHARED, fd, off);
}

static int own_trace(void)
{
	int fd = kern_trace_open();

	if (fd >= 0)
		fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

const struct sys_door sys_door_own = {
	.name = "our world",
	.own = true,
	.bpf = kern_bpf,
	.perf = own_perf,
	.unit = own_unit,
	.control = kern_perf_ioctl,
	.map = own_map,
	.wait = kern_wait_open,
	.make_folder = kern_pin_folder,
	.trace = own_trace,
	.cpus = kern_cpus,
};
