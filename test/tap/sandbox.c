/* SPDX-License-Identifier: BSD-2-Clause */
/* The sandbox: its program is one that seccomp takes and does what the table says;
 * in it, what is not allowed ends the process. */
#include "check/check.h"
#include "tap/tap.h"
#include "vm/vm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int failures;

static void check(bool ok, const char *name, const char *what)
{
	if (!ok) {
		printf("FAIL %s: %s\n", name, what);
		failures++;
	}
}

static char dir[] = "/tmp/onebpf-sandbox.XXXXXX";

/* ---- the program ---- */

static const struct tap_sandbox kinds[] = {
	{0},
	{.reads = true},
	{.makes = true, .dir = dir},
	{.reads = true, .makes = true, .dir = dir},
};

static void takes(void)
{
	for (u32 i = 0; i < LEN(kinds); i++) {
		struct buf text = {0};
		struct ob_cbpf *code;
		struct arena a;
		u32 n;

		arena_init(&a);
		tap_sandbox_text(&text, &kinds[i]);
		struct ob_err *err = cbpf_asm(&a, "sandbox", text.p, text.n, &code, &n);
		if (!err)
			err = check_classic(code, n, CHECK_SECCOMP);
		check(!err, "program", err ? ob_err_reason(err) : "");
		ob_err_destroy(err);
		arena_deinit(&a);
		buf_deinit(&text);
	}
}

/* ---- in the sandbox ---- */

static int plain(void)
{
	char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*p = 1;
	return write(STDOUT_FILENO, "", 0) || munmap(p, 1 << 20) || !malloc(1 << 22);
}

static int socket_made(void) { return socket(AF_INET, SOCK_DGRAM, 0) < 0; }
static int file_opened(void) { return open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 ? errno : 0; }
static int file_made(void)
{
	return openat(AT_FDCWD, "made", O_WRONLY | O_CREAT | O_CLOEXEC, 0666) < 0 ? errno : 0;
}

static int file_made_elsewhere(void)
{
	return open("/tmp/onebpf-sandbox.made", O_WRONLY | O_CREAT | O_CLOEXEC, 0666) < 0 ? errno
											  : 0;
}

static int file_changed(void) { return open("made", O_RDWR | O_CLOEXEC) < 0 ? errno : 0; }
static int program_run(void) { return execl("/bin/true", "true", NULL); }
static int process_made(void) { return fork() == 0 ? (_exit(0), 0) : 0; }
static int other_killed(void) { return kill(getppid(), 0); }

static int terminal_faked(void)
{
	char c = 'x';

	return ioctl(STDIN_FILENO, TIOCSTI, &c);
}

static int machine_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
		    MAP_FAILED ||
	    errno != EPERM)
		return 100;
	return mprotect(p, 4096, PROT_READ | PROT_EXEC) ? errno : 0;
}

static int sigsys_caught(void) { return signal(SIGSYS, SIG_IGN) == SIG_ERR; }

static void *in_thread(void *arg)
{
	*(int *)arg = 1;
	return NULL;
}

static int thread_made(void)
{
	pthread_t t;
	int ran = 0;

	if (pthread_create(&t, NULL, in_thread, &ran))
		return 1;
	pthread_join(t, NULL);
	return !ran;
}

static int wrong_number(void) { return (int)syscall(0x40000000 + SYS_read, 0, 0, 0); }

enum { KILLED = -1 };

static const struct {
	const char *name;
	int (*run)(void);
	u32 kind; /* of kinds */
	int want; /* what run returns */
} cases[] = {
	{"memory and writing", plain, 0, 0},
	{"a thread", thread_made, 0, 0},
	{"SIGSYS is caught anew", sigsys_caught, 0, KILLED},
	{"a socket", socket_made, 0, KILLED},
	{"a file", file_opened, 0, KILLED},
	{"a file is made", file_made, 0, KILLED},
	{"a program", program_run, 3, KILLED},
	{"a process", process_made, 3, KILLED},
	{"a signal", other_killed, 0, KILLED},
	{"input for the terminal", terminal_faked, 0, KILLED},
	{"machine code", machine_code, 3, EPERM},
	{"a call of x32", wrong_number, 0, KILLED},
	{"reading, where files are read", file_opened, 1, 0},
	{"making, where files are read", file_made, 1, EPERM},
	{"making, where files are made", file_made, 2, 0},
	{"changing, where files are made", file_changed, 2, EPERM},
	{"reading, where files are made", file_opened, 2, EPERM},
	{"reading, where both are", file_opened, 3, 0},
	{"making, where both are", file_made, 3, 0},
};

static int run(u32 i)
{
	struct ob_err *err = tap_sandbox(&kinds[cases[i].kind]);

	if (err)
		return 200;
	return cases[i].run();
}

static int result(u32 i)
{
	int status;

	fflush(stdout);
	pid_t pid = fork();
	if (!pid)
		_exit(chdir(dir) ? 201 : run(i));
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS ? KILLED : 300 + WTERMSIG(status);
	return WEXITSTATUS(status);
}

static void one(u32 i)
{
	char text[64];
	int got = result(i);

	snprintf(text, sizeof(text), "%d, not %d", got, cases[i].want);
	check(got == cases[i].want, cases[i].name, text);
	if (got == cases[i].want)
		printf("ok %s\n", cases[i].name);
}

static bool has_landlock(void) { return syscall(SYS_landlock_create_ruleset, NULL, 0, 1) > 0; }

static void elsewhere(void)
{
	int status;

	fflush(stdout);
	if (!has_landlock()) {
		printf("skip making elsewhere: this kernel has no Landlock\n");
		return;
	}
	pid_t pid = fork();
	if (!pid)
		_exit(tap_sandbox(&kinds[3]) ? 200 : file_made_elsewhere());
	waitpid(pid, &status, 0);
	bool refused = WIFEXITED(status) && WEXITSTATUS(status) == EACCES;
	check(refused, "making elsewhere", "is refused");
	if (refused)
		printf("ok making elsewhere\n");
	unlink("/tmp/onebpf-sandbox.made");
}

int main(void)
{
	takes();
	if (!failures)
		printf("ok program\n");
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	printf("skip calls: a sanitizer makes calls of its own\n");
	return failures > 0;
#endif
	if (!mkdtemp(dir))
		return 1;
	for (u32 i = 0; i < LEN(cases); i++)
		one(i);
	elsewhere();
	if (!chdir(dir))
		unlink("made");
	rmdir(dir);
	return failures > 0;
}
