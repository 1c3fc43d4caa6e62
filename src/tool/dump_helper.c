/* SPDX-License-Identifier: BSD-2-Clause */
/* The helper: a process beside the one that reads packets, begun before that one
 * gives up what it could do. It runs -z's commands and looks names up. It has no
 * rights either, and never sees a packet: requests are the names of files and
 * single addresses, over a socket of whole messages, whose end ends it. */
#include "tap/tap.h"
#include "tool/dump.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TICK_MS = 100, REQUEST_MAX = 4096 };

struct request {
	u8 kind; /* enum ask */
	u8 data[REQUEST_MAX];
};

static struct {
	int fd; /* 0: there is none */
	pid_t pid;
} helper;

/* ---- inside of it ---- */

struct inside {
	int fd;
	const struct dump_cmd *cmd;
	u32 running;
	bool failed; /* a command has */
};

static void command(const struct dump_cmd *c, const char *file)
{
	int null = open("/dev/null", O_RDONLY);

	setpgid(0, 0); /* ^C ends the capture, not what packs its files */
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	dup2(null, STDIN_FILENO);
	setpriority(PRIO_PROCESS, 0, 19);
	execlp(c->command, c->command, file, NULL);
	fail("dump", err_sys(errno, "cannot run %s %s", c->command, file));
	_exit(127);
}

static void start_command(struct inside *in, const char *file)
{
	pid_t pid = fork();

	if (!pid)
		command(in->cmd, file);
	if (pid > 0) {
		in->running++;
		return;
	}
	in->failed = true;
	fail("dump", err_sys(errno, "cannot run %s %s", in->cmd->command, file));
}

static void ended(struct inside *in, int status)
{
	in->running--;
	in->failed |= status != 0;
	if (WIFSIGNALED(status))
		fprintf(stderr, "onebpf dump: %s was killed by signal %d (%s)\n", in->cmd->command,
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (status && WEXITSTATUS(status) != 127)
		fprintf(stderr, "onebpf dump: %s failed with status %d\n", in->cmd->command,
			WEXITSTATUS(status));
}

static void reap(struct inside *in, int flags)
{
	int status;

	while (in->running && waitpid(-1, &status, flags) > 0)
		ended(in, status);
}

static void serve(struct inside *in)
{
	struct pollfd fd = {.fd = in->fd, .events = POLLIN};
	struct request r;
	char name[HELPER_NAME];

	for (;;) {
		poll(&fd, 1, in->running ? TICK_MS : -1);
		reap(in, WNOHANG);
		if (!fd.revents)
			continue;
		ssize_t n = recv(in->fd, &r, sizeof(r) - 1, 0);
		if (n <= 0)
			break;
		((u8 *)&r)[n] = 0;
		if (r.kind == HELPER_COMMAND) {
			start_command(in, (const char *)r.data);
			continue;
		}
		memset(name, 0, sizeof(name));
		name_look_up((enum ask)r.kind, r.data, (u32)n - 1, name);
		send(in->fd, name, sizeof(name), MSG_NOSIGNAL);
	}
	reap(in, 0);
}

static _Noreturn void inside(int fd, const struct dump_cmd *cmd)
{
	struct inside in = {.fd = fd, .cmd = cmd};
	const char *user;

	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	/* The other process meets the same error, and tells it. */
	if (tap_drop_rights(cmd->user, -1, &user))
		_exit(UNSURE);
	serve(&in);
	_exit(in.failed ? UNSURE : DONE);
}

/* ---- to it ---- */

struct ob_err *helper_start(const struct dump_cmd *cmd)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd))
		return err_sys(errno, "cannot start a helper");
	fflush(NULL);
	pid_t pid = fork();
	if (pid < 0) {
		close(fd[0]);
		close(fd[1]);
		return err_sys(errno, "cannot start a helper");
	}
	if (!pid) {
		close(fd[0]);
		inside(fd[1], cmd);
	}
	close(fd[1]);
	helper.fd = fd[0];
	helper.pid = pid;
	return NULL;
}

static void leave(void)
{
	close(helper.fd);
	helper.fd = 0;
}

static bool ask(enum ask kind, const void *data, size_t n)
{
	struct request r = {.kind = (u8)kind};

	memcpy(r.data, data, MIN(n, sizeof(r.data) - 1));
	return helper.fd && send(helper.fd, &r, 1 + n, MSG_NOSIGNAL) == (ssize_t)(1 + n);
}

bool helper_name(enum ask kind, const void *data, size_t n, char ret[HELPER_NAME])
{
	ssize_t got = -1;

	if (!ask(kind, data, n))
		return false;
	do
		got = recv(helper.fd, ret, HELPER_NAME, 0);
	while (got < 0 && errno == EINTR && !dump_signals.stop);
	if (got != HELPER_NAME) {
		leave(); /* an answer that comes late would be another's */
		return false;
	}
	ret[HELPER_NAME - 1] = 0;
	return *ret;
}

struct ob_err *helper_command(const struct dump_cmd *cmd, const char *file)
{
	if (strlen(file) < REQUEST_MAX && ask(HELPER_COMMAND, file, strlen(file)))
		return NULL;
	return err_new(OB_IO, "cannot run %s %s: the helper has ended", cmd->command, file);
}

struct ob_err *helper_end(const struct dump_cmd *cmd)
{
	int status = 0;

	if (!helper.pid)
		return NULL;
	if (helper.fd)
		leave();
	while (waitpid(helper.pid, &status, 0) < 0 && errno == EINTR)
		;
	helper.pid = 0;
	return status && cmd->command ? err_new(OB_IO, "%s has failed", cmd->command) : NULL;
}
