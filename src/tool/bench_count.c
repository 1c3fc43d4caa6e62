/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts host instructions: by the processor, or by stepping a child. */
#include <linux/perf_event.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool/bench.h"

enum { STEPS_MAX = 20 << 20 };

static int perf_open(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.disabled = 1,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static bool count_perf(void (*work)(void *), void *arg, u64 *ret)
{
	int fd = perf_open();

	if (fd < 0)
		return false;
	ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
	work(arg);
	ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
	bool ok = read(fd, ret, sizeof(*ret)) == sizeof(*ret);
	close(fd);
	return ok;
}

static _Noreturn void stepped_child(void (*work)(void *), void *arg)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		_exit(1);
	raise(SIGUSR1);
	work(arg);
	raise(SIGUSR2);
	_exit(0);
}

/* Steps the child from its SIGUSR1 to its SIGUSR2. */
static bool step(pid_t pid, u64 *ret)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) || WSTOPSIG(status) != SIGUSR1)
		return false;
	for (u64 n = 0; n < STEPS_MAX; n++) {
		if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) || waitpid(pid, &status, 0) != pid ||
		    !WIFSTOPPED(status))
			return false;
		if (WSTOPSIG(status) == SIGUSR2)
			return *ret = n, true;
		if (WSTOPSIG(status) != SIGTRAP)
			return false;
	}
	return false;
}

static bool count_step(void (*work)(void *), void *arg, u64 *ret)
{
	fflush(NULL);
	pid_t pid = fork();

	if (pid < 0)
		return false;
	if (!pid)
		stepped_child(work, arg);
	bool ok = step(pid, ret);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return ok;
}

bool counter_run(enum counter how, void (*work)(void *), void *arg, u64 *ret)
{
	switch (how) {
	case COUNT_PERF:
		return count_perf(work, arg, ret);
	case COUNT_STEP:
		return count_step(work, arg, ret);
	case COUNT_NOT:
		break;
	}
	return false;
}

static void nothing(void *arg) { (void)arg; }

enum counter counter_find(void)
{
	u64 n;

	if (counter_run(COUNT_PERF, nothing, NULL, &n) && n)
		return COUNT_PERF;
	return counter_run(COUNT_STEP, nothing, NULL, &n) && n ? COUNT_STEP : COUNT_NOT;
}
