/* SPDX-License-Identifier: BSD-2-Clause */
/* The first process of the machine of `make check-vm`: makes a system of it, runs
 * the tests, and ends it. What it prints goes to the serial line. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
	const char *type, *at;
} file_system[] = {
	{"proc", "/proc"},
	{"sysfs", "/sys"},
	{"devtmpfs", "/dev"},
	{"tmpfs", "/tmp"},
	{"tmpfs", "/run"},
	{"tracefs", "/sys/kernel/tracing"},
	{"securityfs", "/sys/kernel/security"},
	{"bpf", "/sys/fs/bpf"},
	{"cgroup2", "/sys/fs/cgroup"},
};

static void mount_all(void)
{
	for (size_t i = 0; i < sizeof(file_system) / sizeof(*file_system); i++) {
		mkdir(file_system[i].at, 0755);
		if (mount(file_system[i].type, file_system[i].at, file_system[i].type, 0, NULL))
			printf("machine: %s: %m\n", file_system[i].at);
	}
	symlink("/proc/self/fd", "/dev/fd");
}

static void load_modules(void)
{
	DIR *d = opendir("/modules");

	for (struct dirent *e; d && (e = readdir(d));) {
		int fd = e->d_name[0] == '.' ? -1 : openat(dirfd(d), e->d_name, O_RDONLY);

		if (fd >= 0 && syscall(SYS_finit_module, fd, "", 0))
			printf("machine: module %s: %m\n", e->d_name);
		if (fd >= 0)
			close(fd);
	}
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		printf("machine: %s: %m\n", path);
	close(fd);
}

static int run(char **argv)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		execv(*argv, argv);
		printf("machine: %s: %m\n", *argv);
		_exit(127);
	}
	while (wait(&status) != pid)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ONLY, on the kernel's command line: the test to run. */
int main(void)
{
	char *test[] = {"/built/test/run", getenv("ONLY"), NULL};
	char *up[] = {"/bin/ip", "link", "set", "lo", "up", NULL};

	setvbuf(stdout, NULL, _IONBF, 0);
	mount_all();
	load_modules();
	write_file("/proc/sys/kernel/printk", "1");
	write_file("/proc/sys/kernel/unprivileged_bpf_disabled", "0");
	setenv("PATH", "/bin", 1);
	setenv("HOME", "/", 1);
	setenv("O", "/built", 1);
	setenv("SRCDIR", "/src", 1);
	run(up);
	printf("machine: status %d\n", run(test));
	sync();
	reboot(RB_AUTOBOOT);
	return 1;
}
